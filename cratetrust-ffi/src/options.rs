//! Options of all verbs: one setter a field of the core's options. Here stands what every verb reads;
//! what one verb alone reads stands in the files below.

mod measures;

mod document;

use libc::{c_char, c_void, size_t};
use std::ops::ControlFlow;

use cratetrust_core::options::SelectionRequest;
use cratetrust_core::report::{Preset, Severity};
use cratetrust_core::{CancelToken, Error, ErrorKind, Observer, Options};

use crate::boundary::{Failure, guard};
use crate::cancel::cratetrust_cancel;
use crate::error::cratetrust_error;
use crate::finding::severity_of;
use crate::handle::{Handle, Owned, into_raw};

pub use document::*;
pub use measures::*;

/// Every archive code is an error unless its row says otherwise; the default.
pub const CRATETRUST_PRESET_STRICT: i32 = 1;
/// An error where crates.io refuses at publishing today, else a warning.
pub const CRATETRUST_PRESET_CRATES_IO: i32 = 2;
/// An error where cargo refuses, else information.
pub const CRATETRUST_PRESET_CARGO: i32 = 3;

/// Options of all verbs. Where a verb takes NULL for them, the defaults apply.
///
/// Lifetime: lives until `cratetrust_options_free`; calls read it and keep nothing of it. Threads:
/// setters want it alone; calls that take it as const may run at the same time.
pub struct cratetrust_options {
    _opaque: [u8; 0],
}

impl Handle for cratetrust_options {
    type Object = OptionsObject;
    type Ownership = Owned;
}

/// The object behind `cratetrust_options`.
#[derive(Debug, Clone, Default)]
pub struct OptionsObject {
    options: Options,
    /// The caller's switch. Where there is none each call gets its own, so that a progress callback
    /// that stops one call does not stop the next.
    cancel: Option<CancelToken>,
}

impl OptionsObject {
    fn for_call(&self) -> Options {
        Options {
            cancel: self.cancel.clone().unwrap_or_default(),
            ..self.options.clone()
        }
    }

    /// What is built.
    pub(crate) fn selection(&mut self) -> &mut Option<SelectionRequest> {
        &mut self.options.selection
    }
}

/// The options of one call; the defaults for NULL.
///
/// # Safety
/// `options` is NULL or live.
pub(crate) unsafe fn for_call(options: *const cratetrust_options) -> Options {
    match borrow!(options) {
        Ok(options) => options.for_call(),
        Err(_) => Options::new(),
    }
}

pub(crate) fn out_of_range(what: &str, value: i32) -> Failure {
    Error::new(ErrorKind::OutOfRange, format!("{value} is no {what}")).into()
}

/// What 0 and 1 mean of a switch.
pub(crate) fn switch(what: &str, value: i32) -> Result<bool, Failure> {
    match value {
        0 => Ok(false),
        1 => Ok(true),
        other => Err(out_of_range(what, other)),
    }
}

/// Is told how far a call is: `stage` (UTF-8, NUL-terminated, such as `verify`), and units done and
/// in all; `total` is 0 where it is not known. A non-zero answer cancels the call.
///
/// It is called on the thread that made the call. The text is valid during the callback only. It
/// must not throw, unwind or longjmp, and must not change or free the options in use.
pub type cratetrust_progress_fn = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        stage: *const c_char,
        done: u64,
        total: u64,
    ) -> i32,
>;

struct ProgressCallback {
    call: unsafe extern "C" fn(*mut c_void, *const c_char, u64, u64) -> i32,
    user_data: *mut c_void,
}

// SAFETY: the core tells observers on the calling thread only, and the header obliges the caller to
// give data that every thread may use on which it makes calls with these options.
unsafe impl Send for ProgressCallback {}
// SAFETY: as above.
unsafe impl Sync for ProgressCallback {}

