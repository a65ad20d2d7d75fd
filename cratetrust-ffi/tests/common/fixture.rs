//! One live handle of every type, and helpers that call C functions.
#![allow(dead_code, reason = "each test program uses the part that it needs")]

use std::ffi::{c_char, c_void};
use std::ptr::{null, null_mut};

use cratetrust::*;

pub(crate) const LOCK: &str = r#"version = 4

[[package]]
name = "app"
version = "0.1.0"
dependencies = [
 "leaf",
]

[[package]]
name = "leaf"
version = "1.2.3"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
"#;

pub(crate) type Err = *mut *mut cratetrust_error;

/// Text as the C functions take it.
pub(crate) fn ptr(text: &str) -> *const c_char {
    text.as_ptr().cast()
}

/// A borrowed text as Rust sees it.
pub(crate) fn text(get: impl FnOnce(*mut usize) -> *const c_char) -> Option<String> {
    let mut len = usize::MAX;
    let text = get(&raw mut len);
    if text.is_null() {
        assert_eq!(len, 0, "a NULL text has length 0");
        return None;
    }
    // SAFETY: the library lends that many bytes, with a NUL after them.
    let bytes = unsafe { std::slice::from_raw_parts(text.cast::<u8>(), len + 1) };
    assert_eq!(bytes.last(), Some(&0), "a NUL follows");
    Some(String::from_utf8(bytes.split_last().unwrap().1.to_vec()).unwrap())
}

/// Calls what should succeed.
pub(crate) fn good<T>(call: impl FnOnce(*mut *mut T, Err) -> i32) -> *mut T {
    let mut out = null_mut();
    ok(|err| call(&raw mut out, err));
    assert!(!out.is_null());
    out
}

/// Calls what should succeed and gives nothing.
pub(crate) fn ok(call: impl FnOnce(Err) -> i32) {
    let mut err = std::ptr::dangling_mut();
    let status = call(&raw mut err);
    if status != CRATETRUST_STATUS_OK {
        // SAFETY: a failing call stores an error.
        let message = text(|len| unsafe { cratetrust_error_message(err, len) });
        panic!("status {status}: {message:?}");
    }
    assert!(err.is_null(), "no error after success");
}

/// Calls what should fail with a status, with and without `err`; gives the error's details.
pub(crate) fn bad(status: i32, call: impl Fn(Err) -> i32) -> serde_json::Value {
    assert_eq!(call(null_mut()), status, "without err");
    let mut err = null_mut();
    assert_eq!(call(&raw mut err), status, "with err");
    assert!(!err.is_null(), "an error after a failure");
    // SAFETY: a failing call stores an error, freed here once.
    unsafe {
        assert_eq!(cratetrust_error_status(err), status);
        assert!(text(|len| cratetrust_error_message(err, len)).is_some());
        let details = text(|len| cratetrust_error_details_json(err, len)).unwrap();
        let path = text(|len| cratetrust_error_path(err, len));
        cratetrust_error_free(err);
        let details: serde_json::Value = serde_json::from_str(&details).unwrap();
        assert_eq!(details["schema"], "cratetrust.error/1");
        assert_eq!(details["path"].as_str(), path.as_deref());
        details
    }
}

/// Calls what should fail with a status and leave NULL in `*out`.
pub(crate) fn bad_out<T>(status: i32, call: impl Fn(*mut *mut T, Err) -> i32) -> serde_json::Value {
    bad(status, |err| {
        let mut out = std::ptr::dangling_mut();
        let status = call(&raw mut out, err);
        assert!(out.is_null(), "out is NULL after a failure");
        status
    })
}

pub(crate) fn bytes_input(label: &str, data: &[u8]) -> *mut cratetrust_input {
    // SAFETY: both point at that many bytes.
    good(|out, err| unsafe {
        cratetrust_input_from_bytes(ptr(label), label.len(), data.as_ptr(), data.len(), out, err)
    })
}

/// Takes a buffer's bytes and frees it.
pub(crate) fn take(buf: *mut cratetrust_buf) -> String {
    // SAFETY: an owned buffer, freed here once.
    unsafe {
        let data = cratetrust_buf_data(buf);
        let bytes = std::slice::from_raw_parts(data, cratetrust_buf_len(buf) + 1);
        let (nul, bytes) = bytes.split_last().unwrap();
        assert_eq!(*nul, 0, "a NUL follows");
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        cratetrust_buf_free(buf);
        text
    }
}

pub(crate) unsafe extern "C" fn read_nothing(_: *mut c_void, _: *mut u8, _: usize) -> i64 {
    0
}

pub(crate) unsafe extern "C" fn agree(
    _: *mut c_void,
    _: *const c_char,
    _: usize,
    _: *mut cratetrust_buf,
) -> i32 {
    0
}

/// One live handle of every type.
pub(crate) struct Fixture {
    pub(crate) error: *mut cratetrust_error,
    pub(crate) buf: *mut cratetrust_buf,
    pub(crate) cancel: *mut cratetrust_cancel,
    pub(crate) input: *mut cratetrust_input,
    pub(crate) options: *mut cratetrust_options,
    pub(crate) lockfile: *mut cratetrust_lockfile,
    pub(crate) report: *mut cratetrust_report,
    pub(crate) bom: *mut cratetrust_bom,
}

impl Fixture {
    pub(crate) fn new() -> Self {
        let input = bytes_input("Cargo.lock", LOCK.as_bytes());
        let broken = bytes_input("leaf-1.2.3.crate", b"no gzip");
        let options = cratetrust_options_new();
        let mut error = null_mut();
        // SAFETY: every handle is live, every text has its length.
        unsafe {
            let status = cratetrust_options_set_jobs(null_mut(), 1, &raw mut error);
            assert_eq!(status, CRATETRUST_STATUS_NULL_ARGUMENT);
            let lockfile = good(|out, err| cratetrust_lockfile_read(input, options, out, err));
            let fixture = Self {
                error,
                buf: good(|out, err| cratetrust_lockfile_to_json(lockfile, out, err)),
                cancel: cratetrust_cancel_new(),
                input,
                options,
                lockfile,
                report: good(|out, err| cratetrust_verify_package(broken, null(), out, err)),
                bom: good(|out, err| {
                    let inputs = [input.cast_const()];
                    cratetrust_generate_sbom(inputs.as_ptr(), 1, null(), out, err)
                }),
            };
            cratetrust_input_free(broken);
            fixture
        }
    }
}

impl Drop for Fixture {
    fn drop(&mut self) {
        // SAFETY: each is owned and freed once.
        unsafe {
            cratetrust_error_free(self.error);
            cratetrust_buf_free(self.buf);
            cratetrust_cancel_free(self.cancel);
            cratetrust_input_free(self.input);
            cratetrust_options_free(self.options);
            cratetrust_lockfile_free(self.lockfile);
            cratetrust_report_free(self.report);
            cratetrust_bom_free(self.bom);
        }
    }
}
