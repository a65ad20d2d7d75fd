//! The one door between C and Rust: no panic passes it, and every failure becomes a status.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use cratetrust_core::Error;

use crate::error::{ErrorObject, cratetrust_error};
use crate::handle::{Handle, Owned, into_raw};
use crate::status::{CRATETRUST_STATUS_OK, CRATETRUST_STATUS_PANIC};

/// Why an exported function did not succeed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A required pointer is NULL; its parameter's name.
    Null(&'static str),
    /// What the core says.
    Core(Error),
    /// A panic was caught; its text.
    Panic(String),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Core(error)
    }
}

/// What the body of an exported function comes to.
pub(crate) type Outcome<T> = Result<T, Failure>;

/// Runs a body that cannot fail; a panic becomes `default`.
pub(crate) fn guard<T>(default: T, body: impl FnOnce() -> T) -> T {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(value) => value,
        Err(payload) => {
            // Dropping a foreign payload could panic again.
            std::mem::forget(payload);
            default
        }
    }
}

/// Runs a body and stores its failure in `*err`.
///
/// # Safety
/// `err` is NULL or writable.
pub(crate) unsafe fn perform(
    err: *mut *mut cratetrust_error,
    body: impl FnOnce() -> Outcome<()>,
) -> i32 {
    guard(CRATETRUST_STATUS_PANIC, || {
        // SAFETY: NULL or writable, says the caller.
        let err = unsafe { err.as_mut() };
        match (catch(body), err) {
            (Ok(()), err) => {
                if let Some(err) = err {
                    *err = std::ptr::null_mut();
                }
                CRATETRUST_STATUS_OK
            }
            (Err(failure), None) => failure.status(),
            (Err(failure), Some(err)) => {
                *err = std::ptr::null_mut();
                let status = failure.status();
                *err = into_raw(ErrorObject::new(&failure));
                status
            }
        }
    })
}

/// As [`perform`], and stores the body's object in `*out`; NULL there on failure.
///
/// # Safety
/// `err` and `out` are NULL or writable.
pub(crate) unsafe fn produce<H: Handle<Ownership = Owned>>(
    out: *mut *mut H,
    err: *mut *mut cratetrust_error,
    body: impl FnOnce() -> Outcome<H::Object>,
) -> i32 {
    // SAFETY: NULL or writable, says the caller.
    let out = unsafe { out.as_mut() };
    let body = || {
        let out = out.ok_or(Failure::Null("out"))?;
        *out = std::ptr::null_mut();
        *out = into_raw(body()?);
        Ok(())
    };
    // SAFETY: the same contract.
    unsafe { perform(err, body) }
}

fn catch<T>(body: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(outcome) => outcome,
        Err(payload) => Err(Failure::Panic(payload_text(payload))),
    }
}

fn payload_text(payload: Box<dyn Any + Send>) -> String {
    let text = match payload.downcast_ref::<&'static str>() {
        Some(text) => (*text).to_owned(),
        None => match payload.downcast_ref::<String>() {
            Some(text) => text.clone(),
            None => "a panic without a text".to_owned(),
        },
    };
    // Dropping a foreign payload could panic again.
    std::mem::forget(payload);
    text
}

/// The whole body of a function that returns a status, with or without an owned result.
macro_rules! boundary {
    ($out:ident, $err:ident, $body:block) => {{
        let body = || -> $crate::boundary::Outcome<_> { $body };
        // SAFETY: the exported function's contract: both are NULL or writable.
        unsafe { $crate::boundary::produce($out, $err, body) }
    }};
    ($err:ident, $body:block) => {{
        let body = || -> $crate::boundary::Outcome<()> { $body };
        // SAFETY: the exported function's contract: NULL or writable.
        unsafe { $crate::boundary::perform($err, body) }
    }};
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::{CRATETRUST_STATUS_NULL_ARGUMENT, CRATETRUST_STATUS_PARSE};

    #[test]
    fn panics_become_a_status_with_their_text() {
        for (payload, text) in [
            (Box::new("plain") as Box<dyn Any + Send>, "plain"),
            (Box::new("made".to_owned()), "made"),
            (Box::new(7), "a panic without a text"),
        ] {
            let mut err = std::ptr::null_mut();
            // SAFETY: `err` is writable.
            let status = unsafe { perform(&raw mut err, || std::panic::resume_unwind(payload)) };
            assert_eq!(status, CRATETRUST_STATUS_PANIC);
            // SAFETY: the failure was just stored there.
            let error = unsafe { crate::handle::borrow(err, "err") }.unwrap();
            assert!(error.message().contains(text), "{}", error.message());
            // SAFETY: owned, freed once.
            unsafe { crate::handle::free(err) };
        }
        assert_eq!(guard(5, || std::panic::resume_unwind(Box::new(1))), 5);
    }

    #[test]
    fn out_is_null_after_a_failure_and_err_after_success() {
        let mut out: *mut crate::cratetrust_buf = std::ptr::dangling_mut();
        let mut err: *mut cratetrust_error = std::ptr::dangling_mut();
        // SAFETY: both are writable.
        let status = unsafe {
            produce(&raw mut out, std::ptr::null_mut(), || {
                Err(Error::parse("x").into())
            })
        };
        assert_eq!(status, CRATETRUST_STATUS_PARSE);
        assert!(out.is_null());
        // SAFETY: `err` is writable.
        let status = unsafe { perform(&raw mut err, || Ok(())) };
        assert_eq!(status, CRATETRUST_STATUS_OK);
        assert!(err.is_null());
        // SAFETY: NULL is allowed.
        let status = unsafe {
            produce::<crate::cratetrust_buf>(std::ptr::null_mut(), std::ptr::null_mut(), || {
                Err(Failure::Null("never run"))
            })
        };
        assert_eq!(status, CRATETRUST_STATUS_NULL_ARGUMENT);
    }
}
