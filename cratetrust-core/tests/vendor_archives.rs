//! Vendor directories against the archives that they came from.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod tree_support;

use std::fs;

use cratetrust_core::report::{Report, Status, Verdict};
use cratetrust_core::{Input, Options, verify_package};
use tree_support::{Fixture, against, anchors_of, codes, found, options, vendored};

const STEM: &str = "itoa-1.0.15";

fn verify(path: &std::path::Path, lockfile: Option<&str>) -> Report {
    verify_package(&Input::from_path(path), &options(lockfile)).unwrap()
}

fn home() -> Fixture {
    Fixture::home(&["cfg-if-0.1.10", STEM])
}

#[test]
fn a_vendor_directory_is_compared_with_its_archives() {
    let (vendor, archives, lockfile) = vendored();
    let run = |lockfile: Option<&str>| against(&vendor.path(""), &archives.path(""), lockfile);
    let report = run(Some(&lockfile));
    assert_eq!(report.verdict, Verdict::Pass, "{}", report.to_json());
    assert_eq!(codes(&report), [""; 0]);
    assert_eq!(report.checks, ["checksum", "archive", "tree"]);
    assert_eq!(anchors_of(&report), ["lock"]);
    let itoa = report.packages.iter().find(|p| p.name == "itoa").unwrap();
    let shown: Vec<_> = itoa
        .artifacts
        .iter()
        .map(|a| (a.kind.as_str(), a.location.as_str(), a.status))
        .collect();
    let archive = format!("{STEM}.crate");
    assert_eq!(
        shown,
        [
            ("crate", archive.as_str(), Status::Ok),
            ("vendor", STEM, Status::Ok)
        ]
    );
    // Without a lockfile the files agree with an archive that nothing anchors.
    let alone = run(None);
    assert_eq!(codes(&alone), ["anchor-missing"]);
    assert_eq!(anchors_of(&alone), ["self-declared"]);
    // A whole CARGO_HOME, or its cache, holds the archives as well.
    let home = home();
    for place in ["", "registry/cache"] {
        let report = against(&vendor.path(""), &home.path(place), Some(&lockfile));
        assert_eq!(report.verdict, Verdict::Pass, "{}", report.to_json());
        assert_eq!(anchors_of(&report), ["lock"]);
    }
    // Without the archives the list is all there is.
    assert_eq!(
        anchors_of(&verify(&vendor.path(""), Some(&lockfile))),
        ["self-declared"]
    );
}

/// Who changes a file and its hash in the list is found by the archive only.
#[test]
fn a_list_that_goes_with_the_tampering_hides_nothing_from_the_archive() {
    type Change = fn(&std::path::Path);
    let cases: &[(&str, &str, Change)] = &[
        ("vendor-modified", "src/lib.rs", |dir| {
            fs::write(dir.join("src/lib.rs"), "pub fn evil() {}").unwrap();
        }),
        ("vendor-modified", "Cargo.toml", |dir| {
            let path = dir.join("Cargo.toml");
            let mut text = fs::read_to_string(&path).unwrap();
            text.push_str("\n# evil\n");
            fs::write(path, text).unwrap();
        }),
        ("vendor-extra", "build.rs", |dir| {
            fs::write(dir.join("build.rs"), "fn main() {}").unwrap();
        }),
        ("vendor-missing", "src/udiv128.rs", |dir| {
            fs::remove_file(dir.join("src/udiv128.rs")).unwrap();
        }),
    ];
    for (code, path, change) in cases {
        let (vendor, archives, lockfile) = vendored();
        let dir = vendor.path(STEM);
        change(&dir);
        let digest = cratetrust_core::digest::Sha256::of(&tree_support::corpus_crate(STEM));
        tree_support::write_list(&dir, Some(digest));
        let blind = verify(&vendor.path(""), Some(&lockfile));
        assert_eq!(blind.verdict, Verdict::Pass, "{code}");
        let report = against(&vendor.path(""), &archives.path(""), Some(&lockfile));
        let expected = [(
            (*code).to_owned(),
            "itoa@1.0.15".to_owned(),
            STEM.to_owned(),
            (*path).to_owned(),
        )];
        assert_eq!(found(&report), expected, "{}", report.to_json());
        assert_eq!(report.verdict, Verdict::Fail);
        assert_eq!(anchors_of(&report), ["self-declared"]);
        // A file that the list does not know either is told once.
        fs::write(
            dir.join(".cargo-checksum.json"),
            fs::read(
                Fixture::vendor(&[STEM])
                    .path(STEM)
                    .join(".cargo-checksum.json"),
            )
            .unwrap(),
        )
        .unwrap();
        let report = against(&vendor.path(""), &archives.path(""), Some(&lockfile));
        assert_eq!(found(&report), expected, "{}", report.to_json());
    }
}

