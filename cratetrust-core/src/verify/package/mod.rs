//! Packages against what names them: `.crate` files and vendored trees against Cargo.lock, an index
//! or the caller.

mod judge;

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Read;

use self::judge::Judge;
use super::anchor::{Anchor, CallerAnchor, IndexAnchor, LockAnchor};
use super::checkout::CheckoutSink;
use super::content::{ContentSink, Identity};
use super::schedule;
use super::tree::{Compared, Kind, TreeSink};
use super::vendor::{self, Vendored};
use crate::archive::{self, Sink};
use crate::digest::{Sha256, hash_many};
use crate::error::{Error, ErrorKind, Result};
use crate::input::{Input, KnownFile, open_file};
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

/// What one `.crate` file turned out to be.
#[derive(Debug, Default)]
struct Examined {
    sha256: Option<Sha256>,
    bytes: u64,
    identity: Option<(String, String)>,
    prefix: Option<String>,
    findings: Vec<Finding>,
    unreadable: Option<Error>,
    /// Whether the archive was read to its end; never where it was only hashed.
    complete: bool,
    /// The trees that were compared with it, by their index among the artifacts.
    trees: Vec<(usize, Compared)>,
    /// What came of comparing it with a checkout.
    checkout: Option<Compared>,
}

/// What an archive is bound to be before it is opened.
#[derive(Default)]
struct Bound<'a> {
    prefix: Option<&'a str>,
    identity: Option<Identity<'a>>,
}

enum Examination {
    Crate(Box<Examined>),
    Vendor(Vendored),
    /// An unpacked package whose archive is not at hand.
    Lone,
    /// An unpacked package that was compared while its archive was read.
    Paired,
}

/// Verifies a target against the lockfile, the index and the digest that the options name.
///
/// # Errors
/// Errors of the index, of a named path that cannot be read, and `Cancelled`.
pub(crate) fn verify(
    target: &Target<'_>,
    lockfile: Option<&Lockfile>,
    options: &Options,
) -> Result<Draft> {
    let run = Run::new(target, lockfile, options)?;
    let examined = run.examine(target)?;
    run.judge(target, examined)
}

struct Run<'a> {
    options: &'a Options,
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
    anchors: Vec<Box<dyn Anchor + 'a>>,
    /// The index of each directory of archives that has one, where a lockfile is the anchor.
    beside: HashMap<String, IndexAnchor>,
    unreadable: Vec<(String, String)>,
    unlisted: Vec<Artifact>,
}

