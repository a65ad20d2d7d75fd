//! What `verify_package` and `verify_sbom` measure with.

use libc::{c_char, c_void, size_t};

use cratetrust_core::Error;
use cratetrust_core::options::Level;

use super::{cratetrust_options, out_of_range};
use crate::boundary::Failure;
use crate::error::cratetrust_error;
use crate::input::cratetrust_input;

/// `cratetrust_verify_sbom` compares presence, version, source, purl and checksum.
pub const CRATETRUST_LEVEL_COMPONENTS: i32 = 1;
/// It also compares the root, edges and duplicates; the default.
pub const CRATETRUST_LEVEL_GRAPH: i32 = 2;
/// It also compares the selection, scopes and licences, as far as the evidence holds them.
pub const CRATETRUST_LEVEL_FULL: i32 = 3;

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
