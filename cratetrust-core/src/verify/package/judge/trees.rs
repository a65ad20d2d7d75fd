//! Trees: vendored packages, unpacked sources and checkouts against what they must be.

use std::collections::{BTreeMap, BTreeSet};

use super::super::Examined;
use crate::digest::Sha256;
use crate::error::Result;
use crate::lockfile::{LockedPackage, Lockfile};
use crate::options::Check;
use crate::package::{PackageId, Source, SourceKind};
use crate::registry::Artifact;
use crate::report::{ArtifactReport, Code, Finding, Status};
use crate::verifier::EvidenceSet;
use crate::verify::vendor::{self, AtHand, Vendored};

use super::{Judge, is_registry};

impl<'d> Judge<'_, 'd> {
    /// Keeps unpacked packages whose archive is not at hand until their package is judged.
    pub(in crate::verify::package) fn take_lone(&mut self, lone: Vec<&'d Artifact>) {
        for artifact in lone {
            self.lone
                .entry(artifact.stem.as_str())
                .or_default()
                .push(artifact);
        }
    }

    /// The unpacked copies of a package that cannot be compared: said, and listed as unchecked.
    pub(super) fn lone_of(&mut self, identity: &PackageId, id: &str) -> Vec<ArtifactReport> {
        let stem = format!("{}-{}", identity.name, identity.version);
        let mut reports = Vec::new();
        for artifact in self.lone.remove(stem.as_str()).unwrap_or_default() {
            self.push_finding(
                id,
                &artifact.location,
                Finding::new(
                    Code::CrateMissing,
                    format!("the archive of {id} is not at hand, so its unpacked files could not be compared"),
                ),
            );
            reports.push(ArtifactReport {
                kind: artifact.kind.name().to_owned(),
                location: artifact.location.clone(),
                sha256: None,
                checks: Vec::new(),
                status: Status::Unchecked,
            });
        }
        reports
    }

    /// The checkout that an archive was compared with.
    pub(super) fn compared_checkout(
        &mut self,
        id: &str,
        examined: &mut Examined,
        reports: &mut Vec<ArtifactReport>,
    ) {
        let (Some(mut compared), Some(against)) =
            (examined.checkout.take(), &self.run.options.against)
        else {
            return;
        };
        if !examined.complete {
            // What was not read may be what seems to be missing.
            compared.findings.clear();
            compared.findings.push(Finding::new(
                Code::NotChecked,
                "the archive could not be read to its end, so the checkout was not compared",
            ));
        }
        let location = against.name();
        for finding in compared.findings {
            self.push_finding(id, &location, finding);
        }
        self.draft.bytes += compared.bytes;
        reports.push(ArtifactReport {
            kind: "checkout".to_owned(),
            location,
            sha256: None,
            checks: vec![Check::Vcs.name().to_owned()],
            status: match examined.complete && compared.complete {
                true => Status::Ok,
                false => Status::Unchecked,
            },
        });
    }

    /// The trees that were compared with one archive. What differs counts only where the archive is
    /// the right one and was read to its end.
    pub(super) fn compared_trees(
        &mut self,
        id: &str,
        examined: &mut Examined,
        evidence: &EvidenceSet,
        reports: &mut Vec<ArtifactReport>,
    ) {
        let trusted = evidence.agrees(examined.sha256);
        for (item, compared) in std::mem::take(&mut examined.trees) {
            let Some(artifact) = self.run.artifacts.get(item) else {
                continue;
            };
            let location = &artifact.location;
            let usable = examined.complete && trusted != Some(false);
            for finding in compared.own {
                self.push_finding(id, location, finding);
            }
            if usable {
                for finding in compared.findings {
                    self.push_finding(id, location, finding);
                }
            } else {
                let why = match examined.complete {
                    true => "its archive is not the one that it should be",
                    false => "its archive could not be read to its end",
                };
                self.push_finding(
                    id,
                    location,
                    Finding::new(
                        Code::NotChecked,
                        format!("`{location}` could not be compared: {why}"),
                    ),
                );
            }
            self.draft.bytes += compared.bytes;
            let anchored = trusted.is_some() || !self.run.wants(Check::Checksum);
            reports.push(ArtifactReport {
                kind: artifact.kind.name().to_owned(),
                location: location.clone(),
                sha256: None,
                checks: vec![Check::Tree.name().to_owned()],
                status: match usable && compared.complete && anchored {
                    true => Status::Ok,
                    false => Status::Unchecked,
                },
            });
        }
    }

    /// Vendored copies of one package whose lists differ, unless the lockfile has several of it.
    pub(super) fn ambiguous_trees(
        &mut self,
        lockfile: Option<&Lockfile>,
        trees: &[(&Artifact, Vendored)],
    ) {
        let mut firsts: BTreeMap<&(String, String), (&Artifact, &Vendored)> = BTreeMap::new();
        let mut several: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for package in lockfile.map_or(&[][..], Lockfile::packages) {
            *several
                .entry((&package.name, &package.version))
                .or_default() += 1;
        }
        for (artifact, vendored) in trees {
            let Some(identity) = &vendored.identity else {
                continue;
            };
            let (first, of_first) = *firsts.entry(identity).or_insert((artifact, vendored));
            let (name, version) = identity;
            let many = several.get(&(name.as_str(), version.as_str())) > Some(&1);
            if of_first.listed != vendored.listed && !many {
                self.push_finding(
                    &format!("{name}@{version}"),
                    &artifact.location,
                    Finding::new(
                        Code::RegistryDirAmbiguous,
                        format!(
                            "`{}` and `{}` hold the same package with different files",
                            first.location, artifact.location
                        ),
                    ),
                );
            }
        }
    }

    /// A package of the lockfile and the directories that are said to be it.
    pub(super) fn locked_trees(
        &mut self,
        package: &LockedPackage,
        id: String,
        trees: Vec<(&Artifact, Vendored)>,
    ) -> Result<()> {
        let identity = PackageId {
            name: package.name.clone(),
            version: package.version.clone(),
            source: package.source.clone(),
        };
        let registry = is_registry(&package.source);
        if package.source.kind == SourceKind::Git {
            self.draft.findings.push(
                Finding::new(
                    Code::GitNotChecked,
                    format!(
                        "{id} comes from git; its files were compared with their listed hashes only"
                    ),
                )
                .package(id.clone()),
            );
        }
        let (evidence, indexed) = match registry {
            true => self.evidence(&identity, &id)?,
            false => Default::default(),
        };
        if let (Some(actual), Some(expected)) = (package.checksum, indexed.first())
            && !indexed.contains(&actual)
        {
            self.draft.findings.push(
                Finding::new(
                    Code::ChecksumIndexMismatch,
                    format!("{id}: Cargo.lock says {actual}, the index says {expected}"),
                )
                .package(id.clone())
                .values(expected.to_string(), actual.to_string()),
            );
        }
        let mut of_package = Copies::new(package.source.kind != SourceKind::Git);
        for (artifact, vendored) in trees {
            let mut good = true;
            if let Some(finding) = vendor::compare_identity(package, &vendored) {
                self.push_finding(&id, &artifact.location, finding);
            }
            if registry
                && self.run.wants(Check::Checksum)
                && let Some(finding) = vendor::compare_package(package, &vendored)
            {
                good = finding.code != Code::ChecksumAbsent;
                self.push_finding(&id, &artifact.location, finding);
            }
            let copy = self.vendored(&identity, &id, artifact, vendored, &evidence, good);
            of_package.take(copy);
        }
        self.push_copies(identity, id, of_package);
        Ok(())
    }

    /// A vendored package that the lockfile does not name.
    pub(super) fn unlisted_tree(&mut self, artifact: &Artifact, vendored: Vendored) {
        let (identity, id) = own_identity(artifact, &vendored);
        self.push_finding(
            &id,
            &artifact.location,
            Finding::new(
                Code::CrateUnlisted,
                format!("Cargo.lock names no package {id}"),
            ),
        );
        let mut of_package = Copies::new(true);
        let evidence = EvidenceSet::default();
        of_package.take(self.vendored(&identity, &id, artifact, vendored, &evidence, true));
        self.push_copies(identity, id, of_package);
    }

    /// A vendored package where there is no lockfile.
    pub(super) fn unlocked_tree(&mut self, artifact: &Artifact, vendored: Vendored) -> Result<()> {
        let (identity, id) = own_identity(artifact, &vendored);
        let (evidence, indexed) = self.evidence(&identity, &id)?;
        let checksum = self.run.wants(Check::Checksum);
        if checksum {
            let caller = self.run.options.sha256;
            let declared = vendored.package;
            let by_index = indexed.iter().find(|digest| Some(**digest) == declared);
            let expected = [
                caller.map(|digest| (Code::ChecksumCallerMismatch, "the caller", digest)),
                by_index
                    .or(indexed.first())
                    .map(|digest| (Code::ChecksumIndexMismatch, "the index", *digest)),
            ];
            for (code, whose, digest) in expected.into_iter().flatten() {
                if let Some(finding) = vendor::compare_declared(&vendored, code, whose, digest) {
                    self.push_finding(&id, &artifact.location, finding);
                }
            }
            if evidence.expected.is_empty() {
                self.draft.findings.push(
                    Finding::new(Code::AnchorMissing, format!("nothing says what the digest of {id} should be; its own list of hashes was all that could be checked"))
                        .package(id.clone()),
                );
            }
        }
        let good = !checksum || !evidence.expected.is_empty();
        let mut of_package = Copies::new(true);
        of_package.take(self.vendored(&identity, &id, artifact, vendored, &evidence, good));
        self.push_copies(identity, id, of_package);
        Ok(())
    }

    /// One directory of a vendored package, with its archive where that is at hand. `good` says
    /// whether what it declares is what the anchors say.
    fn vendored(
        &mut self,
        identity: &PackageId,
        id: &str,
        artifact: &Artifact,
        mut vendored: Vendored,
        evidence: &EvidenceSet,
        good: bool,
    ) -> VendoredCopy {
        self.expected_package(id, artifact, vendored.identity.clone());
        self.draft.bytes += vendored.bytes;
        let mut reports = Vec::new();
        let mut compared = None;
        match std::mem::take(&mut vendored.archive) {
            AtHand::Unasked => {}
            AtHand::None if self.run.lockfile.is_some() => {}
            AtHand::None => self.push_finding(
                id,
                &artifact.location,
                Finding::new(
                    Code::NotChecked,
                    "the package names no digest of an archive, as those from git do, so it was not compared with one",
                ),
            ),
            AtHand::Missing => self.push_finding(
                id,
                &artifact.location,
                Finding::new(
                    Code::CrateMissing,
                    format!("the archive of {id} is not at hand, so the vendored files could not be compared with it"),
                ),
            ),
            AtHand::Read { location, examined } => {
                compared = Some(self.vendored_archive(
                    (identity, id),
                    artifact,
                    &vendored,
                    (&location, *examined),
                    evidence,
                    &mut reports,
                ));
            }
        }
        let told: BTreeSet<(Code, Option<String>, Option<String>)> =
            vendored.findings.iter().map(key).collect();
        if vendored.lists_nothing && !compared.as_ref().is_some_and(|archive| archive.complete) {
            vendored.findings.push(vendor::lists_nothing());
        }
        for finding in vendored.findings {
            self.push_finding(id, &artifact.location, finding);
        }
        let mut anchors = Vec::new();
        let mut complete = vendored.complete;
        if let Some(archive) = compared {
            // A file that is not as listed is told once.
            let clean = archive.complete && told.is_empty() && archive.findings.is_empty();
            for finding in archive.findings {
                if !told.contains(&key(&finding)) {
                    self.push_finding(id, &artifact.location, finding);
                }
            }
            complete |= archive.complete;
            if clean && evidence.agrees(archive.sha256) == Some(true) {
                anchors = archive.anchors;
            }
        }
        let ok = good && complete;
        reports.push(ArtifactReport {
            kind: artifact.kind.name().to_owned(),
            location: artifact.location.clone(),
            sha256: None,
            checks: [Check::Checksum, Check::Tree]
                .into_iter()
                .filter(|check| self.run.wants(*check))
                .map(|check| check.name().to_owned())
                .collect(),
            status: if ok { Status::Ok } else { Status::Unchecked },
        });
        VendoredCopy {
            ok,
            anchors,
            reports,
        }
    }

    /// The archive of a vendored package: is it the right one, and do the files agree with it?
    fn vendored_archive(
        &mut self,
        (identity, id): (&PackageId, &str),
        artifact: &Artifact,
        vendored: &Vendored,
        (location, mut examined): (&str, Examined),
        evidence: &EvidenceSet,
        reports: &mut Vec<ArtifactReport>,
    ) -> ComparedArchive {
        if let Some(error) = &examined.unreadable {
            let message = format!("`{location}` was not read: {}", error.message());
            self.push_finding(id, location, Finding::new(Code::Unreadable, message));
        }
        for finding in examined.findings.drain(..) {
            self.push_finding(id, location, finding);
        }
        let anchors = self.run_verifiers(identity, id, location, examined.sha256, evidence);
        if let (None, Some(sha256)) = (self.run.lockfile, examined.sha256)
            && self.run.wants(Check::Checksum)
            && let Some(finding) = vendor::compare_declared(
                vendored,
                Code::VendorPackageMismatch,
                "its archive has",
                sha256,
            )
        {
            self.push_finding(id, &artifact.location, finding);
        }
        self.draft.bytes += examined.bytes;
        let read = examined.unreadable.is_none();
        let trusted = evidence.agrees(examined.sha256);
        let anchored = trusted.is_some() || !self.run.wants(Check::Checksum);
        reports.push(ArtifactReport {
            kind: "crate".to_owned(),
            location: location.to_owned(),
            sha256: examined.sha256,
            checks: match read {
                true => self.run.checks_of_crate(),
                false => Vec::new(),
            },
            status: match read && anchored {
                true => Status::Ok,
                false => Status::Unchecked,
            },
        });
        let usable = examined.complete && trusted != Some(false);
        let mut out = ComparedArchive {
            complete: usable,
            sha256: examined.sha256,
            anchors,
            findings: Vec::new(),
        };
        for (_, compared) in examined.trees {
            out.complete &= compared.complete;
            out.findings.extend(compared.findings);
            self.draft.bytes += compared.bytes;
        }
        if !usable {
            let why = match examined.complete {
                true => "its archive is not the one that it should be",
                false => "its archive could not be read to its end",
            };
            out.findings = vec![Finding::new(
                Code::NotChecked,
                format!("the vendored files could not be compared with `{location}`: {why}"),
            )];
        }
        out
    }

    fn push_copies(&mut self, identity: PackageId, id: String, copies: Copies) {
        let anchors = match copies.anchors {
            Some(anchors) if !anchors.is_empty() => anchors.into_iter().collect(),
            _ => vec!["self-declared"],
        };
        let status = match copies.ok {
            true => Status::Ok,
            false => Status::Unchecked,
        };
        let anchors = anchors.into_iter().map(str::to_owned).collect();
        self.push(identity, id, status, anchors, copies.reports);
    }
}