impl ProgressCallback {
    fn tell(&self, progress: cratetrust_core::Progress<'_>) -> ControlFlow<()> {
        let stage = crate::text::Text::new(progress.stage);
        // SAFETY: the text is NUL-terminated and lives through the call; the callback keeps its
        // contract.
        let answer = unsafe {
            (self.call)(
                self.user_data,
                stage.as_ptr(),
                progress.done,
                progress.total,
            )
        };
        if answer == 0 {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    }
}

/// Default options; NULL only where the library is broken.
///
/// Ownership: the caller frees them with `cratetrust_options_free`.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn cratetrust_options_new() -> *mut cratetrust_options {
    guard(std::ptr::null_mut(), || into_raw(OptionsObject::default()))
}

/// A copy of options: setters on one do not change the other. A switch, inputs and callbacks that
/// were set are shared.
///
/// Ownership: the caller frees the copy with `cratetrust_options_free`.
/// NULL: gives NULL.
/// Threads: any; nobody may change `options` meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_options_clone(
    options: *const cratetrust_options,
) -> *mut cratetrust_options {
    value!(options, std::ptr::null_mut(), |options| into_raw(
        options.clone()
    ))
}

/// Frees options.
///
/// NULL: does nothing.
/// Threads: any, once; nobody may use `options` meanwhile or afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_options_free(options: *mut cratetrust_options) {
    free!(options)
}

/// Sets what a JSON object names and leaves the rest. The keys are the command's flag names with
/// `_` for `-`: limit, jobs, preset, severity, lockfile, index, against, sha256, expect, checks, level,
/// supplier, contact, author, timestamp, crates, manufacturer, manufacturer_contact, license, lifecycle,
/// serial, vcs_url, tool, conclude_declared, component_supplier, enrich, no_units, target, host,
/// features, no_default_features, all_features, package, bin, lib, cfg, dev. After a failure the options
/// are unchanged.
///
/// NULL: only `err` may be NULL.
/// Threads: `options` must be used by nobody else meanwhile.
/// Errors: CRATETRUST_STATUS_PARSE for what is no JSON object; CRATETRUST_STATUS_INVALID_ARGUMENT for
/// a key or a value that is not known; CRATETRUST_STATUS_INVALID_UTF8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_options_set_json(
    options: *mut cratetrust_options,
    json: *const c_char,
    len: size_t,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(err, {
        let options = borrow_mut!(options)?;
        Ok(options.options.merge_json(text!(json, len)?)?)
    })
}

/// Sets a limit by its name, one of CRATETRUST_LIMIT_, such as `lockfile-size`.
///
/// NULL: only `err` may be NULL.
/// Threads: `options` must be used by nobody else meanwhile.
/// Errors: CRATETRUST_STATUS_INVALID_ARGUMENT for a name that is no limit.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_options_set_limit(
    options: *mut cratetrust_options,
    name: *const c_char,
    name_len: size_t,
    value: u64,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(err, {
        let options = borrow_mut!(options)?;
        Ok(options.options.limits.set(text!(name, name_len)?, value)?)
    })
}

/// Stores the value of a limit in `*value`; 0 on failure.
///
/// NULL: NULL `options` gives the default; only `options` and `err` may be NULL.
/// Threads: any; nobody may change `options` meanwhile.
/// Errors: CRATETRUST_STATUS_INVALID_ARGUMENT for a name that is no limit.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_options_limit(
    options: *const cratetrust_options,
    name: *const c_char,
    name_len: size_t,
    value: *mut u64,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(err, {
        // SAFETY: the exported function's contract: NULL or writable.
        let value = unsafe { value.as_mut() }.ok_or(Failure::Null("value"))?;
        *value = 0;
        let name = text!(name, name_len)?;
        // SAFETY: the exported function's contract: NULL or live.
        let options = unsafe { for_call(options) };
        *value = options
            .limits
            .get(&name.replace('_', "-"))
            .ok_or_else(|| Error::invalid(format!("no limit is called `{name}`")))?;
        Ok(())
    })
}

/// Sets how many threads `cratetrust_verify_package` may use; 0 counts as 1, the default. What it
/// reports does not depend on it.
///
/// NULL: only `err` may be NULL.
/// Threads: `options` must be used by nobody else meanwhile.
/// Errors: none beyond NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_options_set_jobs(
    options: *mut cratetrust_options,
    jobs: u32,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(err, {
        let options = borrow_mut!(options)?;
        options.options.jobs = usize::try_from(jobs).unwrap_or(usize::MAX);
        Ok(())
    })
}

