//! The output of `cargo metadata` as evidence, alone and joined with a Cargo.lock and with what a
//! directory is resolved to.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail by panicking"
)]

use cratetrust_core::bom::{Bom, EdgeKind, EvidenceLevel, Scope};
use cratetrust_core::evidence::{Gathered, gather};
use cratetrust_core::package::SourceKind;
use cratetrust_core::report::{Code, Verdict};
use cratetrust_core::sbom::{self, Format};
use cratetrust_core::{ErrorKind, Input, Options, generate_sbom, verify_sbom};
use proptest::prelude::*;
use serde_json::{Value, json};

mod resolve_support;

use resolve_support::{APP, LINUX, Project, library, lockfile};

const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";
const GIT: &str = "git+https://h.example/glib?branch=main#623cf3fffde4ee628583dd5c52ba9877c66565c4";

fn id(name: &str, source: Option<&str>) -> String {
    match source {
        None => format!("path+file:///home/somebody/ws/{name}#1.0.0"),
        Some(source) => format!("{}#{name}@1.0.0", source.split('#').next().unwrap()),
    }
}

fn package(name: &str, source: Option<&str>, kinds: &[&str], dependencies: Value) -> Value {
    let targets: Vec<Value> = kinds
        .iter()
        .map(|kind| json!({"kind": [kind], "name": name, "src_path": format!("/home/somebody/{name}.rs")}))
        .collect();
    json!({"id": id(name, source), "name": name, "version": "1.0.0", "source": source,
        "license": "MIT/Apache-2.0", "license_file": null, "description": format!(" {name}, described\n"),
        "authors": ["Somebody <s@example.org>"], "keywords": ["k"], "repository": "https://h.example/r",
        "homepage": null, "documentation": null, "dependencies": dependencies, "targets": targets,
        "features": {"default": []}, "manifest_path": format!("/home/somebody/{name}/Cargo.toml"),
        "metadata": {"x": {"y": [1]}}, "edition": "2021"})
}

/// A dependency of a node: its name, source and what declares it.
fn uses(name: &str, source: Option<&str>, kinds: &[(Option<&str>, Option<&str>)]) -> Value {
    let kinds: Vec<Value> = kinds
        .iter()
        .map(|(kind, target)| json!({"kind": kind, "target": target}))
        .collect();
    json!({"name": name.replace('-', "_"), "pkg": id(name, source), "dep_kinds": kinds})
}

fn node(name: &str, source: Option<&str>, deps: Value, features: &[&str]) -> Value {
    json!({"id": id(name, source), "dependencies": [], "deps": deps, "features": features})
}

/// A member `app` and one that is not built by default, a macro, a dependency by another name, one
/// for tests and one for Windows.
fn metadata() -> Value {
    let io = Some(CRATES_IO);
    let app_needs = json!([
        {"name": "mac", "kind": null, "rename": null, "target": null, "optional": false},
        {"name": "glib", "kind": null, "rename": "g-lib", "target": null, "optional": false},
        {"name": "check", "kind": "dev", "rename": null, "target": null, "optional": false},
        {"name": "win", "kind": null, "rename": null, "target": "cfg(windows)", "optional": false},
        {"name": "nix", "kind": null, "rename": null, "target": "cfg(unix)", "optional": false}
    ]);
    let glib = json!({"name": "g_lib", "pkg": id("glib", Some(GIT)), "dep_kinds": [
        {"kind": null, "target": null}, {"kind": "build", "target": null}]});
    json!({
        "packages": [
            package("app", None, &["bin", "custom-build"], app_needs),
            package("tool", None, &["bin"], json!([])),
            package("glib", Some(GIT), &["lib"], json!([])),
            package("mac", io, &["proc-macro"], json!([])),
            package("check", io, &["lib"], json!([])),
            package("win", io, &["lib"], json!([])),
            package("nix", io, &["lib"], json!([])),
        ],
        "workspace_members": [id("app", None), id("tool", None)],
        "workspace_default_members": [id("app", None)],
        "resolve": {"root": null, "nodes": [
            node("app", None, json!([
                uses("mac", io, &[(None, None)]), glib, uses("check", io, &[(Some("dev"), None)]),
                uses("win", io, &[(None, Some("cfg(windows)"))]), uses("nix", io, &[(None, Some("cfg(unix)"))])
            ]), &["default", "fast"]),
            node("tool", None, json!([]), &[]),
            node("glib", Some(GIT), json!([]), &["z", "a"]),
            node("mac", io, json!([]), &[]),
            node("check", io, json!([uses("nix", io, &[(None, None)])]), &[]),
            node("win", io, json!([]), &[]),
            node("nix", io, json!([]), &[]),
        ]},
        "target_directory": "/home/somebody/ws/target", "workspace_root": "/home/somebody/ws",
        "version": 1, "metadata": null
    })
}

