//! The context cases of the hostile list, 72 to 90, case by case: lockfile, index, cache, unpacked
//! sources and vendor directories. Each gives exactly its codes, with their severity in each preset.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod tree_support;

use std::fs;
use std::path::PathBuf;

use cratetrust_core::digest::Sha256;
use cratetrust_core::report::{Class, Code, Preset, Severity, Verdict};
use cratetrust_core::{Input, verify_package};
use tree_support::{Fixture, REGISTRY, codes, corpus_crate, index_line, options, write_list};

const STEM: &str = "itoa-1.0.15";
const OTHER: &str = "cfg-if-0.1.10";

/// What a case is made of: a store, and the lockfile.
struct Case {
    fixture: Fixture,
    path: PathBuf,
    lockfile: Option<String>,
}

fn case(fixture: Fixture, path: &str) -> Case {
    let path = fixture.path(path);
    let lockfile = Some(tree_support::lockfile(&[OTHER, STEM]));
    Case {
        fixture,
        path,
        lockfile,
    }
}

fn home() -> Case {
    case(Fixture::home(&[OTHER, STEM]), "")
}

fn cache() -> Case {
    case(
        Fixture::home(&[OTHER, STEM]),
        &format!("registry/cache/{REGISTRY}"),
    )
}

fn vendor() -> Case {
    case(Fixture::vendor(&[OTHER, STEM]), "")
}

impl Case {
    fn lock(mut self, change: impl Fn(String) -> String) -> Self {
        self.lockfile = self.lockfile.map(change);
        self
    }

    /// Something done to the unpacked package.
    fn source(self, change: impl Fn(PathBuf)) -> Self {
        change(self.fixture.source(STEM));
        self
    }

    /// Something done to the vendored package.
    fn package(self, change: impl Fn(PathBuf)) -> Self {
        change(self.fixture.path(STEM));
        self
    }

    /// Changes the text of the package's list.
    fn list(self, change: impl Fn(String) -> String) -> Self {
        self.package(|dir| {
            let list = dir.join(".cargo-checksum.json");
            let text = change(fs::read_to_string(&list).unwrap());
            fs::write(list, text).unwrap();
        })
    }
}

fn checksum() -> String {
    Sha256::of(&corpus_crate(STEM)).to_string()
}

fn indexed(lines: &[String]) -> Case {
    let registry = Fixture::local_registry(&[OTHER, STEM]);
    fs::write(registry.path("index/it/oa/itoa"), lines.concat()).unwrap();
    case(registry, "")
}

fn index_cache(change: impl Fn(&mut Vec<u8>)) -> Case {
    let line = index_line(STEM, &checksum());
    let mut bytes = b"\x03\x02\0\0\0etag: x\0".to_vec();
    bytes.extend_from_slice(format!("1.0.15\0{}\0", line.trim_end()).as_bytes());
    change(&mut bytes);
    let case = home();
    let place = format!("registry/index/{REGISTRY}/.cache/it/oa/itoa");
    case.fixture.write(&place, &bytes);
    case
}

fn append(path: PathBuf) {
    let mut bytes = fs::read(&path).unwrap();
    bytes.extend_from_slice(b"\npub fn evil() {}\n");
    fs::write(path, bytes).unwrap();
}

/// Number, what it is, how it is made, its code and the severity under `strict`, `crates-io`, `cargo`.
type Row = (u32, &'static str, fn() -> Case, &'static str, [Severity; 3]);

const E: [Severity; 3] = [Severity::Error; 3];
const W: [Severity; 3] = [Severity::Warning; 3];

