//! Cargo's own records of a build as evidence, alone and joined with a Cargo.lock.
//!
//! The records were made by cargo 1.95 from one workspace (`tests/oracle/README.md` tells how, with a
//! compiler that only touches files); its paths were then replaced.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail by panicking"
)]

use std::collections::BTreeSet;

use cratetrust_core::bom::{Bom, EdgeKind, EvidenceLevel, Scope};
use cratetrust_core::evidence::{Gathered, gather};
use cratetrust_core::package::SourceKind;
use cratetrust_core::report::{Code, Verdict};
use cratetrust_core::sbom::Format;
use cratetrust_core::{Error, ErrorKind, Input, Options, generate_sbom, verify_sbom};
use proptest::prelude::*;
use serde_json::{Value, json};

mod sbom_support;

const APP: &str = include_str!("fixtures/records/app.cargo-sbom.json");
const TOOL: &str = include_str!("fixtures/records/tool.cargo-sbom.json");
const GRAPH: &str = include_str!("fixtures/records/unit-graph.json");
const LOCK: &str = include_str!("fixtures/records/Cargo.lock");
const REV: &str = "623cf3fffde4ee628583dd5c52ba9877c66565c4";

fn input(text: &str) -> Input {
    Input::from_bytes("evidence", text.as_bytes())
}

fn read(texts: &[&str]) -> Result<Gathered, Error> {
    let inputs: Vec<Input> = texts.iter().map(|text| input(text)).collect();
    gather(&inputs, &Options::default())
}

fn bom(texts: &[&str]) -> Bom {
    read(texts).unwrap().bom
}

fn scopes(bom: &Bom) -> Vec<(String, Scope)> {
    bom.packages
        .iter()
        .map(|p| (format!("{}@{}", p.name, p.version), p.scope))
        .collect()
}

fn units(bom: &Bom) -> BTreeSet<(String, String, String, String)> {
    bom.packages
        .iter()
        .flat_map(|p| {
            p.units.iter().map(|u| {
                (
                    p.name.clone(),
                    u.kind.clone(),
                    u.platform.clone(),
                    u.features.join(","),
                )
            })
        })
        .collect()
}

fn edges(bom: &Bom) -> BTreeSet<(String, String, EdgeKind)> {
    bom.edges
        .iter()
        .map(|e| {
            let name = |at: usize| bom.packages[at].name.clone();
            (name(e.from), name(e.to), e.kind)
        })
        .collect()
}

#[test]
fn a_precursor_tells_units_scopes_edges_and_the_compiler() {
    let gathered = read(&[APP]).unwrap();
    assert_eq!(gathered.inputs[0].role, "cargo-sbom");
    assert!(gathered.findings.is_empty());
    let bom = gathered.bom;
    assert_eq!(bom.evidence[0].level, EvidenceLevel::CargoSbom);
    let scoped = |list: &[(&str, Scope)]| -> Vec<(String, Scope)> {
        list.iter().map(|(id, s)| ((*id).to_owned(), *s)).collect()
    };
    assert_eq!(
        scopes(&bom),
        scoped(&[
            ("app@0.1.0", Scope::Linked),
            ("glib@0.1.0", Scope::Linked),
            ("helper@0.2.0", Scope::Linked),
            ("itoa@1.0.19", Scope::Linked),
            ("mac@0.3.0", Scope::Build),
            ("memchr@2.8.3", Scope::Linked),
            ("unicode-ident@1.0.27", Scope::Build),
        ])
    );
    let unit = |name: &str, kind: &str, platform: &str, features: &str| {
        [name, kind, platform, features].map(str::to_owned).into()
    };
    assert_eq!(
        units(&bom),
        BTreeSet::from([
            unit("app", "bin", "target", "default,fast"),
            unit("app", "custom-build", "host", "default,fast"),
            unit("glib", "lib", "target", ""),
            unit("helper", "lib", "target", ""),
            unit("itoa", "lib", "target", ""),
            unit("mac", "proc-macro", "host", ""),
            unit("memchr", "lib", "host", "alloc,default,std"),
            unit("memchr", "lib", "target", ""),
            unit("unicode-ident", "lib", "host", ""),
        ])
    );
    // The declaring tables, not the precursor's own words: the proc-macro is `normal`, what the
    // build script uses `build`.
    let edge = |from: &str, to: &str, kind| (from.to_owned(), to.to_owned(), kind);
    assert_eq!(
        edges(&bom),
        BTreeSet::from([
            edge("app", "glib", EdgeKind::Normal),
            edge("app", "helper", EdgeKind::Normal),
            edge("app", "itoa", EdgeKind::Normal),
            edge("app", "mac", EdgeKind::Normal),
            edge("app", "memchr", EdgeKind::Build),
            edge("app", "memchr", EdgeKind::Normal),
            edge("helper", "itoa", EdgeKind::Normal),
            edge("mac", "unicode-ident", EdgeKind::Normal),
        ])
    );
    let selection = bom.selection.as_ref().unwrap();
    assert_eq!(selection.targets, ["x86_64-unknown-linux-gnu"]);
    assert_eq!(selection.host.as_deref(), Some("x86_64-unknown-linux-gnu"));
    assert_eq!(selection.packages, ["app"]);
    assert_eq!(selection.features, ["fast"]);
    assert!(selection.default_features);
    let toolchain = bom.toolchain.as_ref().unwrap();
    assert_eq!(toolchain.version.as_deref(), Some("1.95.0"));
    assert_eq!(toolchain.commit.as_deref().map(str::len), Some(40));
    assert_eq!(bom.roots, [0]);
    assert!(!format!("{bom:?}").contains("somebody"));
}