const LOCK: &str = "app 1.0.0 : check glib mac nix win\ncheck 1.0.0 crates.io!1111111111111111111111111111111111111111111111111111111111111111 : nix\n\
    glib 1.0.0 git+https://h.example/glib?branch=main#623cf3fffde4ee628583dd5c52ba9877c66565c4\n\
    left 1.0.0 crates.io : nix\nmac 1.0.0 crates.io\nnix 1.0.0 crates.io\ntool 1.0.0 : left\nwin 1.0.0 crates.io : left";

fn read(texts: &[&str]) -> Gathered {
    let inputs: Vec<Input> = texts
        .iter()
        .map(|text| Input::from_bytes("evidence", text.as_bytes()))
        .collect();
    gather(&inputs, &Options::default()).unwrap()
}

fn scope(bom: &Bom, name: &str) -> Scope {
    bom.packages.iter().find(|p| p.name == name).unwrap().scope
}

fn kinds(bom: &Bom, from: &str, to: &str) -> Vec<EdgeKind> {
    let name = |at: usize| bom.packages[at].name.as_str();
    bom.edges
        .iter()
        .filter(|edge| name(edge.from) == from && name(edge.to) == to)
        .map(|edge| edge.kind)
        .collect()
}

#[test]
fn it_tells_packages_kinds_features_and_facts_and_claims_no_scope_that_it_cannot_know() {
    let gathered = read(&[&metadata().to_string()]);
    assert_eq!(gathered.inputs[0].role, "cargo-metadata");
    assert!(gathered.findings.is_empty(), "{:?}", gathered.findings);
    let bom = gathered.bom;
    assert_eq!(bom.evidence[0].level, EvidenceLevel::CargoMetadata);
    assert_eq!(bom.packages.len(), 7);
    for name in ["app", "mac", "glib", "win", "nix", "tool"] {
        assert_eq!(scope(&bom, name), Scope::Maybe, "{name}");
    }
    assert_eq!(scope(&bom, "check"), Scope::Dev);
    assert_eq!(
        kinds(&bom, "app", "glib"),
        [EdgeKind::Normal, EdgeKind::Build]
    );
    assert_eq!(kinds(&bom, "app", "check"), [EdgeKind::Dev]);
    let named: Vec<_> = bom.edges.iter().filter_map(|e| e.name.as_deref()).collect();
    assert_eq!(named, ["g-lib", "g-lib"]);
    let of = |name: &str| bom.packages.iter().find(|p| p.name == name).unwrap();
    let glib = of("glib");
    assert_eq!(
        (glib.source.kind, glib.source.rev.as_deref()),
        (
            SourceKind::Git,
            Some("623cf3fffde4ee628583dd5c52ba9877c66565c4")
        )
    );
    assert_eq!(glib.units[0].features, ["a", "z"]);
    assert_eq!(of("mac").units[0].kind, "proc-macro");
    assert_eq!(of("app").units.len(), 2);
    assert_eq!(of("app").purl, None);
    assert_eq!(of("mac").license.as_deref(), Some("MIT OR Apache-2.0"));
    assert_eq!(of("mac").description.as_deref(), Some("mac, described"));
    assert_eq!(
        of("mac").enriched_from.as_deref(),
        Some("cargo-metadata-unverified")
    );
    assert_eq!(bom.roots, [0]);
    let selection = bom.selection.as_ref().unwrap();
    assert_eq!(
        (&selection.packages[..], &selection.features[..]),
        (&["app".to_owned()][..], &["fast".to_owned()][..])
    );
    assert!(selection.targets.is_empty() && selection.default_features && selection.dev);
    assert!(!format!("{bom:?}").contains("somebody/"));
}

