//! Packages of the bill of materials and the artifacts at hand: which is whose, and what is taken.

use std::collections::{HashMap, HashSet};

use super::facts::Facts;
use super::judge::{Judge, Offers};
use super::read::{self, Examined};
use super::{Enriched, ids};
use crate::bom::{Bom, Package};
use crate::digest::Sha256;
use crate::error::{Error, ErrorKind, Result};
use crate::input::Input;
use crate::options::{Enrich, Options};
use crate::package::SourceKind;
use crate::proven::{self, Seen, Taken, Wanted};
use crate::registry::{self, Artifact, ArtifactKind, Layout, Store};
use crate::report::{ArtifactReport, Code, Finding, ReportInput};
use crate::verify::schedule;

/// One artifact that may be a package of the bill of materials.
pub(super) struct Item {
    pub(super) artifact: Artifact,
    /// An input without a path.
    stream: Option<Input>,
    /// Whether the caller named this very file: its name need not say what it is.
    named: bool,
}

/// Enriches the packages whose bytes lie in `options.crates`, each artifact in one pass. Where
/// manifests suffice, archives in `seen` are not read again.
///
/// # Errors
/// For a path that the caller names and that cannot be read, and `Cancelled`. Faults of the bytes
/// are findings.
pub(crate) fn enrich(bom: &mut Bom, seen: &Seen, options: &Options) -> Result<Enriched> {
    let mut enriched = Enriched::default();
    if options.crates.is_empty() || options.enrich == Enrich::None {
        return Ok(enriched);
    }
    let mut items = Vec::new();
    for (at, input) in options.crates.iter().enumerate() {
        let prefix = prefix(&options.crates, at);
        list(input, prefix.as_deref(), options, &mut items, &mut enriched)?;
    }
    let plan = Plan::new(bom);
    plan.set_aside(&mut items, &mut enriched);
    items.sort_by_cached_key(|item| (item.artifact.kind, item.artifact.location.clone()));
    let sizes: Vec<u64> = items.iter().map(|item| item.artifact.size).collect();
    let examined = schedule::run(&sizes, options, |indexes, emit| {
        let mut slow = Vec::new();
        if options.enrich == Enrich::Manifests {
            plan.skim(&items, indexes, seen, options, emit, &mut slow)?;
        }
        for index in slow.into_iter().chain(indexes) {
            options.cancel.check()?;
            if let Some(item) = items.get(index) {
                emit(index, plan.examine(item, options));
            }
        }
        Ok(())
    })?;
    let mut offers = Offers::default();
    let mut judge = Judge {
        plan: &plan,
        options,
        enriched: &mut enriched,
        offers: &mut offers,
    };
    for (item, examined) in items.iter().zip(examined) {
        judge.take(item, examined);
    }
    offers.fill(bom);
    enriched.checks = ["checksum", "tree"]
        .into_iter()
        .filter(|check| {
            let ran = |artifact: &ArtifactReport| artifact.checks.iter().any(|c| c == check);
            enriched
                .reports
                .values()
                .flat_map(|r| &r.artifacts)
                .any(ran)
        })
        .map(str::to_owned)
        .collect();
    Ok(enriched)
}

/// How locations tell several places apart: by the name of each, and a number where names repeat.
fn prefix(inputs: &[Input], at: usize) -> Option<String> {
    if inputs.len() < 2 {
        return None;
    }
    let name = inputs.get(at)?.name();
    let before = inputs.iter().take(at).filter(|input| input.name() == name);
    Some(match before.count() {
        0 => name,
        n => format!("{name}~{}", n + 1),
    })
}

/// Lists the artifacts of one place.
fn list(
    input: &Input,
    prefix: Option<&str>,
    options: &Options,
    items: &mut Vec<Item>,
    enriched: &mut Enriched,
) -> Result<()> {
    let located = |location: &str| match prefix {
        Some(prefix) => format!("{prefix}/{location}"),
        None => location.to_owned(),
    };
    let (store, role) = match input.path() {
        None => (None, "crate"),
        Some(path) => {
            let (store, role) = open(path, options)?;
            (Some(store), role)
        }
    };
    enriched.inputs.push(ReportInput {
        role: role.to_owned(),
        name: input.name(),
        sha256: None,
    });
    let Some(store) = store else {
        let name = input.name();
        items.push(Item {
            artifact: Artifact {
                kind: ArtifactKind::Crate,
                location: located(&name),
                path: Default::default(),
                home: None,
                stem: name.strip_suffix(".crate").unwrap_or(&name).to_owned(),
                size: 0,
                archive: None,
            },
            stream: Some(input.clone()),
            named: true,
        });
        return Ok(());
    };
    for (location, why) in &store.unreadable {
        let message = format!("`{location}` was not read: {why}");
        enriched
            .findings
            .push(Finding::new(Code::Unreadable, message).artifact(located(location)));
    }
    let named = matches!(store.layout, Layout::CrateFile | Layout::Tree);
    items.extend(store.artifacts.into_iter().map(|mut artifact| {
        artifact.location = located(&artifact.location);
        artifact.archive = artifact.archive.map(|archive| located(&archive));
        Item {
            artifact,
            stream: None,
            named,
        }
    }));
    Ok(())
}

