//! A thousand tamperings with a cache, unpacked sources, a vendor directory and a local registry:
//! each is found, with the right package and path. What is tampered with follows from a fixed seed.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod tree_support;

use std::fs;
use std::path::{Path, PathBuf};

use cratetrust_core::report::{Class, Report, Severity, Verdict};
use cratetrust_core::{Input, Options, verify_package};
use tree_support::{Fixture, REGISTRY, files_below, options, split};

const STEMS: &[&str] = &[
    "cfg-if-0.1.10",
    "itoa-1.0.15",
    "lazy_static-1.4.0",
    "plain-0.2.3",
    "same-file-1.0.6",
    "void-1.0.2",
    "windows-link-0.2.1",
];
const ROUNDS: usize = 250;

struct Random(u64);

impl Random {
    fn next(&mut self, below: usize) -> usize {
        // xorshift64
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % below as u64).unwrap()
    }
}

const ACTIONS: &[&str] = &["flip", "add", "remove", "rename", "truncate", "link"];

/// What was done, and how to undo it.
struct Tampering {
    action: &'static str,
    /// Where a finding must point, relative to the root.
    at: PathBuf,
    path: PathBuf,
    before: Vec<u8>,
    made: Option<PathBuf>,
}

impl Tampering {
    fn new(action: &'static str, path: &Path, random: &mut Random, aside: &Path) -> Self {
        let before = fs::read(path).unwrap();
        let mut out = Self {
            action,
            at: path.to_owned(),
            path: path.to_owned(),
            before,
            made: None,
        };
        match action {
            "flip" => {
                let mut bytes = out.before.clone();
                if bytes.is_empty() {
                    bytes.push(1);
                } else {
                    let at = random.next(bytes.len());
                    // The lowest bit: a digit of a hash stays no other spelling of the same digit.
                    bytes[at] ^= 1;
                }
                fs::write(path, bytes).unwrap();
            }
            "add" => {
                let extension = path.extension().and_then(|e| e.to_str()).unwrap_or("rs");
                let made = path.with_file_name(format!("added-9.9.9.{extension}"));
                fs::write(&made, &out.before).unwrap();
                out.at.clone_from(&made);
                out.made = Some(made);
            }
            "remove" => fs::remove_file(path).unwrap(),
            "rename" => {
                let mut name = path.file_name().unwrap().to_owned();
                name.push("x");
                let made = path.with_file_name(name);
                fs::rename(path, &made).unwrap();
                out.made = Some(made);
            }
            "truncate" => {
                let keep = random.next(out.before.len().max(1));
                fs::write(path, &out.before[..keep]).unwrap();
                if out.before.is_empty() {
                    fs::write(path, "x").unwrap();
                }
            }
            "link" => {
                fs::write(aside, &out.before).unwrap();
                fs::remove_file(path).unwrap();
                std::os::unix::fs::symlink(aside, path).unwrap();
            }
            _ => panic!("{action}"),
        }
        out
    }

    fn undo(&self) {
        if let Some(made) = &self.made {
            fs::remove_file(made).unwrap();
        }
        if self.action == "link" {
            fs::remove_file(&self.path).unwrap();
        }
        fs::write(&self.path, &self.before).unwrap();
    }
}

/// A store, what its trees are compared with, and where in it files are tampered with.
struct Subject<'a> {
    fixture: &'a Fixture,
    root: PathBuf,
    against: Option<PathBuf>,
    below: &'a str,
}

impl Subject<'_> {
    fn verify(&self, lockfile: &str) -> Report {
        let options = Options {
            against: self.against.as_ref().map(Input::from_path),
            ..options(Some(lockfile))
        };
        verify_package(&Input::from_path(&self.root), &options).unwrap()
    }
}

fn id_of(stem: &str) -> String {
    let (name, version) = split(stem);
    format!("{name}@{version}")
}