#[test]
fn a_filter_for_a_platform_is_told_where_one_fits_and_dev_is_not_claimed_then() {
    let filtered = |keep: &str, platform: &str, other: &str| {
        let mut raw = metadata();
        let deps = raw["resolve"]["nodes"][0]["deps"].as_array_mut().unwrap();
        deps.retain(|dep| keep.is_empty() || dep["name"] != keep);
        let text = raw
            .to_string()
            .replace("cfg(windows)", platform)
            .replace("cfg(unix)", other);
        read(&[&text]).bom
    };
    let bom = filtered("nix", "x86_64-pc-windows-msvc", "cfg(unix)");
    assert_eq!(
        bom.selection.as_ref().unwrap().targets,
        ["x86_64-pc-windows-msvc"]
    );
    assert_eq!(scope(&bom, "check"), Scope::Maybe);
    // Every Windows target fits.
    let bom = filtered("nix", "cfg(windows)", "cfg(unix)");
    assert!(bom.selection.unwrap().targets.is_empty());
    // None does: more than one platform was asked for, or the manifests are odd.
    let bom = filtered("nix", "cfg(all())", "cfg(all())");
    assert!(bom.selection.unwrap().targets.is_empty());
}

#[test]
fn a_lockfile_adds_checksums_and_what_metadata_omit() {
    let (metadata, lock) = (metadata().to_string(), lockfile(LOCK));
    for order in [[&*metadata, &*lock], [&*lock, &*metadata]] {
        let gathered = read(&order);
        assert_eq!(gathered.findings, []);
        let bom = gathered.bom;
        assert_eq!(bom.evidence[0].level, EvidenceLevel::CargoMetadata);
        assert_eq!(bom.packages.len(), 8);
        let of = |name: &str| bom.packages.iter().find(|p| p.name == name).unwrap();
        assert!(of("check").checksum.sha256.is_some());
        assert_eq!(of("check").evidence, [0, 1]);
        // It may be built: metadata may omit it.
        assert_eq!(
            (of("left").scope, &of("left").evidence[..]),
            (Scope::Maybe, &[1][..])
        );
        assert_eq!(kinds(&bom, "tool", "left"), [EdgeKind::Unknown]);
        assert_eq!(kinds(&bom, "app", "check"), [EdgeKind::Dev]);
    }
}

#[test]
fn contradictions_are_findings() {
    let contradicted = |lock: &str| -> Vec<String> {
        let gathered = read(&[&metadata().to_string(), &lockfile(lock)]);
        let found = gathered.findings.into_iter();
        found
            .filter(|finding| finding.code == Code::EvidenceContradiction)
            .map(|finding| finding.message)
            .collect()
    };
    let gone = contradicted(&LOCK.replace("mac 1.0.0 crates.io", "mac 2.0.0 crates.io"));
    assert_eq!(gone.len(), 1, "{gone:?}");
    assert!(gone[0].contains("`mac@1.0.0` is in the cargo-metadata evidence"));
    let moved = contradicted(&LOCK.replace("#623c", "#723c"));
    assert!(moved[0].contains("another commit"), "{moved:?}");
    let edge = contradicted(&LOCK.replace(
        "crates.io!1111111111111111111111111111111111111111111111111111111111111111 : nix",
        "crates.io",
    ));
    assert!(edge[0].contains("does not depend"), "{edge:?}");
}

