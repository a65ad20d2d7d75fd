//! Findings, severities, the verdict, and the JSON form of a report (schema `cratetrust.report/1`).

mod codes;
mod read;
mod sarif;

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use codes::{Class, Code, Preset, Severity};
pub use sarif::sarif_log;

use crate::digest::Sha256;
use crate::text::hex;

/// The schema name of a report's JSON form.
pub const SCHEMA: &str = "cratetrust.report/1";

/// What a report comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Everything that was asked was checked and holds.
    Pass,
    /// Something does not hold.
    Fail,
    /// Nothing wrong was found, but not everything could be checked.
    Incomplete,
}

impl Verdict {
    /// The verdict's stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Incomplete => "incomplete",
        }
    }
}

/// How severe each code is: a preset and what the caller changed in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Severities {
    preset: Preset,
    overrides: BTreeMap<&'static str, Severity>,
}

impl Severities {
    /// The severities of a preset.
    pub fn new(preset: Preset) -> Self {
        Self {
            preset,
            overrides: BTreeMap::new(),
        }
    }

    /// The preset.
    pub fn preset(&self) -> Preset {
        self.preset
    }

    /// Changes the preset; overrides stay.
    pub fn set_preset(&mut self, preset: Preset) {
        self.preset = preset;
    }

    /// Gives a code another severity.
    pub fn set(&mut self, code: Code, severity: Severity) {
        self.overrides.insert(code.name(), severity);
    }

    /// The severity of a code.
    pub fn of(&self, code: Code) -> Severity {
        self.overrides
            .get(code.name())
            .copied()
            .unwrap_or_else(|| code.severity(self.preset))
    }

    /// The severity of one finding: what the caller gave its code, else the preset's, tempered by
    /// what the finding itself allows.
    fn of_finding(&self, finding: &Finding) -> Severity {
        let severity = self.of(finding.code);
        match finding.at_most {
            // The order of severities starts with the worst.
            Some(at_most) if !self.overrides.contains_key(finding.code.name()) => {
                severity.max(at_most)
            }
            _ => severity,
        }
    }
}

/// One thing found. Build it with [`Finding::new`] and the chained setters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Finding {
    /// What it is about.
    pub code: Code,
    /// The code's class.
    pub class: Class,
    /// How severe it is under the report's preset and overrides.
    pub severity: Severity,
    /// The `id` of the package in the report.
    pub package: Option<String>,
    /// The artifact's location, relative to the path given.
    pub artifact: Option<String>,
    /// The path inside the artifact, lossy where it is not UTF-8.
    pub path: Option<String>,
    /// The path's bytes in hexadecimal digits, only where it is not UTF-8.
    pub path_hex: Option<String>,
    /// A byte offset in the artifact; for archives, in the unpacked stream.
    pub offset: Option<u64>,
    /// What should be there.
    pub expected: Option<String>,
    /// What is there.
    pub actual: Option<String>,
    /// The finding in one sentence.
    pub message: String,
    /// Whether a verifier of the host program made it.
    pub external: bool,
    /// The worst severity that this one finding may have, where that is less than its code's.
    /// A severity that the caller gave the code is obeyed nevertheless.
    #[serde(skip)]
    pub at_most: Option<Severity>,
}

impl Finding {
    /// A finding with the code's severity under `strict`; [`Draft::finish`] sets the real one.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            class: code.class(),
            severity: code.severity(Preset::Strict),
            package: None,
            artifact: None,
            path: None,
            path_hex: None,
            offset: None,
            expected: None,
            actual: None,
            message: message.into(),
            external: false,
            at_most: None,
        }
    }

    /// Names the package by its report `id`.
    #[must_use]
    pub fn package(mut self, id: impl Into<String>) -> Self {
        self.package = Some(id.into());
        self
    }

    /// Names the artifact.
    #[must_use]
    pub fn artifact(mut self, location: impl Into<String>) -> Self {
        self.artifact = Some(location.into());
        self
    }

    /// Names the path inside the artifact.
    #[must_use]
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// Names a path that may not be UTF-8.
    #[must_use]
    pub fn path_bytes(mut self, path: &[u8]) -> Self {
        self.path = Some(String::from_utf8_lossy(path).into_owned());
        if std::str::from_utf8(path).is_err() {
            self.path_hex = Some(hex(path));
        }
        self
    }

    /// Makes the finding at most this severe, whatever its code is under the preset.
    #[must_use]
    pub fn at_most(mut self, severity: Severity) -> Self {
        self.at_most = Some(severity);
        self
    }

    /// Names the byte offset.
    #[must_use]
    pub fn offset(mut self, offset: u64) -> Self {
        self.offset = Some(offset);
        self
    }

    /// Says what should be there and what is.
    #[must_use]
    pub fn values(mut self, expected: impl Into<String>, actual: impl Into<String>) -> Self {
        self.expected = Some(expected.into());
        self.actual = Some(actual.into());
        self
    }

    /// Says what should be there.
    #[must_use]
    pub fn expected(mut self, expected: impl Into<String>) -> Self {
        self.expected = Some(expected.into());
        self
    }

    /// Says what is there.
    #[must_use]
    pub fn actual(mut self, actual: impl Into<String>) -> Self {
        self.actual = Some(actual.into());
        self
    }

    fn order(&self) -> impl Ord + '_ {
        (
            &self.package,
            &self.artifact,
            &self.path,
            self.offset,
            self.code.name(),
            &self.expected,
            &self.actual,
            &self.message,
        )
    }
}

