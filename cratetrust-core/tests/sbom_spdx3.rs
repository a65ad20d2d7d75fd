//! SPDX 3.0.1: the official schema, the corpus, the round trip of everything that enrichment and
//! the caller say, and documents of other hands.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may fail by panicking"
)]

mod sbom_support;

use std::collections::{BTreeSet, HashMap};

use cratetrust_core::bom::*;
use cratetrust_core::digest::Sha512;
use cratetrust_core::package::SourceKind;
use cratetrust_core::sbom::{Format, LicenseRole, write};
use cratetrust_core::{CancelToken, Input, Limits, Options, generate_sbom};
use sbom_support::*;
use serde_json::{Value, json};

const FORMAT: Format = Format::Spdx3Json;

fn locks() -> Vec<(String, String)> {
    let corpus = std::env::var_os("CRATETRUST_CORPUS").map_or_else(
        || std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../.corpus"),
        Into::into,
    );
    let mut found: Vec<(String, String)> = std::fs::read_dir(corpus.join("locks"))
        .unwrap_or_else(|e| panic!("{e}: run `make corpus`"))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "lock"))
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(&path).unwrap())
        })
        .collect();
    found.sort();
    assert!(
        found.len() >= 12,
        "the corpus is too small: run `make corpus`"
    );
    found
}

fn generate(lock: &str, format: Format) -> Vec<u8> {
    let input = Input::from_bytes("Cargo.lock", lock.as_bytes().to_vec());
    let made = generate_sbom(&[input], &Options::default()).unwrap();
    made.write(format, None).unwrap()
}

/// A bill of materials in which every package has all that regulators ask for.
fn rich_bom() -> Bom {
    let mut bom = full_bom();
    let contact = |name: &str| Contact {
        name: name.into(),
        email: Some("security@example.org".into()),
        url: Some("https://example.org".into()),
    };
    bom.document.manufacturer = Some(contact("Maker"));
    bom.document.license = Some("MIT".into());
    bom.document.tools = vec![Tool {
        name: "other".into(),
        version: Some("1.2.3".into()),
    }];
    for (index, package) in bom.packages.iter_mut().enumerate() {
        package.supplier = Some(contact(if index == 0 {
            "Example Foundation"
        } else {
            "Others"
        }));
        package.license = Some(if index == 0 { "MIT" } else { "MIT/Apache-2.0" }.into());
        package.license_concluded = Some("MIT OR Apache-2.0".into());
        package.copyright = Some("Copyright (c) An Author".into());
        package.authors = vec!["An Author <author@example.org>".into()];
        package.repository = Some("https://example.org/repository".into());
        package.checksum.sha512 = Some(Sha512::of(package.name.as_bytes()));
        package.vcs = Some(VcsOrigin {
            commit: "ab".repeat(20),
            path: Some("sub".into()),
            dirty: index == 1,
        });
        package.enriched_from = Some("crate".into());
    }
    bom.packages[1].license = None;
    bom.packages[1].license_file = Some("COPYING".into());
    bom.packages[1].license_text = Some("All of it.\n".into());
    bom.packages[2].license_text = Some("Also a text".into());
    bom
}

/// What the format keeps: all but the evidence files' own names and digests.
fn kept(bom: &Bom) -> Bom {
    let mut bom = bom.clone();
    for evidence in &mut bom.evidence {
        evidence.name.clear();
        evidence.sha256 = None;
    }
    bom
}

fn check(bom: &Bom) {
    let bytes = write(bom, FORMAT, None).unwrap();
    let document = parse(&bytes);
    assert_eq!(document.faults, [], "{}", String::from_utf8_lossy(&bytes));
    assert_eq!(document.unknown_refs, []);
    let mut read = document.bom;
    read.normalize();
    assert_eq!(read, kept(bom));
    assert!(write(&read, FORMAT, None).unwrap() == bytes);
}

