//! What `diff_lockfiles` says is new, gone or changed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail by panicking"
)]

use cratetrust_core::report::{Code, Report, Severity, Verdict};
use cratetrust_core::{Input, Options, diff_lockfiles};

const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";
const GIT: &str = "git+https://example.org/r#0123456789abcdef0123456789abcdef01234567";

/// A package of a lockfile: name, version, source, digit of which its checksum is made.
type Row<'a> = (&'a str, &'a str, Option<&'a str>, Option<char>);

fn lockfile(rows: &[Row<'_>]) -> Input {
    let mut text = "version = 4\n".to_owned();
    for (name, version, source, digit) in rows {
        text.push_str(&format!(
            "\n[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n"
        ));
        if let Some(source) = source {
            text.push_str(&format!("source = \"{source}\"\n"));
        }
        if let Some(digit) = digit {
            text.push_str(&format!(
                "checksum = \"{}\"\n",
                digit.to_string().repeat(64)
            ));
        }
    }
    Input::from_bytes("Cargo.lock", text.into_bytes())
}

fn report(old: &[Row<'_>], new: &[Row<'_>]) -> Report {
    diff_lockfiles(&lockfile(old), &lockfile(new), &Options::default()).unwrap()
}

/// Code, package, expected and actual of every finding.
fn found(report: &Report) -> Vec<(&'static str, &str, Option<&str>, Option<&str>)> {
    report
        .findings
        .iter()
        .map(|finding| {
            (
                finding.code.name(),
                finding.package.as_deref().unwrap(),
                finding.expected.as_deref(),
                finding.actual.as_deref(),
            )
        })
        .collect()
}

const APP: Row<'static> = ("app", "0.1.0", None, None);
const LIBC: Row<'static> = ("libc", "0.2.1", Some(CRATES_IO), Some('a'));
const RAND7: Row<'static> = ("rand", "0.7.0", Some(CRATES_IO), Some('b'));
const RAND8: Row<'static> = ("rand", "0.8.0", Some(CRATES_IO), Some('c'));

#[test]
fn the_same_has_no_findings() {
    let rows = [APP, LIBC, RAND7, RAND8];
    let report = report(&rows, &rows);
    assert_eq!(report.findings, []);
    assert_eq!(report.verdict, Verdict::Pass);
    assert_eq!(report.checks, ["lockfile"]);
    assert_eq!((report.summary.ok, report.summary.local), (3, 1));
    assert_eq!(report.packages[1].anchors, ["lock"]);
}

#[test]
fn order_is_no_change() {
    assert_eq!(
        report(&[APP, LIBC, RAND7, RAND8], &[RAND8, RAND7, LIBC, APP]).findings,
        []
    );
}

#[test]
fn packages_come_and_go() {
    let report = report(&[APP, LIBC], &[APP, RAND8]);
    assert_eq!(
        found(&report),
        [
            ("lock-package-removed", "libc@0.2.1", Some("0.2.1"), None),
            ("lock-package-added", "rand@0.8.0", None, Some("0.8.0")),
        ]
    );
    // Notes say what is new; they do not fail.
    assert_eq!(report.verdict, Verdict::Pass);
    assert_eq!((report.summary.packages, report.summary.checked), (3, 2));
}

#[test]
fn one_version_for_another_is_a_change() {
    let newer = ("libc", "0.2.2", Some(CRATES_IO), Some('d'));
    assert_eq!(
        found(&report(&[APP, LIBC], &[APP, newer])),
        [(
            "lock-package-changed",
            "libc@0.2.2",
            Some("0.2.1"),
            Some("0.2.2")
        )]
    );
    // Of two versions, the one that stayed is out of the question.
    let newer = ("rand", "0.9.0", Some(CRATES_IO), Some('d'));
    assert_eq!(
        found(&report(&[RAND7, RAND8], &[RAND8, newer])),
        [(
            "lock-package-changed",
            "rand@0.9.0",
            Some("0.7.0"),
            Some("0.9.0")
        )]
    );
    // Where two went and one came, none can be said to have become it.
    assert_eq!(
        found(&report(&[RAND7, RAND8], &[newer])),
        [
            ("lock-package-removed", "rand@0.7.0", Some("0.7.0"), None),
            ("lock-package-removed", "rand@0.8.0", Some("0.8.0"), None),
            ("lock-package-added", "rand@0.9.0", None, Some("0.9.0")),
        ]
    );
}

#[test]
fn another_source_of_the_same_version_is_a_change() {
    let moved = ("libc", "0.2.1", Some(GIT), None);
    assert_eq!(
        found(&report(&[LIBC], &[moved])),
        [(
            "lock-package-changed",
            "libc@0.2.1",
            Some(CRATES_IO),
            Some(GIT)
        )]
    );
    let local = ("libc", "0.2.2", None, None);
    let report = report(&[LIBC], &[local]);
    assert_eq!(
        report.findings[0].actual.as_deref(),
        Some("0.2.2 (local)"),
        "{:?}",
        report.findings
    );
}

#[test]
fn a_change_tells_of_no_credentials() {
    let before = (
        "libc",
        "0.2.1",
        Some("git+https://user:secret@example.org/r#0123456789abcdef0123456789abcdef01234567"),
        None,
    );
    let report = report(&[before], &[LIBC]);
    assert!(!report.to_json().contains("secret"));
    assert_eq!(report.findings[0].code, Code::LockPackageChanged);
}

#[test]
fn the_same_package_with_another_checksum_fails() {
    let other = ("libc", "0.2.1", Some(CRATES_IO), Some('f'));
    let report = report(&[APP, LIBC, RAND7], &[APP, other, RAND7]);
    let (before, after) = ("a".repeat(64), "f".repeat(64));
    assert_eq!(
        found(&report),
        [(
            "lock-checksum-changed",
            "libc@0.2.1",
            Some(&*before),
            Some(&*after)
        )]
    );
    assert_eq!(report.verdict, Verdict::Fail);
    assert_eq!(report.summary.failed, 1);
}

#[test]
fn a_lost_checksum_fails_and_a_new_one_is_a_warning() {
    let bare = ("libc", "0.2.1", Some(CRATES_IO), None);
    let lost = report(&[LIBC, RAND7], &[bare, RAND7]);
    assert_eq!(
        found(&lost),
        [(
            "lock-checksum-changed",
            "libc@0.2.1",
            Some(&*"a".repeat(64)),
            None
        )]
    );
    assert_eq!(lost.verdict, Verdict::Fail);
    let gained = report(&[bare, RAND7], &[LIBC, RAND7]);
    assert_eq!(
        found(&gained),
        [(
            "lock-checksum-changed",
            "libc@0.2.1",
            None,
            Some(&*"a".repeat(64))
        )]
    );
    assert_eq!(gained.findings[0].severity, Severity::Warning);
    assert_eq!(gained.verdict, Verdict::Pass);
}

#[test]
fn the_same_name_and_version_from_two_sources_are_told_apart() {
    let git = ("libc", "0.2.1", Some(GIT), None);
    let report = report(&[LIBC], &[LIBC, git]);
    assert_eq!(report.findings.len(), 1);
    assert_eq!(report.findings[0].code, Code::LockPackageAdded);
    assert_eq!(
        report.findings[0].package,
        Some(format!("libc@0.2.1 ({GIT})"))
    );
}

#[test]
fn nothing_but_local_packages_can_be_compared_too() {
    assert_eq!(report(&[APP], &[APP]).verdict, Verdict::Pass);
}
