//! What `sbom` says beside the document that it makes.

use std::fmt::Write as _;
use std::path::Path;

use cratetrust_core::Generated;
use cratetrust_core::bom::{Bom, EvidenceLevel, Package, Scope};
use cratetrust_core::package::SourceKind;
use cratetrust_core::report::Verdict;
use cratetrust_core::text::escape;

use super::findings::findings;
use super::report::headline;
use super::{Paint, Table, count};

pub(crate) fn made(
    generated: &Generated,
    format: &str,
    file: Option<&Path>,
    lower: Option<&str>,
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
    for (at, evidence) in bom.evidence.iter().enumerate() {
        let mut says = format!(
            "{} (level {}",
            escape(&evidence.name),
            evidence.level.name()
        );
        if bom.evidence.len() > 1 {
            let knows = bom.packages.iter().filter(|p| p.evidence.contains(&at));
            let _ = write!(says, ", {}", count(knows.count() as u64, "package"));
        }
        says.push(')');
        table.row("evidence", says);
    }
    if let Some(why) = lower.filter(|_| bom.is_lockfile_only()) {
        table.row("level", why);
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
    let is_std = |p: &&Package| p.source.kind == SourceKind::Std;
    let packages = || bom.packages.iter().filter(|p| !is_std(p));
    let of = |scope| packages().filter(|p| p.scope == scope).count();
    let std = bom.packages.iter().filter(is_std).count();
    if std > 0 {
        table.row(
            "std",
            format!("{} of the standard library", count(std as u64, "crate")),
        );
    }
    if bom.is_partial() {
        let linked = of(Scope::Linked);
        table.row(
            "scope",
            format!("{linked} linked, a part: what else is, the binary does not tell"),
        );
        return;
    }
    let maybe = of(Scope::Maybe);
    if bom.is_lockfile_only() && maybe == bom.packages.len() {
        table.row(
            "scope",
            "maybe: a lockfile names the packages of every platform and feature",
        );
        return;
    }
    if let Some(selection) = &bom.selection {
        if !selection.targets.is_empty() {
            table.row("target", escape(&selection.targets.join(", ")));
        }
        if let Some(host) = &selection.host
            && selection.targets.iter().any(|target| target != host)
        {
            table.row("host", escape(host));
        }
    }
    let told: Vec<String> = [
        Scope::Linked,
        Scope::Build,
        Scope::Dev,
        Scope::Maybe,
        Scope::NotBuilt,
    ]
    .into_iter()
    .map(|scope| (scope, of(scope)))
    .filter(|(_, count)| *count > 0)
    .map(|(scope, count)| format!("{count} {}", scope.name()))
    .collect();
    if told.is_empty() {
        return;
    }
    table.row("scope", told.join(", "));
    let built = of(Scope::Linked) + of(Scope::Build);
    let mut says = match locked(bom) {
        Some(count_of) => format!(
            "a lockfile alone names {}; ",
            count(count_of as u64, "package")
        ),
        None => "without a lockfile at hand, what one names is not known; ".to_owned(),
    };
    let linked = of(Scope::Linked);
    let _ = match built {
        1 => write!(says, "1 is built, {linked} linked"),
        many => write!(says, "{many} are built, {linked} linked"),
    };
    if maybe > 0 {
        let _ = write!(says, "; {maybe} may be");
    }
    table.row("in short", says);
    if let Some(why) = unsure(bom) {
        table.row("maybe", why);
    }
}

/// Why packages may be built: what the least exact evidence cannot tell.
fn unsure(bom: &Bom) -> Option<&'static str> {
    let has = |level| bom.evidence.iter().any(|evidence| evidence.level == level);
    if bom.packages.iter().all(|p| p.scope != Scope::Maybe) {
        return None;
    }
    if has(EvidenceLevel::LockfileIndex) {
        return Some(
            "where no manifest is at hand, an index tells what is used, and not what of it is linked",
        );
    }
    let exact = has(EvidenceLevel::Manifests) || has(EvidenceLevel::CargoSbom);
    if has(EvidenceLevel::Auditable) && !exact {
        return Some(
            "the list in the binary is made of cargo metadata, which may leave out what is built",
        );
    }
    (has(EvidenceLevel::CargoMetadata) && !exact).then_some(
        "cargo metadata unites the features of host, target and tests, and lists what is not built",
    )
}

/// The packages that the lockfile names; `None` where none was read.
fn locked(bom: &Bom) -> Option<usize> {
    let is_lockfile = |at: &usize| {
        bom.evidence.get(*at).is_some_and(|evidence| {
            matches!(
                evidence.level,
                EvidenceLevel::Lockfile | EvidenceLevel::LockfileIndex | EvidenceLevel::Manifests
            )
        })
    };
    let all = 0..bom.evidence.len();
    all.clone().find(is_lockfile)?;
    let packages = bom.packages.iter();
    Some(
        packages
            .filter(|p| p.evidence.iter().any(is_lockfile))
            .count(),
    )
}
