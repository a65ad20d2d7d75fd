//! Compiled programs as evidence: the list of cargo-auditable in every format and container, and what
//! a program without one shows.
//!
//! The programs under `fixtures/binaries` were written by real linkers (`tests/binaries`); their lists
//! were read with `rust-audit-info` as well, and `list-*.json` is what that read.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail by panicking"
)]

use std::collections::BTreeSet;
use std::io::Cursor;
use std::path::PathBuf;

use cratetrust_core::bom::{Bom, EdgeKind, EvidenceLevel, Scope};
use cratetrust_core::evidence::{Gathered, gather};
use cratetrust_core::package::SourceKind;
use cratetrust_core::report::{Code, Report, Severity, Verdict};
use cratetrust_core::sbom::Format;
use cratetrust_core::{Error, Input, Options, generate_sbom, inspect, verify_sbom};
use serde_json::Value;

mod binary_support;
mod sbom_support;

use binary_support::{elf, listing};

const LOCK: &str = include_str!("fixtures/binaries/Cargo.lock");
const PRECURSOR: &str = include_str!("fixtures/binaries/tiny.cargo-sbom.json");
const COMMIT: &str = "59807616e1fa2540724bfbac14d7976d7e4a3860";

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/binaries")
        .join(name)
}

fn file(name: &str) -> Input {
    Input::from_path(path(name))
}

fn bytes(bytes: impl Into<Vec<u8>>) -> Input {
    Input::from_bytes("some/where/app", bytes.into())
}

fn lock(text: &str) -> Input {
    Input::from_bytes("Cargo.lock", text.as_bytes())
}

fn read(inputs: &[Input]) -> Result<Gathered, Error> {
    gather(inputs, &Options::default())
}

fn codes(gathered: &Gathered) -> Vec<(Code, Option<&str>)> {
    let findings = gathered.findings.iter();
    findings.map(|f| (f.code, f.package.as_deref())).collect()
}

fn checked(sbom: &[u8], evidence: &[Input]) -> Report {
    let sbom = Input::from_bytes("bom.json", sbom);
    verify_sbom(&sbom, evidence, &Options::default()).unwrap()
}

fn found(report: &Report) -> Vec<(Code, Option<&str>)> {
    let findings = report.findings.iter();
    findings.map(|f| (f.code, f.package.as_deref())).collect()
}

/// The bill of materials of some evidence, as CycloneDX.
fn made(evidence: &[Input]) -> Vec<u8> {
    let generated = generate_sbom(evidence, &Options::default()).unwrap();
    generated.write(Format::CycloneDxJson, None).unwrap()
}

/// The document with one change to its tree.
fn changed(sbom: &[u8], change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let mut tree: Value = serde_json::from_slice(sbom).unwrap();
    change(&mut tree);
    serde_json::to_vec(&tree).unwrap()
}

type Facts = (
    BTreeSet<(String, String, String, Scope)>,
    BTreeSet<(String, String)>,
    Vec<String>,
);

/// Packages, edges and roots; the standard library's own crates left out.
fn facts(bom: &Bom) -> Facts {
    let name = |at: &usize| bom.packages[*at].name.clone();
    let packages = bom.packages.iter();
    let packages = packages.filter(|p| p.source.kind != SourceKind::Std);
    (
        packages
            .map(|p| {
                let source = p.source.kind.name().to_owned();
                (p.name.clone(), p.version.clone(), source, p.scope)
            })
            .collect(),
        bom.edges
            .iter()
            .map(|e| (name(&e.from), name(&e.to)))
            .collect(),
        bom.roots.iter().map(name).collect(),
    )
}