/// What lies at a path: what the detector knows, or one unpacked package.
fn open(path: &std::path::Path, options: &Options) -> Result<(Store, &'static str)> {
    let (limits, cancel) = (&options.limits, &options.cancel);
    match registry::detect(path) {
        Ok(Layout::Tree) => {
            let store = registry::unpacked(path, &Input::from_path(path));
            let artifacts = store.artifacts.into_iter();
            let store = Store {
                artifacts: artifacts
                    .filter(|artifact| artifact.kind == ArtifactKind::Source)
                    .map(|mut artifact| {
                        artifact.archive = None;
                        artifact
                    })
                    .collect(),
                ..store
            };
            Ok((store, Layout::Tree.name()))
        }
        Ok(layout) => Ok((registry::scan(path, layout, limits, cancel)?, layout.name())),
        Err(error) => Err(error),
    }
}

/// The packages by the names that artifacts have.
pub(super) struct Plan<'a> {
    pub(super) packages: &'a [Package],
    pub(super) ids: Vec<String>,
    /// Registry packages by `name-version`.
    by_stem: HashMap<String, Vec<usize>>,
    /// All packages but local ones by name and version.
    by_name: HashMap<(String, String), Vec<usize>>,
    by_digest: HashMap<Sha256, usize>,
}

impl<'a> Plan<'a> {
    fn new(bom: &'a Bom) -> Self {
        let mut plan = Self {
            packages: &bom.packages,
            ids: ids(bom),
            by_stem: HashMap::new(),
            by_name: HashMap::new(),
            by_digest: HashMap::new(),
        };
        for (index, package) in bom.packages.iter().enumerate() {
            let registry = match package.source.kind {
                SourceKind::CratesIo | SourceKind::Registry => true,
                SourceKind::Git => false,
                _ => continue,
            };
            plan.by_name
                .entry((package.name.clone(), package.version.clone()))
                .or_default()
                .push(index);
            if registry {
                let stem = format!("{}-{}", package.name, package.version);
                plan.by_stem.entry(stem).or_default().push(index);
                if let Some(checksum) = package.checksum.sha256 {
                    plan.by_digest.entry(checksum).or_insert(index);
                }
            }
        }
        plan
    }

    fn of_stem(&self, stem: &str) -> &[usize] {
        self.by_stem.get(stem).map_or(&[], Vec::as_slice)
    }

    fn of_identity(&self, identity: Option<&(String, String)>) -> &[usize] {
        identity
            .and_then(|identity| self.by_name.get(identity))
            .map_or(&[], Vec::as_slice)
    }

    fn checksum(&self, index: usize) -> Option<Sha256> {
        self.packages.get(index)?.checksum.sha256
    }

    /// Of several sources the one whose checksum fits, else one without a checksum, else the first.
    fn choose(&self, candidates: &[usize], digest: Option<Sha256>) -> Option<usize> {
        let rank = |index: &usize| match self.checksum(*index) {
            Some(checksum) if Some(checksum) == digest => 0,
            None => 1,
            Some(_) => 2,
        };
        candidates.iter().copied().min_by_key(rank)
    }

    /// Leaves out what no package is by its name, and unpacked packages whose archive is at hand.
    fn set_aside(&self, items: &mut Vec<Item>, enriched: &mut Enriched) {
        let archives: HashSet<String> = items
            .iter()
            .filter(|item| item.artifact.kind == ArtifactKind::Crate)
            .map(|item| item.artifact.stem.clone())
            .collect();
        items.retain(|item| {
            let known = item.named || !self.of_stem(&item.artifact.stem).is_empty();
            match item.artifact.kind {
                ArtifactKind::Vendor => true,
                ArtifactKind::Source if known && archives.contains(&item.artifact.stem) => false,
                _ => {
                    enriched.unlisted += u64::from(!known);
                    known
                }
            }
        });
    }

