//! What the caller asks for, in the words of the command's flags.

mod json;
mod selection;
mod timestamp;

use std::fmt;

use crate::bom::{Contact, Tool};
use crate::digest::Sha256;
use crate::error::{Error, Result};
use crate::input::Input;
use crate::limits::Limits;
use crate::profile::Profile;
use crate::progress::{CancelToken, Observer};
use crate::report::Severities;
use crate::verifier::Verifier;

pub use selection::SelectionRequest;

/// A check that `verify_package` can run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Check {
    /// Digests against their anchors.
    Checksum,
    /// The archive's own form and content.
    Archive,
    /// Source trees against their archives and the hashes listed for them.
    Tree,
    /// The index against the lockfile, and what it says of itself: conflicts, yanked versions.
    Index,
    /// The commit that an archive names, and the archive against a checkout of its source.
    Vcs,
}

impl Check {
    /// All checks, in the order in which reports name them.
    pub const ALL: [Self; 5] = [
        Self::Checksum,
        Self::Archive,
        Self::Tree,
        Self::Index,
        Self::Vcs,
    ];

    /// The check's stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Checksum => "checksum",
            Self::Archive => "archive",
            Self::Tree => "tree",
            Self::Index => "index",
            Self::Vcs => "vcs",
        }
    }

    /// The check of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|check| check.name() == name)
    }
}

/// How much of an SBOM `verify_sbom` compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Level {
    /// Presence, version, source, purl and checksum.
    Components,
    /// Components, and the root, edges and duplicates.
    #[default]
    Graph,
    /// The graph, and the selection, the scopes and the licences, as far as the evidence holds them.
    Full,
}

impl Level {
    /// All levels, from the least to the most.
    pub const ALL: [Self; 3] = [Self::Components, Self::Graph, Self::Full];

    /// The level's stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Components => "components",
            Self::Graph => "graph",
            Self::Full => "full",
        }
    }

    /// The level of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name() == name)
    }
}

/// Options of all verbs. Each verb reads the fields that concern it; see the fields.
#[derive(Clone, Default)]
pub struct Options {
    /// All verbs: what an input may cost.
    pub limits: Limits,
    /// `verify_package`, `generate_sbom`: threads, at least 1; 0 counts as 1. Output does not depend on it.
    pub jobs: usize,
    /// All verbs: stops the work.
    pub cancel: CancelToken,
    /// All verbs: is told of progress, on the calling thread.
    pub progress: Option<Observer>,
    /// All verbs that report: preset and overrides.
    pub severities: Severities,
    /// `verify_package`: the Cargo.lock that names the packages.
    pub lockfile: Option<Input>,
    /// `verify_package`: an index file of the package, one JSON object a line, or an index directory.
    /// All verbs with a selection: what an index says of packages whose manifests are not at hand.
    pub index: Option<Input>,
    /// `verify_package`: the other side of a byte comparison. For a `.crate` file, a checkout of its
    /// source; for an unpacked crate, its `.crate` file; for a vendor directory or `registry/src`, a
    /// directory of `.crate` files.
    pub against: Option<Input>,
    /// `verify_package`: the digest that the one package given must have.
    pub sha256: Option<Sha256>,
    /// `verify_package`: the name and version that the one package given must have.
    pub expect: Option<(String, String)>,
    /// `verify_package`: the checks to run; `None` for all that apply.
    pub checks: Option<Vec<Check>>,
    /// `verify_package`: verifiers of the host program, run after the library's own.
    pub verifiers: Vec<std::sync::Arc<dyn Verifier>>,
    /// `verify_sbom`: how much is compared.
    pub level: Level,
    /// `generate_sbom`: who supplies the main component.
    pub supplier: Option<Contact>,
    /// `generate_sbom`: who wrote the document.
    pub authors: Vec<Contact>,
    /// `generate_sbom`: the document's time, RFC 3339.
    pub timestamp: Option<String>,
    /// `generate_sbom`: directories with the packages' bytes: `.crate` files, a registry cache,
    /// unpacked sources, a vendor directory, a CARGO_HOME. Bytes that contradict the lockfile are
    /// reported, and nothing is taken from them; facts of bytes that nothing proves (unpacked sources
    /// without their archive, no checksum in the lockfile) say so in `enriched_from`, and no digest
    /// is taken.
    pub crates: Vec<Input>,
    /// `generate_sbom`: what is taken from the packages' bytes beyond what is built of them.
    pub enrich: Enrich,
    /// `generate_sbom`: leaves out the units that packages are compiled into: library, binary,
    /// procedural macro or build script, for the host or the target, and with which features.
    /// Packages, scopes and edges stay what they are, and less of the packages' archives is inflated.
    pub no_units: bool,
    /// `generate_sbom`: who makes the main component.
    pub manufacturer: Option<Contact>,
    /// `generate_sbom`: the main component's licence, an SPDX expression.
    pub license: Option<String>,
    /// `generate_sbom`: the CycloneDX lifecycle phase, or a name of the caller's own.
    pub lifecycle: Option<String>,
    /// `generate_sbom`: the document's serial number, a `urn:uuid:…`.
    pub serial: Option<String>,
    /// `generate_sbom`: tools that had a part in the document.
    pub tools: Vec<Tool>,
    /// `generate_sbom`: where the local packages come from, `git+URL@COMMIT`.
    pub vcs_url: Option<String>,
    /// `generate_sbom`: says of each package that its concluded licence is its declared one.
    pub conclude_declared: bool,
    /// `generate_sbom`: who is named as the supplier of each package.
    pub component_supplier: ComponentSupplier,
    /// All verbs: what is built. A project's directory is resolved for it where it names a target or
    /// a host; for `verify_package` the directory of the lockfile.
    pub selection: Option<SelectionRequest>,
    /// `inspect`: the profile that an SBOM is held against; other kinds of input are refused then.
    pub profile: Option<Profile>,
}