/// The same, of what another reader printed of a list.
fn read_by_another(list: &str) -> Facts {
    let list: Value = serde_json::from_str(list).unwrap();
    let packages = list["packages"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let name = |at: &Value| text(&packages[at.as_u64().unwrap() as usize]["name"]);
    let is_old = list.get("format").is_none();
    let of = |package: &Value| {
        let source = match package["source"].as_str().unwrap() {
            "local" => "path",
            other => other,
        };
        let is_root = package["root"] == true;
        let scope = match package["kind"].as_str().unwrap_or("runtime") {
            "build" => Scope::Build,
            _ if is_old && !is_root => Scope::Maybe,
            _ => Scope::Linked,
        };
        (
            text(&package["name"]),
            text(&package["version"]),
            source.to_owned(),
            scope,
        )
    };
    let none = Vec::new();
    let edges = packages.iter().flat_map(|package| {
        let used = package["dependencies"].as_array().unwrap_or(&none);
        used.iter().map(|to| (text(&package["name"]), name(to)))
    });
    let roots = packages.iter().filter(|package| package["root"] == true);
    (
        packages.iter().map(of).collect(),
        edges.collect(),
        roots.map(|package| text(&package["name"])).collect(),
    )
}

const LISTS: [(&str, &str); 3] = [
    ("0", include_str!("fixtures/binaries/list-0.json")),
    ("1", include_str!("fixtures/binaries/list-1.json")),
    ("8", include_str!("fixtures/binaries/list-8.json")),
];

const PROGRAMS: [(&str, &str); 11] = [
    ("elf32-8", "elf"),
    ("elf64-1", "elf"),
    ("elf64-big-endian-0", "elf"),
    ("macho-universal-8", "mach-o-universal"),
    ("macho-x86_64-1", "mach-o"),
    ("pe32-0", "pe"),
    ("pe64-8", "pe"),
    ("tiny-0", "elf"),
    ("tiny-1", "elf"),
    ("tiny-8", "elf"),
    ("wasm-8", "wasm"),
];

#[test]
fn every_container_and_format_says_what_another_reader_reads() {
    for (name, container) in PROGRAMS {
        let format = name.rsplit('-').next().unwrap();
        let list = LISTS.iter().find(|(known, _)| *known == format).unwrap().1;
        let gathered = read(&[file(name)]).unwrap_or_else(|e| panic!("{e}"));
        let bom = &gathered.bom;
        let mut expected = read_by_another(list);
        if name == "tiny-0" {
            // It shows a path of memchr, so that is linked, whatever format 0 leaves open.
            let maybe = expected.0.iter().find(|p| p.0 == "memchr").unwrap().clone();
            expected.0.remove(&maybe);
            expected
                .0
                .insert((maybe.0, maybe.1, maybe.2, Scope::Linked));
        }
        assert_eq!(facts(bom), expected, "{name}");
        let level = match format {
            "8" => EvidenceLevel::AuditableSbom,
            _ => EvidenceLevel::Auditable,
        };
        assert_eq!(bom.evidence[0].level, level, "{name}");
        assert_eq!(
            bom.selection, None,
            "{name}: a list names no target and no features"
        );
        assert!(
            bom.packages
                .iter()
                .all(|p| p.units.is_empty() && p.checksum.sha256.is_none())
        );
        assert!(bom.edges.iter().all(|e| e.kind == EdgeKind::Unknown));
        // Whatever is `maybe` says why.
        let maybe = bom.packages.iter().filter(|p| p.scope == Scope::Maybe);
        let maybe: Vec<usize> = maybe.map(|p| p.id).collect();
        let gaps: Vec<usize> = bom.gaps.iter().map(|gap| gap.package).collect();
        assert_eq!(maybe, gaps, "{name}");
        assert!(
            gathered.findings.is_empty(),
            "{name}: {:?}",
            gathered.findings
        );
        assert_eq!(gathered.inputs[0].role, "binary");

        let inspection = inspect(&file(name), &Options::default()).unwrap();
        assert_eq!(inspection.kind, "binary");
        let fact = |wanted| {
            let mut facts = inspection.facts.iter();
            facts.find(|(key, _)| *key == wanted).unwrap().1.clone()
        };
        assert_eq!(fact("container"), container, "{name}");
        assert_eq!(fact("packages"), 12, "{name}");
        assert_eq!(fact("evidence")[0], level.name(), "{name}");
    }
}

#[test]
fn a_path_bytes_and_a_reader_say_the_same() {
    let by_path = read(&[file("tiny-8")]).unwrap();
    let all = std::fs::read(path("tiny-8")).unwrap();
    let by_bytes = read(&[Input::from_bytes("tiny-8", all.clone())]).unwrap();
    let reader = Input::from_reader("tiny-8", None, Cursor::new(all.clone()));
    assert_eq!(by_path, by_bytes);
    assert_eq!(by_path, read(&[reader]).unwrap());
    // One that gives a byte at a time is told as well.
    struct Slow(Cursor<Vec<u8>>);
    impl std::io::Read for Slow {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let one = buffer.len().min(1);
            self.0.read(&mut buffer[..one])
        }
    }
    let slow = Input::from_reader("tiny-8", None, Slow(Cursor::new(all.clone())));
    assert_eq!(by_path, read(&[slow]).unwrap());
    let kinds = [
        file("tiny-8"),
        Input::from_bytes("tiny-8", all.clone()),
        Input::from_reader("tiny-8", None, Cursor::new(all)),
    ];
    let options = Options::default();
    let told: BTreeSet<String> = kinds
        .iter()
        .map(|input| inspect(input, &options).unwrap().to_json())
        .collect();
    assert_eq!(told.len(), 1, "{told:?}");
}

