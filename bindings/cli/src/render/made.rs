//! What `sbom` says beside the document that it makes.

use std::fmt::Write as _;
use std::path::Path;

use cratetrust_core::Generated;
use cratetrust_core::bom::{Bom, EvidenceLevel, Scope, Selection};
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
    built(bom, &mut table);
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

/// What was resolved for, and what a lockfile alone would have claimed.
fn built(bom: &Bom, table: &mut Table) {
    let none = Selection::default();
    let selection = match &bom.selection {
        Some(selection) => selection,
        None if bom.is_of_one_build() => &none,
        None => return,
    };
    if !selection.targets.is_empty() {
        table.row("target", escape(&selection.targets.join(", ")));
    }
    if let Some(host) = &selection.host
        && selection.targets.iter().any(|target| target != host)
    {
        table.row("host", escape(host));
    }
    let of = |scope| bom.packages.iter().filter(|p| p.scope == scope).count();
    let scopes = [
        Scope::Linked,
        Scope::Build,
        Scope::Dev,
        Scope::Maybe,
        Scope::NotBuilt,
    ]
    .map(|scope| (scope, of(scope)));
    let told: Vec<String> = scopes
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(scope, count)| format!("{count} {}", scope.name()))
        .collect();
    if told.is_empty() {
        return;
    }
    table.row("scope", told.join(", "));
    // Only beside a lockfile is it known what that alone would have claimed.
    if bom.selection.is_none()
        && bom
            .evidence
            .iter()
            .all(|evidence| evidence.level != EvidenceLevel::Lockfile)
    {
        return;
    }
    let (linked, maybe) = (of(Scope::Linked), of(Scope::Maybe));
    let all = bom.packages.len();
    let mut says = format!(
        "a lockfile alone names {}; {} built, {linked} linked",
        count(all as u64, "package"),
        match all - of(Scope::NotBuilt) - maybe {
            1 => "1 is".to_owned(),
            many => format!("{many} are"),
        },
    );
    if maybe > 0 {
        let _ = write!(says, "; {maybe} may be");
    }
    table.row("in short", says);
}
