//! Trees: vendored packages, unpacked sources and checkouts against what they must be.

use std::collections::BTreeMap;

use super::super::Examined;
use crate::lockfile::{LockedPackage, Lockfile};
use crate::options::Check;
use crate::package::{PackageId, Source, SourceKind};
use crate::registry::Artifact;
use crate::report::{ArtifactReport, Code, Finding, Status};
use crate::verifier::EvidenceSet;
use crate::verify::vendor::{self, Vendored};

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
            checks: vec![Check::Tree.name().to_owned()],
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

    pub(super) fn locked_trees(
        &mut self,
        package: &LockedPackage,
        id: String,
        trees: Vec<(&Artifact, Vendored)>,
    ) {
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
                Finding::new(
                    Code::GitNotChecked,
                    format!(
                        "{id} comes from git; its files were compared with their listed hashes only"
                    ),
                )
                .package(id.clone()),
            );
        }
        for (artifact, vendored) in trees {
            if let Some(finding) = vendor::compare_identity(package, &vendored) {
                self.push_finding(&id, &artifact.location, finding);
            }
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
        let status = if checked {
            Status::Ok
        } else {
            Status::Unchecked
        };
        self.push(
            identity,
            id,
            status,
            vec!["self-declared".to_owned()],
            reports,
        );
    }

    pub(super) fn unlisted_tree(&mut self, artifact: &Artifact, vendored: Vendored) {
        let (name, version) = vendored
            .identity
            .clone()
            .unwrap_or_else(|| (artifact.stem.clone(), String::new()));
        let id = if version.is_empty() {
            name.clone()
        } else {
            format!("{name}@{version}")
        };
        self.push_finding(
            &id,
            &artifact.location,
            Finding::new(
                Code::CrateUnlisted,
                format!("Cargo.lock names no package {id}"),
            ),
        );
        let report = self.tree_report(&id, artifact, vendored, true);
        let identity = PackageId {
            name,
            version,
            source: Source::of(SourceKind::Unknown),
        };
        self.push(
            identity,
            id,
            Status::Failed,
            vec!["self-declared".to_owned()],
            vec![report],
        );
    }

    pub(super) fn unlocked_tree(&mut self, artifact: &Artifact, vendored: Vendored) {
        let (name, version) = vendored
            .identity
            .clone()
            .unwrap_or_else(|| (artifact.stem.clone(), String::new()));
        let id = if version.is_empty() {
            name.clone()
        } else {
            format!("{name}@{version}")
        };
        let anchor_wanted = self.run.wants(Check::Checksum);
        if anchor_wanted {
            self.draft.findings.push(
                Finding::new(Code::AnchorMissing, format!("nothing says what the digest of {id} should be; its own list of hashes was all that could be checked"))
                    .package(id.clone()),
            );
        }
        let ok = !anchor_wanted && vendored.complete;
        let report = self.tree_report(&id, artifact, vendored, ok);
        let identity = PackageId {
            name,
            version,
            source: Source::of(SourceKind::Unknown),
        };
        let status = if ok { Status::Ok } else { Status::Unchecked };
        self.push(
            identity,
            id,
            status,
            vec!["self-declared".to_owned()],
            vec![report],
        );
    }

    pub(super) fn tree_report(
        &mut self,
        id: &str,
        artifact: &Artifact,
        vendored: Vendored,
        ok: bool,
    ) -> ArtifactReport {
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