#[test]
fn a_program_and_its_lockfile_give_nodes_and_checksums() {
    for name in ["tiny-1", "tiny-8", "pe64-8", "macho-universal-8", "wasm-8"] {
        for order in [[file(name), lock(LOCK)], [lock(LOCK), file(name)]] {
            let gathered = read(&order).unwrap();
            let bom = &gathered.bom;
            assert!(
                gathered.findings.is_empty(),
                "{name}: {:?}",
                gathered.findings
            );
            for package in &bom.packages {
                let is_registry = package.source.kind == SourceKind::CratesIo;
                assert_eq!(
                    package.checksum.sha256.is_some(),
                    is_registry,
                    "{}",
                    package.name
                );
                assert!(package.evidence.len() >= 2, "{}", package.name);
            }
            assert!(
                bom.edges
                    .iter()
                    .all(|edge| edge.evidence == [0, bom.evidence.len() - 1])
            );
        }
    }
}

#[test]
fn a_program_that_contradicts_the_lockfile_is_told_with_both_sides() {
    let other = LOCK.replace("\"1.0.19\"", "\"1.0.18\"");
    assert_ne!(other, LOCK);
    let gathered = read(&[file("tiny-8"), lock(&other)]).unwrap();
    assert_eq!(
        codes(&gathered),
        [(Code::EvidenceContradiction, Some("itoa@1.0.19"))]
    );
    let finding = &gathered.findings[0];
    assert_eq!(finding.expected.as_deref(), Some("itoa@1.0.19"));
    assert_eq!(finding.actual.as_deref(), Some("itoa@1.0.18"));
    // What only the lockfile names was not built where the list is cargo's own record, and may have
    // been where it is not.
    for (name, scope) in [("tiny-8", Scope::NotBuilt), ("tiny-1", Scope::Maybe)] {
        let bom = read(&[file(name), lock(&other)]).unwrap().bom;
        let old = bom.packages.iter().find(|p| p.version == "1.0.18").unwrap();
        assert_eq!(old.scope, scope, "{name}");
    }
    // A dependency that the lockfile does not write.
    let cut = LOCK.replace(" \"memchr\",\n", "");
    assert_ne!(cut, LOCK);
    let contradicted = |name| read(&[file(name), lock(&cut)]).unwrap();
    let strict = contradicted("tiny-1");
    assert_eq!(
        codes(&strict),
        [(Code::EvidenceContradiction, Some("tiny@0.1.0"))]
    );
    assert_eq!(strict.findings[0].at_most, None);
    // Cargo writes some of those that format 8 is made of below the wrong package.
    let loose = contradicted("tiny-8");
    assert_eq!(loose.findings[0].at_most, Some(Severity::Warning));
    assert_eq!(loose.bom.edges.len() + 1, strict.bom.edges.len());
    let report = generate_sbom(&[file("tiny-1"), lock(&cut)], &Options::default()).unwrap();
    assert_eq!(report.report.verdict, Verdict::Fail);
}

