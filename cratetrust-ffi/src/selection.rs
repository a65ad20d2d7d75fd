//! What is built: the setters of the core's selection.

use libc::{c_char, size_t};

use cratetrust_core::options::SelectionRequest;

use crate::boundary::Outcome;
use crate::error::cratetrust_error;
use crate::options::{OptionsObject, cratetrust_options, switch};

/// Changes the selection. One that says nothing any more is none.
fn select(options: &mut OptionsObject, change: impl FnOnce(&mut SelectionRequest)) -> Outcome<()> {
    let slot = options.selection();
    let mut selection = slot.take().unwrap_or_default();
    change(&mut selection);
    *slot = Some(selection).filter(|selection| *selection != SelectionRequest::default());
    Ok(())
}

/// Adds to a list of the selection; `None` empties it.
fn list(
    options: &mut OptionsObject,
    text: Option<&str>,
    list: impl FnOnce(&mut SelectionRequest) -> &mut Vec<String>,
) -> Outcome<()> {
    select(options, |selection| match text {
        Some(text) => list(selection).push(text.to_owned()),
        None => list(selection).clear(),
    })
}

/// Sets a flag of the selection from a C number.
fn flag(
    options: &mut OptionsObject,
    what: &str,
    value: i32,
    flag: impl FnOnce(&mut SelectionRequest) -> &mut bool,
) -> Outcome<()> {
    let value = switch(what, value)?;
    select(options, |selection| *flag(selection) = value)
}

/// Adds a target triple to build for: several are resolved one by one, and their answers united.
///
/// `cratetrust_generate_sbom`, `cratetrust_verify_sbom` and `cratetrust_verify_package` resolve a
/// project's directory where a target or a host is set. A NULL `target` takes all targets away again.
///
/// NULL: `target` and `err` may be NULL.
/// Threads: `options` must be used by nobody else meanwhile.
/// Errors: none beyond NULL and text that is not UTF-8; the call that resolves judges the rest.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_options_add_target(
    options: *mut cratetrust_options,
    target: *const c_char,
    len: size_t,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(err, {
        let options = borrow_mut!(options)?;
        let target = optional_text!(target, len)?;
        list(options, target, |selection| &mut selection.targets)
    })
}

/// Sets the triple of the machine that builds: what build scripts and procedural macros are for, and
/// without a target also what the rest is for. A NULL `host` takes it away again.
///
/// NULL: `host` and `err` may be NULL.
/// Threads: `options` must be used by nobody else meanwhile.
/// Errors: none beyond NULL and text that is not UTF-8; the call that resolves judges the rest.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_options_set_host(
    options: *mut cratetrust_options,
    host: *const c_char,
    len: size_t,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(err, {
        let options = borrow_mut!(options)?;
        let host = optional_text!(host, len)?;
        select(options, |selection| {
            selection.host = host.map(str::to_owned)
        })
    })
}

/// Turns features on, names separated by commas or blanks, each `NAME` or `PACKAGE/NAME`. A NULL `features` takes all of them away again.
///
/// NULL: `features` and `err` may be NULL.
/// Threads: `options` must be used by nobody else meanwhile.
/// Errors: none beyond NULL and text that is not UTF-8; the call that resolves judges the rest.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_options_add_features(
    options: *mut cratetrust_options,
    features: *const c_char,
    len: size_t,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(err, {
        let options = borrow_mut!(options)?;
        let features = optional_text!(features, len)?;
        select(options, |selection| match features {
            Some(features) => selection.add_features(features),
            None => selection.features.clear(),
        })
    })
}

/// Sets whether default features stay off: 0 for no, the default, or 1 for yes.
///
/// NULL: only `err` may be NULL.
/// Threads: `options` must be used by nobody else meanwhile.
/// Errors: CRATETRUST_STATUS_OUT_OF_RANGE for another number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_options_set_no_default_features(
    options: *mut cratetrust_options,
    no_default_features: i32,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(err, {
        let options = borrow_mut!(options)?;
        flag(
            options,
            "no_default_features",
            no_default_features,
            |selection| &mut selection.no_default_features,
        )
    })
}

/// Sets whether all features are on: 0 for no, the default, or 1 for yes.
///
/// NULL: only `err` may be NULL.
/// Threads: `options` must be used by nobody else meanwhile.
/// Errors: CRATETRUST_STATUS_OUT_OF_RANGE for another number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_options_set_all_features(
    options: *mut cratetrust_options,
    all_features: i32,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(err, {
        let options = borrow_mut!(options)?;
        flag(options, "all_features", all_features, |selection| {
            &mut selection.all_features
        })
    })
}

/// Adds a member of the workspace to build, `NAME` or `NAME@VERSION`; without any, the default members
/// are built. A NULL `package` takes all of them away again.
///
/// NULL: `package` and `err` may be NULL.
/// Threads: `options` must be used by nobody else meanwhile.
/// Errors: none beyond NULL and text that is not UTF-8; the call that resolves judges the rest.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_options_add_package(
    options: *mut cratetrust_options,
    package: *const c_char,
    len: size_t,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(err, {
        let options = borrow_mut!(options)?;
        let package = optional_text!(package, len)?;
        list(options, package, |selection| &mut selection.packages)
    })
}

/// Adds a binary to build; without any, all that the features allow are built. A NULL `bin` takes all of them away again.
///
/// NULL: `bin` and `err` may be NULL.
/// Threads: `options` must be used by nobody else meanwhile.
/// Errors: none beyond NULL and text that is not UTF-8; the call that resolves judges the rest.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_options_add_bin(
    options: *mut cratetrust_options,
    bin: *const c_char,
    len: size_t,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(err, {
        let options = borrow_mut!(options)?;
        let bin = optional_text!(bin, len)?;
        list(options, bin, |selection| &mut selection.bins)
    })
}

/// Sets whether libraries are built where there are binaries: 0 for no, the default, or 1 for yes.
///
/// NULL: only `err` may be NULL.
/// Threads: `options` must be used by nobody else meanwhile.
/// Errors: CRATETRUST_STATUS_OUT_OF_RANGE for another number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_options_set_lib(
    options: *mut cratetrust_options,
    lib: i32,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(err, {
        let options = borrow_mut!(options)?;
        flag(options, "lib", lib, |selection| &mut selection.lib)
    })
}

/// Adds a cfg that the target has beside its own, such as `tokio_unstable`. A NULL `cfg` takes all of them away again.
///
/// NULL: `cfg` and `err` may be NULL.
/// Threads: `options` must be used by nobody else meanwhile.
/// Errors: none beyond NULL and text that is not UTF-8; the call that resolves judges the rest.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_options_add_cfg(
    options: *mut cratetrust_options,
    cfg: *const c_char,
    len: size_t,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(err, {
        let options = borrow_mut!(options)?;
        let cfg = optional_text!(cfg, len)?;
        list(options, cfg, |selection| &mut selection.cfgs)
    })
}

/// Sets whether tests are built too, and with them dev-dependencies: 0 for no, the default, or 1 for yes.
///
/// NULL: only `err` may be NULL.
/// Threads: `options` must be used by nobody else meanwhile.
/// Errors: CRATETRUST_STATUS_OUT_OF_RANGE for another number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_options_set_dev(
    options: *mut cratetrust_options,
    dev: i32,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(err, {
        let options = borrow_mut!(options)?;
        flag(options, "dev", dev, |selection| &mut selection.dev)
    })
}
