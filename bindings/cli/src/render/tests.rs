//! Rendering of reports made by hand, so that every shape of finding is seen.

use cratetrust_core::Inspection;
use cratetrust_core::report::{
    ArtifactReport, Code, Counts, Draft, Finding, PackageReport, Report, ReportInput, Severities,
    Severity, Status,
};
use serde_json::json;

use super::{Paint, diff, inspection, report};

const PLAIN: Paint = Paint::new(false);

fn package(name: &str, status: Status, anchors: &[&str]) -> PackageReport {
    PackageReport {
        id: format!("{name}@1.0.0"),
        name: name.to_owned(),
        version: "1.0.0".to_owned(),
        source: None,
        anchors: anchors.iter().map(|&anchor| anchor.to_owned()).collect(),
        status,
        counts: Counts::default(),
        artifacts: Vec::<ArtifactReport>::new(),
        attestations: Vec::new(),
    }
}

fn finished(packages: Vec<PackageReport>, findings: Vec<Finding>) -> Report {
    Draft {
        inputs: vec![ReportInput {
            role: "cargo-home".to_owned(),
            name: ".cargo".to_owned(),
            sha256: None,
        }],
        checks: vec!["checksum".to_owned(), "archive".to_owned()],
        packages,
        findings,
        unlisted: 3,
        bytes: 1536,
    }
    .finish(&Severities::default(), 1000)
}

fn missing(name: &str) -> Finding {
    Finding::new(Code::CrateMissing, "no bytes of the package are at hand")
        .package(format!("{name}@1.0.0"))
}

#[test]
fn a_pass_is_short() {
    let shown = report(
        &finished(
            vec![
                package("a", Status::Ok, &["lock"]),
                package("b", Status::Ok, &["lock", "index"]),
            ],
            vec![],
        ),
        PLAIN,
    );
    assert_eq!(
        shown,
        "pass: all 2 packages were checked and hold\n\
         \n\
         \x20 cargo-home  .cargo\n\
         \x20 packages    2: 2 ok\n\
         \x20 anchors     index 1, lock 2\n\
         \x20 checks      checksum, archive (preset strict)\n\
         \x20 read        1.5 KiB\n\
         \x20 unlisted    3 artifacts in the store that the lockfile does not name, not checked\n"
    );
}

#[test]
fn a_failure_names_package_place_and_both_digests() {
    let finding = Finding::new(Code::ChecksumLockMismatch, "The digests differ.")
        .package("a@1.0.0")
        .artifact("cache/a-1.0.0.crate")
        .values("00ff", "ff00");
    let inside = Finding::new(Code::EntrySymlink, "A link.")
        .package("a@1.0.0")
        .artifact("cache/a-1.0.0.crate")
        .path("a-1.0.0/link")
        .offset(512);
    let shown = report(
        &finished(
            vec![package("a", Status::Ok, &["lock"])],
            vec![finding, inside],
        ),
        PLAIN,
    );
    assert!(
        shown.starts_with("fail: 2 errors; 1 of 1 package failed\n"),
        "{shown}"
    );
    let block = "\na@1.0.0\n\
         \x20 error   checksum-lock-mismatch  cache/a-1.0.0.crate\n\
         \x20         The digests differ.\n\
         \x20         expected  00ff\n\
         \x20         actual    ff00\n\
         \x20 error   entry-symlink  cache/a-1.0.0.crate: a-1.0.0/link at byte 512\n\
         \x20         A link.\n";
    assert!(shown.ends_with(block), "{shown}");
}

