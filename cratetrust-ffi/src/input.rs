//! What a call reads: a path, bytes, or a callback.

use std::io;
use std::path::PathBuf;

use libc::{c_char, c_void, size_t};

use cratetrust_core::{Error, Input};

use crate::boundary::Outcome;
use crate::error::cratetrust_error;
use crate::handle::{Handle, Owned};

/// One thing to read: a path, bytes in memory, or a reader.
///
/// Lifetime: lives until `cratetrust_input_free`; options that hold it keep what they need, so it
/// may be freed before them. Threads: immutable, any number of threads may use it at once; one that
/// is a reader can be read by one call only.
pub struct cratetrust_input {
    _opaque: [u8; 0],
}

impl Handle for cratetrust_input {
    type Object = Input;
    type Ownership = Owned;
}

/// Reads the next bytes of an input: writes at most `len` bytes, at least 1, to `buf` and returns
/// how many; 0 at the end; a negative number of the caller's choice where reading failed.
///
/// It is called by one thread at a time, during a call that was given the input; that thread may be
/// another one than the caller's where `jobs` is more than 1. It must not throw, unwind or longjmp,
/// and must not free the input.
pub type cratetrust_read_fn =
    Option<unsafe extern "C" fn(user_data: *mut c_void, buf: *mut u8, len: size_t) -> i64>;

struct Reader {
    read: unsafe extern "C" fn(*mut c_void, *mut u8, size_t) -> i64,
    user_data: *mut c_void,
}

// SAFETY: the contract of `cratetrust_read_fn`: the callback and its data may be used from another
// thread, never from two at once.
unsafe impl Send for Reader {}

impl io::Read for Reader {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if buf.is_empty() {
            return Ok(0);
        }
        // SAFETY: the buffer is writable for its length; the callback keeps its contract.
        let answer = unsafe { (self.read)(self.user_data, buf.as_mut_ptr(), buf.len()) };
        let read = usize::try_from(answer)
            .map_err(|_| io::Error::other(format!("the reader failed with {answer}")))?;
        if read > buf.len() {
            return Err(io::Error::other(format!(
                "the reader says that it wrote {read} bytes where {} fit",
                buf.len()
            )));
        }
        Ok(read)
    }
}

#[cfg(unix)]
fn to_path(bytes: &[u8]) -> Outcome<PathBuf> {
    use std::os::unix::ffi::OsStrExt;
    Ok(PathBuf::from(std::ffi::OsStr::from_bytes(bytes)))
}

#[cfg(not(unix))]
fn to_path(bytes: &[u8]) -> Outcome<PathBuf> {
    let text = std::str::from_utf8(bytes).map_err(|e| {
        Error::new(
            cratetrust_core::ErrorKind::InvalidUtf8,
            "`path` is not UTF-8",
        )
        .at_offset(e.valid_up_to() as u64)
    })?;
    Ok(PathBuf::from(text))
}

/// An input that is a file or a directory. Nothing is opened before a call reads it.
///
/// `path` holds `len` bytes, without a NUL: any bytes on Unix, UTF-8 on Windows.
/// Ownership: `path` is copied; the caller frees `*out` with `cratetrust_input_free`.
/// NULL: `path` and `out` must not be NULL; `err` may.
/// Threads: any.
/// Errors: CRATETRUST_STATUS_INVALID_ARGUMENT for an empty path or a NUL byte in it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_input_from_path(
    path: *const c_char,
    len: size_t,
    out: *mut *mut cratetrust_input,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(out, err, {
        let data = path.cast();
        if path.is_null() {
            return Err(crate::boundary::Failure::Null("path"));
        }
        let bytes = bytes!(data, len)?;
        if bytes.is_empty() {
            return Err(Error::invalid("a path must not be empty").into());
        }
        if let Some(at) = bytes.iter().position(|byte| *byte == 0) {
            return Err(Error::invalid("a path must not hold a NUL byte")
                .at_offset(at as u64)
                .into());
        }
        Ok(Input::from_path(to_path(bytes)?))
    })
}

/// An input that is bytes in memory.
///
/// `label` (UTF-8, `label_len` bytes) stands for the file name in reports and errors.
/// Ownership: label and bytes are copied; the caller frees `*out` with `cratetrust_input_free`.
/// NULL: `label` may be NULL for no name; `data` may be NULL where `len` is 0; `out` must not be
/// NULL; `err` may.
/// Threads: any.
/// Errors: CRATETRUST_STATUS_INVALID_UTF8 for the label.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_input_from_bytes(
    label: *const c_char,
    label_len: size_t,
    data: *const u8,
    len: size_t,
    out: *mut *mut cratetrust_input,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(out, err, {
        let label = optional_text!(label, label_len)?.unwrap_or_default();
        Ok(Input::from_bytes(label, bytes!(data, len)?))
    })
}

/// An input that a callback reads. One call can read it; a second one gets
/// CRATETRUST_STATUS_INVALID_ARGUMENT.
///
/// `size_hint` is the size in bytes where it is known, else negative; nothing is allocated by it.
/// `label` (UTF-8, `label_len` bytes) stands for the file name in reports and errors.
/// Ownership: the label is copied; `user_data` stays the caller's and must stay valid until the
/// input and all options that were given it are freed. The caller frees `*out` with
/// `cratetrust_input_free`.
/// NULL: `read` and `out` must not be NULL; `user_data`, `label` and `err` may.
/// Threads: any; see `cratetrust_read_fn` for the callback.
/// Errors: CRATETRUST_STATUS_INVALID_UTF8 for the label.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_input_from_reader(
    read: cratetrust_read_fn,
    user_data: *mut c_void,
    size_hint: i64,
    label: *const c_char,
    label_len: size_t,
    out: *mut *mut cratetrust_input,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(out, err, {
        let read = read.ok_or(crate::boundary::Failure::Null("read"))?;
        let label = optional_text!(label, label_len)?.unwrap_or_default();
        let size_hint = u64::try_from(size_hint).ok();
        Ok(Input::from_reader(
            label,
            size_hint,
            Reader { read, user_data },
        ))
    })
}

/// Frees an input. Options that were given it keep working with it.
///
/// NULL: does nothing.
/// Threads: any, once; nobody may use `input` meanwhile or afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_input_free(input: *mut cratetrust_input) {
    free!(input)
}
