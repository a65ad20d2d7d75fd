//! The neutral bill of materials: packages, units, edges, scopes and the evidence for each.
//!
//! The JSON form (schema `cratetrust.bom/1`) is the serialisation of these types in field order.

use serde::Serialize;

use crate::digest::{Sha256, Sha512};
use crate::package::Source;

/// The schema name of the plain JSON form.
pub const SCHEMA: &str = "cratetrust.bom/1";

/// A bill of materials.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Bom {
    /// What only the caller knows about the document.
    pub document: DocumentInfo,
    /// What the answer was resolved for; `None` where the evidence states nothing.
    pub selection: Option<Selection>,
    /// The files and outputs that the bill of materials was made from.
    pub evidence: Vec<EvidenceSource>,
    /// The compiler, where the evidence names it.
    pub toolchain: Option<Toolchain>,
    /// Indexes into `packages` of what was built.
    pub roots: Vec<usize>,
    /// All packages; a package's `id` is its index.
    pub packages: Vec<Package>,
    /// All dependency edges.
    pub edges: Vec<Edge>,
    /// Where the evidence could not tell.
    pub gaps: Vec<Gap>,
}

/// Facts about the document that no evidence holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DocumentInfo {
    /// RFC 3339 time in UTC, only where the caller gave one.
    pub timestamp: Option<String>,
    /// Who supplies the main component.
    pub supplier: Option<Contact>,
    /// Who wrote the document.
    pub authors: Vec<Contact>,
    /// The CycloneDX lifecycle phase, such as `pre-build`.
    pub lifecycle: Option<String>,
    /// A `urn:uuid:…`; derived from the content where the caller gives none.
    pub serial: Option<String>,
    /// Who makes the main component, where that is somebody else than its supplier.
    pub manufacturer: Option<Contact>,
    /// The main component's licence, an SPDX expression, where its manifest is not at hand.
    pub license: Option<String>,
    /// Tools that had a part in the document beside this library.
    pub tools: Vec<Tool>,
}

/// A tool that had a part in making the document.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: Option<String>,
}

/// A person or an organisation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Contact {
    /// The name.
    pub name: String,
    /// A mail address.
    pub email: Option<String>,
    /// A web address.
    pub url: Option<String>,
}

impl Contact {
    /// Takes a mail address (with an `@` and no scheme) or a web address.
    pub fn set_contact(&mut self, text: &str) {
        if text.contains('@') && !text.contains("://") {
            self.email = Some(text.trim_start_matches("mailto:").to_owned());
        } else {
            self.url = Some(text.to_owned());
        }
    }
}

/// What was resolved for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Selection {
    /// The selected packages.
    pub packages: Vec<String>,
    /// The selected binaries.
    pub bins: Vec<String>,
    /// Whether libraries were selected.
    pub lib: bool,
    /// The target triples.
    pub targets: Vec<String>,
    /// The host triple.
    pub host: Option<String>,
    /// The selected features.
    pub features: Vec<String>,
    /// Whether all features were selected.
    pub all_features: bool,
    /// Whether default features were on.
    pub default_features: bool,
    /// Additional `--cfg` values.
    pub cfgs: Vec<String>,
    /// Whether dev-dependencies were taken in.
    pub dev: bool,
    /// The feature resolver's version.
    pub resolver: Option<String>,
    /// The version of the target table.
    pub target_table: Option<String>,
}

/// How exact a piece of evidence is; see the design's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum EvidenceLevel {
    /// What a binary shows of its crates without meaning to: a part of what is linked.
    BinaryHeuristic,
    /// Another SBOM.
    Sbom,
    /// A Cargo.lock: a superset of every build.
    Lockfile,
    /// A Cargo.lock resolved with index lines.
    LockfileIndex,
    /// The output of `cargo metadata`; may omit packages that are built.
    CargoMetadata,
    /// The list that cargo-auditable embeds, formats 0 and 1.
    Auditable,
    /// A Cargo.lock resolved with all manifests, for a stated selection.
    Manifests,
    /// The list that cargo-auditable embeds, format 8: made from cargo's own record.
    AuditableSbom,
    /// Cargo's own record of a build, `*.cargo-sbom.json`.
    CargoSbom,
}

impl EvidenceLevel {
    /// All levels, roughly from the least to the most exact.
    pub const ALL: [Self; 9] = [
        Self::BinaryHeuristic,
        Self::Sbom,
        Self::Lockfile,
        Self::LockfileIndex,
        Self::CargoMetadata,
        Self::Auditable,
        Self::Manifests,
        Self::AuditableSbom,
        Self::CargoSbom,
    ];