const ROWS: &[Row] = &[
    (
        72,
        "sha != lock",
        || cache().lock(|text| text.replace(&checksum(), &"0".repeat(64))),
        "checksum-lock-mismatch",
        E,
    ),
    (
        73,
        "lock != index",
        || indexed(&[index_line(STEM, &"1".repeat(64))]),
        "checksum-index-mismatch",
        E,
    ),
    (
        73,
        "lock != index cache",
        || {
            index_cache(|bytes| {
                let text = String::from_utf8(std::mem::take(bytes)).unwrap();
                *bytes = text.replace(&checksum(), &"1".repeat(64)).into_bytes();
            })
        },
        "checksum-index-mismatch",
        E,
    ),
    (
        74,
        "file missing",
        || {
            let case = cache();
            fs::remove_file(case.fixture.archive(STEM)).unwrap();
            case
        },
        "crate-missing",
        W,
    ),
    (
        75,
        "no checksum in the lock",
        || cache().lock(|text| text.replace(&format!("checksum = \"{}\"\n", checksum()), "")),
        "checksum-absent",
        W,
    ),
    (
        76,
        "src file modified",
        || home().source(|dir| append(dir.join("src/lib.rs"))),
        "src-modified",
        E,
    ),
    (
        77,
        "src extra build script",
        || home().source(|dir| fs::write(dir.join("build.rs"), "fn main() {}").unwrap()),
        "src-extra",
        E,
    ),
    (
        77,
        "src extra text",
        || home().source(|dir| fs::write(dir.join("notes.txt"), "n").unwrap()),
        "src-extra",
        E,
    ),
    (
        78,
        "src missing",
        || home().source(|dir| fs::remove_file(dir.join("src/udiv128.rs")).unwrap()),
        "src-missing",
        E,
    ),
    (
        79,
        "src file is a symlink elsewhere",
        || {
            home().source(|dir| {
                let copy = dir.with_file_name("elsewhere.rs");
                fs::rename(dir.join("src/lib.rs"), &copy).unwrap();
                std::os::unix::fs::symlink(copy, dir.join("src/lib.rs")).unwrap();
            })
        },
        "src-symlink",
        E,
    ),
    // Link counts say nothing (a store may share files), so it is the content that tells.
    (
        79,
        "src file is a changed hard link elsewhere",
        || {
            home().source(|dir| {
                let copy = dir.with_file_name("elsewhere.rs");
                fs::write(&copy, "pub fn evil() {}").unwrap();
                fs::remove_file(dir.join("src/lib.rs")).unwrap();
                fs::hard_link(copy, dir.join("src/lib.rs")).unwrap();
            })
        },
        "src-modified",
        E,
    ),
    (
        80,
        "mark missing",
        || home().source(|dir| fs::remove_file(dir.join(".cargo-ok")).unwrap()),
        "src-incomplete",
        W,
    ),
    (
        80,
        "mark old",
        || home().source(|dir| fs::write(dir.join(".cargo-ok"), "ok").unwrap()),
        "src-incomplete",
        W,
    ),
    (
        81,
        "vendored file modified",
        || vendor().package(|dir| append(dir.join("src/lib.rs"))),
        "vendor-modified",
        E,
    ),
    (
        82,
        "vendored file not listed",
        || vendor().package(|dir| fs::write(dir.join("build.rs"), "fn main() {}").unwrap()),
        "vendor-extra",
        E,
    ),
    (
        83,
        "no files listed",
        || vendor().list(|_| format!("{{\"files\":{{}},\"package\":\"{}\"}}", checksum())),
        "vendor-no-file-hashes",
        W,
    ),
    (
        84,
        "no package digest",
        || vendor().package(|dir| write_list(&dir, None)),
        "vendor-package-missing",
        E,
    ),
    (
        85,
        "another package digest",
        || vendor().package(|dir| write_list(&dir, Some(Sha256::of(b"another")))),
        "vendor-package-mismatch",
        E,
    ),
    (
        86,
        "listed path climbs out",
        || {
            vendor().list(|text| {
                text.replace(
                    "\"files\":{",
                    &format!(
                        "\"files\":{{\"../{OTHER}/Cargo.toml\":\"{}\",",
                        "0".repeat(64)
                    ),
                )
            })
        },
        "vendor-path-traversal",
        E,
    ),
    (
        86,
        "listed path is absolute",
        || {
            vendor().list(|text| {
                text.replace(
                    "\"files\":{",
                    &format!("\"files\":{{\"/etc/passwd\":\"{}\",", "0".repeat(64)),
                )
            })
        },
        "vendor-path-traversal",
        E,
    ),
    (
        87,
        "index cache ends early",
        || index_cache(|bytes| bytes.truncate(bytes.len() - 9)),
        "index-cache-format",
        W,
    ),
    (
        87,
        "index cache of another version",
        || index_cache(|bytes| bytes[0] = 4),
        "index-cache-format",
        W,
    ),
    (
        87,
        "index cache of another schema",
        || index_cache(|bytes| bytes[1] = 3),
        "index-cache-format",
        W,
    ),
    (
        88,
        "one version, two checksums",
        || {
            indexed(&[
                index_line(STEM, &checksum()),
                index_line(STEM, &"1".repeat(64)),
            ])
        },
        "index-conflict",
        E,
    ),
    (
        89,
        "checksums in both forms",
        || {
            cache().lock(|text| {
                let source = "registry+https://github.com/rust-lang/crates.io-index";
                let line = format!("\"checksum itoa 1.0.15 ({source})\" = \"{}\"", checksum());
                format!(
                    "{}\n[metadata]\n{line}\n",
                    text.replace("version = 4\n", "")
                )
            })
        },
        "lock-mixed-checksums",
        E,
    ),
    (
        90,
        "one name and version, two sources",
        || {
            cache().lock(|text| {
            format!("{text}\n[[package]]\nname = \"itoa\"\nversion = \"1.0.15\"\nsource = \"sparse+https://registry.example.org/\"\nchecksum = \"{}\"\n", checksum())
        })
        },
        "lock-ambiguous-dir",
        E,
    ),
];

