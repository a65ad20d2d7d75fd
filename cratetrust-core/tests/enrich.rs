//! Enrichment: facts come from bytes that match the lockfile, and from no others.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail by panicking"
)]

mod tree_support;

use std::fs;
use std::path::{Path, PathBuf};

use cratetrust_core::bom::{Bom, Package};
use cratetrust_core::digest::{Sha256, Sha512};
use cratetrust_core::options::ComponentSupplier;
use cratetrust_core::report::Verdict;
use cratetrust_core::sbom::Format;
use cratetrust_core::{ErrorKind, Generated, Input, Options, generate_sbom, verify_sbom};
use tree_support::{Fixture, codes, corpus_crate, found, lockfile, write_list};

const STEMS: [&str; 3] = ["cfg-if-1.0.4", "itoa-1.0.15", "memchr-2.8.0"];
const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

fn crates(paths: &[PathBuf]) -> Options {
    Options {
        crates: paths.iter().map(Input::from_path).collect(),
        ..Options::default()
    }
}

fn generate(lock: &str, options: &Options) -> Generated {
    let lock = Input::from_bytes("Cargo.lock", lock.as_bytes());
    generate_sbom(&[lock], options).unwrap()
}

fn package<'b>(bom: &'b Bom, name: &str) -> &'b Package {
    bom.packages.iter().find(|p| p.name == name).unwrap()
}

fn from(bom: &Bom, name: &str) -> Option<String> {
    package(bom, name).enriched_from.clone()
}

