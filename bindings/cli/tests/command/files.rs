//! Output files that appear whole or not at all, closed pipes, full disks, and the document's time.

use std::process::Stdio;

use crate::support::{Dir, Done, LOCK};

#[test]
fn the_document_goes_to_its_file_and_the_report_to_its_own() {
    let dir = Dir::with_lock();
    let made = dir
        .run(&[
            "sbom",
            "Cargo.lock",
            "-o",
            "bom.json",
            "--report",
            "report.json",
        ])
        .expect_code(0);
    assert!(made.out.is_empty() && made.err.is_empty(), "{made:?}");
    assert_eq!(dir.names(), ["Cargo.lock", "bom.json", "report.json"]);
    let document = dir.run(&["sbom", "Cargo.lock"]).expect_code(0);
    assert_eq!(dir.read("bom.json"), document.out);
    let report: serde_json::Value = serde_json::from_str(&dir.read("report.json")).unwrap();
    assert_eq!(report["schema"], "cratetrust.report/1");
    // The report may take the place on standard output that the document leaves.
    let report = dir
        .run(&["sbom", "Cargo.lock", "-o", "bom.json", "--report", "-"])
        .expect_code(0);
    assert_eq!(report.out, dir.read("report.json"));
    // As JSON on standard error it is the same.
    let beside = dir
        .run(&["sbom", "Cargo.lock", "--format=json"])
        .expect_code(0);
    assert_eq!(beside.err, dir.read("report.json"));
    assert_eq!(beside.out, document.out);
    assert_eq!(
        dir.run(&["sbom", "Cargo.lock", "-o", "-"])
            .expect_code(0)
            .out,
        document.out
    );
}

#[test]
fn nothing_appears_where_one_file_cannot_be_written() {
    let dir = Dir::with_lock();
    dir.write("file", "kept");
    dir.write("old.json", "kept");
    for args in [
        &["-o", "none/bom.json"][..],
        &["-o", "file/bom.json"],
        &["-o", "."],
        &["-o", "none/"],
        &["-o", "new.json", "--report", "none/report.json"],
        &["-o", "old.json", "--report", "none/report.json"],
        &["--report", "none/report.json"],
        &["-o", "same.json", "--report", "same.json"],
        &["-o", "same.json", "--report", "./old.json/../same.json"],
        &["-o", "Cargo.lock"],
        &["-o", "new.json", "--report", "./Cargo.lock"],
    ] {
        let done = dir
            .run(&[&["sbom", "Cargo.lock"], args].concat())
            .expect_code(2);
        assert!(done.out.is_empty(), "{args:?}: {done:?}");
        assert!(done.err.starts_with("error: "), "{args:?}: {done:?}");
        assert_eq!(dir.names(), ["Cargo.lock", "file", "old.json"], "{args:?}");
        assert_eq!(dir.read("old.json"), "kept");
        assert_eq!(dir.read("Cargo.lock"), LOCK);
    }
    // The lockfile of a directory is evidence too.
    dir.run(&["sbom", ".", "-o", "Cargo.lock"]).expect_code(2);
    assert_eq!(dir.read("Cargo.lock"), LOCK);
}

#[test]
fn evidence_that_cannot_be_understood_leaves_no_document() {
    let dir = Dir::new();
    dir.write("Cargo.lock", "version = ");
    dir.write("bom.json", "kept");
    let done = dir
        .run(&["sbom", "Cargo.lock", "-o", "bom.json", "--report", "r.json"])
        .expect_code(2);
    assert!(done.err.starts_with("error: Cargo.lock:1"), "{done:?}");
    assert_eq!(dir.read("bom.json"), "kept");
    assert_eq!(dir.names(), ["Cargo.lock", "bom.json"]);
}

