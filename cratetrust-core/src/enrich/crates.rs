//! Packages of the bill of materials and the artifacts at hand: which is whose, and what is taken.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::facts::Facts;
use super::read::{self, Examined, has_error};
use super::{Enriched, Reported, ids};
use crate::bom::{Bom, Package};
use crate::digest::{Sha256, Sha512};
use crate::error::{Error, ErrorKind, Result};
use crate::input::Input;
use crate::options::{Enrich, Options};
use crate::package::SourceKind;
use crate::proven::{self, Seen, Taken, Wanted};
use crate::registry::{self, Artifact, ArtifactKind, Layout, Store};
use crate::report::{ArtifactReport, Code, Finding, ReportInput, Status};
use crate::verify::schedule;

/// Bytes of all licence texts of one bill of materials beyond which no more are kept.
const LARGEST_TEXTS: usize = 64 << 20;

/// One artifact that may be a package of the bill of materials.
struct Item {
    artifact: Artifact,
    /// An input without a path.
    stream: Option<Input>,
    /// Whether the caller named this very file: its name need not say what it is.
    named: bool,
}

/// How good facts are: the first is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Crate,
    Vendor,
    CrateUnverified,
    VendorUnverified,
    SourceUnverified,
}

impl Rank {
    fn name(self) -> &'static str {
        match self {
            Self::Crate => "crate",
            Self::Vendor => "vendor",
            Self::CrateUnverified => "crate-unverified",
            Self::VendorUnverified => "vendor-unverified",
            Self::SourceUnverified => "src-unverified",
        }
    }

    fn is_proven(self) -> bool {
        matches!(self, Self::Crate | Self::Vendor)
    }
}

