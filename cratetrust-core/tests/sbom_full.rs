//! `verify_sbom` at level `full`: selection, scopes and licences, with evidence that knows them (a bill
//! of materials of one selection, as plain JSON) and with evidence that does not (a lockfile); and
//! what a selection does to presence at every level.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail by panicking"
)]

use std::collections::BTreeSet;

use cratetrust_core::bom::{
    Bom, Edge, EdgeKind, EvidenceLevel, EvidenceSource, Package, Scope, Selection,
};
use cratetrust_core::options::Level;
use cratetrust_core::package::{Source, SourceKind, package_purl};
use cratetrust_core::report::{Report, Verdict};
use cratetrust_core::sbom::Format;
use cratetrust_core::{Input, Options, sbom, verify_sbom};
use serde_json::{Value, json};

const LINUX: &str = "x86_64-unknown-linux-gnu";
const WINDOWS: &str = "x86_64-pc-windows-msvc";

const APP: usize = 0;
const BUILD: usize = 1;
const LINKED: usize = 2;
const MAYBE: usize = 3;
const WIN: usize = 4;

/// A build of one target: what is linked, what builds it, what may be in it and what is not.
fn truth() -> Bom {
    let scopes = [
        ("app", Scope::Linked, None),
        ("build-it", Scope::Build, Some("MIT OR Apache-2.0")),
        ("linked", Scope::Linked, Some("MIT OR Apache-2.0")),
        ("maybe", Scope::Maybe, Some("Zlib")),
        ("win", Scope::NotBuilt, Some("MIT")),
    ];
    let packages = scopes
        .into_iter()
        .enumerate()
        .map(|(id, (name, scope, license))| {
            let kind = if id == APP {
                SourceKind::Path
            } else {
                SourceKind::CratesIo
            };
            let mut package = Package::new(name, "1.0.0", Source::of(kind));
            package.id = id;
            package.purl = package_purl(name, "1.0.0", &package.source);
            package.scope = scope;
            package.license = license.map(str::to_owned);
            package.evidence = vec![0];
            package
        })
        .collect();
    let edge = |to, kind| Edge {
        from: APP,
        to,
        kind,
        name: None,
        evidence: vec![0],
    };
    Bom {
        selection: Some(Selection {
            targets: vec![LINUX.to_owned()],
            default_features: true,
            ..Selection::default()
        }),
        evidence: vec![EvidenceSource {
            level: EvidenceLevel::Manifests,
            name: "Cargo.lock".to_owned(),
            sha256: None,
        }],
        roots: vec![APP],
        packages,
        edges: vec![
            edge(BUILD, EdgeKind::Build),
            edge(LINKED, EdgeKind::Normal),
            edge(MAYBE, EdgeKind::Normal),
        ],
        ..Bom::default()
    }
}

fn compare(document: &[u8], evidence: &[u8], level: Level) -> Report {
    let options = Options {
        level,
        ..Options::default()
    };
    let document = Input::from_bytes("sbom", document);
    let evidence = Input::from_bytes("evidence", evidence);
    verify_sbom(&document, &[evidence], &options).unwrap()
}

fn evidence() -> Vec<u8> {
    sbom::write(&truth(), Format::Json, None).unwrap()
}

fn found(report: &Report) -> BTreeSet<(&'static str, Option<&str>)> {
    let findings = report.findings.iter();
    findings
        .map(|f| (f.code.name(), f.package.as_deref()))
        .collect()
}