#[test]
fn a_program_and_the_record_of_its_build_agree_or_are_told() {
    let record = |text: &str| Input::from_bytes("tiny.cargo-sbom.json", text.as_bytes());
    for name in ["tiny-0", "tiny-1", "tiny-8"] {
        let gathered = read(&[record(PRECURSOR), file(name), lock(LOCK)]).unwrap();
        assert!(
            gathered.findings.is_empty(),
            "{name}: {:?}",
            gathered.findings
        );
        assert_eq!(gathered.bom.evidence[0].level, EvidenceLevel::CargoSbom);
        let memchr = gathered
            .bom
            .packages
            .iter()
            .find(|p| p.name == "memchr")
            .unwrap();
        assert_eq!(
            memchr.evidence.len(),
            4,
            "{name}: record, list, path and lockfile"
        );
    }
    let other = PRECURSOR.replace("itoa@1.0.19", "itoa@1.0.18");
    let gathered = read(&[record(&other), file("tiny-8")]).unwrap();
    assert_eq!(
        codes(&gathered),
        [
            (Code::EvidenceContradiction, Some("itoa@1.0.19")),
            (Code::EvidenceContradiction, Some("itoa@1.0.18")),
        ]
    );
    // `cargo metadata` may list more than was built.
    let fewer = read(&[record(&other), file("tiny-1")]).unwrap();
    assert_eq!(codes(&fewer), []);
}

#[test]
fn documents_of_a_program_are_valid_and_pass_against_it() {
    for name in ["tiny-0", "tiny-8", "macho-x86_64-1"] {
        for evidence in [vec![file(name)], vec![file(name), lock(LOCK)]] {
            let generated = generate_sbom(&evidence, &Options::default()).unwrap();
            for format in Format::ALL {
                for version in format.versions() {
                    let Ok(document) = generated.write(format, Some(version)) else {
                        panic!("{name} {} {version}", format.name());
                    };
                    let report = checked(&document, &evidence);
                    assert_eq!(
                        (report.verdict, found(&report)),
                        (Verdict::Pass, vec![]),
                        "{name} {} {version}",
                        format.name()
                    );
                }
            }
            for (version, tree) in sbom_support::valid_cyclonedx(&generated, name) {
                let text = tree.to_string();
                // A program is of one target, which it does not name.
                assert!(!text.contains("all_targets"), "{text}");
                let phase = text.contains("\"post-build\"") || version == "1.4";
                assert!(phase, "{version}: {text}");
            }
        }
    }
}

#[test]
fn a_document_that_lies_about_a_program_is_found() {
    let evidence = [file("tiny-8")];
    let honest = made(&[file("tiny-8"), lock(LOCK)]);
    assert_eq!(found(&checked(&honest, &evidence)), []);
    let component = |tree: &mut Value, name: &str| {
        let components = tree["components"].as_array().unwrap();
        components.iter().position(|c| c["name"] == name).unwrap()
    };
    let without = changed(&honest, |tree| {
        let at = component(tree, "memchr");
        let reference = tree["components"][at]["bom-ref"].clone();
        tree["components"].as_array_mut().unwrap().remove(at);
        let dependencies = tree["dependencies"].as_array_mut().unwrap();
        dependencies.retain(|entry| entry["ref"] != reference);
        for entry in dependencies {
            if let Some(on) = entry["dependsOn"].as_array_mut() {
                on.retain(|to| *to != reference);
            }
        }
        tree["compositions"] = serde_json::json!([]);
    });
    assert_eq!(
        found(&checked(&without, &evidence)),
        [(Code::ComponentMissing, Some("memchr@2.8.3"))]
    );
    let invented = changed(&honest, |tree| {
        tree["components"]
            .as_array_mut()
            .unwrap()
            .push(serde_json::json!({
            "type": "library", "name": "evil", "version": "1.0.0", "purl": "pkg:cargo/evil@1.0.0",
            "bom-ref": "evil", "scope": "required"}));
    });
    for name in ["tiny-1", "tiny-8"] {
        let report = checked(&invented, &[file(name)]);
        assert_eq!(
            found(&report),
            [(Code::ComponentExtra, Some("evil@1.0.0"))],
            "{name}"
        );
    }
    let other = changed(&honest, |tree| {
        let at = component(tree, "itoa");
        tree["components"][at]["version"] = "1.0.18".into();
        tree["components"][at]["purl"] = "pkg:cargo/itoa@1.0.18".into();
    });
    let report = checked(&other, &evidence);
    assert_eq!(
        found(&report),
        [(Code::VersionMismatch, Some("itoa@1.0.19"))]
    );
    // A source that the list names by its kind alone agrees with any of that kind.
    let git = r#"{"packages":[{"name":"app","version":"0.1.0","source":"local","root":true,"dependencies":[1,2]},
        {"name":"a","version":"1.0.0","source":"git"},{"name":"b","version":"1.0.0","source":"registry"}],"format":8}"#;
    let evidence = [bytes(listing(git))];
    let purled = changed(&made(&evidence), |tree| {
        for (name, purl) in [
            (
                "a",
                "pkg:cargo/a@1.0.0?vcs_url=git%2Bhttps://g.example/a%400123456789abcdef0123456789abcdef01234567",
            ),
            (
                "b",
                "pkg:cargo/b@1.0.0?repository_url=https://r.example/index",
            ),
        ] {
            let at = component(tree, name);
            tree["components"][at]["purl"] = purl.into();
            tree["components"][at]["properties"] = serde_json::json!([]);
        }
    });
    assert_eq!(found(&checked(&purled, &evidence)), []);
    let public = changed(&purled, |tree| {
        let at = component(tree, "a");
        tree["components"][at]["purl"] = "pkg:cargo/a@1.0.0".into();
    });
    assert_eq!(
        found(&checked(&public, &evidence)),
        [(Code::SourceMismatch, Some("a@1.0.0"))]
    );
}

