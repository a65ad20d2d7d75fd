//! The SBOM of every real lockfile of the corpus, read back as plain JSON and compared with what
//! cargo-lock, somebody else's reader, finds in the lockfile.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail by panicking"
)]

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use cratetrust_core::report::{Code, Verdict};
use cratetrust_core::sbom::{self, Format};
use cratetrust_core::{CancelToken, Input, Limits, Options, generate_sbom, verify_sbom};
use serde_json::{Value, json};

mod sbom_support;

/// Names and versions: lockfiles of published packages have no two sources for one of them.
type Key = (String, String);

#[derive(Debug, PartialEq, Eq)]
struct Facts {
    checksums: BTreeMap<Key, Option<String>>,
    edges: BTreeSet<(Key, Key)>,
}

fn locks() -> Vec<(String, String)> {
    let corpus = std::env::var_os("CRATETRUST_CORPUS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../.corpus"),
        PathBuf::from,
    );
    let list: Value = serde_json::from_slice(
        &fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/corpus/corpus.json"))
            .unwrap(),
    )
    .unwrap();
    let mut found = Vec::new();
    for item in list["crates"].as_array().unwrap() {
        if item["set"] != "test" {
            continue;
        }
        let name = format!(
            "{}-{}",
            item["name"].as_str().unwrap(),
            item["version"].as_str().unwrap()
        );
        let path = corpus.join("locks").join(format!("{name}.lock"));
        let text = fs::read_to_string(&path)
            .unwrap_or_else(|e| panic!("{}: {e}: run `make corpus`", path.display()));
        found.push((name, text));
    }
    assert!(found.len() >= 12, "the corpus is too small");
    found
}

fn truth(text: &str) -> Facts {
    let lock: cargo_lock::Lockfile = text.parse().unwrap();
    let key = |name: &cargo_lock::Name, version: &cargo_lock::Version| {
        (name.to_string(), version.to_string())
    };
    let mut facts = Facts {
        checksums: BTreeMap::new(),
        edges: BTreeSet::new(),
    };
    // Version 1 keeps its checksums in `[metadata]`, in cargo's own words.
    let old: HashMap<String, String> = text
        .lines()
        .filter_map(|line| line.strip_prefix("\"checksum ")?.split_once("\" = \""))
        .map(|(key, value)| {
            (
                key.split(" (").next().unwrap().to_owned(),
                value.trim_end_matches('"').to_owned(),
            )
        })
        .collect();
    for package in &lock.packages {
        let own = package.checksum.as_ref().map(ToString::to_string);
        let checksum = own.or_else(|| {
            old.get(&format!("{} {}", package.name, package.version))
                .cloned()
        });
        let before = facts
            .checksums
            .insert(key(&package.name, &package.version), checksum);
        assert_eq!(before, None, "{} stands twice", package.name);
        for to in &package.dependencies {
            facts.edges.insert((
                key(&package.name, &package.version),
                key(&to.name, &to.version),
            ));
        }
    }
    facts
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key]
        .as_str()
        .unwrap_or_else(|| panic!("no `{key}` in {value}"))
}

fn key_of(component: &Value, version: &str) -> Key {
    (
        text(component, "name").to_owned(),
        text(component, version).to_owned(),
    )
}

fn cyclonedx_facts(document: &Value) -> Facts {
    let mut by_ref = HashMap::new();
    let mut facts = Facts {
        checksums: BTreeMap::new(),
        edges: BTreeSet::new(),
    };
    let components = document["components"].as_array().unwrap();
    for component in components
        .iter()
        .chain([&document["metadata"]["component"]])
    {
        let hashes = component["hashes"]
            .as_array()
            .map_or(&[][..], Vec::as_slice);
        assert!(hashes.iter().all(|hash| hash["alg"] == "SHA-256"));
        let checksum = hashes.first().map(|hash| text(hash, "content").to_owned());
        let key = key_of(component, "version");
        assert!(
            by_ref
                .insert(text(component, "bom-ref"), key.clone())
                .is_none(),
            "a reference stands twice"
        );
        assert!(facts.checksums.insert(key, checksum).is_none());
    }
    let mut with_entry = BTreeSet::new();
    for entry in document["dependencies"].as_array().unwrap() {
        assert!(
            with_entry.insert(text(entry, "ref")),
            "a dependency entry stands twice"
        );
        for to in entry["dependsOn"].as_array().unwrap() {
            let ends = (
                by_ref[text(entry, "ref")].clone(),
                by_ref[to.as_str().unwrap()].clone(),
            );
            assert!(facts.edges.insert(ends), "an edge stands twice");
        }
    }
    assert_eq!(
        with_entry,
        by_ref.keys().copied().collect(),
        "each component has its entry"
    );
    facts
}

