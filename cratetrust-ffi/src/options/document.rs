//! What only the caller knows of the SBOM that `generate_sbom` makes, and what `inspect` holds one
//! against.

use libc::{c_char, size_t};

use cratetrust_core::Error;
use cratetrust_core::bom::Contact;
use cratetrust_core::options::{ComponentSupplier, Enrich};
use cratetrust_core::profile::Profile;

use super::{cratetrust_options, out_of_range, switch};
use crate::boundary::Outcome;
use crate::error::cratetrust_error;
use crate::input::cratetrust_input;

/// All that there is is taken from the packages' bytes; the default.
pub const CRATETRUST_ENRICH_ALL: i32 = 1;
/// What their manifests say: archives are hashed, and inflated as far as that.
pub const CRATETRUST_ENRICH_MANIFESTS: i32 = 2;
/// Nothing beyond what is built of them.
pub const CRATETRUST_ENRICH_NONE: i32 = 3;

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

/// Sets whether the SBOM that `cratetrust_generate_sbom` makes leaves out the units that packages are
/// compiled into (library, binary, procedural macro or build script, for the host or the target, and
/// with which features): 0 for no, the default, or 1 for yes. Packages, scopes and edges stay what they
/// are, and less of the packages' archives is inflated.
///
/// NULL: only `err` may be NULL.
/// Threads: `options` must be used by nobody else meanwhile.
/// Errors: CRATETRUST_STATUS_OUT_OF_RANGE for another number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_options_set_no_units(
    options: *mut cratetrust_options,
    no_units: i32,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(err, {
        let options = borrow_mut!(options)?;
        options.options.no_units = switch("no_units", no_units)?;
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
        options.options.conclude_declared = switch("conclude", conclude)?;
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

/// Sets what `cratetrust_generate_sbom` takes from the packages' bytes beyond what is built of them, one
/// of CRATETRUST_ENRICH_.
///
/// NULL: only `err` may be NULL.
/// Threads: `options` must be used by nobody else meanwhile.
/// Errors: CRATETRUST_STATUS_OUT_OF_RANGE for another number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_options_set_enrich(
    options: *mut cratetrust_options,
    what: i32,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(err, {
        let options = borrow_mut!(options)?;
        options.options.enrich = match what {
            CRATETRUST_ENRICH_ALL => Enrich::All,
            CRATETRUST_ENRICH_MANIFESTS => Enrich::Manifests,
            CRATETRUST_ENRICH_NONE => Enrich::None,
            other => return Err(out_of_range("what", other)),
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
