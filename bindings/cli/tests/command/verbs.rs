//! What each subcommand answers, and the exit code that goes with it.

use serde_json::Value;

use crate::support::{ABC, Dir, Done, LOCK};

fn verdict(report: &Value) -> &str {
    assert_eq!(report["schema"], "cratetrust.report/1");
    report["verdict"].as_str().unwrap()
}

fn codes(report: &Value) -> Vec<&str> {
    report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["code"].as_str().unwrap())
        .collect()
}

/// A directory with the `.crate` file of `one`, and of `two` where it is to be complete.
fn crates(complete: bool) -> Dir {
    let dir = Dir::with_lock();
    dir.write("crates/one-1.0.0.crate", "abc");
    if complete {
        dir.write("crates/two-2.0.0.crate", "abcd");
        // SHA-256 of `abcd`.
        dir.write(
            "Cargo.lock",
            LOCK.replace(
                "cb8379ac2098aa165029e3938a51da0bcecfc008fd6795f401178647f96c5b34",
                "88d4266fd4e6338d13b845fcf289579d209c897823b9217da3e161936f031589",
            ),
        );
    }
    dir
}

#[test]
fn verify_passes_what_holds() {
    let dir = crates(true);
    let args = [
        "verify",
        "crates",
        "--lockfile",
        "Cargo.lock",
        "--checks",
        "checksum",
    ];
    let done = dir.run(&args).expect_code(0);
    assert!(done.out.starts_with("pass: "), "{done:?}");
    assert!(done.out.contains("lock 2"), "{done:?}");
    assert!(done.err.is_empty());
    let json = dir
        .run(&[&args[..], &["--format", "json"]].concat())
        .expect_code(0);
    assert_eq!(verdict(&json.json()), "pass");
}

#[test]
fn verify_is_incomplete_where_a_crate_is_missing() {
    let dir = crates(false);
    let args = [
        "verify",
        "crates",
        "--lockfile",
        "Cargo.lock",
        "--checks",
        "checksum",
    ];
    let done = dir.run(&args).expect_code(1);
    assert!(done.out.starts_with("incomplete: "), "{done:?}");
    assert!(done.out.contains("two@2.0.0"), "{done:?}");
    assert!(
        done.out.contains("--severity crate-missing=info"),
        "{done:?}"
    );
    let with = |level: &str| {
        let severity = format!("crate-missing={level}");
        dir.run(&[&args[..], &["--severity", &severity]].concat())
    };
    with("info").expect_code(0);
    let failed = with("error").expect_code(1);
    assert!(failed.out.starts_with("fail: "), "{failed:?}");
}

#[test]
fn verify_fails_what_does_not_hold() {
    let dir = crates(false);
    dir.write("crates/two-2.0.0.crate", "tampered");
    let args = ["verify", "crates", "--lockfile", "Cargo.lock"];
    let checksum = [&args[..], &["--checks", "checksum"]].concat();
    let done = dir.run(&checksum).expect_code(1);
    assert!(done.out.starts_with("fail: "), "{done:?}");
    assert!(done.out.contains("checksum-lock-mismatch"), "{done:?}");
    // Expected and actual digest, whole.
    assert!(
        done.out
            .contains("cb8379ac2098aa165029e3938a51da0bcecfc008fd6795f401178647f96c5b34"),
        "{done:?}"
    );
    assert!(!done.out.contains('\u{1b}'));
    // Bytes that are no archive fail the archive check.
    let json = dir
        .run(&[&args[..], &["--format", "json"]].concat())
        .expect_code(1)
        .json();
    assert!(codes(&json).contains(&"gz-magic"), "{json}");
}

#[test]
fn verify_takes_a_digest_from_the_caller_and_a_crate_from_stdin() {
    let dir = crates(false);
    let hash = ["--checks", "checksum", "--sha256", ABC];
    let path = "crates/one-1.0.0.crate";
    dir.run(&[&["verify", path], &hash[..]].concat())
        .expect_code(0);
    dir.run_with_input(&[&["verify", "-"], &hash[..]].concat(), b"abc")
        .expect_code(0);
    let wrong = dir
        .run_with_input(
            &[&["verify", "-", "--format=json"], &hash[..]].concat(),
            b"abd",
        )
        .expect_code(1);
    assert!(codes(&wrong.json()).contains(&"checksum-caller-mismatch"));
}

