//! Reports as SARIF 2.1.0, the form that code-scanning pages read (OASIS Standard, errata 01).
//!
//! Text from inputs is escaped here, since what shows a log shows it as it is: misleading characters
//! as `\u{…}`, braces doubled (3.11.5), brackets that would make a link of it escaped (3.11.6).

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{Code, Finding, Report, ReportInput, Severities, Severity, Summary};
use crate::digest::Sha256;
use crate::text::escape;

const VERSION: &str = "2.1.0";
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// Characters of one text from an input; the whole text is in the JSON form.
const LONGEST: usize = 1000;

impl Report {
    /// The report as a SARIF 2.1.0 log of one run, compact JSON without a trailing newline.
    ///
    /// Every finding is a result with the code as its rule, a logical location (the package, the
    /// place in the document) and a physical one (the artifact, else the input that it is about),
    /// always relative. Errors, warnings and facts are the levels `error`, `warning` and `note`.
    pub fn to_sarif(&self) -> String {
        sarif_log(&[self])
    }
}

/// Several reports as one SARIF 2.1.0 log, a run each, in the order given.
pub fn sarif_log(reports: &[&Report]) -> String {
    let log = Log {
        schema: SCHEMA,
        version: VERSION,
        runs: reports.iter().map(|report| run(report)).collect(),
    };
    // Serialising plain structs of strings and numbers cannot fail.
    serde_json::to_string(&log).unwrap_or_default()
}

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: Vec<Run<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool<'a>,
    invocations: [Invocation; 1],
    artifacts: Vec<Artifact>,
    results: Vec<SarifResult>,
    column_kind: &'static str,
    properties: RunProperties<'a>,
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'a> {
    name: &'a str,
    version: &'a str,
    semantic_version: &'a str,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: &'static str,
    name: String,
    short_description: Text<'static>,
    full_description: Text<'static>,
    help: Text<'static>,
    default_configuration: Configuration,
    properties: RuleProperties,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct RuleProperties {
    class: &'static str,
    tags: [&'static str; 2],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
}

#[derive(Serialize)]
struct Artifact {
    location: ArtifactLocation,
    description: Text<'static>,
    roles: [&'static str; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    hashes: Option<BTreeMap<&'static str, Sha256>>,
}

#[derive(Serialize)]
struct ArtifactLocation {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<usize>,
}

#[derive(Serialize)]
struct Text<'a> {
    text: Cow<'a, str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult {
    rule_id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: Text<'static>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    locations: Vec<Location>,
    partial_fingerprints: BTreeMap<&'static str, Sha256>,
    properties: ResultProperties,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    physical_location: Option<PhysicalLocation>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<LogicalLocation>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation {
    name: String,
    fully_qualified_name: String,
    kind: &'static str,
}

#[derive(Serialize)]
struct ResultProperties {
    class: &'static str,
    package: Option<String>,
    path: Option<String>,
    path_hex: Option<String>,
    offset: Option<u64>,
    expected: Option<String>,
    actual: Option<String>,
    external: bool,
}

#[derive(Serialize)]
struct RunProperties<'a> {
    report: &'a str,
    verdict: &'static str,
    preset: &'static str,
    checks: Vec<String>,
    severities: &'a BTreeMap<&'static str, Severity>,
    summary: Summary,
}

fn run(report: &Report) -> Run<'_> {
    let raised: BTreeSet<Code> = report.findings.iter().map(|f| f.code).collect();
    let severities = severities(report);
    let rules: Vec<Rule> = raised.iter().map(|code| rule(*code, &severities)).collect();
    // Codes are ordered as the table is, and so are the rules.
    let places: BTreeMap<Code, usize> = raised.into_iter().zip(0..).collect();
    Run {
        tool: Tool {
            driver: Driver {
                name: &report.tool.name,
                version: &report.tool.version,
                semantic_version: &report.tool.version,
                rules,
            },
        },
        invocations: [Invocation {
            execution_successful: true,
        }],
        artifacts: report.inputs.iter().map(artifact).collect(),
        results: report
            .findings
            .iter()
            .map(|finding| result(finding, report, places.get(&finding.code).copied()))
            .collect(),
        column_kind: "unicodeCodePoints",
        properties: RunProperties {
            report: &report.schema,
            verdict: report.verdict.name(),
            preset: report.preset.name(),
            checks: report.checks.iter().map(|check| shown(check)).collect(),
            severities: &report.severities,
            summary: report.summary,
        },
    }
}

