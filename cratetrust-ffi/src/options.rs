//! Options of all verbs: one setter a field of the core's options.

use libc::{c_char, c_void, size_t};
use std::ops::ControlFlow;

use cratetrust_core::bom::Contact;
use cratetrust_core::options::{ComponentSupplier, Level, SelectionRequest};
use cratetrust_core::profile::Profile;
use cratetrust_core::report::{Preset, Severity};
use cratetrust_core::{CancelToken, Error, ErrorKind, Observer, Options};

use crate::boundary::{Failure, Outcome, guard};
use crate::cancel::cratetrust_cancel;
use crate::error::cratetrust_error;
use crate::finding::severity_of;
use crate::handle::{Handle, Owned, into_raw};
use crate::input::cratetrust_input;

/// Every archive code is an error unless its row says otherwise; the default.
pub const CRATETRUST_PRESET_STRICT: i32 = 1;
/// An error where crates.io refuses at publishing today, else a warning.
pub const CRATETRUST_PRESET_CRATES_IO: i32 = 2;
/// An error where cargo refuses, else information.
pub const CRATETRUST_PRESET_CARGO: i32 = 3;

/// `cratetrust_verify_sbom` compares presence, version, source, purl and checksum.
pub const CRATETRUST_LEVEL_COMPONENTS: i32 = 1;
/// It also compares the root, edges and duplicates; the default.
pub const CRATETRUST_LEVEL_GRAPH: i32 = 2;
/// It also compares the selection, scopes and licences, as far as the evidence holds them.
pub const CRATETRUST_LEVEL_FULL: i32 = 3;

/// Nobody is named as the supplier of a package; the default.
pub const CRATETRUST_COMPONENT_SUPPLIER_NONE: i32 = 1;
/// The authors that its manifest names.
pub const CRATETRUST_COMPONENT_SUPPLIER_AUTHORS: i32 = 2;
/// The registry that it comes from.
pub const CRATETRUST_COMPONENT_SUPPLIER_REGISTRY: i32 = 3;

/// No profile.
pub const CRATETRUST_PROFILE_NONE: i32 = 0;
/// The minimum elements of the NTIA, 2021.
pub const CRATETRUST_PROFILE_NTIA: i32 = 1;
/// The draft of CISA's minimum elements, 2025.
pub const CRATETRUST_PROFILE_CISA_2025: i32 = 2;
/// BSI TR-03183-2, version 2.1.0.
pub const CRATETRUST_PROFILE_BSI_TR_03183_2: i32 = 3;
/// The EU Cyber Resilience Act.
pub const CRATETRUST_PROFILE_CRA: i32 = 4;

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
/// serial, vcs_url, tool, conclude_declared, component_supplier, target, host, features,
/// no_default_features, all_features, package, bin, lib, cfg, dev. After a failure the options are
/// unchanged.
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

/// Sets the Cargo.lock that `cratetrust_verify_package` measures with; NULL takes it away again.
///
/// Ownership: shared; the caller still frees `lockfile`, before or after the options.
/// NULL: `lockfile` and `err` may be NULL.
/// Threads: `options` must be used by nobody else meanwhile.
/// Errors: none beyond NULL; the file is read by the call that needs it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_options_set_lockfile(
    options: *mut cratetrust_options,
    lockfile: *const cratetrust_input,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(err, {
        let options = borrow_mut!(options)?;
        options.options.lockfile = borrow!(lockfile).ok().cloned();
        Ok(())
    })
}

/// Sets the index file (one JSON object a line) or index directory that `cratetrust_verify_package`
/// measures with, and that speaks for packages whose manifests are not at hand where a selection is
/// resolved; NULL takes it away again.
///
/// Ownership: shared; the caller still frees `index`, before or after the options.
/// NULL: `index` and `err` may be NULL.
/// Threads: `options` must be used by nobody else meanwhile.
/// Errors: none beyond NULL; the file is read by the call that needs it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_options_set_index(
    options: *mut cratetrust_options,
    index: *const cratetrust_input,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(err, {
        let options = borrow_mut!(options)?;
        options.options.index = borrow!(index).ok().cloned();
        Ok(())
    })
}