#[test]
fn verify_answers_for_each_path_and_exits_with_the_worst() {
    let dir = crates(true);
    dir.write("empty-1.0.0.crate", "");
    let (good, bad) = ("crates", "empty-1.0.0.crate");
    let common = ["--lockfile", "Cargo.lock", "--checks", "checksum"];
    let run = |paths: &[&str], format: &str| {
        dir.run(&[&["verify", "--format", format], paths, &common].concat())
    };
    let done = run(&[good, bad], "json").expect_code(1);
    let lines: Vec<Value> = done
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(verdict(&lines[0]), "pass");
    assert_ne!(verdict(&lines[1]), "pass");
    // A path that cannot be opened does not keep the others from their report.
    let done = run(&["none.crate", good], "json").expect_code(2);
    assert_eq!(done.out.lines().count(), 1);
    assert_eq!(done.error_json()["kind"], "not-found");
    let text = run(&[good, good], "text").expect_code(0).out;
    assert_eq!(text.matches("crates:\n").count(), 2, "{text}");
    // The lockfile is read for each path, also from standard input.
    dir.run_with_input(
        &[
            "verify",
            good,
            good,
            "--lockfile",
            "-",
            "--checks",
            "checksum",
        ],
        dir.read("Cargo.lock").as_bytes(),
    )
    .expect_code(0);
}

#[test]
fn a_measure_that_cannot_be_read_is_exit_2() {
    let dir = crates(true);
    dir.write("broken.lock", "version = 4\n[[package]]\nname = \n");
    let done = dir
        .run(&["verify", "crates", "--lockfile", "broken.lock"])
        .expect_code(2);
    assert!(done.out.is_empty());
    assert!(done.err.starts_with("error: broken.lock:3"), "{done:?}");
    let json = dir
        .run(&[
            "verify",
            "crates",
            "--lockfile",
            "broken.lock",
            "--format=json",
        ])
        .expect_code(2)
        .error_json();
    assert_eq!(json["kind"], "parse");
    assert_eq!(json["line"], 3);
    let limited = dir
        .run(&[
            "verify",
            "crates",
            "--lockfile",
            "Cargo.lock",
            "--limit",
            "lockfile-size=10",
        ])
        .expect_code(2);
    assert!(limited.err.contains("lockfile-size = 10"), "{limited:?}");
    assert!(limited.err.contains("hint:"), "{limited:?}");
}

#[test]
fn results_do_not_depend_on_threads() {
    let dir = crates(true);
    let run = |jobs: &str| {
        dir.run(&[
            "verify",
            "crates",
            "--lockfile",
            "Cargo.lock",
            "--format=json",
            "--jobs",
            jobs,
        ])
        .out
    };
    assert_eq!(run("1"), run("8"));
}

#[test]
fn quiet_prints_nothing_but_errors() {
    let dir = crates(false);
    dir.write("bom.json", "{}");
    for (args, code) in [
        (&["verify", "crates", "--lockfile", "Cargo.lock"][..], 1),
        (
            &[
                "verify",
                "crates",
                "--lockfile",
                "Cargo.lock",
                "--format=json",
            ],
            1,
        ),
        (&["diff", "Cargo.lock", "Cargo.lock"], 0),
        (&["inspect", "Cargo.lock"], 0),
        (&["sbom", "Cargo.lock", "-o", "out.json"], 0),
    ] {
        let done = dir.run(&[args, &["--quiet"]].concat()).expect_code(code);
        assert!(done.out.is_empty() && done.err.is_empty(), "{done:?}");
    }
    let done = dir.run(&["inspect", "none", "--quiet"]).expect_code(2);
    assert!(done.err.starts_with("error: "));
}

