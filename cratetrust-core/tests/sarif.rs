//! Reports as SARIF 2.1.0: valid by the standard's own JSON schema, relative, escaped, the same bytes
//! every time, and saying what the report says.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail by panicking"
)]

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use cratetrust_core::report::{
    Code, Draft, Finding, Report, ReportInput, Severities, Severity, sarif_log,
};
use cratetrust_core::sbom::Format;
use cratetrust_core::{Input, Options, diff_lockfiles, generate_sbom, verify_package, verify_sbom};
use serde_json::Value;

fn corpus() -> PathBuf {
    std::env::var_os("CRATETRUST_CORPUS").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.corpus")),
        PathBuf::from,
    )
}

/// The schema of the standard, which the crate `serde-sarif` of the corpus carries.
fn schema() -> jsonschema::Validator {
    const CRATE: &str = "serde-sarif-0.8.0";
    let path = corpus().join("crates").join(format!("{CRATE}.crate"));
    let packed = std::fs::read(path)
        .unwrap_or_else(|_| panic!("the corpus lacks {CRATE}: run `make corpus`"));
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(&*packed));
    let wanted = PathBuf::from(CRATE).join("src/schema.json");
    let mut text = String::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        if entry.path().unwrap() == wanted {
            entry.read_to_string(&mut text).unwrap();
        }
    }
    let mut schema: Value = serde_json::from_str(&text).unwrap();
    drop_misspelt_patterns(&mut schema);
    let id = schema["$id"].as_str().unwrap();
    assert!(id.ends_with("sarif-schema-2.1.0.json"), "{id}");
    jsonschema::validator_for(&schema).unwrap()
}

/// The schema's pattern for languages has a bracket too many for strict readers of patterns; no log of
/// ours states a language.
fn drop_misspelt_patterns(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|key, value| {
                key != "pattern" || value != "^[a-zA-Z]{2}|^[a-zA-Z]{2}-[a-zA-Z]{2}]?$"
            });
            fields.values_mut().for_each(drop_misspelt_patterns);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_misspelt_patterns),
        _ => {}
    }
}

/// Holds a log to the schema and to the report that it renders.
fn check(schema: &jsonschema::Validator, report: &Report) -> Value {
    let text = report.to_sarif();
    assert_eq!(text, report.clone().to_sarif());
    // What went through JSON, as every binding's report did, is the same report.
    let json = report.to_json();
    let again = Report::from_json(&json).unwrap();
    assert_eq!(again.to_json(), json);
    assert_eq!(again.to_sarif(), text);
    let log: Value = serde_json::from_str(&text).unwrap();
    let errors: Vec<String> = schema
        .iter_errors(&log)
        .take(5)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let ids: BTreeSet<&str> = rules.iter().map(|r| r["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), rules.len(), "a rule stands twice");
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), report.findings.len());
    for (result, finding) in results.iter().zip(&report.findings) {
        assert_eq!(result["ruleId"], finding.code.name());
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], finding.code.name());
        let level = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "note",
        };
        assert_eq!(result["level"], level);
        let location = &result["locations"][0];
        let uri = location["physicalLocation"]["artifactLocation"]["uri"].as_str();
        let uri = uri.unwrap_or_else(|| panic!("no place: {result}"));
        assert!(
            !uri.starts_with('/') && !uri.contains(':') && !uri.contains(".."),
            "{uri}"
        );
        if let Some(package) = &finding.package {
            let names = location["logicalLocations"].as_array().unwrap();
            assert!(
                names.iter().any(|n| n["name"] == package.as_str())
                    || package.chars().any(|c| c.is_control()),
                "{location}"
            );
        }
    }
    let raised: BTreeSet<&str> = report.findings.iter().map(|f| f.code.name()).collect();
    assert_eq!(ids, raised, "rules are those that were broken");
    assert_eq!(run["properties"]["verdict"], report.verdict.name());
    log
}

fn finished(findings: Vec<Finding>, inputs: Vec<ReportInput>) -> Report {
    Draft {
        inputs,
        checks: vec!["components".to_owned()],
        findings,
        ..Draft::default()
    }
    .finish(&Severities::default(), 1000)
}

fn input(role: &str, name: &str) -> ReportInput {
    ReportInput {
        role: role.to_owned(),
        name: name.to_owned(),
        sha256: None,
    }
}

#[test]
fn every_code_makes_a_valid_log() {
    let schema = schema();
    let findings = Code::ALL
        .iter()
        .enumerate()
        .map(|(number, code)| {
            let finding = Finding::new(*code, code.text()).package(format!("p{number}@1.0.0"));
            match number % 3 {
                0 => finding
                    .artifact("p.crate")
                    .path("p-1.0.0/src/lib.rs")
                    .offset(512),
                1 => finding.path("/components/3").values("a", "b"),
                _ => finding,
            }
        })
        .collect();
    let inputs = vec![input("lockfile", "Cargo.lock"), input("sbom", "bom.json")];
    let log = check(&schema, &finished(findings, inputs));
    let rules = log["runs"][0]["tool"]["driver"]["rules"]
        .as_array()
        .unwrap();
    assert_eq!(rules.len(), Code::ALL.len());
    for rule in rules {
        let code = Code::from_name(rule["id"].as_str().unwrap()).unwrap();
        assert_eq!(rule["shortDescription"]["text"], code.text());
    }
}

