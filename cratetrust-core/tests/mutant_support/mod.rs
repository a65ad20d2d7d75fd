//! Lockfiles with their honest bills of materials, and a seeded choice among their packages.

pub(crate) mod documents;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use cratetrust_core::bom::{Bom, Edge};
use cratetrust_core::package::SourceKind;
use cratetrust_core::sbom::Format;
use cratetrust_core::{Input, Options, generate_sbom};

/// Lockfiles of the corpus: versions 1 to 4, of 23 to 832 packages.
const LOCKS: [&str; 6] = [
    "hexyl-0.6.0",
    "tokei-10.1.1",
    "ripgrep-14.1.1",
    "bat-0.25.0",
    "cargo-deny-0.18.3",
    "tauri-cli-2.5.0",
];

/// What the corpus has none of: git, another registry, a workspace member below the root.
const GIT: &str = r#"version = 4

[[package]]
name = "app"
version = "0.1.0"
dependencies = ["alpha", "beta", "gamma", "member", "omega"]

[[package]]
name = "alpha"
version = "1.0.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "8ed3f6ad154b632eefe54d94fbe8fc5f7a6ee5fb0e2f4d4ef0f3f1bb3b9ef1ab"
dependencies = ["beta"]

[[package]]
name = "beta"
version = "2.0.0+build.7"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "1ed3f6ad154b632eefe54d94fbe8fc5f7a6ee5fb0e2f4d4ef0f3f1bb3b9ef1ab"

[[package]]
name = "gamma"
version = "0.3.0"
source = "git+https://git.example.org/team/gamma?branch=main#0123456789abcdef0123456789abcdef01234567"
dependencies = ["delta-x"]

[[package]]
name = "delta-x"
version = "0.4.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "2ed3f6ad154b632eefe54d94fbe8fc5f7a6ee5fb0e2f4d4ef0f3f1bb3b9ef1ab"

[[package]]
name = "member"
version = "0.2.0"
dependencies = ["omega", "zeta_y"]

[[package]]
name = "omega"
version = "1.0.0"
source = "sparse+https://registry.example.org/index/"
checksum = "3ed3f6ad154b632eefe54d94fbe8fc5f7a6ee5fb0e2f4d4ef0f3f1bb3b9ef1ab"

[[package]]
name = "zeta_y"
version = "1.5.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "4ed3f6ad154b632eefe54d94fbe8fc5f7a6ee5fb0e2f4d4ef0f3f1bb3b9ef1ab"
"#;

/// A lockfile and what is honestly said of it.
pub(crate) struct Sample {
    pub(crate) name: &'static str,
    pub(crate) lock: Vec<u8>,
    pub(crate) bom: Bom,
}

pub(crate) fn samples() -> Vec<Sample> {
    let corpus = std::env::var_os("CRATETRUST_CORPUS").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.corpus")),
        PathBuf::from,
    );
    let read = |name: &'static str| {
        let path = corpus.join("locks").join(format!("{name}.lock"));
        let lock = std::fs::read(path).expect("the corpus lacks a lockfile: run `make corpus`");
        (name, lock)
    };
    LOCKS
        .into_iter()
        .map(read)
        .chain([("git", GIT.as_bytes().to_vec())])
        .map(|(name, lock)| {
            let input = Input::from_bytes("Cargo.lock", lock.clone());
            let bom = generate_sbom(&[input], &Options::default()).unwrap().bom;
            Sample { name, lock, bom }
        })
        .collect()
}

/// Every format in every version that is written.
pub(crate) fn formats() -> impl Iterator<Item = (Format, &'static str)> {
    Format::ALL.into_iter().flat_map(|format| {
        format
            .versions()
            .iter()
            .map(move |version| (format, *version))
    })
}

/// A small generator (xorshift64*): the same choice on every machine.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let drawn = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(drawn).unwrap() % end
    }
}

impl Sample {
    fn versions(&self) -> BTreeMap<&str, usize> {
        let mut versions = BTreeMap::new();
        for package in &self.bom.packages {
            *versions.entry(package.name.as_str()).or_default() += 1;
        }
        versions
    }

    /// Packages of crates.io with a checksum, whose name stands once in the lockfile.
    pub(crate) fn plain(&self) -> Vec<usize> {
        let versions = self.versions();
        let found: Vec<usize> = self
            .bom
            .packages
            .iter()
            .filter(|p| p.source.kind == SourceKind::CratesIo && p.checksum.sha256.is_some())
            .filter(|p| versions[p.name.as_str()] == 1)
            .map(|p| p.id)
            .collect();
        assert!(found.len() > 3, "{} has too few plain packages", self.name);
        found
    }

    /// Two different packages that differ in their versions.
    pub(crate) fn two(&self, one: &mut impl FnMut() -> usize) -> (usize, usize) {
        loop {
            let (a, b) = (one(), one());
            if self.bom.packages[a].version != self.bom.packages[b].version {
                return (a, b);
            }
        }
    }

    /// Edges between different plain packages, none of which lead back.
    pub(crate) fn plain_edges(&self) -> Vec<Edge> {
        let plain: BTreeSet<usize> = self.plain().into_iter().collect();
        let ends: BTreeSet<(usize, usize)> =
            self.bom.edges.iter().map(|e| (e.from, e.to)).collect();
        let edges = self.bom.edges.iter().filter(|e| {
            e.from != e.to
                && plain.contains(&e.from)
                && plain.contains(&e.to)
                && !ends.contains(&(e.to, e.from))
        });
        edges.cloned().collect()
    }

    /// Two plain packages, of which neither depends on the other.
    pub(crate) fn unrelated(&self, random: &mut Random) -> (usize, usize) {
        let plain = self.plain();
        loop {
            let (a, b) = (
                plain[random.below(plain.len())],
                plain[random.below(plain.len())],
            );
            let joined = |e: &Edge| (e.from, e.to) == (a, b) || (e.from, e.to) == (b, a);
            if a != b && !self.bom.edges.iter().any(joined) {
                return (a, b);
            }
        }
    }

    /// A dependency on one of several versions of a name, and a version that is not depended on.
    pub(crate) fn edge_to_one_of_several(&self) -> Option<(usize, usize, usize)> {
        let unique: BTreeSet<usize> = self.plain().into_iter().collect();
        self.bom.edges.iter().find_map(|edge| {
            let name = &self.bom.packages[edge.to].name;
            let other = self.bom.packages.iter().find(|p| {
                p.name == *name
                    && p.id != edge.to
                    && !self
                        .bom
                        .edges
                        .iter()
                        .any(|e| (e.from, e.to) == (edge.from, p.id))
            })?;
            unique
                .contains(&edge.from)
                .then_some((edge.from, edge.to, other.id))
        })
    }

    /// A package of crates.io of which there are several versions.
    pub(crate) fn one_of_several(&self) -> Option<usize> {
        let versions = self.versions();
        self.bom
            .packages
            .iter()
            .find(|p| versions[p.name.as_str()] > 1 && p.checksum.sha256.is_some())
            .map(|p| p.id)
    }

    pub(crate) fn git_package(&self) -> Option<usize> {
        let mut packages = self.bom.packages.iter();
        packages
            .find(|p| p.source.kind == SourceKind::Git)
            .map(|p| p.id)
    }
}