#[test]
fn an_sbom_made_is_an_sbom_verified() {
    let dir = Dir::with_lock();
    for format in [
        "cyclonedx-json",
        "cyclonedx-xml",
        "spdx-json",
        "spdx-tag-value",
        "spdx3-json",
        "json",
    ] {
        let made = dir
            .run(&["sbom", "Cargo.lock", "--output-format", format])
            .expect_code(0);
        if format.ends_with("json") {
            serde_json::from_str::<Value>(&made.out).unwrap();
        }
        assert!(made.out.ends_with('\n') && !made.out.ends_with("\n\n"));
        assert!(made.err.contains("3 packages"), "{made:?}");
        dir.write("bom.json", &made.out);
        let done = dir
            .run(&["verify-sbom", "bom.json", "Cargo.lock"])
            .expect_code(0);
        assert!(done.out.starts_with("pass: "), "{done:?}");
        // The SBOM may come through a pipe, the evidence may be a directory.
        dir.run_with_input(&["verify-sbom", "-", "."], made.out.as_bytes())
            .expect_code(0);
        let changed = made.out.replace("2.0.0", "2.0.1");
        let done = dir
            .run_with_input(
                &["verify-sbom", "-", "Cargo.lock", "--format=json"],
                changed.as_bytes(),
            )
            .expect_code(1);
        assert_eq!(verdict(&done.json()), "fail");
    }
    let done = dir
        .run_with_input(&["verify-sbom", "-", "Cargo.lock"], b"no document")
        .expect_code(2);
    assert!(done.err.starts_with("error: stdin"), "{done:?}");
}

#[test]
fn reports_come_as_sarif_and_an_sbom_report_begins_with_three_lines() {
    let dir = Dir::with_lock();
    let made = dir.run(&["sbom", "Cargo.lock"]).expect_code(0);
    dir.write("bom.json", made.out.replace("2.0.0", "2.0.1"));
    let args = ["verify-sbom", "bom.json", "Cargo.lock"];
    let text = dir.run(&args).expect_code(1);
    let lines: Vec<&str> = text.out.lines().take(4).collect();
    assert!(lines[0].starts_with("fail: "), "{text:?}");
    assert!(
        lines[1].starts_with("found: 1 version-mismatch"),
        "{text:?}"
    );
    assert!(
        lines[2].starts_with("next: where Cargo.lock is right"),
        "{text:?}"
    );
    assert!(lines[2].contains("two@2.0.0 at /components/"), "{text:?}");
    assert_eq!(lines[3], "");
    let log = dir
        .run(&[&args[..], &["--format", "sarif"]].concat())
        .expect_code(1)
        .json();
    assert_eq!(log["version"], "2.1.0");
    assert_eq!(log["runs"][0]["results"][0]["ruleId"], "version-mismatch");
    // Several reports are one log.
    dir.write("one.crate", "abc");
    let args = ["verify", "one.crate", "one.crate", "--format", "sarif"];
    let log = dir.run(&args).expect_code(1).json();
    assert_eq!(log["runs"].as_array().unwrap().len(), 2);
    let diff = ["diff", "Cargo.lock", "Cargo.lock", "--format", "sarif"];
    assert_eq!(
        dir.run(&diff).expect_code(0).json()["runs"][0]["results"]
            .as_array()
            .unwrap()
            .len(),
        0
    );
}

#[test]
fn diff_tells_what_changed() {
    let dir = Dir::with_lock();
    let same = dir
        .run(&["diff", "Cargo.lock", "Cargo.lock"])
        .expect_code(0);
    assert!(same.out.starts_with("pass: 0 changes"), "{same:?}");
    dir.write("new.lock", LOCK.replace("2.0.0", "2.1.0"));
    let done = dir.run(&["diff", "Cargo.lock", "new.lock"]).expect_code(0);
    assert!(done.out.contains("2.1.0"), "{done:?}");
    dir.write("moved.lock", LOCK.replace("cb8379ac", "00000000"));
    let done = dir
        .run_with_input(&["diff", "-", "moved.lock"], LOCK.as_bytes())
        .expect_code(1);
    assert!(done.out.starts_with("fail: "), "{done:?}");
    assert!(done.out.contains("lock-checksum-changed"), "{done:?}");
}

#[test]
fn inspect_tells_what_it_is() {
    let dir = Dir::with_lock();
    let text = dir.run(&["inspect", "Cargo.lock"]).expect_code(0).out;
    assert!(text.starts_with("Cargo.lock: lockfile\n"), "{text}");
    let json = dir
        .run(&["inspect", "Cargo.lock", "--format=json"])
        .expect_code(0)
        .json();
    assert_eq!(json["schema"], "cratetrust.inspection/1");
    assert_eq!(json["kind"], "lockfile");
    dir.write("nothing", "nothing that is known here");
    dir.run(&["inspect", "nothing"]).expect_code(2);
}

