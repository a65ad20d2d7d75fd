//! Registries, source trees and vendor directories made from archives of the corpus.
#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "each test binary uses a part of it, and it is test code"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use cratetrust_core::digest::Sha256;
use cratetrust_core::registry::index_path;
use cratetrust_core::report::{Class, Finding, Report};
use cratetrust_core::{Input, Options, verify_package};

/// The directory that cargo gives crates.io's sparse index.
pub const REGISTRY: &str = "index.crates.io-1949cf8c6b5b557f";
/// What cargo writes into a directory that it has unpacked.
pub const MARK: &str = "{\"v\":1}";
const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

static COUNT: AtomicU32 = AtomicU32::new(0);

/// A directory that goes when the test ends.
pub struct Fixture {
    root: PathBuf,
    stems: Vec<String>,
}

impl Drop for Fixture {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}

/// An archive of the corpus.
pub fn corpus_crate(stem: &str) -> Vec<u8> {
    let corpus = std::env::var_os("CRATETRUST_CORPUS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../.corpus"),
        PathBuf::from,
    );
    let path = corpus.join("crates").join(format!("{stem}.crate"));
    fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}; run `make corpus`", path.display()))
}

/// Name and version of a corpus archive.
pub fn split(stem: &str) -> (&str, &str) {
    let at = stem
        .match_indices('-')
        .find(|(at, _)| stem.as_bytes()[at + 1].is_ascii_digit() && stem[at + 1..].contains('.'))
        .unwrap()
        .0;
    (&stem[..at], &stem[at + 1..])
}

/// Unpacks an archive below `parent`, with an independent reader.
pub fn unpack(bytes: &[u8], parent: &Path) {
    fs::create_dir_all(parent).unwrap();
    tar::Archive::new(flate2::read::GzDecoder::new(bytes))
        .unpack(parent)
        .unwrap();
}

