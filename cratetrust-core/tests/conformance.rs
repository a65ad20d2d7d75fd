//! The shared conformance cases (tests/conformance) through the Rust door.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail by panicking"
)]

use std::fs;
use std::path::{Path, PathBuf};

use cratetrust_core::lockfile::Lockfile;
use cratetrust_core::report::{Report, Verdict};
use cratetrust_core::sbom::Format;
use cratetrust_core::{Input, Options, Result};
use serde_json::Value;

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/conformance")
        .canonicalize()
        .unwrap()
}

fn text<'c>(case: &'c Value, key: &str) -> &'c str {
    case[key]
        .as_str()
        .unwrap_or_else(|| panic!("{}: no `{key}`", case["name"]))
}

fn input(case: &Value, key: &str) -> Input {
    Input::from_path(text(case, key))
}

fn evidence(case: &Value) -> Vec<Input> {
    case["evidence"]
        .as_array()
        .unwrap()
        .iter()
        .map(|path| Input::from_path(path.as_str().unwrap()))
        .collect()
}

/// The answer's bytes and the command's exit status.
fn answer(case: &Value) -> (Vec<u8>, i64) {
    let outcome =
        Options::from_json(&case["options"].to_string()).and_then(|options| run(case, &options));
    outcome.unwrap_or_else(|error| (error.to_json().into_bytes(), 2))
}

fn run(case: &Value, options: &Options) -> Result<(Vec<u8>, i64)> {
    let of_report = |report: Report| {
        let status = i64::from(report.verdict != Verdict::Pass);
        let text = match case["format"].as_str() {
            Some("sarif") => report.to_sarif(),
            _ => report.to_json(),
        };
        (text.into_bytes(), status)
    };
    Ok(match text(case, "verb") {
        "verify_package" => of_report(cratetrust_core::verify_package(
            &input(case, "input"),
            options,
        )?),
        "generate_sbom" => {
            let format = Format::from_name(text(case, "format"))?;
            let made = cratetrust_core::generate_sbom(&evidence(case), options)?;
            let status = i64::from(made.report.verdict == Verdict::Fail);
            (made.write(format, case["spec_version"].as_str())?, status)
        }
        "verify_sbom" => of_report(cratetrust_core::verify_sbom(
            &input(case, "sbom"),
            &evidence(case),
            options,
        )?),
        "diff_lockfiles" => of_report(cratetrust_core::diff_lockfiles(
            &input(case, "old"),
            &input(case, "new"),
            options,
        )?),
        "inspect" => {
            let inspection = cratetrust_core::inspect(&input(case, "input"), options)?;
            let open = inspection.assessment.as_ref().is_some_and(|a| !a.complete);
            (inspection.to_json().into_bytes(), i32::from(open).into())
        }
        "read_lockfile" => {
            let (lockfile, _) =
                Lockfile::read(&input(case, "input"), &options.limits, &options.cancel)?;
            (lockfile.to_json().into_bytes(), 0)
        }
        verb => panic!("no verb is called `{verb}`"),
    })
}

#[test]
fn every_case_gives_the_expected_bytes() {
    // One test owns this process's working directory: errors name the paths of the cases.
    std::env::set_current_dir(directory()).unwrap();
    let cases: Value = serde_json::from_slice(&fs::read("cases.json").unwrap()).unwrap();
    let update = std::env::var_os("UPDATE_CONFORMANCE").is_some();
    let mut faults = Vec::new();
    let cases = cases["cases"].as_array().unwrap();
    assert!(cases.len() > 50);
    for case in cases {
        let name = text(case, "name");
        let (actual, status) = answer(case);
        let expected = PathBuf::from(format!("expected/{name}.json"));
        if update {
            fs::create_dir_all("expected").unwrap();
            fs::write(&expected, &actual).unwrap();
        }
        if status != case["status"].as_i64().unwrap() {
            faults.push(format!(
                "{name}: status {status}, expected {}",
                case["status"]
            ));
        }
        match fs::read(&expected) {
            Ok(bytes) if bytes == actual => {}
            Ok(_) => faults.push(format!(
                "{name}: other bytes: {}",
                String::from_utf8_lossy(&actual)
            )),
            Err(e) => faults.push(format!("{name}: {e}")),
        }
    }
    assert!(
        faults.is_empty(),
        "{} of {} cases:\n{}",
        faults.len(),
        cases.len(),
        faults.join("\n")
    );
}

#[test]
fn every_expected_file_has_its_case() {
    let cases = fs::read_to_string(directory().join("cases.json")).unwrap();
    for entry in fs::read_dir(directory().join("expected")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let name = name.trim_end_matches(".json");
        assert!(
            cases.contains(&format!("\"name\": \"{name}\"")),
            "expected/{name}.json belongs to no case"
        );
    }
}
