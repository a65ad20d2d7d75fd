//! One vendored package: its files against the hashes listed for them.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::vec;

use super::package::Examined;
use super::schedule::{Emit, files_at_once};
use crate::digest::{Backend, Sha256, Sha256Hasher, hash_few_at_once};
use crate::error::{Error, ErrorKind, Result};
use crate::input::{Directory, KnownFile};
use crate::lockfile::{LockedPackage, Lockfile};
use crate::options::Options;
use crate::registry::{Artifact, FileTree, VendorChecksums, VendoredPackage};
use crate::report::{Code, Finding};

const LIST: &str = VendoredPackage::LIST;

/// The archive that a vendored package is compared with.
#[derive(Debug, Default)]
pub(super) enum AtHand {
    /// Nobody asked for it.
    #[default]
    Unasked,
    /// The package names no archive, as those from git do, whose manifest cargo rewrites.
    None,
    /// There should be one, and it is not there.
    Missing,
    /// It was read, and the package was compared with it.
    Read {
        location: String,
        examined: Box<Examined>,
    },
}

/// What one vendored package turned out to be.
#[derive(Debug, Default)]
pub(crate) struct Vendored {
    /// Name and version by its manifest.
    pub(crate) identity: Option<(String, String)>,
    /// The digest of its archive, by its own word.
    pub(crate) package: Option<Sha256>,
    /// The digest of what the list says of its files.
    pub(crate) listed: Option<Sha256>,
    /// Whether the list was read and every listed file hashed.
    pub(crate) complete: bool,
    /// Whether the directory was not read at all, so that nothing is known of what its list says.
    pub(crate) unread: bool,
    /// Whether the list names no file at all.
    pub(crate) lists_nothing: bool,
    /// Bytes hashed.
    pub(crate) bytes: u64,
    /// What was found.
    pub(crate) findings: Vec<Finding>,
    /// What came of comparing it with its archive.
    pub(super) archive: AtHand,
}

/// A file that waits to be hashed.
struct Job {
    path: String,
    expected: Sha256,
}

/// A package's directory and its files.
type Place = (Directory, FileTree);

/// A package of which files wait to be hashed.
struct Pending {
    vendored: Vendored,
    left: usize,
}

/// Reads each package's list and, where `tree` asks for it, compares its files with it. The files of
/// many packages are hashed side by side: most are small, and one package alone has too few of them.
///
/// `archive` compares a package with its archive, once its list was read. What fails with more than a
/// finding is emitted for its package.
///
/// # Errors
/// `Cancelled`; `Unsupported` where the processor cannot run the backend.
pub(super) fn examine_many<'a>(
    packages: impl Iterator<Item = (usize, &'a Artifact)>,
    tree: bool,
    (backend, options): (Backend, &Options),
    archive: impl Fn(usize, &Artifact, &Vendored, FileTree) -> Result<AtHand>,
    emit: Emit<'_, Vendored>,
) -> Result<()> {
    let work = RefCell::new(Work {
        pending: HashMap::new(),
        emit,
    });
    let mut packages = packages;
    let mut current: Option<(usize, Directory, vec::IntoIter<Job>)> = None;
    let jobs = std::iter::from_fn(|| {
        loop {
            if let Some((item, root, jobs)) = &mut current
                && let Some(job) = jobs.next()
            {
                match root.file(job.path.as_bytes()) {
                    Ok((reader, _)) => return Some(((*item, job), reader)),
                    Err(error) => work.borrow_mut().done(*item, &job, Err(error)),
                }
                continue;
            }
            let (item, artifact) = packages.next()?;
            let examined =
                examine(artifact, tree, options).and_then(|(mut vendored, place, jobs)| {
                    let root = place.map(|(root, files)| {
                        vendored.archive = archive(item, artifact, &vendored, files)?;
                        Ok(root)
                    });
                    Ok((vendored, root.transpose()?, jobs))
                });
            match examined {
                Ok((vendored, root, jobs)) => {
                    work.borrow_mut().begin(item, vendored, jobs.len());
                    current = root.map(|root| (item, root, jobs.into_iter()));
                }
                Err(error) => work.borrow_mut().failed(item, error),
            }
        }
    });
    hash_few_at_once::<_, KnownFile>(
        backend,
        files_at_once(options),
        jobs,
        options.limits.file_size,
        &options.cancel,
        |(item, job), result| work.borrow_mut().done(item, &job, result),
    )
}

/// One package, its files compared with its list.
///
/// # Errors
/// As [`examine_many`].
pub(crate) fn examine_one(artifact: &Artifact, options: &Options) -> Result<Vendored> {
    let mut examined = None;
    examine_many(
        std::iter::once((0, artifact)),
        true,
        (Backend::Auto, options),
        |_, _, _, _| Ok(AtHand::Unasked),
        &mut |_, result| examined = Some(result),
    )?;
    examined.unwrap_or_else(|| {
        Err(Error::new(
            ErrorKind::Internal,
            "the package was passed over",
        ))
    })
}

