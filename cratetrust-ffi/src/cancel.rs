//! A switch that stops work from another thread.

use cratetrust_core::CancelToken;

use crate::handle::{Handle, Owned, into_raw};

/// A switch that any thread may throw to stop the calls whose options hold it.
///
/// Lifetime: lives until `cratetrust_cancel_free`; options that hold it keep what they need, so it
/// may be freed before them. Threads: any number of threads may use it at once.
pub struct cratetrust_cancel {
    _opaque: [u8; 0],
}

impl Handle for cratetrust_cancel {
    type Object = CancelToken;
    type Ownership = Owned;
}

/// A new switch, not thrown; NULL only where the library is broken.
///
/// Ownership: the caller frees it with `cratetrust_cancel_free`.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn cratetrust_cancel_new() -> *mut cratetrust_cancel {
    crate::boundary::guard(std::ptr::null_mut(), || into_raw(CancelToken::new()))
}

/// Throws the switch, for good: running calls end with CRATETRUST_STATUS_CANCELLED at their next
/// check, later ones at once.
///
/// NULL: does nothing.
/// Threads: any, at the same time, also from a signal handler.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_cancel_trigger(cancel: *const cratetrust_cancel) {
    value!(cancel, (), |cancel| cancel.cancel())
}

/// Whether the switch was thrown.
///
/// NULL: gives false.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_cancel_is_triggered(cancel: *const cratetrust_cancel) -> bool {
    value!(cancel, false, |cancel| cancel.is_cancelled())
}

/// Frees a switch. Options that were given it keep working with it.
///
/// NULL: does nothing.
/// Threads: any, once; nobody may use `cancel` meanwhile or afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_cancel_free(cancel: *mut cratetrust_cancel) {
    free!(cancel)
}
