//! Who says what a package's digest should be.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::digest::Sha256;
use crate::error::{ErrorKind, Result};
use crate::limits::Limits;
use crate::lockfile::Lockfile;
use crate::package::{PackageId, SourceKind};
use crate::progress::CancelToken;
use crate::registry::{Index, IndexFault, index_path};
use crate::report::{Code, Finding};

/// What an anchor says of a package.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Anchored {
    /// The digests that it names; several only where the anchor contradicts itself or where
    /// several sources hold the same name and version.
    pub digests: Vec<Sha256>,
    /// Whether it calls the version yanked.
    pub yanked: bool,
    /// What is wrong with the anchor where it speaks of the package.
    pub findings: Vec<Finding>,
}

/// Something that names digests.
pub trait Anchor: Send + Sync {
    /// The anchor's stable name: `lock`, `index`, `caller`.
    fn name(&self) -> &'static str;

    /// What it says of a package; nothing where it does not know it.
    ///
    /// # Errors
    /// Where the anchor itself cannot be read.
    fn expected(&self, identity: &PackageId) -> Result<Anchored>;
}

/// The digests of a Cargo.lock.
pub struct LockAnchor<'a> {
    by_name: HashMap<(&'a str, &'a str), Vec<&'a crate::lockfile::LockedPackage>>,
}

impl<'a> LockAnchor<'a> {
    /// The anchor of a lockfile.
    pub fn new(lockfile: &'a Lockfile) -> Self {
        let mut by_name: HashMap<_, Vec<_>> = HashMap::new();
        for package in lockfile.packages() {
            by_name
                .entry((package.name.as_str(), package.version.as_str()))
                .or_default()
                .push(package);
        }
        Self { by_name }
    }
}

impl Anchor for LockAnchor<'_> {
    fn name(&self) -> &'static str {
        "lock"
    }

    fn expected(&self, identity: &PackageId) -> Result<Anchored> {
        let known = self
            .by_name
            .get(&(identity.name.as_str(), identity.version.as_str()));
        let digests = known
            .into_iter()
            .flatten()
            .filter(|p| identity.source.kind == SourceKind::Unknown || p.source == identity.source)
            .filter_map(|p| p.checksum)
            .collect();
        Ok(Anchored {
            digests,
            ..Anchored::default()
        })
    }
}

/// The one digest that the caller gave.
pub struct CallerAnchor(pub Sha256);

impl Anchor for CallerAnchor {
    fn name(&self) -> &'static str {
        "caller"
    }

    fn expected(&self, _: &PackageId) -> Result<Anchored> {
        Ok(Anchored {
            digests: vec![self.0],
            ..Anchored::default()
        })
    }
}

/// The digests of a registry's index.
pub struct IndexAnchor {
    places: Places,
    limits: Limits,
    cancel: CancelToken,
}

enum Places {
    Entries(Index),
    Directories(Vec<PathBuf>),
    /// Directories that a walk found, where a file that cannot be read is a finding.
    Found(Vec<PathBuf>),
}

impl IndexAnchor {
    /// The anchor of index entries that were read already.
    pub fn of_entries(index: Index) -> Self {
        Self {
            places: Places::Entries(index),
            limits: Limits::default(),
            cancel: CancelToken::new(),
        }
    }

    /// The anchor of index directories that the caller names; each package's file is read when it is
    /// asked for.
    pub fn of_directories(
        directories: Vec<PathBuf>,
        limits: &Limits,
        cancel: &CancelToken,
    ) -> Self {
        Self::of_places(Places::Directories(directories), limits, cancel)
    }

    /// The anchor of index directories that a walk found beside packages.
    pub fn of_found(directories: Vec<PathBuf>, limits: &Limits, cancel: &CancelToken) -> Self {
        Self::of_places(Places::Found(directories), limits, cancel)
    }

    fn of_places(places: Places, limits: &Limits, cancel: &CancelToken) -> Self {
        Self {
            places,
            limits: limits.clone(),
            cancel: cancel.clone(),
        }
    }

    fn lookup(&self, directory: &Path, name: &str) -> Result<Option<Index>> {
        Index::lookup(directory, name, &self.limits, &self.cancel)
    }
}

impl Anchor for IndexAnchor {
    fn name(&self) -> &'static str {
        "index"
    }

    fn expected(&self, identity: &PackageId) -> Result<Anchored> {
        let mut anchored = Anchored::default();
        let mut take = |index: &Index| {
            anchored
                .findings
                .extend(faults_of(index, &index_path(&identity.name)));
            anchored
                .findings
                .extend(conflict_of(index, &identity.name, &identity.version));
            for entry in index.find(&identity.name, &identity.version) {
                if !anchored.digests.contains(&entry.checksum) {
                    anchored.digests.push(entry.checksum);
                }
                anchored.yanked |= entry.yanked;
            }
        };
        match &self.places {
            Places::Entries(index) => take(index),
            Places::Directories(directories) => {
                for directory in directories {
                    if let Some(index) = self.lookup(directory, &identity.name)? {
                        take(&index);
                    }
                }
            }
            Places::Found(directories) => {
                let mut unreadable = Vec::new();
                for directory in directories {
                    match self.lookup(directory, &identity.name) {
                        Ok(Some(index)) => take(&index),
                        Ok(None) => {}
                        Err(error) if error.kind() == ErrorKind::Cancelled => return Err(error),
                        Err(error) => unreadable.push(
                            Finding::new(
                                Code::Unreadable,
                                format!("the index was not read: {}", error.message()),
                            )
                            .path(index_path(&identity.name)),
                        ),
                    }
                }
                anchored.findings.append(&mut unreadable);
            }
        }
        Ok(anchored)
    }
}

/// What of an index file could not be understood.
pub(super) fn faults_of(index: &Index, path: &str) -> impl Iterator<Item = Finding> {
    index.faults().iter().map(move |fault| {
        match fault {
            IndexFault::Format(why) => Finding::new(Code::IndexCacheFormat, why.clone()),
            IndexFault::Line(line, why) => Finding::new(
                Code::IndexLineInvalid,
                format!("entry {line} of the index file: {why}"),
            ),
        }
        .path(path)
    })
}

/// One version with two checksums.
pub(super) fn conflict_of(index: &Index, name: &str, version: &str) -> Option<Finding> {
    let mut entries = index.find(name, version);
    let first = entries.next()?;
    let other = entries.find(|entry| entry.checksum != first.checksum)?;
    Some(
        Finding::new(
            Code::IndexConflict,
            format!("the index gives {name}@{version} two checksums"),
        )
        .path(index_path(name))
        .values(first.checksum.to_string(), other.checksum.to_string()),
    )
}