    /// Takes the manifests of archives that the lockfile's digest proves; the other items are left.
    fn skim(
        &self,
        items: &[Item],
        indexes: &mut dyn Iterator<Item = usize>,
        seen: &Seen,
        options: &Options,
        emit: schedule::Emit<'_, Examined>,
        left: &mut Vec<usize>,
    ) -> Result<()> {
        let mut failed = Vec::new();
        let mut known = Vec::new();
        let jobs = std::iter::from_fn(|| {
            loop {
                let index = indexes.next()?;
                let item = items.get(index)?;
                let Some(sha256) = self.proof(item) else {
                    left.push(index);
                    continue;
                };
                if let Some(taken) = seen.take(&item.artifact.path) {
                    known.push((index, taken));
                    continue;
                }
                let wanted = Wanted {
                    artifact: &item.artifact,
                    sha256: Some(sha256),
                    structure: false,
                    units: false,
                    facts: true,
                };
                return Some((index, wanted));
            }
        });
        let (limits, cancel) = (&options.limits, &options.cancel);
        let mut take = |index, taken: Result<Taken>| match taken {
            Ok(taken) if !taken.is_broken() => emit(index, read::taken(taken)),
            // Reading it whole tells what to say of it.
            _ => failed.push(index),
        };
        proven::Reader::default().read(jobs, limits, cancel, &mut take)?;
        for (index, taken) in known {
            take(index, Ok(taken));
        }
        left.extend(failed);
        Ok(())
    }

    /// The digest that proves an archive, if its name says which package it is.
    fn proof(&self, item: &Item) -> Option<Sha256> {
        let is_file = item.artifact.kind == ArtifactKind::Crate && item.stream.is_none();
        match self.of_stem(&item.artifact.stem) {
            [index] if is_file => self.checksum(*index),
            _ => None,
        }
    }

    fn examine(&self, item: &Item, options: &Options) -> Result<Examined> {
        let artifact = &item.artifact;
        let mut examined = match self.read(item, options) {
            Ok(examined) => examined,
            Err(error)
                if !item.named
                    && matches!(
                        error.kind(),
                        ErrorKind::Io
                            | ErrorKind::NotFound
                            | ErrorKind::PermissionDenied
                            | ErrorKind::InvalidArgument
                            | ErrorKind::LimitExceeded
                    ) =>
            {
                Examined::unreadable(&error)
            }
            Err(error) => return Err(error),
        };
        // Facts of bytes that fit no package are not kept while the others are read.
        if artifact.kind == ArtifactKind::Crate && !self.may_fit(item, &examined) {
            examined.facts = None;
        }
        if options.enrich == Enrich::Manifests {
            examined.sha512 = None;
            examined.facts = examined.facts.map(Facts::of_manifest_only);
        }
        Ok(examined)
    }

    fn may_fit(&self, item: &Item, examined: &Examined) -> bool {
        let index = self.package_of(item, examined);
        index.is_some_and(|index| match self.checksum(index) {
            Some(checksum) => examined.sha256 == Some(checksum),
            None => true,
        })
    }

    fn read(&self, item: &Item, options: &Options) -> Result<Examined> {
        let artifact = &item.artifact;
        match artifact.kind {
            // cargo follows it, and nobody knows where it leads.
            ArtifactKind::Source | ArtifactKind::Vendor if !item.named && artifact.is_link() => {
                Err(Error::invalid("a symbolic link in a store is not followed"))
            }
            ArtifactKind::Vendor => read::vendored(artifact, options),
            ArtifactKind::Source => read::unpacked(artifact, options),
            ArtifactKind::Crate => {
                let by_name = !self.of_stem(&artifact.stem).is_empty();
                let prefix = by_name.then_some(artifact.stem.as_str());
                match &item.stream {
                    Some(input) => {
                        let (reader, size) = input.open()?;
                        read::archive(reader, size, prefix, options)
                    }
                    None => {
                        let (file, size) = artifact.open()?;
                        read::archive(file, Some(size), prefix, options)
                    }
                }
            }
        }
    }

    /// The package that an artifact is: by its name, else by its digest, else by its manifest.
    pub(super) fn package_of(&self, item: &Item, examined: &Examined) -> Option<usize> {
        let artifact = &item.artifact;
        let by_digest = |digest: Option<Sha256>| self.by_digest.get(&digest?).copied();
        let by_identity = |digest| {
            let candidates = self.of_identity(examined.identity.as_ref());
            self.choose(candidates, digest)
        };
        match artifact.kind {
            ArtifactKind::Crate => self
                .choose(self.of_stem(&artifact.stem), examined.sha256)
                .or_else(|| by_digest(examined.sha256))
                .or_else(|| by_identity(examined.sha256)),
            ArtifactKind::Source => self
                .choose(self.of_stem(&artifact.stem), None)
                .or_else(|| by_identity(None)),
            // A manifest that can be read and names nothing known is another package, unless the
            // list beside it claims to be a known one.
            ArtifactKind::Vendor => by_identity(examined.package)
                .or_else(|| by_digest(examined.package))
                .or_else(|| match examined.identity {
                    None => self.choose(self.of_stem(&artifact.stem), examined.package),
                    Some(_) => None,
                }),
        }
    }
}
