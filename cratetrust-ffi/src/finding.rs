//! One finding, as C sees it.

use std::ffi::CStr;

use libc::{c_char, size_t};

use cratetrust_core::report::{Class, Finding, Severity};

use crate::boundary::guard;
use crate::handle::{Handle, Lent};
use crate::text::Text;

/// The verdict is fail.
pub const CRATETRUST_SEVERITY_ERROR: i32 = 1;
/// Worth a look; of class coverage it makes the verdict incomplete.
pub const CRATETRUST_SEVERITY_WARNING: i32 = 2;
/// For information.
pub const CRATETRUST_SEVERITY_INFO: i32 = 3;

/// Two things that must agree do not, or a form is broken.
pub const CRATETRUST_CLASS_MISMATCH: i32 = 1;
/// Something could not be checked.
pub const CRATETRUST_CLASS_COVERAGE: i32 = 2;
/// A fact worth knowing.
pub const CRATETRUST_CLASS_NOTE: i32 = 3;

/// One thing found.
///
/// Lifetime: borrowed from the report or lockfile it was taken from, valid until that is freed.
/// Threads: immutable, any number of threads may read it at once.
pub struct cratetrust_finding {
    _opaque: [u8; 0],
}

impl Handle for cratetrust_finding {
    type Object = FindingObject;
    type Ownership = Lent;
}

/// The object behind `cratetrust_finding`.
#[derive(Debug)]
pub struct FindingObject {
    code: Text,
    class: i32,
    severity: i32,
    package: Option<Text>,
    artifact: Option<Text>,
    path: Option<Text>,
    path_hex: Option<Text>,
    offset: Option<u64>,
    expected: Option<Text>,
    actual: Option<Text>,
    message: Text,
    external: bool,
}

impl FindingObject {
    pub(crate) fn new(finding: &Finding) -> Self {
        let text = |text: &Option<String>| Text::opt(text.as_deref());
        Self {
            code: Text::new(finding.code.name()),
            class: match finding.class {
                Class::Mismatch => CRATETRUST_CLASS_MISMATCH,
                Class::Coverage => CRATETRUST_CLASS_COVERAGE,
                Class::Note => CRATETRUST_CLASS_NOTE,
            },
            severity: match finding.severity {
                Severity::Error => CRATETRUST_SEVERITY_ERROR,
                Severity::Warning => CRATETRUST_SEVERITY_WARNING,
                Severity::Info => CRATETRUST_SEVERITY_INFO,
            },
            package: text(&finding.package),
            artifact: text(&finding.artifact),
            path: text(&finding.path),
            path_hex: text(&finding.path_hex),
            offset: finding.offset,
            expected: text(&finding.expected),
            actual: text(&finding.actual),
            message: Text::new(finding.message.as_str()),
            external: finding.external,
        }
    }
}

pub(crate) fn severity_of(number: i32) -> Option<Severity> {
    match number {
        CRATETRUST_SEVERITY_ERROR => Some(Severity::Error),
        CRATETRUST_SEVERITY_WARNING => Some(Severity::Warning),
        CRATETRUST_SEVERITY_INFO => Some(Severity::Info),
        _ => None,
    }
}

fn severity_name(number: i32) -> Option<&'static CStr> {
    Some(match severity_of(number)? {
        Severity::Error => c"error",
        Severity::Warning => c"warning",
        Severity::Info => c"info",
    })
}

/// The name of a severity: `error`, `warning`, `info`; NULL for a number that is none.
///
/// Ownership: the text is static and lives as long as the library is loaded.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn cratetrust_severity_name(severity: i32) -> *const c_char {
    guard(std::ptr::null(), || {
        severity_name(severity).map_or(std::ptr::null(), CStr::as_ptr)
    })
}

/// What a finding is about: one of CRATETRUST_CODE_.
///
/// Ownership: the text is borrowed from `finding`. `len`, where given, gets its length in bytes.
/// NULL: a NULL `finding` gives NULL; `len` may be NULL.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_finding_code(
    finding: *const cratetrust_finding,
    len: *mut size_t,
) -> *const c_char {
    lend_text!(finding, len, |finding| Some(&finding.code))
}

/// The class of a finding's code, one of CRATETRUST_CLASS_.
///
/// NULL: gives 0, which is no class.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_finding_class(finding: *const cratetrust_finding) -> i32 {
    value!(finding, 0, |finding| finding.class)
}