#[test]
fn what_cargo_leaves_out_when_it_vendors_may_be_missing_and_no_more() {
    let (vendor, archives, lockfile) = vendored();
    let dir = vendor.path(STEM);
    let digest = cratetrust_core::digest::Sha256::of(&tree_support::corpus_crate(STEM));
    // An old cargo left these out.
    fs::remove_file(dir.join("Cargo.toml.orig")).unwrap();
    tree_support::write_list(&dir, Some(digest));
    let run = || against(&vendor.path(""), &archives.path(""), Some(&lockfile));
    assert_eq!(run().verdict, Verdict::Pass, "{}", run().to_json());
    // What is there must be right all the same.
    fs::write(dir.join("Cargo.toml.orig"), "[package]\n").unwrap();
    tree_support::write_list(&dir, Some(digest));
    assert_eq!(codes(&run()), ["vendor-modified"]);
    fs::remove_file(dir.join("Cargo.toml.orig")).unwrap();
    fs::write(dir.join(".gitignore"), "evil\n").unwrap();
    tree_support::write_list(&dir, Some(digest));
    let report = run();
    let crate_has_it = corpus_has(STEM, ".gitignore");
    let code = if crate_has_it {
        "vendor-modified"
    } else {
        "vendor-extra"
    };
    assert_eq!(codes(&report), [code]);
}

fn corpus_has(stem: &str, file: &str) -> bool {
    let place = Fixture::empty();
    tree_support::unpack(&tree_support::corpus_crate(stem), &place.path(""));
    place.path(stem).join(file).exists()
}

#[test]
fn an_archive_makes_up_for_a_list_without_files() {
    let (vendor, archives, lockfile) = vendored();
    let dir = vendor.path(STEM);
    let digest = cratetrust_core::digest::Sha256::of(&tree_support::corpus_crate(STEM));
    fs::write(
        dir.join(".cargo-checksum.json"),
        format!("{{\"files\":{{}},\"package\":\"{digest}\"}}"),
    )
    .unwrap();
    let run = || against(&vendor.path(""), &archives.path(""), Some(&lockfile));
    let report = run();
    assert_eq!(report.verdict, Verdict::Pass, "{}", report.to_json());
    assert_eq!(anchors_of(&report), ["lock"]);
    fs::write(dir.join("build.rs"), "fn main() {}").unwrap();
    assert_eq!(codes(&run()), ["vendor-extra"]);
    // Without the archive the gap is there again, and so is the missing archive.
    fs::remove_file(archives.path(&format!("{STEM}.crate"))).unwrap();
    let report = run();
    assert_eq!(codes(&report), ["crate-missing", "vendor-no-file-hashes"]);
    assert_eq!(report.verdict, Verdict::Incomplete);
    let itoa = report.packages.iter().find(|p| p.name == "itoa").unwrap();
    assert_eq!(itoa.status, Status::Unchecked);
}

#[test]
fn a_vendored_package_without_its_archive_stays_self_declared() {
    let (vendor, archives, lockfile) = vendored();
    fs::remove_file(archives.path(&format!("{STEM}.crate"))).unwrap();
    let report = against(&vendor.path(""), &archives.path(""), Some(&lockfile));
    assert_eq!(codes(&report), ["crate-missing"]);
    assert_eq!(report.verdict, Verdict::Incomplete);
    assert_eq!(anchors_of(&report), ["self-declared"]);
    let itoa = report.packages.iter().find(|p| p.name == "itoa").unwrap();
    assert_eq!(itoa.status, Status::Ok);
}