/// Sets the other side of a byte comparison in `cratetrust_verify_package`: for a `.crate` file, a
/// checkout of its source; for an unpacked crate, its `.crate` file. NULL takes it away again.
///
/// Ownership: shared; the caller still frees `against`, before or after the options.
/// NULL: `against` and `err` may be NULL.
/// Threads: `options` must be used by nobody else meanwhile.
/// Errors: none beyond NULL; it is read by the call that needs it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_options_set_against(
    options: *mut cratetrust_options,
    against: *const cratetrust_input,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(err, {
        let options = borrow_mut!(options)?;
        options.options.against = borrow!(against).ok().cloned();
        Ok(())
    })
}

/// Sets the SHA-256, 64 hexadecimal digits, that the one package given to
/// `cratetrust_verify_package` must have; NULL takes it away again.
///
/// NULL: `sha256` and `err` may be NULL.
/// Threads: `options` must be used by nobody else meanwhile.
/// Errors: CRATETRUST_STATUS_INVALID_ARGUMENT for what is no such digest.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_options_set_sha256(
    options: *mut cratetrust_options,
    sha256: *const c_char,
    len: size_t,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(err, {
        let options = borrow_mut!(options)?;
        options.options.sha256 = optional_text!(sha256, len)?.map(str::parse).transpose()?;
        Ok(())
    })
}

/// Sets the package, as `NAME@VERSION`, that the one given to `cratetrust_verify_package` must be;
/// NULL takes it away again.
///
/// NULL: `package` and `err` may be NULL.
/// Threads: `options` must be used by nobody else meanwhile.
/// Errors: CRATETRUST_STATUS_INVALID_ARGUMENT for another form.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_options_set_expect(
    options: *mut cratetrust_options,
    package: *const c_char,
    len: size_t,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(err, {
        let options = borrow_mut!(options)?;
        match optional_text!(package, len)? {
            Some(text) => options.options.set_expect(text)?,
            None => options.options.expect = None,
        }
        Ok(())
    })
}

/// Sets the checks that `cratetrust_verify_package` runs, as names with commas: `checksum`,
/// `archive`, `tree`. NULL stands for all that apply, the default.
///
/// NULL: `names` and `err` may be NULL.
/// Threads: `options` must be used by nobody else meanwhile.
/// Errors: CRATETRUST_STATUS_INVALID_ARGUMENT for a name that is no check.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_options_set_checks(
    options: *mut cratetrust_options,
    names: *const c_char,
    len: size_t,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(err, {
        let options = borrow_mut!(options)?;
        match optional_text!(names, len)? {
            Some(names) => {
                let json = serde_json::json!({ "checks": names }).to_string();
                options.options.merge_json(&json)?;
            }
            None => options.options.checks = None,
        }
        Ok(())
    })
}

/// Sets how much of an SBOM `cratetrust_verify_sbom` compares, one of CRATETRUST_LEVEL_.
///
/// NULL: only `err` may be NULL.
/// Threads: `options` must be used by nobody else meanwhile.
/// Errors: CRATETRUST_STATUS_OUT_OF_RANGE for another number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_options_set_level(
    options: *mut cratetrust_options,
    level: i32,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(err, {
        let options = borrow_mut!(options)?;
        options.options.level = match level {
            CRATETRUST_LEVEL_COMPONENTS => Level::Components,
            CRATETRUST_LEVEL_GRAPH => Level::Graph,
            CRATETRUST_LEVEL_FULL => Level::Full,
            other => return Err(out_of_range("level", other)),
        };
        Ok(())
    })
}

fn contact(name: &str, address: Option<&str>) -> Outcome<Contact> {
    if name.is_empty() {
        return Err(Error::invalid("a name must not be empty").into());
    }
    let mut contact = Contact {
        name: name.to_owned(),
        ..Contact::default()
    };
    if let Some(address) = address {
        contact.set_contact(address);
    }
    Ok(contact)
}

