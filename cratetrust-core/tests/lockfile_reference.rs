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
            if id.is_default_registry() {
                Source::of(SourceKind::CratesIo)
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
            }
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

/// A package of a generated lockfile: the truth that is written down and has to come back.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Model {
    name: String,
    version: String,
    source: Option<Source>,
    checksum: Option<String>,
    dependencies: Vec<usize>,
}

const SHA: &str = "0123456789abcdef0123456789abcdef01234567";

fn model() -> impl Strategy<Value = Vec<Model>> {
    let package = (
        prop::sample::select(vec!["a", "a-b", "a_b", "serde", "x1"]),
        prop::sample::select(vec![
            "0.1.0",
            "1.0.0",
            "1.0.0-rc.1",
            "2.0.0+meta",
            "10.20.30",
        ]),
        0..9usize,
        "[0-9a-f]{64}",
    );
    let edges = prop::collection::vec(
        (any::<prop::sample::Index>(), any::<prop::sample::Index>()),
        0..24,
    );
    (prop::collection::vec(package, 1..12), edges).prop_map(|(packages, edges)| {
        let mut models: Vec<Model> = Vec::new();
        for (name, version, source, digits) in packages {
            let git = |url: &str, reference: Option<&str>| {
                Some(Source {
                    url: Some(url.to_owned()),
                    reference: reference.map(str::to_owned),
                    rev: Some(SHA.to_owned()),
                    ..Source::of(SourceKind::Git)
                })
            };
            let registry = |url: &str| {
                Some(Source {
                    url: Some(url.to_owned()),
                    ..Source::of(SourceKind::Registry)
                })
            };
            let source = match source {
                0 => None,
                1 => registry("https://r.example/index"),
                2 => registry("sparse+https://s.example/"),
                3 => git("https://g.example/one", None),
                4 => git("https://g.example/one", Some("branch=feature/x")),
                5 => git("ssh://git@g.example/two", Some("tag=v1.0")),
                6 => git("https://g.example/three", Some("rev=0123456")),
                _ => Some(Source::of(SourceKind::CratesIo)),
            };
            let is_registry = source.as_ref().is_some_and(|s| s.kind != SourceKind::Git);
            models.push(Model {
                // The reader of record takes the first package of a name for a path package.
                name: format!("{}{name}", if source.is_none() { "local-" } else { "" }),
                version: version.to_owned(),
                checksum: is_registry.then_some(digits),
                source,
                dependencies: Vec::new(),
            });
        }
        models.sort();
        // To the reader of record, references into one repository are one source.
        let place = |m: &Model| {
            let url = m.source.as_ref().map(|s| (s.kind, s.url.clone()));
            (m.name.clone(), m.version.clone(), url)
        };
        models.dedup_by(|a, b| place(a) == place(b));
        for (from, to) in edges {
            let (from, to) = (from.index(models.len()), to.index(models.len()));
            models[from].dependencies.push(to);
        }
        for model in &mut models {
            model.dependencies.sort_unstable();
            model.dependencies.dedup();
        }
        models
    })
}

/// Writes a lockfile as cargo writes that version.
fn write(models: &[Model], version: u32) -> String {
    let source = |source: &Source, pinned: bool| {
        let mut source = source.clone();
        if !pinned {
            source.rev = None;
        }
        let text = source.to_lock().unwrap();
        if version < 4 {
            text.replace("%2F", "/")
        } else {
            text
        }
    };
    let mut out = "# This file is automatically @generated by Cargo.\n".to_owned();
    if version >= 3 {
        out += &format!("version = {version}\n");
    }
    let mut metadata = String::new();
    for model in models {
        out += &format!(
            "\n[[package]]\nname = \"{}\"\nversion = \"{}\"\n",
            model.name, model.version
        );
        if let Some(s) = &model.source {
            out += &format!("source = \"{}\"\n", source(s, true));
        }
        match (&model.checksum, &model.source) {
            (checksum, Some(s)) if version == 1 => {
                metadata += &format!(
                    "\"checksum {} {} ({})\" = \"{}\"\n",
                    model.name,
                    model.version,
                    source(s, false),
                    checksum.as_deref().unwrap_or("<none>")
                );
            }
            (Some(checksum), _) => out += &format!("checksum = \"{checksum}\"\n"),
            _ => {}
        }
        if model.dependencies.is_empty() {
            continue;
        }
        out += "dependencies = [\n";
        for at in &model.dependencies {
            let to = &models[*at];
            let same_name = || models.iter().filter(|m| m.name == to.name);
            let same_version = same_name().filter(|m| m.version == to.version).count();
            let one_version = same_name().all(|m| m.version == to.version);
            out += &format!(" \"{}", to.name);
            if version == 1 || same_version > 1 || !one_version {
                out += &format!(" {}", to.version);
            }
            if let Some(s) = &to.source
                && (version == 1 || same_version > 1)
            {
                out += &format!(" ({})", source(s, false));
            }
            out += "\",\n";
        }
        out += "]\n";
    }
    if !metadata.is_empty() {
        out += &format!("\n[metadata]\n{metadata}");
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn generated_lockfiles_come_back_and_are_read_as_by_the_reader_of_record(models in model(), version in 1..5u32) {
        let text = write(&models, version);
        let lock = parse(&text);
        let back: Vec<_> = lock
            .packages()
            .iter()
            .map(|p| Model {
                name: p.name.clone(),
                version: p.version.clone(),
                source: (p.source.kind != SourceKind::Path).then(|| p.source.clone()),
                checksum: p.checksum.map(|c| c.to_string()),
                dependencies: p.dependencies.clone(),
            })
            .collect();
        prop_assert_eq!(&back, &models, "{}", text);

        let (their_version, mut theirs) = theirs(&text).unwrap();
        let mut ours = ours(&lock);
        if models.iter().any(|m| m.checksum.is_some()) {
            prop_assert_eq!(lock.version(), their_version, "{}", text);
            prop_assert_eq!(lock.version(), version, "{}", text);
        }
        if version == 1 {
            // Theirs finds a checksum in `[metadata]` by name and version, whatever the source.
            for package in ours.iter_mut().chain(&mut theirs) {
                package.checksum = None;
            }
            ours.sort();
            theirs.sort();
        }
        prop_assert_eq!(ours, theirs, "{}", text);

        // The other reader, which any other layout needs, gives the same to the last line number.
        let odd = text.replace("name = ", "'name' = ");
        prop_assert_eq!(parse(&odd), lock, "{}", odd);
    }
}
