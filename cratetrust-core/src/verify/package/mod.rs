//! Packages against what names them: `.crate` files and vendored trees against Cargo.lock, an index
//! or the caller.

mod examine;
mod judge;

use std::collections::{BTreeMap, HashMap, HashSet};

use self::examine::Examination;
pub(in crate::verify) use self::examine::Examined;
use self::judge::Judge;
use super::anchor::{Anchor, CallerAnchor, IndexAnchor, LockAnchor};
use super::vendor::LockedNames;
use crate::digest::Backend;
use crate::error::{Error, Result};
use crate::input::Input;
use crate::lockfile::Lockfile;
use crate::options::{Check, Options};
use crate::package::SourceKind;
use crate::registry::{Artifact, ArtifactKind, Checkout, Index, Layout, Store};
use crate::report::{Code, Draft, Finding};

/// What is to be verified: what lies at a path, or one archive that has no path.
pub(crate) enum Target<'a> {
    /// What a walk found.
    Store(&'a Store),
    /// Bytes or a reader.
    Stream(&'a Input),
}

/// Verifies a target against the lockfile, the index and the digest that the options name.
///
/// # Errors
/// Errors of the index, of a named path that cannot be read, and `Cancelled`.
pub(crate) fn verify(
    target: &Target<'_>,
    lockfile: Option<&Lockfile>,
    options: &Options,
    backend: Backend,
) -> Result<Draft> {
    let run = Run::new(target, lockfile, options, backend)?;
    let examined = run.examine(target)?;
    run.judge(target, examined)
}

struct Run<'a> {
    options: &'a Options,
    /// How files are hashed that are not read otherwise.
    backend: Backend,
    layout: Layout,
    lockfile: Option<&'a Lockfile>,
    artifacts: Vec<Artifact>,
    /// Indexes of registry packages of the lockfile by `name-version`.
    by_stem: HashMap<String, Vec<usize>>,
    /// For each archive, the trees that were unpacked from it.
    unpacked: HashMap<usize, Vec<usize>>,
    /// The trees whose archive is at hand.
    paired: HashSet<usize>,
    /// Whether there is any unpacked package.
    has_sources: bool,
    checkout: Option<Checkout>,
    /// The archives that vendored packages are compared with, by `name-version`.
    archives: Option<HashMap<String, Vec<Artifact>>>,
    /// The packages of the lockfile, for telling which of them a vendored package is.
    names: Option<LockedNames<'a>>,
    anchors: Vec<Box<dyn Anchor + 'a>>,
    /// The index of each directory of archives that has one, where a lockfile is the anchor.
    beside: HashMap<String, IndexAnchor>,
    /// Whether any index is at hand.
    has_index: bool,
    unreadable: Vec<(String, String)>,
    unlisted: Vec<Artifact>,
}