/// An archive of files, `NAME-VERSION/` put before their paths.
fn archive(stem: &str, files: &[(&str, &str)]) -> Vec<u8> {
    let gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
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

fn lock_of(packages: &[(&str, &str, Option<&[u8]>)]) -> String {
    let mut text = String::from("version = 4\n");
    for (name, version, bytes) in packages {
        text += &format!(
            "\n[[package]]\nname = \"{name}\"\nversion = \"{version}\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n"
        );
        if let Some(bytes) = bytes {
            text += &format!("checksum = \"{}\"\n", Sha256::of(bytes));
        }
    }
    text
}

#[test]
fn real_archives_give_their_facts() {
    let home = Fixture::home(&STEMS);
    let generated = generate(&home.lockfile(), &crates(&[home.path("")]));
    assert_eq!(
        generated.report.verdict,
        Verdict::Pass,
        "{:?}",
        found(&generated.report)
    );
    assert_eq!(generated.report.summary.ok, 3);
    assert_eq!(generated.report.checks, ["checksum"]);
    for (name, stem) in ["cfg-if", "itoa", "memchr"].iter().zip(STEMS) {
        let bytes = corpus_crate(stem);
        let package = package(&generated.bom, name);
        assert_eq!(package.checksum.sha256, Some(Sha256::of(&bytes)));
        assert_eq!(package.checksum.sha512, Some(Sha512::of(&bytes)));
        assert_eq!(package.size, Some(bytes.len() as u64));
        assert_eq!(package.enriched_from.as_deref(), Some("crate"));
        assert!(!package.authors.is_empty() && package.description.is_some());
        assert!(
            package
                .repository
                .as_deref()
                .unwrap()
                .starts_with("https://")
        );
        assert_eq!(package.vcs.as_ref().unwrap().commit.len(), 40);
        let reported = &generated
            .report
            .packages
            .iter()
            .find(|p| p.name == *name)
            .unwrap();
        assert_eq!(reported.anchors, ["lock"]);
    }
    let memchr = package(&generated.bom, "memchr");
    assert_eq!(memchr.license.as_deref(), Some("Unlicense OR MIT"));
    assert_eq!(
        memchr.copyright.as_deref(),
        Some("Copyright (c) 2015 Andrew Gallant")
    );
    assert_eq!(memchr.license_concluded, None);
    assert_eq!(memchr.supplier, None);
}

#[test]
fn every_form_gives_the_same_facts() {
    let home = Fixture::home(&STEMS);
    let vendor = Fixture::vendor(&STEMS);
    let registry = Fixture::local_registry(&STEMS);
    let lock = home.lockfile();
    let by_home = generate(&lock, &crates(&[home.path("")]));
    for path in [
        home.path("registry"),
        home.path("registry/cache"),
        home.path(&format!("registry/cache/{}", tree_support::REGISTRY)),
        registry.path(""),
        // With the archives that lie beside them.
        home.path("registry/src"),
        home.source(STEMS[0]).parent().unwrap().to_owned(),
    ] {
        let other = generate(&lock, &crates(std::slice::from_ref(&path)));
        assert_eq!(other.bom, by_home.bom, "{}", path.display());
    }
    let singles: Vec<PathBuf> = STEMS.iter().map(|stem| home.archive(stem)).collect();
    assert_eq!(generate(&lock, &crates(&singles)).bom, by_home.bom);
    // Trees have neither the archive's digest nor its size.
    let mut plain = by_home.bom.clone();
    for package in &mut plain.packages {
        package.checksum.sha512 = None;
        package.size = None;
    }
    let bare = Fixture::home(&STEMS);
    std::fs::remove_dir_all(bare.path("registry/cache")).unwrap();
    for (path, name) in [
        (vendor.path(""), "vendor"),
        (bare.path("registry/src"), "src-unverified"),
        (
            bare.source(STEMS[0]).parent().unwrap().to_owned(),
            "src-unverified",
        ),
    ] {
        for package in &mut plain.packages {
            package.enriched_from = Some(name.to_owned());
        }
        let other = generate(&lock, &crates(&[path]));
        assert_eq!(other.bom, plain, "{name}");
        let (ok, verdict) = match name {
            "vendor" => (3, Verdict::Pass),
            _ => (0, Verdict::Incomplete),
        };
        assert_eq!(
            (other.report.summary.ok, other.report.verdict),
            (ok, verdict)
        );
    }
    let one = generate(&lock, &crates(&[home.source("itoa-1.0.15")]));
    assert_eq!(from(&one.bom, "itoa").as_deref(), Some("src-unverified"));
    assert_eq!(from(&one.bom, "memchr"), None);
    assert_eq!(codes(&one.report), ["not-checked"]);
}

#[test]
fn bytes_that_contradict_the_lock_are_reported_and_give_nothing() {
    let home = Fixture::home(&STEMS);
    let lock = home.lockfile();
    fs::write(home.archive("itoa-1.0.15"), corpus_crate("cfg-if-1.0.4")).unwrap();
    let mut torn = corpus_crate("memchr-2.8.0");
    torn.truncate(1_000);
    fs::write(home.archive("memchr-2.8.0"), torn).unwrap();
    let generated = generate(&lock, &crates(&[home.path("")]));
    assert_eq!(generated.report.verdict, Verdict::Fail);
    assert_eq!(generated.report.summary.failed, 2);
    assert!(codes(&generated.report).contains(&"checksum-lock-mismatch"));
    assert!(codes(&generated.report).contains(&"gz-truncated"));
    let mut plain = generate(&lock, &Options::default()).bom;
    for package in &generated.bom.packages {
        if package.name == "cfg-if" {
            plain.packages[package.id] = package.clone();
        }
    }
    assert_eq!(generated.bom, plain);
    // A severity lowers what is said of it, and not what is taken.
    let mut options = crates(&[home.path("")]);
    options
        .set_severity("checksum-lock-mismatch", "info")
        .unwrap();
    assert_eq!(from(&generate(&lock, &options).bom, "itoa"), None);
}

#[test]
fn every_copy_must_be_good() {
    let home = Fixture::home(&STEMS);
    let other = Fixture::home(&STEMS);
    let lock = home.lockfile();
    fs::write(other.archive("itoa-1.0.15"), b"").unwrap();
    let both = [home.path("registry/cache"), other.path("registry/cache")];
    let generated = generate(&lock, &crates(&both));
    assert_eq!(generated.report.verdict, Verdict::Fail);
    assert_eq!(from(&generated.bom, "itoa").as_deref(), Some("crate"));
    let turned = generate(&lock, &crates(&[both[1].clone(), both[0].clone()]));
    assert_eq!(turned.bom, generated.bom);
    assert_eq!(turned.report.verdict, Verdict::Fail);
}

#[test]
fn threads_and_order_do_not_show() {
    let home = Fixture::home(&STEMS);
    let vendor = Fixture::vendor(&STEMS[..2]);
    let lock = home.lockfile();
    let write = |jobs| {
        let mut options = crates(&[home.path(""), vendor.path("")]);
        options.jobs = jobs;
        let generated = generate(&lock, &options);
        (
            generated
                .write(Format::from_name("json").unwrap(), None)
                .unwrap(),
            generated.report.to_json(),
        )
    };
    let one = write(1);
    assert_eq!(one, write(3));
    assert_eq!(one, write(16));
    assert!(!one.1.contains(std::env::temp_dir().to_str().unwrap()));
}

#[test]
fn vendored_packages_must_be_as_listed() {
    let vendor = Fixture::vendor(&STEMS);
    let lock = lockfile(&STEMS);
    fs::write(vendor.path("itoa-1.0.15/src/lib.rs"), b"// other").unwrap();
    write_list(&vendor.path("memchr-2.8.0"), Some(Sha256::of(b"other")));
    let generated = generate(&lock, &crates(&[vendor.path("")]));
    assert_eq!(
        codes(&generated.report),
        ["vendor-modified", "vendor-package-mismatch"]
    );
    assert_eq!(generated.report.verdict, Verdict::Fail);
    assert_eq!(from(&generated.bom, "cfg-if").as_deref(), Some("vendor"));
    assert_eq!(
        (from(&generated.bom, "itoa"), from(&generated.bom, "memchr")),
        (None, None)
    );
    // A list without hashes proves nothing.
    let list = format!(
        "{{\"files\":{{}},\"package\":\"{}\"}}",
        Sha256::of(&corpus_crate(STEMS[0]))
    );
    fs::write(vendor.path("cfg-if-1.0.4/.cargo-checksum.json"), list).unwrap();
    let generated = generate(&lock, &crates(&[vendor.path("cfg-if-1.0.4")]));
    assert_eq!(
        from(&generated.bom, "cfg-if").as_deref(),
        Some("vendor-unverified")
    );
    assert_eq!(codes(&generated.report), ["vendor-no-file-hashes"]);
}

#[test]
fn a_lock_without_a_checksum_proves_nothing() {
    let bytes = archive(
        "a-1.0.0",
        &[(
            "Cargo.toml",
            "[package]\nname = 'a'\nversion = '1.0.0'\nlicense = 'MIT/Apache-2.0'\n",
        )],
    );
    let options = Options {
        crates: vec![Input::from_bytes("a-1.0.0.crate", bytes)],
        ..Options::default()
    };
    let generated = generate(&lock_of(&[("a", "1.0.0", None)]), &options);
    let a = package(&generated.bom, "a");
    assert_eq!(a.license.as_deref(), Some("MIT OR Apache-2.0"));
    assert_eq!(a.enriched_from.as_deref(), Some("crate-unverified"));
    assert_eq!(
        (a.checksum.sha256, a.checksum.sha512, a.size),
        (None, None, None)
    );
    assert_eq!(codes(&generated.report), ["checksum-absent"]);
    assert_eq!(generated.report.verdict, Verdict::Incomplete);
}

#[test]
fn facts_of_a_made_archive() {
    let manifest = "[package]\nname = 'a'\nversion = '1.0.0'\nlicense-file = 'docs/legal.txt'\ndescription = '''\n  d \n'''\n\
                    authors = ['', 'A <a@b>', 'A <a@b>']\nhomepage = ' '\nkeywords = ['k']\n";
    let vcs = format!(
        "{{\"git\":{{\"sha1\":\"{COMMIT}\",\"dirty\":true}},\"path_in_vcs\":\"crates/a\"}}"
    );
    let big = "Copyright 2020 Too Large\n".repeat(50_000);
    let bytes = archive(
        "a-1.0.0",
        &[
            (".cargo_vcs_info.json", &vcs),
            ("Cargo.toml", manifest),
            ("COPYRIGHT", "Copyright 2001 X\n"),
            (
                "LICENSE-APACHE",
                "Copyright [yyyy] [name of copyright owner]\n",
            ),
            ("LICENSE-BIG", &big),
            (
                "docs/legal.txt",
                "\u{feff}All mine.\nCopyright (c) 2002 Y\nCopyright 2001 X\n",
            ),
            ("third/LICENSE", "Copyright 2003 Z\n"),
        ],
    );
    let lock = lock_of(&[("a", "1.0.0", Some(&bytes))]);
    // A file of another name is known by its digest.
    let options = Options {
        crates: vec![Input::from_bytes("download", bytes.clone())],
        conclude_declared: true,
        ..Options::default()
    };
    let generated = generate(&lock, &options);
    assert_eq!(
        generated.report.verdict,
        Verdict::Pass,
        "{:?}",
        found(&generated.report)
    );
    let a = package(&generated.bom, "a");
    assert_eq!(
        (a.license.as_deref(), a.license_concluded.as_deref()),
        (None, None)
    );
    assert_eq!(a.license_file.as_deref(), Some("docs/legal.txt"));
    assert_eq!(
        a.license_text.as_deref(),
        Some("All mine.\nCopyright (c) 2002 Y\nCopyright 2001 X\n")
    );
    assert_eq!(
        a.copyright.as_deref(),
        Some("Copyright 2001 X\nCopyright (c) 2002 Y")
    );
    assert_eq!(a.description.as_deref(), Some("d"));
    assert_eq!(a.authors, ["A <a@b>"]);
    assert_eq!(a.homepage, None);
    assert_eq!(a.keywords, ["k"]);
    let vcs = a.vcs.clone().unwrap();
    assert_eq!(
        (vcs.commit.as_str(), vcs.path.as_deref(), vcs.dirty),
        (COMMIT, Some("crates/a"), true)
    );
}

#[test]
fn an_archive_of_another_package_gives_nothing() {
    for (files, code) in [
        (
            &[(
                "Cargo.toml",
                "[package]\nname = 'b'\nversion = '1.0.0'\nlicense = 'MIT'\n",
            )][..],
            "manifest-name",
        ),
        (
            &[(
                "Cargo.toml",
                "[package]\nname = 'a'\nversion = '2.0.0'\nlicense = 'MIT'\n",
            )],
            "manifest-version",
        ),
        (&[("Cargo.toml", "[package\n")], "manifest-parse"),
        (&[("README", "x")], "manifest-missing"),
    ] {
        let bytes = archive("a-1.0.0", files);
        let options = Options {
            crates: vec![Input::from_bytes("a-1.0.0.crate", bytes.clone())],
            ..Options::default()
        };
        let generated = generate(&lock_of(&[("a", "1.0.0", Some(&bytes))]), &options);
        assert_eq!(codes(&generated.report), [code]);
        assert_eq!(from(&generated.bom, "a"), None, "{code}");
        assert_eq!(package(&generated.bom, "a").checksum.sha512, None);
    }
}

#[test]
fn what_is_missing_is_no_finding_and_what_cannot_be_opened_an_error() {
    let home = Fixture::home(&STEMS[..1]);
    let lock = lockfile(&STEMS);
    let generated = generate(&lock, &crates(&[home.path("")]));
    assert_eq!(codes(&generated.report), [""; 0]);
    assert_eq!(generated.report.verdict, Verdict::Pass);
    let summary = generated.report.summary;
    assert_eq!((summary.packages, summary.ok, summary.unchecked), (3, 1, 2));
    let lock = Input::from_bytes("Cargo.lock", lock.as_bytes());
    let error = generate_sbom(&[lock], &crates(&[home.path("no-such")])).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

fn project() -> Fixture {
    let project = Fixture::empty();
    let local = |name: &str, deps: &str| {
        format!("\n[[package]]\nname = \"{name}\"\nversion = \"0.3.0\"\n{deps}")
    };
    let lock = format!(
        "version = 4\n{}{}{}{}",
        local(
            "app",
            "dependencies = [\n \"helper\",\n \"outside\",\n \"util\",\n]\n"
        ),
        local("helper", ""),
        local("outside", ""),
        local("util", "")
    );
    for (path, text) in [
        ("p/Cargo.lock", lock.as_str()),
        (
            "p/Cargo.toml",
            "[workspace]\nmembers = ['.', 'crates/*']\nexclude = ['crates/old']\n[workspace.package]\nversion = '0.3.0'\n\
             license-file = 'LEGAL'\nauthors = ['W']\nrepository = 'https://git.example/r'\n[package]\nname = 'app'\nversion.workspace = true\n\
             license = 'mit/apache-2.0'\n[dependencies]\nhelper = { path = 'deep/er/helper' }\noutside = { path = '../outside' }\n",
        ),
        ("p/LEGAL", "Legal text\nCopyright 2024 W"),
        (
            "p/crates/util/Cargo.toml",
            "[package]\nname = 'util'\nversion.workspace = true\nlicense-file.workspace = true\nauthors.workspace = true\n\
             repository = { workspace = true }\ndescription = 'u'\n",
        ),
        (
            "p/crates/old/Cargo.toml",
            "[package]\nname = 'util'\nversion = '0.3.0'\ndescription = 'old'\n",
        ),
        (
            "p/deep/er/helper/Cargo.toml",
            "[package]\nname = 'helper'\nversion = '0.3.0'\nlicense = 'ISC'\n",
        ),
        (
            "outside/Cargo.toml",
            "[package]\nname = 'outside'\nversion = '0.3.0'\nlicense = 'ISC'\n",
        ),
    ] {
        project.write(path, text.as_bytes());
    }
    project
}

#[test]
fn local_packages_are_read_in_the_project_and_nowhere_else() {
    let project = project();
    let directory = Input::from_path(project.path("p"));
    let generated = generate_sbom(&[directory], &Options::default()).unwrap();
    let bom = &generated.bom;
    assert_eq!(codes(&generated.report), [""; 0]);
    assert_eq!(
        package(bom, "app").license.as_deref(),
        Some("MIT OR Apache-2.0")
    );
    assert_eq!(package(bom, "helper").license.as_deref(), Some("ISC"));
    let util = package(bom, "util");
    assert_eq!(
        util.license_text.as_deref(),
        Some("Legal text\nCopyright 2024 W")
    );
    assert_eq!(util.license_file.as_deref(), Some("LEGAL"));
    assert_eq!(
        (util.authors.clone(), util.description.as_deref()),
        (vec!["W".to_owned()], Some("u"))
    );
    assert_eq!(util.repository.as_deref(), Some("https://git.example/r"));
    assert_eq!(util.copyright.as_deref(), Some("Copyright 2024 W"));
    assert_eq!(util.enriched_from.as_deref(), Some("manifest"));
    // What lies outside the directory that was named is not read.
    assert_eq!(from(bom, "outside"), None);
    // A lockfile alone is all that is read where it is what was given.
    let lock = Input::from_path(project.path("p/Cargo.lock"));
    let plain = generate_sbom(&[lock], &Options::default()).unwrap();
    assert!(
        plain
            .bom
            .packages
            .iter()
            .all(|p| p.enriched_from.is_none() && p.license.is_none())
    );
}

#[test]
fn broken_and_hostile_projects_end() {
    let project = project();
    project.write("p/crates/util/Cargo.toml", b"[package\n");
    project.write("p/crates/many/Cargo.toml", b"[package]\nname = 'x'\nversion = '1'\n[dependencies]\na = { path = '.' }\nb = { path = '/etc' }\nc = { path = '../many' }\n");
    let text = fs::read_to_string(project.path("p/Cargo.toml")).unwrap();
    project.write(
        "p/Cargo.toml",
        text.replace("'crates/*'", "'**', '*/*/**', '../*', '/', 'crates/*'")
            .as_bytes(),
    );
    let generated =
        generate_sbom(&[Input::from_path(project.path("p"))], &Options::default()).unwrap();
    assert_eq!(codes(&generated.report), ["unreadable"]);
    assert_eq!(
        generated.report.findings[0].path.as_deref(),
        Some("crates/util/Cargo.toml")
    );
    assert_eq!(generated.report.verdict, Verdict::Incomplete);
    assert_eq!(from(&generated.bom, "helper").as_deref(), Some("manifest"));
}

#[cfg(unix)]
#[test]
fn links_that_lead_out_are_not_followed() {
    let project = project();
    let secret = project.path("outside/secret");
    fs::write(&secret, "Copyright 2024 Secret").unwrap();
    std::os::unix::fs::symlink(&secret, project.path("p/LICENSE")).unwrap();
    std::os::unix::fs::symlink("../../LEGAL", project.path("p/crates/util/COPYING")).unwrap();
    std::os::unix::fs::symlink(project.path("outside"), project.path("p/crates/outside")).unwrap();
    let generated =
        generate_sbom(&[Input::from_path(project.path("p"))], &Options::default()).unwrap();
    assert_eq!(from(&generated.bom, "outside"), None);
    let json = generated
        .write(Format::from_name("json").unwrap(), None)
        .unwrap();
    assert!(!String::from_utf8(json).unwrap().contains("Secret"));
}

#[cfg(unix)]
#[test]
fn a_linked_tree_in_a_store_is_not_read() {
    let home = Fixture::home(&STEMS[..2]);
    let away = home.path("away");
    fs::rename(home.source(STEMS[0]), &away).unwrap();
    std::os::unix::fs::symlink(&away, home.source(STEMS[0])).unwrap();
    fs::remove_dir_all(home.path("registry/cache")).unwrap();
    let generated = generate(&home.lockfile(), &crates(&[home.path("")]));
    assert_eq!(codes(&generated.report), ["not-checked", "unreadable"]);
    assert_eq!(from(&generated.bom, "cfg-if"), None);
    assert_eq!(
        from(&generated.bom, "itoa").as_deref(),
        Some("src-unverified")
    );
}

#[test]
fn the_repository_that_the_caller_names() {
    let project = project();
    let directory = Input::from_path(project.path("p"));
    let options = Options {
        vcs_url: Some(format!("git+https://me:pass@git.example/r@{COMMIT}")),
        ..Options::default()
    };
    let generated = generate_sbom(std::slice::from_ref(&directory), &options).unwrap();
    let url = format!("vcs_url=git%2Bhttps:%2F%2Fgit.example%2Fr%40{COMMIT}");
    for (name, path) in [
        ("app", ""),
        ("util", "#crates/util"),
        ("helper", "#deep/er/helper"),
        ("outside", ""),
    ] {
        let want = format!("pkg:cargo/{name}@0.3.0?{url}{path}");
        assert_eq!(
            package(&generated.bom, name).purl.as_deref(),
            Some(want.as_str())
        );
    }
    let written = generated.write(Format::CycloneDxJson, None).unwrap();
    let sbom = Input::from_bytes("bom.json", written);
    let report = verify_sbom(&sbom, &[directory], &Options::default()).unwrap();
    assert_eq!(codes(&report), [""; 0]);
    let wrong = Options {
        vcs_url: Some("https://git.example/r".to_owned()),
        ..Options::default()
    };
    let lock = Input::from_path(project.path("p/Cargo.lock"));
    assert_eq!(
        generate_sbom(&[lock], &wrong).unwrap_err().kind(),
        ErrorKind::InvalidArgument
    );
}

#[test]
fn what_only_the_caller_says() {
    let home = Fixture::home(&STEMS);
    let mut options = crates(&[home.path("")]);
    options
        .merge_json(
            r#"{"conclude_declared": true, "component_supplier": "registry", "license": "mit/apache-2.0",
                "manufacturer": "M", "lifecycle": "build", "tool": ["t@1"],
                "serial": "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79"}"#,
        )
        .unwrap();
    let generated = generate(&home.lockfile(), &options);
    let bom = &generated.bom;
    assert_eq!(bom.document.license.as_deref(), Some("MIT OR Apache-2.0"));
    assert_eq!(bom.document.manufacturer.as_ref().unwrap().name, "M");
    assert_eq!(bom.document.lifecycle.as_deref(), Some("build"));
    let memchr = package(bom, "memchr");
    assert_eq!(memchr.license_concluded, memchr.license);
    let supplier = memchr.supplier.clone().unwrap();
    assert_eq!(
        (supplier.name.as_str(), supplier.url.as_deref()),
        ("crates.io", Some("https://crates.io"))
    );
    options.component_supplier = ComponentSupplier::Authors;
    let generated = generate(&home.lockfile(), &options);
    let supplier = package(&generated.bom, "itoa").supplier.clone().unwrap();
    assert_eq!(supplier.name, "David Tolnay");
    assert_eq!(supplier.email.as_deref(), Some("dtolnay@gmail.com"));
}

#[test]
fn a_document_tells_no_path() {
    let project = project();
    let home = Fixture::home(&STEMS);
    let options = crates(&[home.path("")]);
    let generated = generate_sbom(&[Input::from_path(project.path("p"))], &options).unwrap();
    let root = Path::new(&std::env::temp_dir())
        .to_str()
        .unwrap()
        .to_owned();
    for format in Format::ALL {
        if let Ok(bytes) = generated.write(format, None) {
            assert!(
                !String::from_utf8_lossy(&bytes).contains(&root),
                "{}",
                format.name()
            );
        }
    }
    assert!(!generated.report.to_json().contains(&root));
}
