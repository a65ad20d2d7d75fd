//! Status codes, and the name of each. A number is never given another meaning.

use std::ffi::CStr;

use cratetrust_core::ErrorKind;
use libc::c_char;

use crate::boundary::{Failure, guard};

/// Success.
pub const CRATETRUST_STATUS_OK: i32 = 0;
/// A required pointer is NULL.
pub const CRATETRUST_STATUS_NULL_ARGUMENT: i32 = 1;
/// An argument or an option has a value that makes no sense.
pub const CRATETRUST_STATUS_INVALID_ARGUMENT: i32 = 2;
/// Text that must be UTF-8 is not.
pub const CRATETRUST_STATUS_INVALID_UTF8: i32 = 3;
/// A number or an enumeration value is outside its range.
pub const CRATETRUST_STATUS_OUT_OF_RANGE: i32 = 4;
/// The request is understood, but this build or this input cannot serve it.
pub const CRATETRUST_STATUS_UNSUPPORTED: i32 = 5;
/// Reading or writing failed.
pub const CRATETRUST_STATUS_IO: i32 = 100;
/// A named path does not exist.
pub const CRATETRUST_STATUS_NOT_FOUND: i32 = 101;
/// A named path may not be read.
pub const CRATETRUST_STATUS_PERMISSION_DENIED: i32 = 102;
/// An input is larger, deeper or longer than a limit allows.
pub const CRATETRUST_STATUS_LIMIT_EXCEEDED: i32 = 103;
/// The caller cancelled the work.
pub const CRATETRUST_STATUS_CANCELLED: i32 = 104;
/// An input of a known format breaks that format.
pub const CRATETRUST_STATUS_PARSE: i32 = 200;
/// An input is of no format that is known here.
pub const CRATETRUST_STATUS_UNSUPPORTED_FORMAT: i32 = 201;
/// The library panicked; the call had no effect that can be relied on, the process goes on.
pub const CRATETRUST_STATUS_PANIC: i32 = 900;
/// A fault of the library itself.
pub const CRATETRUST_STATUS_INTERNAL: i32 = 901;

impl Failure {
    /// The status that C sees.
    pub(crate) fn status(&self) -> i32 {
        match self {
            Self::Null(_) => CRATETRUST_STATUS_NULL_ARGUMENT,
            Self::Panic(_) => CRATETRUST_STATUS_PANIC,
            Self::Core(error) => status_of(error.kind()),
        }
    }
}

fn status_of(kind: ErrorKind) -> i32 {
    match kind {
        ErrorKind::InvalidArgument => CRATETRUST_STATUS_INVALID_ARGUMENT,
        ErrorKind::InvalidUtf8 => CRATETRUST_STATUS_INVALID_UTF8,
        ErrorKind::OutOfRange => CRATETRUST_STATUS_OUT_OF_RANGE,
        ErrorKind::Unsupported => CRATETRUST_STATUS_UNSUPPORTED,
        ErrorKind::Io => CRATETRUST_STATUS_IO,
        ErrorKind::NotFound => CRATETRUST_STATUS_NOT_FOUND,
        ErrorKind::PermissionDenied => CRATETRUST_STATUS_PERMISSION_DENIED,
        ErrorKind::LimitExceeded => CRATETRUST_STATUS_LIMIT_EXCEEDED,
        ErrorKind::Cancelled => CRATETRUST_STATUS_CANCELLED,
        ErrorKind::Parse => CRATETRUST_STATUS_PARSE,
        ErrorKind::UnsupportedFormat => CRATETRUST_STATUS_UNSUPPORTED_FORMAT,
        // `Internal`, and kinds that the core has gained and this table has not.
        _ => CRATETRUST_STATUS_INTERNAL,
    }
}

fn name_of(status: i32) -> &'static CStr {
    match status {
        CRATETRUST_STATUS_OK => c"OK",
        CRATETRUST_STATUS_NULL_ARGUMENT => c"NULL_ARGUMENT",
        CRATETRUST_STATUS_INVALID_ARGUMENT => c"INVALID_ARGUMENT",
        CRATETRUST_STATUS_INVALID_UTF8 => c"INVALID_UTF8",
        CRATETRUST_STATUS_OUT_OF_RANGE => c"OUT_OF_RANGE",
        CRATETRUST_STATUS_UNSUPPORTED => c"UNSUPPORTED",
        CRATETRUST_STATUS_IO => c"IO",
        CRATETRUST_STATUS_NOT_FOUND => c"NOT_FOUND",
        CRATETRUST_STATUS_PERMISSION_DENIED => c"PERMISSION_DENIED",
        CRATETRUST_STATUS_LIMIT_EXCEEDED => c"LIMIT_EXCEEDED",
        CRATETRUST_STATUS_CANCELLED => c"CANCELLED",
        CRATETRUST_STATUS_PARSE => c"PARSE",
        CRATETRUST_STATUS_UNSUPPORTED_FORMAT => c"UNSUPPORTED_FORMAT",
        CRATETRUST_STATUS_PANIC => c"PANIC",
        CRATETRUST_STATUS_INTERNAL => c"INTERNAL",
        _ => c"UNKNOWN",
    }
}

/// The name of a status, such as `NOT_FOUND`; `UNKNOWN` for a number that is none.
///
/// Ownership: the text is static and lives as long as the library is loaded.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn cratetrust_status_name(status: i32) -> *const c_char {
    guard(std::ptr::null(), || name_of(status).as_ptr())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_the_status_of_its_name() {
        for kind in [
            ErrorKind::InvalidArgument,
            ErrorKind::InvalidUtf8,
            ErrorKind::OutOfRange,
            ErrorKind::Unsupported,
            ErrorKind::Io,
            ErrorKind::NotFound,
            ErrorKind::PermissionDenied,
            ErrorKind::LimitExceeded,
            ErrorKind::Cancelled,
            ErrorKind::Parse,
            ErrorKind::UnsupportedFormat,
            ErrorKind::Internal,
        ] {
            let name = kind.name().replace('-', "_").to_uppercase();
            assert_eq!(name_of(status_of(kind)).to_str().unwrap(), name);
        }
    }
}