fn spdx_facts(document: &Value) -> Facts {
    let mut by_ref = HashMap::new();
    let mut facts = Facts {
        checksums: BTreeMap::new(),
        edges: BTreeSet::new(),
    };
    for package in document["packages"].as_array().unwrap() {
        let key = key_of(package, "versionInfo");
        assert!(
            by_ref
                .insert(text(package, "SPDXID"), key.clone())
                .is_none(),
            "an SPDXID stands twice"
        );
        let checksum = package["checksums"]
            .as_array()
            .map(|list| text(&list[0], "checksumValue").to_owned());
        assert!(facts.checksums.insert(key, checksum).is_none());
    }
    let mut described = 0;
    for relation in document["relationships"].as_array().unwrap() {
        let to = by_ref[text(relation, "relatedSpdxElement")].clone();
        match text(relation, "relationshipType") {
            "DESCRIBES" => described += 1,
            "DEPENDS_ON" => {
                let from = by_ref[text(relation, "spdxElementId")].clone();
                assert!(facts.edges.insert((from, to)), "an edge stands twice");
            }
            other => panic!("unexpected relationship {other}"),
        }
    }
    assert_eq!(described, 1);
    facts
}

fn write(lock: &str, format: Format) -> Vec<u8> {
    let input = Input::from_bytes("Cargo.lock", lock.as_bytes().to_vec());
    generate_sbom(&[input], &Options::default())
        .unwrap()
        .write(format, None)
        .unwrap()
}

/// The packages of a lockfile in another order.
fn shuffled(lock: &str) -> String {
    let (packages, metadata) = match lock.split_once("\n[metadata]") {
        Some((packages, metadata)) => (packages, format!("\n[metadata]{metadata}")),
        None => (lock.trim_end_matches('\n'), String::new()),
    };
    let parts: Vec<&str> = packages.split("\n[[package]]\n").collect();
    let mut order: Vec<usize> = (1..parts.len()).collect();
    // A fixed permutation that leaves next to nothing in its place.
    order.sort_by_key(|n| (n * 7919) % 1009);
    let mut out = parts[0].to_owned();
    for n in order {
        out.push_str("\n[[package]]\n");
        out.push_str(parts[n].trim_end_matches('\n'));
        out.push('\n');
    }
    out + &metadata
}

/// Every format in every version holds the same facts, with no reference that is twice or dangles.
fn every_format_reads_back(name: &str, lock: &str, expected: &Facts) {
    let input = Input::from_bytes("Cargo.lock", lock.as_bytes().to_vec());
    let made = generate_sbom(&[input], &Options::default()).unwrap();
    for format in Format::ALL {
        for version in format.versions() {
            let what = format!("{name} {} {version}", format.name());
            let bytes = made.write(format, Some(version)).unwrap();
            let (limits, cancel) = (Limits::default(), CancelToken::new());
            let document = sbom::read(&bytes, "sbom", &limits, &cancel).unwrap();
            assert_eq!(
                (document.format, &*document.spec_version),
                (format, *version)
            );
            assert_eq!(document.faults, [], "{what}");
            assert_eq!(document.unknown_refs, [], "{what}");
            let mut facts = Facts {
                checksums: BTreeMap::new(),
                edges: BTreeSet::new(),
            };
            let packages = &document.bom.packages;
            let key = |at: usize| (packages[at].name.clone(), packages[at].version.clone());
            for (at, package) in packages.iter().enumerate() {
                let checksum = package.checksum.sha256.map(|hash| hash.to_string());
                assert_eq!(facts.checksums.insert(key(at), checksum), None, "{what}");
            }
            for edge in &document.bom.edges {
                let new = facts.edges.insert((key(edge.from), key(edge.to)));
                assert!(new, "{what}: an edge stands twice");
            }
            assert_eq!(&facts, expected, "{what}");
            let references: BTreeSet<&str> = document
                .claims
                .iter()
                .map(|claim| &*claim.reference)
                .collect();
            assert_eq!(references.len(), packages.len(), "{what}");
            // SPDX 2 and the plain form have no word for it, and SPDX 3 none for no dependencies.
            if matches!(format, Format::CycloneDxJson | Format::CycloneDxXml) {
                assert!(
                    document
                        .claims
                        .iter()
                        .all(|claim| claim.completeness.as_deref() == Some("complete")),
                    "{what}"
                );
            }
        }
    }
}

