//! What the examined artifacts come to: statuses, anchors and findings, package by package.

mod stores;
mod trees;

use std::collections::BTreeMap;

use super::{Examined, Run};
use crate::digest::Sha256;
use crate::error::Result;
use crate::lockfile::{LockedPackage, Lockfile};
use crate::options::Check;
use crate::package::{PackageId, Source, SourceKind, report_ids};
use crate::registry::{Artifact, Layout, split_stem};
use crate::report::{ArtifactReport, Code, Counts, Draft, Finding, PackageReport, Status};
use crate::verifier::{EvidenceSet, Outcome, Subject, Verifier};
use crate::verify::checksum::ChecksumVerifier;
use crate::verify::vendor::Vendored;

pub(super) struct Judge<'a, 'd> {
    pub(super) run: &'d Run<'a>,
    pub(super) draft: &'d mut Draft,
    /// Unpacked packages without their archive, by directory name.
    pub(super) lone: BTreeMap<&'d str, Vec<&'d Artifact>>,
}

pub(super) type Crates<'d> = Vec<(&'d Artifact, Examined)>;

impl<'d> Judge<'_, 'd> {
    /// One `.crate` file and a lockfile: is it one of the lockfile's packages?
    pub(super) fn named_crate(&mut self, lockfile: &Lockfile, crates: Crates<'_>) -> Result<()> {
        let ids = ids_of(lockfile);
        for (artifact, examined) in crates {
            match self.find_in_lock(lockfile, artifact, &examined) {
                Some(index) => {
                    let (Some(package), Some(id)) =
                        (lockfile.packages().get(index), ids.get(index))
                    else {
                        continue;
                    };
                    self.locked(package, id.clone(), vec![(artifact, examined)])?;
                }
                None => {
                    let identity = self.identity_of(artifact, &examined);
                    let id = format!("{}@{}", identity.name, identity.version);
                    self.draft.findings.push(
                        Finding::new(
                            Code::CrateUnlisted,
                            format!("Cargo.lock names no package {id}"),
                        )
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
    fn find_in_lock(
        &self,
        lockfile: &Lockfile,
        artifact: &Artifact,
        examined: &Examined,
    ) -> Option<usize> {
        let named = |name: &str, version: &str| {
            let mut found = lockfile
                .packages()
                .iter()
                .enumerate()
                .filter(|(_, package)| package.name == name && package.version == version)
                .collect::<Vec<_>>();
            // Of several sources the one whose checksum fits, else the first.
            found.sort_by_key(|(_, package)| {
                package.checksum.is_none() || package.checksum != examined.sha256
            });
            found.first().map(|(index, _)| *index)
        };
        if let Some((name, version)) = &self.run.options.expect {
            return named(name, version);
        }
        let by_digest = || {
            lockfile.packages().iter().position(|package| {
                package.checksum.is_some() && package.checksum == examined.sha256
            })
        };
        let by_stem = || {
            let candidates = self.run.by_stem.get(&artifact.stem)?;
            let package = lockfile.packages().get(*candidates.first()?)?;
            named(&package.name, &package.version)
        };
        by_stem()
            .or_else(|| {
                examined
                    .identity
                    .as_ref()
                    .and_then(|(name, version)| named(name, version))
            })
            .or_else(by_digest)
    }

    /// A store and a lockfile: every package of the lockfile, and each of its artifacts.
    pub(super) fn store(
        &mut self,
        lockfile: &Lockfile,
        crates: Crates<'_>,
        trees: Vec<(&Artifact, Vendored)>,
    ) -> Result<()> {
        let ids = ids_of(lockfile);
        self.ambiguous_names(lockfile, &ids);
        self.ambiguous_trees(Some(lockfile), &trees);
        let mut crates_of = self.assign(lockfile, crates);
        let mut trees_of: BTreeMap<usize, Vec<(&Artifact, Vendored)>> = BTreeMap::new();
        for (artifact, vendored) in trees {
            let names = self.run.names.as_ref();
            match names.and_then(|names| names.find(artifact, &vendored)) {
                Some(index) => trees_of
                    .entry(index)
                    .or_default()
                    .push((artifact, vendored)),
                None => self.unlisted_tree(artifact, vendored),
            }
        }
        for (index, (package, id)) in lockfile.packages().iter().zip(ids).enumerate() {
            match trees_of.remove(&index) {
                Some(trees) => self.locked_trees(package, id, trees)?,
                None => self.locked(package, id, crates_of.remove(&index).unwrap_or_default())?,
            }
        }
        Ok(())
    }

    /// Which artifacts belong to which package of the lockfile. Where several registries hold the
    /// same name and version, the digest decides; what fits none counts against the first.
    fn assign<'c>(&self, lockfile: &Lockfile, crates: Crates<'c>) -> BTreeMap<usize, Crates<'c>> {
        let mut assigned: BTreeMap<usize, Crates<'c>> = BTreeMap::new();
        for (artifact, examined) in crates {
            let candidates = self
                .run
                .by_stem
                .get(&artifact.stem)
                .map_or(&[][..], Vec::as_slice);
            let fits = |index: &&usize| {
                lockfile.packages().get(**index).is_some_and(|package| {
                    package.checksum.is_some() && package.checksum == examined.sha256
                })
            };
            if let Some(index) = candidates.iter().find(fits).or(candidates.first()) {
                assigned
                    .entry(*index)
                    .or_default()
                    .push((artifact, examined));
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
            if is_registry(&package.source)
                && package.checksum.is_none()
                && self.run.wants(Check::Checksum)
            {
                self.checksum_absent(&id);
            }
            self.lock_against_index(package, &identity, &id, &crates)?;
            return self.package(identity, id, crates);
        }
        self.lock_against_index(package, &identity, &id, &crates)?;
        let lone = match is_registry(&package.source) {
            true => self.lone_of(&identity, &id),
            false => Vec::new(),
        };
        let status = match package.source.kind {
            SourceKind::Path | SourceKind::Std => Status::Local,
            SourceKind::Git => {
                self.draft.findings.push(
                    Finding::new(
                        Code::GitNotChecked,
                        format!("{id} comes from git, which has no checksum to compare with"),
                    )
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
                if lone.is_empty() {
                    self.draft.findings.push(
                        Finding::new(Code::CrateMissing, format!("no bytes of {id} are at hand"))
                            .package(id.clone()),
                    );
                }
                Status::Unchecked
            }
        };
        self.push(identity, id, status, Vec::new(), lone);
        Ok(())
    }

    fn checksum_absent(&mut self, id: &str) {
        self.draft.findings.push(
            Finding::new(
                Code::ChecksumAbsent,
                format!("Cargo.lock has no checksum of {id}"),
            )
            .package(id),
        );
    }

    /// Without a lockfile every artifact speaks for itself; copies of one package are one package.
    pub(super) fn unlocked(
        &mut self,
        crates: Crates<'_>,
        trees: Vec<(&Artifact, Vendored)>,
    ) -> Result<()> {
        self.ambiguous_trees(None, &trees);
        let mut packages: BTreeMap<(String, String), Crates<'_>> = BTreeMap::new();
        for (artifact, examined) in crates {
            let identity = self.identity_of(artifact, &examined);
            packages
                .entry((identity.name, identity.version))
                .or_default()
                .push((artifact, examined));
        }
        for ((name, version), crates) in packages {
            let id = format!("{name}@{version}");
            let identity = PackageId {
                name,
                version,
                source: Source::of(SourceKind::Unknown),
            };
            self.package(identity, id, crates)?;
        }
        for (artifact, vendored) in trees {
            self.unlocked_tree(artifact, vendored)?;
        }
        while let Some(stem) = self.lone.keys().next().copied() {
            let (name, version) =
                split_stem(stem).unwrap_or_else(|| (stem.to_owned(), String::new()));
            let identity = PackageId {
                name,
                version,
                source: Source::of(SourceKind::Unknown),
            };
            let id = format!("{}@{}", identity.name, identity.version);
            let reports = self.lone_of(&identity, &id);
            // A directory name that does not split into name and version is its own key.
            self.lone.remove(stem);
            self.push(identity, id, Status::Unchecked, Vec::new(), reports);
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
        PackageId {
            name,
            version,
            source: Source::of(SourceKind::Unknown),
        }
    }

    /// One package and the `.crate` files that are said to be it.
    fn package(&mut self, identity: PackageId, id: String, crates: Crates<'_>) -> Result<()> {
        let (evidence, indexed) = self.evidence(&identity, &id)?;
        let silent = indexed.is_empty() && self.run.lockfile.is_none() && self.index_is_silent(&id);
        self.ambiguous_copies(&id, &crates);
        if self.run.layout == Layout::LocalRegistry
            && (self.run.wants(Check::Checksum) || self.run.wants(Check::Index))
            && self.run.lockfile.is_none()
            && indexed.is_empty()
        {
            self.orphans(&id, &crates);
        }
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
                    Finding::new(
                        Code::Unreadable,
                        format!("`{location}` was not read: {}", error.message()),
                    ),
                );
            }
            let own = examined.identity.clone();
            let own = own.or_else(|| examined.prefix.as_deref().and_then(split_stem));
            self.expected_package(&id, artifact, own);
            for finding in examined.findings.drain(..) {
                self.push_finding(&id, location, finding);
            }
            anchored.extend(self.run_verifiers(
                &identity,
                &id,
                location,
                examined.sha256,
                &evidence,
            ));
            self.draft.bytes += examined.bytes;
            reports.push(ArtifactReport {
                kind: artifact.kind.name().to_owned(),
                location: location.clone(),
                sha256: examined.sha256,
                checks: if examined.unreadable.is_some() {
                    Vec::new()
                } else {
                    self.run.checks_of_crate()
                },
                status: match (&examined.unreadable, evidence.expected.is_empty()) {
                    (Some(_), _) => Status::Unchecked,
                    (None, true) if self.run.wants(Check::Checksum) => Status::Unchecked,
                    _ => Status::Ok,
                },
            });
            self.compared_trees(&id, &mut examined, &evidence, &mut reports);
            self.compared_checkout(&id, &mut examined, &mut reports);
        }
        let lone = self.lone_of(&identity, &id);
        unread += lone.len();
        reports.extend(lone);
        unread += reports
            .iter()
            .filter(|report| report.kind == "src" && report.status == Status::Unchecked)
            .count();
        let anchors = self.settle_anchors(&identity, &id, &evidence, anchored);
        let status = if silent
            || unread > 0
            || (evidence.expected.is_empty() && self.run.wants(Check::Checksum))
        {
            Status::Unchecked
        } else {
            Status::Ok
        };
        self.push(identity, id, status, anchors, reports);
        Ok(())
    }

    /// What the anchors expect of a package, and the digests of the index among that. Without the
    /// check of checksums nothing is expected; the index may be asked all the same.
    fn evidence(&mut self, identity: &PackageId, id: &str) -> Result<(EvidenceSet, Vec<Sha256>)> {
        let mut evidence = EvidenceSet::default();
        let mut indexed = Vec::new();
        let (checksum, index) = (
            self.run.wants(Check::Checksum),
            self.run.wants(Check::Index),
        );
        for anchor in &self.run.anchors {
            let is_index = anchor.name() == "index";
            if !(checksum || is_index && index) {
                continue;
            }
            let anchored = anchor.expected(identity)?;
            if is_index {
                indexed.extend_from_slice(&anchored.digests);
            }
            if checksum {
                let digests = anchored.digests.into_iter();
                evidence
                    .expected
                    .extend(digests.map(|digest| (anchor.name(), digest)));
            }
            for finding in anchored.findings {
                self.draft.findings.push(finding.package(id));
            }
            if anchored.yanked && index {
                self.draft.findings.push(
                    Finding::new(Code::Yanked, format!("the index calls {id} yanked")).package(id),
                );
            }
        }
        Ok((evidence, indexed))
    }

    /// The index is all that was to be compared with, and it says nothing of the package.
    fn index_is_silent(&mut self, id: &str) -> bool {
        let alone =
            self.run.has_index && self.run.wants(Check::Index) && !self.run.wants(Check::Checksum);
        if alone {
            self.draft.findings.push(
                Finding::new(Code::NotChecked, format!("the index says nothing of {id}"))
                    .package(id),
            );
        }
        alone
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

    /// The package that the caller expects, against what the archive says of itself. Where the
    /// archive was not looked into, a file name that says otherwise proves nothing.
    fn expected_package(&mut self, id: &str, artifact: &Artifact, own: Option<(String, String)>) {
        let Some((name, version)) = &self.run.options.expect else {
            return;
        };
        let wanted = format!("{name}@{version}");
        let finding = match own {
            Some((own_name, own_version)) if (&own_name, &own_version) == (name, version) => return,
            Some((own_name, own_version)) => {
                let actual = format!("{own_name}@{own_version}");
                Finding::new(
                    Code::PackageUnexpected,
                    format!("{wanted} was expected, this is {actual}"),
                )
                .values(wanted, actual)
            }
            None if artifact.stem == format!("{name}-{version}") => return,
            None => Finding::new(
                Code::NotChecked,
                format!("nothing tells whether this is {wanted}; it could not be read or was not looked into"),
            )
            .expected(wanted),
        };
        self.push_finding(id, &artifact.location, finding);
    }

    /// Runs the library's verifiers, then the host program's in the order of their names; tells
    /// which anchors were compared with.
    fn run_verifiers(
        &mut self,
        identity: &PackageId,
        id: &str,
        location: &str,
        sha256: Option<Sha256>,
        evidence: &EvidenceSet,
    ) -> Vec<&'static str> {
        let subject = Subject {
            identity: identity.clone(),
            sha256,
            sha512: None,
            artifact: location.to_owned(),
        };
        let mut compared = Vec::new();
        if let Outcome::Checked { findings, .. } = ChecksumVerifier.verify(&subject, evidence, None)
        {
            compared.extend(evidence.expected.iter().map(|(anchor, _)| *anchor));
            for finding in findings {
                self.push_finding(id, location, finding);
            }
        }
        let mut external: Vec<&dyn Verifier> = self
            .run
            .options
            .verifiers
            .iter()
            .map(AsRef::as_ref)
            .collect();
        external.sort_by(|a, b| a.id().cmp(b.id()));
        for verifier in external {
            if let Outcome::Checked { findings, .. } = verifier.verify(&subject, evidence, None) {
                for mut finding in findings {
                    finding.external = true;
                    self.push_finding(id, location, finding);
                }
            }
        }
        compared
    }

    fn push_finding(&mut self, id: &str, location: &str, finding: Finding) {
        self.draft
            .findings
            .push(finding.package(id).artifact(location));
    }

    fn push(
        &mut self,
        identity: PackageId,
        id: String,
        mut status: Status,
        anchors: Vec<String>,
        mut artifacts: Vec<ArtifactReport>,
    ) {
        // Where no check that was asked for applies, nothing was checked, whatever was read.
        if self.draft.checks.is_empty() && self.run.options.verifiers.is_empty() {
            let of_artifacts = artifacts.iter_mut().map(|artifact| &mut artifact.status);
            for status in of_artifacts.chain([&mut status]) {
                if *status == Status::Ok {
                    *status = Status::Unchecked;
                }
            }
        }
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
}

fn ids_of(lockfile: &Lockfile) -> Vec<String> {
    report_ids(
        lockfile
            .packages()
            .iter()
            .map(|p| (p.name.as_str(), p.version.as_str(), &p.source)),
    )
}

fn is_registry(source: &Source) -> bool {
    matches!(source.kind, SourceKind::CratesIo | SourceKind::Registry)
}
