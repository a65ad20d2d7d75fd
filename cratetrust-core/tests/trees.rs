//! Unpacked packages, vendor directories, registries and checkouts against archives.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod tree_support;

use std::fs;

use cratetrust_core::digest::Backend;
use cratetrust_core::options::Check;
use cratetrust_core::report::{Code, Report, Severity, Status, Verdict};
use cratetrust_core::{Input, Options, verify_package, verify_package_with};
use tree_support::{Fixture, MARK, against, anchors_of, codes, found, options, vendored};

const STEM: &str = "itoa-1.0.15";

fn home() -> Fixture {
    Fixture::home(&["cfg-if-0.1.10", STEM])
}

fn check(fixture: &Fixture) -> Report {
    verify_package(
        &Input::from_path(fixture.path("")),
        &options(Some(&fixture.lockfile())),
    )
    .unwrap()
}

#[test]
fn an_untouched_home_passes_with_cache_and_src() {
    let home = home();
    let report = check(&home);
    assert_eq!(report.verdict, Verdict::Pass, "{}", report.to_json());
    assert_eq!(report.checks, ["checksum", "archive", "tree"]);
    for package in &report.packages {
        if package.status == Status::Local {
            continue;
        }
        let kinds: Vec<_> = package.artifacts.iter().map(|a| a.kind.as_str()).collect();
        assert_eq!(kinds, ["crate", "src"]);
        assert!(package.artifacts.iter().all(|a| a.status == Status::Ok));
        assert_eq!(package.anchors, ["lock"]);
    }
}

#[test]
fn the_report_does_not_depend_on_how_files_are_hashed() {
    let (vendor, archives, lockfile) = vendored();
    let changed = vendor.path("itoa-1.0.15/src/lib.rs");
    fs::write(&changed, "changed").unwrap();
    fs::write(archives.path("cfg-if-0.1.10.crate"), "changed").unwrap();
    let one = archives.path("itoa-1.0.15.crate");
    for place in [vendor.path(""), archives.path(""), one] {
        let mut options = options(Some(&lockfile));
        options.checks = Some([Check::Checksum, Check::Tree].into());
        for jobs in [1, 3] {
            options.jobs = jobs;
            let input = Input::from_path(&place);
            let expected = verify_package(&input, &options).unwrap();
            for backend in Backend::available() {
                let report = verify_package_with(backend, &input, &options).unwrap();
                assert_eq!(report.to_json(), expected.to_json(), "{}", backend.name());
            }
        }
    }
}