/// What may be taken for one package.
struct Offer {
    rank: Rank,
    facts: Facts,
    sha512: Option<Sha512>,
    size: Option<u64>,
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
    let mut offers: BTreeMap<usize, Vec<Offer>> = BTreeMap::new();
    let mut judge = Judge {
        plan: &plan,
        options,
        enriched: &mut enriched,
        offers: &mut offers,
    };
    for (item, examined) in items.iter().zip(examined) {
        judge.take(item, examined);
    }
    fill(bom, offers);
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

/// Takes the best offer for each package.
fn fill(bom: &mut Bom, offers: BTreeMap<usize, Vec<Offer>>) {
    let mut texts = 0;
    for (index, offers) in offers {
        let best = offers
            .into_iter()
            .min_by(|a, b| (a.rank, &a.facts).cmp(&(b.rank, &b.facts)));
        let (Some(mut offer), Some(package)) = (best, bom.packages.get_mut(index)) else {
            continue;
        };
        texts += offer.facts.license_text.as_ref().map_or(0, String::len);
        if texts > LARGEST_TEXTS {
            offer.facts.license_text = None;
        }
        if offer.rank == Rank::Crate {
            package.checksum.sha512 = offer.sha512;
            package.size = offer.size;
        }
        offer
            .facts
            .fill(package, offer.rank.name(), offer.rank.is_proven());
    }
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
struct Plan<'a> {
    packages: &'a [Package],
    ids: Vec<String>,
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
    fn package_of(&self, item: &Item, examined: &Examined) -> Option<usize> {
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

struct Judge<'a, 'b> {
    plan: &'a Plan<'b>,
    options: &'a Options,
    enriched: &'a mut Enriched,
    offers: &'a mut BTreeMap<usize, Vec<Offer>>,
}

impl Judge<'_, '_> {
    fn take(&mut self, item: &Item, mut examined: Examined) {
        self.enriched.bytes += examined.bytes;
        let artifact = &item.artifact;
        let Some(index) = self.plan.package_of(item, &examined) else {
            self.enriched.unlisted += 1;
            return;
        };
        let (Some(package), Some(id)) = (self.plan.packages.get(index), self.plan.ids.get(index))
        else {
            return;
        };
        let mut findings = std::mem::take(&mut examined.findings);
        if examined.facts.is_some() {
            findings.extend(other_identity(package, examined.identity.as_ref()));
        }
        let rank = match artifact.kind {
            ArtifactKind::Crate => self.judge_archive(package, id, &examined, &mut findings),
            ArtifactKind::Vendor => judge_vendored(package, &examined, &mut findings),
            ArtifactKind::Source => {
                findings.push(Finding::new(
                    Code::NotChecked,
                    format!(
                        "the archive of {id} is not at hand, so nothing proves its unpacked sources"
                    ),
                ));
                Some(Rank::SourceUnverified)
            }
        };
        let bad = has_error(&findings, self.options);
        let rank = rank.filter(|_| !bad);
        let mut checks = Vec::new();
        if artifact.kind == ArtifactKind::Crate && examined.sha256.is_some() {
            checks.push("checksum".to_owned());
        }
        if artifact.kind == ArtifactKind::Vendor {
            checks.push("checksum".to_owned());
            checks.push("tree".to_owned());
        }
        self.account(
            index,
            rank,
            ArtifactReport {
                kind: artifact.kind.name().to_owned(),
                location: artifact.location.clone(),
                sha256: examined.sha256,
                checks,
                status: match rank {
                    Some(rank) if rank.is_proven() => Status::Ok,
                    _ if bad => Status::Failed,
                    _ => Status::Unchecked,
                },
            },
        );
        let findings = findings
            .into_iter()
            .map(|finding| finding.package(id).artifact(&artifact.location));
        self.enriched.findings.extend(findings);
        if let (Some(rank), Some(facts)) = (rank, examined.facts) {
            self.offers.entry(index).or_default().push(Offer {
                rank,
                facts,
                sha512: examined.sha512,
                size: Some(examined.bytes),
            });
        }
    }

    fn judge_archive(
        &mut self,
        package: &Package,
        id: &str,
        examined: &Examined,
        findings: &mut Vec<Finding>,
    ) -> Option<Rank> {
        match (package.checksum.sha256, examined.sha256) {
            // Larger than the limit, or not readable: a finding says so.
            (_, None) => None,
            (Some(expected), Some(actual)) if expected == actual => Some(Rank::Crate),
            (Some(expected), Some(actual)) => {
                findings.push(
                    Finding::new(
                        Code::ChecksumLockMismatch,
                        format!("{id}: Cargo.lock says {expected}, the file is {actual}"),
                    )
                    .values(expected.to_string(), actual.to_string()),
                );
                None
            }
            (None, Some(_)) => {
                findings.push(Finding::new(
                    Code::ChecksumAbsent,
                    format!("Cargo.lock has no checksum of {id}"),
                ));
                Some(Rank::CrateUnverified)
            }
        }
    }

    /// Every copy must be good: a package is as good as the worst of them, once one was compared.
    fn account(&mut self, index: usize, rank: Option<Rank>, artifact: ArtifactReport) {
        let anchor = match rank {
            Some(Rank::Crate) => Some("lock"),
            Some(Rank::Vendor) => Some("self-declared"),
            _ => None,
        };
        let reported = self
            .enriched
            .reports
            .entry(index)
            .or_insert_with(|| Reported {
                status: artifact.status,
                anchors: Vec::new(),
                artifacts: Vec::new(),
            });
        if let Some(anchor) = anchor.filter(|anchor| !reported.anchors.iter().any(|a| a == anchor))
        {
            reported.anchors.push(anchor.to_owned());
            reported.anchors.sort();
        }
        reported.status = match (reported.status, artifact.status) {
            (Status::Failed, _) | (_, Status::Failed) => Status::Failed,
            (Status::Ok, Status::Ok) => Status::Ok,
            _ => Status::Unchecked,
        };
        reported.artifacts.push(artifact);
    }
}

/// A manifest that names another package than the one whose bytes it lies in.
fn other_identity(package: &Package, identity: Option<&(String, String)>) -> Option<Finding> {
    let expected = format!("{}@{}", package.name, package.version);
    let (code, actual) = match identity {
        Some((name, version)) if *name == package.name && *version == package.version => {
            return None;
        }
        Some((name, version)) if *name == package.name => {
            (Code::ManifestVersion, format!("{name}@{version}"))
        }
        Some((name, version)) => (Code::ManifestName, format!("{name}@{version}")),
        None => (
            Code::ManifestNotNormalized,
            "a version that is inherited".to_owned(),
        ),
    };
    Some(
        Finding::new(code, format!("the manifest names {actual}, not {expected}"))
            .path(super::facts::MANIFEST)
            .values(expected, actual),
    )
}

/// A vendored package: the digest that its list names against the lockfile's.
fn judge_vendored(
    package: &Package,
    examined: &Examined,
    findings: &mut Vec<Finding>,
) -> Option<Rank> {
    const LIST: &str = ".cargo-checksum.json";
    let hashed = examined.complete;
    match (package.checksum.sha256, examined.package) {
        (None, _) => Some(Rank::VendorUnverified),
        (Some(expected), Some(actual)) if expected == actual => Some(match hashed {
            true => Rank::Vendor,
            false => Rank::VendorUnverified,
        }),
        (Some(expected), Some(actual)) => {
            findings.push(
                Finding::new(
                    Code::VendorPackageMismatch,
                    format!("{LIST} names another digest than Cargo.lock"),
                )
                .path(LIST)
                .values(expected.to_string(), actual.to_string()),
            );
            None
        }
        (Some(expected), None) => {
            findings.push(
                Finding::new(
                    Code::VendorPackageMissing,
                    format!("{LIST} names no digest of the package"),
                )
                .path(LIST)
                .expected(expected.to_string()),
            );
            None
        }
    }
}
