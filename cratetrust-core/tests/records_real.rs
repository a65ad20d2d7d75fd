//! Cargo's record of three real projects, from reading it to valid documents in every format.
//!
//! The records were made by cargo 1.95 of the published packages, for x86_64 Linux, with a compiler
//! that only touches files (`tests/oracle`); only their paths were replaced. The lockfiles are those of
//! the corpus.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail by panicking"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use cratetrust_core::bom::{Bom, Scope};
use cratetrust_core::package::SourceKind;
use cratetrust_core::report::Verdict;
use cratetrust_core::sbom::Format;
use cratetrust_core::{Input, Options, generate_sbom, verify_sbom};
use serde_json::Value;

mod sbom_support;

const PROJECTS: [(&str, usize, usize, usize); 3] = [
    // Name, packages in the record, of these linked, packages in the lockfile.
    ("ripgrep-14.1.1", 33, 33, 58),
    ("fd-find-8.2.1", 43, 39, 61),
    ("tokei-12.1.2", 98, 62, 150),
];

fn record(name: &str) -> Input {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/records/real");
    Input::from_path(folder.join(format!("{name}.cargo-sbom.json")))
}

fn lock(name: &str) -> Input {
    let corpus = std::env::var_os("CRATETRUST_CORPUS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../.corpus"),
        PathBuf::from,
    );
    let path = corpus.join("locks").join(format!("{name}.lock"));
    assert!(path.exists(), "{}: run `make corpus`", path.display());
    Input::from_path(path)
}

/// Packages and whether they are linked, told from the record without the library.
fn told(name: &str) -> BTreeMap<String, bool> {
    let path = record(name).path().unwrap().to_owned();
    let record: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let crates = record["crates"].as_array().unwrap();
    let name_of = |at: usize| {
        let id = crates[at]["id"].as_str().unwrap();
        let (url, version) = id.rsplit_once('#').unwrap();
        match version.contains('@') {
            true => version.to_owned(),
            false => format!("{}@{version}", url.rsplit('/').next().unwrap()),
        }
    };
    let mut told: BTreeMap<String, bool> =
        (0..crates.len()).map(|at| (name_of(at), false)).collect();
    let mut open = vec![record["root"].as_u64().unwrap() as usize];
    let mut seen = BTreeSet::new();
    while let Some(at) = open.pop() {
        if !seen.insert(at) {
            continue;
        }
        told.insert(name_of(at), true);
        for used in crates[at]["dependencies"].as_array().unwrap() {
            if used["kind"] == "normal" {
                open.push(used["index"].as_u64().unwrap() as usize);
            }
        }
    }
    told
}

fn built(bom: &Bom) -> BTreeMap<String, bool> {
    bom.packages
        .iter()
        .filter(|package| package.scope != Scope::NotBuilt)
        .map(|p| {
            (
                format!("{}@{}", p.name, p.version),
                p.scope == Scope::Linked,
            )
        })
        .collect()
}

#[test]
fn a_record_of_a_real_project_becomes_valid_documents() {
    let spdx3 = sbom_support::spec_data("spdx-3.0.1/schema.json")
        .map(|schema| jsonschema::validator_for(&schema).unwrap());
    for (name, packages, linked, locked) in PROJECTS {
        let told = told(name);
        assert_eq!(told.len(), packages, "{name}");
        assert_eq!(
            told.values().filter(|linked| **linked).count(),
            linked,
            "{name}"
        );
        let alone = generate_sbom(&[record(name)], &Options::default()).unwrap();
        assert_eq!(built(&alone.bom), told, "{name}");
        let evidence = [record(name), lock(name)];
        let joined = generate_sbom(&evidence, &Options::default()).unwrap();
        assert_eq!(built(&joined.bom), told, "{name}");
        assert_eq!(joined.bom.packages.len(), locked, "{name}");
        assert_eq!(joined.report.findings, [], "{name}");
        let of_registry = joined
            .bom
            .packages
            .iter()
            .filter(|p| p.source.kind != SourceKind::Path);
        assert!(of_registry.clone().count() > 0);
        assert!(
            of_registry.clone().all(|p| p.checksum.sha256.is_some()),
            "{name}"
        );
        for (generated, evidence) in [(&alone, &evidence[..1]), (&joined, &evidence[..])] {
            for format in Format::ALL {
                for version in format.versions() {
                    let document = generated.write(format, Some(version)).unwrap();
                    let what = format!("{name} {} {version}", format.name());
                    let text = String::from_utf8_lossy(&document);
                    assert!(!text.contains("/home/"), "{what}: a path of the machine");
                    let sbom = Input::from_bytes("bom", document);
                    let report = verify_sbom(&sbom, evidence, &Options::default()).unwrap();
                    assert_eq!(
                        (report.verdict, &report.findings[..]),
                        (Verdict::Pass, &[][..]),
                        "{what}"
                    );
                }
            }
            sbom_support::valid_cyclonedx(generated, name);
            if let Some(schema) = &spdx3 {
                let document = generated.write(Format::Spdx3Json, None).unwrap();
                let tree: Value = serde_json::from_slice(&document).unwrap();
                assert!(schema.is_valid(&tree), "{name}");
            }
        }
    }
}
