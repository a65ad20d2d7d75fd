//! What was found: errors and other findings by package, gaps and facts by code.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use cratetrust_core::report::{Class, Code, Finding, Report, Severity, Verdict};
use cratetrust_core::text::escape;

use super::{Paint, count, listed, more};

/// Packages shown one by one.
const PACKAGES: usize = 20;
/// Codes shown of one package.
const CODES: usize = 8;
/// Findings shown of one package and code.
const SAME: usize = 3;
/// Names shown of packages that share a gap.
const NAMES: usize = 8;
/// Characters shown of a message or a value; what is cut is in the JSON.
const CHARACTERS: usize = 400;

/// The findings that `wanted` takes.
pub(super) fn findings(report: &Report, wanted: impl Fn(&Finding) -> bool, paint: Paint) -> String {
    let chosen: Vec<&Finding> = report.findings.iter().filter(|f| wanted(f)).collect();
    let mut by_package: BTreeMap<(Severity, Option<&str>), Vec<&Finding>> = BTreeMap::new();
    let mut by_code: BTreeMap<(Severity, &'static str), (Code, Vec<&Finding>)> = BTreeMap::new();
    let worst = worst_of_packages(&chosen);
    for finding in chosen {
        if shared(finding) {
            by_code
                .entry((finding.severity, finding.code.name()))
                .or_insert_with(|| (finding.code, Vec::new()))
                .1
                .push(finding);
        } else {
            let package = finding.package.as_deref();
            let worst = worst.get(&package).copied().unwrap_or(finding.severity);
            by_package
                .entry((worst, package))
                .or_default()
                .push(finding);
        }
    }
    let mut text = String::new();
    for ((_, package), found) in by_package.iter().take(PACKAGES) {
        text.push('\n');
        if let Some(package) = package {
            let _ = writeln!(text, "{}", paint.bold(&escape(package)));
        }
        of_package(&mut text, found.clone(), paint);
    }
    if by_package.len() > PACKAGES {
        let hidden = by_package.len() - PACKAGES;
        let _ = writeln!(
            text,
            "\n… and {} with findings (use --format json)",
            count(hidden as u64, "more package")
        );
    }
    if !by_code.is_empty() {
        text.push('\n');
    }
    for (code, found) in by_code.values() {
        several(&mut text, *code, found, report, paint);
    }
    text
}

/// The findings of one package, worst first; a code that fills it does not hide the others.
fn of_package(text: &mut String, mut found: Vec<&Finding>, paint: Paint) {
    found.sort_by_key(|finding| (finding.severity, finding.code.name()));
    let mut shown = 0;
    for same in found.chunk_by(|a, b| a.code == b.code).take(CODES) {
        for finding in same.iter().take(SAME) {
            one(text, finding, paint);
        }
        if same.len() > SAME {
            let hidden = same.len() - SAME;
            let code = same.first().map_or("", |finding| finding.code.name());
            let _ = writeln!(
                text,
                "          … and {hidden} more of {code} (use --format json)"
            );
        }
        shown += same.len();
    }
    if found.len() > shown {
        let _ = writeln!(text, "  {}", more(found.len() - shown));
    }
}

/// The worst severity of each package's findings that are shown by package.
fn worst_of_packages<'f>(findings: &[&'f Finding]) -> BTreeMap<Option<&'f str>, Severity> {
    let mut worst = BTreeMap::new();
    for finding in findings.iter().filter(|finding| !shared(finding)) {
        worst
            .entry(finding.package.as_deref())
            .and_modify(|known: &mut Severity| *known = finding.severity.min(*known))
            .or_insert(finding.severity);
    }
    worst
}

/// Whether a finding says no more than that its package shares a gap or a fact with others.
fn shared(finding: &Finding) -> bool {
    finding.class != Class::Mismatch
        && finding.severity != Severity::Error
        && finding.package.is_some()
        && finding.path.is_none()
        && finding.offset.is_none()
        && finding.expected.is_none()
        && finding.actual.is_none()
}

