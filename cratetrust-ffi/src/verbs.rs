//! The verbs. What they do is the core's; here pointers become references.

use libc::size_t;

use cratetrust_core::{Error, ErrorKind, Input};

use crate::bom::{BomObject, cratetrust_bom};
use crate::boundary::{Failure, Outcome};
use crate::buf::{Buf, cratetrust_buf};
use crate::error::cratetrust_error;
use crate::input::cratetrust_input;
use crate::options::{cratetrust_options, for_call};
use crate::report::{ReportObject, cratetrust_report};

/// The inputs of an array of handles.
///
/// # Safety
/// `inputs` is NULL or points at `count` pointers, each NULL or live.
unsafe fn all(inputs: *const *const cratetrust_input, count: size_t) -> Outcome<Vec<Input>> {
    if inputs.is_null() {
        return if count == 0 {
            Ok(Vec::new())
        } else {
            Err(Failure::Null("inputs"))
        };
    }
    let bytes = count.checked_mul(size_of::<*const cratetrust_input>());
    if bytes.is_none_or(|bytes| isize::try_from(bytes).is_err()) {
        let message = format!("there cannot be {count} inputs");
        return Err(Error::new(ErrorKind::OutOfRange, message).into());
    }
    // SAFETY: not NULL, of a possible length, and readable, says the caller.
    let handles = unsafe { std::slice::from_raw_parts(inputs, count) };
    handles
        .iter()
        .map(|handle| {
            let input = *handle;
            borrow!(input).cloned()
        })
        .collect()
}

/// Is this the crate that the lockfile, the index or the caller names, and is its archive honest?
///
/// The input is told by what it holds: a .crate file, a directory of them, a registry cache, a whole
/// CARGO_HOME, a vendor directory. What it is measured with are options: lockfile, index, sha256,
/// expect. A failed verification is a verdict of the report, not a status.
/// Ownership: the caller frees `*out` with `cratetrust_report_free`.
/// NULL: `options` (for the defaults) and `err` may be NULL; `input` and `out` must not.
/// Threads: any; nobody may change `options` meanwhile.
/// Errors: of the lockfile, the index and the options; I/O errors of a path that cannot be opened;
/// limits; cancelling. Faults of the thing under test are findings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_verify_package(
    input: *const cratetrust_input,
    options: *const cratetrust_options,
    out: *mut *mut cratetrust_report,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(out, err, {
        let input = borrow!(input)?;
        // SAFETY: the exported function's contract: NULL or live.
        let options = unsafe { for_call(options) };
        Ok(ReportObject::new(cratetrust_core::verify_package(
            input, &options,
        )?))
    })
}

/// What is in this build, as far as the evidence can tell: `count` inputs, each a Cargo.lock, a
/// project's directory, cargo's record of a build or the output of `cargo metadata`; several are
/// joined.
///
/// Ownership: the caller frees `*out` with `cratetrust_bom_free`.
/// NULL: `options` (for the defaults) and `err` may be NULL; `inputs`, each of them, and `out` must
/// not.
/// Threads: any; nobody may change `options` meanwhile.
/// Errors: I/O, limits, cancelling; parse errors of the evidence; CRATETRUST_STATUS_INVALID_ARGUMENT
/// without evidence.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_generate_sbom(
    inputs: *const *const cratetrust_input,
    count: size_t,
    options: *const cratetrust_options,
    out: *mut *mut cratetrust_bom,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(out, err, {
        // SAFETY: the exported function's contract: that many handles.
        let inputs = unsafe { all(inputs, count) }?;
        // SAFETY: the exported function's contract: NULL or live.
        let options = unsafe { for_call(options) };
        Ok(BomObject::new(cratetrust_core::generate_sbom(
            &inputs, &options,
        )?))
    })
}

/// Does this SBOM, of any producer, tell the truth about the evidence: `count` inputs as for
/// `cratetrust_generate_sbom`, or another SBOM?
///
/// A document that does not is a verdict of the report, not a status.
/// Ownership: the caller frees `*out` with `cratetrust_report_free`.
/// NULL: `options` (for the defaults) and `err` may be NULL; `sbom`, `inputs`, each of them, and `out`
/// must not.
/// Threads: any; nobody may change `options` meanwhile.
/// Errors: I/O, limits, cancelling; parse errors of the evidence;
/// CRATETRUST_STATUS_UNSUPPORTED_FORMAT for an SBOM of no known format.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_verify_sbom(
    sbom: *const cratetrust_input,
    inputs: *const *const cratetrust_input,
    count: size_t,
    options: *const cratetrust_options,
    out: *mut *mut cratetrust_report,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(out, err, {
        let sbom = borrow!(sbom)?;
        // SAFETY: the exported function's contract: that many handles.
        let inputs = unsafe { all(inputs, count) }?;
        // SAFETY: the exported function's contract: NULL or live.
        let options = unsafe { for_call(options) };
        Ok(ReportObject::new(cratetrust_core::verify_sbom(
            sbom, &inputs, &options,
        )?))
    })
}

/// What is new, gone or changed between two lockfiles.
///
/// Ownership: the caller frees `*out` with `cratetrust_report_free`.
/// NULL: `options` (for the defaults) and `err` may be NULL; both lockfiles and `out` must not.
/// Threads: any; nobody may change `options` meanwhile.
/// Errors: I/O, limits, cancelling; parse errors of either lockfile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_diff_lockfiles(
    old_lockfile: *const cratetrust_input,
    new_lockfile: *const cratetrust_input,
    options: *const cratetrust_options,
    out: *mut *mut cratetrust_report,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(out, err, {
        let old = borrow!(old_lockfile)?;
        let new = borrow!(new_lockfile)?;
        // SAFETY: the exported function's contract: NULL or live.
        let options = unsafe { for_call(options) };
        Ok(ReportObject::new(cratetrust_core::diff_lockfiles(
            old, new, &options,
        )?))
    })
}

/// What a file or directory is, and what is in it, as compact JSON, schema
/// `cratetrust.inspection/1`.
///
/// Ownership: the caller frees `*out` with `cratetrust_buf_free`.
/// NULL: `options` (for the defaults) and `err` may be NULL; `input` and `out` must not.
/// Threads: any; nobody may change `options` meanwhile.
/// Errors: I/O, limits, cancelling; CRATETRUST_STATUS_UNSUPPORTED_FORMAT for what is nothing that is
/// known here.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_inspect(
    input: *const cratetrust_input,
    options: *const cratetrust_options,
    out: *mut *mut cratetrust_buf,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(out, err, {
        let input = borrow!(input)?;
        // SAFETY: the exported function's contract: NULL or live.
        let options = unsafe { for_call(options) };
        Ok(Buf::new(
            cratetrust_core::inspect(input, &options)?.to_json(),
        ))
    })
}