#[test]
fn packages_edges_and_checksums_are_those_of_the_lockfile() {
    for (name, lock) in locks() {
        let expected = truth(&lock);
        let document = serde_json::from_slice(&write(&lock, Format::CycloneDxJson)).unwrap();
        assert_eq!(cyclonedx_facts(&document), expected, "{name}");
        let document = serde_json::from_slice(&write(&lock, Format::SpdxJson)).unwrap();
        assert_eq!(spdx_facts(&document), expected, "{name}");
        every_format_reads_back(&name, &lock, &expected);
        let document: Value = serde_json::from_slice(&write(&lock, Format::Json)).unwrap();
        assert_eq!(
            document["packages"].as_array().unwrap().len(),
            expected.checksums.len(),
            "{name}"
        );
        assert_eq!(
            document["edges"].as_array().unwrap().len(),
            expected.edges.len(),
            "{name}"
        );
    }
}

#[test]
fn two_runs_and_a_shuffled_lockfile_give_the_same_bytes() {
    for (name, lock) in locks() {
        let other = shuffled(&lock);
        assert_ne!(lock, other);
        assert_eq!(
            truth(&lock),
            truth(&other),
            "{name}: the shuffle changed the lockfile"
        );
        let made = |text: &str, label: &str| {
            let input = Input::from_bytes(label, text.as_bytes().to_vec());
            generate_sbom(&[input], &Options::default()).unwrap()
        };
        let (once, twice) = (made(&lock, "Cargo.lock"), made(&lock, "Cargo.lock"));
        let shuffled = made(&other, "other.lock");
        for format in Format::ALL {
            for version in format.versions() {
                let what = format!("{name} {} {version}", format.name());
                let bytes = once.write(format, Some(version)).unwrap();
                assert!(
                    bytes == twice.write(format, Some(version)).unwrap(),
                    "{what}"
                );
                let shuffled = shuffled.write(format, Some(version)).unwrap();
                if format == Format::Json {
                    // The plain form names the file and its digest, and nothing else differs.
                    let plain = |bytes: &[u8]| {
                        let mut value: Value = serde_json::from_slice(bytes).unwrap();
                        let source = &mut value["evidence"][0];
                        (source["name"], source["sha256"]) = (Value::Null, Value::Null);
                        value
                    };
                    assert_ne!(bytes, shuffled, "{what}");
                    assert_eq!(plain(&bytes), plain(&shuffled), "{what}");
                } else {
                    assert!(bytes == shuffled, "{what} shuffled");
                }
            }
        }
    }
}

#[test]
fn the_official_cyclonedx_schema_holds() {
    for version in Format::CycloneDxJson.versions() {
        let Some(validator) = sbom_support::cyclonedx_validator(version) else {
            return;
        };
        for (name, lock) in locks() {
            let input = Input::from_bytes("Cargo.lock", lock.into_bytes());
            let made = generate_sbom(&[input], &Options::default()).unwrap();
            let bytes = made.write(Format::CycloneDxJson, Some(version)).unwrap();
            let document: Value = serde_json::from_slice(&bytes).unwrap();
            let errors: Vec<String> = validator
                .iter_errors(&document)
                .map(|e| e.to_string())
                .take(5)
                .collect();
            assert!(errors.is_empty(), "{name} {version}: {errors:#?}");
        }
    }
}