/// Who is named as the supplier of a package that is not the main component.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum ComponentSupplier {
    /// Nobody.
    #[default]
    None,
    /// The authors that its manifest names.
    Authors,
    /// The registry that it comes from.
    Registry,
}

impl ComponentSupplier {
    /// All choices.
    pub const ALL: [Self; 3] = [Self::None, Self::Authors, Self::Registry];

    /// The choice's stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Authors => "authors",
            Self::Registry => "registry",
        }
    }

    /// The choice of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|choice| choice.name() == name)
    }
}

/// What a bill of materials takes from the bytes of packages, beyond what is built of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Enrich {
    /// All there is: what the manifest says, licence texts and copyright lines, the commit, SHA-512.
    /// Archives are read whole, and what is wrong with them is reported.
    #[default]
    All,
    /// What the manifest says: licence, authors, description and addresses. The lockfile's digest
    /// proves an archive's bytes; it is inflated as far as its manifest, and what else is wrong with
    /// it is not looked for.
    Manifests,
    /// Nothing.
    None,
}

impl Enrich {
    /// All choices.
    pub const ALL: [Self; 3] = [Self::All, Self::Manifests, Self::None];

    /// The choice's stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Manifests => "manifests",
            Self::None => "none",
        }
    }

    /// The choice of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|choice| choice.name() == name)
    }
}

impl Options {
    /// Default options.
    pub fn new() -> Self {
        Self::default()
    }

    /// Options from a JSON object whose keys are the command's flag names with `_` for `-`.
    ///
    /// # Errors
    /// `Parse` for what is no JSON object; `InvalidArgument` for a key or a value that is not known.
    pub fn from_json(text: &str) -> Result<Self> {
        let mut options = Self::default();
        options.merge_json(text)?;
        Ok(options)
    }

    /// Sets what a JSON object names and leaves the rest; see [`Options::from_json`].
    ///
    /// # Errors
    /// As [`Options::from_json`]; the options are then unchanged.
    pub fn merge_json(&mut self, text: &str) -> Result<()> {
        let mut changed = self.clone();
        json::merge(&mut changed, text)?;
        *self = changed;
        Ok(())
    }

    /// Sets `expect` from `NAME@VERSION`.
    ///
    /// # Errors
    /// `InvalidArgument` where the text is not of that form.
    pub fn set_expect(&mut self, text: &str) -> Result<()> {
        match text.split_once('@') {
            Some((name, version)) if !name.is_empty() && !version.is_empty() => {
                self.expect = Some((name.to_owned(), version.to_owned()));
                Ok(())
            }
            _ => Err(Error::invalid(format!(
                "`{text}` is not of the form NAME@VERSION"
            ))),
        }
    }
}