/// The severity of a finding under the preset and overrides in force, one of CRATETRUST_SEVERITY_.
///
/// NULL: gives 0, which is no severity.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_finding_severity(finding: *const cratetrust_finding) -> i32 {
    value!(finding, 0, |finding| finding.severity)
}

/// The id of the package that a finding is about; NULL where it is about none.
///
/// Ownership: the text is borrowed from `finding`. `len`, where given, gets its length in bytes.
/// NULL: a NULL `finding` gives NULL; `len` may be NULL.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_finding_package(
    finding: *const cratetrust_finding,
    len: *mut size_t,
) -> *const c_char {
    lend_text!(finding, len, |finding| finding.package.as_ref())
}

/// Where the artifact lies that a finding is about, relative to the path given; NULL for none.
///
/// Ownership: the text is borrowed from `finding`. `len`, where given, gets its length in bytes.
/// NULL: a NULL `finding` gives NULL; `len` may be NULL.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_finding_artifact(
    finding: *const cratetrust_finding,
    len: *mut size_t,
) -> *const c_char {
    lend_text!(finding, len, |finding| finding.artifact.as_ref())
}

/// The path inside the artifact, with replacement characters where it is not UTF-8; NULL for none.
/// It comes from the thing under test: escape it before you show it, and use `len`, for it may hold
/// a NUL.
///
/// Ownership: the text is borrowed from `finding`. `len`, where given, gets its length in bytes.
/// NULL: a NULL `finding` gives NULL; `len` may be NULL.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_finding_path(
    finding: *const cratetrust_finding,
    len: *mut size_t,
) -> *const c_char {
    lend_text!(finding, len, |finding| finding.path.as_ref())
}

/// The bytes of the path in hexadecimal digits; NULL where the path is UTF-8 or there is none.
///
/// Ownership: the text is borrowed from `finding`. `len`, where given, gets its length in bytes.
/// NULL: a NULL `finding` gives NULL; `len` may be NULL.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_finding_path_hex(
    finding: *const cratetrust_finding,
    len: *mut size_t,
) -> *const c_char {
    lend_text!(finding, len, |finding| finding.path_hex.as_ref())
}

/// Whether a finding names a byte offset in the artifact (for archives, in the unpacked stream),
/// and stores it in `*offset`; 0 there where it names none.
///
/// NULL: a NULL `finding` gives false; `offset` may be NULL.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_finding_offset(
    finding: *const cratetrust_finding,
    offset: *mut u64,
) -> bool {
    let found = value!(finding, None, |finding| finding.offset);
    // SAFETY: the exported function's contract: NULL or writable.
    if let Some(offset) = unsafe { offset.as_mut() } {
        *offset = found.unwrap_or(0);
    }
    found.is_some()
}

/// What should be there; NULL where the finding does not say.
///
/// Ownership: the text is borrowed from `finding`. `len`, where given, gets its length in bytes.
/// NULL: a NULL `finding` gives NULL; `len` may be NULL.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_finding_expected(
    finding: *const cratetrust_finding,
    len: *mut size_t,
) -> *const c_char {
    lend_text!(finding, len, |finding| finding.expected.as_ref())
}

/// What is there; NULL where the finding does not say.
///
/// Ownership: the text is borrowed from `finding`. `len`, where given, gets its length in bytes.
/// NULL: a NULL `finding` gives NULL; `len` may be NULL.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_finding_actual(
    finding: *const cratetrust_finding,
    len: *mut size_t,
) -> *const c_char {
    lend_text!(finding, len, |finding| finding.actual.as_ref())
}

/// A finding in one sentence.
///
/// Ownership: the text is borrowed from `finding`. `len`, where given, gets its length in bytes.
/// NULL: a NULL `finding` gives NULL; `len` may be NULL.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_finding_message(
    finding: *const cratetrust_finding,
    len: *mut size_t,
) -> *const c_char {
    lend_text!(finding, len, |finding| Some(&finding.message))
}

/// Whether a verifier of the host program made the finding.
///
/// NULL: gives false.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_finding_external(finding: *const cratetrust_finding) -> bool {
    value!(finding, false, |finding| finding.external)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn severity_names_are_the_cores() {
        for number in 1..=3 {
            assert_eq!(
                severity_name(number).unwrap().to_str().unwrap(),
                severity_of(number).unwrap().name()
            );
        }
        assert!(severity_name(0).is_none() && severity_name(4).is_none());
    }
}