/// Compares a changed bill of materials, written in every format and version.
fn in_every_format(
    change: impl Fn(&mut Bom),
    level: Level,
    verdict: Verdict,
    wanted: &[(&'static str, Option<&str>)],
) {
    let mut bom = truth();
    change(&mut bom);
    let wanted: BTreeSet<_> = wanted.iter().copied().collect();
    for format in Format::ALL {
        for version in format.versions() {
            let document = sbom::write(&bom, format, Some(version)).unwrap();
            let report = compare(&document, &evidence(), level);
            let what = format!("{} {version}: {:#?}", format.name(), report.findings);
            assert_eq!(found(&report), wanted, "{what}");
            assert_eq!(report.verdict, verdict, "{what}");
        }
    }
}

#[test]
fn the_truth_passes_at_every_level() {
    for level in Level::ALL {
        in_every_format(|_| {}, level, Verdict::Pass, &[]);
    }
    let report = compare(&evidence(), &evidence(), Level::Full);
    assert_eq!(report.checks, ["components", "graph", "full"]);
}

#[test]
fn a_false_scope_is_found_at_its_package_and_at_full_only() {
    for (package, scope, id) in [
        (LINKED, Scope::Build, "linked@1.0.0"),
        (LINKED, Scope::NotBuilt, "linked@1.0.0"),
        (BUILD, Scope::Linked, "build-it@1.0.0"),
        (BUILD, Scope::Dev, "build-it@1.0.0"),
        (WIN, Scope::Linked, "win@1.0.0"),
    ] {
        let change = |bom: &mut Bom| bom.packages[package].scope = scope;
        let wanted = [("scope-mismatch", Some(id))];
        in_every_format(change, Level::Full, Verdict::Fail, &wanted);
        in_every_format(change, Level::Graph, Verdict::Pass, &[]);
    }
}

#[test]
fn what_is_not_built_may_be_left_out_but_not_listed_without_a_word() {
    let leave_out = |bom: &mut Bom| drop(bom.packages.remove(WIN));
    in_every_format(leave_out, Level::Full, Verdict::Pass, &[]);
    in_every_format(
        |bom| bom.packages[WIN].scope = Scope::Maybe,
        Level::Full,
        Verdict::Fail,
        &[("scope-mismatch", Some("win@1.0.0"))],
    );
}

#[test]
fn where_the_evidence_cannot_tell_the_verdict_is_incomplete() {
    let leave_out = |bom: &mut Bom| {
        bom.edges.retain(|edge| edge.to != MAYBE);
        bom.packages.remove(MAYBE);
        bom.packages[MAYBE].id = MAYBE;
    };
    let wanted = [("component-unlisted", Some("maybe@1.0.0"))];
    in_every_format(leave_out, Level::Graph, Verdict::Incomplete, &wanted);
    in_every_format(
        |bom| bom.packages[MAYBE].scope = Scope::Linked,
        Level::Full,
        Verdict::Incomplete,
        &[("not-checked", None)],
    );
}

#[test]
fn a_false_licence_is_found_and_another_spelling_is_none() {
    in_every_format(
        |bom| bom.packages[LINKED].license = Some("GPL-3.0-only".to_owned()),
        Level::Full,
        Verdict::Fail,
        &[("license-mismatch", Some("linked@1.0.0"))],
    );
    for spelling in [
        "Apache-2.0 OR MIT",
        "MIT/Apache-2.0",
        "MIT OR Apache-2.0 OR MIT",
    ] {
        let change = |bom: &mut Bom| bom.packages[LINKED].license = Some(spelling.to_owned());
        in_every_format(change, Level::Full, Verdict::Pass, &[]);
    }
    in_every_format(
        |bom| bom.packages[LINKED].license = None,
        Level::Full,
        Verdict::Incomplete,
        &[("document-incomplete", None)],
    );
}

#[test]
fn another_selection_is_told_and_leaves_out_what_it_likes() {
    let other = |bom: &mut Bom| {
        bom.selection.as_mut().unwrap().targets = vec![WINDOWS.to_owned()];
    };
    let wanted = [("selection-mismatch", None)];
    in_every_format(other, Level::Full, Verdict::Fail, &wanted);
    let without = |bom: &mut Bom| {
        other(bom);
        bom.edges.retain(|edge| edge.to != BUILD);
        for edge in &mut bom.edges {
            edge.to -= 1;
        }
        bom.packages.remove(BUILD);
        for (id, package) in bom.packages.iter_mut().enumerate() {
            package.id = id;
        }
    };
    let wanted = [("component-unlisted", Some("build-it@1.0.0"))];
    in_every_format(without, Level::Graph, Verdict::Incomplete, &wanted);
}

/// A CycloneDX document of another tool, which has no scopes of ours.
fn of_another_tool(change: impl Fn(&mut Value)) -> Report {
    let components: Vec<Value> = [("build-it", "excluded"), ("linked", "required"), ("win", "excluded")]
        .into_iter()
        .map(|(name, scope)| {
            json!({"type": "library", "bom-ref": name, "name": name, "version": "1.0.0", "scope": scope,
                "purl": format!("pkg:cargo/{name}@1.0.0"),
                "licenses": [{"expression": truth().packages.iter().find(|p| p.name == name).unwrap().license}]})
        })
        .collect();
    let mut document = json!({"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
        "metadata": {
            "component": {"type": "application", "bom-ref": "app", "name": "app", "version": "1.0.0"},
            "properties": [{"name": "cdx:rustc:sbom:target:triple", "value": LINUX}]},
        "components": components,
        "dependencies": [{"ref": "app", "dependsOn": ["build-it", "linked"]}]});
    change(&mut document);
    compare(document.to_string().as_bytes(), &evidence(), Level::Full)
}

#[test]
fn scopes_of_another_tool_mean_what_cyclonedx_says() {
    let maybe = ("component-unlisted", Some("maybe@1.0.0"));
    let honest = of_another_tool(|_| {});
    assert_eq!(
        found(&honest),
        BTreeSet::from([maybe]),
        "{:#?}",
        honest.findings
    );
    for (place, scope, id) in [
        (0, json!("required"), "build-it@1.0.0"),
        (1, json!("excluded"), "linked@1.0.0"),
        (2, json!("required"), "win@1.0.0"),
        // No scope counts as `required`.
        (2, Value::Null, "win@1.0.0"),
    ] {
        let report = of_another_tool(|document| {
            let component = document["components"][place].as_object_mut().unwrap();
            match &scope {
                Value::Null => drop(component.remove("scope")),
                scope => drop(component.insert("scope".to_owned(), scope.clone())),
            }
        });
        let wanted = BTreeSet::from([maybe, ("scope-mismatch", Some(id))]);
        assert_eq!(found(&report), wanted, "{scope}: {:#?}", report.findings);
        assert_eq!(report.verdict, Verdict::Fail);
    }
    let optional = of_another_tool(|d| d["components"][1]["scope"] = json!("optional"));
    assert!(found(&optional).contains(&("scope-mismatch", Some("linked@1.0.0"))));
    assert_eq!(
        optional.verdict,
        Verdict::Incomplete,
        "a warning does not decide"
    );
    let silent = of_another_tool(|d| {
        for component in d["components"].as_array_mut().unwrap() {
            component.as_object_mut().unwrap().remove("scope");
        }
    });
    assert!(
        found(&silent).contains(&("document-incomplete", None)),
        "{:#?}",
        silent.findings
    );
    assert!(found(&silent).contains(&("scope-mismatch", Some("win@1.0.0"))));
}

/// What the document states and a lockfile does not hold could not be compared, and is not blamed.
#[test]
fn a_lockfile_does_not_tell_licences_scopes_and_selections() {
    let lock =
        "version = 4\n\n[[package]]\nname = \"app\"\nversion = \"1.0.0\"\ndependencies = [\n \
                \"build-it\",\n \"linked\",\n \"maybe\",\n]\n"
            .to_owned()
            + &["build-it", "linked", "maybe"]
                .map(|name| {
                    format!(
                        "\n[[package]]\nname = \"{name}\"\nversion = \"1.0.0\"\n\
                 source = \"registry+https://github.com/rust-lang/crates.io-index\"\n"
                    )
                })
                .concat();
    let mut bom = truth();
    bom.packages.remove(WIN);
    let document = sbom::write(&bom, Format::Json, None).unwrap();
    let of = |level| compare(&document, lock.as_bytes(), level);
    let own = |report: &Report| -> Vec<&'static str> {
        let codes = report.findings.iter().map(|f| f.code.name());
        codes.filter(|code| !code.starts_with("lock-")).collect()
    };
    assert_eq!(own(&of(Level::Graph)), Vec::<&str>::new());
    let full = of(Level::Full);
    assert_eq!(own(&full), ["not-checked"; 3], "{:#?}", full.findings);
    assert_eq!(full.verdict, Verdict::Incomplete);
}

/// Findings stay bounded and the work linear, however often a lie is repeated.
#[test]
fn a_flood_of_one_lie_is_no_flood_of_findings() {
    const MANY: usize = 200_000;
    let copies: Vec<String> = (0..MANY)
        .map(|n| format!(r#"{{"type":"library","bom-ref":"c{n}","name":"linked","version":"1.0.0","purl":"pkg:cargo/linked@1.0.0"}}"#))
        .collect();
    let unknown: Vec<String> = (0..MANY).map(|n| format!("\"nowhere{n}\"")).collect();
    let document = format!(
        r#"{{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"metadata":{{"component":{{"type":"application","bom-ref":"app","name":"app","version":"1.0.0"}}}},"components":[{}],"dependencies":[{{"ref":"app","dependsOn":["c0",{}]}}]}}"#,
        copies.join(","),
        unknown.join(",")
    );
    let report = compare(document.as_bytes(), &evidence(), Level::Full);
    assert_eq!(report.verdict, Verdict::Fail);
    let of = |code| {
        report
            .findings
            .iter()
            .filter(|f| f.code.name() == code)
            .count()
    };
    assert_eq!(of("component-duplicate"), 1);
    assert!(of("edge-unknown-ref") >= 100);
    assert!(report.findings.len() < 3_000, "{}", report.findings.len());
}