/// Gives the options a switch that stops their calls; NULL takes it away again.
///
/// Ownership: shared; the caller still frees `cancel`, before or after the options.
/// NULL: `cancel` and `err` may be NULL.
/// Threads: `options` must be used by nobody else meanwhile.
/// Errors: none beyond NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_options_set_cancel(
    options: *mut cratetrust_options,
    cancel: *const cratetrust_cancel,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(err, {
        let options = borrow_mut!(options)?;
        options.cancel = borrow!(cancel).ok().cloned();
        Ok(())
    })
}

/// Sets a callback that is told of progress; NULL takes it away again. Where it stops a call whose
/// options hold a switch, that switch is thrown.
///
/// Ownership: `user_data` stays the caller's, must stay valid until the options and all copies of
/// them are freed, and must be fit for every thread that makes calls with them.
/// NULL: `progress`, `user_data` and `err` may be NULL.
/// Threads: `options` must be used by nobody else meanwhile.
/// Errors: none beyond NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_options_set_progress(
    options: *mut cratetrust_options,
    progress: cratetrust_progress_fn,
    user_data: *mut c_void,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(err, {
        let options = borrow_mut!(options)?;
        options.options.progress = progress.map(|call| {
            let callback = ProgressCallback { call, user_data };
            Observer::new(move |progress| callback.tell(progress))
        });
        Ok(())
    })
}

/// Sets the preset of severities, one of CRATETRUST_PRESET_. Single severities that were set stay.
///
/// NULL: only `err` may be NULL.
/// Threads: `options` must be used by nobody else meanwhile.
/// Errors: CRATETRUST_STATUS_OUT_OF_RANGE for another number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_options_set_preset(
    options: *mut cratetrust_options,
    preset: i32,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(err, {
        let options = borrow_mut!(options)?;
        options.options.severities.set_preset(match preset {
            CRATETRUST_PRESET_STRICT => Preset::Strict,
            CRATETRUST_PRESET_CRATES_IO => Preset::CratesIo,
            CRATETRUST_PRESET_CARGO => Preset::Cargo,
            other => return Err(out_of_range("preset", other)),
        });
        Ok(())
    })
}

/// Gives a finding code (CRATETRUST_CODE_) another severity (CRATETRUST_SEVERITY_).
///
/// NULL: only `err` may be NULL.
/// Threads: `options` must be used by nobody else meanwhile.
/// Errors: CRATETRUST_STATUS_INVALID_ARGUMENT for a code that is not known;
/// CRATETRUST_STATUS_OUT_OF_RANGE for a number that is no severity.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_options_set_severity(
    options: *mut cratetrust_options,
    code: *const c_char,
    code_len: size_t,
    severity: i32,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(err, {
        let options = borrow_mut!(options)?;
        let code = text!(code, code_len)?;
        let severity: Severity =
            severity_of(severity).ok_or_else(|| out_of_range("severity", severity))?;
        Ok(options.options.set_severity(code, severity.name())?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_has_a_setter() {
        // A field that the core gains stops this from compiling: give it a setter, then name it.
        let Options {
            limits: _,
            jobs: _,
            cancel: _,
            progress: _,
            severities: _,
            lockfile: _,
            index: _,
            against: _,
            sha256: _,
            expect: _,
            checks: _,
            verifiers: _,
            level: _,
            supplier: _,
            authors: _,
            timestamp: _,
            crates: _,
            manufacturer: _,
            license: _,
            lifecycle: _,
            serial: _,
            tools: _,
            vcs_url: _,
            conclude_declared: _,
            component_supplier: _,
            enrich: _,
            no_units: _,
            profile: _,
            selection: _,
        } = Options::new();
    }

    #[test]
    fn a_call_without_a_switch_gets_its_own() {
        let object = OptionsObject::default();
        object.for_call().cancel.cancel();
        assert!(!object.for_call().cancel.is_cancelled());
        let token = CancelToken::new();
        let object = OptionsObject {
            cancel: Some(token.clone()),
            ..OptionsObject::default()
        };
        token.cancel();
        assert!(object.clone().for_call().cancel.is_cancelled());
    }
}
