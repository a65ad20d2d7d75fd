//! Flags, help, and errors: what the command says before and instead of working.
use crate::support::{ABC, Dir, Done};

const COMMANDS: [&str; 5] = ["verify", "sbom", "verify-sbom", "diff", "inspect"];

#[test]
fn wrong_flags_are_exit_2_and_say_why() {
    let dir = Dir::with_lock();
    for args in [
        &["no-such-command"][..],
        &["verify"],
        &["sbom"],
        &["verify-sbom", "bom.json"],
        &["diff", "Cargo.lock"],
        &["inspect"],
        &["verify", "x", "--no-such-flag"],
        &["verify", "x", "--preset", "lax"],
        &["verify", "x", "--checks", "none"],
        &["verify", "x", "--checks", ""],
        &["verify", "x", "--sha256", "12"],
        &["verify", "x", "--expect", "name"],
        &["verify", "x", "--severity", "crate-missing"],
        &["verify", "x", "--severity", "crate-missing=bad"],
        &["verify", "x", "--severity", "no-such=info"],
        &["verify", "x", "--jobs", "0"],
        &["verify", "x", "--jobs", "many"],
        &["verify", "x", "--limit", "entries"],
        &["verify", "x", "--limit", "entries=-1"],
        &["verify", "x", "--limit", "no-such=1"],
        &["verify", "x", "--format", "xml"],
        &["verify", "x", "y", "--sha256", ABC],
        &["verify", "x", "y", "--expect", "one@1.0.0"],
        &["sbom", "Cargo.lock", "--output-format", "csv"],
        &["sbom", "Cargo.lock", "--spec-version", "0.1"],
        &["sbom", "Cargo.lock", "--contact", "a@b.example"],
        &["sbom", "Cargo.lock", "--timestamp", "yesterday"],
        &["sbom", "Cargo.lock", "--report", "-"],
        &["verify-sbom", "bom.json", "Cargo.lock", "--level", "all"],
        &["inspect", "Cargo.lock", "--format", "sarif"],
    ] {
        let done = dir.run(args).expect_code(2);
        assert!(done.out.is_empty(), "{args:?}: {done:?}");
        assert!(done.err.starts_with("error: "), "{args:?}: {done:?}");
    }
    dir.run(&[]).expect_code(2);
}

#[test]
fn errors_are_json_when_json_is_asked_for() {
    let dir = Dir::with_lock();
    for (args, kind) in [
        (
            &["verify", "--format", "json", "x", "--no-such"][..],
            "invalid-argument",
        ),
        (
            &["sbom", "--format=json", "Cargo.lock", "--timestamp", "x"],
            "invalid-argument",
        ),
        (&["sbom", "--format=json", "none.lock"], "not-found"),
        (&["inspect", "--format=json", "none"], "not-found"),
        (
            &["diff", "--format=json", "none", "Cargo.lock"],
            "not-found",
        ),
        (&["verify", "--format=json", "none.crate"], "not-found"),
    ] {
        let done = dir.run(args).expect_code(2);
        assert!(done.out.is_empty(), "{args:?}: {done:?}");
        let error = done.error_json();
        assert_eq!(error["schema"], "cratetrust.error/1", "{args:?}");
        assert_eq!(error["kind"], kind, "{args:?}: {done:?}");
    }
}

#[test]
fn help_teaches() {
    let dir = Dir::new();
    let main = dir.run(&["--help"]).expect_code(0);
    assert!(main.err.is_empty());
    for command in COMMANDS {
        assert!(main.out.contains(command));
        let help = dir.run(&[command, "--help"]).expect_code(0).out;
        assert!(help.contains("Examples:"), "{command}");
        assert!(help.contains("Exit codes:"), "{command}");
        assert_eq!(help, dir.run(&["help", command]).expect_code(0).out);
        for line in help.lines() {
            assert!(line.chars().count() <= 100, "{line}");
        }
        // A word that promises more than a comparison can keep.
        assert!(!help.to_lowercase().contains("safe"), "{command}");
    }
}

#[test]
fn the_version_is_told_everywhere() {
    let dir = Dir::new();
    let version = concat!("cratetrust ", env!("CARGO_PKG_VERSION"), "\n");
    assert_eq!(dir.run(&["--version"]).expect_code(0).out, version);
    assert_eq!(dir.run(&["-V"]).expect_code(0).out, version);
    for command in COMMANDS {
        assert_eq!(dir.run(&[command, "--version"]).expect_code(0).out, version);
    }
}

#[test]
fn common_flags_stand_on_either_side() {
    let dir = Dir::new();
    for args in [
        ["--format", "json", "inspect", "none"],
        ["inspect", "none", "--format", "json"],
    ] {
        dir.run(&args).expect_code(2).error_json();
    }
}

#[test]
fn hostile_arguments_are_escaped() {
    let dir = Dir::new();
    for args in [
        &["verify", "\u{1b}[2Jevil.crate"][..],
        &["verify", "x", "--preset", "\u{1b}[2J"],
        &["verify", "x", "--severity", "\u{202e}=info"],
        &["\u{1b}[2J"],
        &["sbom", "\u{9b}2J.lock"],
        &["sbom", "Cargo.lock", "--timestamp", "\u{1b}"],
    ] {
        for colour in ["auto", "never"] {
            let mut args = args.to_vec();
            args.extend(["--color", colour]);
            let done = dir.run(&args).expect_code(2);
            let shown = done.err.replace('\n', "");
            assert!(!shown.chars().any(char::is_control), "{args:?}: {done:?}");
            assert!(!shown.contains('\u{202e}'), "{args:?}: {done:?}");
        }
    }
}

#[test]
fn colour_comes_when_it_is_asked_for() {
    let dir = Dir::new();
    let escape = '\u{1b}';
    let plain = dir.run(&["inspect", "none"]).expect_code(2);
    assert!(!plain.err.contains(escape));
    let colour = dir.run(&["inspect", "none", "--color", "always"]);
    assert!(colour.err.contains(escape));
    let forced = Done::of(
        dir.command(&["inspect", "none", "--color", "always"])
            .env("NO_COLOR", "1"),
    );
    assert!(forced.err.contains(escape));
    let never = dir.run(&["inspect", "none", "--color", "never"]);
    assert!(!never.err.contains(escape));
}

#[test]
fn standard_input_is_read_once() {
    let dir = Dir::with_lock();
    for args in [
        &["diff", "-", "-"][..],
        &["verify", "-", "--lockfile", "-"],
        &["verify-sbom", "-", "-"],
    ] {
        let done = dir.run_with_input(args, b"version = 4\n").expect_code(2);
        assert!(done.err.contains("only once"), "{args:?}: {done:?}");
    }
}

#[test]
fn paths_need_not_be_utf8() {
    #[cfg(unix)]
    {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt as _;
        let dir = Dir::new();
        let done = Done::of(
            dir.command(&["inspect"])
                .arg(OsStr::from_bytes(b"no-\xff-such")),
        )
        .expect_code(2);
        assert!(done.err.contains("no-\u{fffd}-such"), "{done:?}");
    }
}
