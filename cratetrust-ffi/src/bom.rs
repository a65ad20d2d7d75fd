//! A bill of materials, as C sees it.

use libc::{c_char, size_t};

use cratetrust_core::Generated;
use cratetrust_core::sbom::Format;

use crate::boundary::guard;
use crate::buf::{Buf, cratetrust_buf};
use crate::error::cratetrust_error;
use crate::handle::{Handle, Owned};
use crate::options::out_of_range;
use crate::report::{ReportObject, cratetrust_report};

/// CycloneDX as JSON.
pub const CRATETRUST_FORMAT_CYCLONEDX_JSON: i32 = 1;
/// SPDX 2 as JSON.
pub const CRATETRUST_FORMAT_SPDX_JSON: i32 = 2;
/// The library's own view, schema `cratetrust.bom/1`.
pub const CRATETRUST_FORMAT_JSON: i32 = 3;
/// CycloneDX as XML.
pub const CRATETRUST_FORMAT_CYCLONEDX_XML: i32 = 4;

/// SPDX 2 as tag-value.
pub const CRATETRUST_FORMAT_SPDX_TAG_VALUE: i32 = 5;
/// SPDX 3 as JSON-LD.
pub const CRATETRUST_FORMAT_SPDX3_JSON: i32 = 6;

const FORMATS: [(i32, Format); 6] = [
    (CRATETRUST_FORMAT_CYCLONEDX_JSON, Format::CycloneDxJson),
    (CRATETRUST_FORMAT_SPDX_JSON, Format::SpdxJson),
    (CRATETRUST_FORMAT_JSON, Format::Json),
    (CRATETRUST_FORMAT_CYCLONEDX_XML, Format::CycloneDxXml),
    (CRATETRUST_FORMAT_SPDX_TAG_VALUE, Format::SpdxTagValue),
    (CRATETRUST_FORMAT_SPDX3_JSON, Format::Spdx3Json),
];

fn format_of(number: i32) -> Option<Format> {
    FORMATS
        .into_iter()
        .find_map(|(known, format)| (known == number).then_some(format))
}

/// A bill of materials, and the report on what it was made from.
///
/// Lifetime: lives until `cratetrust_bom_free`; needs neither the inputs nor the options any more.
/// Threads: immutable, any number of threads may read it at once.
pub struct cratetrust_bom {
    _opaque: [u8; 0],
}

impl Handle for cratetrust_bom {
    type Object = BomObject;
    type Ownership = Owned;
}

/// The object behind `cratetrust_bom`.
#[derive(Debug)]
pub struct BomObject {
    bom: cratetrust_core::bom::Bom,
    report: ReportObject,
}

impl BomObject {
    pub(crate) fn new(generated: Generated) -> Self {
        Self {
            bom: generated.bom,
            report: ReportObject::new(generated.report),
        }
    }

    fn write(&self, format: Format, spec: Option<&str>) -> cratetrust_core::Result<Buf> {
        cratetrust_core::sbom::write(&self.bom, format, spec).map(Buf::new)
    }
}

/// The number (CRATETRUST_FORMAT_) of the format of that name, such as `cyclonedx-json`; 0 where
/// there is none.
///
/// NULL: gives 0.
/// Threads: any.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_format_from_name(name: *const c_char, len: size_t) -> i32 {
    guard(0, || {
        let name = text!(name, len).ok();
        let format = name.and_then(|name| Format::from_name(name).ok());
        FORMATS
            .into_iter()
            .find_map(|(number, known)| (Some(known) == format).then_some(number))
            .unwrap_or(0)
    })
}

/// The report on what a bill of materials was made from.
///
/// Ownership: borrowed from `bom`, valid until that is freed; never freed by itself.
/// NULL: gives NULL.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_bom_report(
    bom: *const cratetrust_bom,
) -> *const cratetrust_report {
    child!(bom, |bom| Some(&bom.report))
}

/// The number of packages in a bill of materials.
///
/// NULL: gives 0.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_bom_package_count(bom: *const cratetrust_bom) -> size_t {
    value!(bom, 0, |bom| bom.bom.packages.len())
}

/// The number of dependency edges in a bill of materials.
///
/// NULL: gives 0.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_bom_edge_count(bom: *const cratetrust_bom) -> size_t {
    value!(bom, 0, |bom| bom.bom.edges.len())
}

/// The number of roots: packages that stand for what was built.
///
/// NULL: gives 0.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_bom_root_count(bom: *const cratetrust_bom) -> size_t {
    value!(bom, 0, |bom| bom.bom.roots.len())
}

/// The number of places where the evidence could not tell.
///
/// NULL: gives 0.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_bom_gap_count(bom: *const cratetrust_bom) -> size_t {
    value!(bom, 0, |bom| bom.bom.gaps.len())
}

/// Writes a bill of materials in a format, one of CRATETRUST_FORMAT_. `spec` (UTF-8, `spec_len`
/// bytes) is a version of the format's specification; NULL takes the default. Equal bills give equal
/// bytes.
///
/// Ownership: the caller frees `*out` with `cratetrust_buf_free`.
/// NULL: `spec` and `err` may be NULL; `bom` and `out` must not.
/// Threads: any, at the same time.
/// Errors: CRATETRUST_STATUS_OUT_OF_RANGE for a number that is no format;
/// CRATETRUST_STATUS_UNSUPPORTED for a version that the format is not written in here.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_bom_write(
    bom: *const cratetrust_bom,
    format: i32,
    spec: *const c_char,
    spec_len: size_t,
    out: *mut *mut cratetrust_buf,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(out, err, {
        let bom = borrow!(bom)?;
        let format = format_of(format).ok_or_else(|| out_of_range("format", format))?;
        Ok(bom.write(format, optional_text!(spec, spec_len)?)?)
    })
}

/// A bill of materials as compact JSON, schema `cratetrust.bom/1`: nothing is lost.
///
/// Ownership: the caller frees `*out` with `cratetrust_buf_free`.
/// NULL: `bom` and `out` must not be NULL; `err` may.
/// Threads: any, at the same time.
/// Errors: none beyond NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_bom_to_json(
    bom: *const cratetrust_bom,
    out: *mut *mut cratetrust_buf,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(out, err, { Ok(borrow!(bom)?.write(Format::Json, None)?) })
}

/// Frees a bill of materials and its report.
///
/// NULL: does nothing.
/// Threads: any, once; nobody may use `bom` or its report meanwhile or afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_bom_free(bom: *mut cratetrust_bom) {
    free!(bom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_has_a_number() {
        for format in Format::ALL {
            assert!(FORMATS.iter().any(|(_, known)| *known == format));
        }
        assert_eq!(format_of(0), None);
        assert_eq!(format_of(i32::MIN), None);
    }
}
