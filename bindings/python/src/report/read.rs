//! A report's JSON form as typed parts.

use cratetrust_core::report::SCHEMA;
use cratetrust_core::{Error, Result};
use serde_json::{Map, Value};

use super::{ArtifactReport, Counts, Finding, PackageReport, ReportInput, Summary};
use crate::convert::Many;

/// What a report holds.
pub(super) struct Parts {
    /// The report as compact JSON, with the keys that are not known here.
    pub(super) json: String,
    pub(super) verdict: String,
    pub(super) inputs: Vec<ReportInput>,
    pub(super) checks: Vec<String>,
    pub(super) preset: String,
    pub(super) severities: Vec<(String, String)>,
    pub(super) summary: Summary,
    pub(super) packages: Vec<PackageReport>,
    pub(super) findings: Vec<Finding>,
}

/// Reads a report of schema `cratetrust.report/1`; keys that are not known are passed over.
pub(super) fn report(text: &str) -> Result<Parts> {
    let value: Value = serde_json::from_str(text).map_err(|error| {
        Error::parse(format!("the report is no JSON: {error}"))
            .at_line(error.line() as u64, Some(error.column() as u64))
    })?;
    let top = Object::of(&value, "the report")?;
    if top.string("schema")? != SCHEMA {
        return Err(Error::parse(format!(
            "the report is not of schema {SCHEMA}"
        )));
    }
    let verdict = top.string("verdict")?;
    if !matches!(verdict.as_str(), "pass" | "fail" | "incomplete") {
        return Err(Error::parse("the report's verdict is not known"));
    }
    let parts = Parts {
        json: String::new(),
        verdict,
        inputs: top.each("inputs", input)?,
        checks: top.strings("checks")?,
        preset: top.string("preset")?,
        severities: top
            .object("severities")?
            .0
            .iter()
            .map(|(code, level)| match level.as_str() {
                Some(level) => Ok((code.clone(), level.to_owned())),
                None => Err(wrong("severities", "an object of strings")),
            })
            .collect::<Result<_>>()?,
        summary: summary(&top.object("summary")?)?,
        packages: top.each("packages", package)?,
        findings: top.each("findings", finding)?,
    };
    Ok(Parts {
        json: value.to_string(),
        ..parts
    })
}

fn input(object: &Object<'_>) -> Result<ReportInput> {
    Ok(ReportInput {
        role: object.string("role")?,
        name: object.string("name")?,
        sha256: object.text("sha256")?,
    })
}

fn summary(object: &Object<'_>) -> Result<Summary> {
    Ok(Summary {
        packages: object.count("packages")?,
        checked: object.count("checked")?,
        ok: object.count("ok")?,
        failed: object.count("failed")?,
        unchecked: object.count("unchecked")?,
        local: object.count("local")?,
        skipped: object.count("skipped")?,
        unlisted: object.count("unlisted")?,
        bytes: object.count("bytes")?,
    })
}

fn package(object: &Object<'_>) -> Result<PackageReport> {
    let counts = object.object("counts")?;
    Ok(PackageReport {
        id: object.string("id")?,
        name: object.string("name")?,
        version: object.string("version")?,
        source: object.text("source")?,
        anchors: Many(object.strings("anchors")?),
        status: object.string("status")?,
        counts: Counts {
            error: counts.count("error")?,
            warning: counts.count("warning")?,
            info: counts.count("info")?,
        },
        artifacts: Many(object.each("artifacts", artifact)?),
    })
}

fn artifact(object: &Object<'_>) -> Result<ArtifactReport> {
    Ok(ArtifactReport {
        kind: object.string("kind")?,
        location: object.string("location")?,
        sha256: object.text("sha256")?,
        checks: Many(object.strings("checks")?),
        status: object.string("status")?,
    })
}

fn finding(object: &Object<'_>) -> Result<Finding> {
    Ok(Finding {
        code: object.string("code")?,
        class_: object.string("class")?,
        severity: object.string("severity")?,
        message: object.string("message")?,
        package: object.text("package")?,
        artifact: object.text("artifact")?,
        path: object.text("path")?,
        path_hex: object.text("path_hex")?,
        offset: match object.get("offset")? {
            Value::Null => None,
            _ => Some(object.count("offset")?),
        },
        expected: object.text("expected")?,
        actual: object.text("actual")?,
        external: object
            .get("external")?
            .as_bool()
            .ok_or_else(|| wrong("external", "true or false"))?,
    })
}

fn wrong(key: &str, wanted: &str) -> Error {
    Error::parse(format!("`{key}` of the report is not {wanted}"))
}

/// A JSON object whose every known key must be there.
struct Object<'v>(&'v Map<String, Value>);

impl<'v> Object<'v> {
    fn of(value: &'v Value, key: &str) -> Result<Self> {
        value
            .as_object()
            .map(Self)
            .ok_or_else(|| wrong(key, "an object"))
    }

    fn get(&self, key: &str) -> Result<&'v Value> {
        self.0
            .get(key)
            .ok_or_else(|| Error::parse(format!("the report lacks the key `{key}`")))
    }

    fn object(&self, key: &str) -> Result<Self> {
        Self::of(self.get(key)?, key)
    }

    fn string(&self, key: &str) -> Result<String> {
        self.text(key)?.ok_or_else(|| wrong(key, "a string"))
    }

    fn text(&self, key: &str) -> Result<Option<String>> {
        match self.get(key)? {
            Value::Null => Ok(None),
            Value::String(text) => Ok(Some(text.clone())),
            _ => Err(wrong(key, "a string")),
        }
    }

    fn count(&self, key: &str) -> Result<u64> {
        self.get(key)?
            .as_u64()
            .ok_or_else(|| wrong(key, "a whole number"))
    }

    fn list(&self, key: &str) -> Result<&'v [Value]> {
        self.get(key)?
            .as_array()
            .map(Vec::as_slice)
            .ok_or_else(|| wrong(key, "a list"))
    }

    fn strings(&self, key: &str) -> Result<Vec<String>> {
        self.list(key)?
            .iter()
            .map(|item| {
                item.as_str()
                    .map(str::to_owned)
                    .ok_or_else(|| wrong(key, "a list of strings"))
            })
            .collect()
    }

    fn each<T>(&self, key: &str, read: impl Fn(&Object<'v>) -> Result<T>) -> Result<Vec<T>> {
        self.list(key)?
            .iter()
            .map(|item| read(&Self::of(item, key)?))
            .collect()
    }
}