/// Tampers with the files of a store; `place` tells package, artifact and path of a file.
fn sweep(
    subject: &Subject<'_>,
    seed: u64,
    place: impl Fn(&str) -> (String, String, String),
) -> usize {
    let (fixture, below) = (subject.fixture, subject.below);
    let (root, lockfile) = (fixture.path(""), fixture.lockfile());
    let aside = Fixture::empty();
    let aside = aside.path("aside");
    let clean = subject.verify(&lockfile);
    assert_eq!(clean.verdict, Verdict::Pass);
    let told = clean
        .findings
        .iter()
        .filter(|f| f.class != Class::Note || f.severity == Severity::Error);
    assert_eq!(told.count(), 0, "{}", clean.to_json());
    let before = clean.findings;
    let files: Vec<PathBuf> = files_below(&fixture.path(below))
        .into_iter()
        .filter(|path| !path.strip_prefix(&root).unwrap().starts_with("index"))
        .collect();
    let mut random = Random(seed);
    let mut done = 0;
    let mut actions = std::collections::BTreeSet::new();
    while done < ROUNDS {
        let action = ACTIONS[random.next(ACTIONS.len())];
        let file = &files[random.next(files.len())];
        let is_crate = file.extension().is_some_and(|e| e == "crate");
        // Another file in a shared cache is nobody's fault; a local registry is made for one.
        if action == "add" && is_crate && below.contains("cache") {
            continue;
        }
        let tampering = Tampering::new(action, file, &mut random, &aside);
        let report = subject.verify(&lockfile);
        let relative = tampering.at.strip_prefix(&root).unwrap();
        let (package, artifact, path) = place(relative.to_str().unwrap());
        let new: Vec<_> = report
            .findings
            .iter()
            .filter(|finding| !before.contains(finding))
            .collect();
        let found = new.iter().any(|finding| {
            let names = |field: &Option<String>, wanted: &str| {
                field.as_deref().is_some_and(|text| text == wanted)
            };
            // What is gone has no artifact, what is new or unreadable no package; either names it.
            match is_crate {
                true => names(&finding.package, &package) || names(&finding.artifact, &artifact),
                false => {
                    names(&finding.package, &package)
                        && names(&finding.artifact, &artifact)
                        && (names(&finding.path, &path) || path == ".cargo-checksum.json")
                }
            }
        });
        assert!(
            found,
            "{action} of {}: {}",
            relative.display(),
            serde_json::to_string(&new).unwrap()
        );
        // Nobody else is blamed.
        for finding in &new {
            let blamed = finding.package.as_deref().unwrap_or(&package);
            assert!(
                blamed == package || is_crate && action == "add",
                "{action} of {}: {finding:?}",
                relative.display()
            );
        }
        tampering.undo();
        actions.insert(action);
        done += 1;
    }
    assert_eq!(subject.verify(&lockfile).findings, before);
    assert!(actions.len() >= ACTIONS.len() - 1, "{actions:?}");
    done
}

fn stem_of(location: &str) -> &str {
    let name = location.rsplit('/').next().unwrap();
    name.strip_suffix(".crate").unwrap_or(name)
}

fn of_crate(location: &str) -> (String, String, String) {
    (id_of(stem_of(location)), location.to_owned(), String::new())
}

fn whole<'a>(fixture: &'a Fixture, below: &'a str) -> Subject<'a> {
    Subject {
        fixture,
        root: fixture.path(""),
        against: None,
        below,
    }
}

#[test]
fn every_tampering_with_a_cache_is_found() {
    let home = Fixture::home(STEMS);
    let done = sweep(&whole(&home, "registry/cache"), 0x5eed_0001, of_crate);
    assert_eq!(done, ROUNDS);
}

#[test]
fn every_tampering_with_unpacked_sources_is_found() {
    let home = Fixture::home(STEMS);
    let prefix = format!("registry/src/{REGISTRY}/");
    // Once as part of the whole, once by themselves.
    for (seed, root) in [(0x5eed_0002, ""), (0x5eed_0006, "registry/src")] {
        let subject = Subject {
            root: home.path(root),
            ..whole(&home, "registry/src")
        };
        let shown = prefix.strip_prefix(root).unwrap().trim_start_matches('/');
        let done = sweep(&subject, seed, |file| {
            let (stem, path) = file.strip_prefix(&prefix).unwrap().split_once('/').unwrap();
            (id_of(stem), format!("{shown}{stem}"), path.to_owned())
        });
        assert_eq!(done, ROUNDS);
    }
}

fn of_vendored(file: &str) -> (String, String, String) {
    let (stem, path) = file.split_once('/').unwrap();
    (id_of(stem), stem.to_owned(), path.to_owned())
}

#[test]
fn every_tampering_with_a_vendor_directory_is_found() {
    let vendor = Fixture::vendor(STEMS);
    let done = sweep(&whole(&vendor, ""), 0x5eed_0003, of_vendored);
    assert_eq!(done, ROUNDS);
}

#[test]
fn every_tampering_with_a_vendor_directory_is_found_beside_its_archives() {
    let vendor = Fixture::vendor(STEMS);
    let home = Fixture::home(STEMS);
    let subject = Subject {
        against: Some(home.path("registry/cache")),
        ..whole(&vendor, "")
    };
    let done = sweep(&subject, 0x5eed_0005, of_vendored);
    assert_eq!(done, ROUNDS);
}

#[test]
fn every_tampering_with_a_local_registry_is_found() {
    let registry = Fixture::local_registry(STEMS);
    let done = sweep(&whole(&registry, ""), 0x5eed_0004, of_crate);
    assert_eq!(done, ROUNDS);
}
