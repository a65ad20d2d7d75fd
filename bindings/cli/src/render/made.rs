//! What `sbom` says beside the document that it makes.

use std::fmt::Write as _;
use std::path::Path;

use cratetrust_core::Generated;
use cratetrust_core::bom::{EvidenceLevel, Scope};
use cratetrust_core::report::Verdict;
use cratetrust_core::text::escape;

use super::findings::findings;
use super::report::headline;
use super::{Paint, Table, count};

pub(crate) fn made(
    generated: &Generated,
    format: &str,
    file: Option<&Path>,
    paint: Paint,
) -> String {
    let Generated { bom, report } = generated;
    let mut text = format!(
        "{}: {} and {}",
        paint.bold(format),
        count(bom.packages.len() as u64, "package"),
        if bom.edges.len() == 1 {
            "1 dependency".to_owned()
        } else {
            format!("{} dependencies", bom.edges.len())
        }
    );
    if let Some(file) = file {
        let _ = write!(text, ", written to {}", escape(&file.display().to_string()));
    }
    text.push('\n');
    let mut table = Table::default();
    for evidence in &bom.evidence {
        table.row(
            "evidence",
            format!(
                "{} (level {})",
                escape(&evidence.name),
                evidence.level.name()
            ),
        );
    }
    let enriched = bom.packages.iter().filter(|p| p.enriched_from.is_some());
    let enriched = enriched.count();
    if enriched > 0 {
        table.row(
            "enriched",
            format!(
                "{enriched} of {}",
                count(bom.packages.len() as u64, "package")
            ),
        );
    }
    let from_lockfile_only = !bom.evidence.is_empty()
        && bom
            .evidence
            .iter()
            .all(|evidence| evidence.level == EvidenceLevel::Lockfile);
    if from_lockfile_only && bom.packages.iter().all(|p| p.scope == Scope::Maybe) {
        table.row(
            "scope",
            "maybe: a lockfile names the packages of every platform and feature",
        );
    }
    table.write(&mut text);
    if report.verdict == Verdict::Fail {
        let _ = writeln!(
            text,
            "{}: {}",
            paint.verdict(report.verdict),
            headline(report)
        );
    }
    // `incomplete` is no fault of a document that was made: nobody needs to accept it.
    text.push_str(&findings(report, |_| true, paint));
    text
}