/// The packages under way, and where those go whose last file was hashed.
struct Work<'e> {
    pending: HashMap<usize, Pending>,
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

    fn failed(&mut self, item: usize, error: Error) {
        (self.emit)(item, Err(error));
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

/// Reads a package's list, and tells what is to be hashed. The directory and its files are handed back,
/// for what else they are compared with.
fn examine(
    artifact: &Artifact,
    tree: bool,
    options: &Options,
) -> Result<(Vendored, Option<Place>, Vec<Job>)> {
    let mut vendored = Vendored::default();
    // The path that the caller names may be a link; what a walk finds may not.
    if artifact.is_link() {
        vendored.unread = true;
        vendored.findings.push(
            Finding::new(
                Code::VendorSymlink,
                "the whole directory is a symbolic link",
            )
            .path("."),
        );
        return Ok((vendored, None, Vec::new()));
    }
    let opened = artifact.directory().and_then(|root| {
        let package = VendoredPackage::open(root.clone(), &options.limits, &options.cancel)?;
        Ok((root, package))
    });
    let (root, package) = match opened {
        Ok(opened) => opened,
        Err(error) => {
            vendored.unread = true;
            vendored.findings.push(fault_of(error)?);
            return Ok((vendored, None, Vec::new()));
        }
    };
    let files = package.files;
    match package.identity {
        Ok(identity) => vendored.identity = identity,
        Err(error) => vendored.findings.push(
            Finding::new(
                Code::ManifestParse,
                format!("Cargo.toml: {}", error.message()),
            )
            .path("Cargo.toml"),
        ),
    }
    if !files.files.contains("Cargo.toml") {
        vendored.findings.push(
            Finding::new(Code::ManifestMissing, "the package has no Cargo.toml").path("Cargo.toml"),
        );
    }
    let mut jobs = Vec::new();
    let invalid = |why: String| Finding::new(Code::VendorChecksumInvalid, why).path(LIST);
    match package.list {
        Ok(Some(list)) => {
            vendored.package = list.package;
            vendored.listed = Some(digest_of(&list));
            if tree {
                jobs = compare(&files, list, &mut vendored);
            } else {
                vendored.complete = true;
            }
        }
        Ok(None) => vendored
            .findings
            .push(invalid(format!("the package has no {LIST}"))),
        Err(error) => vendored.findings.push(invalid(error.message().to_owned())),
    }
    Ok((vendored, Some((root, files)), jobs))
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
fn compare(walked: &FileTree, list: VendorChecksums, out: &mut Vendored) -> Vec<Job> {
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
        out.lists_nothing = true;
        return Vec::new();
    }
    for path in &walked.files {
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
    for path in &walked.not_utf8 {
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
        } else if walked.files.contains(&path) {
            jobs.push(Job { path, expected });
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

/// The finding of a list without files, where nothing else tells what they should be.
pub(crate) fn lists_nothing() -> Finding {
    Finding::new(
        Code::VendorNoFileHashes,
        format!("{LIST} lists no files, so none could be compared"),
    )
    .path(LIST)
}

/// The packages of a lockfile by what a vendored package may be known by.
pub(super) struct LockedNames<'a> {
    packages: &'a [LockedPackage],
    by_name: HashMap<&'a str, Vec<usize>>,
    by_digest: HashMap<Sha256, usize>,
    by_stem: HashMap<String, usize>,
}

impl<'a> LockedNames<'a> {
    pub(super) fn new(lockfile: &'a Lockfile) -> Self {
        let packages = lockfile.packages();
        let mut names = Self {
            packages,
            by_name: HashMap::new(),
            by_digest: HashMap::new(),
            by_stem: HashMap::new(),
        };
        for (index, package) in packages.iter().enumerate() {
            let stem = format!("{}-{}", package.name, package.version);
            names.by_name.entry(&package.name).or_default().push(index);
            names.by_stem.entry(stem).or_insert(index);
            if let Some(digest) = package.checksum {
                names.by_digest.entry(digest).or_insert(index);
            }
        }
        names
    }

    /// The package that a vendored package is: by its manifest, else, so that a broken manifest is
    /// told of the right package, by the digest that it names or by its directory. Of several
    /// sources the one whose checksum it names, else one without a checksum where it names none.
    pub(super) fn find(&self, artifact: &Artifact, vendored: &Vendored) -> Option<usize> {
        let stem = artifact.stem.as_str();
        let by_manifest = || {
            let (name, version) = vendored.identity.as_ref()?;
            let found = self.by_name.get(name.as_str())?.iter().copied();
            found
                .filter_map(|index| Some((index, self.packages.get(index)?)))
                .filter(|(_, package)| package.version == *version)
                .min_by_key(|(_, package)| package.checksum != vendored.package)
                .map(|(index, _)| index)
        };
        let by_digest = || self.by_digest.get(&vendored.package?).copied();
        let by_directory = || {
            let named = || match self.by_name.get(stem)?.as_slice() {
                [one] => Some(*one),
                _ => None,
            };
            self.by_stem.get(stem).copied().or_else(named)
        };
        // A manifest that can be read and names nothing of the lockfile is an unlisted package,
        // unless the list beside it claims to be a listed one.
        by_manifest()
            .or_else(by_digest)
            .or_else(|| by_directory().filter(|_| vendored.identity.is_none()))
    }
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
        (Some(_), None) if vendored.unread => None,
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

/// The digest that a vendored package names against one that the caller or its archive has.
pub(super) fn compare_declared(
    vendored: &Vendored,
    code: Code,
    whose: &str,
    expected: Sha256,
) -> Option<Finding> {
    let finding = match vendored.package {
        Some(actual) if actual == expected => return None,
        Some(actual) => Finding::new(code, format!("{LIST} names another digest than {whose}"))
            .values(expected.to_string(), actual.to_string()),
        None if vendored.unread => return None,
        None => Finding::new(
            Code::VendorPackageMissing,
            format!("{LIST} names no digest of the package"),
        )
        .expected(expected.to_string()),
    };
    Some(finding.path(LIST))
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