/// One lie told in a document, and the code that must name it.
type Lie = (&'static str, Code, fn(&mut Value, Format));

const LIES: &[Lie] = &[
    ("removed", Code::ComponentMissing, |d, f| {
        // A leaf that others depend on: the edges to it go with it.
        let gone = list(d, f).pop().unwrap();
        let id = text(&gone, reference(f)).to_owned();
        drop_edges(d, f, &id);
    }),
    ("added", Code::ComponentExtra, |d, f| {
        let mut new = list(d, f)[0].clone();
        rename(&mut new, f, "cratetrust-invented-package", "9.9.9");
        list(d, f).push(new);
    }),
    ("version", Code::VersionMismatch, |d, f| {
        let only = lonely(d, f);
        let name = text(&list(d, f)[only], "name").to_owned();
        let component = &mut list(d, f)[only];
        let id = component[reference(f)].clone();
        rename(component, f, &name, "77.7.7");
        component[reference(f)] = id;
    }),
    ("checksum", Code::ChecksumMismatch, |d, f| {
        let at = list(d, f)
            .iter()
            .position(|c| !c[hashes(f)].is_null())
            .unwrap();
        let key = if f == Format::SpdxJson {
            "checksumValue"
        } else {
            "content"
        };
        list(d, f)[at][hashes(f)][0][key] = json!("0".repeat(64));
    }),
    ("edge removed", Code::EdgeMissing, |d, f| {
        if f == Format::SpdxJson {
            let relations = d["relationships"].as_array_mut().unwrap();
            let at = relations
                .iter()
                .rposition(|r| r["relationshipType"] == "DEPENDS_ON")
                .unwrap();
            relations.remove(at);
        } else {
            let entries = d["dependencies"].as_array_mut().unwrap();
            let entry = entries
                .iter_mut()
                .rfind(|e| !e["dependsOn"].as_array().unwrap().is_empty())
                .unwrap();
            entry["dependsOn"].as_array_mut().unwrap().pop();
        }
    }),
    ("edge added", Code::EdgeExtra, |d, f| {
        let ids: Vec<String> = list(d, f)
            .iter()
            .map(|c| text(c, reference(f)).to_owned())
            .collect();
        let depends: BTreeSet<(String, String)> = edges(d, f).into_iter().collect();
        let (from, to) = ids
            .iter()
            .flat_map(|from| ids.iter().map(move |to| (from.clone(), to.clone())))
            .find(|(from, to)| from != to && !depends.contains(&(from.clone(), to.clone())))
            .unwrap();
        if f == Format::SpdxJson {
            d["relationships"].as_array_mut().unwrap().push(json!({
                "spdxElementId": from, "relationshipType": "DEPENDS_ON", "relatedSpdxElement": to
            }));
        } else {
            let entries = d["dependencies"].as_array_mut().unwrap();
            let entry = entries
                .iter_mut()
                .find(|e| e["ref"] == from.as_str())
                .unwrap();
            entry["dependsOn"].as_array_mut().unwrap().push(json!(to));
        }
    }),
];

fn reference(format: Format) -> &'static str {
    if format == Format::SpdxJson {
        "SPDXID"
    } else {
        "bom-ref"
    }
}

fn hashes(format: Format) -> &'static str {
    if format == Format::SpdxJson {
        "checksums"
    } else {
        "hashes"
    }
}

/// The components, without the main one in CycloneDX; in SPDX the main one is among them.
fn list(document: &mut Value, format: Format) -> &mut Vec<Value> {
    let key = if format == Format::SpdxJson {
        "packages"
    } else {
        "components"
    };
    document[key].as_array_mut().unwrap()
}

fn edges(document: &Value, format: Format) -> Vec<(String, String)> {
    if format == Format::SpdxJson {
        return document["relationships"]
            .as_array()
            .unwrap()
            .iter()
            .map(|r| {
                (
                    text(r, "spdxElementId").to_owned(),
                    text(r, "relatedSpdxElement").to_owned(),
                )
            })
            .collect();
    }
    let entries = document["dependencies"].as_array().unwrap();
    entries
        .iter()
        .flat_map(|e| {
            e["dependsOn"]
                .as_array()
                .unwrap()
                .iter()
                .map(|to| (text(e, "ref").to_owned(), to.as_str().unwrap().to_owned()))
        })
        .collect()
}

fn drop_edges(document: &mut Value, format: Format, id: &str) {
    if format == Format::SpdxJson {
        document["relationships"]
            .as_array_mut()
            .unwrap()
            .retain(|r| r["relatedSpdxElement"] != id && r["spdxElementId"] != id);
        return;
    }
    let entries = document["dependencies"].as_array_mut().unwrap();
    entries.retain(|e| e["ref"] != id);
    for entry in entries {
        entry["dependsOn"]
            .as_array_mut()
            .unwrap()
            .retain(|to| to != id);
    }
    document["compositions"].take();
}

/// The index of a component from crates.io whose name has one version.
fn lonely(document: &mut Value, format: Format) -> usize {
    let names: Vec<String> = list(document, format)
        .iter()
        .map(|c| text(c, "name").to_owned())
        .collect();
    let has_hash: Vec<bool> = list(document, format)
        .iter()
        .map(|c| !c[hashes(format)].is_null())
        .collect();
    (0..names.len())
        .find(|at| has_hash[*at] && names.iter().filter(|name| **name == names[*at]).count() == 1)
        .unwrap()
}

fn rename(component: &mut Value, format: Format, name: &str, version: &str) {
    let purl = format!("pkg:cargo/{name}@{version}");
    component["name"] = json!(name);
    if format == Format::SpdxJson {
        component["versionInfo"] = json!(version);
        component["externalRefs"][0]["referenceLocator"] = json!(purl);
        component["SPDXID"] = json!("SPDXRef-Package-renamed");
    } else {
        component["version"] = json!(version);
        component["purl"] = json!(purl);
        component["bom-ref"] = json!(purl);
    }
}

