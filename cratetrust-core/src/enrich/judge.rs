//! Whether an artifact's bytes are those that the lockfile names, and the best facts of each package.

use std::collections::BTreeMap;

use super::crates::{Item, Plan};
use super::facts::{self, Facts};
use super::read::{Examined, has_error};
use super::{Enriched, Reported};
use crate::bom::{Bom, Package};
use crate::digest::Sha512;
use crate::options::Options;
use crate::registry::ArtifactKind;
use crate::report::{ArtifactReport, Code, Finding, Status};

/// Bytes of all licence texts of one bill of materials beyond which no more are kept.
const LARGEST_TEXTS: usize = 64 << 20;

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

/// What may be taken, by package.
#[derive(Default)]
pub(super) struct Offers(BTreeMap<usize, Vec<Offer>>);

impl Offers {
    /// Takes the best offer for each package.
    pub(super) fn fill(self, bom: &mut Bom) {
        let mut texts = 0;
        for (index, offers) in self.0 {
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
}

/// Takes artifacts one by one.
pub(super) struct Judge<'a, 'b> {
    pub(super) plan: &'a Plan<'b>,
    pub(super) options: &'a Options,
    pub(super) enriched: &'a mut Enriched,
    pub(super) offers: &'a mut Offers,
}

impl Judge<'_, '_> {
    /// Says of an artifact whether it is what the lockfile names, and keeps what it offers.
    pub(super) fn take(&mut self, item: &Item, mut examined: Examined) {
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
            self.offers.0.entry(index).or_default().push(Offer {
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
            .path(facts::MANIFEST)
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
