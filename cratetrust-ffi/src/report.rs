//! A report, and its packages, as C sees them.

use std::ffi::CStr;
use std::sync::OnceLock;

use libc::{c_char, size_t};

use cratetrust_core::report::{PackageReport, Report, Status, Verdict};

use crate::boundary::guard;
use crate::buf::{Buf, cratetrust_buf};
use crate::error::cratetrust_error;
use crate::finding::{FindingObject, cratetrust_finding};
use crate::handle::{Handle, Lent, Owned};
use crate::text::Text;

/// Everything that was asked was checked and holds.
pub const CRATETRUST_VERDICT_PASS: i32 = 1;
/// Something does not hold.
pub const CRATETRUST_VERDICT_FAIL: i32 = 2;
/// Nothing wrong was found, but not everything could be checked.
pub const CRATETRUST_VERDICT_INCOMPLETE: i32 = 3;

/// Checked, and it holds.
pub const CRATETRUST_PACKAGE_STATUS_OK: i32 = 1;
/// Checked, and it does not hold.
pub const CRATETRUST_PACKAGE_STATUS_FAILED: i32 = 2;
/// Could not be checked.
pub const CRATETRUST_PACKAGE_STATUS_UNCHECKED: i32 = 3;
/// A path or workspace package: nothing to check against.
pub const CRATETRUST_PACKAGE_STATUS_LOCAL: i32 = 4;
/// Left out on request.
pub const CRATETRUST_PACKAGE_STATUS_SKIPPED: i32 = 5;

/// What a verb reports: a verdict, packages and findings.
///
/// Lifetime: one made by a verb lives until `cratetrust_report_free`; one borrowed from a bill of
/// materials lives as long as that and is never freed by itself. Threads: immutable, any number of
/// threads may read it at once.
pub struct cratetrust_report {
    _opaque: [u8; 0],
}

impl Handle for cratetrust_report {
    type Object = ReportObject;
    type Ownership = Owned;
}

/// The object behind `cratetrust_report`. The C view of findings and packages is made when it is
/// first asked for: a caller that takes the JSON pays nothing for it.
#[derive(Debug)]
pub struct ReportObject {
    report: Report,
    findings: OnceLock<Box<[FindingObject]>>,
    packages: OnceLock<Box<[ReportPackageObject]>>,
}

impl ReportObject {
    pub(crate) fn new(report: Report) -> Self {
        Self {
            report,
            findings: OnceLock::new(),
            packages: OnceLock::new(),
        }
    }

    fn findings(&self) -> &[FindingObject] {
        self.findings.get_or_init(|| {
            self.report
                .findings
                .iter()
                .map(FindingObject::new)
                .collect()
        })
    }

    fn packages(&self) -> &[ReportPackageObject] {
        self.packages.get_or_init(|| {
            self.report
                .packages
                .iter()
                .map(ReportPackageObject::new)
                .collect()
        })
    }
}

/// One package of a report.
///
/// Lifetime: borrowed from the report, valid until that is freed. Threads: immutable, any number of
/// threads may read it at once.
pub struct cratetrust_report_package {
    _opaque: [u8; 0],
}

impl Handle for cratetrust_report_package {
    type Object = ReportPackageObject;
    type Ownership = Lent;
}

/// The object behind `cratetrust_report_package`.
#[derive(Debug)]
pub struct ReportPackageObject {
    id: Text,
    name: Text,
    version: Text,
    source: Option<Text>,
    status: i32,
    anchors: Box<[Text]>,
}

impl ReportPackageObject {
    fn new(package: &PackageReport) -> Self {
        Self {
            id: Text::new(package.id.as_str()),
            name: Text::new(package.name.as_str()),
            version: Text::new(package.version.as_str()),
            source: Text::opt(package.source.as_deref()),
            status: match package.status {
                Status::Ok => CRATETRUST_PACKAGE_STATUS_OK,
                Status::Failed => CRATETRUST_PACKAGE_STATUS_FAILED,
                Status::Unchecked => CRATETRUST_PACKAGE_STATUS_UNCHECKED,
                Status::Local => CRATETRUST_PACKAGE_STATUS_LOCAL,
                Status::Skipped => CRATETRUST_PACKAGE_STATUS_SKIPPED,
            },
            anchors: package
                .anchors
                .iter()
                .map(String::as_str)
                .map(Text::new)
                .collect(),
        }
    }
}

fn verdict_number(verdict: Verdict) -> i32 {
    match verdict {
        Verdict::Pass => CRATETRUST_VERDICT_PASS,
        Verdict::Fail => CRATETRUST_VERDICT_FAIL,
        Verdict::Incomplete => CRATETRUST_VERDICT_INCOMPLETE,
    }
}