#[test]
fn the_unit_graph_tells_the_same_as_the_precursors_of_its_roots() {
    let (graph, records) = (bom(&[GRAPH]), bom(&[APP, TOOL]));
    assert_eq!(scopes(&graph), scopes(&records));
    assert_eq!(units(&graph), units(&records));
    assert_eq!(edges(&graph), edges(&records));
    assert_eq!(graph.roots, records.roots);
    let selection = graph.selection.unwrap();
    assert_eq!(selection.bins, ["app", "tool"]);
    assert_eq!(selection.packages, records.selection.unwrap().packages);
    // Who knows a package: of `helper` both, of `app` its own record.
    let knows = |name: &str| {
        let package = records.packages.iter().find(|p| p.name == name);
        package.unwrap().evidence.clone()
    };
    assert_eq!(knows("helper"), [0, 1]);
    assert_eq!(knows("app"), [0]);
    assert_eq!(knows("tool"), [1]);
}

#[test]
fn a_lockfile_adds_checksums_commits_and_what_is_not_built() {
    for order in [[APP, LOCK], [LOCK, APP]] {
        let gathered = read(&order).unwrap();
        assert_eq!(gathered.findings, []);
        assert_eq!(gathered.inputs.len(), 2);
        let bom = gathered.bom;
        let package = |name: &str| bom.packages.iter().find(|p| p.name == name).unwrap();
        assert!(package("itoa").checksum.sha256.is_some());
        assert_eq!(package("itoa").evidence, [0, 1]);
        assert_eq!(package("glib").source.kind, SourceKind::Git);
        assert_eq!(package("glib").source.rev.as_deref(), Some(REV));
        assert_eq!(
            package("glib").source.reference.as_deref(),
            Some("branch=main")
        );
        assert!(package("glib").purl.as_ref().unwrap().contains(REV));
        assert_eq!(package("app").purl, None);
        for name in ["cfg-if", "tool"] {
            assert_eq!(package(name).scope, Scope::NotBuilt, "{name}");
            assert_eq!(package(name).evidence, [1]);
        }
        assert_eq!(bom.roots.len(), 1);
        assert!(bom.edges.iter().all(|edge| edge.evidence == [0, 1]));
    }
}

#[test]
fn contradictions_with_the_lockfile_are_findings() {
    let contradicted = |lock: &str| {
        let gathered = read(&[APP, lock]).unwrap();
        assert!(
            gathered
                .findings
                .iter()
                .all(|f| f.code == Code::EvidenceContradiction)
        );
        let found: Vec<_> = gathered
            .findings
            .into_iter()
            .map(|f| (f.package.unwrap(), f.actual.unwrap()))
            .collect();
        found
    };
    assert_eq!(contradicted(LOCK), []);
    // Another version, another source, and a dependency that is gone.
    let other_version = LOCK.replace("version = \"1.0.19\"", "version = \"1.0.18\"");
    assert_eq!(
        contradicted(&other_version),
        [("itoa@1.0.19".to_owned(), "itoa@1.0.18".to_owned())]
    );
    let other_source = LOCK.replace("git.example/repository", "git.example/fork");
    // Both are in the document then, and told apart by their sources.
    assert_eq!(
        contradicted(&other_source),
        [(
            "glib@0.1.0 (git+https://git.example/repository?branch=main)".to_owned(),
            "glib@0.1.0".to_owned()
        )]
    );
    let no_edge = LOCK.replace(" \"mac\",\n", "");
    assert_eq!(
        contradicted(&no_edge),
        [("app@0.1.0".to_owned(), "no dependency".to_owned())]
    );
    let inputs = [input(APP), input(&other_version)];
    let generated = generate_sbom(&inputs, &Options::default()).unwrap();
    assert_eq!(generated.report.verdict, Verdict::Fail);
    assert_eq!(generated.bom.packages.len(), 10, "the document is whole");
}

