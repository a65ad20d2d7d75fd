//! Package URLs against the test suite of the purl specification: its general cases and those of
//! the types `cargo` and `generic`.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests"
)]

use std::collections::BTreeMap;
use std::path::PathBuf;

use cratetrust_core::Result;
use cratetrust_core::package::Purl;
use serde_json::Value;

fn suite() -> Option<PathBuf> {
    let root = std::env::var_os("CRATETRUST_SPEC_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"),
        PathBuf::from,
    );
    let dir = root.join("purl");
    if dir.is_dir() {
        return Some(dir);
    }
    let in_ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
    assert!(
        !in_ci,
        "{} is missing: set CRATETRUST_SPEC_DATA",
        dir.display()
    );
    eprintln!("skipped: {} is missing", dir.display());
    None
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn build(parts: &Value) -> Result<Purl> {
    let mut purl = Purl::new(
        parts["type"].as_str().unwrap_or_default(),
        parts["name"].as_str().unwrap_or_default(),
    )?;
    purl.namespace = text(&parts["namespace"]);
    purl.version = text(&parts["version"]);
    purl.subpath = text(&parts["subpath"]);
    if let Some(qualifiers) = parts["qualifiers"].as_object() {
        purl.qualifiers = qualifiers
            .iter()
            .map(|(key, value)| (key.clone(), value.as_str().unwrap().to_owned()))
            .collect::<BTreeMap<_, _>>();
    }
    purl.canonical()?;
    Ok(purl)
}

#[test]
fn the_official_cases_hold() {
    let Some(dir) = suite() else { return };
    let mut ran = BTreeMap::new();
    for file in ["specification", "cargo", "generic"] {
        let path = dir.join(format!("{file}-test.json"));
        let json: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        for case in json["tests"].as_array().unwrap() {
            let kind = case["test_type"].as_str().unwrap();
            let input = &case["input"];
            let result = match kind {
                "build" => build(input),
                "parse" | "validate" => input.as_str().unwrap().parse(),
                other => panic!("an unknown kind of test: {other}"),
            };
            *ran.entry(kind.to_owned()).or_insert(0) += 1;
            if case["expected_failure"] == true {
                assert!(result.is_err(), "{case}");
                continue;
            }
            let purl: Purl = result.unwrap_or_else(|error| panic!("{error}: {case}"));
            let wanted = &case["expected_output"];
            if kind == "parse" {
                assert_eq!(purl, build(wanted).unwrap(), "{case}");
            } else {
                assert_eq!(
                    purl.canonical().unwrap(),
                    wanted.as_str().unwrap(),
                    "{case}"
                );
            }
        }
    }
    for kind in ["parse", "build", "validate"] {
        assert!(ran.get(kind).is_some_and(|count| *count > 5), "{ran:?}");
    }
}