fn verdict_name(number: i32) -> Option<&'static CStr> {
    match number {
        CRATETRUST_VERDICT_PASS => Some(c"pass"),
        CRATETRUST_VERDICT_FAIL => Some(c"fail"),
        CRATETRUST_VERDICT_INCOMPLETE => Some(c"incomplete"),
        _ => None,
    }
}

/// The name of a verdict: `pass`, `fail`, `incomplete`; NULL for a number that is none.
///
/// Ownership: the text is static and lives as long as the library is loaded.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn cratetrust_verdict_name(verdict: i32) -> *const c_char {
    guard(std::ptr::null(), || {
        verdict_name(verdict).map_or(std::ptr::null(), CStr::as_ptr)
    })
}

/// What a report comes to, one of CRATETRUST_VERDICT_. Only CRATETRUST_VERDICT_PASS is a pass.
///
/// NULL: gives 0, which is no verdict.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_report_verdict(report: *const cratetrust_report) -> i32 {
    value!(report, 0, |report| verdict_number(report.report.verdict))
}

/// The number of findings in a report.
///
/// NULL: gives 0.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_report_finding_count(
    report: *const cratetrust_report,
) -> size_t {
    value!(report, 0, |report| report.report.findings.len())
}

/// The finding at an index, in the order of the JSON form: by package, artifact, path, offset, code.
///
/// Ownership: borrowed from `report`, valid until that is freed.
/// NULL: a NULL `report`, and an index that is out of range, give NULL.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_report_finding_at(
    report: *const cratetrust_report,
    index: size_t,
) -> *const cratetrust_finding {
    child!(report, |report| report.findings().get(index))
}

/// The number of packages in a report: ok, failed, unchecked, local and skipped ones.
///
/// NULL: gives 0.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_report_package_count(
    report: *const cratetrust_report,
) -> size_t {
    value!(report, 0, |report| report.report.packages.len())
}

/// The package at an index, in the order of the JSON form: by name, version, source.
///
/// Ownership: borrowed from `report`, valid until that is freed.
/// NULL: a NULL `report`, and an index that is out of range, give NULL.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_report_package_at(
    report: *const cratetrust_report,
    index: size_t,
) -> *const cratetrust_report_package {
    child!(report, |report| report.packages().get(index))
}

/// The number of packages that were checked: ok and failed ones.
///
/// NULL: gives 0.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_report_checked_count(report: *const cratetrust_report) -> u64 {
    value!(report, 0, |report| report.report.summary.checked)
}

/// The number of packages that were checked and hold.
///
/// NULL: gives 0.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_report_ok_count(report: *const cratetrust_report) -> u64 {
    value!(report, 0, |report| report.report.summary.ok)
}

/// The number of packages that were checked and do not hold.
///
/// NULL: gives 0.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_report_failed_count(report: *const cratetrust_report) -> u64 {
    value!(report, 0, |report| report.report.summary.failed)
}

/// The number of packages that could not be checked.
///
/// NULL: gives 0.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_report_unchecked_count(
    report: *const cratetrust_report,
) -> u64 {
    value!(report, 0, |report| report.report.summary.unchecked)
}

/// The number of path and workspace packages.
///
/// NULL: gives 0.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_report_local_count(report: *const cratetrust_report) -> u64 {
    value!(report, 0, |report| report.report.summary.local)
}

/// The number of packages that were left out on request.
///
/// NULL: gives 0.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_report_skipped_count(report: *const cratetrust_report) -> u64 {
    value!(report, 0, |report| report.report.summary.skipped)
}

/// The number of artifacts in a shared store that the lockfile does not name.
///
/// NULL: gives 0.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_report_unlisted_count(report: *const cratetrust_report) -> u64 {
    value!(report, 0, |report| report.report.summary.unlisted)
}

/// The bytes of artifacts that were read.
///
/// NULL: gives 0.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_report_bytes(report: *const cratetrust_report) -> u64 {
    value!(report, 0, |report| report.report.summary.bytes)
}

/// A report as compact JSON, schema `cratetrust.report/1`, the same bytes from every language.
///
/// Ownership: the caller frees `*out` with `cratetrust_buf_free`.
/// NULL: `report` and `out` must not be NULL; `err` may.
/// Threads: any, at the same time.
/// Errors: none beyond NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_report_to_json(
    report: *const cratetrust_report,
    out: *mut *mut cratetrust_buf,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(out, err, {
        Ok(Buf::new(borrow!(report)?.report.to_json()))
    })
}