    /// The level's stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BinaryHeuristic => "binary-heuristic",
            Self::Sbom => "sbom",
            Self::Lockfile => "lockfile",
            Self::LockfileIndex => "lockfile-index",
            Self::CargoMetadata => "cargo-metadata",
            Self::Auditable => "auditable",
            Self::Manifests => "manifests",
            Self::AuditableSbom => "auditable-sbom",
            Self::CargoSbom => "cargo-sbom",
        }
    }

    /// The level of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name() == name)
    }
}

/// One piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EvidenceSource {
    /// How exact it is.
    pub level: EvidenceLevel,
    /// The file's name, without a directory.
    pub name: String,
    /// The file's own digest; it names the file and nothing else.
    pub sha256: Option<Sha256>,
}

/// A compiler.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Toolchain {
    /// The rustc version.
    pub version: Option<String>,
    /// The commit it was built from.
    pub commit: Option<String>,
    /// The host triple.
    pub host: Option<String>,
}

/// How a package takes part in the build. Used in several ways: the first of
/// linked > build > dev > maybe > not-built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Linked into what was built.
    Linked,
    /// Used by build scripts and procedural macros only.
    Build,
    /// Used by tests, examples and benchmarks only.
    Dev,
    /// The evidence cannot tell.
    Maybe,
    /// In the lockfile, not in this build.
    NotBuilt,
}

impl Scope {
    /// The scope's stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Linked => "linked",
            Self::Build => "build",
            Self::Dev => "dev",
            Self::Maybe => "maybe",
            Self::NotBuilt => "not-built",
        }
    }

    /// The scope of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [
            Self::Linked,
            Self::Build,
            Self::Dev,
            Self::Maybe,
            Self::NotBuilt,
        ]
        .into_iter()
        .find(|scope| scope.name() == name)
    }
}

/// A package's digests, where they are known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Checksum {
    /// SHA-256 of the `.crate` file.
    pub sha256: Option<Sha256>,
    /// SHA-512 of the `.crate` file.
    pub sha512: Option<Sha512>,
}

/// One package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Package {
    /// The package's index.
    pub id: usize,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Where it comes from.
    pub source: Source,
    /// Its package URL.
    pub purl: Option<String>,
    /// The digests of its `.crate` file.
    pub checksum: Checksum,
    /// The bytes of its `.crate` file.
    pub size: Option<u64>,
    /// How it takes part in the build.
    pub scope: Scope,
    /// Indexes into the evidence that knows it.
    pub evidence: Vec<usize>,
    /// The declared licence, an SPDX expression.
    pub license: Option<String>,
    /// The name of the declared licence file.
    pub license_file: Option<String>,
    /// The description.
    pub description: Option<String>,
    /// The authors.
    pub authors: Vec<String>,
    /// The home page.
    pub homepage: Option<String>,
    /// The documentation's address.
    pub documentation: Option<String>,
    /// The repository's address.
    pub repository: Option<String>,
    /// Keywords.
    pub keywords: Vec<String>,
    /// The units that are compiled from it.
    pub units: Vec<Unit>,
    /// The licence that somebody concluded, an SPDX expression; never concluded here.
    pub license_concluded: Option<String>,
    /// The text of the declared licence file.
    pub license_text: Option<String>,
    /// The copyright lines of its licence files.
    pub copyright: Option<String>,
    /// Who supplies it.
    pub supplier: Option<Contact>,
    /// The commit that its archive says it was made from.
    pub vcs: Option<VcsOrigin>,
    /// The kind of the artifact that its facts were read from, such as `crate` or `vendor`.
    pub enriched_from: Option<String>,
}

/// Where an archive says that it was made, `.cargo_vcs_info.json`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct VcsOrigin {
    /// The commit, in hexadecimal digits.
    pub commit: String,
    /// The package's directory in the repository.
    pub path: Option<String>,
    /// Whether the working tree had changes that the commit has not.
    pub dirty: bool,
}

impl Package {
    /// A package about which nothing but its identity is known.
    pub fn new(name: impl Into<String>, version: impl Into<String>, source: Source) -> Self {
        Self {
            id: 0,
            name: name.into(),
            version: version.into(),
            source,
            purl: None,
            checksum: Checksum::default(),
            size: None,
            scope: Scope::Maybe,
            evidence: Vec::new(),
            license: None,
            license_file: None,
            description: None,
            authors: Vec::new(),
            homepage: None,
            documentation: None,
            repository: None,
            keywords: Vec::new(),
            units: Vec::new(),
            license_concluded: None,
            license_text: None,
            copyright: None,
            supplier: None,
            vcs: None,
            enriched_from: None,
        }
    }
}

