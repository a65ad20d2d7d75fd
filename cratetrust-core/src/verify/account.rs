//! The report on a bill of materials that was just made: every package accounted for.

use crate::bom::Bom;
use crate::package::{SourceKind, report_ids};
use crate::report::{Counts, Draft, Finding, PackageReport, ReportInput, Status};

/// Lists the packages of a bill of materials as read from its evidence and compared with nothing.
pub(crate) fn account(bom: &Bom, inputs: Vec<ReportInput>, findings: Vec<Finding>) -> Draft {
    let ids = report_ids(
        bom.packages
            .iter()
            .map(|p| (p.name.as_str(), p.version.as_str(), &p.source)),
    );
    let packages = bom
        .packages
        .iter()
        .zip(ids)
        .map(|(package, id)| PackageReport {
            id,
            name: package.name.clone(),
            version: package.version.clone(),
            source: package.source.public().to_lock(),
            anchors: Vec::new(),
            status: match package.source.kind {
                SourceKind::Path | SourceKind::Std => Status::Local,
                _ => Status::Unchecked,
            },
            counts: Counts::default(),
            artifacts: Vec::new(),
            attestations: Vec::new(),
        })
        .collect();
    Draft {
        inputs,
        packages,
        findings,
        ..Draft::default()
    }
}