impl<'a> Run<'a> {
    fn new(
        target: &Target<'a>,
        lockfile: Option<&'a Lockfile>,
        options: &'a Options,
        backend: Backend,
    ) -> Result<Self> {
        let (layout, artifacts, unreadable) = match target {
            Target::Store(store) => (
                store.layout,
                store.artifacts.clone(),
                store.unreadable.clone(),
            ),
            Target::Stream(input) => (Layout::CrateFile, vec![stream_artifact(input)], Vec::new()),
        };
        let mut by_stem: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, package) in lockfile
            .map_or(&[][..], Lockfile::packages)
            .iter()
            .enumerate()
        {
            if matches!(
                package.source.kind,
                SourceKind::CratesIo | SourceKind::Registry
            ) {
                by_stem
                    .entry(format!("{}-{}", package.name, package.version))
                    .or_default()
                    .push(index);
            }
        }
        let mut run = Self {
            options,
            backend,
            layout,
            lockfile,
            artifacts,
            by_stem,
            unpacked: HashMap::new(),
            paired: HashSet::new(),
            has_sources: false,
            checkout: None,
            archives: archives(target),
            names: lockfile.map(LockedNames::new),
            beside: beside(target, lockfile, options),
            anchors: anchors(target, lockfile, options)?,
            has_index: options.index.is_some()
                || matches!(target, Target::Store(store) if !store.indexes.is_empty()),
            unreadable,
            unlisted: Vec::new(),
        };
        run.refuse_what_names_one_package()?;
        run.set_aside_unlisted();
        run.pair_trees();
        run.open_checkout()?;
        Ok(run)
    }

    fn open_checkout(&mut self) -> Result<()> {
        let (Layout::CrateFile, Some(against)) = (self.layout, &self.options.against) else {
            return Ok(());
        };
        let Some(path) = against.path() else {
            return Err(Error::invalid(
                "a .crate file is compared with a checkout, which is a directory",
            ));
        };
        if self.wants(Check::Vcs) {
            let (limits, cancel) = (&self.options.limits, &self.options.cancel);
            self.checkout = Some(Checkout::open(path, limits, cancel)?);
        }
        Ok(())
    }

    /// Finds the archive of each unpacked package; without the check of trees there are none.
    fn pair_trees(&mut self) {
        if !self.wants(Check::Tree) {
            self.artifacts
                .retain(|artifact| artifact.kind != ArtifactKind::Source);
        }
        let archives: HashMap<&str, usize> = self
            .artifacts
            .iter()
            .enumerate()
            .filter(|(_, artifact)| artifact.kind == ArtifactKind::Crate)
            .map(|(item, artifact)| (artifact.location.as_str(), item))
            .collect();
        let mut unpacked: HashMap<usize, Vec<usize>> = HashMap::new();
        for (item, artifact) in self.artifacts.iter().enumerate() {
            let archive = artifact
                .archive
                .as_deref()
                .and_then(|location| archives.get(location));
            if let Some(archive) = archive {
                unpacked.entry(*archive).or_default().push(item);
            }
        }
        self.paired = unpacked.values().flatten().copied().collect();
        self.unpacked = unpacked;
        self.has_sources = self
            .artifacts
            .iter()
            .any(|artifact| artifact.kind == ArtifactKind::Source);
    }

    fn wants(&self, check: Check) -> bool {
        self.options
            .checks
            .as_ref()
            .is_none_or(|checks| checks.contains(&check))
    }

    /// Whether one archive is what is verified.
    fn is_one_archive(&self) -> bool {
        matches!(self.layout, Layout::CrateFile | Layout::Tree)
    }

    /// `--sha256` and `--expect` speak of one package.
    fn refuse_what_names_one_package(&self) -> Result<()> {
        let one = matches!(
            self.layout,
            Layout::CrateFile | Layout::VendoredPackage | Layout::Tree
        );
        if self.options.against.is_some()
            && !matches!(self.layout, Layout::CrateFile | Layout::Tree)
            && !self.layout.has_other_side()
        {
            return Err(Error::invalid(format!(
                "`against` goes with a .crate file, an unpacked crate, registry/src or a vendor directory, not with a {}",
                self.layout.name()
            )));
        }
        if !one && self.options.sha256.is_some() {
            return Err(Error::invalid(
                "`sha256` names one file, but a directory was given",
            ));
        }
        if !one && self.options.expect.is_some() {
            return Err(Error::invalid(
                "`expect` names one package, but a directory was given",
            ));
        }
        Ok(())
    }

    /// With a lockfile, a `.crate` in a store that the lockfile does not name is not read at all.
    fn set_aside_unlisted(&mut self) {
        if self.lockfile.is_none() || self.is_one_archive() {
            return;
        }
        let (listed, unlisted) =
            std::mem::take(&mut self.artifacts)
                .into_iter()
                .partition(|artifact| {
                    artifact.kind == ArtifactKind::Vendor
                        || self.by_stem.contains_key(&artifact.stem)
                });
        self.artifacts = listed;
        self.unlisted = unlisted;
    }

    fn judge(&self, target: &Target<'_>, examined: Vec<Examination>) -> Result<Draft> {
        let mut crates = Vec::new();
        let mut trees = Vec::new();
        let mut lone = Vec::new();
        for (artifact, examination) in self.artifacts.iter().zip(examined) {
            match examination {
                Examination::Crate(examined) => crates.push((artifact, *examined)),
                Examination::Vendor(vendored) => trees.push((artifact, *vendored)),
                Examination::Lone => lone.push(artifact),
                Examination::Paired => {}
            }
        }
        let mut draft = Draft {
            checks: self.checks_that_apply(),
            ..Draft::default()
        };
        let mut judge = Judge {
            run: self,
            draft: &mut draft,
            lone: BTreeMap::new(),
        };
        judge.take_lone(lone);
        match self.lockfile {
            Some(lockfile) if self.is_one_archive() => judge.named_crate(lockfile, crates)?,
            Some(lockfile) => judge.store(lockfile, crates, trees)?,
            None => {
                judge.unlocked(crates, trees)?;
                if let (Target::Store(store), Layout::LocalRegistry, true) =
                    (target, self.layout, self.wants(Check::Index))
                {
                    judge.unfilled_index(store)?;
                }
            }
        }
        for check in self.options.checks.iter().flatten() {
            if !draft.checks.iter().any(|name| name == check.name()) {
                draft.findings.push(Finding::new(
                    Code::NotChecked,
                    format!(
                        "the check `{}` does not apply to a {}",
                        check.name(),
                        self.layout.name()
                    ),
                ));
            }
        }
        for (location, why) in &self.unreadable {
            draft.findings.push(
                Finding::new(
                    Code::Unreadable,
                    format!("`{location}` was not read: {why}"),
                )
                .artifact(location.clone()),
            );
        }
        for artifact in &self.unlisted {
            if self.layout.holds_sources() && artifact.kind == ArtifactKind::Crate {
                // The other side of what is unpacked, and none of what was to be verified.
            } else if self.layout.is_shared() {
                draft.unlisted += 1;
            } else {
                draft.findings.push(
                    Finding::new(
                        Code::CrateUnlisted,
                        format!("Cargo.lock names no package `{}`", artifact.stem),
                    )
                    .artifact(artifact.location.clone()),
                );
            }
        }
        Ok(draft)
    }

    fn checks_of_crate(&self) -> Vec<String> {
        [Check::Checksum, Check::Archive, Check::Vcs]
            .into_iter()
            .filter(|check| match check {
                Check::Vcs => self.options.checks.is_some(),
                _ => true,
            })
            .filter(|check| self.wants(*check))
            .map(|check| check.name().to_owned())
            .collect()
    }

    fn checks_that_apply(&self) -> Vec<String> {
        let trees = self.layout.holds_trees();
        let sources = self.has_sources;
        Check::ALL
            .into_iter()
            .filter(|check| match check {
                Check::Checksum => true,
                Check::Archive => !trees || self.compares_archives(),
                Check::Tree => trees || sources,
                Check::Index => self.has_index,
                // What an archive says of its commit is read with it; the check is named where
                // there is more to it, or where it was.
                Check::Vcs => self.checkout.is_some() || (!trees && self.options.checks.is_some()),
            })
            .filter(|check| self.wants(*check))
            .map(|check| check.name().to_owned())
            .collect()
    }

    /// Whether vendored packages are compared with archives.
    fn compares_archives(&self) -> bool {
        self.archives.is_some() && self.wants(Check::Tree)
    }
}