#[test]
fn what_cannot_be_joined_is_refused() {
    let document = generate_sbom(&[input(LOCK)], &Options::default())
        .unwrap()
        .write(Format::CycloneDxJson, None)
        .unwrap();
    let document = String::from_utf8(document).unwrap();
    for texts in [
        &[LOCK, LOCK][..],
        &[APP, LOCK, LOCK],
        &[&document, APP],
        &[APP, &document],
    ] {
        let error = read(texts).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert_eq!(error.path(), Some("evidence"));
    }
}

#[test]
fn documents_of_records_are_valid_and_pass_their_own_check() {
    let cyclonedx = sbom_support::cyclonedx_validator("1.6");
    let spdx = sbom_support::spec_data("spdx-3.0.1/schema.json")
        .map(|schema| jsonschema::validator_for(&schema).unwrap());
    for texts in [&[APP, LOCK][..], &[APP], &[GRAPH, LOCK], &[APP, TOOL, LOCK]] {
        let evidence = || texts.iter().map(|text| input(text)).collect::<Vec<_>>();
        let generated = generate_sbom(&evidence(), &Options::default()).unwrap();
        for format in Format::ALL {
            let bytes = generated.write(format, None).unwrap();
            let text = String::from_utf8(bytes.clone()).unwrap();
            assert!(!text.contains("somebody"), "{text}");
            let validator = match format {
                Format::CycloneDxJson => &cyclonedx,
                Format::Spdx3Json => &spdx,
                _ => &None,
            };
            if let Some(validator) = validator {
                let document: Value = serde_json::from_slice(&bytes).unwrap();
                let faults: Vec<String> = validator
                    .iter_errors(&document)
                    .map(|e| format!("{}: {e}", e.instance_path()))
                    .collect();
                assert_eq!(faults, Vec::<String>::new(), "{format:?}");
            }
            let mut options = Options::default();
            options.level = cratetrust_core::options::Level::Full;
            let given = Input::from_bytes("bom", bytes);
            let report = verify_sbom(&given, &evidence(), &options).unwrap();
            let errors: Vec<_> = report
                .findings
                .iter()
                .filter(|f| f.code.class() == cratetrust_core::report::Class::Mismatch)
                .collect();
            assert!(errors.is_empty(), "{format:?}: {errors:#?}");
        }
    }
}

fn changed(text: &str, pointer: &str, value: Value) -> String {
    let mut json: Value = serde_json::from_str(text).unwrap();
    *json.pointer_mut(pointer).unwrap() = value;
    json.to_string()
}

#[test]
fn hostile_records_end_in_errors_that_name_the_place() {
    for (pointer, value, wanted) in [
        ("/root", json!(99), "/root: there is no crate 99"),
        ("/root", json!(-1), "invalid value"),
        (
            "/crates/0/dependencies/1/index",
            json!(9),
            "/crates/0/dependencies/1/index: there is no crate 9",
        ),
        (
            "/crates/0/dependencies/1/index",
            json!(u64::MAX),
            "/crates/0/dependencies/1/index",
        ),
        (
            "/crates/0/dependencies/1/kind",
            json!("dev"),
            "/crates/0/dependencies/1/kind",
        ),
        (
            "/crates/2/id",
            json!("#"),
            "/crates/2/id: it names no package",
        ),
        ("/crates/2/id", json!(7), "invalid type"),
        ("/crates/2/kind", json!([]), "/crates/2/kind"),
        ("/crates", json!({}), "invalid type"),
        ("/crates", json!([]), "/root: there is no crate 0"),
        (
            "/crates/4/dependencies",
            json!([{"index": 3, "kind": "normal"}]),
            "cycle",
        ),
        (
            "/crates/4/dependencies",
            json!([{"index": 4, "kind": "normal"}]),
            "cycle",
        ),
    ] {
        let error = read(&[&changed(APP, pointer, value)]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Parse, "{pointer}: {error}");
        assert!(error.message().contains(wanted), "{pointer}: {error}");
        assert!(error.message().starts_with('/') || error.line().is_some() || wanted == "cycle");
    }
    for (pointer, value, wanted) in [
        ("/roots/0", json!(999), "/roots/0: there is no unit 999"),
        (
            "/units/0/dependencies/0/index",
            json!(999),
            "/units/0/dependencies/0/index",
        ),
        ("/roots", json!([]), "/roots"),
        ("/units/0/target/kind", json!(["x"]), "/units/0/target/kind"),
    ] {
        let error = read(&[&changed(GRAPH, pointer, value)]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Parse, "{pointer}: {error}");
        assert!(error.message().contains(wanted), "{pointer}: {error}");
    }
    for text in [APP, GRAPH] {
        for version in [json!(2), json!("1"), Value::Null] {
            let error = read(&[&changed(text, "/version", version)]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::UnsupportedFormat, "{error}");
            assert!(error.message().contains("version 1 is read"), "{error}");
        }
    }
    let deep = format!("{{\"root\":0,\"crates\":{}", "[".repeat(100_000));
    let error = read(&[&deep]).unwrap_err();
    assert_eq!(error.limit_met().map(|(name, _)| name), Some("nesting"));
}

