//! Why a call failed, as an object that the caller owns.

use libc::{c_char, size_t};

use cratetrust_core::{Error, ErrorKind};

use crate::boundary::Failure;
use crate::handle::{Handle, Owned};
use crate::text::Text;

/// Why a call failed: a status, a sentence, and the place it is about.
///
/// Lifetime: made by a failing call through its `err` parameter; lives until
/// `cratetrust_error_free`. Threads: immutable, any number of threads may read it at once.
pub struct cratetrust_error {
    _opaque: [u8; 0],
}

impl Handle for cratetrust_error {
    type Object = ErrorObject;
    type Ownership = Owned;
}

/// The object behind `cratetrust_error`.
#[derive(Debug)]
pub struct ErrorObject {
    status: i32,
    message: Text,
    path: Option<Text>,
    details: Text,
}

impl ErrorObject {
    pub(crate) fn new(failure: &Failure) -> Self {
        let (kind, error) = match failure {
            Failure::Core(error) => (None, error.clone()),
            Failure::Null(name) => (
                Some("null-argument"),
                Error::invalid(format!("`{name}` must not be NULL")),
            ),
            Failure::Panic(text) => (
                Some("panic"),
                Error::new(ErrorKind::Internal, format!("the library panicked: {text}")),
            ),
        };
        let mut details = error.to_json();
        // Kinds that exist at this boundary only; the rest of the form is the core's.
        if let Some(kind) = kind
            && let Ok(mut value) = serde_json::from_str::<serde_json::Value>(&details)
            && let Some(slot) = value.get_mut("kind")
        {
            *slot = kind.into();
            details = value.to_string();
        }
        Self {
            status: failure.status(),
            message: Text::new(error.to_string()),
            path: Text::opt(error.path()),
            details: Text::new(details),
        }
    }

    /// The sentence, for tests.
    #[cfg(test)]
    pub(crate) fn message(&self) -> &str {
        self.message.as_str()
    }
}

/// The status that the failing call returned.
///
/// NULL: gives CRATETRUST_STATUS_OK.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_error_status(error: *const cratetrust_error) -> i32 {
    value!(error, crate::CRATETRUST_STATUS_OK, |error| error.status)
}

/// What went wrong in one sentence, with path, line and limit where they are known: fit to be
/// shown, misleading characters escaped.
///
/// Ownership: the text is borrowed from `error`. `len`, where given, gets its length in bytes.
/// NULL: a NULL `error` gives NULL; `len` may be NULL.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_error_message(
    error: *const cratetrust_error,
    len: *mut size_t,
) -> *const c_char {
    lend_text!(error, len, |error| Some(&error.message))
}

/// The path or label of the input that the error is about; NULL where it is about none.
///
/// Ownership: the text is borrowed from `error`. `len`, where given, gets its length in bytes.
/// NULL: a NULL `error` gives NULL; `len` may be NULL.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_error_path(
    error: *const cratetrust_error,
    len: *mut size_t,
) -> *const c_char {
    lend_text!(error, len, |error| error.path.as_ref())
}

/// The error as one JSON object, schema `cratetrust.error/1`: kind, message without the place,
/// path, line, column, offset, and the limit that was met. Every key is always present.
///
/// Ownership: the text is borrowed from `error`. `len`, where given, gets its length in bytes.
/// NULL: a NULL `error` gives NULL; `len` may be NULL.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_error_details_json(
    error: *const cratetrust_error,
    len: *mut size_t,
) -> *const c_char {
    lend_text!(error, len, |error| Some(&error.details))
}

/// Frees an error.
///
/// NULL: does nothing.
/// Threads: any, once; nobody may use `error` meanwhile or afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_error_free(error: *mut cratetrust_error) {
    free!(error)
}