#[test]
fn a_document_is_written_although_its_evidence_fails() {
    let dir = Dir::new();
    dir.write(
        "Cargo.lock",
        LOCK.replace("version = 4", "version = 4\n")
            + "\n[metadata]\n\"checksum one 1.0.0 (registry+https://github.com/rust-lang/crates.io-index)\" = \"cb8379ac2098aa165029e3938a51da0bcecfc008fd6795f401178647f96c5b34\"\n",
    );
    let done = dir
        .run(&["sbom", "Cargo.lock", "-o", "bom.json"])
        .expect_code(1);
    assert!(done.err.contains("fail: "), "{done:?}");
    assert!(dir.read("bom.json").ends_with("}\n"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_exit_2() {
    let dir = Dir::with_lock();
    for args in [
        &["sbom", "Cargo.lock"][..],
        &["inspect", "Cargo.lock"],
        &["diff", "Cargo.lock", "Cargo.lock"],
    ] {
        let full = std::fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .unwrap();
        let done = Done::of(dir.command(args).stdout(full).stderr(Stdio::piped())).expect_code(2);
        assert!(done.err.contains("error: "), "{args:?}: {done:?}");
    }
    let done = dir
        .run(&["sbom", "Cargo.lock", "-o", "/dev/full"])
        .expect_code(2);
    assert!(done.err.starts_with("error: /dev/full"), "{done:?}");
}

#[test]
fn a_reader_that_goes_away_changes_nothing() {
    let dir = Dir::with_lock();
    dir.write("two.lock", LOCK.replace("cb8379ac", "00000000"));
    for (args, code) in [
        (&["--help"][..], 0),
        (&["sbom", "Cargo.lock", "--quiet"], 0),
        (&["inspect", "Cargo.lock"], 0),
        (&["diff", "Cargo.lock", "two.lock"], 1),
        (&["diff", "Cargo.lock", "two.lock", "--format=json"], 1),
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let done = Done::of(dir.command(args).stdout(writer)).expect_code(code);
        assert!(done.err.is_empty(), "{args:?}: {done:?}");
    }
}

#[test]
fn the_time_comes_from_the_flag_or_the_environment() {
    let dir = Dir::with_lock();
    let with = |epoch: Option<&str>, flags: &[&str]| {
        let mut command =
            dir.command(&[&["sbom", "Cargo.lock", "--output-format", "json"], flags].concat());
        if let Some(epoch) = epoch {
            command.env("SOURCE_DATE_EPOCH", epoch);
        }
        Done::of(&mut command)
    };
    let time = |done: Done| done.expect_code(0).json()["document"]["timestamp"].clone();
    assert_eq!(time(with(None, &[])), serde_json::Value::Null);
    assert_eq!(time(with(Some("0"), &[])), "1970-01-01T00:00:00Z");
    assert_eq!(time(with(Some("1700000000"), &[])), "2023-11-14T22:13:20Z");
    let flag = &["--timestamp", "2026-01-02T03:04:05+01:00"][..];
    assert_eq!(time(with(Some("0"), flag)), "2026-01-02T02:04:05Z");
    assert_eq!(time(with(Some("nonsense"), flag)), "2026-01-02T02:04:05Z");
    for wrong in ["", "nonsense", "-1", "+1", "1.5", "99999999999999"] {
        let done = with(Some(wrong), &["-o", "bom.json"]).expect_code(2);
        assert!(done.err.starts_with("error: "), "{wrong}: {done:?}");
        assert_eq!(dir.names(), ["Cargo.lock"]);
    }
    // Only a document has a time.
    Done::of(
        dir.command(&["inspect", "Cargo.lock"])
            .env("SOURCE_DATE_EPOCH", "nonsense"),
    )
    .expect_code(0);
}

#[test]
fn who_made_it_stands_in_the_document() {
    let dir = Dir::with_lock();
    let json = dir
        .run(&[
            "sbom",
            "Cargo.lock",
            "--output-format=json",
            "--supplier",
            "Example Ltd",
            "--contact",
            "security@example.org",
            "--author",
            "A, B",
            "--author",
            "C",
        ])
        .expect_code(0)
        .json();
    let document = &json["document"];
    assert_eq!(document["supplier"]["name"], "Example Ltd");
    assert_eq!(document["supplier"]["email"], "security@example.org");
    assert_eq!(document["authors"][0]["name"], "A, B");
    assert_eq!(document["authors"][1]["name"], "C");
}

#[test]
fn the_document_does_not_depend_on_where_it_is_made() {
    let (here, there) = (Dir::with_lock(), Dir::with_lock());
    for format in [
        "cyclonedx-json",
        "cyclonedx-xml",
        "spdx-json",
        "spdx-tag-value",
        "spdx3-json",
        "json",
    ] {
        let args = ["sbom", "Cargo.lock", "--output-format", format];
        let one = here.run(&args).expect_code(0);
        let path = there.path().join("Cargo.lock");
        let other = here
            .run(&["sbom", path.to_str().unwrap(), "--output-format", format])
            .expect_code(0);
        assert_eq!(one.out, other.out);
        assert!(!other.out.contains(there.path().to_str().unwrap()));
    }
}
