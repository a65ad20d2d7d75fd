//! An SBOM as evidence: it counts for what it claims.

use super::{Evidence, Gathered};
use crate::bom::{EvidenceLevel, EvidenceSource};
use crate::digest::Sha256;
use crate::error::Result;
use crate::options::Options;
use crate::report::{Code, Finding, ReportInput};

pub(super) fn gather(evidence: &Evidence<'_>, options: &Options) -> Result<Gathered> {
    let name = evidence.name.clone();
    let sha256 = Some(Sha256::of(evidence.bytes));
    let (limits, cancel) = (&options.limits, &options.cancel);
    let document = crate::sbom::read(evidence.bytes, &evidence.label, limits, cancel)?;
    let mut bom = document.bom;
    bom.evidence = vec![EvidenceSource {
        level: EvidenceLevel::Sbom,
        name: name.clone(),
        sha256,
    }];
    for package in &mut bom.packages {
        package.evidence = vec![0];
    }
    for edge in &mut bom.edges {
        edge.evidence = vec![0];
    }
    bom.normalize();
    let faults = document.faults.into_iter().map(|fault| {
        Finding::new(
            Code::DocumentInvalid,
            format!("the evidence breaks its format: {}", fault.message),
        )
        .path(fault.place)
    });
    let dangling = document.unknown_refs.into_iter().map(|end| {
        Finding::new(
            Code::EdgeUnknownRef,
            format!(
                "in the evidence, `{}` depends on `{}`, which does not exist",
                end.from, end.to
            ),
        )
        .path(end.place)
    });
    Ok(Gathered {
        bom,
        inputs: vec![ReportInput {
            role: "sbom".to_owned(),
            name,
            sha256,
        }],
        findings: faults.chain(dangling).collect(),
    })
}
