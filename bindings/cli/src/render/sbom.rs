//! What a person does about an SBOM: what was found, in counts, and the next step.

use std::collections::BTreeMap;

use cratetrust_core::report::{Class, Code, Finding, Report, Severity, Verdict};
use cratetrust_core::text::escape;

/// Codes named in one line.
const CODES: usize = 6;
/// Characters shown of a package's id, a place or a file name.
const CHARACTERS: usize = 120;

/// The two lines below the verdict of a report on an SBOM; nothing for other reports.
pub(super) fn summary(report: &Report) -> String {
    let is_sbom = report.checks.iter().any(|check| check == "components");
    let Some(sbom) = report.inputs.iter().rfind(|input| input.role == "sbom") else {
        return String::new();
    };
    if !is_sbom {
        return String::new();
    }
    let evidence = report
        .inputs
        .iter()
        .find(|input| !std::ptr::eq(*input, sbom))
        .map(|input| (input.role.as_str(), cut(&input.name)));
    format!(
        "found: {}\nnext: {}\n",
        found(report),
        next(report, &cut(&sbom.name), evidence)
    )
}

/// How often each code was found, the worst first.
fn found(report: &Report) -> String {
    let mut counts: BTreeMap<(Severity, &'static str), u64> = BTreeMap::new();
    for finding in &report.findings {
        *counts
            .entry((finding.severity, finding.code.name()))
            .or_default() += 1;
    }
    if counts.is_empty() {
        return "no difference".to_owned();
    }
    let more = counts.len().saturating_sub(CODES);
    let mut parts: Vec<String> = counts
        .iter()
        .take(CODES)
        .map(|((severity, code), count)| match severity {
            Severity::Info => format!("{count} {code} (info)"),
            _ => format!("{count} {code}"),
        })
        .collect();
    if more > 0 {
        parts.push(format!("{more} more codes"));
    }
    parts.join(", ")
}

fn next(report: &Report, sbom: &str, evidence: Option<(&str, String)>) -> String {
    let deciding = report.findings.iter().find(|finding| match report.verdict {
        Verdict::Fail => finding.severity == Severity::Error,
        _ => finding.class == Class::Coverage && finding.severity == Severity::Warning,
    });
    let Some(finding) = deciding else {
        return match report.verdict {
            Verdict::Pass => "nothing to do".to_owned(),
            _ => "give evidence that holds packages".to_owned(),
        };
    };
    let place = place(finding, sbom);
    if report.verdict == Verdict::Incomplete {
        let advice = match finding.code {
            Code::CrateGap => {
                "bring the missing crates within reach (`cargo fetch`, or `--crates DIR`)"
            }
            Code::NotChecked => "give evidence that tells it, such as the project's directory",
            _ => "ask the SBOM's producer for what is left out",
        };
        return format!("{advice}, or accept the gaps as below; {place}");
    }
    let advice = match finding.code {
        Code::DocumentInvalid | Code::EdgeUnknownRef | Code::ComponentDuplicate => {
            "the SBOM's producer must correct it".to_owned()
        }
        // Another version has another digest: then the version is what is wrong.
        Code::ChecksumMismatch if !has_other_version(report, finding) => {
            "find out which bytes were built before either is trusted".to_owned()
        }
        _ => match evidence {
            Some(("lockfile", name)) => {
                format!("where {name} is right, make the SBOM anew from it")
            }
            Some((_, name)) => format!("find out which of {sbom} and {name} is right"),
            None => "find out which side is right".to_owned(),
        },
    };
    format!("{advice}; {place}")
}

fn has_other_version(report: &Report, finding: &Finding) -> bool {
    report
        .findings
        .iter()
        .any(|other| other.code == Code::VersionMismatch && other.package == finding.package)
}

/// Where the first finding that decides stands.
fn place(finding: &Finding, sbom: &str) -> String {
    let package = finding.package.as_deref().map(cut);
    let path = finding.path.as_deref().map(cut);
    match (package, path) {
        (Some(package), Some(path)) => format!("first {package} at {path} of {sbom}"),
        (Some(package), None) => format!("first {package}"),
        (None, Some(path)) => format!("first {path} of {sbom}"),
        (None, None) => format!("first {}", finding.code.name()),
    }
}

fn cut(text: &str) -> String {
    let mut shown: String = text.chars().take(CHARACTERS).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    escape(&shown).into_owned()
}