#[test]
fn a_vendored_package_is_not_compared_with_a_wrong_archive() {
    let (vendor, archives, lockfile) = vendored();
    let place = archives.path(&format!("{STEM}.crate"));
    let mut bytes = fs::read(&place).unwrap();
    bytes.push(0);
    fs::write(&place, bytes).unwrap();
    let report = against(&vendor.path(""), &archives.path(""), Some(&lockfile));
    assert_eq!(
        codes(&report),
        ["checksum-lock-mismatch", "gz-trailing-zero", "not-checked"]
    );
    assert_eq!(anchors_of(&report), ["self-declared"]);
    // Without a lockfile the list says which archive it should be.
    let alone = against(&vendor.path(""), &archives.path(""), None);
    assert!(codes(&alone).contains(&"vendor-package-mismatch"));
    // Of two archives the right one counts.
    archives.write(
        &format!("other/{STEM}.crate"),
        &tree_support::corpus_crate(STEM),
    );
    archives.write(&format!("one/{STEM}.crate"), &fs::read(&place).unwrap());
    for stem in ["cfg-if-0.1.10", STEM] {
        let from = archives.path(&format!("{stem}.crate"));
        fs::rename(from, archives.path("one").join(format!("{stem}.crate"))).unwrap();
    }
    let report = against(&vendor.path(""), &archives.path(""), Some(&lockfile));
    assert_eq!(report.verdict, Verdict::Pass, "{}", report.to_json());
}

#[test]
fn vendored_packages_from_git_have_no_archive_to_compare_with() {
    let (vendor, archives, lockfile) = vendored();
    let digest = cratetrust_core::digest::Sha256::of(&tree_support::corpus_crate(STEM));
    let lockfile = lockfile.replace(&format!("checksum = \"{digest}\"\n"), "");
    let at = lockfile.find("name = \"itoa\"").unwrap();
    let (before, after) = lockfile.split_at(at);
    let git = "git+https://git.example.org/itoa#0123456789abcdef0123456789abcdef01234567";
    let source = "registry+https://github.com/rust-lang/crates.io-index";
    let lockfile = format!("{before}{}", after.replace(source, git));
    let dir = vendor.path(STEM);
    fs::write(
        dir.join("Cargo.toml"),
        "[package]\nname = \"itoa\"\nversion = \"1.0.15\"\n",
    )
    .unwrap();
    tree_support::write_list(&dir, None);
    let report = against(&vendor.path(""), &archives.path(""), Some(&lockfile));
    assert_eq!(codes(&report), ["git-not-checked"], "{}", report.to_json());
    assert_eq!(anchors_of(&report), ["self-declared"]);
    let alone = against(&vendor.path(""), &archives.path(""), None);
    assert_eq!(codes(&alone), ["anchor-missing", "not-checked"]);
}

#[test]
fn one_vendored_package_takes_one_archive() {
    let (vendor, archives, lockfile) = vendored();
    let package = vendor.path(STEM);
    let archive = archives.path("renamed.crate");
    fs::rename(archives.path(&format!("{STEM}.crate")), &archive).unwrap();
    let only = tree_support::lockfile(&[STEM]);
    let report = against(&package, &archive, Some(&only));
    assert_eq!(report.verdict, Verdict::Pass, "{}", report.to_json());
    let memory = Options {
        against: Some(Input::from_bytes("x", tree_support::corpus_crate(STEM))),
        ..options(Some(&only))
    };
    let report = verify_package(&Input::from_path(&package), &memory).unwrap();
    assert_eq!(anchors_of(&report), ["lock"]);
    // What the caller says counts too.
    let digest = cratetrust_core::digest::Sha256::of(&tree_support::corpus_crate(STEM));
    let run = |sha256: &str, expect: &str| {
        let mut options = Options::default();
        let text = format!("{{\"sha256\": \"{sha256}\", \"expect\": \"{expect}\"}}");
        options.merge_json(&text).unwrap();
        verify_package(&Input::from_path(&package), &options).unwrap()
    };
    let right = run(&digest.to_string(), "itoa@1.0.15");
    assert_eq!(codes(&right), [""; 0], "{}", right.to_json());
    assert_eq!(right.verdict, Verdict::Pass);
    assert_eq!(anchors_of(&right), ["self-declared"]);
    let wrong = run(&"1".repeat(64), "itoa@1.0.14");
    assert_eq!(
        codes(&wrong),
        ["checksum-caller-mismatch", "package-unexpected"]
    );
    // A directory takes a directory.
    let options = Options {
        against: Some(Input::from_path(&archive)),
        ..options(Some(&lockfile))
    };
    let error = verify_package(&Input::from_path(vendor.path("")), &options).unwrap_err();
    assert!(
        error.message().contains("directory of .crate files"),
        "{error}"
    );
}
