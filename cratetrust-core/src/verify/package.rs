//! Packages against what names them: `.crate` files and vendored trees against Cargo.lock, an index
//! or the caller.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::io::Read;

use super::anchor::{Anchor, CallerAnchor, IndexAnchor, LockAnchor};
use super::checksum::ChecksumVerifier;
use super::content::ContentSink;
use super::schedule;
use super::vendor::{self, Vendored};
use crate::verifier::{EvidenceSet, Outcome, Subject, Verifier};
use crate::archive;
use crate::digest::{Sha256, hash_many};
use crate::error::{Error, ErrorKind, Result};
use crate::input::{Input, open_file};
use crate::lockfile::{LockedPackage, Lockfile};
use crate::options::{Check, Options};
use crate::package::{PackageId, Source, SourceKind, report_ids};
use crate::registry::{Artifact, ArtifactKind, Index, Layout, Store};
use crate::report::{ArtifactReport, Code, Counts, Draft, Finding, PackageReport, Status};

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

enum Examination {
    Crate(Examined),
    Vendor(Vendored),
}

/// Verifies a target against the lockfile, the index and the digest that the options name.
///
/// # Errors
/// Errors of the index, of a named path that cannot be read, and `Cancelled`.
pub(crate) fn verify(target: &Target<'_>, lockfile: Option<&Lockfile>, options: &Options) -> Result<Draft> {
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
    fn new(target: &Target<'a>, lockfile: Option<&'a Lockfile>, options: &'a Options) -> Result<Self> {
        let (layout, artifacts, unreadable) = match target {
            Target::Store(store) => (store.layout, store.artifacts.clone(), store.unreadable.clone()),
            Target::Stream(input) => (Layout::CrateFile, vec![stream_artifact(input)], Vec::new()),
        };
        let mut by_stem: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, package) in lockfile.map_or(&[][..], Lockfile::packages).iter().enumerate() {
            if matches!(package.source.kind, SourceKind::CratesIo | SourceKind::Registry) {
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
        self.options.checks.as_ref().is_none_or(|checks| checks.contains(&check))
    }

    /// `--sha256` and `--expect` speak of one package.
    fn refuse_what_names_one_package(&self) -> Result<()> {
        let one = matches!(self.layout, Layout::CrateFile | Layout::VendoredPackage);
        if !one && self.options.sha256.is_some() {
            return Err(Error::invalid("`sha256` names one file, but a directory was given"));
        }
        if !one && self.options.expect.is_some() {
            return Err(Error::invalid("`expect` names one package, but a directory was given"));
        }
        Ok(())
    }

    /// With a lockfile, a `.crate` in a store that the lockfile does not name is not read at all.
    fn set_aside_unlisted(&mut self) {
        if self.lockfile.is_none() || self.layout == Layout::CrateFile {
            return;
        }
        let (listed, unlisted) = std::mem::take(&mut self.artifacts).into_iter().partition(|artifact| {
            artifact.kind != ArtifactKind::Crate || self.by_stem.contains_key(&artifact.stem)
        });
        self.artifacts = listed;
        self.unlisted = unlisted;
    }

    fn examine(&self, target: &Target<'_>) -> Result<Vec<Examination>> {
        if let Target::Stream(input) = target {
            let (reader, _) = input.open()?;
            let examined = self.examine_crate(reader, self.prefix_of(0))?;
            return Ok(vec![Examination::Crate(examined)]);
        }
        let sizes: Vec<u64> = self.artifacts.iter().map(|artifact| artifact.size).collect();
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

    /// The directory that every entry of the archive must lie in, where the file's own name is bound
    /// to a package of the lockfile.
    fn prefix_of(&self, item: usize) -> Option<&str> {
        let stem = self.artifacts.get(item).map(|artifact| artifact.stem.as_str())?;
        let bound = self.by_stem.contains_key(stem)
            || matches!(self.layout, Layout::Cache | Layout::CargoHome | Layout::CrateDirectory | Layout::LocalRegistry);
        bound.then_some(stem)
    }

    fn examine_artifact(&self, item: usize) -> Result<Examination> {
        let artifact = self.artifact(item)?;
        if artifact.kind == ArtifactKind::Vendor {
            return Ok(Examination::Vendor(vendor::examine(artifact, self.wants(Check::Tree), self.options)?));
        }
        match open_file(&artifact.path).and_then(|(file, _)| self.examine_crate(file, self.prefix_of(item))) {
            Ok(examined) => Ok(Examination::Crate(examined)),
            Err(error) => self.unreadable(error).map(Examination::Crate),
        }
    }

    fn artifact(&self, item: usize) -> Result<&Artifact> {
        self.artifacts.get(item).ok_or_else(|| Error::new(ErrorKind::Internal, "no such artifact"))
    }

    /// A file met on the way that cannot be read is a finding; the one that was named is an error.
    fn unreadable(&self, error: Error) -> Result<Examined> {
        match error.kind() {
            ErrorKind::Io | ErrorKind::NotFound | ErrorKind::PermissionDenied | ErrorKind::InvalidArgument
                if self.layout != Layout::CrateFile =>
            {
                Ok(Examined { unreadable: Some(error), ..Examined::default() })
            }
            _ => Err(error),
        }
    }

    fn examine_crate(&self, reader: impl Read, prefix: Option<&str>) -> Result<Examined> {
        let (limits, cancel) = (&self.options.limits, &self.options.cancel);
        if !self.wants(Check::Archive) {
            let mut outcome = None;
            hash_many([((), reader)], limits.crate_size, cancel, |(), result| outcome = Some(result))?;
            return self.hashed(outcome.unwrap_or_else(|| Err(Error::new(ErrorKind::Internal, "nothing was hashed"))));
        }
        let mut content = ContentSink::new(limits, prefix);
        let outcome = archive::read(reader, prefix, limits, cancel, &mut [&mut content])?;
        let mut findings = outcome.findings;
        let (manifest, more) = content.finish(outcome.prefix.as_deref(), outcome.complete);
        findings.extend(more);
        Ok(Examined {
            sha256: outcome.sha256,
            bytes: outcome.size,
            identity: manifest.and_then(|manifest| Some((manifest.name, manifest.version?))),
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
            match self.artifact(item).and_then(|artifact| open_file(&artifact.path)) {
                Ok((file, _)) => Some((item, file)),
                Err(error) => {
                    (emit.borrow_mut())(item, self.unreadable(error).map(Examination::Crate));
                    None
                }
            }
        });
        hash_many(jobs, self.options.limits.crate_size, &self.options.cancel, |item, result| {
            (emit.borrow_mut())(item, self.hashed(result).map(Examination::Crate));
        })
    }

    fn hashed(&self, result: Result<(Sha256, u64)>) -> Result<Examined> {
        match result {
            Ok((sha256, bytes)) => Ok(Examined { sha256: Some(sha256), bytes, ..Examined::default() }),
            Err(error) if error.kind() == ErrorKind::LimitExceeded => {
                let limit = self.options.limits.crate_size;
                let finding = Finding::new(Code::LimitCrateSize, format!("the file is larger than {limit} bytes"))
                    .expected(format!("at most {limit} bytes"));
                Ok(Examined { findings: vec![finding], ..Examined::default() })
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
        let mut draft = Draft { checks: self.checks_that_apply(), ..Draft::default() };
        let mut judge = Judge { run: self, draft: &mut draft };
        match self.lockfile {
            Some(lockfile) if self.layout == Layout::CrateFile => judge.named_crate(lockfile, crates)?,
            Some(lockfile) => judge.store(lockfile, crates, trees)?,
            None => judge.unlocked(crates, trees)?,
        }
        for (location, why) in &self.unreadable {
            draft.findings.push(
                Finding::new(Code::Unreadable, format!("`{location}` was not read: {why}")).artifact(location.clone()),
            );
        }
        for artifact in &self.unlisted {
            if self.layout.is_shared() {
                draft.unlisted += 1;
            } else {
                draft.findings.push(
                    Finding::new(Code::CrateUnlisted, format!("Cargo.lock names no package `{}`", artifact.stem))
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
            None => Box::new(IndexAnchor::of_entries(Index::read(index, &options.limits, &options.cancel)?)),
        });
    } else if let (Target::Store(store), None) = (target, lockfile)
        && !store.indexes.is_empty()
    {
        let directories = store.indexes.iter().map(|(_, path)| path.clone()).collect();
        anchors.push(Box::new(IndexAnchor::of_directories(directories, &options.limits, &options.cancel)));
    }
    Ok(anchors)
}

struct Judge<'a, 'd> {
    run: &'d Run<'a>,
    draft: &'d mut Draft,
}

type Crates<'d> = Vec<(&'d Artifact, Examined)>;

impl Judge<'_, '_> {
    /// One `.crate` file and a lockfile: is it one of the lockfile's packages?
    fn named_crate(&mut self, lockfile: &Lockfile, crates: Crates<'_>) -> Result<()> {
        let ids = ids_of(lockfile);
        for (artifact, examined) in crates {
            match self.find_in_lock(lockfile, artifact, &examined) {
                Some(index) => {
                    let (Some(package), Some(id)) = (lockfile.packages().get(index), ids.get(index)) else { continue };
                    self.locked(package, id.clone(), vec![(artifact, examined)])?;
                }
                None => {
                    let identity = self.identity_of(artifact, &examined);
                    let id = format!("{}@{}", identity.name, identity.version);
                    self.draft.findings.push(
                        Finding::new(Code::CrateUnlisted, format!("Cargo.lock names no package {id}"))
                            .package(id.clone())
                            .artifact(artifact.location.clone()),
                    );
                    self.package(identity, id, vec![(artifact, examined)])?;
                }
            }
        }
        Ok(())
    }

    /// By the expected name, the file's name, the manifest, or the digest, in this order.
    fn find_in_lock(&self, lockfile: &Lockfile, artifact: &Artifact, examined: &Examined) -> Option<usize> {
        let named = |name: &str, version: &str| {
            let mut found = lockfile
                .packages()
                .iter()
                .enumerate()
                .filter(|(_, package)| package.name == name && package.version == version)
                .collect::<Vec<_>>();
            // Of several sources the one whose checksum fits, else the first.
            found.sort_by_key(|(_, package)| package.checksum.is_none() || package.checksum != examined.sha256);
            found.first().map(|(index, _)| *index)
        };
        if let Some((name, version)) = &self.run.options.expect {
            return named(name, version);
        }
        let by_digest = || {
            lockfile
                .packages()
                .iter()
                .position(|package| package.checksum.is_some() && package.checksum == examined.sha256)
        };
        let by_stem = || {
            let candidates = self.run.by_stem.get(&artifact.stem)?;
            let package = lockfile.packages().get(*candidates.first()?)?;
            named(&package.name, &package.version)
        };
        by_stem()
            .or_else(|| examined.identity.as_ref().and_then(|(name, version)| named(name, version)))
            .or_else(by_digest)
    }

    /// A store and a lockfile: every package of the lockfile, and each of its artifacts.
    fn store(
        &mut self,
        lockfile: &Lockfile,
        crates: Crates<'_>,
        trees: Vec<(&Artifact, Vendored)>,
    ) -> Result<()> {
        let ids = ids_of(lockfile);
        let mut crates_of = self.assign(lockfile, crates);
        let mut trees_of: BTreeMap<usize, Vec<(&Artifact, Vendored)>> = BTreeMap::new();
        for (artifact, vendored) in trees {
            match vendor::find_in_lock(lockfile, &vendored) {
                Some(index) => trees_of.entry(index).or_default().push((artifact, vendored)),
                None => self.unlisted_tree(artifact, vendored),
            }
        }
        for (index, (package, id)) in lockfile.packages().iter().zip(ids).enumerate() {
            match trees_of.remove(&index) {
                Some(trees) => self.locked_trees(package, id, trees),
                None => self.locked(package, id, crates_of.remove(&index).unwrap_or_default())?,
            }
        }
        Ok(())
    }

    /// Which artifacts belong to which package of the lockfile. Where several registries hold the
    /// same name and version, the digest decides; what fits none counts against the first.
    fn assign<'d>(&self, lockfile: &Lockfile, crates: Crates<'d>) -> BTreeMap<usize, Crates<'d>> {
        let mut assigned: BTreeMap<usize, Crates<'d>> = BTreeMap::new();
        for (artifact, examined) in crates {
            let candidates = self.run.by_stem.get(&artifact.stem).map_or(&[][..], Vec::as_slice);
            let fits = |index: &&usize| {
                lockfile.packages().get(**index).is_some_and(|package| {
                    package.checksum.is_some() && package.checksum == examined.sha256
                })
            };
            if let Some(index) = candidates.iter().find(fits).or(candidates.first()) {
                assigned.entry(*index).or_default().push((artifact, examined));
            }
        }
        assigned
    }

    fn locked(&mut self, package: &LockedPackage, id: String, crates: Crates<'_>) -> Result<()> {
        let identity = PackageId {
            name: package.name.clone(),
            version: package.version.clone(),
            source: package.source.clone(),
        };
        if !crates.is_empty() {
            if is_registry(&package.source) && package.checksum.is_none() && self.run.wants(Check::Checksum) {
                self.checksum_absent(&id);
            }
            return self.package(identity, id, crates);
        }
        let status = match package.source.kind {
            SourceKind::Path | SourceKind::Std => Status::Local,
            SourceKind::Git => {
                self.draft.findings.push(
                    Finding::new(Code::GitNotChecked, format!("{id} comes from git, which has no checksum to compare with"))
                        .package(id.clone()),
                );
                Status::Unchecked
            }
            // The replacement is what is built; nothing of the original is fetched.
            _ if package.replace.is_some() => Status::Skipped,
            _ => {
                if package.checksum.is_none() && self.run.wants(Check::Checksum) {
                    self.checksum_absent(&id);
                }
                self.draft.findings.push(
                    Finding::new(Code::CrateMissing, format!("no bytes of {id} are at hand")).package(id.clone()),
                );
                Status::Unchecked
            }
        };
        self.push(identity, id, status, Vec::new(), Vec::new());
        Ok(())
    }

    fn checksum_absent(&mut self, id: &str) {
        self.draft.findings.push(
            Finding::new(Code::ChecksumAbsent, format!("Cargo.lock has no checksum of {id}")).package(id),
        );
    }

    /// Without a lockfile every artifact speaks for itself; copies of one package are one package.
    fn unlocked(&mut self, crates: Crates<'_>, trees: Vec<(&Artifact, Vendored)>) -> Result<()> {
        let mut packages: BTreeMap<(String, String), Crates<'_>> = BTreeMap::new();
        for (artifact, examined) in crates {
            let identity = self.identity_of(artifact, &examined);
            packages.entry((identity.name, identity.version)).or_default().push((artifact, examined));
        }
        for ((name, version), crates) in packages {
            let id = format!("{name}@{version}");
            let identity = PackageId { name, version, source: Source::of(SourceKind::Unknown) };
            self.package(identity, id, crates)?;
        }
        for (artifact, vendored) in trees {
            self.unlocked_tree(artifact, vendored);
        }
        Ok(())
    }

    fn identity_of(&self, artifact: &Artifact, examined: &Examined) -> PackageId {
        let (name, version) = examined
            .identity
            .clone()
            .or_else(|| examined.prefix.as_deref().and_then(split_stem))
            .or_else(|| split_stem(&artifact.stem))
            .unwrap_or_else(|| (artifact.stem.clone(), String::new()));
        PackageId { name, version, source: Source::of(SourceKind::Unknown) }
    }

    /// One package and the `.crate` files that are said to be it.
    fn package(&mut self, identity: PackageId, id: String, crates: Crates<'_>) -> Result<()> {
        let evidence = self.evidence(&identity, &id)?;
        let mut reports = Vec::new();
        let mut anchored: Vec<&'static str> = Vec::new();
        let mut unread = 0;
        for (artifact, mut examined) in crates {
            let location = &artifact.location;
            if let Some(error) = &examined.unreadable {
                unread += 1;
                self.push_finding(
                    &id,
                    location,
                    Finding::new(Code::Unreadable, format!("`{location}` was not read: {}", error.message())),
                );
            }
            self.expected_package(&id, artifact, &examined);
            for finding in examined.findings.drain(..) {
                self.push_finding(&id, location, finding);
            }
            anchored.extend(self.run_verifiers(&identity, &id, artifact, &examined, &evidence));
            self.draft.bytes += examined.bytes;
            reports.push(ArtifactReport {
                kind: artifact.kind.name().to_owned(),
                location: location.clone(),
                sha256: examined.sha256,
                checks: if examined.unreadable.is_some() { Vec::new() } else { self.run.checks_that_apply() },
                status: match (&examined.unreadable, evidence.expected.is_empty()) {
                    (Some(_), _) => Status::Unchecked,
                    (None, true) if self.run.wants(Check::Checksum) => Status::Unchecked,
                    _ => Status::Ok,
                },
            });
        }
        let anchors = self.settle_anchors(&identity, &id, &evidence, anchored);
        let status = if unread > 0 || (evidence.expected.is_empty() && self.run.wants(Check::Checksum)) {
            Status::Unchecked
        } else {
            Status::Ok
        };
        self.push(identity, id, status, anchors, reports);
        Ok(())
    }

    fn evidence(&mut self, identity: &PackageId, id: &str) -> Result<EvidenceSet> {
        let mut evidence = EvidenceSet::default();
        if !self.run.wants(Check::Checksum) {
            return Ok(evidence);
        }
        for anchor in &self.run.anchors {
            let anchored = anchor.expected(identity)?;
            evidence.expected.extend(anchored.digests.into_iter().map(|digest| (anchor.name(), digest)));
            if anchored.yanked {
                self.draft.findings.push(
                    Finding::new(Code::Yanked, format!("the index calls {id} yanked")).package(id),
                );
            }
        }
        Ok(evidence)
    }

    fn settle_anchors(
        &mut self,
        identity: &PackageId,
        id: &str,
        evidence: &EvidenceSet,
        mut anchored: Vec<&'static str>,
    ) -> Vec<String> {
        anchored.sort_unstable();
        anchored.dedup();
        if !anchored.is_empty() {
            return anchored.into_iter().map(str::to_owned).collect();
        }
        let told = is_registry(&identity.source) && self.run.lockfile.is_some();
        if evidence.expected.is_empty() && self.run.wants(Check::Checksum) && !told {
            self.draft.findings.push(
                Finding::new(Code::AnchorMissing, format!("nothing says what the digest of {id} should be; its own form was all that could be checked"))
                    .package(id),
            );
        }
        let own_form = evidence.expected.is_empty() && self.run.wants(Check::Archive);
        vec![if own_form { "self-declared" } else { "none" }.to_owned()]
    }

    fn expected_package(&mut self, id: &str, artifact: &Artifact, examined: &Examined) {
        let Some((name, version)) = &self.run.options.expect else { return };
        let actual = self.identity_of(artifact, examined);
        if (&actual.name, &actual.version) != (name, version) {
            let finding = Finding::new(
                Code::PackageUnexpected,
                format!("{name}@{version} was expected, this is {}@{}", actual.name, actual.version),
            )
            .values(format!("{name}@{version}"), format!("{}@{}", actual.name, actual.version));
            self.push_finding(id, &artifact.location, finding);
        }
    }

    /// Runs the library's verifiers, then the host program's in the order of their names; tells
    /// which anchors were compared with.
    fn run_verifiers(
        &mut self,
        identity: &PackageId,
        id: &str,
        artifact: &Artifact,
        examined: &Examined,
        evidence: &EvidenceSet,
    ) -> Vec<&'static str> {
        let subject = Subject {
            identity: identity.clone(),
            sha256: examined.sha256,
            sha512: None,
            artifact: artifact.location.clone(),
        };
        let mut compared = Vec::new();
        if let Outcome::Checked { findings, .. } = ChecksumVerifier.verify(&subject, evidence, None) {
            compared.extend(evidence.expected.iter().map(|(anchor, _)| *anchor));
            for finding in findings {
                self.push_finding(id, &artifact.location, finding);
            }
        }
        let mut external: Vec<&dyn Verifier> = self.run.options.verifiers.iter().map(AsRef::as_ref).collect();
        external.sort_by(|a, b| a.id().cmp(b.id()));
        for verifier in external {
            if let Outcome::Checked { findings, .. } = verifier.verify(&subject, evidence, None) {
                for mut finding in findings {
                    finding.external = true;
                    self.push_finding(id, &artifact.location, finding);
                }
            }
        }
        compared
    }

    fn push_finding(&mut self, id: &str, location: &str, finding: Finding) {
        self.draft.findings.push(finding.package(id).artifact(location));
    }

    fn push(
        &mut self,
        identity: PackageId,
        id: String,
        status: Status,
        anchors: Vec<String>,
        artifacts: Vec<ArtifactReport>,
    ) {
        self.draft.packages.push(PackageReport {
            id,
            name: identity.name,
            version: identity.version,
            source: identity.source.public().to_lock(),
            anchors,
            status,
            counts: Counts::default(),
            artifacts,
            attestations: Vec::new(),
        });
    }

    fn locked_trees(&mut self, package: &LockedPackage, id: String, trees: Vec<(&Artifact, Vendored)>) {
        let identity = PackageId {
            name: package.name.clone(),
            version: package.version.clone(),
            source: package.source.clone(),
        };
        let mut reports = Vec::new();
        let mut checked = true;
        if package.source.kind == SourceKind::Git {
            checked = false;
            self.draft.findings.push(
                Finding::new(Code::GitNotChecked, format!("{id} comes from git; its files were compared with their listed hashes only"))
                    .package(id.clone()),
            );
        }
        for (artifact, vendored) in trees {
            if is_registry(&package.source) && self.run.wants(Check::Checksum) {
                match vendor::compare_package(package, &vendored) {
                    Some(finding) => {
                        checked &= finding.code != Code::ChecksumAbsent;
                        self.push_finding(&id, &artifact.location, finding);
                    }
                    None => checked &= vendored.complete,
                }
            }
            reports.push(self.tree_report(&id, artifact, vendored, checked));
        }
        let status = if checked { Status::Ok } else { Status::Unchecked };
        self.push(identity, id, status, vec!["self-declared".to_owned()], reports);
    }

    fn unlisted_tree(&mut self, artifact: &Artifact, vendored: Vendored) {
        let (name, version) = vendored.identity.clone().unwrap_or_else(|| (artifact.stem.clone(), String::new()));
        let id = if version.is_empty() { name.clone() } else { format!("{name}@{version}") };
        self.push_finding(
            &id,
            &artifact.location,
            Finding::new(Code::CrateUnlisted, format!("Cargo.lock names no package {id}")),
        );
        let report = self.tree_report(&id, artifact, vendored, true);
        let identity = PackageId { name, version, source: Source::of(SourceKind::Unknown) };
        self.push(identity, id, Status::Failed, vec!["self-declared".to_owned()], vec![report]);
    }

    fn unlocked_tree(&mut self, artifact: &Artifact, vendored: Vendored) {
        let (name, version) = vendored.identity.clone().unwrap_or_else(|| (artifact.stem.clone(), String::new()));
        let id = if version.is_empty() { name.clone() } else { format!("{name}@{version}") };
        let anchor_wanted = self.run.wants(Check::Checksum);
        if anchor_wanted {
            self.draft.findings.push(
                Finding::new(Code::AnchorMissing, format!("nothing says what the digest of {id} should be; its own list of hashes was all that could be checked"))
                    .package(id.clone()),
            );
        }
        let ok = !anchor_wanted && vendored.complete;
        let report = self.tree_report(&id, artifact, vendored, ok);
        let identity = PackageId { name, version, source: Source::of(SourceKind::Unknown) };
        let status = if ok { Status::Ok } else { Status::Unchecked };
        self.push(identity, id, status, vec!["self-declared".to_owned()], vec![report]);
    }

    fn tree_report(&mut self, id: &str, artifact: &Artifact, vendored: Vendored, ok: bool) -> ArtifactReport {
        self.draft.bytes += vendored.bytes;
        for finding in vendored.findings {
            self.push_finding(id, &artifact.location, finding);
        }
        ArtifactReport {
            kind: artifact.kind.name().to_owned(),
            location: artifact.location.clone(),
            sha256: None,
            checks: self.run.checks_that_apply(),
            status: if ok { Status::Ok } else { Status::Unchecked },
        }
    }
}

fn ids_of(lockfile: &Lockfile) -> Vec<String> {
    report_ids(lockfile.packages().iter().map(|p| (p.name.as_str(), p.version.as_str(), &p.source)))
}

fn is_registry(source: &Source) -> bool {
    matches!(source.kind, SourceKind::CratesIo | SourceKind::Registry)
}

/// Splits `name-version` where the manifest cannot tell: at the first `-` behind which a SemVer
/// version stands. Good enough to label a broken archive, never to anchor one.
fn split_stem(stem: &str) -> Option<(String, String)> {
    stem.match_indices('-').find_map(|(at, _)| {
        let (name, version) = (stem.get(..at)?, stem.get(at + 1..)?);
        semver::Version::parse(version).ok()?;
        (!name.is_empty()).then(|| (name.to_owned(), version.to_owned()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stems_are_split_before_the_version() {
        for (stem, name, version) in [
            ("a-1.0.0", "a", "1.0.0"),
            ("openssl-src-300.5.5+3.5.5", "openssl-src", "300.5.5+3.5.5"),
            ("a-b-1.0.0-rc.1", "a-b", "1.0.0-rc.1"),
        ] {
            assert_eq!(split_stem(stem), Some((name.to_owned(), version.to_owned())));
        }
        assert_eq!(split_stem("no-version"), None);
        assert_eq!(split_stem("-1.0.0"), None);
    }
}