/// One compilation of a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unit {
    /// `lib`, `proc-macro`, `custom-build`, `bin`, …
    pub kind: String,
    /// `target` or `host`.
    pub platform: String,
    /// The features that are on.
    pub features: Vec<String>,
    /// How the unit takes part in the build.
    pub scope: Scope,
}

/// The dependency table that declares an edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum EdgeKind {
    /// `[dependencies]`.
    Normal,
    /// `[build-dependencies]`.
    Build,
    /// `[dev-dependencies]`.
    Dev,
    /// The evidence does not say.
    Unknown,
}

impl EdgeKind {
    /// The kind's stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Build => "build",
            Self::Dev => "dev",
            Self::Unknown => "unknown",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Normal, Self::Build, Self::Dev, Self::Unknown]
            .into_iter()
            .find(|kind| kind.name() == name)
    }
}

/// One dependency.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Edge {
    /// The package that depends.
    pub from: usize,
    /// The package that is depended on.
    pub to: usize,
    /// The table that declares it.
    pub kind: EdgeKind,
    /// The name in that table, where it differs from the package's.
    pub name: Option<String>,
    /// Indexes into the evidence that knows it.
    pub evidence: Vec<usize>,
}

/// A place where the evidence could not tell.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Gap {
    /// The package it is about.
    pub package: usize,
    /// The finding code, such as `crate-gap`.
    pub code: String,
    /// Why.
    pub reason: String,
}

impl Bom {
    /// Sorts packages by name, version and source and edges by their ends, and renumbers both, so
    /// that equal content is equal bytes.
    pub fn normalize(&mut self) {
        let mut order: Vec<usize> = (0..self.packages.len()).collect();
        order.sort_by(|a, b| {
            let key = |i: &usize| {
                self.packages
                    .get(*i)
                    .map(|p| (&p.name, &p.version, &p.source))
            };
            key(a).cmp(&key(b))
        });
        let mut position = vec![0; order.len()];
        for (new, old) in order.iter().enumerate() {
            if let Some(slot) = position.get_mut(*old) {
                *slot = new;
            }
        }
        let at = |old: usize| position.get(old).copied().unwrap_or(old);
        for edge in &mut self.edges {
            edge.from = at(edge.from);
            edge.to = at(edge.to);
        }
        self.edges.sort();
        self.edges.dedup();
        for root in &mut self.roots {
            *root = at(*root);
        }
        self.roots.sort_unstable();
        self.roots.dedup();
        for gap in &mut self.gaps {
            gap.package = at(gap.package);
        }
        self.gaps.sort();
        for (old, package) in self.packages.iter_mut().enumerate() {
            package.id = at(old);
        }
        self.packages.sort_by_key(|package| package.id);
    }

    /// Whether it is of one build, or of some that are named, and not of every build that a lockfile
    /// allows. A program is of one build, although it does not say what was asked for.
    pub fn is_of_one_build(&self) -> bool {
        use EvidenceLevel::{Auditable, AuditableSbom};
        let mut levels = self.evidence.iter().map(|source| source.level);
        self.selection.is_some()
            || self.is_partial()
            || levels.any(|level| matches!(level, Auditable | AuditableSbom))
    }

    /// Whether it comes from lockfiles and nothing else, and so describes all builds.
    pub fn is_lockfile_only(&self) -> bool {
        let mut levels = self.evidence.iter().map(|source| source.level);
        !self.evidence.is_empty() && levels.all(|level| level == EvidenceLevel::Lockfile)
    }

    /// Whether it holds no more than a part of what is in the build, as a program shows it that has
    /// no list of its packages.
    pub fn is_partial(&self) -> bool {
        let mut levels = self.evidence.iter().map(|source| source.level);
        !self.evidence.is_empty() && levels.all(|level| level == EvidenceLevel::BinaryHeuristic)
    }

    /// The indexes of the packages that each package depends on, without repeats, in order.
    pub fn dependencies(&self) -> Vec<Vec<usize>> {
        let mut lists = vec![Vec::new(); self.packages.len()];
        for edge in &self.edges {
            if let Some(list) = lists.get_mut(edge.from) {
                list.push(edge.to);
            }
        }
        for list in &mut lists {
            list.sort_unstable();
            list.dedup();
        }
        lists
    }
}
