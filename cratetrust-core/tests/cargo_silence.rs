//! Tampering that cargo builds without a word, beside what we say of it. `cargo` runs offline in
//! a directory of its own, on packages of the corpus.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod tree_support;

use std::fs;
use std::path::Path;
use std::process::Command;

use cratetrust_core::digest::Sha256;
use cratetrust_core::registry::index_path;
use cratetrust_core::report::{Report, Verdict};
use cratetrust_core::{Input, verify_package};
use tree_support::{
    Fixture, REGISTRY, codes, corpus_crate, index_line, options, split, write_list,
};

const ITOA: &str = "itoa-1.0.15";
const CFG_IF: &str = "cfg-if-0.1.10";
const EVIL: &str = "\npub fn evil() -> u32 { 42 }\n";

/// A project beside a CARGO_HOME (`home`), everything below one directory.
struct Project {
    fixture: Fixture,
}

impl Project {
    fn new() -> Self {
        let fixture = Fixture::empty();
        fixture.write(
            "app/Cargo.toml",
            b"[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[dependencies]\ncfg-if = \"=0.1.10\"\nitoa = \"=1.0.15\"\n",
        );
        fixture.write("app/src/main.rs", b"fn main() {}\n");
        let lockfile = fixture.lockfile_of(&[CFG_IF, ITOA]).replace(
            "version = 4\n",
            "version = 4\n\n[[package]]\nname = \"app\"\nversion = \"0.1.0\"\ndependencies = [\n \"cfg-if\",\n \"itoa\",\n]\n",
        );
        fixture.write("app/Cargo.lock", lockfile.as_bytes());
        let index = format!("home/registry/index/{REGISTRY}");
        fixture.write(
            &format!("{index}/config.json"),
            br#"{"dl":"https://static.crates.io/crates","api":"https://crates.io"}"#,
        );
        for stem in [CFG_IF, ITOA] {
            let archive = corpus_crate(stem);
            fixture.write(
                &format!("home/registry/cache/{REGISTRY}/{stem}.crate"),
                &archive,
            );
            let (name, version) = split(stem);
            let line = index_line(stem, &Sha256::of(&archive).to_string());
            let mut cache = b"\x03\x02\0\0\0Unknown\0".to_vec();
            cache.extend_from_slice(format!("{version}\0{}\0", line.trim_end()).as_bytes());
            fixture.write(&format!("{index}/.cache/{}", index_path(name)), &cache);
        }
        Self { fixture }
    }

    /// A project whose registry is replaced by a vendor directory.
    fn vendored() -> Self {
        let project = Self::new();
        for stem in [CFG_IF, ITOA] {
            tree_support::unpack(&corpus_crate(stem), &project.fixture.path("vendor"));
            let package = Some(Sha256::of(&corpus_crate(stem)));
            write_list(&project.fixture.path(&format!("vendor/{stem}")), package);
        }
        let vendor = project.fixture.path("vendor");
        project.fixture.write(
            "app/.cargo/config.toml",
            format!(
                "[source.crates-io]\nreplace-with = \"here\"\n[source.here]\ndirectory = {:?}\n",
                vendor.to_str().unwrap()
            )
            .as_bytes(),
        );
        project
    }

    /// Makes the program need what only the tampered package has.
    fn use_evil(&self) {
        self.fixture.write(
            "app/src/main.rs",
            b"fn main() { assert_eq!(itoa::evil(), 42); }\n",
        );
    }

    /// Runs cargo; it must succeed. What it said is returned.
    fn cargo(&self, arguments: &[&str]) -> String {
        let target = self.fixture.path("target");
        // Nothing is taken from an earlier run.
        let _ = fs::remove_dir_all(&target);
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let output = Command::new(cargo)
            .args(arguments)
            .current_dir(self.fixture.path("app"))
            .env("CARGO_HOME", self.fixture.path("home"))
            .env("CARGO_TARGET_DIR", target)
            .env("CARGO_TERM_COLOR", "never")
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .env_remove("RUSTC_WRAPPER")
            .env_remove("CARGO_BUILD_TARGET")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "cargo {arguments:?}: {said}");
        for word in ["warning", "checksum", "corrupt", "modified", "tamper"] {
            assert!(!said.contains(word), "cargo speaks of it: {said}");
        }
        said
    }

    fn check(&self) {
        self.cargo(&["check", "--offline", "--locked"]);
    }

    fn source(&self, stem: &str, file: &str) -> std::path::PathBuf {
        let path = format!("home/registry/src/{REGISTRY}/{stem}/{file}");
        self.fixture.path(&path)
    }

    fn verify(&self, what: &str) -> Report {
        let lockfile = fs::read_to_string(self.fixture.path("app/Cargo.lock")).unwrap();
        let input = Input::from_path(self.fixture.path(what));
        verify_package(&input, &options(Some(&lockfile))).unwrap()
    }

    fn clean(&self, what: &str) {
        self.check();
        let report = self.verify(what);
        assert_eq!(report.verdict, Verdict::Pass, "{}", report.to_json());
    }

    fn found(&self, what: &str, code: &str, package: &str) {
        let report = self.verify(what);
        assert_eq!(report.verdict, Verdict::Fail, "{}", report.to_json());
        assert!(
            report
                .findings
                .iter()
                .any(|f| f.code.name() == code && f.package.as_deref() == Some(package)),
            "{:?}",
            codes(&report)
        );
    }
}

