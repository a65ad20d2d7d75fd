//! The list of hostile archives, case by case: each is verified as a package, from outside, and gives
//! exactly the codes that its row says, with their severity under `strict`.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod archive_support;

use std::time::{Duration, Instant};

use archive_support::build::{Gzip, Header, Tar};
use archive_support::cases::{Case, all, at, million};
use cratetrust_core::report::{Code, Preset, Severity};
use cratetrust_core::{Input, Limits, Options, verify_package};

/// The severities that the list settles; all other codes are errors under `strict`.
fn severity(code: &str) -> Severity {
    match code {
        "gz-trailing-zero"
        | "path-duplicate"
        | "manifest-orig-mismatch"
        | "cargo-config-inside"
        | "mode-writable"
        | "vcs-malformed" => Severity::Warning,
        "source-bidi" | "binary-file" | "vcs-dirty" => Severity::Info,
        _ => Severity::Error,
    }
}

#[test]
fn every_case_gives_its_codes() {
    let cases: Vec<Case> = all();
    let mut numbers: Vec<u32> = cases.iter().map(|(number, ..)| *number).collect();
    numbers.dedup();
    assert_eq!(numbers, (1..=71).collect::<Vec<_>>(), "a case is missing");
    let mut wrong = Vec::new();
    for (number, what, bytes, want) in cases {
        let bytes = if number == 51 { million() } else { bytes };
        let started = Instant::now();
        let input = Input::from_bytes("foo-1.0.0.crate", bytes);
        let report = verify_package(&input, &Options::default()).unwrap();
        let elapsed = started.elapsed();
        let mut found: Vec<(&str, Severity)> = report
            .findings
            .iter()
            .map(|finding| (finding.code.name(), finding.severity))
            // What every package of its kind has, or one that nothing anchors.
            .filter(|(code, _)| !["anchor-missing", "build-script"].contains(code))
            .collect();
        found.sort_unstable();
        found.dedup();
        let want: Vec<(&str, Severity)> = want.iter().map(|code| (*code, severity(code))).collect();
        if found != want {
            wrong.push(format!(
                "case {number}, {what}: {found:?} instead of {want:?}"
            ));
        }
        // Without optimisation inflating is several times slower than in what is shipped.
        if elapsed > Duration::from_secs(20) {
            wrong.push(format!("case {number}, {what}: took {elapsed:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What the rows say under the other presets: an error only where crates.io or cargo refuses.
#[test]
fn presets_follow_the_registry_and_cargo() {
    let is = |code: &str, preset| Code::from_name(code).unwrap().severity(preset);
    for (code, crates_io, cargo) in [
        ("entry-symlink", Severity::Error, Severity::Error),
        ("path-prefix", Severity::Error, Severity::Error),
        ("path-traversal", Severity::Error, Severity::Error),
        ("gz-crc", Severity::Error, Severity::Info),
        ("gz-isize", Severity::Error, Severity::Info),
        ("path-not-utf8", Severity::Error, Severity::Info),
        ("tar-pax-size-mismatch", Severity::Error, Severity::Info),
        ("tar-pax-global", Severity::Error, Severity::Error),
        ("manifest-case", Severity::Error, Severity::Info),
        ("manifest-name", Severity::Error, Severity::Error),
        ("manifest-duplicate", Severity::Warning, Severity::Info),
        ("path-duplicate-conflict", Severity::Warning, Severity::Info),
        ("path-case-collision", Severity::Warning, Severity::Info),
        ("path-unicode-collision", Severity::Warning, Severity::Info),
        ("gz-multi-member", Severity::Warning, Severity::Info),
        ("manifest-target-path", Severity::Warning, Severity::Info),
        ("vcs-malformed", Severity::Warning, Severity::Info),
        ("mode-special", Severity::Warning, Severity::Info),
        ("binary-file", Severity::Info, Severity::Info),
    ] {
        assert_eq!(is(code, Preset::CratesIo), crates_io, "{code}");
        assert_eq!(is(code, Preset::Cargo), cargo, "{code}");
    }
}

/// No number that an archive states makes anything large: what is read is bounded by what is there.
#[test]
fn stated_numbers_cost_nothing() {
    let limits = Limits {
        file_size: u64::MAX,
        unpacked_size: u64::MAX,
        record_size: u64::MAX,
        ..Limits::default()
    };
    let sizes = [
        *b"\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xf0\0",
        *b"\x80\0\0\0\x40\0\0\0\0\0\0\0",
    ];
    for size in sizes {
        for kind in [b'0', b'L', b'K', b'x', b'g'] {
            let header = Header::gnu(&at("Cargo.toml"), 0).kind(kind).size256(size);
            let bytes = Gzip::of(&Tar::new().header(header).raw(&[b'x'; 5000]).0).bytes();
            let started = Instant::now();
            let options = Options {
                limits: limits.clone(),
                ..Options::default()
            };
            let input = Input::from_bytes("foo-1.0.0.crate", bytes);
            let report = verify_package(&input, &options).unwrap();
            let codes: Vec<_> = report.findings.iter().map(|f| f.code.name()).collect();
            assert!(codes.contains(&"tar-truncated"), "{codes:?}");
            assert!(started.elapsed() < Duration::from_secs(1));
        }
    }
}
