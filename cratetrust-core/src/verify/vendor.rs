//! One vendored package: its files against the hashes listed for them.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::vec;

use super::schedule::Emit;
use crate::digest::{Sha256, Sha256Hasher, hash_many};
use crate::error::{Error, ErrorKind, Result};
use crate::input::{KnownFile, open_unlinked};
use crate::lockfile::{LockedPackage, Lockfile};
use crate::manifest::Manifest;
use crate::options::Options;
use crate::registry::{Artifact, FileTree, VendorChecksums};
use crate::report::{Code, Finding};

const LIST: &str = ".cargo-checksum.json";

/// What one vendored package turned out to be.
#[derive(Debug, Default)]
pub(super) struct Vendored {
    /// Name and version by its manifest.
    pub(super) identity: Option<(String, String)>,
    /// The digest of its archive, by its own word.
    pub(super) package: Option<Sha256>,
    /// The digest of what the list says of its files.
    pub(super) listed: Option<Sha256>,
    /// Whether the list was read and every listed file hashed.
    pub(super) complete: bool,
    /// Bytes hashed.
    pub(super) bytes: u64,
    /// What was found.
    pub(super) findings: Vec<Finding>,
}

/// A file that waits to be hashed.
struct Job {
    path: String,
    expected: Sha256,
    file: PathBuf,
}

/// A package of which files wait to be hashed.
struct Pending {
    vendored: Vendored,
    left: usize,
}

/// Reads each package's list and, where `tree` asks for it, compares its files with it. The files of
/// many packages are hashed side by side: most are small, and one package alone has too few of them.
///
/// # Errors
/// `Cancelled`; every other fault is a finding.
pub(super) fn examine_many<'a>(
    packages: impl Iterator<Item = (usize, &'a Artifact)>,
    tree: bool,
    options: &Options,
    emit: Emit<'_, Vendored>,
) -> Result<()> {
    let work = RefCell::new(Work {
        pending: HashMap::new(),
        failed: None,
        emit,
    });
    let mut packages = packages;
    let mut current: Option<(usize, vec::IntoIter<Job>)> = None;
    let jobs = std::iter::from_fn(|| {
        loop {
            if let Some((item, jobs)) = &mut current
                && let Some(job) = jobs.next()
            {
                match open_unlinked(&job.file) {
                    Ok((reader, _)) => return Some(((*item, job), reader)),
                    Err(error) => work.borrow_mut().done(*item, &job, Err(error)),
                }
                continue;
            }
            let (item, artifact) = packages.next()?;
            match examine(artifact, tree, options) {
                Ok((vendored, jobs)) => {
                    work.borrow_mut().begin(item, vendored, jobs.len());
                    current = Some((item, jobs.into_iter()));
                }
                Err(error) => {
                    work.borrow_mut().failed = Some(error);
                    return None;
                }
            }
        }
    });
    hash_many::<_, KnownFile>(
        jobs,
        options.limits.file_size,
        &options.cancel,
        |(item, job), result| work.borrow_mut().done(item, &job, result),
    )?;
    work.into_inner().failed.map_or(Ok(()), Err)
}

/// The packages under way, and where those go whose last file was hashed.
struct Work<'e> {
    pending: HashMap<usize, Pending>,
    failed: Option<Error>,
    emit: Emit<'e, Vendored>,
}

impl Work<'_> {
    fn begin(&mut self, item: usize, vendored: Vendored, left: usize) {
        if left == 0 {
            (self.emit)(item, Ok(vendored));
        } else {
            self.pending.insert(item, Pending { vendored, left });
        }
    }

    fn done(&mut self, item: usize, job: &Job, result: Result<(Sha256, u64)>) {
        let Some(pending) = self.pending.get_mut(&item) else {
            return;
        };
        pending.vendored.take(job, result);
        pending.left -= 1;
        if pending.left == 0
            && let Some(Pending { vendored, .. }) = self.pending.remove(&item)
        {
            (self.emit)(item, Ok(vendored));
        }
    }
}

impl Vendored {
    /// What hashing one listed file gave.
    fn take(&mut self, job: &Job, result: Result<(Sha256, u64)>) {
        let (path, expected) = (&job.path, &job.expected);
        let finding = match result {
            Ok((actual, bytes)) => {
                self.bytes += bytes;
                if actual == *expected {
                    return;
                }
                Finding::new(
                    Code::VendorModified,
                    format!("`{path}` does not have its listed hash"),
                )
                .values(expected.to_string(), actual.to_string())
            }
            Err(error) => {
                self.complete = false;
                let code = match error.kind() {
                    ErrorKind::LimitExceeded => Code::LimitFileSize,
                    _ => Code::Unreadable,
                };
                Finding::new(code, format!("`{path}` was not read: {}", error.message()))
            }
        };
        self.findings.push(finding.path(path.clone()));
    }
}

