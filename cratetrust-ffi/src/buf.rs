//! Bytes that the caller owns.

use libc::size_t;

use crate::error::cratetrust_error;
use crate::handle::{Handle, Owned};

/// Bytes made by the library: a JSON text, a document.
///
/// Lifetime: lives until `cratetrust_buf_free`; a buffer lent to a callback lives as long as the
/// call. Threads: any number of threads may read it at once.
pub struct cratetrust_buf {
    _opaque: [u8; 0],
}

impl Handle for cratetrust_buf {
    type Object = Buf;
    type Ownership = Owned;
}

/// The object behind `cratetrust_buf`: the bytes, and a NUL after them that is not counted.
#[derive(Debug)]
pub struct Buf(Vec<u8>);

impl Buf {
    pub(crate) fn new(bytes: impl Into<Vec<u8>>) -> Self {
        let mut bytes = bytes.into();
        bytes.push(0);
        Self(bytes)
    }

    pub(crate) fn as_slice(&self) -> &[u8] {
        self.0.split_last().map_or(&[], |(_, bytes)| bytes)
    }

    fn append(&mut self, bytes: &[u8]) {
        self.0.pop();
        self.0.extend_from_slice(bytes);
        self.0.push(0);
    }
}

/// The first byte of a buffer. A NUL byte that is not counted follows the last one, so that a text
/// may be printed as it is.
///
/// Ownership: borrowed from `buf`, until it is freed or appended to.
/// NULL: gives NULL.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_buf_data(buf: *const cratetrust_buf) -> *const u8 {
    value!(buf, std::ptr::null(), |buf| buf.0.as_ptr())
}

/// The number of bytes in a buffer.
///
/// NULL: gives 0.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_buf_len(buf: *const cratetrust_buf) -> size_t {
    value!(buf, 0, |buf| buf.as_slice().len())
}

/// Appends bytes to a buffer: how a callback such as `cratetrust_verify_fn` answers.
///
/// NULL: a NULL `buf`, or NULL `data` with a length, is CRATETRUST_STATUS_NULL_ARGUMENT; `err` may
/// be NULL.
/// Threads: one at a time.
/// Errors: CRATETRUST_STATUS_OUT_OF_RANGE for an impossible length.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_buf_append(
    buf: *mut cratetrust_buf,
    data: *const u8,
    len: size_t,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(err, {
        let buf = borrow_mut!(buf)?;
        buf.append(bytes!(data, len)?);
        Ok(())
    })
}

/// Frees a buffer. A buffer lent to a callback must not be freed.
///
/// NULL: does nothing.
/// Threads: any, once; nobody may use `buf` meanwhile or afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_buf_free(buf: *mut cratetrust_buf) {
    free!(buf)
}