#[test]
fn each_kind_of_change_in_src_has_its_code() {
    type Change = fn(&std::path::Path);
    let cases: &[(&str, &str, Change)] = &[
        ("src-modified", "src/lib.rs", |dir| {
            let path = dir.join("src/lib.rs");
            let mut bytes = fs::read(&path).unwrap();
            bytes.extend_from_slice(b"\npub fn evil() {}\n");
            fs::write(path, bytes).unwrap();
        }),
        ("src-modified", "Cargo.toml", |dir| {
            let path = dir.join("Cargo.toml");
            let mut bytes = fs::read(&path).unwrap();
            *bytes.last_mut().unwrap() ^= 1;
            fs::write(path, bytes).unwrap();
        }),
        ("src-extra", "build.rs", |dir| {
            fs::write(dir.join("build.rs"), "fn main() {}").unwrap();
        }),
        ("src-extra", "src/.cargo-ok", |dir| {
            fs::write(dir.join("src/.cargo-ok"), MARK).unwrap();
        }),
        ("src-missing", "src/lib.rs", |dir| {
            fs::remove_file(dir.join("src/lib.rs")).unwrap();
        }),
        ("src-incomplete", ".cargo-ok", |dir| {
            fs::remove_file(dir.join(".cargo-ok")).unwrap();
        }),
        ("src-incomplete", ".cargo-ok", |dir| {
            fs::write(dir.join(".cargo-ok"), "ok").unwrap();
        }),
        #[cfg(unix)]
        ("src-symlink", "src/lib.rs", |dir| {
            let path = dir.join("src/lib.rs");
            let copy = dir.parent().unwrap().join("elsewhere.rs");
            fs::rename(&path, &copy).unwrap();
            std::os::unix::fs::symlink(copy, path).unwrap();
        }),
        #[cfg(unix)]
        ("src-symlink", ".cargo-ok", |dir| {
            fs::remove_file(dir.join(".cargo-ok")).unwrap();
            std::os::unix::fs::symlink("Cargo.toml", dir.join(".cargo-ok")).unwrap();
        }),
        #[cfg(unix)]
        ("src-symlink", "linked", |dir| {
            std::os::unix::fs::symlink("/", dir.join("linked")).unwrap();
        }),
        #[cfg(unix)]
        ("src-symlink", ".", |dir| {
            let moved = dir.with_file_name("moved");
            fs::rename(dir, &moved).unwrap();
            std::os::unix::fs::symlink(moved, dir).unwrap();
        }),
    ];
    for (code, path, change) in cases {
        let home = home();
        let dir = home.source(STEM);
        change(&dir);
        let report = check(&home);
        let location = format!("registry/src/{}/{STEM}", tree_support::REGISTRY);
        assert_eq!(
            found(&report),
            [(
                (*code).to_owned(),
                "itoa@1.0.15".to_owned(),
                location,
                (*path).to_owned()
            )],
            "{code}: {}",
            report.to_json()
        );
        let expected = match *code {
            "src-incomplete" => Verdict::Pass,
            _ => Verdict::Fail,
        };
        assert_eq!(report.verdict, expected, "{code}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_not_utf8_do_not_hide() {
    use std::os::unix::ffi::OsStrExt;
    let home = home();
    let name = std::ffi::OsStr::from_bytes(b"src/\xff.rs");
    fs::write(home.source(STEM).join(name), "x").unwrap();
    let report = check(&home);
    assert_eq!(codes(&report), ["src-extra"]);
    assert_eq!(
        report.findings.iter().find_map(|f| f.path_hex.as_deref()),
        Some("7372632fff2e7273")
    );
}

#[test]
fn a_source_without_its_archive_is_not_called_checked() {
    let home = home();
    fs::remove_file(home.archive(STEM)).unwrap();
    let report = check(&home);
    assert_eq!(codes(&report), ["crate-missing"]);
    assert_eq!(report.verdict, Verdict::Incomplete);
    let package = report.packages.iter().find(|p| p.name == "itoa").unwrap();
    assert_eq!(package.status, Status::Unchecked);
    assert_eq!(package.artifacts[0].kind, "src");
    assert_eq!(package.artifacts[0].status, Status::Unchecked);
    let without = verify_package(&Input::from_path(home.path("")), &Options::default()).unwrap();
    assert!(codes(&without).contains(&"crate-missing"));
}

#[test]
fn a_source_is_not_compared_with_a_wrong_archive() {
    let home = home();
    // Another package's archive in its place: its own form is good, its digest is not.
    fs::copy(home.archive("cfg-if-0.1.10"), home.archive(STEM)).unwrap();
    let report = check(&home);
    let codes = codes(&report);
    assert!(codes.contains(&"checksum-lock-mismatch"), "{codes:?}");
    assert!(codes.contains(&"not-checked"), "{codes:?}");
    assert!(
        !codes.iter().any(|code| code.starts_with("src-")),
        "{codes:?}"
    );
    let package = report.packages.iter().find(|p| p.name == "itoa").unwrap();
    let source = package.artifacts.iter().find(|a| a.kind == "src").unwrap();
    assert_eq!(source.status, Status::Unchecked);
}

/// Who accepts that a check does not apply has not had anything checked by it.
#[test]
fn checks_that_do_not_apply_are_no_pass() {
    let (vendor, archives, lockfile) = vendored();
    let one = archives.path("itoa-1.0.15.crate");
    for (place, check) in [
        (vendor.path(""), Check::Archive),
        (archives.path(""), Check::Tree),
        (one, Check::Index),
    ] {
        let mut options = options(Some(&lockfile));
        options.checks = Some([check].into());
        options.severities.set(Code::NotChecked, Severity::Info);
        let report = verify_package(&Input::from_path(&place), &options).unwrap();
        assert_eq!(report.verdict, Verdict::Incomplete, "{}", report.to_json());
        assert_eq!(report.summary.ok, 0);
        assert_eq!(report.summary.checked, 0);
        assert!(codes(&report).contains(&"not-checked"));
    }
}

#[test]
fn the_check_of_trees_can_be_left_out_and_can_stand_alone() {
    let home = home();
    fs::write(home.source(STEM).join("build.rs"), "fn main() {}").unwrap();
    let lockfile = home.lockfile();
    let run = |checks: &str| {
        let mut options = options(Some(&lockfile));
        options
            .merge_json(&format!(r#"{{"checks": "{checks}"}}"#))
            .unwrap();
        verify_package(&Input::from_path(home.path("")), &options).unwrap()
    };
    assert_eq!(run("checksum").verdict, Verdict::Pass);
    assert_eq!(run("checksum,archive").verdict, Verdict::Pass);
    assert_eq!(codes(&run("checksum,tree")), ["src-extra"]);
    assert_eq!(codes(&run("tree")), ["src-extra"]);
}

#[test]
fn packages_that_the_lockfile_does_not_name_are_counted_only() {
    let home = Fixture::home(&["cfg-if-0.1.10", STEM, "void-1.0.2"]);
    fs::write(home.source("void-1.0.2").join("build.rs"), "").unwrap();
    let lockfile = home.lockfile_of(&["cfg-if-0.1.10", STEM]);
    let report = verify_package(&Input::from_path(home.path("")), &options(Some(&lockfile)));
    let report = report.unwrap();
    assert_eq!(report.verdict, Verdict::Pass);
    assert_eq!(report.summary.unlisted, 2);
}

fn verify(path: &std::path::Path, lockfile: Option<&str>) -> Report {
    verify_package(&Input::from_path(path), &options(lockfile)).unwrap()
}

#[test]
fn two_directories_with_one_package_must_agree() {
    let home = home();
    let other = format!("registry/cache/index.crates.io-6f17d22bba15001f/{STEM}.crate");
    home.write(&other, &fs::read(home.archive(STEM)).unwrap());
    assert_eq!(check(&home).verdict, Verdict::Pass);
    let mut bytes = fs::read(home.archive(STEM)).unwrap();
    bytes.push(0);
    home.write(&other, &bytes);
    let report = check(&home);
    assert_eq!(
        codes(&report),
        [
            "checksum-lock-mismatch",
            "gz-trailing-zero",
            "registry-dir-ambiguous"
        ]
    );
    let without = verify(&home.path(""), None);
    assert!(codes(&without).contains(&"registry-dir-ambiguous"));
}

#[test]
fn two_vendored_copies_of_one_package_must_agree() {
    let vendor = Fixture::vendor(&[STEM]);
    tree_support::unpack(&tree_support::corpus_crate(STEM), &vendor.path("x"));
    let copy = vendor.path("itoa");
    fs::rename(vendor.path("x").join(STEM), &copy).unwrap();
    fs::remove_dir(vendor.path("x")).unwrap();
    fs::write(copy.join("src/lib.rs"), "pub fn evil() {}").unwrap();
    let package = cratetrust_core::digest::Sha256::of(&tree_support::corpus_crate(STEM));
    tree_support::write_list(&copy, Some(package));
    let report = verify(&vendor.path(""), Some(&vendor.lockfile()));
    assert!(codes(&report).contains(&"registry-dir-ambiguous"));
    assert_eq!(report.verdict, Verdict::Fail);
}

#[test]
fn one_name_and_version_from_two_registries_is_told() {
    let home = home();
    let mut lockfile = home.lockfile();
    lockfile.push_str(&format!(
        "\n[[package]]\nname = \"itoa\"\nversion = \"1.0.15\"\nsource = \"sparse+https://registry.example.org/\"\nchecksum = \"{}\"\n",
        "0".repeat(64)
    ));
    let report = verify(&home.path(""), Some(&lockfile));
    assert!(codes(&report).contains(&"lock-ambiguous-dir"));
}

#[test]
fn a_local_registry_and_its_index_name_the_same() {
    let registry = Fixture::local_registry(&[STEM, "cfg-if-0.1.10"]);
    let lockfile = registry.lockfile();
    for lockfile in [None, Some(lockfile.as_str())] {
        let report = verify(&registry.path(""), lockfile);
        assert_eq!(report.verdict, Verdict::Pass, "{}", report.to_json());
    }
    let index = registry.path("index/it/oa/itoa");
    let good = fs::read_to_string(&index).unwrap();
    // What the index says, and the codes without and with the lockfile.
    let zeros = tree_support::index_line(STEM, &"0".repeat(64));
    let cases: &[(&str, String, &[&str], &[&str])] = &[
        (
            "another checksum",
            zeros.clone(),
            &["checksum-index-mismatch"],
            &["checksum-index-mismatch"],
        ),
        (
            "a conflict",
            format!("{good}{zeros}"),
            &["index-conflict"],
            &["index-conflict"],
        ),
        (
            "a broken line",
            format!("{good}no json\n"),
            &["index-line-invalid"],
            &["index-line-invalid"],
        ),
        (
            "a cache of another version",
            format!("\u{4}{good}"),
            &[
                "anchor-missing",
                "index-cache-format",
                "local-registry-orphan",
            ],
            &["index-cache-format", "local-registry-orphan"],
        ),
        (
            "nothing",
            String::new(),
            &["anchor-missing", "local-registry-orphan"],
            &["local-registry-orphan"],
        ),
        (
            "one more",
            format!("{good}{}", zeros.replace("1.0.15", "9.9.9")),
            &["crate-missing"],
            &[],
        ),
    ];
    for (what, text, alone, locked) in cases {
        fs::write(&index, text).unwrap();
        assert_eq!(codes(&verify(&registry.path(""), None)), *alone, "{what}");
        let report = verify(&registry.path(""), Some(&lockfile));
        assert_eq!(codes(&report), *locked, "{what}");
    }
}

#[test]
fn a_home_has_its_own_index_compared_with_the_lockfile() {
    let home = home();
    let place = format!(
        "registry/index/{}/.cache/it/oa/itoa",
        tree_support::REGISTRY
    );
    let cache = |checksum: &str, yanked: &str| {
        let line = tree_support::index_line(STEM, checksum).replace("false", yanked);
        let mut bytes = b"\x03\x02\0\0\0etag: x\0".to_vec();
        bytes.extend_from_slice(format!("1.0.15\0{}\0", line.trim_end()).as_bytes());
        bytes
    };
    let right = cratetrust_core::digest::Sha256::of(&tree_support::corpus_crate(STEM)).to_string();
    home.write(&place, &cache(&right, "false"));
    assert_eq!(codes(&check(&home)), [""; 0]);
    home.write(&place, &cache(&right, "true"));
    let report = check(&home);
    assert!(report.findings.iter().any(|f| f.code.name() == "yanked"));
    home.write(&place, &cache(&"1".repeat(64), "false"));
    assert_eq!(codes(&check(&home)), ["checksum-index-mismatch"]);
    let whole = cache(&right, "false");
    home.write(&place, &whole[..whole.len() - 9]);
    assert_eq!(codes(&check(&home)), ["index-cache-format"]);
}

#[test]
fn an_unpacked_crate_is_compared_with_its_archive() {
    let place = Fixture::empty();
    let archive = format!("{STEM}.crate");
    place.write(&archive, &tree_support::corpus_crate(STEM));
    tree_support::unpack(&tree_support::corpus_crate(STEM), &place.path("x"));
    let tree = place.path("x").join(STEM);
    let lockfile = tree_support::lockfile(&[STEM]);
    let report = against(&tree, &place.path(&archive), Some(&lockfile));
    assert_eq!(report.verdict, Verdict::Pass, "{}", report.to_json());
    // Without an anchor the comparison holds, and nothing says that the archive is the right one.
    let alone = against(&tree, &place.path(&archive), None);
    assert_eq!(codes(&alone), ["anchor-missing"]);
    fs::write(tree.join("build.rs"), "fn main() {}").unwrap();
    fs::write(tree.join("src/lib.rs"), "").unwrap();
    fs::remove_file(tree.join("README.md")).unwrap();
    let report = against(&tree, &place.path(&archive), Some(&lockfile));
    assert_eq!(codes(&report), ["src-extra", "src-missing", "src-modified"]);
    assert!(
        report
            .findings
            .iter()
            .all(|f| f.artifact.as_deref() != Some(&archive))
    );
    // The archive may come from memory too, and without it there is nothing to compare with.
    let memory = Options {
        against: Some(Input::from_bytes(archive, tree_support::corpus_crate(STEM))),
        ..options(Some(&lockfile))
    };
    let same = verify_package(&Input::from_path(&tree), &memory).unwrap();
    assert_eq!(same.findings, report.findings);
    let error = verify_package(&Input::from_path(&tree), &Options::default()).unwrap_err();
    assert!(error.message().contains("against"), "{error}");
}

#[test]
fn an_archive_is_compared_with_a_checkout() {
    let place = Fixture::empty();
    let archive = format!("{STEM}.crate");
    place.write(&archive, &tree_support::corpus_crate(STEM));
    tree_support::unpack(&tree_support::corpus_crate(STEM), &place.path("x"));
    let repository = place.path("repository");
    fs::rename(place.path("x").join(STEM), &repository).unwrap();
    // A checkout has the manifest as it was written, and nothing that cargo wrote.
    fs::rename(
        repository.join("Cargo.toml.orig"),
        repository.join("Cargo.toml"),
    )
    .unwrap();
    fs::remove_file(repository.join(".cargo_vcs_info.json")).unwrap();
    let _ = fs::remove_file(repository.join("Cargo.lock"));
    fs::create_dir_all(repository.join(".git")).unwrap();
    fs::write(repository.join(".git/config"), "x").unwrap();
    let lockfile = tree_support::lockfile(&[STEM]);
    let run = || against(&place.path(&archive), &repository, Some(&lockfile));
    let report = run();
    assert_eq!(codes(&report), ["source-generated"], "{}", report.to_json());
    assert_eq!(report.verdict, Verdict::Pass);
    let kinds: Vec<_> = report.packages[0]
        .artifacts
        .iter()
        .map(|a| &a.kind)
        .collect();
    assert_eq!(kinds, ["checkout", "crate"]);

    let library = fs::read_to_string(repository.join("src/lib.rs")).unwrap();
    fs::write(repository.join("src/lib.rs"), library.replace('\n', "\r\n")).unwrap();
    fs::remove_file(repository.join("src/udiv128.rs")).unwrap();
    fs::write(repository.join("Cargo.toml"), "[package]\n").unwrap();
    fs::write(repository.join("notes.md"), "n").unwrap();
    // A package further down is another one.
    fs::create_dir_all(repository.join("other")).unwrap();
    fs::write(repository.join("other/Cargo.toml"), "[package]\n").unwrap();
    let report = run();
    assert_eq!(report.verdict, Verdict::Fail);
    let of: Vec<_> = found(&report)
        .into_iter()
        .filter(|(code, ..)| code != "source-generated")
        .map(|(code, _, _, path)| (code, path))
        .collect();
    let expected = [
        ("source-changed", "Cargo.toml.orig"),
        ("source-missing", "notes.md"),
        ("source-line-endings", "src/lib.rs"),
        ("source-extra", "src/udiv128.rs"),
    ]
    .map(|(code, path)| (code.to_owned(), path.to_owned()));
    assert_eq!(of, expected);
}

/// cargo follows links when it packages: a directory that several packages share is often one.
#[cfg(unix)]
#[test]
fn links_in_a_checkout_are_followed_where_they_stay_inside() {
    let place = Fixture::empty();
    let archive = format!("{STEM}.crate");
    place.write(&archive, &tree_support::corpus_crate(STEM));
    tree_support::unpack(&tree_support::corpus_crate(STEM), &place.path("x"));
    let repository = place.path("repository");
    fs::rename(place.path("x").join(STEM), &repository).unwrap();
    fs::rename(
        repository.join("Cargo.toml.orig"),
        repository.join("Cargo.toml"),
    )
    .unwrap();
    let run = || {
        let lockfile = tree_support::lockfile(&[STEM]);
        let report = against(&place.path(&archive), &repository, Some(&lockfile));
        let mut codes = codes(&report);
        codes.retain(|code| !["source-generated", "source-missing"].contains(code));
        (report.verdict, codes)
    };
    fs::create_dir(repository.join("shared")).unwrap();
    fs::rename(repository.join("src"), repository.join("shared/src")).unwrap();
    std::os::unix::fs::symlink("shared/src", repository.join("src")).unwrap();
    assert_eq!(run(), (Verdict::Pass, vec![]));
    fs::write(repository.join("shared/src/udiv128.rs"), "changed").unwrap();
    assert_eq!(run(), (Verdict::Fail, vec!["source-changed"]));
    fs::remove_file(repository.join("shared/src/udiv128.rs")).unwrap();
    assert_eq!(run(), (Verdict::Fail, vec!["source-extra"]));
    // Out of the checkout nothing is read, and around in a circle neither.
    for target in ["../x", "src"] {
        fs::remove_file(repository.join("src")).unwrap();
        std::os::unix::fs::symlink(target, repository.join("src")).unwrap();
        fs::create_dir_all(place.path("x")).unwrap();
        for file in ["lib.rs", "udiv128.rs"] {
            fs::write(place.path("x").join(file), "secret").unwrap();
        }
        assert_eq!(
            run(),
            (Verdict::Incomplete, vec!["not-checked"]),
            "{target}"
        );
    }
}

#[test]
fn what_against_does_not_go_with_is_refused() {
    let home = home();
    let options = Options {
        against: Some(Input::from_path(home.path(""))),
        ..Options::default()
    };
    let error = verify_package(&Input::from_path(home.path("")), &options).unwrap_err();
    assert!(error.message().contains("cargo-home"), "{error}");
}

#[test]
fn unpacked_sources_are_a_store_of_their_own() {
    let home = home();
    home.write(
        &format!("registry/cache/{}/void-1.0.2.crate", tree_support::REGISTRY),
        &tree_support::corpus_crate("void-1.0.2"),
    );
    let lockfile = home.lockfile();
    let one = format!("registry/src/{}", tree_support::REGISTRY);
    for (place, location, archive) in [
        (
            "registry/src",
            format!("{}/{STEM}", tree_support::REGISTRY),
            format!("../cache/{}/{STEM}.crate", tree_support::REGISTRY),
        ),
        (
            one.as_str(),
            STEM.to_owned(),
            format!("../../cache/{}/{STEM}.crate", tree_support::REGISTRY),
        ),
    ] {
        let _ = fs::remove_file(home.source(STEM).join("build.rs"));
        let report = verify(&home.path(place), Some(&lockfile));
        assert_eq!(report.verdict, Verdict::Pass, "{}", report.to_json());
        assert_eq!(report.summary.unlisted, 0);
        assert_eq!(anchors_of(&report), ["lock"]);
        let itoa = report.packages.iter().find(|p| p.name == "itoa").unwrap();
        let shown: Vec<_> = itoa.artifacts.iter().map(|a| a.location.as_str()).collect();
        assert_eq!(shown, [archive.as_str(), location.as_str()]);
        // Only what the lockfile names is checked, and all of it must be there.
        let other = tree_support::lockfile(&["void-1.0.2", STEM]);
        let report = verify(&home.path(place), Some(&other));
        assert_eq!(codes(&report), ["crate-missing"]);
        assert_eq!(report.summary.unlisted, 1);
        assert_eq!(codes(&verify(&home.path(place), None)), ["anchor-missing"]);
        fs::write(home.source(STEM).join("build.rs"), "fn main() {}").unwrap();
        let report = verify(&home.path(place), Some(&lockfile));
        let expected = (
            "src-extra".to_owned(),
            "itoa@1.0.15".to_owned(),
            location,
            "build.rs".to_owned(),
        );
        assert_eq!(found(&report), [expected], "{}", report.to_json());
    }
    // Without the archives beside them, nothing is called checked, and others may stand in.
    let (_, archives, _) = vendored();
    fs::rename(home.path("registry/cache"), home.path("registry/elsewhere")).unwrap();
    let report = verify(&home.path("registry/src"), Some(&lockfile));
    assert_eq!(codes(&report), ["crate-missing"]);
    assert_eq!(report.verdict, Verdict::Incomplete);
    let report = against(
        &home.path("registry/src"),
        &archives.path(""),
        Some(&lockfile),
    );
    assert_eq!(codes(&report), ["src-extra"], "{}", report.to_json());
}

#[test]
fn the_checks_of_index_and_vcs_can_be_left_out_and_can_stand_alone() {
    let registry = Fixture::local_registry(&[STEM]);
    let lockfile = registry.lockfile();
    let zeros = tree_support::index_line(STEM, &"0".repeat(64)).replace("false", "true");
    fs::write(registry.path("index/it/oa/itoa"), zeros).unwrap();
    let run = |checks: &str, lockfile: Option<&str>| {
        let mut options = options(lockfile);
        let text = format!("{{\"checks\": \"{checks}\"}}");
        options.merge_json(&text).unwrap();
        verify_package(&Input::from_path(registry.path("")), &options).unwrap()
    };
    let yanked = |report: &Report| report.findings.iter().any(|f| f.code.name() == "yanked");
    for checks in ["checksum,archive", "checksum"] {
        let report = run(checks, Some(&lockfile));
        assert_eq!(codes(&report), [""; 0]);
        assert!(!yanked(&report));
        assert!(!report.checks.contains(&"index".to_owned()));
    }
    for checks in ["index", "checksum,index"] {
        let report = run(checks, Some(&lockfile));
        assert_eq!(codes(&report), ["checksum-index-mismatch"], "{checks}");
        assert!(yanked(&report));
        assert!(report.checks.contains(&"index".to_owned()));
    }
    // The index may be all that says what a digest should be.
    assert_eq!(codes(&run("checksum", None)), ["checksum-index-mismatch"]);
    let report = run("index", None);
    assert!(yanked(&report), "{}", report.to_json());
    assert_eq!(codes(&report), [""; 0]);
    // What the index says nothing of was not checked.
    let mut silent = Options::default();
    silent.merge_json("{\"checks\": \"index\"}").unwrap();
    silent.index = Some(Input::from_bytes(
        "index",
        tree_support::index_line("foo-1.0.0", &"1".repeat(64)).into_bytes(),
    ));
    let archive = Input::from_path(registry.path(&format!("{STEM}.crate")));
    let report = verify_package(&archive, &silent).unwrap();
    assert_eq!(codes(&report), ["not-checked"]);
    assert_eq!(report.verdict, Verdict::Incomplete);
    // A check that does not apply is told, and one that is not there is refused.
    let home = home();
    let mut none = options(Some(&home.lockfile()));
    none.merge_json("{\"checks\": \"checksum,index\"}").unwrap();
    let report = verify_package(&Input::from_path(home.path("")), &none).unwrap();
    assert_eq!(codes(&report), ["not-checked"]);
    assert!(none.merge_json("{\"checks\": \"signature\"}").is_err());
}

#[test]
fn the_commit_that_an_archive_names_is_the_check_vcs() {
    let bytes = tree_support::corpus_crate(STEM);
    let dirty = dirty_crate();
    let run = |bytes: &[u8], checks: Option<&str>| {
        let mut options = Options::default();
        if let Some(checks) = checks {
            let text = format!("{{\"checks\": \"{checks}\"}}");
            options.merge_json(&text).unwrap();
        }
        let input = Input::from_bytes("foo-1.0.0.crate", bytes);
        verify_package(&input, &options).unwrap()
    };
    let has = |report: &Report, code: &str| report.findings.iter().any(|f| f.code.name() == code);
    assert!(has(&run(&dirty, None), "vcs-dirty"));
    assert!(!has(&run(&dirty, Some("archive")), "vcs-dirty"));
    let alone = run(&dirty, Some("vcs"));
    let all: Vec<_> = alone.findings.iter().map(|f| f.code.name()).collect();
    assert_eq!(all, ["vcs-dirty"]);
    assert_eq!(alone.checks, ["vcs"]);
    assert_eq!(run(&bytes, Some("vcs")).verdict, Verdict::Pass);
    // An archive that cannot be read says so whatever was asked for.
    assert!(has(&run(&dirty[..60], Some("vcs")), "gz-truncated"));
}

fn dirty_crate() -> Vec<u8> {
    let encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    let mut builder = tar::Builder::new(encoder);
    for (path, body) in [
        (
            "foo-1.0.0/Cargo.toml",
            "[package]\nname = \"foo\"\nversion = \"1.0.0\"\n",
        ),
        (
            "foo-1.0.0/.cargo_vcs_info.json",
            "{\"git\":{\"sha1\":\"0123456789abcdef0123456789abcdef01234567\",\"dirty\":true},\"path_in_vcs\":\"\"}",
        ),
    ] {
        let mut header = tar::Header::new_gnu();
        header.set_size(body.len() as u64);
        header.set_mode(0o644);
        builder
            .append_data(&mut header, path, body.as_bytes())
            .unwrap();
    }
    builder.into_inner().unwrap().finish().unwrap()
}