#[test]
fn beside_a_resolved_directory_it_gives_facts_and_is_held_against_it() {
    let project = Project::new(
        "app 1.0.0 : glib\nglib 1.0.0",
        &format!(
            "{APP}[dependencies]\nglib={{path='glib'}}\n{}",
            library("glib", "")
        ),
    );
    let mut raw = metadata();
    let keep = |name: &Value| name == "app" || name == "glib";
    let packages = raw["packages"].as_array_mut().unwrap();
    packages.retain(|package| keep(&package["name"]));
    packages[0]["dependencies"] = json!([]);
    packages[1] = package("glib", None, &["lib"], json!([]));
    raw["workspace_members"] = json!([id("app", None)]);
    raw["resolve"]["nodes"] = json!([
        node(
            "app",
            None,
            json!([uses("glib", None, &[(None, None)])]),
            &[]
        ),
        node("glib", None, json!([]), &[]),
    ]);
    let with = |raw: &Value| {
        let text = raw.to_string();
        let inputs = [
            Input::from_bytes("m.json", text.into_bytes()),
            Input::from_path(&project.0),
        ];
        generate_sbom(&inputs, &project.options(|_| {})).unwrap()
    };
    let generated = with(&raw);
    let bom = &generated.bom;
    assert_eq!(generated.report.verdict, Verdict::Incomplete);
    assert_eq!(bom.evidence[0].level, EvidenceLevel::Manifests);
    assert_eq!(scope(bom, "glib"), Scope::Linked);
    assert_eq!(
        bom.packages[1].license.as_deref(),
        Some("MIT OR Apache-2.0")
    );
    assert_eq!(bom.packages[1].evidence, [0, 1]);
    assert_eq!(bom.selection.as_ref().unwrap().targets, [LINUX]);
    let extra = package("stray", Some(CRATES_IO), &["lib"], json!([]));
    raw["packages"].as_array_mut().unwrap().push(extra);
    let generated = with(&raw);
    assert!(
        generated
            .report
            .to_json()
            .contains("the cargo-metadata evidence lists `stray@1.0.0`"),
        "{}",
        generated.report.to_json()
    );
    assert_eq!(generated.report.verdict, Verdict::Fail);
}

#[test]
fn without_dependencies_it_says_so() {
    let mut raw = metadata();
    raw["resolve"] = Value::Null;
    let packages = raw["packages"].as_array_mut().unwrap();
    packages.retain(|package| package["source"].is_null());
    let gathered = read(&[&raw.to_string()]);
    assert_eq!(gathered.bom.packages.len(), 2);
    assert_eq!(gathered.bom.selection, None);
    assert_eq!(gathered.bom.gaps.len(), 1);
    assert!(gathered.bom.gaps[0].reason.contains("--no-deps"));
    assert_eq!(gathered.findings[0].code, Code::CrateGap);
    assert_eq!(gathered.findings[0].package.as_deref(), Some("app@1.0.0"));
    // A lockfile has what is not there.
    let bom = read(&[&raw.to_string(), &lockfile(LOCK)]).bom;
    assert_eq!(bom.packages.len(), 8);
    assert_eq!(kinds(&bom, "app", "mac"), [EdgeKind::Unknown]);
}

#[test]
fn every_format_reads_back_and_verifies() {
    let text = metadata().to_string();
    let bom = read(&[&text]).bom;
    let options = Options::default();
    for format in Format::ALL {
        let bytes = sbom::write(&bom, format, None).unwrap();
        let shown = String::from_utf8_lossy(&bytes);
        assert!(shown.contains("cargo-metadata"), "{}", format.name());
        let mut read = sbom::read(&bytes, "x", &options.limits, &options.cancel).unwrap();
        read.bom.normalize();
        assert_eq!(read.bom.packages, bom.packages, "{}", format.name());
        assert_eq!(read.bom.edges, bom.edges, "{}", format.name());
        assert_eq!(read.bom.selection, bom.selection, "{}", format.name());
        let input = |text: &[u8]| Input::from_bytes("x", text);
        let report = verify_sbom(&input(&bytes), &[input(text.as_bytes())], &options).unwrap();
        assert_eq!(
            report.verdict,
            Verdict::Pass,
            "{}: {}",
            format.name(),
            report.to_json()
        );
    }
}

