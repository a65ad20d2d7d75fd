//! What a file or directory is, and what is in it, without judging it.

use std::io::Read;

use serde_json::{Value, json};

use crate::archive;
use crate::binary::{Container, Image, MAGIC_LENGTH};
use crate::bom::{Bom, Package, Scope};
use crate::digest::Sha256;
use crate::error::{Error, ErrorKind, Result};
use crate::evidence;
use crate::input::Input;
use crate::lockfile::Lockfile;
use crate::options::Options;
use crate::package::SourceKind;
use crate::profile::{self, Assessment};
use crate::registry::{self, Layout};
use crate::report::Severities;
use crate::sbom;
use crate::verify;

/// What a file or directory is, and what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    /// `lockfile`, `sbom`, `binary`, `crate`, `crate-directory`, `cargo-home`, `vendor`, …
    pub kind: &'static str,
    /// The input's name, without a directory.
    pub name: String,
    /// The facts, in the order in which they are shown; with a profile, `profile` is the last.
    pub facts: Vec<(&'static str, Value)>,
    /// With [`Options::profile`], the SBOM held against that profile.
    pub assessment: Option<Assessment>,
}

impl Inspection {
    /// The inspection as compact JSON, schema `cratetrust.inspection/1`.
    pub fn to_json(&self) -> String {
        let facts: serde_json::Map<String, Value> = self
            .facts
            .iter()
            .map(|(key, value)| ((*key).to_owned(), value.clone()))
            .collect();
        json!({
            "schema": "cratetrust.inspection/1",
            "kind": self.kind,
            "name": self.name,
            "facts": facts,
        })
        .to_string()
    }
}

/// What is this, and what is in it? With [`Options::profile`], also which fields of that profile
/// an SBOM has.
///
/// # Errors
/// For what cannot be read and for what is nothing that is known here; `InvalidArgument` for a
/// profile with anything but an SBOM.
pub fn inspect(input: &Input, options: &Options) -> Result<Inspection> {
    let inspection = look(input, options)?;
    if options.profile.is_some() && inspection.assessment.is_none() {
        return Err(Error::invalid(format!(
            "a profile is about an SBOM; this is of the kind `{}`",
            inspection.kind
        ))
        .at_path(input.label()));
    }
    Ok(inspection)
}

fn look(input: &Input, options: &Options) -> Result<Inspection> {
    let name = input.name();
    if let Some(path) = input.path().filter(|path| path.is_dir()) {
        let layout = registry::detect(path)?;
        if layout == Layout::Tree {
            let lock = Input::from_path(path.join("Cargo.lock"));
            let (_, mut facts) = lockfile_facts(&lock, options)?;
            facts.insert(0, ("lockfile", json!("Cargo.lock")));
            return Ok(Inspection {
                kind: "project",
                name,
                facts,
                assessment: None,
            });
        }
        let store = registry::scan(path, layout, &options.limits, &options.cancel)?;
        let bytes: u64 = store.artifacts.iter().map(|artifact| artifact.size).sum();
        let mut facts = vec![("artifacts", json!(store.artifacts.len()))];
        if layout != Layout::Vendor && layout != Layout::VendoredPackage {
            facts.push(("bytes", json!(bytes)));
        }
        facts.push(("indexes", json!(store.indexes.len())));
        facts.push(("unreadable", json!(store.unreadable.len())));
        return Ok(Inspection {
            kind: layout.name(),
            name,
            facts,
            assessment: None,
        });
    }
    if let Some(container) = container(input)? {
        return Ok(Inspection {
            kind: "binary",
            name,
            facts: binary_facts(input, container, options)?,
            assessment: None,
        });
    }
    let most = options.limits.sbom_size.max(options.limits.crate_size);
    let bytes = input.read("sbom-size", most, &options.cancel)?;
    let again = Input::from_bytes(input.label(), bytes.clone());
    if let Some(container) = Container::of(&bytes) {
        return Ok(Inspection {
            kind: "binary",
            name,
            facts: binary_facts(&again, container, options)?,
            assessment: None,
        });
    }
    if bytes.starts_with(&[0x1f, 0x8b]) || name.ends_with(".crate") {
        return Ok(Inspection {
            kind: "crate",
            name,
            facts: crate_facts(&again, options)?,
            assessment: None,
        });
    }
    if sbom::looks_like(&bytes) {
        let (facts, assessment) = sbom_facts(&bytes, input, options)?;
        return Ok(Inspection {
            kind: "sbom",
            name,
            facts,
            assessment,
        });
    }
    let (kind, facts) = lockfile_facts(&again, options)?;
    Ok(Inspection {
        kind,
        name,
        facts,
        assessment: None,
    })
}

