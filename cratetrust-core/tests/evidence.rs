//! What a Cargo.lock comes to as evidence.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use std::io::Read as _;
use std::path::PathBuf;

use cratetrust_core::bom::{Bom, EdgeKind, EvidenceLevel, Scope};
use cratetrust_core::digest::Sha256;
use cratetrust_core::evidence::{Gathered, gather};
use cratetrust_core::lockfile::Lockfile;
use cratetrust_core::package::{Purl, SourceKind};
use cratetrust_core::{CancelToken, ErrorKind, Input, Limits, Options};

fn gathered(text: &str) -> Gathered {
    let input = Input::from_bytes("some/where/Cargo.lock", text.as_bytes());
    gather(&[input], &Options::default()).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn roots(text: &str) -> Vec<String> {
    let bom = gathered(text).bom;
    bom.roots
        .iter()
        .map(|at| bom.packages[*at].name.clone())
        .collect()
}

/// A lockfile of version 4: `name version source? -> dependencies`, a package a line.
fn lock(lines: &str) -> String {
    let mut out = "version = 4\n".to_owned();
    for line in lines.lines().filter(|line| !line.trim().is_empty()) {
        let (package, dependencies) = line.split_once("->").unwrap_or((line, ""));
        let mut words = package.split_whitespace();
        let (name, version) = (words.next().unwrap(), words.next().unwrap());
        out += &format!("\n[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n");
        match words.next() {
            Some("crates.io") => {
                out += "source = \"registry+https://github.com/rust-lang/crates.io-index\"\n";
            }
            Some(source) => out += &format!("source = \"{source}\"\n"),
            None => {}
        }
        out += "dependencies = [\n";
        for dependency in dependencies
            .split(',')
            .map(str::trim)
            .filter(|d| !d.is_empty())
        {
            out += &format!(" \"{dependency}\",\n");
        }
        out += "]\n";
    }
    out
}

#[test]
fn a_lockfile_says_what_could_be_built_and_no_more() {
    let text = lock(
        "app 0.1.0 -> itoa, git-thing, other
         git-thing 1.0.0 git+https://user:token@g.example/t?branch=x#0123456789abcdef0123456789abcdef01234567
         itoa 1.0.15 crates.io
         local-git 1.0.0 git+file:///home/somebody/t#0123456789abcdef0123456789abcdef01234567
         other 2.0.0+meta sparse+https://r.example/i/ -> itoa",
    );
    let Gathered {
        bom,
        inputs,
        findings,
    } = gathered(&text);
    assert_eq!(findings, []);
    assert_eq!(inputs.len(), 1);
    assert_eq!(
        (inputs[0].role.as_str(), inputs[0].name.as_str()),
        ("lockfile", "Cargo.lock")
    );
    let digest = Some(Sha256::of(text.as_bytes()));
    assert_eq!(inputs[0].sha256, digest);
    assert_eq!(bom.evidence.len(), 1);
    assert_eq!(bom.evidence[0].level, EvidenceLevel::Lockfile);
    assert_eq!(bom.evidence[0].name, "Cargo.lock");
    assert_eq!(bom.evidence[0].sha256, digest);
    assert_eq!(bom.selection, None);
    assert!(
        bom.packages
            .iter()
            .all(|p| p.scope == Scope::Maybe && p.evidence == [0])
    );
    assert!(
        bom.edges
            .iter()
            .all(|e| e.kind == EdgeKind::Unknown && e.evidence == [0])
    );
    let ends: Vec<_> = bom.edges.iter().map(|e| (e.from, e.to)).collect();
    assert_eq!(ends, [(0, 1), (0, 2), (0, 4), (4, 2)]);
    assert_eq!(bom.roots, [0]);
    let purls: Vec<_> = bom.packages.iter().map(|p| p.purl.as_deref()).collect();
    assert_eq!(
        purls,
        [
            None,
            Some(
                "pkg:cargo/git-thing@1.0.0?vcs_url=git%2Bhttps:%2F%2Fg.example%2Ft%400123456789abcdef0123456789abcdef01234567"
            ),
            Some("pkg:cargo/itoa@1.0.15"),
            None,
            Some("pkg:cargo/other@2.0.0%2Bmeta?repository_url=https:%2F%2Fr.example%2Fi%2F"),
        ]
    );
    let all = format!("{bom:?}");
    assert!(!all.contains("token") && !all.contains("somebody"), "{all}");
}

#[test]
fn roots_are_what_nothing_else_depends_on() {
    for (lines, wanted) in [
        ("app 0.1.0 -> lib\n lib 0.1.0", vec!["app"]),
        ("a 0.1.0\n b 0.1.0", vec!["a", "b"]),
        // A dev-dependency on itself is no use by another.
        ("app 0.1.0 -> app", vec!["app"]),
        // A cycle of members that nothing leads to: all of them.
        ("a 0.1.0 -> b\n b 0.1.0 -> a", vec!["a", "b"]),
        (
            "app 0.1.0\n a 0.1.0 -> b\n b 0.1.0 -> a",
            vec!["a", "app", "b"],
        ),
        // A cycle that a root leads to: the root only.
        ("app 0.1.0 -> a\n a 0.1.0 -> b\n b 0.1.0 -> a", vec!["app"]),
        // A patched path package that a registry package uses is no root.
        (
            "app 0.1.0 -> x\n patched 0.1.0\n x 1.0.0 crates.io -> patched",
            vec!["app"],
        ),
        ("x 1.0.0 crates.io", vec![]),
    ] {
        assert_eq!(roots(&lock(lines)), wanted, "{lines}");
    }
}

#[test]
fn a_replacement_is_no_root_and_the_replaced_keeps_its_edges() {
    let text = "\
[[package]]
name = \"app\"
version = \"0.1.0\"
dependencies = [
 \"x 1.0.0 (registry+https://github.com/rust-lang/crates.io-index)\",
]

[[package]]
name = \"x\"
version = \"1.0.0\"

[[package]]
name = \"x\"
version = \"1.0.0\"
source = \"registry+https://github.com/rust-lang/crates.io-index\"
replace = \"x 1.0.0\"
";
    let bom = gathered(text).bom;
    assert_eq!(bom.roots, [0]);
    assert_eq!(bom.edges.len(), 1);
    assert_eq!(
        bom.packages[bom.edges[0].to].source.kind,
        SourceKind::CratesIo
    );
}

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

/// The file with its `[[package]]` tables in reverse order.
fn shuffled(text: &str) -> String {
    let (body, tail) = text.split_once("\n[metadata]").unwrap_or((text, ""));
    let mut parts: Vec<_> = body.split("[[package]]").collect();
    parts[1..].reverse();
    let body: Vec<_> = parts.iter().map(|part| part.trim_end()).collect();
    let tail = if tail.is_empty() {
        String::new()
    } else {
        format!("\n\n[metadata]{tail}")
    };
    body.join("\n\n[[package]]") + &tail + "\n"
}

#[test]
fn in_the_corpus_every_package_and_edge_is_there_whatever_the_order() {
    for path in corpus() {
        let text = std::fs::read_to_string(&path).unwrap();
        let lock = Lockfile::parse(
            text.as_bytes(),
            "Cargo.lock",
            &Limits::default(),
            &CancelToken::new(),
        )
        .unwrap();
        let bom = gathered(&text).bom;
        assert_eq!(bom.packages.len(), lock.packages().len());
        let edges: usize = lock.packages().iter().map(|p| p.dependencies.len()).sum();
        assert_eq!(bom.edges.len(), edges);
        assert!(!bom.roots.is_empty(), "{}", path.display());
        for package in &bom.packages {
            let is_local = package.source.kind == SourceKind::Path;
            assert_eq!(package.purl.is_none(), is_local);
            if let Some(text) = &package.purl {
                let purl: Purl = text.parse().unwrap();
                assert_eq!(&purl.to_string(), text);
                assert_eq!(purl.version.as_deref(), Some(package.version.as_str()));
                let there = purl.source().unwrap();
                assert_eq!(there.kind, package.source.kind);
                assert_eq!(there.public_url(), package.source.public_url());
            }
        }
        let without_digest = |bom: Bom| {
            let mut bom = bom;
            assert!(bom.evidence[0].sha256.take().is_some());
            bom
        };
        let other = shuffled(&text);
        if lock.packages().len() > 1 {
            assert_ne!(other, text, "{}", path.display());
        }
        assert_eq!(
            without_digest(gathered(&other).bom),
            without_digest(bom),
            "{}",
            path.display()
        );
    }
}

#[test]
fn evidence_is_one_file_one_directory_or_one_reader() {
    let options = Options::default();
    let text = lock("app 0.1.0");
    let bytes = Input::from_bytes("Cargo.lock", text.as_bytes());
    let none = gather(&[], &options).unwrap_err();
    assert_eq!(none.kind(), ErrorKind::InvalidArgument);
    let two = gather(&[bytes.clone(), bytes.clone()], &options).unwrap_err();
    assert_eq!(two.kind(), ErrorKind::InvalidArgument);

    let wanted = gather(&[bytes], &options).unwrap();
    // One byte at a time, as a pipe may give it.
    struct Slow(std::io::Cursor<Vec<u8>>);
    impl std::io::Read for Slow {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let length = buffer.len().min(1);
            self.0.read(&mut buffer[..length])
        }
    }
    let slow = Slow(std::io::Cursor::new(text.clone().into_bytes()));
    let reader = Input::from_reader("Cargo.lock", None, slow);
    assert_eq!(gather(&[reader], &options).unwrap(), wanted);

    let directory =
        std::env::temp_dir().join(format!("cratetrust-evidence-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let missing = gather(&[Input::from_path(&directory)], &options).unwrap_err();
    std::fs::write(directory.join("Cargo.lock"), &text).unwrap();
    let found = gather(&[Input::from_path(&directory)], &options);
    std::fs::write(directory.join("Cargo.lock"), "{}").unwrap();
    let json = gather(&[Input::from_path(directory.join("Cargo.lock"))], &options);
    std::fs::remove_dir_all(&directory).unwrap();
    assert_eq!(missing.kind(), ErrorKind::NotFound);
    assert!(missing.path().unwrap().ends_with("Cargo.lock"));
    assert_eq!(found.unwrap(), wanted);
    // An object that is no SBOM is no lockfile either.
    assert_eq!(json.unwrap_err().kind(), ErrorKind::UnsupportedFormat);
    let gone = gather(&[Input::from_path(&directory)], &options).unwrap_err();
    assert_eq!(gone.kind(), ErrorKind::NotFound);
}

#[test]
fn limits_and_cancelling_hold_for_evidence() {
    let mut options = Options::default();
    options.limits.lockfile_size = 100;
    let endless = Input::from_reader("Cargo.lock", None, std::io::repeat(b'#').take(1 << 30));
    let error = gather(&[endless], &options).unwrap_err();
    assert_eq!(error.limit_met(), Some(("lockfile-size", 100)));
    assert_eq!(error.path(), Some("Cargo.lock"));
    options.limits.sbom_size = 100;
    let endless = std::io::repeat(b' ').take(10).chain(std::io::repeat(b'{'));
    let endless = Input::from_reader("bom.json", None, endless.take(1 << 30));
    let error = gather(&[endless], &options).unwrap_err();
    assert_eq!(error.limit_met(), Some(("sbom-size", 100)));
    options.cancel.cancel();
    let input = Input::from_bytes("Cargo.lock", lock("app 0.1.0").as_bytes());
    let error = gather(&[input], &options).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
}