/// Sets who supplies the main component of the SBOM that `cratetrust_generate_sbom` makes: a name,
/// and a mail address or URL. A NULL `name` takes the supplier away again.
///
/// NULL: `name`, `contact` and `err` may be NULL.
/// Threads: `options` must be used by nobody else meanwhile.
/// Errors: CRATETRUST_STATUS_INVALID_ARGUMENT for an empty name and for a contact without a name.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_options_set_supplier(
    options: *mut cratetrust_options,
    name: *const c_char,
    name_len: size_t,
    contact: *const c_char,
    contact_len: size_t,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(err, {
        let options = borrow_mut!(options)?;
        let address = optional_text!(contact, contact_len)?;
        options.options.supplier = match (optional_text!(name, name_len)?, address) {
            (Some(name), address) => Some(self::contact(name, address)?),
            (None, None) => None,
            (None, Some(_)) => return Err(Error::invalid("a contact needs a name").into()),
        };
        Ok(())
    })
}

/// Adds an author of the SBOM that `cratetrust_generate_sbom` makes: a name, and a mail address or
/// URL. A NULL `name` takes all authors away again.
///
/// NULL: `name`, `contact` and `err` may be NULL.
/// Threads: `options` must be used by nobody else meanwhile.
/// Errors: CRATETRUST_STATUS_INVALID_ARGUMENT for an empty name and for a contact without a name.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_options_add_author(
    options: *mut cratetrust_options,
    name: *const c_char,
    name_len: size_t,
    contact: *const c_char,
    contact_len: size_t,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(err, {
        let options = borrow_mut!(options)?;
        let address = optional_text!(contact, contact_len)?;
        match (optional_text!(name, name_len)?, address) {
            (Some(name), address) => options.options.authors.push(self::contact(name, address)?),
            (None, None) => options.options.authors.clear(),
            (None, Some(_)) => return Err(Error::invalid("a contact needs a name").into()),
        }
        Ok(())
    })
}

/// Sets the time of the SBOM that `cratetrust_generate_sbom` makes, RFC 3339; NULL takes it away
/// again, and then no time is stated. The library never reads a clock.
///
/// NULL: `time` and `err` may be NULL.
/// Threads: `options` must be used by nobody else meanwhile.
/// Errors: CRATETRUST_STATUS_INVALID_ARGUMENT for what is no such time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_options_set_timestamp(
    options: *mut cratetrust_options,
    time: *const c_char,
    len: size_t,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(err, {
        let options = borrow_mut!(options)?;
        match optional_text!(time, len)? {
            Some(time) => options.options.set_timestamp(time)?,
            None => options.options.timestamp = None,
        }
        Ok(())
    })
}

/// As `cratetrust_options_set_timestamp`, from seconds since 1970-01-01T00:00:00Z, the form of
/// SOURCE_DATE_EPOCH.
///
/// NULL: only `err` may be NULL.
/// Threads: `options` must be used by nobody else meanwhile.
/// Errors: CRATETRUST_STATUS_INVALID_ARGUMENT for a time after the year 9999.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_options_set_timestamp_unix(
    options: *mut cratetrust_options,
    seconds: u64,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(err, {
        let options = borrow_mut!(options)?;
        Ok(options.options.set_timestamp_unix(seconds)?)
    })
}

/// Adds a place where the packages' bytes lie, from which `cratetrust_generate_sbom` takes facts: a
/// CARGO_HOME, a registry cache, unpacked sources, a vendor directory, `.crate` files or one of them.
/// A NULL `place` takes all places away again.
///
/// Bytes that contradict the lockfile are findings of the report, and nothing is taken from them.
/// Ownership: shared; the caller still frees `place`, before or after the options.
/// NULL: `place` and `err` may be NULL.
/// Threads: `options` must be used by nobody else meanwhile.
/// Errors: none beyond NULL; it is read by the call that needs it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_options_add_crates(
    options: *mut cratetrust_options,
    place: *const cratetrust_input,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(err, {
        let options = borrow_mut!(options)?;
        match borrow!(place) {
            Ok(place) => options.options.crates.push(place.clone()),
            Err(_) => options.options.crates.clear(),
        }
        Ok(())
    })
}