impl<'a> Run<'a> {
    fn new(
        target: &Target<'a>,
        lockfile: Option<&'a Lockfile>,
        options: &'a Options,
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
            layout,
            lockfile,
            artifacts,
            by_stem,
            unpacked: HashMap::new(),
            paired: HashSet::new(),
            has_sources: false,
            checkout: None,
            beside: beside(target, lockfile, options),
            anchors: anchors(target, lockfile, options)?,
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
        if self.wants(Check::Tree) {
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
        {
            return Err(Error::invalid(format!(
                "`against` goes with a .crate file or an unpacked crate, not with a {}",
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

    fn examine(&self, target: &Target<'_>) -> Result<Vec<Examination>> {
        if let Target::Stream(input) = target {
            return schedule::run(&[0], self.options, |items, emit| {
                for item in items {
                    let (reader, size) = input.open()?;
                    let examined = self.examine_crate(item, reader, size);
                    emit(item, examined.map(|e| Examination::Crate(Box::new(e))));
                }
                Ok(())
            });
        }
        let sizes: Vec<u64> = self
            .artifacts
            .iter()
            .map(|artifact| artifact.size)
            .collect();
        schedule::run(&sizes, self.options, |items, emit| {
            if self.layout.holds_trees() {
                return self.examine_trees(items, emit);
            }
            if self.wants(Check::Archive) || self.has_sources || self.checkout.is_some() {
                for item in items {
                    self.options.cancel.check()?;
                    emit(item, self.examine_artifact(item));
                }
                Ok(())
            } else {
                self.hash_artifacts(items, emit)
            }
        })
    }

    /// What the file's own name says that the archive must be: in a store by the store's rule, and
    /// where the lockfile has a package of that name.
    fn bound(&self, item: usize) -> Bound<'_> {
        let Some(stem) = self.artifacts.get(item).map(|a| a.stem.as_str()) else {
            return Bound::default();
        };
        let package = self
            .by_stem
            .get(stem)
            .and_then(|candidates| self.lockfile?.packages().get(*candidates.first()?));
        let by_name = package.is_some() || !self.is_one_archive();
        Bound {
            prefix: by_name.then_some(stem),
            identity: package.map(|package| Identity {
                name: &package.name,
                version: &package.version,
            }),
        }
    }

    fn examine_artifact(&self, item: usize) -> Result<Examination> {
        let artifact = self.artifact(item)?;
        match artifact.kind {
            ArtifactKind::Crate => {}
            ArtifactKind::Vendor => {
                let mut outcome = None;
                self.examine_trees(&mut std::iter::once(item), &mut |_, examination| {
                    outcome = Some(examination);
                })?;
                return outcome.unwrap_or_else(|| {
                    Err(Error::new(ErrorKind::Internal, "nothing was examined"))
                });
            }
            ArtifactKind::Source => {
                return Ok(match self.paired.contains(&item) {
                    true => Examination::Paired,
                    false => Examination::Lone,
                });
            }
        }
        if let (Layout::Tree, Some(archive)) = (self.layout, &self.options.against) {
            let (reader, size) = archive.open()?;
            let examined = self.examine_crate(item, reader, size)?;
            return Ok(Examination::Crate(Box::new(examined)));
        }
        let examined = match open_file(&artifact.path)
            .and_then(|(file, size)| self.examine_crate(item, file, Some(size)))
        {
            Ok(examined) => examined,
            Err(error) => self.unreadable(error)?,
        };
        Ok(Examination::Crate(Box::new(examined)))
    }

    fn artifact(&self, item: usize) -> Result<&Artifact> {
        self.artifacts
            .get(item)
            .ok_or_else(|| Error::new(ErrorKind::Internal, "no such artifact"))
    }

    /// A file met on the way that cannot be read is a finding; the one that was named is an error.
    fn unreadable(&self, error: Error) -> Result<Examined> {
        match error.kind() {
            ErrorKind::Io
            | ErrorKind::NotFound
            | ErrorKind::PermissionDenied
            | ErrorKind::InvalidArgument
                if !self.is_one_archive() =>
            {
                Ok(Examined {
                    unreadable: Some(error),
                    ..Examined::default()
                })
            }
            _ => Err(error),
        }
    }

    fn examine_crate(&self, item: usize, reader: impl Read, size: Option<u64>) -> Result<Examined> {
        let (limits, cancel) = (&self.options.limits, &self.options.cancel);
        let bound = self.bound(item);
        let sources = self.unpacked.get(&item).map_or(&[][..], Vec::as_slice);
        if !self.wants(Check::Archive) && sources.is_empty() && self.checkout.is_none() {
            let mut outcome = None;
            hash_many([((), reader)], limits.crate_size, cancel, |(), result| {
                outcome = Some(result)
            })?;
            return self
                .hashed(outcome.unwrap_or_else(|| {
                    Err(Error::new(ErrorKind::Internal, "nothing was hashed"))
                }));
        }
        let mut content = ContentSink::new(limits);
        let mut trees = Vec::new();
        for source in sources {
            let tree = self.artifact(*source)?;
            trees.push(TreeSink::new(
                &tree.path,
                self.kind_of_tree(),
                self.options,
            )?);
        }
        let mut sinks: Vec<&mut dyn Sink> = vec![&mut content];
        for tree in &mut trees {
            sinks.push(tree);
        }
        let mut source = self.checkout.as_ref().map(|_| CheckoutSink::default());
        if let Some(source) = &mut source {
            sinks.push(source);
        }
        let mut outcome =
            archive::read_sized(reader, size, bound.prefix, limits, cancel, &mut sinks)?;
        let content = content.finish(&outcome, bound.identity);
        let mut findings = std::mem::take(&mut outcome.findings);
        findings.extend(content.findings);
        if !self.wants(Check::Archive) {
            // What keeps the trees from being compared is told all the same.
            findings.retain(|_| !outcome.complete);
        }
        Ok(Examined {
            sha256: outcome.sha256,
            bytes: outcome.size,
            identity: content
                .manifest
                .and_then(|manifest| Some((manifest.name, manifest.version?))),
            prefix: outcome.prefix,
            findings,
            unreadable: None,
            complete: outcome.complete,
            checkout: match (source, &self.checkout) {
                (Some(source), Some(checkout)) => Some(source.finish(checkout, self.options)?),
                _ => None,
            },
            trees: sources
                .iter()
                .copied()
                .zip(trees.into_iter().map(TreeSink::finish))
                .collect(),
        })
    }

    fn kind_of_tree(&self) -> Kind {
        match self.layout {
            Layout::Tree => Kind::Plain,
            _ => Kind::Unpacked,
        }
    }

    fn examine_trees(
        &self,
        items: &mut dyn Iterator<Item = usize>,
        emit: schedule::Emit<'_, Examination>,
    ) -> Result<()> {
        vendor::examine_many(
            items.filter_map(|item| Some((item, self.artifacts.get(item)?))),
            self.wants(Check::Tree),
            self.options,
            &mut |item, vendored| emit(item, vendored.map(Examination::Vendor)),
        )
    }

    fn hash_artifacts(
        &self,
        items: &mut dyn Iterator<Item = usize>,
        emit: schedule::Emit<'_, Examination>,
    ) -> Result<()> {
        let emit = RefCell::new(emit);
        let jobs = items.filter_map(|item| {
            match self
                .artifact(item)
                .and_then(|artifact| open_file(&artifact.path))
            {
                Ok((file, size)) => Some((item, KnownFile::new(file, size))),
                Err(error) => {
                    (emit.borrow_mut())(
                        item,
                        self.unreadable(error)
                            .map(|e| Examination::Crate(Box::new(e))),
                    );
                    None
                }
            }
        });
        hash_many(
            jobs,
            self.options.limits.crate_size,
            &self.options.cancel,
            |item, result| {
                (emit.borrow_mut())(
                    item,
                    self.hashed(result).map(|e| Examination::Crate(Box::new(e))),
                );
            },
        )
    }

    fn hashed(&self, result: Result<(Sha256, u64)>) -> Result<Examined> {
        match result {
            Ok((sha256, bytes)) => Ok(Examined {
                sha256: Some(sha256),
                bytes,
                ..Examined::default()
            }),
            Err(error) if error.kind() == ErrorKind::LimitExceeded => {
                let limit = self.options.limits.crate_size;
                let finding = Finding::new(
                    Code::LimitCrateSize,
                    format!("the file is larger than {limit} bytes"),
                )
                .expected(format!("at most {limit} bytes"));
                Ok(Examined {
                    findings: vec![finding],
                    ..Examined::default()
                })
            }
            Err(error) => self.unreadable(error),
        }
    }

    fn judge(&self, target: &Target<'_>, examined: Vec<Examination>) -> Result<Draft> {
        let mut crates = Vec::new();
        let mut trees = Vec::new();
        let mut lone = Vec::new();
        for (artifact, examination) in self.artifacts.iter().zip(examined) {
            match examination {
                Examination::Crate(examined) => crates.push((artifact, *examined)),
                Examination::Vendor(vendored) => trees.push((artifact, vendored)),
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
                if let (Target::Store(store), Layout::LocalRegistry) = (target, self.layout) {
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
            if self.layout.is_shared() {
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
        [Check::Checksum, Check::Archive]
            .into_iter()
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
                Check::Archive => !trees,
                Check::Tree => trees || sources || self.checkout.is_some(),
            })
            .filter(|check| self.wants(*check))
            .map(|check| check.name().to_owned())
            .collect()
    }
}

impl Layout {
    fn holds_trees(self) -> bool {
        matches!(self, Self::Vendor | Self::VendoredPackage)
    }
}

fn stream_artifact(input: &Input) -> Artifact {
    let name = input.name();
    Artifact {
        kind: ArtifactKind::Crate,
        stem: name.strip_suffix(".crate").unwrap_or(&name).to_owned(),
        location: name,
        path: Default::default(),
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
    let only_hashes = options
        .checks
        .as_ref()
        .is_some_and(|checks| !checks.contains(&Check::Archive));
    match target {
        Target::Store(store) if lockfile.is_some() && options.index.is_none() && !only_hashes => {
            store
                .indexes
                .iter()
                .map(|(location, path)| {
                    let anchor = IndexAnchor::of_directories(
                        vec![path.clone()],
                        &options.limits,
                        &options.cancel,
                    );
                    (location.clone(), anchor)
                })
                .collect()
        }
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
        anchors.push(Box::new(IndexAnchor::of_directories(
            directories,
            &options.limits,
            &options.cancel,
        )));
    }
    Ok(anchors)
}