/// A report as a SARIF 2.1.0 log of one run, the form that code-scanning pages read: compact JSON, the
/// same bytes as from the command's `--format sarif`.
///
/// Ownership: the caller frees `*out` with `cratetrust_buf_free`.
/// NULL: `report` and `out` must not be NULL; `err` may.
/// Threads: any, at the same time.
/// Errors: none beyond NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_report_to_sarif(
    report: *const cratetrust_report,
    out: *mut *mut cratetrust_buf,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(out, err, {
        Ok(Buf::new(borrow!(report)?.report.to_sarif()))
    })
}

/// A report from its JSON (UTF-8, `len` bytes), as `cratetrust_report_to_json` and the command's
/// `--format json` write it; keys that are not known are passed over.
///
/// Ownership: the text is read and not kept; the caller frees `*out` with `cratetrust_report_free`.
/// NULL: `json` and `out` must not be NULL; `err` may.
/// Threads: any.
/// Errors: CRATETRUST_STATUS_INVALID_UTF8; CRATETRUST_STATUS_PARSE for what is no report.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_report_from_json(
    json: *const c_char,
    len: size_t,
    out: *mut *mut cratetrust_report,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(out, err, {
        Ok(ReportObject::new(Report::from_json(text!(json, len)?)?))
    })
}

/// Frees a report that a verb made. One from `cratetrust_bom_report` must not be freed.
///
/// NULL: does nothing.
/// Threads: any, once; nobody may use `report` or what was borrowed from it meanwhile or afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_report_free(report: *mut cratetrust_report) {
    free!(report)
}

/// The id by which findings name a package: `name@version`, or `name@version (source)` where that
/// is not unique.
///
/// Ownership: the text is borrowed from `package`. `len`, where given, gets its length in bytes.
/// NULL: a NULL `package` gives NULL; `len` may be NULL.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_report_package_id(
    package: *const cratetrust_report_package,
    len: *mut size_t,
) -> *const c_char {
    lend_text!(package, len, |package| Some(&package.id))
}

/// A package's name.
///
/// Ownership: the text is borrowed from `package`. `len`, where given, gets its length in bytes.
/// NULL: a NULL `package` gives NULL; `len` may be NULL.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_report_package_name(
    package: *const cratetrust_report_package,
    len: *mut size_t,
) -> *const c_char {
    lend_text!(package, len, |package| Some(&package.name))
}

/// A package's version.
///
/// Ownership: the text is borrowed from `package`. `len`, where given, gets its length in bytes.
/// NULL: a NULL `package` gives NULL; `len` may be NULL.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_report_package_version(
    package: *const cratetrust_report_package,
    len: *mut size_t,
) -> *const c_char {
    lend_text!(package, len, |package| Some(&package.version))
}

/// A package's source as Cargo.lock spells it; NULL for local packages and where it is not known.
///
/// Ownership: the text is borrowed from `package`. `len`, where given, gets its length in bytes.
/// NULL: a NULL `package` gives NULL; `len` may be NULL.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_report_package_source(
    package: *const cratetrust_report_package,
    len: *mut size_t,
) -> *const c_char {
    lend_text!(package, len, |package| package.source.as_ref())
}

/// What came of checking a package, one of CRATETRUST_PACKAGE_STATUS_.
///
/// NULL: gives 0, which is no status.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_report_package_status(
    package: *const cratetrust_report_package,
) -> i32 {
    value!(package, 0, |package| package.status)
}

/// The number of anchors: what a package's digest was compared with.
///
/// NULL: gives 0.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_report_package_anchor_count(
    package: *const cratetrust_report_package,
) -> size_t {
    value!(package, 0, |package| package.anchors.len())
}

/// The anchor at an index: `lock`, `index`, `caller`, `self-declared`, …
///
/// Ownership: the text is borrowed from `package`. `len`, where given, gets its length in bytes.
/// NULL: a NULL `package`, and an index that is out of range, give NULL; `len` may be NULL.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_report_package_anchor_at(
    package: *const cratetrust_report_package,
    index: size_t,
    len: *mut size_t,
) -> *const c_char {
    lend_text!(package, len, |package| package.anchors.get(index))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdict_names_are_the_cores() {
        for verdict in [Verdict::Pass, Verdict::Fail, Verdict::Incomplete] {
            let name = verdict_name(verdict_number(verdict)).unwrap();
            assert_eq!(name.to_str().unwrap(), verdict.name());
        }
        assert!(verdict_name(0).is_none() && verdict_name(4).is_none());
    }
}
