//! Less than everything from the packages' bytes: what their manifests say, or nothing.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail by panicking"
)]

mod tree_support;

use std::fs;
use std::path::PathBuf;

use cratetrust_core::bom::{Bom, Scope};
use cratetrust_core::digest::Sha256;
use cratetrust_core::options::{Enrich, SelectionRequest};
use cratetrust_core::report::Verdict;
use cratetrust_core::{CancelToken, ErrorKind, Generated, Input, Options, generate_sbom};
use tree_support::{Fixture, codes, corpus_crate, found};

const STEMS: [&str; 3] = ["cfg-if-1.0.4", "itoa-1.0.15", "memchr-2.8.0"];
const TARGET: &str = "x86_64-unknown-linux-gnu";

fn options(crates: &[PathBuf], enrich: Enrich) -> Options {
    Options {
        crates: crates.iter().map(Input::from_path).collect(),
        enrich,
        ..Options::default()
    }
}

fn generate(lock: &str, options: &Options) -> Generated {
    let lock = Input::from_bytes("Cargo.lock", lock.as_bytes());
    generate_sbom(&[lock], options).unwrap()
}

/// What a manifest alone can say.
fn without_other_files(mut bom: Bom) -> Bom {
    for package in &mut bom.packages {
        package.checksum.sha512 = None;
        package.copyright = None;
        package.license_text = None;
        package.vcs = None;
    }
    bom
}

/// An archive of files in this order.
fn archive(stem: &str, files: &[(&str, &str)]) -> Vec<u8> {
    let gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
    let mut tar = tar::Builder::new(gz);
    for (path, text) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        let path = format!("{stem}/{path}");
        tar.append_data(&mut header, path, text.as_bytes()).unwrap();
    }
    tar.into_inner().unwrap().finish().unwrap()
}

#[test]
fn manifests_say_the_same_as_they_do_among_everything() {
    let home = Fixture::home(&STEMS);
    let vendor = Fixture::vendor(&STEMS);
    let lock = home.lockfile();
    let singles: Vec<PathBuf> = STEMS.iter().map(|stem| home.archive(stem)).collect();
    for places in [
        vec![home.path("")],
        vec![home.path("registry/cache")],
        vec![home.path(""), vendor.path("")],
        vec![vendor.path("")],
        singles,
    ] {
        let all = generate(&lock, &options(&places, Enrich::All));
        let some = generate(&lock, &options(&places, Enrich::Manifests));
        assert_eq!(some.bom, without_other_files(all.bom), "{places:?}");
        assert_eq!(some.report, all.report, "{places:?}");
        assert!(some.bom.packages.iter().all(|p| p.description.is_some()));
    }
}

#[test]
fn nothing_is_taken_where_nothing_is_asked_for() {
    let home = Fixture::home(&STEMS);
    let lock = home.lockfile();
    fs::write(home.archive("itoa-1.0.15"), b"torn").unwrap();
    let none = generate(&lock, &options(&[home.path("")], Enrich::None));
    assert_eq!(none, generate(&lock, &Options::default()));
}

#[test]
fn bytes_that_contradict_the_lock_are_reported_and_give_nothing() {
    let home = Fixture::home(&STEMS);
    let lock = home.lockfile();
    fs::write(home.archive("itoa-1.0.15"), corpus_crate("cfg-if-1.0.4")).unwrap();
    let mut torn = corpus_crate("memchr-2.8.0");
    torn.truncate(1_000);
    fs::write(home.archive("memchr-2.8.0"), torn).unwrap();
    let some = generate(&lock, &options(&[home.path("")], Enrich::Manifests));
    assert_eq!(some.report.verdict, Verdict::Fail);
    // A file that is no proof of itself is not inflated.
    assert_eq!(codes(&some.report), ["checksum-lock-mismatch"]);
    assert_eq!(some.report.summary.failed, 2);
    let all = generate(&lock, &options(&[home.path("")], Enrich::All));
    assert_eq!(some.bom, without_other_files(all.bom));
}