#[test]
fn what_enrichment_and_the_caller_say_reads_back() {
    let rich = rich_bom();
    check(&rich);
    let mut shared = rich.clone();
    shared.packages[0].supplier = rich.document.supplier.clone();
    check(&shared);
    let mut given = rich.clone();
    given.packages[0].supplier = None;
    given.packages[0].license = None;
    check(&given);
    let document = parse(&write(&rich, FORMAT, None).unwrap());
    // The second is the root, whose first creator is its manufacturer.
    let claim = &document.claims[2];
    assert_eq!(claim.supplier.as_ref().unwrap().name, "Others");
    assert_eq!(
        claim.creators[0].email.as_deref(),
        Some("author@example.org")
    );
    assert_eq!(claim.copyright.as_deref(), Some("Copyright (c) An Author"));
    assert!(claim.filename.as_deref().unwrap().ends_with(".crate"));
    assert!(
        claim
            .licenses
            .contains(&(LicenseRole::Concluded, "MIT OR Apache-2.0".into()))
    );
    assert!(
        claim
            .file_properties
            .contains(&("structured".into(), "structured".into()))
    );
    assert_eq!(document.data_licenses, ["CC0-1.0"]);
    assert_eq!(document.tools[1], "other 1.2.3");
    assert_eq!(document.identifier, rich.document.serial);
}

#[test]
fn the_official_schema_holds() {
    let Some(schema) = spec_data("spdx-3.0.1/schema.json") else {
        return;
    };
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut documents = vec![
        ("rich".to_owned(), write(&rich_bom(), FORMAT, None).unwrap()),
        ("full".to_owned(), write(&full_bom(), FORMAT, None).unwrap()),
        (
            "none".to_owned(),
            write(&Bom::default(), FORMAT, None).unwrap(),
        ),
    ];
    for (name, lock) in locks() {
        if lock.matches("[[package]]").count() <= 150 {
            documents.push((name, generate(&lock, FORMAT)));
        }
    }
    assert!(documents.len() >= 6);
    for (name, bytes) in documents {
        let document: Value = serde_json::from_slice(&bytes).unwrap();
        assert!(validator.is_valid(&document), "{name}");
    }
    let broken = json!({"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld",
        "@graph": [{"type": "software_Package", "name": "no identifier"}]});
    assert!(!validator.is_valid(&broken), "the schema is applied");
}

#[test]
fn counts_edges_and_checksums_are_those_of_the_lockfile() {
    for (name, lock) in locks() {
        let bytes = generate(&lock, FORMAT);
        assert!(bytes == generate(&lock, FORMAT), "{name}: two runs");
        let plain: Value = serde_json::from_slice(&generate(&lock, Format::Json)).unwrap();
        let document: Value = serde_json::from_slice(&bytes).unwrap();
        let mut ids = BTreeSet::new();
        let mut packages = HashMap::new();
        for element in document["@graph"].as_array().unwrap() {
            let id = element["spdxId"]
                .as_str()
                .or(element["@id"].as_str())
                .unwrap();
            assert!(ids.insert(id), "{name}: {id} stands twice");
            if element["type"] == "software_Package" {
                packages.insert(id, element);
            }
        }
        let wanted = plain["packages"].as_array().unwrap();
        assert_eq!(packages.len(), wanted.len(), "{name}");
        let with_checksum = |p: &&Value| !p["checksum"]["sha256"].is_null();
        assert_eq!(
            packages
                .values()
                .filter(|p| !p["verifiedUsing"].is_null())
                .count(),
            wanted.iter().filter(with_checksum).count(),
            "{name}"
        );
        let mut edges = 0;
        for element in document["@graph"].as_array().unwrap() {
            if element["relationshipType"] == "dependsOn" {
                assert_eq!(element["completeness"], "complete");
                assert!(packages.contains_key(element["from"].as_str().unwrap()));
                for to in element["to"].as_array().unwrap() {
                    assert!(
                        packages.contains_key(to.as_str().unwrap()),
                        "{name}: dangling"
                    );
                    edges += 1;
                }
            }
        }
        assert_eq!(edges, plain["edges"].as_array().unwrap().len(), "{name}");
        let read = parse(&bytes);
        assert_eq!((read.faults.len(), read.unknown_refs.len()), (0, 0));
        assert_eq!(read.bom.packages.len(), wanted.len());
        assert_eq!(read.bom.edges.len(), edges);
    }
}