type Facts = Vec<(&'static str, Value)>;

fn crate_facts(input: &Input, options: &Options) -> Result<Facts> {
    let (reader, size) = input.open()?;
    let mut sink = verify::ContentSink::new(&options.limits);
    let outcome = archive::read_sized(
        reader,
        size,
        None,
        &options.limits,
        &options.cancel,
        &mut [&mut sink],
    )?;
    let content = sink.finish(&outcome, None, None);
    let manifest = content.manifest.unwrap_or_default();
    let severities = Severities::default();
    let mut codes: Vec<&str> = outcome
        .findings
        .iter()
        .chain(&content.findings)
        .filter(|finding| severities.of(finding.code) != crate::report::Severity::Info)
        .map(|finding| finding.code.name())
        .collect();
    codes.sort_unstable();
    codes.dedup();
    Ok(vec![
        ("package", json!(manifest.name)),
        ("version", json!(manifest.version)),
        ("sha256", json!(outcome.sha256)),
        ("bytes", json!(outcome.size)),
        ("unpacked_bytes", json!(outcome.unpacked)),
        ("entries", json!(outcome.entries)),
        ("license", json!(manifest.license)),
        ("description", json!(manifest.description)),
        ("repository", json!(manifest.repository)),
        ("authors", json!(manifest.authors)),
        ("findings", json!(codes)),
    ])
}

/// What program an input is that can be read more than once; it is not read as a whole for that.
fn container(input: &Input) -> Result<Option<Container>> {
    if input.path().is_none() && !input.is_bytes() {
        return Ok(None);
    }
    let (reader, _) = input.open()?;
    let mut lead = Vec::new();
    reader
        .take(MAGIC_LENGTH as u64)
        .read_to_end(&mut lead)
        .map_err(|error| Error::from_io(&error).at_path(input.label()))?;
    Ok(Container::of(&lead))
}

fn binary_facts(input: &Input, container: Container, options: &Options) -> Result<Facts> {
    let (limits, cancel) = (&options.limits, &options.cancel);
    let mut image = Image::open(input, limits, cancel).map_err(|e| e.at_path(input.label()))?;
    let programs = image.programs(limits, cancel);
    let (_, programs) = programs.map_err(|e| e.at_path(input.label()))?;
    let processors: Vec<_> = programs.iter().map(|program| program.arch).collect();
    let mut facts = vec![
        ("container", json!(container.name())),
        ("processors", json!(processors)),
        (
            "auditable",
            json!(
                programs
                    .iter()
                    .filter(|program| program.list.is_some())
                    .count()
            ),
        ),
    ];
    let gathered = match evidence::gather(std::slice::from_ref(input), options) {
        Err(error) if error.kind() == ErrorKind::UnsupportedFormat => {
            // A program all the same, if none that Rust had a part in.
            facts.push(("evidence", json!([])));
            return Ok(facts);
        }
        gathered => gathered?,
    };
    let bom = &gathered.bom;
    let levels: Vec<&str> = bom
        .evidence
        .iter()
        .map(|source| source.level.name())
        .collect();
    let is_std = |package: &&Package| package.source.kind == SourceKind::Std;
    let of = |scope: Scope| {
        let others = bom.packages.iter().filter(|package| !is_std(package));
        others.filter(|package| package.scope == scope).count()
    };
    let toolchain = bom.toolchain.as_ref();
    facts.extend([
        ("evidence", json!(levels)),
        ("roots", json!(roots(bom))),
        (
            "packages",
            json!(
                bom.packages
                    .iter()
                    .filter(|package| !is_std(package))
                    .count()
            ),
        ),
        ("linked", json!(of(Scope::Linked))),
        ("build", json!(of(Scope::Build))),
        ("maybe", json!(of(Scope::Maybe))),
        ("std", json!(bom.packages.iter().filter(is_std).count())),
        ("edges", json!(bom.edges.len())),
        (
            "rustc",
            json!(toolchain.and_then(|toolchain| toolchain.version.as_ref())),
        ),
        (
            "rustc_commit",
            json!(toolchain.and_then(|toolchain| toolchain.commit.as_ref())),
        ),
        (
            "sha256",
            json!(gathered.inputs.first().and_then(|input| input.sha256)),
        ),
    ]);
    Ok(facts)
}

fn sbom_facts(
    bytes: &[u8],
    input: &Input,
    options: &Options,
) -> Result<(Facts, Option<Assessment>)> {
    let document = sbom::read(bytes, &input.label(), &options.limits, &options.cancel)?;
    let bom = &document.bom;
    let named = |index: &usize| {
        bom.packages
            .get(*index)
            .map(|p| format!("{}@{}", p.name, p.version))
    };
    let mut facts = vec![
        ("format", json!(document.format.name())),
        ("spec_version", json!(document.spec_version)),
        ("tools", json!(document.tools)),
        ("timestamp", json!(bom.document.timestamp)),
        (
            "roots",
            json!(bom.roots.iter().filter_map(named).collect::<Vec<_>>()),
        ),
        ("packages", json!(bom.packages.len())),
        ("foreign", json!(document.foreign)),
        ("edges", json!(bom.edges.len())),
        (
            "with_purl",
            json!(
                document
                    .claims
                    .iter()
                    .filter(|claim| claim.purl.is_some())
                    .count()
            ),
        ),
        (
            "with_checksum",
            json!(
                document
                    .claims
                    .iter()
                    .filter(|claim| !claim.hashes.is_empty())
                    .count()
            ),
        ),
        (
            "faults",
            json!(
                document
                    .faults
                    .iter()
                    .map(|f| format!("{}: {}", f.place, f.message))
                    .collect::<Vec<_>>()
            ),
        ),
        ("sha256", json!(Sha256::of(bytes))),
    ];
    let assessment = options
        .profile
        .map(|profile| profile::assess(&document, profile));
    if let Some(assessment) = &assessment {
        facts.push(("profile", json!(assessment)));
    }
    Ok((facts, assessment))
}

fn lockfile_facts(input: &Input, options: &Options) -> Result<(&'static str, Facts)> {
    let (lockfile, sha256) = Lockfile::read(input, &options.limits, &options.cancel)?;
    let gathered = evidence::gather(std::slice::from_ref(input), options)?;
    let of = |kind: SourceKind| {
        lockfile
            .packages()
            .iter()
            .filter(|p| p.source.kind == kind)
            .count()
    };
    let facts = vec![
        ("lockfile_version", json!(lockfile.version())),
        ("packages", json!(lockfile.packages().len())),
        ("crates_io", json!(of(SourceKind::CratesIo))),
        ("other_registries", json!(of(SourceKind::Registry))),
        ("git", json!(of(SourceKind::Git))),
        ("path", json!(of(SourceKind::Path))),
        (
            "with_checksum",
            json!(
                lockfile
                    .packages()
                    .iter()
                    .filter(|p| p.checksum.is_some())
                    .count()
            ),
        ),
        (
            "edges",
            json!(
                lockfile
                    .packages()
                    .iter()
                    .map(|p| p.dependencies.len())
                    .sum::<usize>()
            ),
        ),
        ("roots", json!(roots(&gathered.bom))),
        ("sha256", json!(sha256)),
    ];
    Ok(("lockfile", facts))
}

fn roots(bom: &Bom) -> Vec<String> {
    bom.roots
        .iter()
        .filter_map(|index| bom.packages.get(*index))
        .map(|package| format!("{}@{}", package.name, package.version))
        .collect()
}