/// Sets who makes the main component of the SBOM that `cratetrust_generate_sbom` makes: a name, and a
/// mail address or URL. A NULL `name` takes the manufacturer away again.
///
/// NULL: `name`, `contact` and `err` may be NULL.
/// Threads: `options` must be used by nobody else meanwhile.
/// Errors: CRATETRUST_STATUS_INVALID_ARGUMENT for an empty name and for a contact without a name.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_options_set_manufacturer(
    options: *mut cratetrust_options,
    name: *const c_char,
    name_len: size_t,
    contact: *const c_char,
    contact_len: size_t,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(err, {
        let options = borrow_mut!(options)?;
        let address = optional_text!(contact, contact_len)?;
        options.options.manufacturer = match (optional_text!(name, name_len)?, address) {
            (Some(name), address) => Some(self::contact(name, address)?),
            (None, None) => None,
            (None, Some(_)) => return Err(Error::invalid("a contact needs a name").into()),
        };
        Ok(())
    })
}

/// Sets the licence, an SPDX expression, of the main component of the SBOM that
/// `cratetrust_generate_sbom` makes; NULL takes it away again.
///
/// NULL: `license` and `err` may be NULL.
/// Threads: `options` must be used by nobody else meanwhile.
/// Errors: none beyond NULL and text that is not UTF-8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_options_set_license(
    options: *mut cratetrust_options,
    license: *const c_char,
    len: size_t,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(err, {
        let options = borrow_mut!(options)?;
        options.options.license = optional_text!(license, len)?.map(str::to_owned);
        Ok(())
    })
}

/// Sets the lifecycle phase of the SBOM that `cratetrust_generate_sbom` makes, one of CycloneDX such as
/// `build` or a name of the caller's own; NULL takes it away again.
///
/// NULL: `phase` and `err` may be NULL.
/// Threads: `options` must be used by nobody else meanwhile.
/// Errors: none beyond NULL and text that is not UTF-8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_options_set_lifecycle(
    options: *mut cratetrust_options,
    phase: *const c_char,
    len: size_t,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(err, {
        let options = borrow_mut!(options)?;
        options.options.lifecycle = optional_text!(phase, len)?.map(str::to_owned);
        Ok(())
    })
}

/// Sets the serial number, `urn:uuid:…`, of the SBOM that `cratetrust_generate_sbom` makes; NULL lets
/// it be derived from the content again.
///
/// NULL: `serial` and `err` may be NULL.
/// Threads: `options` must be used by nobody else meanwhile.
/// Errors: CRATETRUST_STATUS_INVALID_ARGUMENT for what is no such number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_options_set_serial(
    options: *mut cratetrust_options,
    serial: *const c_char,
    len: size_t,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(err, {
        let options = borrow_mut!(options)?;
        match optional_text!(serial, len)? {
            Some(serial) => options.options.set_serial(serial)?,
            None => options.options.serial = None,
        }
        Ok(())
    })
}

/// Sets where the local packages come from, `git+URL@COMMIT`, for `cratetrust_generate_sbom`; NULL takes
/// it away again.
///
/// NULL: `url` and `err` may be NULL.
/// Threads: `options` must be used by nobody else meanwhile.
/// Errors: none beyond NULL and text that is not UTF-8; the call that needs it judges the form.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_options_set_vcs_url(
    options: *mut cratetrust_options,
    url: *const c_char,
    len: size_t,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(err, {
        let options = borrow_mut!(options)?;
        options.options.vcs_url = optional_text!(url, len)?.map(str::to_owned);
        Ok(())
    })
}

/// Adds a tool that had a part in the SBOM that `cratetrust_generate_sbom` makes, `NAME` or
/// `NAME@VERSION`. A NULL `tool` takes all tools away again.
///
/// NULL: `tool` and `err` may be NULL.
/// Threads: `options` must be used by nobody else meanwhile.
/// Errors: CRATETRUST_STATUS_INVALID_ARGUMENT for an empty name or version.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_options_add_tool(
    options: *mut cratetrust_options,
    tool: *const c_char,
    len: size_t,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(err, {
        let options = borrow_mut!(options)?;
        match optional_text!(tool, len)? {
            Some(tool) => options.options.add_tool(tool)?,
            None => options.options.tools.clear(),
        }
        Ok(())
    })
}