impl Fixture {
    pub fn empty() -> Self {
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let root =
            std::env::temp_dir().join(format!("cratetrust-trees-{}-{number}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        fs::create_dir_all(&root).unwrap();
        Self {
            root,
            stems: Vec::new(),
        }
    }

    /// A CARGO_HOME with archives and the trees unpacked from them.
    pub fn home(stems: &[&str]) -> Self {
        let mut home = Self::empty();
        for stem in stems {
            let bytes = corpus_crate(stem);
            home.write(&format!("registry/cache/{REGISTRY}/{stem}.crate"), &bytes);
            unpack(&bytes, &home.path(&format!("registry/src/{REGISTRY}")));
            fs::write(home.source(stem).join(".cargo-ok"), MARK).unwrap();
            home.stems.push((*stem).to_owned());
        }
        home
    }

    /// A vendor directory, as `cargo vendor --versioned-dirs` makes it.
    pub fn vendor(stems: &[&str]) -> Self {
        let mut vendor = Self::empty();
        for stem in stems {
            let bytes = corpus_crate(stem);
            unpack(&bytes, &vendor.path(""));
            for dropped in [".gitignore", ".gitattributes", ".cargo-ok"] {
                let _ = fs::remove_file(vendor.path(stem).join(dropped));
            }
            write_list(&vendor.path(stem), Some(Sha256::of(&bytes)));
            vendor.stems.push((*stem).to_owned());
        }
        vendor
    }

    /// A local registry: archives and an index.
    pub fn local_registry(stems: &[&str]) -> Self {
        let mut registry = Self::empty();
        for stem in stems {
            let bytes = corpus_crate(stem);
            registry.write(&format!("{stem}.crate"), &bytes);
            let (name, _) = split(stem);
            let place = registry.path("index").join(index_path(name));
            let mut lines = fs::read_to_string(&place).unwrap_or_default();
            lines.push_str(&index_line(stem, &Sha256::of(&bytes).to_string()));
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            fs::write(place, lines).unwrap();
            registry.stems.push((*stem).to_owned());
        }
        registry
    }

    pub fn path(&self, relative: &str) -> PathBuf {
        match relative {
            "" => self.root.clone(),
            _ => self.root.join(relative),
        }
    }

    pub fn write(&self, relative: &str, bytes: &[u8]) {
        let path = self.path(relative);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    pub fn source(&self, stem: &str) -> PathBuf {
        self.path(&format!("registry/src/{REGISTRY}/{stem}"))
    }

    pub fn archive(&self, stem: &str) -> PathBuf {
        self.path(&format!("registry/cache/{REGISTRY}/{stem}.crate"))
    }

    /// The Cargo.lock that names the archives as they were published.
    pub fn lockfile(&self) -> String {
        let stems: Vec<&str> = self.stems.iter().map(String::as_str).collect();
        self.lockfile_of(&stems)
    }

    pub fn lockfile_of(&self, stems: &[&str]) -> String {
        lockfile(stems)
    }
}

pub fn lockfile(stems: &[&str]) -> String {
    let mut text = String::from("version = 4\n");
    let mut stems = stems.to_vec();
    stems.sort_unstable();
    for stem in stems {
        let (name, version) = split(stem);
        let checksum = Sha256::of(&corpus_crate(stem));
        text.push_str(&format!(
            "\n[[package]]\nname = \"{name}\"\nversion = \"{version}\"\nsource = \"{CRATES_IO}\"\nchecksum = \"{checksum}\"\n"
        ));
    }
    text
}

pub fn index_line(stem: &str, checksum: &str) -> String {
    let (name, version) = split(stem);
    format!(
        "{{\"name\":\"{name}\",\"vers\":\"{version}\",\"deps\":[],\"cksum\":\"{checksum}\",\"features\":{{}},\"yanked\":false}}\n"
    )
}

/// Writes `.cargo-checksum.json` for what lies in a directory.
pub fn write_list(dir: &Path, package: Option<Sha256>) {
    let mut files = BTreeMap::new();
    for path in files_below(dir) {
        let relative = path.strip_prefix(dir).unwrap().to_str().unwrap();
        if relative != ".cargo-checksum.json" {
            let hash = Sha256::of(&fs::read(&path).unwrap()).to_string();
            files.insert(relative.replace('\\', "/"), hash);
        }
    }
    let list = serde_json::json!({"files": files, "package": package.map(|p| p.to_string())});
    fs::write(dir.join(".cargo-checksum.json"), list.to_string()).unwrap();
}

/// Every regular file below a directory, sorted.
pub fn files_below(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let entry = entry.unwrap();
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            found.extend(files_below(&entry.path()));
        } else if kind.is_file() {
            found.push(entry.path());
        }
    }
    found.sort();
    found
}

pub fn options(lockfile: Option<&str>) -> Options {
    Options {
        lockfile: lockfile.map(|text| Input::from_bytes("Cargo.lock", text.as_bytes())),
        ..Options::default()
    }
}

/// What real archives are known for is not what these tests are about.
fn is_about_archives(finding: &Finding) -> bool {
    finding.class == Class::Note && !finding.code.name().starts_with("source-")
}

/// The codes of a report, each once, sorted.
pub fn codes(report: &Report) -> Vec<&'static str> {
    let mut codes: Vec<_> = report
        .findings
        .iter()
        .filter(|f| !is_about_archives(f))
        .map(|f| f.code.name())
        .collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// Code, package, artifact and path of every finding.
pub fn found(report: &Report) -> Vec<(String, String, String, String)> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    report
        .findings
        .iter()
        .filter(|f| !is_about_archives(f))
        .map(|f| {
            (
                f.code.name().to_owned(),
                text(&f.package),
                text(&f.artifact),
                text(&f.path),
            )
        })
        .collect()
}

pub fn against(path: &Path, other: &Path, lockfile: Option<&str>) -> Report {
    let options = Options {
        against: Some(Input::from_path(other)),
        ..options(lockfile)
    };
    verify_package(&Input::from_path(path), &options).unwrap()
}

/// A vendor directory and, apart from it, the archives.
pub fn vendored() -> (Fixture, Fixture, String) {
    let vendor = Fixture::vendor(&["cfg-if-0.1.10", "itoa-1.0.15"]);
    let archives = Fixture::empty();
    for stem in ["cfg-if-0.1.10", "itoa-1.0.15"] {
        archives.write(&format!("{stem}.crate"), &corpus_crate(stem));
    }
    let lockfile = vendor.lockfile();
    (vendor, archives, lockfile)
}

pub fn anchors_of(report: &Report) -> Vec<&str> {
    let package = report.packages.iter().find(|p| p.name == "itoa").unwrap();
    package.anchors.iter().map(String::as_str).collect()
}