/// What the comparison of a vendored package with its archive came to.
struct ComparedArchive {
    /// Whether the archive was the right one and every file could be compared.
    complete: bool,
    sha256: Option<Sha256>,
    anchors: Vec<&'static str>,
    findings: Vec<Finding>,
}

/// One directory of a vendored package.
struct VendoredCopy {
    ok: bool,
    /// The anchors that its archive was compared with, where that is at hand and the files agree.
    anchors: Vec<&'static str>,
    reports: Vec<ArtifactReport>,
}

/// The directories of one vendored package: it is as good as the worst of them.
struct Copies {
    ok: bool,
    anchors: Option<BTreeSet<&'static str>>,
    reports: Vec<ArtifactReport>,
}

impl Copies {
    fn new(ok: bool) -> Self {
        Self {
            ok,
            anchors: None,
            reports: Vec::new(),
        }
    }

    fn take(&mut self, copy: VendoredCopy) {
        self.ok &= copy.ok;
        let anchors: BTreeSet<_> = copy.anchors.into_iter().collect();
        self.anchors = Some(match self.anchors.take() {
            Some(others) => others.intersection(&anchors).copied().collect(),
            None => anchors,
        });
        self.reports.extend(copy.reports);
    }
}

/// What makes two findings on one tree the same.
fn key(finding: &Finding) -> (Code, Option<String>, Option<String>) {
    (finding.code, finding.path.clone(), finding.path_hex.clone())
}

/// What a vendored package says that it is; its directory's name where it says nothing.
fn own_identity(artifact: &Artifact, vendored: &Vendored) -> (PackageId, String) {
    let (name, version) = vendored
        .identity
        .clone()
        .unwrap_or_else(|| (artifact.stem.clone(), String::new()));
    let id = match version.as_str() {
        "" => name.clone(),
        _ => format!("{name}@{version}"),
    };
    let identity = PackageId {
        name,
        version,
        source: Source::of(SourceKind::Unknown),
    };
    (identity, id)
}
