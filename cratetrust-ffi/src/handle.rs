//! Handles: how a C pointer and a Rust object belong to each other.
//!
//! Each C type is tied to one Rust object and one kind of ownership, so that the compiler refuses
//! to free what is only lent. Counted references are not needed: what the core shares between
//! threads or calls (cancel tokens, input bytes) is counted inside it.

use crate::boundary::{Failure, guard};

/// An opaque C type and the Rust object behind it.
pub(crate) trait Handle: Sized {
    /// What a pointer to the C type points at.
    type Object: Send + Sync;
    /// [`Owned`] or [`Lent`].
    type Ownership;
}

/// Made by the library, freed by the caller with the type's `_free`.
pub(crate) struct Owned;

/// Part of another object, never freed by itself.
pub(crate) struct Lent;

/// Hands an object to the caller.
pub(crate) fn into_raw<H: Handle<Ownership = Owned>>(object: H::Object) -> *mut H {
    Box::into_raw(Box::new(object)).cast()
}

/// Lends a part of an object; the pointer lives as long as the object.
pub(crate) fn lend<H: Handle>(object: &H::Object) -> *const H {
    std::ptr::from_ref(object).cast()
}

/// Lends an object that the borrower may change.
pub(crate) fn lend_mut<H: Handle>(object: &mut H::Object) -> *mut H {
    std::ptr::from_mut(object).cast()
}

/// Takes an object back and drops it; NULL is fine.
///
/// # Safety
/// `handle` is NULL or came from [`into_raw`] and was not freed before.
pub(crate) unsafe fn free<H: Handle<Ownership = Owned>>(handle: *mut H) {
    guard((), || {
        if !handle.is_null() {
            // SAFETY: `into_raw` made it from a box of this very type, says the caller.
            drop(unsafe { Box::from_raw(handle.cast::<H::Object>()) });
        }
    });
}

/// The object behind a handle.
///
/// # Safety
/// `handle` is NULL or a live handle that nobody changes meanwhile.
pub(crate) unsafe fn borrow<'a, H: Handle>(
    handle: *const H,
    name: &'static str,
) -> Result<&'a H::Object, Failure> {
    // SAFETY: a live handle points at its object, says the caller.
    unsafe { handle.cast::<H::Object>().as_ref() }.ok_or(Failure::Null(name))
}

/// The object behind a handle, to be changed.
///
/// # Safety
/// `handle` is NULL or a live handle that nobody else uses meanwhile.
pub(crate) unsafe fn borrow_mut<'a, H: Handle>(
    handle: *mut H,
    name: &'static str,
) -> Result<&'a mut H::Object, Failure> {
    // SAFETY: a live handle points at its object and is used by nobody else, says the caller.
    unsafe { handle.cast::<H::Object>().as_mut() }.ok_or(Failure::Null(name))
}

/// Reads something off an object; `default` where there is none.
pub(crate) fn read<O, T: Copy>(object: Option<&O>, default: T, get: impl FnOnce(&O) -> T) -> T {
    guard(default, || object.map_or(default, get))
}

/// Lends a child of an object; NULL where there is none.
pub(crate) fn child<O, C: Handle>(
    object: Option<&O>,
    get: impl FnOnce(&O) -> Option<&C::Object>,
) -> *const C {
    guard(std::ptr::null(), || {
        object.and_then(get).map_or(std::ptr::null(), lend)
    })
}

/// The handle's object, or the status for NULL.
macro_rules! borrow {
    ($handle:ident) => {
        // SAFETY: the exported function's contract: NULL or a live handle of this type.
        unsafe { $crate::handle::borrow($handle, stringify!($handle)) }
    };
}

/// The handle's object for a setter, or the status for NULL.
macro_rules! borrow_mut {
    ($handle:ident) => {
        // SAFETY: the exported function's contract: NULL or a live handle, used by one thread.
        unsafe { $crate::handle::borrow_mut($handle, stringify!($handle)) }
    };
}

/// The whole body of a getter of a scalar.
macro_rules! value {
    ($handle:ident, $default:expr, $get:expr) => {
        $crate::handle::read(borrow!($handle).ok(), $default, $get)
    };
}

/// The whole body of a getter of a lent handle.
macro_rules! child {
    ($handle:ident, $get:expr) => {
        $crate::handle::child(borrow!($handle).ok(), $get)
    };
}

/// The whole body of a `_free`.
macro_rules! free {
    ($handle:ident) => {
        // SAFETY: the exported function's contract: NULL or an owned handle, freed once.
        unsafe { $crate::handle::free($handle) }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Thing;

    impl Handle for Thing {
        type Object = Vec<u8>;
        type Ownership = Owned;
    }

    #[test]
    fn a_handle_is_made_read_changed_and_freed() {
        let raw: *mut Thing = into_raw(vec![1, 2]);
        // SAFETY: `raw` is live and used here alone.
        unsafe { borrow_mut(raw, "raw") }.unwrap().push(3);
        // SAFETY: as above.
        let object = unsafe { borrow(raw, "raw") }.ok();
        assert_eq!(read(object, 0, Vec::len), 3);
        // SAFETY: it came from `into_raw`.
        unsafe { free(raw) };
        // SAFETY: NULL is fine everywhere.
        unsafe {
            free(std::ptr::null_mut::<Thing>());
            assert!(matches!(
                borrow(std::ptr::null::<Thing>(), "x"),
                Err(Failure::Null("x"))
            ));
        }
        assert_eq!(read(None, 7, Vec::<u8>::len), 7);
    }
}