fn read(document: &Value) -> cratetrust_core::sbom::Document {
    parse(&serde_json::to_vec(document).unwrap())
}

#[test]
fn other_hands_spell_it_otherwise() {
    let document = read(&json!({
        "@context": ["https://spdx.org/rdf/3.0.0/spdx-context.jsonld", {"x": "https://x.example/"}],
        "@graph": [
            {"@type": "SpdxDocument", "@id": "https://d.example/1", "name": "d",
             "creationInfo": {"type": "CreationInfo", "specVersion": "3.0.0", "created": "2024-05-02T00:00:00Z",
                "createdBy": ["https://d.example/me"], "createdUsing": [{"type": "Tool", "spdxId": "x:t", "name": "maker-1.2"}]},
             "dataLicense": "https://spdx.org/licenses/CC0-1.0", "rootElement": "x:sbom",
             "import": [{"type": "ExternalMap", "externalSpdxId": "x:elsewhere"}]},
            {"type": "Person", "spdxId": "https://d.example/me", "name": "Me",
             "externalIdentifier": [{"type": "ExternalIdentifier", "externalIdentifierType": "email", "identifier": "me@d.example"}]},
            {"type": "https://spdx.org/rdf/3.0.0/terms/Software/Sbom", "spdxId": "x:sbom", "rootElement": ["x:a"], "software_sbomType": ["build"]},
            {"type": "spdx:Software/Package", "spdxId": "x:a", "name": "a", "packageVersion": {"@value": "1.0.0"},
             "externalIdentifier": {"type": "ExternalIdentifier", "externalIdentifierType": "packageUrl", "identifier": "pkg:cargo/a@1.0.0"},
             "suppliedBy": {"type": "Organization", "spdxId": "x:org", "name": "Org"}},
            {"type": "LifecycleScopedRelationship", "spdxId": "x:r", "scope": "build", "relationshipType": "dependsOn", "completeness": "incomplete",
             "from": "x:a", "to": [
                {"type": "software_Package", "spdxId": "x:b", "name": "b", "software_packageVersion": "2.0.0",
                 "software_packageUrl": "pkg:cargo/b@2.0.0", "verifiedUsing": [{"type": "Hash", "algorithm": "sha256", "hashValue": "ab".repeat(32)}]},
                "x:elsewhere", "NoneElement", "x:gone"]},
            {"type": "Relationship", "spdxId": "x:l", "relationshipType": "hasConcludedLicense", "from": "x:b", "to": ["x:or"]},
            {"type": "expandedlicensing_DisjunctiveLicenseSet", "spdxId": "x:or", "expandedlicensing_member": ["https://spdx.org/licenses/MIT", "x:e"]},
            {"type": "simplelicensing_LicenseExpression", "spdxId": "x:e", "simplelicensing_licenseExpression": "Zlib AND MIT"},
            {"type": "software_Package", "spdxId": "x:n", "name": "n", "software_packageVersion": "1", "software_packageUrl": "pkg:npm/n@1"},
            {"type": "software_File", "spdxId": "x:f", "name": "f"}
        ]
    }));
    assert_eq!(document.faults, []);
    assert_eq!(document.spec_version, "3.0.0");
    assert_eq!(document.bom.packages.len(), 2);
    let (a, b) = (&document.bom.packages[0], &document.bom.packages[1]);
    assert_eq!(
        (&*a.name, &*a.version, a.source.kind),
        ("a", "1.0.0", SourceKind::CratesIo)
    );
    assert_eq!(a.supplier.as_ref().unwrap().name, "Org");
    assert!(b.checksum.sha256.is_some());
    assert_eq!(
        b.license_concluded.as_deref(),
        Some("MIT OR (Zlib AND MIT)")
    );
    assert_eq!(document.bom.edges.len(), 1);
    assert_eq!(document.bom.edges[0].kind, EdgeKind::Build);
    assert_eq!(
        document.claims[0].completeness.as_deref(),
        Some("incomplete")
    );
    assert!(document.claims[0].main && document.has_root);
    assert_eq!(document.unknown_refs.len(), 1);
    assert_eq!(document.unknown_refs[0].to, "x:gone");
    assert_eq!(document.tools, ["maker 1.2"]);
    assert_eq!(
        document.bom.document.authors[0].email.as_deref(),
        Some("me@d.example")
    );
    assert_eq!(document.bom.document.lifecycle.as_deref(), Some("build"));
    assert_eq!((document.foreign, document.others.len()), (2, 2));
    assert_eq!(document.data_licenses, ["CC0-1.0"]);
}

