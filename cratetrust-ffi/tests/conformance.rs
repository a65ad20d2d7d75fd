//! The shared conformance cases (tests/conformance) through the C functions.
#![allow(
    unsafe_code,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that calls C functions and may fail"
)]

#[path = "common/fixture.rs"]
mod fixture;

use std::path::Path;
use std::ptr::{null, null_mut};

use cratetrust::*;
use fixture::*;
use serde_json::Value;

fn text_of<'c>(case: &'c Value, key: &str) -> &'c str {
    case[key]
        .as_str()
        .unwrap_or_else(|| panic!("{}: no `{key}`", case["name"]))
}

/// Handles that are freed together.
struct Handles {
    options: *mut cratetrust_options,
    inputs: Vec<*const cratetrust_input>,
}

impl Handles {
    fn input(&mut self, path: &str) -> *const cratetrust_input {
        // SAFETY: that many bytes.
        let input =
            good(|out, err| unsafe { cratetrust_input_from_path(ptr(path), path.len(), out, err) });
        self.inputs.push(input);
        input
    }

    fn evidence(&mut self, case: &Value) -> Vec<*const cratetrust_input> {
        let paths = case["evidence"].as_array().unwrap();
        paths
            .iter()
            .map(|path| self.input(path.as_str().unwrap()))
            .collect()
    }
}

impl Drop for Handles {
    fn drop(&mut self) {
        // SAFETY: each is owned and freed once.
        unsafe {
            cratetrust_options_free(self.options);
            for input in &self.inputs {
                cratetrust_input_free(input.cast_mut());
            }
        }
    }
}

/// The answer, and the exit status of the command.
type Answer = Result<(String, i64), String>;

/// The call's result, or the JSON of its error.
fn ask<T>(call: impl FnOnce(*mut *mut T, Err) -> i32) -> Result<*mut T, String> {
    let (mut out, mut err) = (null_mut(), null_mut());
    if call(&raw mut out, &raw mut err) == CRATETRUST_STATUS_OK {
        return Ok(out);
    }
    // SAFETY: a failing call stores an error, freed here once.
    unsafe {
        let details = text(|len| cratetrust_error_details_json(err, len)).unwrap();
        cratetrust_error_free(err);
        Err(details)
    }
}

fn of_report(case: &Value, report: *mut cratetrust_report) -> Answer {
    // SAFETY: an owned report, freed here once.
    unsafe {
        let json = take(good(|out, err| match case["format"].as_str() {
            Some("sarif") => cratetrust_report_to_sarif(report, out, err),
            _ => cratetrust_report_to_json(report, out, err),
        }));
        let pass = cratetrust_report_verdict(report) == CRATETRUST_VERDICT_PASS;
        cratetrust_report_free(report);
        Ok((json, i64::from(!pass)))
    }
}

fn run(case: &Value) -> Answer {
    let mut handles = Handles {
        options: cratetrust_options_new(),
        inputs: Vec::new(),
    };
    let options = handles.options;
    let json = case["options"].to_string();
    // SAFETY: every handle lives until `handles` goes; every text has its length.
    unsafe {
        ask::<()>(|_, err| cratetrust_options_set_json(options, ptr(&json), json.len(), err))?;
        match text_of(case, "verb") {
            "verify_package" => {
                let input = handles.input(text_of(case, "input"));
                of_report(
                    case,
                    ask(|out, err| cratetrust_verify_package(input, options, out, err))?,
                )
            }
            "generate_sbom" => {
                let evidence = handles.evidence(case);
                let name = text_of(case, "format");
                let format = cratetrust_format_from_name(ptr(name), name.len());
                let (spec, spec_len) = match case["spec_version"].as_str() {
                    Some(spec) => (ptr(spec), spec.len()),
                    None => (null(), 0),
                };
                let bom = ask(|out, err| {
                    cratetrust_generate_sbom(evidence.as_ptr(), evidence.len(), options, out, err)
                })?;
                let verdict = cratetrust_report_verdict(cratetrust_bom_report(bom));
                let document =
                    ask(|out, err| cratetrust_bom_write(bom, format, spec, spec_len, out, err));
                cratetrust_bom_free(bom);
                let status = i64::from(verdict == CRATETRUST_VERDICT_FAIL);
                Ok((take(document?), status))
            }
            "verify_sbom" => {
                let sbom = handles.input(text_of(case, "sbom"));
                let evidence = handles.evidence(case);
                of_report(
                    case,
                    ask(|out, err| {
                        let (inputs, count) = (evidence.as_ptr(), evidence.len());
                        cratetrust_verify_sbom(sbom, inputs, count, options, out, err)
                    })?,
                )
            }
            "diff_lockfiles" => {
                let old = handles.input(text_of(case, "old"));
                let new = handles.input(text_of(case, "new"));
                of_report(
                    case,
                    ask(|out, err| cratetrust_diff_lockfiles(old, new, options, out, err))?,
                )
            }
            "inspect" => {
                let input = handles.input(text_of(case, "input"));
                let json = ask(|out, err| cratetrust_inspect(input, options, out, err))?;
                let text = take(json);
                let found: Value = serde_json::from_str(&text).unwrap();
                let open = found["facts"]["profile"]["complete"] == false;
                Ok((text, i64::from(open)))
            }
            "read_lockfile" => {
                let input = handles.input(text_of(case, "input"));
                let lockfile = ask(|out, err| cratetrust_lockfile_read(input, options, out, err))?;
                let json = good(|out, err| cratetrust_lockfile_to_json(lockfile, out, err));
                cratetrust_lockfile_free(lockfile);
                Ok((take(json), 0))
            }
            verb => panic!("no verb is called `{verb}`"),
        }
    }
}

#[test]
fn every_case_gives_the_expected_bytes() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/conformance");
    // One test owns this process's working directory: errors name the paths of the cases.
    std::env::set_current_dir(directory).unwrap();
    let cases: Value = serde_json::from_slice(&std::fs::read("cases.json").unwrap()).unwrap();
    let cases = cases["cases"].as_array().unwrap();
    assert!(cases.len() > 50);
    let mut faults = Vec::new();
    for case in cases {
        let name = text_of(case, "name");
        let (actual, status) = run(case).unwrap_or_else(|error| (error, 2));
        if status != case["status"].as_i64().unwrap() {
            faults.push(format!(
                "{name}: status {status}, expected {}",
                case["status"]
            ));
        }
        match std::fs::read_to_string(format!("expected/{name}.json")) {
            Ok(expected) if expected == actual => {}
            Ok(_) => faults.push(format!("{name}: other bytes: {actual}")),
            Err(e) => faults.push(format!("{name}: {e}")),
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