#[test]
fn what_is_newer_older_or_broken_is_told() {
    let error = |raw: &Value| {
        let input = Input::from_bytes("m.json", raw.to_string().into_bytes());
        gather(&[input], &Options::default()).unwrap_err()
    };
    let mut newer = metadata();
    newer["version"] = json!(2);
    let found = error(&newer);
    assert_eq!(found.kind(), ErrorKind::UnsupportedFormat);
    assert!(
        found.message().contains("version 2; version 1 is read"),
        "{found}"
    );
    for (place, value, says) in [
        ("/packages/1/version", json!("one"), "/packages/1: "),
        ("/packages/1/name", json!("../x"), "/packages/1: "),
        (
            "/packages/3/source",
            json!("registry+nothing"),
            "/packages/3: ",
        ),
        (
            "/workspace_default_members/0",
            json!("secret"),
            "/workspace_default_members/0: ",
        ),
        (
            "/resolve/nodes/1/id",
            json!("secret"),
            "/resolve/nodes/1/id: ",
        ),
        (
            "/resolve/nodes/0/deps/0/pkg",
            json!("secret"),
            "/resolve/nodes/0/deps/0/pkg: ",
        ),
    ] {
        let mut raw = metadata();
        *raw.pointer_mut(place).unwrap() = value;
        let found = error(&raw);
        assert_eq!(found.kind(), ErrorKind::Parse, "{place}");
        assert!(found.message().starts_with(says), "{place}: {found}");
        assert!(!found.message().contains("secret"), "{found}");
    }
    // Before 1.41 cargo did not tell kinds, before 1.71 not the default members.
    let mut older = metadata();
    older
        .as_object_mut()
        .unwrap()
        .remove("workspace_default_members");
    for node in older["resolve"]["nodes"].as_array_mut().unwrap() {
        for dep in node["deps"].as_array_mut().unwrap() {
            dep.as_object_mut().unwrap().remove("dep_kinds");
        }
    }
    let bom = read(&[&older.to_string()]).bom;
    assert_eq!(bom.roots.len(), 2);
    assert_eq!(kinds(&bom, "app", "check"), [EdgeKind::Unknown]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_change_of_it_makes_it_panic(place in 0..2_000usize, with in "[a-z0-9\"\\[\\]{},:]{0,4}") {
        let mut text = metadata().to_string();
        let mut at = place % text.len();
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let end = (at + with.len()).min(text.len());
        if text.is_char_boundary(end) {
            text.replace_range(at..end, &with);
        }
        let _ = gather(&[Input::from_bytes("m", text.into_bytes())], &Options::default());
    }
}

#[test]
fn many_packages_cost_little() {
    let io = Some(CRATES_IO);
    let count = 20_000;
    let packages: Vec<Value> = (0..count)
        .map(|at| package(&format!("p{at}"), io, &["lib"], json!([])))
        .collect();
    let nodes: Vec<Value> = (0..count)
        .map(|at| {
            let next = format!("p{}", (at + 1) % count);
            node(
                &format!("p{at}"),
                io,
                json!([uses(&next, io, &[(None, None)])]),
                &["f"],
            )
        })
        .collect();
    let raw = json!({"packages": packages, "workspace_members": [id("p0", io)], "version": 1,
        "resolve": {"nodes": nodes, "root": null}});
    let started = std::time::Instant::now();
    let bom = read(&[&raw.to_string()]).bom;
    assert_eq!(bom.edges.len(), count);
    assert!(started.elapsed().as_secs() < 30, "{:?}", started.elapsed());
}