#[test]
fn gaps_that_packages_share_are_told_once() {
    let names: Vec<String> = (10..22).map(|number| format!("p{number}")).collect();
    let mut packages: Vec<_> = names
        .iter()
        .map(|name| package(name, Status::Unchecked, &[]))
        .collect();
    packages.push(package("a", Status::Ok, &["lock"]));
    let findings = names.iter().map(|name| missing(name)).collect();
    let shown = report(&finished(packages, findings), PLAIN);
    assert!(
        shown.starts_with(
            "incomplete: no error was found, but 12 of 13 packages could not be checked\n"
        ),
        "{shown}"
    );
    assert!(
        shown.ends_with(
            "\n\
             warning crate-missing  12 of 13 packages are not in the cache\n\
             \x20         p10@1.0.0, p11@1.0.0, p12@1.0.0, p13@1.0.0, p14@1.0.0, p15@1.0.0, \
             p16@1.0.0, p17@1.0.0 … and 4 more (use --format json)\n\
             \x20         cargo downloads other platforms' packages only on a full `cargo fetch`\n\
             \n\
             `--severity crate-missing=info` accepts this gap\n"
        ),
        "{shown}"
    );
}

#[test]
fn nothing_checked_is_said_and_not_explained_away() {
    let shown = report(
        &finished(
            vec![package("p", Status::Unchecked, &[])],
            vec![missing("p")],
        ),
        PLAIN,
    );
    assert!(
        shown.starts_with("incomplete: nothing was checked\n"),
        "{shown}"
    );
    assert!(!shown.contains("accepts"), "{shown}");
}

#[test]
fn long_lists_are_cut_and_errors_come_first() {
    let mut packages = Vec::new();
    let mut findings = Vec::new();
    for number in 100..200 {
        let name = format!("p{number}");
        packages.push(package(&name, Status::Ok, &["lock"]));
        let id = format!("{name}@1.0.0");
        findings.push(
            Finding::new(Code::PathDuplicate, "Twice.")
                .package(&id)
                .path("x"),
        );
    }
    for number in 0..50 {
        findings.push(
            Finding::new(Code::EntryFifo, "A FIFO.")
                .package("p199@1.0.0")
                .path(format!("f{number}")),
        );
    }
    let shown = report(&finished(packages, findings), PLAIN);
    let first = shown.find("p199@1.0.0").unwrap();
    assert!(first < shown.find("p100@1.0.0").unwrap(), "{shown}");
    assert!(
        shown.contains("          … and 47 more of entry-fifo (use --format json)\n  warning path-duplicate  x\n"),
        "{shown}"
    );
    assert!(
        shown.contains("\n… and 80 more packages with findings (use --format json)\n"),
        "{shown}"
    );
    assert!(shown.lines().count() < 120, "{shown}");
}

#[test]
fn hostile_text_is_escaped_everywhere() {
    let evil = "e\u{1b}[2J\u{202e}\r\nvil";
    let mut hostile = package(evil, Status::Ok, &[evil]);
    hostile.id = evil.to_owned();
    let findings = vec![
        Finding::new(Code::VendorExtra, evil)
            .package(evil)
            .artifact(evil)
            .path(evil)
            .values(evil, evil),
        Finding::new(Code::CrateMissing, evil).package(evil),
        Finding::new(Code::LockPackageAdded, evil).package(evil),
        Finding::new(Code::LockPackageChanged, evil)
            .package(evil)
            .values(evil, evil),
        Finding::new(Code::DocumentInvalid, "x".repeat(100_000)),
    ];
    let mut made = finished(vec![hostile], findings);
    made.inputs.push(ReportInput {
        role: evil.to_owned(),
        name: evil.to_owned(),
        sha256: None,
    });
    made.checks.push(evil.to_owned());
    let facts = Inspection {
        kind: "sbom",
        name: evil.to_owned(),
        facts: vec![
            ("text", json!(evil)),
            ("list", json!([evil, {evil: evil}])),
            ("map", json!({evil: [evil]})),
        ],
        assessment: None,
    };
    for shown in [
        report(&made, PLAIN),
        diff(&made, PLAIN),
        inspection(&facts, PLAIN),
        super::heading(evil, PLAIN),
    ] {
        assert!(shown.contains("\\u{1b}"), "{shown}");
        assert!(
            !shown.replace('\n', "").chars().any(char::is_control),
            "{shown}"
        );
        assert!(!shown.contains('\u{202e}'), "{shown}");
        assert!(
            shown.lines().all(|line| line.chars().count() < 1000),
            "{shown}"
        );
    }
}