/// What an input was for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportInput {
    /// `lockfile`, `sbom`, `crate`, …
    pub role: String,
    /// The input's name, without a directory.
    pub name: String,
    /// Its digest, where it is one file that was read whole.
    #[serde(deserialize_with = "read::digest")]
    pub sha256: Option<Sha256>,
}

/// How far a package or an artifact was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Checked, and it holds.
    Ok,
    /// Checked, and it does not hold.
    Failed,
    /// Could not be checked.
    Unchecked,
    /// A path or workspace package: nothing to check against.
    Local,
    /// Left out on request.
    Skipped,
}

/// How many findings of each severity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Errors.
    pub error: u64,
    /// Warnings.
    pub warning: u64,
    /// Facts.
    pub info: u64,
}

/// One thing that was read for a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArtifactReport {
    /// `crate`, `src`, `vendor`, `checkout`.
    pub kind: String,
    /// Where it lies, relative to the path given.
    pub location: String,
    /// Its digest.
    #[serde(deserialize_with = "read::digest")]
    pub sha256: Option<Sha256>,
    /// The checks that ran on it.
    pub checks: Vec<String>,
    /// What came of them.
    pub status: Status,
}

/// A statement by a signer. None is made today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attestation {
    /// The verifier that checked it.
    pub verifier: String,
    /// What it claims.
    pub claims: Vec<String>,
}

/// One package of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackageReport {
    /// `name@version`, or `name@version (source)` where that is not unique.
    pub id: String,
    /// The name.
    pub name: String,
    /// The version.
    pub version: String,
    /// The source as Cargo.lock spells it; `null` for local packages and where it is not known.
    pub source: Option<String>,
    /// What the digest was compared with.
    pub anchors: Vec<String>,
    /// What came of it.
    pub status: Status,
    /// Findings about the package, by severity.
    pub counts: Counts,
    /// What was read.
    pub artifacts: Vec<ArtifactReport>,
    /// Who signed it.
    pub attestations: Vec<Attestation>,
}

/// Counts over a report. packages = ok + failed + unchecked + local + skipped; checked = ok + failed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// All packages.
    pub packages: u64,
    /// Those that were checked.
    pub checked: u64,
    /// Checked, and they hold.
    pub ok: u64,
    /// Checked, and they do not hold.
    pub failed: u64,
    /// Not checked.
    pub unchecked: u64,
    /// Local packages.
    pub local: u64,
    /// Left out on request.
    pub skipped: u64,
    /// Artifacts in a shared store that the lockfile does not name.
    pub unlisted: u64,
    /// Bytes read of artifacts.
    pub bytes: u64,
}

/// The tool that made a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tool {
    /// `cratetrust`.
    pub name: Cow<'static, str>,
    /// Its version.
    pub version: Cow<'static, str>,
}

/// A finished report. Its JSON form is the same bytes from every language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The schema's name.
    #[serde(deserialize_with = "read::schema")]
    pub schema: Cow<'static, str>,
    /// The tool that made it.
    pub tool: Tool,
    /// What it comes to.
    pub verdict: Verdict,
    /// What was read.
    pub inputs: Vec<ReportInput>,
    /// The checks that ran.
    pub checks: Vec<String>,
    /// The preset.
    pub preset: Preset,
    /// The severities that the caller changed.
    #[serde(deserialize_with = "read::severities")]
    pub severities: BTreeMap<&'static str, Severity>,
    /// Counts.
    pub summary: Summary,
    /// The packages, by name, version and source.
    pub packages: Vec<PackageReport>,
    /// The findings, by package, artifact, path, offset and code.
    pub findings: Vec<Finding>,
}

/// A report under construction.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// What was read.
    pub inputs: Vec<ReportInput>,
    /// The checks that ran.
    pub checks: Vec<String>,
    /// The packages, in any order; counts and statuses of `ok` are settled at the end.
    pub packages: Vec<PackageReport>,
    /// The findings, in any order.
    pub findings: Vec<Finding>,
    /// Artifacts in a shared store that the lockfile does not name.
    pub unlisted: u64,
    /// Bytes read of artifacts.
    pub bytes: u64,
}