#[test]
fn what_cargo_metadata_cannot_tell_is_not_blamed() {
    // Made of the lockfile and the manifests, a document may list what `cargo metadata` leaves out on
    // the host, and leave out what that lists and cargo does not build.
    let honest = made(&[Input::from_bytes(
        "tiny.cargo-sbom.json",
        PRECURSOR.as_bytes(),
    )]);
    let evidence = [file("tiny-1")];
    assert_eq!(found(&checked(&honest, &evidence)), []);
    let more = changed(&honest, |tree| {
        tree["components"]
            .as_array_mut()
            .unwrap()
            .push(serde_json::json!({
            "type": "library", "name": "host-only", "version": "1.0.0", "bom-ref": "host-only",
            "purl": "pkg:cargo/host-only@1.0.0", "scope": "excluded",
            "properties": [{"name": "cratetrust:scope", "value": "build"}]}));
    });
    assert_eq!(
        found(&checked(&more, &evidence)),
        [(Code::NotChecked, None)]
    );
    // What would be linked is not what it leaves out.
    let linked = changed(&more, |tree| {
        let component = tree["components"]
            .as_array_mut()
            .unwrap()
            .last_mut()
            .unwrap();
        component["scope"] = "required".into();
        component["properties"] = serde_json::json!([]);
    });
    let report = checked(&linked, &evidence);
    assert_eq!(
        found(&report),
        [(Code::ComponentExtra, Some("host-only@1.0.0"))]
    );
    let fewer = changed(&honest, |tree| {
        let components = tree["components"].as_array_mut().unwrap();
        components.retain(|c| c["name"] != "fastrand");
        tree["compositions"] = serde_json::json!([]);
        for entry in tree["dependencies"].as_array_mut().unwrap() {
            if let Some(on) = entry["dependsOn"].as_array_mut() {
                on.retain(|to| !to.as_str().unwrap().contains("fastrand"));
            }
        }
        let entries = tree["dependencies"].as_array_mut().unwrap();
        entries.retain(|entry| !entry["ref"].as_str().unwrap().contains("fastrand"));
    });
    let report = checked(&fewer, &evidence);
    assert_eq!(
        found(&report),
        [(Code::ComponentUnlisted, Some("fastrand@2.5.0"))]
    );
    assert_eq!(report.verdict, Verdict::Incomplete);
    // Cargo's own record does not leave such things open.
    let report = checked(&fewer, &[file("tiny-8")]);
    assert_eq!(
        found(&report),
        [(Code::ComponentMissing, Some("fastrand@2.5.0"))]
    );
}