#[test]
fn inspect_holds_an_sbom_against_a_profile() {
    let dir = Dir::with_lock();
    let made = ["sbom", "Cargo.lock", "-o"];
    dir.run(&[&made[..], &["bare.json"]].concat())
        .expect_code(0);
    let told = [
        "full.json",
        "--supplier=S",
        "--contact=s@example.org",
        "--author=A",
        "--timestamp=2026-01-02T03:04:05Z",
        "--component-supplier=registry",
    ];
    dir.run(&[&made[..], &told].concat()).expect_code(0);

    let text = dir
        .run(&["inspect", "bare.json", "--profile", "ntia"])
        .expect_code(1)
        .out;
    assert!(text.contains("3 required fields are missing"), "{text}");
    assert!(text.contains("0/"), "{text}");
    let done = dir.run(&["inspect", "full.json", "--profile", "cra"]);
    let text = done.expect_code(0).out;
    assert!(text.contains("every required field is there"), "{text}");
    assert!(text.contains("/metadata/supplier"), "{text}");
    let json = dir
        .run(&[
            "inspect",
            "bare.json",
            "--profile=cisa-2025",
            "--format=json",
        ])
        .expect_code(1)
        .json();
    assert_eq!(json["facts"]["profile"]["name"], "cisa-2025");
    assert_eq!(json["facts"]["profile"]["complete"], false);

    dir.run(&["inspect", "bare.json"]).expect_code(0);
    let done = dir.run(&["inspect", "Cargo.lock", "--profile", "ntia"]);
    assert!(
        done.expect_code(2)
            .err
            .contains("a profile is about an SBOM")
    );
    dir.run(&["inspect", "bare.json", "--profile", "bsi"])
        .expect_code(2);
}

#[test]
fn hostile_names_are_escaped_in_text() {
    let dir = Dir::new();
    let hostile = LOCK.replace("\"two\"", "\"two\\u001b[2J\\u202e\"");
    dir.write("Cargo.lock", &hostile);
    dir.write("plain.lock", LOCK);
    dir.write("crates/x\u{1b}[2J-1.0.0.crate", "");
    let made = dir
        .run(&["sbom", "plain.lock", "--output-format=json"])
        .expect_code(0);
    let evil = made.out.replace("\"two\"", "\"two\\u001b[2J\\u202e\"");
    assert_ne!(evil, made.out);
    dir.write("bom.json", evil);
    for args in [
        &["verify-sbom", "bom.json", "plain.lock"][..],
        &["verify", "crates", "--checks=archive"],
        &["inspect", "Cargo.lock"],
        &["sbom", "Cargo.lock", "-o", "out.json"],
        &["diff", "plain.lock", "Cargo.lock"],
        &["verify", "crates", "--lockfile", "Cargo.lock"],
        &["verify", "crates"],
    ] {
        let done = dir.run(args);
        let shown = format!("{}{}", done.out, done.err).replace('\n', "");
        assert!(!shown.chars().any(char::is_control), "{args:?}: {done:?}");
        assert!(!shown.contains('\u{202e}'), "{args:?}: {done:?}");
        assert!(shown.contains("\\u{1b}"), "{args:?}: {done:?}");
    }
}

/// Neither cargo nor rustc nor any other program is called.
#[test]
fn nothing_on_path_is_needed() {
    let dir = crates(true);
    let alone = |args: &[&str]| {
        let mut command = dir.command(args);
        let home = dir.path().join("no-home");
        let command = command.env("PATH", "").env("HOME", &home);
        Done::of(command.env_remove("CARGO_HOME").env_remove("CARGO")).expect_code(0)
    };
    let verify = [
        "verify",
        "crates",
        "--lockfile",
        "Cargo.lock",
        "--checks",
        "checksum",
    ];
    let sbom = ["sbom", "Cargo.lock"];
    assert!(alone(&verify).out.starts_with("pass: "));
    assert_eq!(alone(&verify).out, dir.run(&verify).out);
    let made = alone(&sbom);
    assert_eq!(made.out, dir.run(&sbom).out);
    dir.write("bom.json", &made.out);
    let check = ["verify-sbom", "bom.json", "Cargo.lock"];
    let done = alone(&check);
    assert!(done.out.starts_with("pass: "), "{done:?}");
    assert_eq!(done.out, dir.run(&check).out);
}