fn append(path: &Path, text: &str) {
    let mut bytes = fs::read(path).unwrap();
    bytes.extend_from_slice(text.as_bytes());
    fs::write(path, bytes).unwrap();
}

/// An archive of the corpus with something added to one file.
fn repacked(stem: &str, file: &str, text: &str) -> Vec<u8> {
    let archive = corpus_crate(stem);
    let mut reader = tar::Archive::new(flate2::read::GzDecoder::new(archive.as_slice()));
    let encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    let mut builder = tar::Builder::new(encoder);
    for entry in reader.entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().into_owned();
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut entry, &mut bytes).unwrap();
        if path.ends_with(file) {
            bytes.extend_from_slice(text.as_bytes());
        }
        let mut header = entry.header().clone();
        header.set_size(bytes.len() as u64);
        builder
            .append_data(&mut header, path, bytes.as_slice())
            .unwrap();
    }
    builder.into_inner().unwrap().finish().unwrap()
}

#[test]
fn t1_an_edited_file_in_registry_src() {
    let project = Project::new();
    project.clean("home");
    append(&project.source(ITOA, "src/lib.rs"), EVIL);
    project.use_evil();
    project.check();
    project.found("home", "src-modified", "itoa@1.0.15");
}

#[test]
fn t1b_a_build_script_dropped_into_registry_src() {
    let project = Project::new();
    project.clean("home");
    let proof = project.fixture.path("proof");
    let script = format!("fn main() {{ std::fs::write({proof:?}, \"ran\").unwrap(); }}\n");
    fs::write(project.source(CFG_IF, "build.rs"), script).unwrap();
    project.check();
    assert_eq!(fs::read(proof).unwrap(), b"ran", "cargo ran the script");
    project.found("home", "src-extra", "cfg-if@0.1.10");
}

#[test]
fn t2_a_repacked_archive_in_registry_cache() {
    let project = Project::new();
    project.clean("home");
    project.fixture.write(
        &format!("home/registry/cache/{REGISTRY}/{ITOA}.crate"),
        &repacked(ITOA, "src/lib.rs", EVIL),
    );
    fs::remove_dir_all(project.source(ITOA, "")).unwrap();
    project.use_evil();
    project.check();
    project.found("home", "checksum-lock-mismatch", "itoa@1.0.15");
}

#[test]
fn t3_an_extra_file_in_a_vendor_directory() {
    let project = Project::vendored();
    project.clean("vendor");
    let proof = project.fixture.path("proof");
    let script = format!("fn main() {{ std::fs::write({proof:?}, \"ran\").unwrap(); }}\n");
    project
        .fixture
        .write(&format!("vendor/{CFG_IF}/build.rs"), script.as_bytes());
    project.check();
    assert_eq!(fs::read(proof).unwrap(), b"ran", "cargo ran the script");
    project.found("vendor", "vendor-extra", "cfg-if@0.1.10");
}

#[test]
fn t4_a_vendored_package_without_listed_files() {
    let project = Project::vendored();
    project.clean("vendor");
    let package = project.fixture.path(&format!("vendor/{ITOA}"));
    append(&package.join("src/lib.rs"), EVIL);
    let checksum = Sha256::of(&corpus_crate(ITOA));
    fs::write(
        package.join(".cargo-checksum.json"),
        format!("{{\"files\":{{}},\"package\":\"{checksum}\"}}"),
    )
    .unwrap();
    project.use_evil();
    project.check();
    // Without the archives the gap is all that can be told.
    let report = project.verify("vendor");
    assert_eq!(report.verdict, Verdict::Incomplete);
    assert_eq!(codes(&report), ["vendor-no-file-hashes"]);
    // With them the changed file is found.
    let lockfile = fs::read_to_string(project.fixture.path("app/Cargo.lock")).unwrap();
    let options = cratetrust_core::Options {
        against: Some(Input::from_path(project.fixture.path("home"))),
        ..options(Some(&lockfile))
    };
    let input = Input::from_path(project.fixture.path("vendor"));
    let report = verify_package(&input, &options).unwrap();
    assert_eq!(codes(&report), ["vendor-modified"], "{}", report.to_json());
    assert_eq!(report.verdict, Verdict::Fail);
}

#[test]
fn t6_a_vendored_package_that_vendoring_again_leaves_alone() {
    let project = Project::new();
    let vendor = ["vendor", "--offline", "--locked", "--versioned-dirs"];
    let arguments = [&vendor[..], &["../vendored"]].concat();
    project.cargo(&arguments);
    let report = project.verify("vendored");
    assert_eq!(report.verdict, Verdict::Pass, "{}", report.to_json());
    let file = project.fixture.path(&format!("vendored/{ITOA}/src/lib.rs"));
    append(&file, EVIL);
    let tampered = fs::read(&file).unwrap();
    project.cargo(&arguments);
    assert_eq!(fs::read(&file).unwrap(), tampered, "cargo left it");
    project.found("vendored", "vendor-modified", "itoa@1.0.15");
}