#[test]
fn colour_changes_nothing_but_colour() {
    let made = finished(
        vec![package("a", Status::Ok, &["lock"])],
        vec![
            Finding::new(Code::VendorExtra, "More.")
                .package("a@1.0.0")
                .path("x"),
            missing("b"),
            Finding::new(Code::LockPackageAdded, "New.").package("c@1.0.0"),
        ],
    );
    for render in [report, diff] {
        let coloured = render(&made, Paint::new(true));
        assert!(coloured.contains('\u{1b}'));
        let mut plain = String::new();
        for (position, part) in coloured.split('\u{1b}').enumerate() {
            plain.push_str(if position == 0 {
                part
            } else {
                part.split_once('m').unwrap().1
            });
        }
        assert_eq!(plain, render(&made, PLAIN));
    }
}

#[test]
fn overrides_are_shown_with_the_checks() {
    let mut severities = Severities::default();
    severities.set(Code::CrateMissing, Severity::Info);
    let made = Draft {
        checks: vec!["checksum".to_owned()],
        packages: vec![package("a", Status::Ok, &["lock"])],
        ..Draft::default()
    }
    .finish(&severities, 10);
    let shown = report(&made, PLAIN);
    assert!(
        shown.contains("checksum (preset strict, crate-missing=info)"),
        "{shown}"
    );
    assert!(
        shown.starts_with("pass: the package was checked and holds\n"),
        "{shown}"
    );
}

#[test]
fn a_diff_lists_changes_by_kind() {
    let shown = diff(
        &finished(
            vec![package("a", Status::Ok, &[])],
            vec![
                Finding::new(Code::LockPackageAdded, "New.").package("new@1.0.0"),
                Finding::new(Code::LockPackageRemoved, "Gone.").package("old@1.0.0"),
                Finding::new(Code::LockPackageChanged, "Other.")
                    .package("a@1.1.0")
                    .values("1.0.0", "1.1.0"),
            ],
        ),
        PLAIN,
    );
    assert!(shown.starts_with("pass: 3 changes\n"), "{shown}");
    assert!(
        shown.contains("  changes     1 added, 1 removed, 1 changed\n"),
        "{shown}"
    );
    assert!(
        shown.ends_with("\n+ new@1.0.0\n\n- old@1.0.0\n\n~ a  1.0.0 → 1.1.0\n"),
        "{shown}"
    );
}

#[test]
fn facts_are_a_table_and_lists_are_cut() {
    let shown = inspection(
        &Inspection {
            kind: "lockfile",
            name: "Cargo.lock".to_owned(),
            facts: vec![
                ("version", json!(4)),
                ("yanked", json!(null)),
                ("mixed", json!(false)),
                ("unpacked_bytes", json!(1536)),
                ("few", json!(["a", "b"])),
                ("nothing", json!([])),
                ("sources", json!({"crates.io": 3, "git": 1})),
                ("roots", json!((0..25).collect::<Vec<_>>())),
                ("deep", json!({"a": {"b": {"c": {"d": 1}}}})),
            ],
            assessment: None,
        },
        PLAIN,
    );
    assert!(
        shown.starts_with(
            "Cargo.lock: lockfile\n\
             \x20 version         4\n\
             \x20 yanked          not stated\n\
             \x20 mixed           no\n\
             \x20 unpacked bytes  1536 (1.5 KiB)\n\
             \x20 few             a, b\n\
             \x20 nothing         none\n\
             \x20 sources         crates.io 3, git 1\n\
             \x20 roots           25\n\
             \x20                   0\n"
        ),
        "{shown}"
    );
    assert!(
        shown.contains("… and 5 more (use --format json)\n"),
        "{shown}"
    );
    assert!(shown.ends_with("  deep            a b c …\n"), "{shown}");
}