#[test]
fn the_truth_passes_and_each_lie_is_named() {
    for (name, lock) in locks() {
        let evidence = [Input::from_bytes("Cargo.lock", lock.as_bytes().to_vec())];
        let verify = |bytes: Vec<u8>| {
            verify_sbom(
                &Input::from_bytes("sbom.json", bytes),
                &evidence,
                &Options::default(),
            )
            .unwrap()
        };
        for format in Format::ALL {
            let report = verify(write(&lock, format));
            assert_eq!(
                report.verdict,
                Verdict::Pass,
                "{name} {}: {:#?}",
                format.name(),
                report.findings
            );
            assert!(
                report.findings.is_empty(),
                "{name} {}: {:#?}",
                format.name(),
                report.findings
            );
        }
        for format in [Format::CycloneDxJson, Format::SpdxJson] {
            let honest: Value = serde_json::from_slice(&write(&lock, format)).unwrap();
            for (lie, code, tell) in LIES {
                let mut document = honest.clone();
                tell(&mut document, format);
                assert_ne!(
                    document,
                    honest,
                    "{name} {}: `{lie}` changed nothing",
                    format.name()
                );
                let report = verify(serde_json::to_vec(&document).unwrap());
                let codes: BTreeSet<Code> =
                    report.findings.iter().map(|finding| finding.code).collect();
                assert_eq!(
                    report.verdict,
                    Verdict::Fail,
                    "{name} {} {lie}",
                    format.name()
                );
                assert!(
                    codes.contains(code),
                    "{name} {} {lie}: {:#?}",
                    format.name(),
                    report.findings
                );
            }
        }
    }
}

/// What published packages never have in their lockfiles: git, other registries, one name and version
/// from several sources, `[replace]`, unused patches, a workspace without a package at its root.
#[test]
fn hard_lockfiles_hold_everything_in_every_format() {
    let inputs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/conformance/inputs/locks");
    let mut tried = 0;
    for entry in fs::read_dir(inputs).unwrap() {
        let path = entry.unwrap().path();
        let Ok(text) = fs::read_to_string(&path) else {
            continue;
        };
        let Ok(lock) = text.parse::<cargo_lock::Lockfile>() else {
            continue;
        };
        tried += 1;
        let evidence = [Input::from_bytes("Cargo.lock", text.into_bytes())];
        let made = generate_sbom(&evidence, &Options::default()).unwrap();
        let edges: BTreeSet<(String, String)> = lock
            .packages
            .iter()
            .flat_map(|package| {
                let named = |name: &cargo_lock::Name, version: &cargo_lock::Version, source| {
                    format!("{name} {version} {source:?}")
                };
                let from = named(&package.name, &package.version, &package.source);
                let ends = package.dependencies.iter();
                ends.map(move |to| (from.clone(), named(&to.name, &to.version, &to.source)))
            })
            .collect();
        for format in Format::ALL {
            for version in format.versions() {
                let what = format!("{} {} {version}", path.display(), format.name());
                let bytes = made.write(format, Some(version)).unwrap();
                let (limits, cancel) = (Limits::default(), CancelToken::new());
                let read = sbom::read(&bytes, "sbom", &limits, &cancel).unwrap();
                assert_eq!(
                    (&*read.faults, &*read.unknown_refs),
                    (&[][..], &[][..]),
                    "{what}"
                );
                assert_eq!(read.bom.packages.len(), lock.packages.len(), "{what}");
                let ends: BTreeSet<(usize, usize)> = read
                    .bom
                    .edges
                    .iter()
                    .map(|edge| (edge.from, edge.to))
                    .collect();
                assert_eq!(ends.len(), edges.len(), "{what}");
                let references: BTreeSet<&str> =
                    read.claims.iter().map(|claim| &*claim.reference).collect();
                assert_eq!(references.len(), lock.packages.len(), "{what}");
                let purls: Vec<&str> = read
                    .claims
                    .iter()
                    .filter_map(|claim| claim.purl.as_deref())
                    .collect();
                assert_eq!(
                    purls.iter().collect::<BTreeSet<_>>().len(),
                    purls.len(),
                    "{what}"
                );
                let report = verify_sbom(
                    &Input::from_bytes("sbom", bytes),
                    &evidence,
                    &Options::default(),
                );
                let report = report.unwrap();
                let wrong = report
                    .findings
                    .iter()
                    .filter(|f| !f.code.name().starts_with("lock-"));
                assert_eq!(wrong.count(), 0, "{what}: {:#?}", report.findings);
            }
        }
    }
    assert!(tried >= 8, "{tried} lockfiles");
}
