//! Reading: archives through their sinks, vendored packages with theirs, or only hashes.

use std::cell::RefCell;
use std::io::Read;

use super::{Run, Target};
use crate::archive::{self, Sink};
use crate::digest::{Sha256, hash_few_at_once, hash_many_with};
use crate::error::{Error, ErrorKind, Result};
use crate::options::Check;
use crate::package::SourceKind;
use crate::registry::{Artifact, ArtifactKind, FileTree, Layout};
use crate::report::{Code, Finding};
use crate::verify::checkout::CheckoutSink;
use crate::verify::content::{ContentSink, Identity};
use crate::verify::schedule;
use crate::verify::tree::{Compared, Kind, TreeSink};
use crate::verify::vendor::{self, AtHand, Vendored};

/// What one `.crate` file turned out to be.
#[derive(Debug, Default)]
pub(in crate::verify) struct Examined {
    pub(super) sha256: Option<Sha256>,
    pub(super) bytes: u64,
    pub(super) identity: Option<(String, String)>,
    pub(super) prefix: Option<String>,
    pub(super) findings: Vec<Finding>,
    pub(super) unreadable: Option<Error>,
    /// Whether the archive was read to its end; never where it was only hashed.
    pub(super) complete: bool,
    /// The trees that were compared with it, by their index among the artifacts.
    pub(super) trees: Vec<(usize, Compared)>,
    /// What came of comparing it with a checkout.
    pub(super) checkout: Option<Compared>,
}

/// What an archive is bound to be before it is opened.
#[derive(Default)]
struct Bound<'a> {
    prefix: Option<&'a str>,
    identity: Option<Identity<'a>>,
    /// The file's own name without its ending.
    stem: Option<&'a str>,
}

pub(super) enum Examination {
    Crate(Box<Examined>),
    Vendor(Box<Vendored>),
    /// An unpacked package whose archive is not at hand.
    Lone,
    /// An unpacked package that was compared while its archive was read.
    Paired,
}