#[test]
fn reports_of_all_verbs_are_valid() {
    let schema = schema();
    let read = |name: &str| std::fs::read(corpus().join("locks").join(name)).unwrap();
    let (old, new) = (read("ripgrep-11.0.2.lock"), read("ripgrep-14.1.1.lock"));
    let lock = |bytes: &[u8]| Input::from_bytes("Cargo.lock", bytes);
    let options = Options::default();
    let made = generate_sbom(&[lock(&new)], &options).unwrap();
    check(&schema, &made.report);
    let document = made.write(Format::CycloneDxJson, None).unwrap();
    let document = Input::from_bytes("bom.json", document);
    let honest = verify_sbom(&document, &[lock(&new)], &options).unwrap();
    let log = check(&schema, &honest);
    assert_eq!(log["runs"][0]["results"], Value::Array(Vec::new()));
    let wrong = verify_sbom(&document, &[lock(&old)], &options).unwrap();
    let log = check(&schema, &wrong);
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert!(results.len() > 20, "two lockfiles three versions apart");
    let of_sbom = |result: &&Value| {
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "bom.json"
    };
    assert_eq!(results.iter().filter(of_sbom).count(), results.len());
    check(
        &schema,
        &diff_lockfiles(&lock(&old), &lock(&new), &options).unwrap(),
    );
    let hostile = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/conformance/inputs");
    let mut crates = Vec::new();
    find_crates(&hostile, &mut crates);
    assert!(!crates.is_empty(), "no conformance crates");
    for path in crates {
        check(
            &schema,
            &verify_package(&Input::from_path(path), &options).unwrap(),
        );
    }
}

fn find_crates(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            find_crates(&path, found);
        } else if path.extension().is_some_and(|e| e == "crate") {
            found.push(path);
        }
    }
}

#[test]
fn hostile_names_are_escaped() {
    let name = "a\u{1b}[2J\u{202e}b](javascript:x)[c](http://example.org/)<script>{0}\n";
    let finding = Finding::new(
        Code::ComponentExtra,
        format!("`{name}` is not in the evidence"),
    )
    .package(name)
    .artifact("/../\u{202e}x:y/\u{1b}")
    .path(name)
    .values(name, "x".repeat(1 << 20));
    let report = finished(vec![finding], vec![input("sbom", "/abs/\u{7f}x.json")]);
    let log = check(&schema(), &report);
    let text = log.to_string();
    assert!(text.len() < 20_000, "a value is endless");
    let misleading = |c: char| c.is_control() || matches!(c, '\u{202e}' | '\u{7f}');
    for string in strings(&log) {
        assert!(!string.chars().any(misleading), "{string:?}");
    }
    let message = log["runs"][0]["results"][0]["message"]["text"]
        .as_str()
        .unwrap();
    assert!(message.contains("\\[c\\](http"), "{message}");
    assert!(
        message.contains("{{0}}") && !message.contains("[2J\u{202e}"),
        "{message}"
    );
}

fn strings(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().flat_map(strings).collect(),
        Value::Object(fields) => fields.values().flat_map(strings).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn severities_of_the_caller_are_levels_of_rules() {
    let mut severities = Severities::default();
    severities.set(Code::PurlMissing, Severity::Error);
    let report = Draft {
        findings: vec![Finding::new(Code::PurlMissing, "no purl")],
        inputs: vec![input("sbom", "bom.json")],
        ..Draft::default()
    }
    .finish(&severities, 10);
    let log = check(&schema(), &report);
    let rule = &log["runs"][0]["tool"]["driver"]["rules"][0];
    assert_eq!(rule["defaultConfiguration"]["level"], "error");
}

#[test]
fn several_reports_are_runs_of_one_log() {
    let one = finished(vec![], vec![input("sbom", "a.json")]);
    let two = finished(
        vec![Finding::new(Code::PurlMissing, "no purl")],
        vec![input("sbom", "b.json")],
    );
    let log: Value = serde_json::from_str(&sarif_log(&[&one, &two])).unwrap();
    assert!(schema().is_valid(&log));
    assert_eq!(log["runs"].as_array().unwrap().len(), 2);
    assert_eq!(log["runs"][1]["results"][0]["ruleId"], "purl-missing");
}

#[test]
fn what_is_no_report_is_an_error() {
    let honest = Draft::default()
        .finish(&Severities::default(), 10)
        .to_json();
    for (from, to) in [
        ("cratetrust.report/1", "cratetrust.report/2"),
        ("\"verdict\":\"incomplete\"", "\"verdict\":\"fine\""),
        (
            "\"severities\":{}",
            "\"severities\":{\"no-such-code\":\"error\"}",
        ),
        (
            "\"inputs\":[]",
            "\"inputs\":[{\"role\":\"sbom\",\"name\":\"a\",\"sha256\":\"00\"}]",
        ),
        (
            "\"findings\":[]",
            "\"findings\":[{\"code\":\"no-such-code\"}]",
        ),
        ("\"findings\":[]", "\"findings\":{}"),
        ("\"checks\":[],", ""),
        ("}", ""),
    ] {
        let text = honest.replacen(from, to, 1);
        assert_ne!(text, honest, "{from}");
        let error = Report::from_json(&text).unwrap_err();
        assert_eq!(error.kind(), cratetrust_core::ErrorKind::Parse, "{text}");
    }
    let more = honest.replacen('{', "{\"later\":1,", 1);
    assert_eq!(Report::from_json(&more).unwrap().to_json(), honest);
}