#[test]
fn proven_bytes_are_read_as_far_as_the_manifest() {
    let manifest = "[package]\nname = 'a'\nversion = '1.0.0'\nlicense = 'MIT'\n";
    let padding = "x".repeat(1 << 20);
    let files = [
        ("Cargo.toml", manifest),
        ("src/lib.rs", padding.as_str()),
        ("Cargo.toml", "torn"),
    ];
    let whole = archive("a-1.0.0", &files);
    let mut cut = whole.clone();
    cut.truncate(200 << 10);
    let mut early = whole.clone();
    early.truncate(300);
    let lock = |bytes: &[u8]| {
        format!(
            "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\nchecksum = \"{}\"\n",
            Sha256::of(bytes)
        )
    };
    let place = Fixture::empty();
    let path = place.path("a-1.0.0.crate");
    for (bytes, licence, told) in [
        (&whole, Some("MIT"), &[][..]),
        (&cut, Some("MIT"), &[]),
        // Without a manifest the archive is read whole, and what is wrong with it is told.
        (&early, None, &["gz-truncated"]),
    ] {
        fs::write(&path, bytes).unwrap();
        let paths = std::slice::from_ref(&path);
        let made = generate(&lock(bytes), &options(paths, Enrich::Manifests));
        assert_eq!(codes(&made.report), told, "{:?}", found(&made.report));
        assert_eq!(made.bom.packages[0].license.as_deref(), licence);
        // Everything is another question: then the archive itself counts.
        let all = generate(&lock(bytes), &options(paths, Enrich::All));
        assert_eq!(all.report.verdict, Verdict::Fail);
    }
}

#[test]
fn limits_and_cancelling_hold() {
    let home = Fixture::home(&STEMS);
    let lock = home.lockfile();
    let mut options = options(&[home.path("")], Enrich::Manifests);
    options.limits.crate_size = 30_000;
    let made = generate(&lock, &options);
    assert_eq!(codes(&made.report), ["limit-crate-size"]);
    let enriched = made.bom.packages.iter().filter(|p| p.license.is_some());
    assert_eq!(enriched.count(), 2);
    options.cancel = CancelToken::new();
    options.cancel.cancel();
    let lock = Input::from_bytes("Cargo.lock", lock.as_bytes());
    let error = generate_sbom(&[lock], &options).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
}

#[test]
fn what_the_resolver_read_is_not_read_again() {
    let home = Fixture::home(&STEMS);
    home.write(
        "project/Cargo.toml",
        b"[package]\nname = 'p'\nversion = '0.1.0'\nedition = '2021'\n[dependencies]\ncfg-if = '1'\nitoa = '1'\n\
          [target.'cfg(windows)'.dependencies]\nmemchr = '2'\n",
    );
    home.write("project/src/main.rs", b"fn main() {}");
    let lock = home.lockfile()
        + "\n[[package]]\nname = \"p\"\nversion = \"0.1.0\"\ndependencies = [\n \"cfg-if\",\n \"itoa\",\n \"memchr\",\n]\n";
    home.write("project/Cargo.lock", lock.as_bytes());
    let directory = home.path("project");
    let generated = |enrich| {
        let mut options = options(&[home.path("registry/cache")], enrich);
        options.selection = Some(SelectionRequest {
            host: Some(TARGET.to_owned()),
            ..SelectionRequest::default()
        });
        generate_sbom(&[Input::from_path(&directory)], &options).unwrap()
    };
    let all = generated(Enrich::All);
    let some = generated(Enrich::Manifests);
    assert_eq!(some.bom, without_other_files(all.bom));
    assert_eq!(some.report, all.report);
    let scope = |name: &str| {
        let package = some.bom.packages.iter().find(|p| p.name == name).unwrap();
        (package.scope, package.license.is_some())
    };
    assert_eq!(scope("itoa"), (Scope::Linked, true));
    assert_eq!(scope("memchr"), (Scope::NotBuilt, true));
    // An archive that is not the locked one is a gap, and reported once.
    fs::write(home.archive("itoa-1.0.15"), corpus_crate("cfg-if-1.0.4")).unwrap();
    let some = generated(Enrich::Manifests);
    assert_eq!(codes(&some.report), ["checksum-lock-mismatch", "crate-gap"]);
    let all = generated(Enrich::All);
    assert_eq!(some.bom, without_other_files(all.bom));
}