impl Run<'_> {
    pub(super) fn examine(&self, target: &Target<'_>) -> Result<Vec<Examination>> {
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
                return self.examine_vendored(items, emit);
            }
            if self.reads_archives() || self.has_sources || self.checkout.is_some() {
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
            stem: Some(stem),
        }
    }

    fn examine_artifact(&self, item: usize) -> Result<Examination> {
        let artifact = self.artifact(item)?;
        match artifact.kind {
            ArtifactKind::Crate => {}
            ArtifactKind::Vendor => {
                let mut outcome = None;
                self.examine_vendored(&mut std::iter::once(item), &mut |_, examination| {
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
        let examined = match artifact
            .open()
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
        let bound = self.bound(item);
        let sources = self.unpacked.get(&item).map_or(&[][..], Vec::as_slice);
        if !self.reads_archives() && sources.is_empty() && self.checkout.is_none() {
            let (limits, cancel) = (&self.options.limits, &self.options.cancel);
            let mut outcome = None;
            hash_many_with(
                self.backend,
                [((), reader)],
                limits.crate_size,
                cancel,
                |(), result| outcome = Some(result),
            )?;
            return self
                .hashed(outcome.unwrap_or_else(|| {
                    Err(Error::new(ErrorKind::Internal, "nothing was hashed"))
                }));
        }
        let mut trees = Vec::new();
        for source in sources {
            let tree = self.artifact(*source)?;
            let sink = TreeSink::new(tree, self.kind_of_tree(), self.options)?;
            trees.push((*source, sink));
        }
        self.read_crate(reader, size, bound, trees)
    }

    /// Whether archives are read and not only hashed.
    fn reads_archives(&self) -> bool {
        self.wants(Check::Archive) || self.wants(Check::Vcs)
    }

    /// Reads an archive to its end, and compares the trees and the checkout with it on the way.
    fn read_crate(
        &self,
        reader: impl Read,
        size: Option<u64>,
        bound: Bound<'_>,
        mut trees: Vec<(usize, TreeSink<'_>)>,
    ) -> Result<Examined> {
        let (limits, cancel) = (&self.options.limits, &self.options.cancel);
        let mut content = ContentSink::new(limits);
        let mut sinks: Vec<&mut dyn Sink> = vec![&mut content];
        for (_, tree) in &mut trees {
            sinks.push(tree);
        }
        let mut source = self.checkout.as_ref().map(|_| CheckoutSink::default());
        if let Some(source) = &mut source {
            sinks.push(source);
        }
        let mut outcome =
            archive::read_sized(reader, size, bound.prefix, limits, cancel, &mut sinks)?;
        let content = content.finish(&outcome, bound.identity, bound.stem);
        let mut findings = std::mem::take(&mut outcome.findings);
        findings.extend(content.findings);
        findings.retain(|finding| match finding.code {
            Code::VcsMalformed | Code::VcsDirty => self.wants(Check::Vcs),
            // What keeps the rest from being compared is told all the same.
            _ => self.wants(Check::Archive) || !outcome.complete,
        });
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
            trees: trees
                .into_iter()
                .map(|(item, tree)| (item, tree.finish()))
                .collect(),
        })
    }

    /// Vendored packages against their lists and, where archives are at hand, against those.
    fn examine_vendored(
        &self,
        items: &mut dyn Iterator<Item = usize>,
        emit: schedule::Emit<'_, Examination>,
    ) -> Result<()> {
        vendor::examine_many(
            items.filter_map(|item| Some((item, self.artifacts.get(item)?))),
            self.wants(Check::Tree),
            (self.backend, self.options),
            |item, artifact, vendored, files| match self.compares_archives() {
                true => self.archive_of(item, artifact, vendored, files),
                false => Ok(AtHand::Unasked),
            },
            &mut |item, vendored| {
                emit(item, vendored.map(|v| Examination::Vendor(Box::new(v))));
            },
        )
    }

    /// Compares a vendored package with its archive. Of several the one that has the digest which
    /// the lockfile, or without one the package itself, names; else the first.
    fn archive_of(
        &self,
        item: usize,
        artifact: &Artifact,
        vendored: &Vendored,
        mut files: FileTree,
    ) -> Result<AtHand> {
        let locked = self.names.as_ref().and_then(|names| {
            let index = names.find(artifact, vendored)?;
            self.lockfile?.packages().get(index)
        });
        let has_archive = match locked {
            Some(package) => matches!(
                package.source.kind,
                SourceKind::CratesIo | SourceKind::Registry
            ),
            None => vendored.package.is_some(),
        };
        if !has_archive {
            return Ok(AtHand::None);
        }
        let (name, version) = match (locked, &vendored.identity) {
            (Some(package), _) => (package.name.as_str(), package.version.as_str()),
            (None, Some((name, version))) => (name.as_str(), version.as_str()),
            (None, None) => return Ok(AtHand::Missing),
        };
        let stem = format!("{name}-{version}");
        let expected = match locked {
            Some(package) => package.checksum,
            None => vendored.package,
        };
        let mut first = None;
        let mut candidates = self.candidates(&stem).iter().peekable();
        while let Some(archive) = candidates.next() {
            let files = match candidates.peek() {
                Some(_) => files.clone(),
                None => std::mem::take(&mut files),
            };
            let tree = TreeSink::vendored(files, self.options);
            let opened: Result<(Box<dyn Read + Send>, _)> =
                match (&self.options.against, archive.path.as_os_str().is_empty()) {
                    (Some(given), true) => given.open(),
                    _ => archive
                        .open()
                        .map(|(file, size)| (Box::new(file) as _, Some(size))),
                };
            let bound = Bound {
                prefix: Some(&stem),
                identity: Some(Identity { name, version }),
                stem: None,
            };
            let examined = match opened
                .and_then(|(reader, size)| self.read_crate(reader, size, bound, vec![(item, tree)]))
            {
                Ok(examined) => examined,
                Err(error) => self.unreadable(error)?,
            };
            let fits = expected.is_some() && examined.sha256 == expected;
            let read = AtHand::Read {
                location: archive.location.clone(),
                examined: Box::new(examined),
            };
            if fits {
                return Ok(read);
            }
            first.get_or_insert(read);
        }
        Ok(first.unwrap_or(AtHand::Missing))
    }

    /// The archives that may be that of a vendored package. Where one package and one archive were
    /// given, that archive, whatever its name.
    fn candidates(&self, stem: &str) -> &[Artifact] {
        let Some(archives) = &self.archives else {
            return &[];
        };
        let named = archives.get(stem);
        let alone = || {
            let one_file = self.layout == Layout::VendoredPackage
                && self
                    .options
                    .against
                    .as_ref()
                    .is_some_and(|against| against.path().is_none_or(|path| !path.is_dir()));
            archives.values().next().filter(|_| one_file)
        };
        named.or_else(alone).map_or(&[][..], Vec::as_slice)
    }

    fn kind_of_tree(&self) -> Kind {
        match self.layout {
            Layout::Tree => Kind::Plain,
            _ => Kind::Unpacked,
        }
    }

    fn hash_artifacts(
        &self,
        items: &mut dyn Iterator<Item = usize>,
        emit: schedule::Emit<'_, Examination>,
    ) -> Result<()> {
        let emit = RefCell::new(emit);
        let jobs = items.filter_map(|item| match self.artifact(item).and_then(Artifact::open) {
            Ok((file, _)) => Some((item, file)),
            Err(error) => {
                (emit.borrow_mut())(
                    item,
                    self.unreadable(error)
                        .map(|e| Examination::Crate(Box::new(e))),
                );
                None
            }
        });
        hash_few_at_once(
            self.backend,
            schedule::files_at_once(self.options),
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
}