/// One finding: severity, code and place; then the message; then the values, a line each.
fn one(text: &mut String, finding: &Finding, paint: Paint) {
    let _ = write!(
        text,
        "  {} {}",
        paint.severity(finding.severity),
        finding.code.name()
    );
    let place = place(finding);
    if !place.is_empty() {
        let _ = write!(text, "  {}", paint.dim(&place));
    }
    if finding.external {
        text.push_str("  (external)");
    }
    text.push('\n');
    let _ = writeln!(text, "          {}", cut(sentence(finding)));
    for (label, value) in [("expected", &finding.expected), ("actual", &finding.actual)] {
        if let Some(value) = value {
            let _ = writeln!(text, "          {label:<8}  {}", cut(value));
        }
    }
}

/// The message; where it repeats a long value that has its own line, the code's text.
fn sentence(finding: &Finding) -> &str {
    let repeats = [&finding.expected, &finding.actual]
        .into_iter()
        .flatten()
        .any(|value| value.len() >= 40 && finding.message.contains(value.as_str()));
    if repeats {
        finding.code.text()
    } else {
        &finding.message
    }
}

/// Where it was found: artifact, path inside it, byte.
fn place(finding: &Finding) -> String {
    let mut text = String::new();
    if let Some(artifact) = &finding.artifact {
        text.push_str(&cut(artifact));
    }
    if let Some(path) = &finding.path {
        if !text.is_empty() {
            text.push_str(": ");
        }
        text.push_str(&cut(path));
    }
    if let Some(offset) = finding.offset {
        let _ = write!(text, " at byte {offset}");
    }
    text
}

/// Several packages with the same gap or fact.
fn several(text: &mut String, code: Code, found: &[&Finding], report: &Report, paint: Paint) {
    let severity = found
        .first()
        .map_or(Severity::Info, |finding| finding.severity);
    let mut names: Vec<&str> = found
        .iter()
        .filter_map(|finding| finding.package.as_deref())
        .collect();
    names.dedup();
    let _ = write!(text, "{} {}  ", paint.severity(severity), code.name());
    if code == Code::CrateMissing {
        let verb = if names.len() == 1 { "is" } else { "are" };
        let place = if in_cache(report) {
            "in the cache"
        } else {
            "at hand"
        };
        let _ = writeln!(
            text,
            "{} of {} {verb} not {place}",
            names.len(),
            count(report.summary.packages, "package")
        );
        let _ = writeln!(text, "          {}", listed(names.into_iter(), NAMES));
    } else {
        let _ = writeln!(text, "{}", code.text());
        let packages = count(names.len() as u64, "package");
        let _ = writeln!(
            text,
            "          {packages}: {}",
            listed(names.into_iter(), NAMES)
        );
    }
    if code == Code::CrateMissing && in_cache(report) {
        text.push_str(
            "          cargo downloads other platforms' packages only on a full `cargo fetch`\n",
        );
    }
}

/// Whether what was verified is a store that cargo fills.
fn in_cache(report: &Report) -> bool {
    report.inputs.iter().any(|input| {
        matches!(
            input.role.as_str(),
            "cargo-home" | "registry-cache" | "cache"
        )
    })
}

/// How a caller accepts the gaps that made the verdict `incomplete`.
pub(super) fn accept(text: &mut String, report: &Report, paint: Paint) {
    if report.verdict != Verdict::Incomplete {
        return;
    }
    let mut codes: Vec<_> = report
        .findings
        .iter()
        .filter(|f| f.class == Class::Coverage && f.severity == Severity::Warning)
        .map(|f| f.code.name())
        .collect();
    codes.sort_unstable();
    codes.dedup();
    if report.summary.checked == 0 || codes.is_empty() {
        return;
    }
    let flags: Vec<_> = codes
        .iter()
        .map(|code| format!("--severity {code}=info"))
        .collect();
    let what = if codes.len() == 1 {
        "this gap"
    } else {
        "these gaps"
    };
    let line = format!("`{}` accepts {what}", flags.join(" "));
    let _ = writeln!(text, "\n{}", paint.dim(&line));
}

/// Escaped, and no longer than a person reads.
fn cut(text: &str) -> String {
    let mut shown: String = text.chars().take(CHARACTERS).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    escape(&shown).into_owned()
}