/// The severities that the report was made with.
fn severities(report: &Report) -> Severities {
    let mut severities = Severities::new(report.preset);
    for (name, severity) in &report.severities {
        if let Some(code) = Code::from_name(name) {
            severities.set(code, *severity);
        }
    }
    severities
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn rule(code: Code, severities: &Severities) -> Rule {
    let text = || Text {
        text: Cow::Borrowed(code.text()),
    };
    Rule {
        id: code.name(),
        name: format!("{code:?}"),
        short_description: text(),
        full_description: text(),
        help: Text {
            text: Cow::Owned(format!(
                "{} Class {}; `--severity {}=LEVEL` gives it another severity: error, warning or info.",
                code.text(),
                code.class().name(),
                code.name()
            )),
        },
        default_configuration: Configuration {
            level: level(severities.of(code)),
        },
        properties: RuleProperties {
            class: code.class().name(),
            tags: ["supply-chain", code.class().name()],
        },
    }
}

fn artifact(input: &ReportInput) -> Artifact {
    Artifact {
        location: ArtifactLocation {
            uri: relative_uri(&input.name),
            index: None,
        },
        description: Text {
            text: Cow::Owned(message_text(&input.role)),
        },
        roles: ["analysisTarget"],
        hashes: input
            .sha256
            .map(|digest| BTreeMap::from([("sha-256", digest)])),
    }
}

fn result(finding: &Finding, report: &Report, rule_index: Option<usize>) -> SarifResult {
    let own = |text: &Option<String>| text.as_deref().map(shown);
    SarifResult {
        rule_id: finding.code.name(),
        rule_index,
        level: level(finding.severity),
        message: Text {
            text: Cow::Owned(sentence(finding)),
        },
        locations: location(finding, report).into_iter().collect(),
        partial_fingerprints: BTreeMap::from([("finding/v1", fingerprint(finding))]),
        properties: ResultProperties {
            class: finding.class.name(),
            package: own(&finding.package),
            path: own(&finding.path),
            path_hex: own(&finding.path_hex),
            offset: finding.offset,
            expected: own(&finding.expected),
            actual: own(&finding.actual),
            external: finding.external,
        },
    }
}

/// The message, and the values that it does not name itself.
fn sentence(finding: &Finding) -> String {
    let mut text = message_text(&finding.message);
    for (label, value) in [("expected", &finding.expected), ("actual", &finding.actual)] {
        if let Some(value) = value
            && !finding.message.contains(value.as_str())
        {
            text.push_str(&format!("; {label}: {}", message_text(value)));
        }
    }
    text
}

/// What makes a finding the same one in another run: all but its wording.
fn fingerprint(finding: &Finding) -> Sha256 {
    let mut text = String::from(finding.code.name());
    for part in [
        &finding.package,
        &finding.artifact,
        &finding.path,
        &finding.path_hex,
        &finding.expected,
        &finding.actual,
    ] {
        let part = part.as_deref().unwrap_or("");
        // The length keeps parts apart, whatever they hold.
        text.push_str(&format!("\n{} {part}", part.len()));
    }
    if let Some(offset) = finding.offset {
        text.push_str(&format!("\n{offset}"));
    }
    Sha256::of(text.as_bytes())
}

fn location(finding: &Finding, report: &Report) -> Option<Location> {
    let artifact = finding.artifact.as_deref().filter(|text| !text.is_empty());
    let physical_location = match artifact {
        Some(artifact) => Some(ArtifactLocation {
            uri: relative_uri(artifact),
            index: None,
        }),
        None => subject(finding.code, &report.inputs).map(|(index, input)| ArtifactLocation {
            uri: relative_uri(&input.name),
            index: Some(index),
        }),
    };
    let logical = |text: &Option<String>, kind| {
        text.as_deref().map(|text| LogicalLocation {
            name: shown(text),
            fully_qualified_name: shown(text),
            kind,
        })
    };
    let is_pointer = finding.artifact.is_none();
    let logical_locations: Vec<LogicalLocation> = [
        logical(&finding.package, "package"),
        logical(
            &finding.path,
            if is_pointer { "object" } else { "resource" },
        ),
    ]
    .into_iter()
    .flatten()
    .collect();
    (physical_location.is_some() || !logical_locations.is_empty()).then(|| Location {
        physical_location: physical_location
            .map(|artifact_location| PhysicalLocation { artifact_location }),
        logical_locations,
    })
}

/// The input that a finding without an artifact is about: the lockfile, where its code is one of
/// lockfiles, else what was verified, which comes last among what is not there to measure with.
fn subject(code: Code, inputs: &[ReportInput]) -> Option<(usize, &ReportInput)> {
    let is_lockfile = |input: &ReportInput| input.role.ends_with("lockfile");
    let measures = |input: &ReportInput| {
        is_lockfile(input) || matches!(input.role.as_str(), "index" | "against")
    };
    let numbered = || inputs.iter().enumerate().rev();
    let about_lockfile = code.name().starts_with("lock-") || code == Code::ChecksumAbsent;
    numbered()
        .find(|(_, input)| about_lockfile && is_lockfile(input))
        .or_else(|| numbered().find(|(_, input)| !measures(input)))
        .or_else(|| numbered().next())
}

/// Text from an input as it may be shown: without misleading characters, and not endless.
fn shown(text: &str) -> String {
    let mut cut: String = text.chars().take(LONGEST).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    escape(&cut).into_owned()
}

/// Text from an input within a message.
fn message_text(text: &str) -> String {
    let text = shown(text).replace('{', "{{").replace('}', "}}");
    if text.contains("](") {
        text.replace('[', "\\[").replace(']', "\\]")
    } else {
        text
    }
}

/// A path as a relative reference (RFC 3986, 4.2): it neither begins with a slash nor can its first
/// segment be taken for a scheme, and no segment climbs out.
fn relative_uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    let segments = path.split(['/', '\\']);
    for segment in segments.filter(|segment| !matches!(*segment, "" | "." | "..")) {
        if !uri.is_empty() {
            uri.push('/');
        }
        for byte in segment.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~+@!$&'()*,;=".contains(&byte) {
                uri.push(char::from(byte));
            } else {
                uri.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    if uri.is_empty() {
        uri.push('.');
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_stay_relative() {
        for (path, uri) in [
            ("a-1.0.0.crate", "a-1.0.0.crate"),
            ("cache/a b/c%d", "cache/a%20b/c%25d"),
            ("/etc/passwd", "etc/passwd"),
            ("C:\\x", "C%3A/x"),
            ("file:///x", "file%3A/x"),
            ("../../x", "x"),
            ("..", "."),
            ("é\u{202e}\n", "%C3%A9%E2%80%AE%0A"),
            ("", "."),
            ("a#b?c", "a%23b%3Fc"),
        ] {
            assert_eq!(relative_uri(path), uri, "{path}");
        }
    }

    #[test]
    fn messages_hold_no_links_and_no_placeholders() {
        assert_eq!(message_text("`a[1]` is {0}"), "`a[1]` is {{0}}");
        assert_eq!(
            message_text("[see](https://example.org)"),
            "\\[see\\](https://example.org)"
        );
        assert_eq!(message_text("a\u{1b}[31m"), "a\\u{{1b}}[31m");
        assert_eq!(message_text(&"x".repeat(5000)).chars().count(), LONGEST + 1);
    }
}
