//! CycloneDX as it is written: valid by the published schema, complete and the same every time.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod sbom_support;

use std::collections::HashSet;

use cratetrust_core::bom::Bom;
use cratetrust_core::package::{Source, SourceKind};
use cratetrust_core::sbom::{Format, write};
use sbom_support::*;
use serde_json::Value;

fn cyclonedx(bom: &Bom) -> Value {
    serde_json::from_slice(&write(bom, Format::CycloneDxJson, None).unwrap()).unwrap()
}

fn boms() -> Vec<Bom> {
    let mut several = lock_bom();
    several.roots = vec![1, 4];
    let mut given = full_bom();
    given.document.lifecycle = Some("nightly".into());
    given.document.authors[0].email = Some("no mail".into());
    given.packages[2].repository = Some("https://example.org/a b".into());
    vec![lock_bom(), full_bom(), several, given, Bom::default()]
}

/// Bills that every version and syntax is tried with, the caller's facts odd in every way.
fn odd_boms() -> Vec<Bom> {
    let mut odd = full_bom();
    odd.document.license = Some("a licence of ours".into());
    odd.document.lifecycle = Some("pre-build".into());
    odd.document.tools[0].name = String::new();
    odd.document.manufacturer.as_mut().unwrap().url = Some("no address".into());
    for (at, package) in odd.packages.iter_mut().enumerate() {
        package.license =
            [None, Some("MIT"), Some("MIT OR Apache-2.0"), Some("own")][at % 4].map(str::to_owned);
        package.license_concluded =
            [None, Some("MIT"), Some("own"), Some("MIT OR ISC")][(at / 2) % 4].map(str::to_owned);
        package.license_file = Some("LICENSE\u{7}".into());
        package.license_text = Some("text \u{0}".into());
        package.description = Some("\u{1} line\r\nbreak\u{ffff} ]]> & <b> ".into());
        package.authors = vec!["A <a@example.org>".into(), " \u{b}".into()];
        package.keywords = vec![" k\u{2} ".into()];
    }
    let mut synthetic = odd.clone();
    synthetic.roots = vec![0, 3];
    let mut all = boms();
    all.extend([odd, synthetic]);
    all
}

#[test]
fn the_published_schema_of_every_version_holds() {
    for version in Format::CycloneDxJson.versions() {
        let Some(validator) = cyclonedx_validator(version) else {
            return;
        };
        for (i, bom) in odd_boms().iter().enumerate() {
            let bytes = write(bom, Format::CycloneDxJson, Some(version)).unwrap();
            let document: Value = serde_json::from_slice(&bytes).unwrap();
            assert_eq!(document["specVersion"], *version);
            let errors: Vec<String> = validator
                .iter_errors(&document)
                .map(|e| format!("{} at {}", e, e.instance_path()))
                .collect();
            assert!(errors.is_empty(), "{version} bom {i}: {errors:#?}");
        }
        // The validator is awake.
        let bytes = write(&lock_bom(), Format::CycloneDxJson, Some(version)).unwrap();
        let mut broken: Value = serde_json::from_slice(&bytes).unwrap();
        broken["components"][0]["type"] = "crate".into();
        assert!(!validator.is_valid(&broken));
    }
}