impl Draft {
    /// Settles severities, counts, statuses and the verdict, and puts everything in order.
    ///
    /// A package or artifact that is `ok` and has an error becomes `failed`. At most `limit`
    /// findings stay for one package; the rest is told by `findings-truncated`.
    pub fn finish(self, severities: &Severities, limit: u64) -> Report {
        let Self {
            inputs,
            checks,
            mut packages,
            mut findings,
            unlisted,
            bytes,
        } = self;
        for finding in &mut findings {
            finding.class = finding.code.class();
            finding.severity = severities.of_finding(finding);
        }
        findings.sort_by(|a, b| a.order().cmp(&b.order()));
        settle_statuses(&mut packages, &findings);
        let verdict_of_all = worst(&findings);
        let findings = truncate(findings, severities, limit);
        packages.sort_by(|a, b| {
            (&a.name, &a.version, &a.source).cmp(&(&b.name, &b.version, &b.source))
        });
        for package in &mut packages {
            package
                .artifacts
                .sort_by(|a, b| (&a.kind, &a.location).cmp(&(&b.kind, &b.location)));
        }
        let summary = summarize(&packages, unlisted, bytes);
        let verdict = match verdict_of_all {
            Verdict::Pass if summary.checked == 0 => Verdict::Incomplete,
            verdict => verdict,
        };
        Report {
            schema: Cow::Borrowed(SCHEMA),
            tool: Tool {
                name: Cow::Borrowed("cratetrust"),
                version: Cow::Borrowed(crate::VERSION),
            },
            verdict,
            inputs,
            checks,
            preset: severities.preset,
            severities: severities.overrides.clone(),
            summary,
            packages,
            findings,
        }
    }
}

fn worst(findings: &[Finding]) -> Verdict {
    if findings.iter().any(|f| f.severity == Severity::Error) {
        Verdict::Fail
    } else if findings
        .iter()
        .any(|f| f.class == Class::Coverage && f.severity == Severity::Warning)
    {
        Verdict::Incomplete
    } else {
        Verdict::Pass
    }
}

fn settle_statuses(packages: &mut [PackageReport], findings: &[Finding]) {
    let mut by_id: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        if let Some(id) = &finding.package {
            by_id.entry(id).or_default().push(finding);
        }
    }
    for package in packages {
        let own = by_id
            .get(package.id.as_str())
            .map_or(&[][..], Vec::as_slice);
        package.counts = Counts::default();
        for finding in own {
            match finding.severity {
                Severity::Error => package.counts.error += 1,
                Severity::Warning => package.counts.warning += 1,
                Severity::Info => package.counts.info += 1,
            }
            if finding.severity == Severity::Error {
                for artifact in &mut package.artifacts {
                    if finding.artifact.as_deref() == Some(artifact.location.as_str()) {
                        artifact.status = Status::Failed;
                    }
                }
            }
        }
        if package.counts.error > 0 {
            package.status = Status::Failed;
        }
    }
}

fn truncate(findings: Vec<Finding>, severities: &Severities, limit: u64) -> Vec<Finding> {
    let mut kept: Vec<Finding> = Vec::with_capacity(findings.len());
    let mut run: u64 = 0;
    let mut dropped: u64 = 0;
    let mut last: Option<Option<String>> = None;
    let close = |kept: &mut Vec<Finding>, package: Option<String>, dropped: u64| {
        if dropped > 0 {
            let mut finding = Finding::new(
                Code::FindingsTruncated,
                format!("{dropped} more findings are not listed"),
            );
            finding.package = package;
            finding.severity = severities.of(finding.code);
            kept.push(finding);
        }
    };
    for finding in findings {
        if last.as_ref() != Some(&finding.package) {
            if let Some(package) = last.take() {
                close(&mut kept, package, dropped);
            }
            (run, dropped) = (0, 0);
            last = Some(finding.package.clone());
        }
        run += 1;
        if run > limit {
            dropped += 1;
        } else {
            kept.push(finding);
        }
    }
    if let Some(package) = last {
        close(&mut kept, package, dropped);
    }
    kept.sort_by(|a, b| a.order().cmp(&b.order()));
    kept
}

fn summarize(packages: &[PackageReport], unlisted: u64, bytes: u64) -> Summary {
    let mut summary = Summary {
        packages: packages.len() as u64,
        unlisted,
        bytes,
        ..Summary::default()
    };
    for package in packages {
        match package.status {
            Status::Ok => summary.ok += 1,
            Status::Failed => summary.failed += 1,
            Status::Unchecked => summary.unchecked += 1,
            Status::Local => summary.local += 1,
            Status::Skipped => summary.skipped += 1,
        }
    }
    summary.checked = summary.ok + summary.failed;
    summary
}

impl Report {
    /// The report as compact JSON, without a trailing newline.
    pub fn to_json(&self) -> String {
        // Serialising plain structs of strings and numbers cannot fail.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Whether the verdict is `pass`.
    pub fn passed(&self) -> bool {
        self.verdict == Verdict::Pass
    }
}
