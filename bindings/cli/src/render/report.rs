//! A report: the verdict, the counts, and what was found.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use cratetrust_core::report::{Report, Severity, Verdict};
use cratetrust_core::text::escape;

use super::findings::{accept, findings};
use super::{Paint, Table, count, size};

/// A report of `verify` or `verify-sbom`.
pub(crate) fn report(report: &Report, paint: Paint) -> String {
    let mut text = format!("{}: {}\n", paint.verdict(report.verdict), headline(report));
    text.push_str(&super::sbom::summary(report));
    text.push('\n');
    let summary = &report.summary;
    let mut table = Table::default();
    inputs(&mut table, report);
    table.row("packages", statuses(report));
    let anchors = anchors(report);
    if !anchors.is_empty() {
        table.row("anchors", anchors);
    }
    table.row("checks", checks(report));
    if summary.bytes > 0 {
        table.row("read", size(summary.bytes));
    }
    if summary.unlisted > 0 {
        let artifacts = count(summary.unlisted, "artifact");
        table.row(
            "unlisted",
            format!("{artifacts} in the store that the lockfile does not name, not checked"),
        );
    }
    table.write(&mut text);
    text.push_str(&findings(report, |_| true, paint));
    accept(&mut text, report, paint);
    text
}

/// What was read, each once.
pub(super) fn inputs(table: &mut Table, report: &Report) {
    for input in &report.inputs {
        table.row(escape(&input.role), escape(&input.name));
    }
}

/// The checks, and whose severities were used.
fn checks(report: &Report) -> String {
    let mut line = report
        .checks
        .iter()
        .map(|check| escape(check))
        .collect::<Vec<_>>()
        .join(", ");
    if line.is_empty() {
        line.push_str("none");
    }
    let _ = write!(line, " (preset {}", report.preset.name());
    for (code, severity) in &report.severities {
        let _ = write!(line, ", {code}={}", severity.name());
    }
    line.push(')');
    line
}

/// The verdict in one sentence.
pub(super) fn headline(report: &Report) -> String {
    let summary = &report.summary;
    let packages = count(summary.packages, "package");
    match report.verdict {
        Verdict::Pass => match (summary.checked, summary.packages) {
            (1, 1) => "the package was checked and holds".to_owned(),
            (checked, all) if checked == all => {
                format!("all {packages} were checked and hold")
            }
            (checked, _) => format!("{checked} of {packages} were checked and hold"),
        },
        Verdict::Fail => {
            let errors = report
                .findings
                .iter()
                .filter(|finding| finding.severity == Severity::Error)
                .count() as u64;
            let errors = count(errors, "error");
            if summary.failed > 0 {
                format!("{errors}; {} of {packages} failed", summary.failed)
            } else {
                errors
            }
        }
        Verdict::Incomplete if summary.checked == 0 => "nothing was checked".to_owned(),
        Verdict::Incomplete if summary.unchecked > 0 => format!(
            "no error was found, but {} of {packages} could not be checked",
            summary.unchecked
        ),
        Verdict::Incomplete => "no error was found, but not everything could be checked".to_owned(),
    }
}

/// How many packages have which status; those that none has are left out.
pub(super) fn statuses(report: &Report) -> String {
    let summary = &report.summary;
    let parts: Vec<_> = [
        (summary.ok, "ok"),
        (summary.failed, "failed"),
        (summary.unchecked, "unchecked"),
        (summary.local, "local"),
        (summary.skipped, "skipped"),
    ]
    .into_iter()
    .filter(|(number, _)| *number > 0)
    .map(|(number, word)| format!("{number} {word}"))
    .collect();
    if parts.is_empty() {
        summary.packages.to_string()
    } else {
        format!("{}: {}", summary.packages, parts.join(", "))
    }
}

/// How many packages were compared with which anchor.
fn anchors(report: &Report) -> String {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for anchor in report.packages.iter().flat_map(|package| &package.anchors) {
        *counts.entry(anchor).or_default() += 1;
    }
    counts
        .into_iter()
        .map(|(anchor, number)| format!("{} {number}", escape(anchor)))
        .collect::<Vec<_>>()
        .join(", ")
}