/// Sets whether the SBOM that `cratetrust_generate_sbom` makes says of each package that its concluded
/// licence is its declared one: 0 for no, the default, or 1 for yes.
///
/// NULL: only `err` may be NULL.
/// Threads: `options` must be used by nobody else meanwhile.
/// Errors: CRATETRUST_STATUS_OUT_OF_RANGE for another number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_options_set_conclude_declared(
    options: *mut cratetrust_options,
    conclude: i32,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(err, {
        let options = borrow_mut!(options)?;
        options.options.conclude_declared = match conclude {
            0 => false,
            1 => true,
            other => return Err(out_of_range("conclude", other)),
        };
        Ok(())
    })
}

/// Sets who is named as the supplier of each package in the SBOM that `cratetrust_generate_sbom` makes,
/// one of CRATETRUST_COMPONENT_SUPPLIER_.
///
/// NULL: only `err` may be NULL.
/// Threads: `options` must be used by nobody else meanwhile.
/// Errors: CRATETRUST_STATUS_OUT_OF_RANGE for another number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_options_set_component_supplier(
    options: *mut cratetrust_options,
    who: i32,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(err, {
        let options = borrow_mut!(options)?;
        options.options.component_supplier = match who {
            CRATETRUST_COMPONENT_SUPPLIER_NONE => ComponentSupplier::None,
            CRATETRUST_COMPONENT_SUPPLIER_AUTHORS => ComponentSupplier::Authors,
            CRATETRUST_COMPONENT_SUPPLIER_REGISTRY => ComponentSupplier::Registry,
            other => return Err(out_of_range("who", other)),
        };
        Ok(())
    })
}

/// Sets the profile that `cratetrust_inspect` holds an SBOM against, one of CRATETRUST_PROFILE_; the
/// answer then has the fact `profile`. With a profile, anything but an SBOM is refused.
///
/// NULL: only `err` may be NULL.
/// Threads: `options` must be used by nobody else meanwhile.
/// Errors: CRATETRUST_STATUS_OUT_OF_RANGE for another number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_options_set_profile(
    options: *mut cratetrust_options,
    profile: i32,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(err, {
        let options = borrow_mut!(options)?;
        options.options.profile = match profile {
            CRATETRUST_PROFILE_NONE => None,
            CRATETRUST_PROFILE_NTIA => Some(Profile::Ntia),
            CRATETRUST_PROFILE_CISA_2025 => Some(Profile::Cisa2025),
            CRATETRUST_PROFILE_BSI_TR_03183_2 => Some(Profile::BsiTr031832),
            CRATETRUST_PROFILE_CRA => Some(Profile::Cra),
            other => return Err(out_of_range("profile", other)),
        };
        Ok(())
    })
}

/// Adds a verifier of the host program, which `cratetrust_verify_package` runs after the library's
/// own, on the calling thread, in the order of their ids; its findings are marked external.
///
/// `id` names it in findings, such as `acme-policy/1`.
/// Ownership: the id is copied; `user_data` stays the caller's, must stay valid until the options
/// and all copies of them are freed, and must be fit for every thread that makes calls with them.
/// NULL: `user_data` and `err` may be NULL.
/// Threads: `options` must be used by nobody else meanwhile.
/// Errors: CRATETRUST_STATUS_INVALID_ARGUMENT for an empty id and one that was added before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_options_add_verifier(
    options: *mut cratetrust_options,
    id: *const c_char,
    id_len: size_t,
    verify: crate::verifier::cratetrust_verify_fn,
    user_data: *mut c_void,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(err, {
        let options = borrow_mut!(options)?;
        let id = text!(id, id_len)?;
        let verify = verify.ok_or(Failure::Null("verify"))?;
        if id.is_empty() {
            return Err(Error::invalid("a verifier's id must not be empty").into());
        }
        let verifiers = &mut options.options.verifiers;
        if verifiers.iter().any(|verifier| verifier.id() == id) {
            return Err(Error::invalid(format!("a verifier `{id}` was added before")).into());
        }
        verifiers.push(crate::verifier::host(id, verify, user_data));
        Ok(())
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