impl Options {
    /// Sets `timestamp` from an RFC 3339 time and normalises it to UTC seconds, as SPDX 2.3 (6.9) demands.
    ///
    /// # Errors
    /// `InvalidArgument` for what is no such time.
    pub fn set_timestamp(&mut self, text: &str) -> Result<()> {
        self.timestamp = Some(timestamp::to_utc_seconds(text)?);
        Ok(())
    }

    /// Sets `serial` from a `urn:uuid:…` (RFC 9562); its digits become lower case.
    ///
    /// # Errors
    /// `InvalidArgument` for what is no such name.
    pub fn set_serial(&mut self, text: &str) -> Result<()> {
        let serial = text.trim().to_ascii_lowercase();
        let groups = serial
            .strip_prefix("urn:uuid:")
            .map(|uuid| uuid.split('-').collect::<Vec<_>>())
            .unwrap_or_default();
        let is_hex = |group: &&str| {
            group
                .bytes()
                .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        };
        let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
        if lengths != [8, 4, 4, 4, 12] || !groups.iter().all(is_hex) {
            return Err(Error::invalid(
                "the serial number is not of the form urn:uuid:XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX",
            ));
        }
        self.serial = Some(serial);
        Ok(())
    }

    /// Adds a tool from `NAME` or `NAME@VERSION`.
    ///
    /// # Errors
    /// `InvalidArgument` for an empty name or version.
    pub fn add_tool(&mut self, text: &str) -> Result<()> {
        let (name, version) = match text.rsplit_once('@') {
            // The name of an npm package may begin with one.
            Some((name, version)) if !name.is_empty() => (name, Some(version)),
            _ => (text, None),
        };
        if name.trim_matches(['@', ' ']).is_empty()
            || version.is_some_and(|version| version.trim().is_empty())
        {
            return Err(Error::invalid(format!(
                "`{text}` is not of the form NAME@VERSION"
            )));
        }
        self.tools.push(Tool {
            name: name.trim().to_owned(),
            version: version.map(|version| version.trim().to_owned()),
        });
        Ok(())
    }

    /// Sets `component_supplier` by its name: `none`, `authors` or `registry`.
    ///
    /// # Errors
    /// `InvalidArgument` for another name.
    pub fn set_component_supplier(&mut self, name: &str) -> Result<()> {
        self.component_supplier = ComponentSupplier::from_name(name).ok_or_else(|| {
            Error::invalid(format!(
                "`{name}` is no choice of a component's supplier; known: none, authors, registry"
            ))
        })?;
        Ok(())
    }

    /// Sets `enrich` by its name: `all`, `manifests` or `none`.
    ///
    /// # Errors
    /// `InvalidArgument` for another name.
    pub fn set_enrich(&mut self, name: &str) -> Result<()> {
        self.enrich = Enrich::from_name(name).ok_or_else(|| {
            Error::invalid(format!(
                "`{name}` is nothing that can be taken from packages; known: all, manifests, none"
            ))
        })?;
        Ok(())
    }

    /// Sets `timestamp` from seconds since 1970-01-01T00:00:00Z, the form of `SOURCE_DATE_EPOCH`.
    ///
    /// # Errors
    /// `InvalidArgument` outside the years 1970 to 9999.
    pub fn set_timestamp_unix(&mut self, seconds: u64) -> Result<()> {
        self.timestamp = Some(timestamp::from_unix(seconds)?);
        Ok(())
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("limits", &self.limits)
            .field("jobs", &self.jobs)
            .field("severities", &self.severities)
            .field("lockfile", &self.lockfile)
            .field("index", &self.index)
            .field("against", &self.against)
            .field("sha256", &self.sha256)
            .field("expect", &self.expect)
            .field("checks", &self.checks)
            .field("level", &self.level)
            .field("supplier", &self.supplier)
            .field("authors", &self.authors)
            .field("timestamp", &self.timestamp)
            .field("crates", &self.crates)
            .field("enrich", &self.enrich)
            .field("no_units", &self.no_units)
            .field("manufacturer", &self.manufacturer)
            .field("license", &self.license)
            .field("lifecycle", &self.lifecycle)
            .field("serial", &self.serial)
            .field("tools", &self.tools)
            .field("vcs_url", &self.vcs_url)
            .field("conclude_declared", &self.conclude_declared)
            .field("component_supplier", &self.component_supplier)
            .field("selection", &self.selection)
            .field("profile", &self.profile)
            .finish_non_exhaustive()
    }
}