#[test]
fn every_context_case_has_its_code_and_severity() {
    for (number, what, make, code, severities) in ROWS {
        let made = make();
        for (preset, severity) in Preset::ALL.into_iter().zip(severities) {
            let mut options = options(made.lockfile.as_deref());
            options
                .merge_json(&format!("{{\"preset\": \"{}\"}}", preset.name()))
                .unwrap();
            let report = verify_package(&Input::from_path(&made.path), &options).unwrap();
            let json = report.to_json();
            let found: Vec<_> = codes(&report)
                .into_iter()
                // The second source of case 90 has no bytes; that is another matter.
                .filter(|found| *number != 90 || *found != "crate-missing")
                .collect();
            assert_eq!(found, [*code], "{number} {what}: {json}");
            let finding = report.findings.iter().find(|f| f.code.name() == *code);
            let finding = finding.unwrap();
            assert_eq!(finding.severity, *severity, "{number} {what} {preset:?}");
            let verdict = match (severity, finding.class) {
                (Severity::Error, _) => Verdict::Fail,
                (_, Class::Coverage) => Verdict::Incomplete,
                _ if *number == 90 => Verdict::Fail,
                _ => Verdict::Pass,
            };
            assert_eq!(report.verdict, verdict, "{number} {what}: {json}");
            // Nobody but the tampered package is blamed.
            for finding in report.findings.iter().filter(|f| f.code.name() == *code) {
                let package = finding.package.as_deref().unwrap_or("itoa@1.0.15");
                assert!(
                    package.starts_with("itoa@1.0.15"),
                    "{number} {what}: {json}"
                );
            }
        }
    }
}

#[test]
fn the_context_cases_are_all_there() {
    for number in 72..=90 {
        assert!(ROWS.iter().any(|row| row.0 == number), "{number}");
    }
    for row in ROWS {
        assert!(Code::from_name(row.3).is_some(), "{}", row.3);
    }
}

#[test]
fn what_the_cases_are_made_of_is_clean() {
    let clean = [
        home(),
        cache(),
        vendor(),
        indexed(&[index_line(STEM, &checksum())]),
        index_cache(|_| {}),
        // A hard link with the right content is what a store that shares files looks like.
        home().source(|dir| {
            let copy = dir.with_file_name("elsewhere.rs");
            fs::copy(dir.join("src/lib.rs"), &copy).unwrap();
            fs::remove_file(dir.join("src/lib.rs")).unwrap();
            fs::hard_link(copy, dir.join("src/lib.rs")).unwrap();
        }),
    ];
    for case in clean {
        let options = options(case.lockfile.as_deref());
        let report = verify_package(&Input::from_path(&case.path), &options).unwrap();
        assert_eq!(codes(&report), [""; 0], "{}", report.to_json());
        assert_eq!(report.verdict, Verdict::Pass);
    }
}