/// A program without a list that shows some packages, the standard library and the compiler.
fn showing(packages: &[&str]) -> Vec<u8> {
    let mut data = Vec::new();
    for name in packages {
        data.extend_from_slice(
            format!("\0/home/somebody/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/{name}/src/lib.rs").as_bytes(),
        );
    }
    data.extend_from_slice(
        format!("\0/rustc/{COMMIT}/library/std/src/io.rs\0/rust/deps/memchr-2.7.6/src/x.rs\0")
            .as_bytes(),
    );
    let comment = b"GCC: (Debian 14.2.0)\0rustc version 1.95.0 (59807616e 2026-04-14)\0";
    elf(&[(".rodata", &data), (".comment", comment)])
}

#[test]
fn a_program_without_a_list_shows_a_part_and_says_so() {
    let gathered = read(&[bytes(showing(&[
        "memchr-2.8.3",
        "openssl-src-300.5.5+3.5.5",
    ]))])
    .unwrap();
    let bom = &gathered.bom;
    assert_eq!(bom.evidence.len(), 1);
    assert_eq!(bom.evidence[0].level, EvidenceLevel::BinaryHeuristic);
    let packages: Vec<_> = bom
        .packages
        .iter()
        .map(|p| {
            (
                p.name.as_str(),
                p.version.as_str(),
                p.source.kind,
                p.purl.as_deref(),
                p.scope,
            )
        })
        .collect();
    let linked = Scope::Linked;
    assert_eq!(
        packages,
        [
            ("memchr", "2.7.6", SourceKind::Std, None, linked),
            (
                "memchr",
                "2.8.3",
                SourceKind::CratesIo,
                Some("pkg:cargo/memchr@2.8.3"),
                linked
            ),
            (
                "openssl-src",
                "300.5.5+3.5.5",
                SourceKind::CratesIo,
                Some("pkg:cargo/openssl-src@300.5.5%2B3.5.5"),
                linked
            ),
            ("std", "1.95.0", SourceKind::Std, None, linked),
        ]
    );
    assert!(bom.roots.is_empty() && bom.edges.is_empty());
    let gaps: Vec<usize> = bom.gaps.iter().map(|gap| gap.package).collect();
    assert_eq!(gaps, [1, 2]);
    let toolchain = bom.toolchain.as_ref().unwrap();
    assert_eq!(toolchain.version.as_deref(), Some("1.95.0"));
    assert_eq!(toolchain.commit.as_deref(), Some(COMMIT));
    assert_eq!(codes(&gathered), [(Code::NotChecked, None)]);
    let generated =
        generate_sbom(&[bytes(showing(&["memchr-2.8.3"]))], &Options::default()).unwrap();
    assert_eq!(generated.report.verdict, Verdict::Incomplete);
    let document = generated.write(Format::CycloneDxJson, None).unwrap();
    let tree: Value = serde_json::from_slice(&document).unwrap();
    let aggregates: Vec<&str> = tree["compositions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| c["aggregate"].as_str().unwrap())
        .collect();
    assert_eq!(aggregates, ["incomplete"]);
    // A program that Rust had no part in is no evidence.
    let error = read(&[bytes(elf(&[(".text", b"\x90")]))]).unwrap_err();
    assert_eq!(error.kind(), cratetrust_core::ErrorKind::UnsupportedFormat);
    assert_eq!(error.path(), Some("some/where/app"));
    let other = inspect(&bytes(elf(&[(".text", b"\x90")])), &Options::default()).unwrap();
    assert_eq!(other.kind, "binary");
}

#[test]
fn a_part_blames_nobody_for_more_and_everybody_for_less() {
    let evidence = [bytes(showing(&["memchr-2.8.3", "itoa-1.0.19"]))];
    // All that the lockfile names: the program shows two of them.
    let honest = made(&[lock(LOCK)]);
    let report = checked(&honest, &evidence);
    assert_eq!(report.verdict, Verdict::Incomplete);
    assert!(
        report.findings.iter().all(|f| f.code == Code::NotChecked),
        "{:?}",
        found(&report)
    );
    let message: String = report.findings.iter().map(|f| f.message.as_str()).collect();
    assert!(message.contains("maybe"), "{message}");
    // Another version in the place of the one that is surely there.
    let other = made(&[lock(&LOCK.replace("\"1.0.19\"", "\"1.0.18\""))]);
    let report = checked(&other, &evidence);
    assert_eq!(report.verdict, Verdict::Fail);
    let errors: Vec<_> = found(&report)
        .into_iter()
        .filter(|(code, _)| *code != Code::NotChecked)
        .collect();
    assert_eq!(errors, [(Code::ComponentMissing, Some("itoa@1.0.19"))]);
    // The standard library's memchr is not the one of the registry.
    let std_only = [bytes(showing(&[]))];
    let report = checked(&honest, &std_only);
    assert!(
        report.findings.iter().all(|f| f.code == Code::NotChecked),
        "{:?}",
        found(&report)
    );
    // Beside a lockfile it tells what is linked, and what the lockfile should hold.
    let gathered = read(&[lock(LOCK), evidence[0].clone()]).unwrap();
    assert_eq!(codes(&gathered), [(Code::NotChecked, None)]);
    let of = |name: &str| {
        gathered
            .bom
            .packages
            .iter()
            .find(|p| p.name == name)
            .unwrap()
            .scope
    };
    assert_eq!((of("itoa"), of("syn")), (Scope::Linked, Scope::Maybe));
    let gathered = read(&[lock(LOCK), bytes(showing(&["left-pad-1.0.0"]))]).unwrap();
    assert_eq!(
        codes(&gathered),
        [
            (Code::NotChecked, None),
            (Code::EvidenceContradiction, Some("left-pad@1.0.0"))
        ]
    );
    // Our own document of a program passes over what a lockfile does not tell of.
    let own = made(&[bytes(showing(&["memchr-2.8.3"]))]);
    let report = checked(&own, &[lock(LOCK)]);
    let foreign = found(&report)
        .iter()
        .filter(|(code, _)| *code == Code::ComponentForeign)
        .count();
    assert_eq!(foreign, 1);
    assert!(
        !found(&report)
            .iter()
            .any(|(code, _)| *code == Code::ComponentExtra)
    );
}

#[test]
fn a_list_that_its_own_program_contradicts_is_told() {
    let list = binary_support::packed(LISTS[2].1);
    let path = b"/home/somebody/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/left-pad-1.0.0/src/lib.rs";
    let gathered = read(&[bytes(elf(&[(".dep-v0", &list), (".rodata", path)]))]).unwrap();
    assert_eq!(
        codes(&gathered),
        [(Code::EvidenceContradiction, Some("left-pad@1.0.0"))]
    );
    assert_eq!(gathered.findings[0].at_most, Some(Severity::Warning));
    let package = gathered
        .bom
        .packages
        .iter()
        .find(|p| p.name == "left-pad")
        .unwrap();
    assert_eq!(
        (package.scope, package.evidence.as_slice()),
        (Scope::Linked, &[1][..])
    );
}

#[test]
fn a_format_that_is_not_known_is_read_as_the_next_lower_one() {
    for (format, read_as, level) in [
        ("0", "0", EvidenceLevel::Auditable),
        ("2", "1", EvidenceLevel::Auditable),
        ("7", "1", EvidenceLevel::Auditable),
        ("9", "8", EvidenceLevel::AuditableSbom),
        ("4294967295", "8", EvidenceLevel::AuditableSbom),
    ] {
        let list = LISTS[1]
            .1
            .replace("\"format\":1", &format!("\"format\":{format}"));
        let gathered = read(&[bytes(listing(&list))]).unwrap();
        assert_eq!(gathered.bom.evidence[0].level, level, "{format}");
        if format == read_as {
            assert_eq!(codes(&gathered), []);
            continue;
        }
        assert_eq!(
            codes(&gathered),
            [(Code::EvidenceVersionUnknown, None)],
            "{format}"
        );
        let finding = &gathered.findings[0];
        assert_eq!(finding.expected.as_deref(), Some(read_as));
        assert_eq!(finding.actual.as_deref(), Some(format));
    }
    // A kind that only a newer format may have leaves the scope open.
    let list = r#"{"packages":[{"name":"a","version":"1.0.0","source":"crates.io","kind":"test"}],"format":9}"#;
    let bom = read(&[bytes(listing(list))]).unwrap().bom;
    assert_eq!(bom.packages[0].scope, Scope::Maybe);
    assert_eq!(bom.gaps.len(), 1);
}
