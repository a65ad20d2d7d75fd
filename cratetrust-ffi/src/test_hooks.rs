//! Exported for tests only, through the cargo feature `test-hooks`; no part of the ABI.

use libc::{c_char, size_t};

use crate::error::cratetrust_error;

/// Panics with the given text inside the boundary.
#[unsafe(no_mangle)]
#[allow(clippy::panic, reason = "to see what becomes of a panic")]
pub unsafe extern "C" fn cratetrust_test_panic(
    message: *const c_char,
    len: size_t,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(err, {
        let message = text!(message, len)?;
        panic!("{message}")
    })
}