#[test]
fn a_single_element_and_wrong_types_are_read() {
    let context = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld";
    let single = read(
        &json!({"@context": context, "type": "software_Package", "spdxId": "x:a",
        "name": "a", "software_packageVersion": "1.0.0", "software_packageUrl": "pkg:cargo/a@1.0.0"}),
    );
    assert_eq!(single.bom.packages.len(), 1);
    assert!(!single.faults.is_empty(), "it has no document");
    let wrong = read(&json!({"@context": context, "@graph": [
        7, {"name": "typeless"},
        {"type": "software_Package", "spdxId": "x:a", "name": ["a"], "software_packageVersion": 1,
         "software_packageUrl": {}, "verifiedUsing": ["x", {"type": "Hash", "algorithm": "sha256"}]},
        {"type": "software_Package", "spdxId": "x:a", "name": "again"},
        {"type": "Relationship", "spdxId": "x:r", "from": 1, "to": null, "relationshipType": "dependsOn"},
        {"type": "Annotation", "subject": "x:a", "statement": "[{\"name\":\"cratetrust:scope\",\"value\":\"nonsense\"}]"}
    ]}));
    let places: BTreeSet<&str> = wrong.faults.iter().map(|f| f.place.as_str()).collect();
    for place in [
        "/@graph/0",
        "/@graph/1",
        "/@graph/2/software_packageVersion",
        "/@graph/2/verifiedUsing",
        "/@graph/3",
        "/@graph/4/from",
        "/@graph/5/statement",
    ] {
        assert!(places.contains(place), "{place} in {places:?}");
    }
}

/// Elements that all share one large element do not make the answer larger than the bound.
#[test]
fn sharing_is_bounded() {
    let mut graph = vec![
        json!({"type": "Organization", "spdxId": "x:o", "name": "o".repeat(1 << 20)}),
        json!({"type": "SpdxDocument", "spdxId": "x:d"}),
    ];
    for index in 0..1000 {
        graph.push(
            json!({"type": "software_Package", "spdxId": format!("x:{index}"), "name": "a",
            "software_packageVersion": "1.0.0", "suppliedBy": "x:o"}),
        );
    }
    let document = read(&json!({"@context": "https://spdx.org/x", "@graph": graph}));
    let copied: usize = document
        .bom
        .packages
        .iter()
        .filter_map(|p| Some(p.supplier.as_ref()?.name.len()))
        .sum();
    assert!(copied <= 80 << 20, "{copied}");
    assert!(document.faults.iter().any(|f| f.message.contains("share")));
}

#[test]
fn limits_and_cancelling_hold() {
    let cancel = CancelToken::new();
    cancel.cancel();
    let bytes = write(&full_bom(), FORMAT, None).unwrap();
    let result = cratetrust_core::sbom::read(&bytes, "x", &Limits::default(), &cancel);
    assert!(result.is_err());
}