/// The XML documents, for a validator that others wrote: `tests/validators` asks for them.
#[test]
fn xml_documents_for_the_validators() {
    let directory = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("cyclonedx-xml");
    std::fs::create_dir_all(&directory).unwrap();
    for version in Format::CycloneDxXml.versions() {
        for (i, bom) in odd_boms().iter().enumerate() {
            let bytes = write(bom, Format::CycloneDxXml, Some(version)).unwrap();
            assert!(bytes.starts_with(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>"));
            std::fs::write(directory.join(format!("{version}-{i}.xml")), bytes).unwrap();
        }
    }
}

#[test]
fn every_component_has_a_dependency_entry_and_no_reference_dangles() {
    for bom in boms() {
        let document = cyclonedx(&bom);
        let mut refs = HashSet::new();
        let components = document["components"].as_array().unwrap();
        for component in components
            .iter()
            .chain([&document["metadata"]["component"]])
        {
            let reference = component["bom-ref"].as_str().unwrap();
            assert!(refs.insert(reference.to_owned()), "{reference} twice");
        }
        let mut entries = HashSet::new();
        let mut edges = 0;
        for entry in document["dependencies"].as_array().unwrap() {
            let reference = entry["ref"].as_str().unwrap();
            assert!(entries.insert(reference.to_owned()), "{reference} twice");
            let on: Vec<&str> = entry["dependsOn"]
                .as_array()
                .unwrap()
                .iter()
                .map(|to| to.as_str().unwrap())
                .collect();
            assert!(on.is_sorted_by(|a, b| a < b));
            assert!(on.iter().all(|to| refs.contains(*to)));
            edges += on.len();
        }
        assert_eq!(entries, refs);
        let synthetic = if bom.roots.len() == 1 {
            0
        } else {
            bom.roots.len()
        };
        let pairs: HashSet<_> = bom.edges.iter().map(|e| (e.from, e.to)).collect();
        assert_eq!(edges, pairs.len() + synthetic);
    }
}

#[test]
fn a_lockfile_says_so_and_nothing_is_invented() {
    let document = cyclonedx(&lock_bom());
    let metadata = &document["metadata"];
    assert_eq!(metadata["lifecycles"][0]["phase"], "pre-build");
    assert_eq!(metadata["component"]["name"], "app");
    assert_eq!(metadata["component"]["type"], "application");
    assert!(metadata["component"].get("purl").is_none());
    assert!(metadata.get("timestamp").is_none());
    assert!(metadata.get("supplier").is_none());
    let text = document.to_string();
    assert!(text.contains(r#"{"name":"cdx:rustc:sbom:target:all_targets","value":"true"}"#));
    assert!(text.contains(r#"{"name":"cratetrust:evidence:level","value":"lockfile"}"#));
    assert_eq!(document["compositions"][0]["aggregate"], "complete");
    // Same name and version from two sources: two components, each with its own purl.
    let itoa: Vec<&Value> = document["components"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|c| c["name"] == "itoa")
        .collect();
    assert_eq!(itoa.len(), 2);
    assert_ne!(itoa[0]["purl"], itoa[1]["purl"]);
}

#[test]
fn bytes_depend_on_content_only() {
    let bom = lock_bom();
    let mut shuffled = bom.clone();
    shuffled.packages.reverse();
    let last = bom.packages.len() - 1;
    for edge in &mut shuffled.edges {
        (edge.from, edge.to) = (last - edge.from, last - edge.to);
    }
    for root in &mut shuffled.roots {
        *root = last - *root;
    }
    shuffled.edges.rotate_left(3);
    shuffled.evidence[0].sha256 = None;
    for format in [
        Format::CycloneDxJson,
        Format::CycloneDxXml,
        Format::SpdxJson,
    ] {
        let text = String::from_utf8(write(&bom, format, None).unwrap()).unwrap();
        let again = String::from_utf8(write(&shuffled, format, None).unwrap()).unwrap();
        assert_eq!(text, again);
        assert!(!text.ends_with('\n'));
    }
    let mut other = bom.clone();
    other.packages[0].checksum.sha256 = None;
    other.packages[1].description = Some("x".into());
    assert_ne!(
        cyclonedx(&bom)["serialNumber"],
        cyclonedx(&other)["serialNumber"]
    );
}

#[test]
fn no_format_tells_of_the_machine() {
    let mut bom = lock_bom();
    for (name, url) in [
        ("local", "file:///home/somebody/repo"),
        ("secret", "https://somebody:token@git.example.org/x"),
    ] {
        let mut source = git(None);
        source.url = Some(url.into());
        let mut package = package(name, "1.0.0", source);
        package.homepage = Some(url.into());
        package.repository = Some("/home/somebody/repo".into());
        bom.packages.push(package);
    }
    bom.packages.push(package(
        "vendored",
        "1.0.0",
        Source {
            url: Some("/home/somebody/vendor".into()),
            ..Source::of(SourceKind::Registry)
        },
    ));
    bom.evidence[0].name = "/home/somebody/Cargo.lock".into();
    renumber(&mut bom);
    for format in Format::ALL {
        let text = String::from_utf8(write(&bom, format, None).unwrap()).unwrap();
        for word in ["somebody", "token", "/home"] {
            assert!(!text.contains(word), "{word} in {}", format.name());
        }
        assert_eq!(text.contains("Cargo.lock"), format == Format::Json);
    }
}
