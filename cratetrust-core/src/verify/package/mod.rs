//! Packages against what names them: `.crate` files and vendored trees against Cargo.lock, an index
//! or the caller.

mod judge;

use std::cell::RefCell;
use std::collections::HashMap;
use std::io::Read;

use self::judge::Judge;
use super::anchor::{Anchor, CallerAnchor, IndexAnchor, LockAnchor};
use super::content::{ContentSink, Identity};
use super::schedule;
use super::vendor::{self, Vendored};
use crate::archive;
use crate::digest::{Sha256, hash_many};
use crate::error::{Error, ErrorKind, Result};
use crate::input::{Input, open_file};
use crate::lockfile::Lockfile;
use crate::options::{Check, Options};
use crate::package::SourceKind;
use crate::registry::{Artifact, ArtifactKind, Index, Layout, Store};
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
}

/// What an archive is bound to be before it is opened.
#[derive(Default)]
struct Bound<'a> {
    prefix: Option<&'a str>,
    identity: Option<Identity<'a>>,
}

enum Examination {
    Crate(Examined),
    Vendor(Vendored),
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
    run.judge(examined)
}

struct Run<'a> {
    options: &'a Options,
    layout: Layout,
    lockfile: Option<&'a Lockfile>,
    artifacts: Vec<Artifact>,
    /// Indexes of registry packages of the lockfile by `name-version`.
    by_stem: HashMap<String, Vec<usize>>,
    anchors: Vec<Box<dyn Anchor + 'a>>,
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
            anchors: anchors(target, lockfile, options)?,
            unreadable,
            unlisted: Vec::new(),
        };
        run.refuse_what_names_one_package()?;
        run.set_aside_unlisted();
        Ok(run)
    }

    fn wants(&self, check: Check) -> bool {
        self.options
            .checks
            .as_ref()
            .is_none_or(|checks| checks.contains(&check))
    }

    /// `--sha256` and `--expect` speak of one package.
    fn refuse_what_names_one_package(&self) -> Result<()> {
        let one = matches!(self.layout, Layout::CrateFile | Layout::VendoredPackage);
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
        if self.lockfile.is_none() || self.layout == Layout::CrateFile {
            return;
        }
        let (listed, unlisted) =
            std::mem::take(&mut self.artifacts)
                .into_iter()
                .partition(|artifact| {
                    artifact.kind != ArtifactKind::Crate
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
                    let examined = self.examine_crate(reader, size, &self.bound(item));
                    emit(item, examined.map(Examination::Crate));
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
            if self.wants(Check::Archive) || self.layout.holds_trees() {
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
        let by_name = package.is_some() || self.layout != Layout::CrateFile;
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
        if artifact.kind == ArtifactKind::Vendor {
            return Ok(Examination::Vendor(vendor::examine(
                artifact,
                self.wants(Check::Tree),
                self.options,
            )?));
        }
        match open_file(&artifact.path)
            .and_then(|(file, size)| self.examine_crate(file, Some(size), &self.bound(item)))
        {
            Ok(examined) => Ok(Examination::Crate(examined)),
            Err(error) => self.unreadable(error).map(Examination::Crate),
        }
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
                if self.layout != Layout::CrateFile =>
            {
                Ok(Examined {
                    unreadable: Some(error),
                    ..Examined::default()
                })
            }
            _ => Err(error),
        }
    }

    fn examine_crate(
        &self,
        reader: impl Read,
        size: Option<u64>,
        bound: &Bound<'_>,
    ) -> Result<Examined> {
        let (limits, cancel) = (&self.options.limits, &self.options.cancel);
        if !self.wants(Check::Archive) {
            let mut outcome = None;
            hash_many([((), reader)], limits.crate_size, cancel, |(), result| {
                outcome = Some(result)
            })?;
            return self
                .hashed(outcome.unwrap_or_else(|| {
                    Err(Error::new(ErrorKind::Internal, "nothing was hashed"))
                }));
        }
        let mut sink = ContentSink::new(limits);
        let mut outcome =
            archive::read_sized(reader, size, bound.prefix, limits, cancel, &mut [&mut sink])?;
        let content = sink.finish(&outcome, bound.identity);
        let mut findings = std::mem::take(&mut outcome.findings);
        findings.extend(content.findings);
        Ok(Examined {
            sha256: outcome.sha256,
            bytes: outcome.size,
            identity: content
                .manifest
                .and_then(|manifest| Some((manifest.name, manifest.version?))),
            prefix: outcome.prefix,
            findings,
            unreadable: None,
        })
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
                Ok((file, _)) => Some((item, file)),
                Err(error) => {
                    (emit.borrow_mut())(item, self.unreadable(error).map(Examination::Crate));
                    None
                }
            }
        });
        hash_many(
            jobs,
            self.options.limits.crate_size,
            &self.options.cancel,
            |item, result| {
                (emit.borrow_mut())(item, self.hashed(result).map(Examination::Crate));
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

    fn judge(&self, examined: Vec<Examination>) -> Result<Draft> {
        let mut crates = Vec::new();
        let mut trees = Vec::new();
        for (artifact, examination) in self.artifacts.iter().zip(examined) {
            match examination {
                Examination::Crate(examined) => crates.push((artifact, examined)),
                Examination::Vendor(vendored) => trees.push((artifact, vendored)),
            }
        }
        let mut draft = Draft {
            checks: self.checks_that_apply(),
            ..Draft::default()
        };
        let mut judge = Judge {
            run: self,
            draft: &mut draft,
        };
        match self.lockfile {
            Some(lockfile) if self.layout == Layout::CrateFile => {
                judge.named_crate(lockfile, crates)?
            }
            Some(lockfile) => judge.store(lockfile, crates, trees)?,
            None => judge.unlocked(crates, trees)?,
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

    fn checks_that_apply(&self) -> Vec<String> {
        let trees = self.layout.holds_trees();
        Check::ALL
            .into_iter()
            .filter(|check| match check {
                Check::Checksum => true,
                Check::Archive => !trees,
                Check::Tree => trees,
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
