//! The lockfile reader against the `cargo-lock` crate, the reader of record: the same packages,
//! sources, checksums and edges, on real lockfiles and on generated ones of every version.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use std::path::PathBuf;

use cratetrust_core::lockfile::Lockfile;
use cratetrust_core::package::{Source, SourceKind};
use cratetrust_core::{CancelToken, Limits};
use proptest::prelude::*;

fn corpus() -> Vec<PathBuf> {
    let root = std::env::var_os("CRATETRUST_CORPUS").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../.corpus"),
        PathBuf::from,
    );
    let locks: Vec<_> = std::fs::read_dir(root.join("locks"))
        .map(|dir| dir.map(|entry| entry.unwrap().path()).collect())
        .unwrap_or_default();
    assert!(
        !locks.is_empty(),
        "no lockfiles in {}: run `make corpus`",
        root.display()
    );
    locks
}

fn parse(text: &str) -> Lockfile {
    Lockfile::parse(
        text.as_bytes(),
        "Cargo.lock",
        &Limits::default(),
        &CancelToken::new(),
    )
    .unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// A package as both readers can tell it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Clone)]
struct Known {
    name: String,
    version: String,
    source: Option<Source>,
    checksum: Option<String>,
    dependencies: Vec<(String, String, Option<Source>)>,
}

fn theirs(text: &str) -> Option<(u32, Vec<Known>)> {
    let lock: cargo_lock::Lockfile = text.parse().ok()?;
    let source = |id: &Option<cargo_lock::SourceId>| {
        id.as_ref().map(|id| {
            // Without the commit: that of a dependency string is not there in theirs.
            let source = if id.is_default_registry() {
                return Source::of(SourceKind::CratesIo);
            } else if let Some(reference) = id.git_reference() {
                let reference = match reference {
                    cargo_lock::package::GitReference::DefaultBranch => None,
                    cargo_lock::package::GitReference::Branch(b) => Some(format!("branch={b}")),
                    cargo_lock::package::GitReference::Tag(t) => Some(format!("tag={t}")),
                    cargo_lock::package::GitReference::Rev(r) => Some(format!("rev={r}")),
                };
                Source {
                    url: Some(id.url().to_string()),
                    reference,
                    ..Source::of(SourceKind::Git)
                }
            } else {
                let sparse = *id.kind() == cargo_lock::package::SourceKind::SparseRegistry;
                Source {
                    url: Some(format!(
                        "{}{}",
                        if sparse { "sparse+" } else { "" },
                        id.url()
                    )),
                    ..Source::of(SourceKind::Registry)
                }
            };
            source
        })
    };
    let mut known: Vec<_> = lock
        .packages
        .iter()
        .chain(lock.root.iter())
        .map(|p| {
            let mut dependencies: Vec<_> = p
                .dependencies
                .iter()
                .map(|d| (d.name.to_string(), d.version.to_string(), source(&d.source)))
                .collect();
            dependencies.sort();
            dependencies.dedup();
            Known {
                name: p.name.to_string(),
                version: p.version.to_string(),
                source: source(&p.source),
                checksum: p.checksum.as_ref().map(|c| c.to_string().to_lowercase()),
                dependencies,
            }
        })
        .collect();
    known.sort();
    Some((lock.version.into(), known))
}

fn ours(lock: &Lockfile) -> Vec<Known> {
    let source = |source: &Source| {
        (source.kind != SourceKind::Path).then(|| Source {
            rev: None,
            ..source.clone()
        })
    };
    let mut known: Vec<_> = lock
        .packages()
        .iter()
        .map(|p| {
            let mut dependencies: Vec<_> = p
                .dependencies
                .iter()
                .map(|at| {
                    let to = &lock.packages()[*at];
                    (to.name.clone(), to.version.clone(), source(&to.source))
                })
                .collect();
            dependencies.sort();
            Known {
                name: p.name.clone(),
                version: p.version.clone(),
                source: source(&p.source),
                checksum: p.checksum.map(|c| c.to_string()),
                dependencies,
            }
        })
        .collect();
    known.sort();
    known
}

#[test]
fn the_corpus_is_read_as_by_the_reader_of_record() {
    let mut versions = std::collections::BTreeSet::new();
    for path in corpus() {
        let text = std::fs::read_to_string(&path).unwrap();
        let lock = parse(&text);
        let (version, packages) = theirs(&text).unwrap();
        assert_eq!(lock.version(), version, "{}", path.display());
        assert_eq!(ours(&lock), packages, "{}", path.display());
        assert_eq!(lock.findings(), [], "{}", path.display());
        versions.insert(version);
        let headers: Vec<u64> = text
            .lines()
            .zip(1..)
            .filter(|(line, _)| ["[[package]]", "[root]"].contains(line))
            .map(|(_, number)| number)
            .collect();
        let lines: Vec<u64> = lock.packages().iter().map(|p| p.line).collect();
        assert_eq!(lines, headers, "{}", path.display());
        // Laid out otherwise, it is the same to the TOML reader.
        let odd = text
            .replace("\nname = ", "\nname= ")
            .replace(" = [\n", " = [ # deps\n");
        let read_as_toml = parse(&odd);
        assert_eq!(read_as_toml, lock, "{}", path.display());
        assert_eq!(parse(&text.replace('\n', "\r\n")), lock);
        assert_eq!(parse(&format!("\u{feff}{text}")), lock);
    }
    assert!(versions.len() >= 3, "the corpus has versions {versions:?}");
}
