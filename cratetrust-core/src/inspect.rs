//! What a file or directory is, and what is in it, without judging it.

use serde_json::{Value, json};

use crate::archive;
use crate::bom::Bom;
use crate::digest::Sha256;
use crate::error::{Error, Result};
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
    /// `lockfile`, `sbom`, `crate`, `crate-directory`, `cargo-home`, `vendor`, …
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
    let most = options.limits.sbom_size.max(options.limits.crate_size);
    let bytes = input.read("sbom-size", most, &options.cancel)?;
    let again = Input::from_bytes(input.label(), bytes.clone());
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
