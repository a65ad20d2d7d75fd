//! Facts for a bill of materials from bytes that are at hand: licences, authors, digests.
//!
//! What proves the bytes decides what is taken from them. A `.crate` file whose SHA-256 is the one
//! in the lockfile, and a vendored package whose files have their listed hashes and whose list names
//! the lockfile's checksum, are proven. Bytes that contradict the lockfile are reported, and nothing
//! is taken from them. Where there is nothing to compare with (no checksum in the lockfile, unpacked
//! sources without their archive, a vendored package without hashes) the manifest's facts are taken,
//! no digest is, and `enriched_from` ends in `-unverified`.

mod caller;
mod copyright;
mod crates;
mod facts;
mod judge;
mod local;
mod read;

use std::collections::BTreeMap;

pub(crate) use caller::{Whereabouts, describe};
pub(crate) use crates::enrich;
pub(crate) use local::enrich_local;

use crate::package::report_ids;
use crate::report::{ArtifactReport, Draft, Finding, ReportInput, Status};

/// What enriching came to, beside the facts themselves.
#[derive(Debug, Default)]
pub(crate) struct Enriched {
    /// What was found on the way.
    pub(crate) findings: Vec<Finding>,
    /// What was read.
    pub(crate) inputs: Vec<ReportInput>,
    reports: BTreeMap<usize, Reported>,
    checks: Vec<String>,
    unlisted: u64,
    bytes: u64,
}

/// What the report says of a package whose bytes were at hand.
#[derive(Debug)]
struct Reported {
    status: Status,
    anchors: Vec<String>,
    artifacts: Vec<ArtifactReport>,
}

impl Enriched {
    /// Writes what was checked into a report whose packages stand in the order of the bill of
    /// materials.
    pub(crate) fn settle(self, draft: &mut Draft) {
        draft.findings.extend(self.findings);
        draft.inputs.extend(self.inputs);
        draft.checks.extend(self.checks);
        draft.unlisted += self.unlisted;
        draft.bytes += self.bytes;
        for (index, reported) in self.reports {
            if let Some(package) = draft.packages.get_mut(index) {
                package.status = reported.status;
                package.anchors = reported.anchors;
                package.artifacts = reported.artifacts;
            }
        }
    }
}

fn ids(bom: &crate::bom::Bom) -> Vec<String> {
    report_ids(
        bom.packages
            .iter()
            .map(|p| (p.name.as_str(), p.version.as_str(), &p.source)),
    )
}
