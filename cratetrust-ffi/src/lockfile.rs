//! A lockfile and its packages, as C sees them.

use std::sync::OnceLock;

use libc::{c_char, size_t};

use cratetrust_core::lockfile::{LockedPackage, Lockfile};
use cratetrust_core::package::package_purl;

use crate::buf::{Buf, cratetrust_buf};
use crate::error::cratetrust_error;
use crate::finding::{FindingObject, cratetrust_finding};
use crate::handle::{Handle, Lent, Owned};
use crate::input::cratetrust_input;
use crate::options::{cratetrust_options, for_call};
use crate::text::Text;

/// A Cargo.lock that was read.
///
/// Lifetime: lives until `cratetrust_lockfile_free`; needs neither the input nor the options any
/// more. Threads: immutable, any number of threads may read it at once.
pub struct cratetrust_lockfile {
    _opaque: [u8; 0],
}

impl Handle for cratetrust_lockfile {
    type Object = LockfileObject;
    type Ownership = Owned;
}

/// The object behind `cratetrust_lockfile`; the C view is made when it is first asked for.
#[derive(Debug)]
pub struct LockfileObject {
    lockfile: Lockfile,
    sha256: Text,
    packages: OnceLock<Box<[PackageObject]>>,
    findings: OnceLock<Box<[FindingObject]>>,
}

impl LockfileObject {
    fn packages(&self) -> &[PackageObject] {
        self.packages.get_or_init(|| {
            self.lockfile
                .packages()
                .iter()
                .map(PackageObject::new)
                .collect()
        })
    }

    fn findings(&self) -> &[FindingObject] {
        self.findings.get_or_init(|| {
            self.lockfile
                .findings()
                .iter()
                .map(FindingObject::new)
                .collect()
        })
    }

    fn find(&self, name: &str, version: Option<&str>) -> Option<&PackageObject> {
        let at = self.lockfile.packages().iter().position(|package| {
            package.name == name && version.is_none_or(|version| package.version == version)
        })?;
        self.packages().get(at)
    }
}

/// One package of a lockfile.
///
/// Lifetime: borrowed from the lockfile, valid until that is freed. Threads: immutable, any number
/// of threads may read it at once.
pub struct cratetrust_package {
    _opaque: [u8; 0],
}

impl Handle for cratetrust_package {
    type Object = PackageObject;
    type Ownership = Lent;
}

/// The object behind `cratetrust_package`.
#[derive(Debug)]
pub struct PackageObject {
    name: Text,
    version: Text,
    source: Option<Text>,
    checksum: Option<Text>,
    purl: Option<Text>,
    dependencies: Box<[usize]>,
}

impl PackageObject {
    fn new(package: &LockedPackage) -> Self {
        Self {
            name: Text::new(package.name.as_str()),
            version: Text::new(package.version.as_str()),
            source: Text::opt(package.source.to_lock()),
            checksum: Text::opt(package.checksum.map(|checksum| checksum.to_string())),
            purl: Text::opt(package_purl(
                &package.name,
                &package.version,
                &package.source,
            )),
            dependencies: package.dependencies.as_slice().into(),
        }
    }
}

/// Reads a Cargo.lock.
///
/// Ownership: the caller frees `*out` with `cratetrust_lockfile_free`.
/// NULL: `options` (for the defaults) and `err` may be NULL; `input` and `out` must not.
/// Threads: any; nobody may change `options` meanwhile.
/// Errors: I/O, limits and cancelling; CRATETRUST_STATUS_PARSE and CRATETRUST_STATUS_INVALID_UTF8
/// with the line where there is one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_lockfile_read(
    input: *const cratetrust_input,
    options: *const cratetrust_options,
    out: *mut *mut cratetrust_lockfile,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(out, err, {
        let input = borrow!(input)?;
        // SAFETY: the exported function's contract: NULL or live.
        let options = unsafe { for_call(options) };
        let (lockfile, sha256) = Lockfile::read(input, &options.limits, &options.cancel)?;
        Ok(LockfileObject {
            lockfile,
            sha256: Text::new(sha256.to_string()),
            packages: OnceLock::new(),
            findings: OnceLock::new(),
        })
    })
}

/// The version of a lockfile's format: 1 to 4, or a newer number that the file states.
///
/// NULL: gives 0.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_lockfile_version(lockfile: *const cratetrust_lockfile) -> u32 {
    value!(lockfile, 0, |lockfile| lockfile.lockfile.version())
}

/// The SHA-256 of the file's own bytes, in hexadecimal digits.
///
/// Ownership: the text is borrowed from `lockfile`. `len`, where given, gets its length in bytes.
/// NULL: a NULL `lockfile` gives NULL; `len` may be NULL.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_lockfile_sha256(
    lockfile: *const cratetrust_lockfile,
    len: *mut size_t,
) -> *const c_char {
    lend_text!(lockfile, len, |lockfile| Some(&lockfile.sha256))
}

/// The number of packages in a lockfile.
///
/// NULL: gives 0.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_lockfile_package_count(
    lockfile: *const cratetrust_lockfile,
) -> size_t {
    value!(lockfile, 0, |lockfile| lockfile.lockfile.packages().len())
}