/// Reads a package's list, and tells what is to be hashed.
fn examine(artifact: &Artifact, tree: bool, options: &Options) -> Result<(Vendored, Vec<Job>)> {
    let mut vendored = Vendored::default();
    let mut walked = match FileTree::walk(&artifact.path, &options.limits, &options.cancel) {
        Ok(walked) => walked,
        Err(error) => {
            vendored.findings.push(fault_of(error)?);
            return Ok((vendored, Vec::new()));
        }
    };
    let manifest = walked.read(
        "Cargo.toml",
        "manifest-size",
        options.limits.manifest_size,
        &options.cancel,
    );
    match manifest.and_then(|bytes| {
        bytes
            .map(|bytes| Manifest::parse(&bytes, &options.limits))
            .transpose()
    }) {
        Ok(Some(manifest)) => {
            vendored.identity = manifest.version.map(|version| (manifest.name, version));
        }
        Ok(None) => vendored.findings.push(
            Finding::new(Code::ManifestMissing, "the package has no Cargo.toml").path("Cargo.toml"),
        ),
        Err(error) if error.kind() == ErrorKind::Cancelled => return Err(error),
        Err(error) => vendored.findings.push(
            Finding::new(
                Code::ManifestParse,
                format!("Cargo.toml: {}", error.message()),
            )
            .path("Cargo.toml"),
        ),
    }
    let mut jobs = Vec::new();
    match read_list(&walked, options)? {
        Ok(list) => {
            vendored.package = list.package;
            vendored.listed = Some(digest_of(&list));
            if tree {
                jobs = compare(&mut walked, list, &mut vendored);
            } else {
                vendored.complete = true;
            }
        }
        Err(finding) => vendored.findings.push(finding),
    }
    Ok((vendored, jobs))
}

/// Equal for lists that name the same files with the same hashes.
fn digest_of(list: &VendorChecksums) -> Sha256 {
    let mut hasher = Sha256Hasher::default();
    for (path, digest) in &list.files {
        hasher.update(&(path.len() as u64).to_le_bytes());
        hasher.update(path.as_bytes());
        hasher.update(&digest.0);
    }
    hasher.finish()
}

/// The list, or the finding that says why there is none.
fn read_list(
    walked: &FileTree,
    options: &Options,
) -> Result<std::result::Result<VendorChecksums, Finding>> {
    let invalid = |why: String| Finding::new(Code::VendorChecksumInvalid, why).path(LIST);
    let bytes = match walked.read(
        LIST,
        "lockfile-size",
        options.limits.lockfile_size,
        &options.cancel,
    ) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return Ok(Err(invalid(format!("the package has no {LIST}")))),
        Err(error) if error.kind() == ErrorKind::Cancelled => return Err(error),
        Err(error) => return Ok(Err(invalid(error.message().to_owned()))),
    };
    Ok(VendorChecksums::parse(&bytes).map_err(|error| invalid(error.message().to_owned())))
}

pub(super) fn fault_of(error: Error) -> Result<Finding> {
    match error.kind() {
        ErrorKind::Cancelled => Err(error),
        ErrorKind::LimitExceeded => {
            let code = match error.limit_met() {
                Some(("depth", _)) => Code::LimitDepth,
                _ => Code::LimitEntries,
            };
            Ok(Finding::new(code, error.message()))
        }
        _ => Ok(Finding::new(Code::Unreadable, error.message())),
    }
}

/// Compares what is there with what is listed, and tells what is to be hashed.
fn compare(walked: &mut FileTree, list: VendorChecksums, out: &mut Vendored) -> Vec<Job> {
    for link in &walked.links {
        out.findings.push(
            Finding::new(
                Code::VendorSymlink,
                format!("`{link}` is a link or a special file"),
            )
            .path(link.clone()),
        );
    }
    for (path, why) in &walked.unreadable {
        out.findings.push(
            Finding::new(Code::Unreadable, format!("`{path}` was not read: {why}"))
                .path(path.clone()),
        );
    }
    if list.files.is_empty() {
        out.findings.push(
            Finding::new(
                Code::VendorNoFileHashes,
                format!("{LIST} lists no files, so none could be compared"),
            )
            .path(LIST),
        );
        return Vec::new();
    }
    for path in walked.files.keys() {
        if path != LIST && !list.files.contains_key(path) {
            out.findings.push(
                Finding::new(
                    Code::VendorExtra,
                    format!("`{path}` is not listed; cargo would build with it unnoticed"),
                )
                .path(path.clone()),
            );
        }
    }
    for path in walked.not_utf8.keys() {
        out.findings.push(
            Finding::new(
                Code::VendorExtra,
                "a file whose name is not UTF-8 cannot be listed; cargo would build with it unnoticed",
            )
            .path_bytes(path),
        );
    }
    let links: BTreeSet<&String> = walked.links.iter().collect();
    let mut jobs = Vec::new();
    for (path, expected) in list.files {
        if !is_inside(&path) {
            out.findings.push(
                Finding::new(
                    Code::VendorPathTraversal,
                    format!("`{path}` does not lie inside the package"),
                )
                .path(path),
            );
        } else if let Some(file) = walked.files.remove(&path) {
            jobs.push(Job {
                path,
                expected,
                file,
            });
        } else if !links.contains(&path) {
            out.findings.push(
                Finding::new(
                    Code::VendorMissing,
                    format!("`{path}` is listed and not there"),
                )
                .path(path)
                .expected(expected.to_string()),
            );
        }
    }
    // Until a file turns out to be unreadable.
    out.complete = true;
    jobs
}