/// The known fault of cargo's precursor: an edge to a build script below a package that is not its.
#[test]
fn an_edge_to_the_build_script_of_another_package_is_none() {
    let wanted = bom(&[APP]);
    let mut json: Value = serde_json::from_str(APP).unwrap();
    let helper = json["crates"]
        .as_array()
        .unwrap()
        .iter()
        .position(|c| c["id"].as_str().unwrap().contains("helper"))
        .unwrap();
    json["crates"][helper]["dependencies"]
        .as_array_mut()
        .unwrap()
        .push(json!({"index": 1, "kind": "build"}));
    let found = bom(&[&json.to_string()]);
    assert_eq!(edges(&found), edges(&wanted));
    assert_eq!(scopes(&found), scopes(&wanted));
}

#[test]
fn ids_without_version_or_url_take_what_the_lockfile_knows() {
    let bare = APP
        .replace(
            "registry+https://github.com/rust-lang/crates.io-index#itoa@1.0.19",
            "itoa",
        )
        .replace(
            "registry+https://github.com/rust-lang/crates.io-index#unicode-ident@1.0.27",
            "unicode-ident@1.0.27",
        );
    assert_ne!(bare, APP);
    let gathered = read(&[&bare, LOCK]).unwrap();
    assert_eq!(gathered.findings, []);
    let whole = bom(&[APP, LOCK]);
    assert_eq!(gathered.bom.packages, whole.packages);
    assert_eq!(edges(&gathered.bom), edges(&whole));
    // Alone, the version stays untold.
    let alone = bom(&[&bare]);
    let itoa = alone.packages.iter().find(|p| p.name == "itoa").unwrap();
    assert_eq!((itoa.version.as_str(), &itoa.purl), ("", &None));
}

#[test]
fn many_crates_are_read_in_one_pass() {
    let count = 100_000;
    let crates: Vec<Value> = (0..count)
        .map(|at| {
            // A chain, which a recursive reader would not survive.
            let next = (at + 1 < count).then(|| json!({"index": at + 1, "kind": "normal"}));
            json!({"id": format!("path+file:///x#p{at}@1.0.0"), "kind": ["lib"], "features": [],
                   "dependencies": next.into_iter().collect::<Vec<_>>()})
        })
        .collect();
    let text = json!({"version": 1, "root": 0, "crates": crates}).to_string();
    let gathered = read(&[&text]).unwrap();
    assert_eq!(gathered.bom.packages.len(), count);
    assert!(
        gathered
            .bom
            .packages
            .iter()
            .all(|p| p.scope == Scope::Linked)
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Any one value replaced by any other ends in an answer or in a typed error.
    #[test]
    fn mutants_are_read_or_refused(at in 0usize..4_000, graph: bool, with in 0usize..6) {
        let text = if graph { GRAPH } else { APP };
        let mut json: Value = serde_json::from_str(text).unwrap();
        let values = [json!(null), json!(0), json!("x"), json!([]), json!({}), json!([[1]])];
        fn replace(json: &mut Value, left: &mut usize, with: &Value) {
            if *left == 0 {
                *json = with.clone();
            }
            *left = left.wrapping_sub(1);
            match json {
                Value::Array(items) => items.iter_mut().for_each(|v| replace(v, left, with)),
                Value::Object(map) => map.values_mut().for_each(|v| replace(v, left, with)),
                _ => {}
            }
        }
        replace(&mut json, &mut (at % 400), &values[with]);
        if let Err(error) = read(&[&json.to_string()]) {
            prop_assert!(
                matches!(error.kind(), ErrorKind::Parse | ErrorKind::UnsupportedFormat),
                "{}", error
            );
        }
    }
}
