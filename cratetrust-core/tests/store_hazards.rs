//! What may stand in a store and is no file: links in the place of directories, special files, trees
//! too large to read. Each is told of the right place, nothing is followed out, and nothing blocks.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod tree_support;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use cratetrust_core::report::{Report, Status, Verdict};
use cratetrust_core::{Input, Options, verify_package};
use tree_support::{Fixture, REGISTRY, codes, found, options};

const STEM: &str = "itoa-1.0.15";
const OTHER: &str = "cfg-if-0.1.10";

fn check(fixture: &Fixture) -> Report {
    check_with(fixture, &options(Some(&fixture.lockfile())))
}

fn check_with(fixture: &Fixture, options: &Options) -> Report {
    let started = Instant::now();
    let report = verify_package(&Input::from_path(fixture.path("")), options).unwrap();
    assert!(started.elapsed() < Duration::from_secs(20), "it blocked");
    report
}

fn status_of_itoa(report: &Report) -> Status {
    let package = report.packages.iter().find(|p| p.name == "itoa");
    package.unwrap().status
}

/// Puts a directory elsewhere and a link in its place.
fn replace_by_link(directory: &Path) {
    let elsewhere = directory.ancestors().nth(2).unwrap().join("elsewhere");
    fs::rename(directory, &elsewhere).unwrap();
    symlink(elsewhere, directory).unwrap();
}

fn replace_by_fifo(path: &Path) {
    let _ = fs::remove_file(path);
    let made = Command::new("mkfifo").arg(path).status().unwrap();
    assert!(made.success());
}

#[test]
fn a_registry_directory_that_is_a_link_is_not_passed_over() {
    for (part, left) in [
        ("cache", vec!["crate-missing", "crate-missing"]),
        ("src", vec![]),
    ] {
        let home = Fixture::home(&[OTHER, STEM]);
        replace_by_link(&home.path(&format!("registry/{part}/{REGISTRY}")));
        // What is behind the link is not what the archives hold.
        fs::write(home.path("registry/elsewhere/evil"), "evil").unwrap();
        let report = check(&home);
        let told = report
            .findings
            .iter()
            .find(|f| f.code.name() == "unreadable");
        let told = told.unwrap_or_else(|| panic!("{part}: {}", report.to_json()));
        assert_eq!(
            told.artifact.as_deref(),
            Some(format!("registry/{part}/{REGISTRY}").as_str())
        );
        assert_eq!(report.verdict, Verdict::Incomplete, "{part}");
        let mut want = left;
        want.push("unreadable");
        want.dedup();
        assert_eq!(codes(&report), want, "{part}");
    }
}

#[test]
fn a_vendored_package_that_is_a_link_is_told_of_that_package() {
    let vendor = Fixture::vendor(&[OTHER, STEM]);
    let elsewhere = Fixture::empty();
    fs::rename(vendor.path(STEM), elsewhere.path(STEM)).unwrap();
    symlink(elsewhere.path(STEM), vendor.path(STEM)).unwrap();
    let report = check(&vendor);
    let want = ["vendor-symlink", "itoa@1.0.15", STEM, "."].map(str::to_owned);
    let [code, package, location, path] = want;
    assert_eq!(found(&report), [(code, package, location, path)]);
    assert_eq!(report.verdict, Verdict::Fail);
    assert_eq!(status_of_itoa(&report), Status::Failed);
    // The path that the caller names may be a link.
    let options = options(Some(&vendor.lockfile_of(&[STEM])));
    let report = verify_package(&Input::from_path(vendor.path(STEM)), &options).unwrap();
    assert_eq!(report.verdict, Verdict::Pass, "{}", report.to_json());
}

#[test]
fn what_a_vendor_directory_holds_beside_packages() {
    let vendor = Fixture::vendor(&[OTHER, STEM]);
    // cargo passes over what begins with a dot, and over files.
    vendor.write(".git/config", b"x");
    vendor.write("README.md", b"x");
    assert_eq!(check(&vendor).verdict, Verdict::Pass);
    vendor.write(
        "stray/Cargo.toml",
        b"[package]\nname = 'stray'\nversion = '1.0.0'\n",
    );
    let report = check(&vendor);
    assert_eq!(
        codes(&report),
        ["crate-unlisted", "vendor-checksum-invalid"]
    );
}

#[test]
fn special_files_block_nothing() {
    let index = format!("registry/index/{REGISTRY}/.cache/it/oa/itoa");
    let of_home = [
        (
            format!("registry/cache/{REGISTRY}/{STEM}.crate"),
            "unreadable",
        ),
        (
            format!("registry/src/{REGISTRY}/{STEM}/src/lib.rs"),
            "src-symlink",
        ),
        (
            format!("registry/src/{REGISTRY}/{STEM}/.cargo-ok"),
            "src-symlink",
        ),
        (index.clone(), "unreadable"),
    ];
    for (place, code) in of_home {
        let home = Fixture::home(&[OTHER, STEM]);
        home.write(&index, b"");
        replace_by_fifo(&home.path(&place));
        let report = check(&home);
        assert!(
            codes(&report).contains(&code),
            "{place}: {}",
            report.to_json()
        );
        assert_ne!(report.verdict, Verdict::Pass, "{place}");
    }
    for (place, code) in [
        ("src/lib.rs", "vendor-symlink"),
        ("Cargo.toml", "vendor-symlink"),
        (".cargo-checksum.json", "vendor-checksum-invalid"),
    ] {
        let vendor = Fixture::vendor(&[OTHER, STEM]);
        replace_by_fifo(&vendor.path(STEM).join(place));
        let report = check(&vendor);
        assert!(
            codes(&report).contains(&code),
            "{place}: {}",
            report.to_json()
        );
        assert_eq!(report.verdict, Verdict::Fail, "{place}");
    }
    let registry = Fixture::local_registry(&[OTHER, STEM]);
    replace_by_fifo(&registry.path("index/it/oa/itoa"));
    assert!(codes(&check(&registry)).contains(&"unreadable"));
}

#[test]
fn an_index_file_that_is_a_link_is_not_followed() {
    let home = Fixture::home(&[OTHER, STEM]);
    let index = format!("registry/index/{REGISTRY}/.cache/it/oa/itoa");
    home.write(&index, b"");
    fs::remove_file(home.path(&index)).unwrap();
    symlink("/etc/passwd", home.path(&index)).unwrap();
    for lockfile in [Some(home.lockfile()), None] {
        let report = check_with(&home, &options(lockfile.as_deref()));
        let told = report
            .findings
            .iter()
            .find(|f| f.code.name() == "unreadable");
        let told = told.unwrap_or_else(|| panic!("{}", report.to_json()));
        assert_eq!(told.package.as_deref(), Some("itoa@1.0.15"));
        assert_eq!(told.path.as_deref(), Some("it/oa/itoa"));
        assert_eq!(report.verdict, Verdict::Incomplete);
    }
}

#[test]
fn a_tree_beyond_the_limits_is_told_of_once() {
    for (limit, code) in [("depth", "limit-depth"), ("entries", "limit-entries")] {
        let vendor = Fixture::vendor(&[OTHER, STEM]);
        for file in 0..40 {
            vendor.write(&format!("{STEM}/a/b/c/d/e/f/g/{file}"), b"x");
        }
        let mut options = options(Some(&vendor.lockfile()));
        options
            .limits
            .set(limit, if limit == "depth" { 6 } else { 30 })
            .unwrap();
        let report = check_with(&vendor, &options);
        assert_eq!(codes(&report), [code], "{}", report.to_json());
        assert_eq!(status_of_itoa(&report), Status::Failed);
    }
}