impl Layout {
    fn holds_trees(self) -> bool {
        matches!(self, Self::Vendor | Self::VendoredPackage)
    }
}

fn archives(target: &Target<'_>) -> Option<HashMap<String, Vec<Artifact>>> {
    let Target::Store(store) = target else {
        return None;
    };
    let mut by_stem: HashMap<String, Vec<Artifact>> = HashMap::new();
    for archive in store.archives.as_ref()? {
        by_stem
            .entry(archive.stem.clone())
            .or_default()
            .push(archive.clone());
    }
    Some(by_stem)
}

fn stream_artifact(input: &Input) -> Artifact {
    let name = input.name();
    Artifact {
        kind: ArtifactKind::Crate,
        stem: name.strip_suffix(".crate").unwrap_or(&name).to_owned(),
        location: name,
        path: Default::default(),
        home: None,
        size: 0,
        archive: None,
    }
}

/// With a lockfile, the indexes that lie beside the archives are compared with it. Only hashing must
/// stay cheap, so they are then left alone.
fn beside(
    target: &Target<'_>,
    lockfile: Option<&Lockfile>,
    options: &Options,
) -> HashMap<String, IndexAnchor> {
    let wanted = options
        .checks
        .as_ref()
        .is_none_or(|checks| checks.contains(&Check::Index));
    match target {
        Target::Store(store) if lockfile.is_some() && options.index.is_none() && wanted => store
            .indexes
            .iter()
            .map(|(location, path)| {
                let anchor =
                    IndexAnchor::of_found(vec![path.clone()], &options.limits, &options.cancel);
                (location.clone(), anchor)
            })
            .collect(),
        _ => HashMap::new(),
    }
}

fn anchors<'a>(
    target: &Target<'_>,
    lockfile: Option<&'a Lockfile>,
    options: &Options,
) -> Result<Vec<Box<dyn Anchor + 'a>>> {
    let mut anchors: Vec<Box<dyn Anchor + 'a>> = Vec::new();
    if let Some(sha256) = options.sha256 {
        anchors.push(Box::new(CallerAnchor(sha256)));
    }
    if let Some(lockfile) = lockfile {
        anchors.push(Box::new(LockAnchor::new(lockfile)));
    }
    if let Some(index) = &options.index {
        anchors.push(match index.path().filter(|path| path.is_dir()) {
            Some(directory) => Box::new(IndexAnchor::of_directories(
                vec![directory.to_owned()],
                &options.limits,
                &options.cancel,
            )),
            None => Box::new(IndexAnchor::of_entries(Index::read(
                index,
                &options.limits,
                &options.cancel,
            )?)),
        });
    } else if let (Target::Store(store), None) = (target, lockfile)
        && !store.indexes.is_empty()
    {
        let directories = store.indexes.iter().map(|(_, path)| path.clone()).collect();
        anchors.push(Box::new(IndexAnchor::of_found(
            directories,
            &options.limits,
            &options.cancel,
        )));
    }
    Ok(anchors)
}