fn is_inside(path: &str) -> bool {
    !path.is_empty()
        && !path.starts_with(['/', '\\'])
        && !path.contains(':')
        && path
            .split(['/', '\\'])
            .all(|part| !matches!(part, "" | "." | ".."))
}

/// The package of the lockfile that a vendored package is: by its manifest, else, so that a broken
/// manifest is told of the right package, by the digest that it names or by its directory. Of
/// several sources the one whose checksum it names, else one without a checksum where it names none.
pub(super) fn find_in_lock(
    lockfile: &Lockfile,
    artifact: &Artifact,
    vendored: &Vendored,
) -> Option<usize> {
    let packages = || lockfile.packages().iter().enumerate();
    let by_manifest = vendored.identity.as_ref().and_then(|(name, version)| {
        packages()
            .filter(|(_, package)| package.name == *name && package.version == *version)
            .min_by_key(|(_, package)| package.checksum != vendored.package)
    });
    let by_digest = || {
        packages()
            .find(|(_, package)| vendored.package.is_some() && package.checksum == vendored.package)
    };
    let by_directory = || {
        let stem = artifact.stem.as_str();
        let versioned = packages().find(|(_, package)| {
            stem.strip_prefix(package.name.as_str())
                .and_then(|rest| rest.strip_prefix('-'))
                == Some(package.version.as_str())
        });
        versioned.or_else(|| {
            let mut named = packages().filter(|(_, package)| package.name == stem);
            named.next().filter(|_| named.next().is_none())
        })
    };
    // A manifest that can be read and names nothing of the lockfile is an unlisted package, unless
    // the list beside it claims to be a listed one.
    by_manifest
        .or_else(by_digest)
        .or_else(|| by_directory().filter(|_| vendored.identity.is_none()))
        .map(|(index, _)| index)
}

/// The manifest of a package that was found by something else, against what it should say.
pub(super) fn compare_identity(package: &LockedPackage, vendored: &Vendored) -> Option<Finding> {
    let (name, version) = vendored.identity.as_ref()?;
    let code = match (*name == package.name, *version == package.version) {
        (true, true) => return None,
        (false, _) => Code::ManifestName,
        (true, false) => Code::ManifestVersion,
    };
    let expected = format!("{}@{}", package.name, package.version);
    let actual = format!("{name}@{version}");
    Some(
        Finding::new(
            code,
            format!("the manifest names {actual}, the list is that of {expected}"),
        )
        .path("Cargo.toml")
        .values(expected, actual),
    )
}

/// The digest that a vendored package names against the one in the lockfile.
pub(super) fn compare_package(package: &LockedPackage, vendored: &Vendored) -> Option<Finding> {
    match (package.checksum, vendored.package) {
        (None, _) => Some(Finding::new(
            Code::ChecksumAbsent,
            "Cargo.lock has no checksum of this package",
        )),
        (Some(expected), None) => Some(
            Finding::new(
                Code::VendorPackageMissing,
                format!("{LIST} names no digest of the package"),
            )
            .path(LIST)
            .expected(expected.to_string()),
        ),
        (Some(expected), Some(actual)) if expected != actual => Some(
            Finding::new(
                Code::VendorPackageMismatch,
                format!("{LIST} names another digest than Cargo.lock"),
            )
            .path(LIST)
            .values(expected.to_string(), actual.to_string()),
        ),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listed_paths_stay_inside() {
        for good in ["a", "src/lib.rs", "..a/b"] {
            assert!(is_inside(good), "{good}");
        }
        for bad in [
            "", "/etc", "../a", "a/../b", "a//b", "./a", "C:/x", "a\\..\\b", "\\x",
        ] {
            assert!(!is_inside(bad), "{bad}");
        }
    }
}