/// The package at an index, in the order of the file.
///
/// Ownership: borrowed from `lockfile`, valid until that is freed.
/// NULL: a NULL `lockfile`, and an index that is out of range, give NULL.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_lockfile_package_at(
    lockfile: *const cratetrust_lockfile,
    index: size_t,
) -> *const cratetrust_package {
    child!(lockfile, |lockfile| lockfile.packages().get(index))
}

/// The first package, in the order of the file, of that name and version; a NULL `version` stands
/// for any.
///
/// Ownership: borrowed from `lockfile`, valid until that is freed.
/// NULL: gives NULL where there is none, where `lockfile` or `name` is NULL, and for text that is not
/// UTF-8.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_lockfile_find(
    lockfile: *const cratetrust_lockfile,
    name: *const c_char,
    name_len: size_t,
    version: *const c_char,
    version_len: size_t,
) -> *const cratetrust_package {
    child!(lockfile, |lockfile| {
        let name = text!(name, name_len).ok()?;
        let version = optional_text!(version, version_len).ok()?;
        lockfile.find(name, version)
    })
}

/// The number of findings about the file itself, such as checksums in mixed forms.
///
/// NULL: gives 0.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_lockfile_finding_count(
    lockfile: *const cratetrust_lockfile,
) -> size_t {
    value!(lockfile, 0, |lockfile| lockfile.lockfile.findings().len())
}

/// The finding about the file itself at an index, with its severity under the preset strict.
///
/// Ownership: borrowed from `lockfile`, valid until that is freed.
/// NULL: a NULL `lockfile`, and an index that is out of range, give NULL.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_lockfile_finding_at(
    lockfile: *const cratetrust_lockfile,
    index: size_t,
) -> *const cratetrust_finding {
    child!(lockfile, |lockfile| lockfile.findings().get(index))
}

/// A lockfile as compact JSON, schema `cratetrust.lockfile/1`.
///
/// Ownership: the caller frees `*out` with `cratetrust_buf_free`.
/// NULL: `lockfile` and `out` must not be NULL; `err` may.
/// Threads: any, at the same time.
/// Errors: none beyond NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_lockfile_to_json(
    lockfile: *const cratetrust_lockfile,
    out: *mut *mut cratetrust_buf,
    err: *mut *mut cratetrust_error,
) -> i32 {
    boundary!(out, err, {
        Ok(Buf::new(borrow!(lockfile)?.lockfile.to_json()))
    })
}

/// Frees a lockfile.
///
/// NULL: does nothing.
/// Threads: any, once; nobody may use `lockfile` or what was borrowed from it meanwhile or
/// afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_lockfile_free(lockfile: *mut cratetrust_lockfile) {
    free!(lockfile)
}

/// A package's name.
///
/// Ownership: the text is borrowed from `package`. `len`, where given, gets its length in bytes.
/// NULL: a NULL `package` gives NULL; `len` may be NULL.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_package_name(
    package: *const cratetrust_package,
    len: *mut size_t,
) -> *const c_char {
    lend_text!(package, len, |package| Some(&package.name))
}

/// A package's version.
///
/// Ownership: the text is borrowed from `package`. `len`, where given, gets its length in bytes.
/// NULL: a NULL `package` gives NULL; `len` may be NULL.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_package_version(
    package: *const cratetrust_package,
    len: *mut size_t,
) -> *const c_char {
    lend_text!(package, len, |package| Some(&package.version))
}

/// A package's source as a Cargo.lock of version 4 spells it; NULL for path and workspace packages.
///
/// Ownership: the text is borrowed from `package`. `len`, where given, gets its length in bytes.
/// NULL: a NULL `package` gives NULL; `len` may be NULL.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_package_source(
    package: *const cratetrust_package,
    len: *mut size_t,
) -> *const c_char {
    lend_text!(package, len, |package| package.source.as_ref())
}

/// The SHA-256 of a package's .crate file, in hexadecimal digits; NULL where the lockfile has none.
///
/// Ownership: the text is borrowed from `package`. `len`, where given, gets its length in bytes.
/// NULL: a NULL `package` gives NULL; `len` may be NULL.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_package_checksum(
    package: *const cratetrust_package,
    len: *mut size_t,
) -> *const c_char {
    lend_text!(package, len, |package| package.checksum.as_ref())
}

/// A package's canonical package URL; NULL for path and workspace packages.
///
/// Ownership: the text is borrowed from `package`. `len`, where given, gets its length in bytes.
/// NULL: a NULL `package` gives NULL; `len` may be NULL.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_package_purl(
    package: *const cratetrust_package,
    len: *mut size_t,
) -> *const c_char {
    lend_text!(package, len, |package| package.purl.as_ref())
}

/// The number of packages that a package depends on.
///
/// NULL: gives 0.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_package_dependency_count(
    package: *const cratetrust_package,
) -> size_t {
    value!(package, 0, |package| package.dependencies.len())
}

/// The index in the lockfile of a dependency, for `cratetrust_lockfile_package_at`.
///
/// NULL: a NULL `package`, and an index that is out of range, give SIZE_MAX, which no lockfile has.
/// Threads: any, at the same time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cratetrust_package_dependency_index(
    package: *const cratetrust_package,
    index: size_t,
) -> size_t {
    value!(package, size_t::MAX, |package| package
        .dependencies
        .get(index)
        .copied()
        .unwrap_or(size_t::MAX))
}
