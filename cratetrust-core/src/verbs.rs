//! The verbs: each reads what it is given, hands it to the rooms below, and returns their answer.

use std::collections::HashSet;
use std::path::Path;

use crate::bom::{Bom, Scope};
use crate::digest::{Backend, Sha256};
use crate::enrich::{self, Whereabouts};
use crate::error::{Error, Result};
use crate::evidence::{self, Asked};
use crate::input::Input;
use crate::lockfile::Lockfile;
use crate::options::{Enrich, Options};
use crate::package::report_ids;
use crate::proven::Seen;
use crate::registry;
use crate::report::{Code, Draft, Report, ReportInput, Severity};
use crate::sbom::{self, Format};
use crate::verify::{self, Target};

/// A bill of materials and the report on what it was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generated {
    /// The bill of materials.
    pub bom: Bom,
    /// What was found in the evidence.
    pub report: Report,
}

impl Generated {
    /// Writes the bill of materials; see [`crate::sbom::write`].
    ///
    /// # Errors
    /// `Unsupported` for a version that the format does not write here.
    pub fn write(&self, format: Format, spec_version: Option<&str>) -> Result<Vec<u8>> {
        sbom::write(&self.bom, format, spec_version)
    }
}

/// Is this the crate that the lockfile, the index or the caller names, and is its archive honest?
///
/// The input is told by what it holds: a `.crate` file, a directory of them, a registry cache, a
/// whole CARGO_HOME, a local registry, a vendor directory; with `against`, also an unpacked crate.
/// Bytes and readers are one `.crate`.
///
/// Where [`Options::selection`] names a target or a host, the project beside the lockfile is resolved
/// with the manifests in the input and in [`Options::crates`]: that a package which is not built is
/// missing is information then.
///
/// # Errors
/// For what the thing is measured with (lockfile, index, options) and for a path that cannot be
/// opened. Faults of the thing under test are findings of the report.
pub fn verify_package(input: &Input, options: &Options) -> Result<Report> {
    verify_package_with(Backend::Auto, input, options)
}

/// As [`verify_package`], with files hashed by the backend of the caller's choice where they are only
/// hashed. For the bench and the tests: the report does not depend on it.
///
/// # Errors
/// As [`verify_package`]; `Unsupported` where files are to be hashed and the processor cannot run the
/// backend.
#[doc(hidden)]
pub fn verify_package_with(backend: Backend, input: &Input, options: &Options) -> Result<Report> {
    let mut inputs = Vec::new();
    let lockfile = match &options.lockfile {
        None => None,
        Some(given) => {
            let (lockfile, sha256) = Lockfile::read(given, &options.limits, &options.cancel)?;
            inputs.push(ReportInput {
                role: "lockfile".to_owned(),
                name: given.name(),
                sha256: Some(sha256),
            });
            Some(lockfile)
        }
    };
    if let Some(index) = &options.index {
        inputs.push(ReportInput {
            role: "index".to_owned(),
            name: index.name(),
            sha256: None,
        });
    }
    if let Some(against) = &options.against {
        inputs.push(ReportInput {
            role: "against".to_owned(),
            name: against.name(),
            sha256: None,
        });
    }
    let (mut draft, role) = match input.path() {
        Some(path) => {
            let layout = registry::detect(path)?;
            let store = match (layout, &options.against) {
                (registry::Layout::Tree, Some(archive)) => registry::unpacked(path, archive),
                (_, against) => {
                    let (limits, cancel) = (&options.limits, &options.cancel);
                    let mut store = registry::scan(path, layout, limits, cancel)?;
                    if let Some(against) = against.as_ref().filter(|_| layout.has_other_side()) {
                        store.compare_with(against, limits, cancel)?;
                    }
                    store
                }
            };
            (
                verify::verify(&Target::Store(&store), lockfile.as_ref(), options, backend)?,
                layout.name(),
            )
        }
        None => (
            verify::verify(&Target::Stream(input), lockfile.as_ref(), options, backend)?,
            "crate",
        ),
    };
    inputs.push(ReportInput {
        role: role.to_owned(),
        name: input.name(),
        sha256: only_artifact(&draft).filter(|_| role == "crate"),
    });
    draft.inputs = inputs;
    if let Some(lockfile) = &lockfile {
        draft.findings.extend_from_slice(lockfile.findings());
    }
    if let (Some(request), Some(lockfile)) = (&options.selection, &options.lockfile)
        && request.is_stated()
    {
        excuse(&mut draft, &not_built(input, lockfile, options)?);
    }
    Ok(finish(draft, options))
}

/// The packages of a lockfile, as reports name them, that the selection does not build.
fn not_built(input: &Input, lockfile: &Input, options: &Options) -> Result<HashSet<String>> {
    let file = lockfile.path().filter(|path| path.ends_with("Cargo.lock"));
    let directory = file.and_then(Path::parent).ok_or_else(|| {
        Error::invalid("a selection needs the project: the Cargo.lock in its directory")
            .at_path(lockfile.label())
    })?;
    let directory = match directory.as_os_str().is_empty() {
        true => Path::new("."),
        false => directory,
    };
    let mut options = options.clone();
    if input.path().is_some() {
        options.crates.push(input.clone());
    }
    let bom = evidence::gather(&[Input::from_path(directory)], &options)?.bom;
    let packages = bom.packages.iter();
    let ids = report_ids(packages.map(|p| (p.name.as_str(), p.version.as_str(), &p.source)));
    let scopes = bom.packages.iter().map(|package| package.scope);
    let built = ids.into_iter().zip(scopes);
    Ok(built
        .filter(|(_, scope)| *scope == Scope::NotBuilt)
        .map(|(id, _)| id)
        .collect())
}

/// That a package is missing which is not built is told, and no more.
fn excuse(draft: &mut Draft, not_built: &HashSet<String>) {
    for finding in &mut draft.findings {
        let package = finding.package.as_ref();
        if finding.code == Code::CrateMissing && package.is_some_and(|id| not_built.contains(id)) {
            finding
                .message
                .push_str("; the selection does not build it");
            finding.at_most = Some(Severity::Info);
        }
    }
}

fn only_artifact(draft: &Draft) -> Option<Sha256> {
    match draft
        .packages
        .iter()
        .flat_map(|package| &package.artifacts)
        .collect::<Vec<_>>()
        .as_slice()
    {
        [artifact] => artifact.sha256,
        _ => None,
    }
}

fn finish(draft: Draft, options: &Options) -> Report {
    draft.finish(&options.severities, options.limits.findings)
}

/// What is in this build, as far as the evidence can tell: a Cargo.lock or a directory with one.
///
/// Of a directory the manifests of the local packages in it are read too. Packages whose bytes lie
/// in [`Options::crates`] are enriched: the report says of each of them whether its bytes are those
/// that the lockfile names, and fails where they are not; the bill of materials is whole even then.
///
/// # Errors
/// For evidence that cannot be read or understood, for a path in `crates` that cannot be read, and
/// for a `vcs_url` of another form.
pub fn generate_sbom(evidence: &[Input], options: &Options) -> Result<Generated> {
    let whereabouts = options
        .vcs_url
        .as_deref()
        .map(Whereabouts::parse)
        .transpose()?;
    let seen = Seen::default();
    let asked = Asked {
        units: !options.no_units,
        facts: (options.enrich == Enrich::Manifests).then_some(&seen),
    };
    let gathered = evidence::gather_for(evidence, asked, options)?;
    let mut bom = gathered.bom;
    let (local, places) = enrich::enrich_local(&mut bom, evidence, options)?;
    let enriched = enrich::enrich(&mut bom, &seen, options)?;
    enrich::describe(&mut bom, whereabouts.as_ref(), &places, options);
    if let Some(timestamp) = &options.timestamp {
        bom.document.timestamp = Some(timestamp.clone());
    }
    if let Some(supplier) = &options.supplier {
        bom.document.supplier = Some(supplier.clone());
    }
    if !options.authors.is_empty() {
        bom.document.authors.clone_from(&options.authors);
    }
    for (given, slot) in [
        (&options.lifecycle, &mut bom.document.lifecycle),
        (&options.serial, &mut bom.document.serial),
    ] {
        if given.is_some() {
            slot.clone_from(given);
        }
    }
    if options.manufacturer.is_some() {
        bom.document.manufacturer.clone_from(&options.manufacturer);
    }
    if !options.tools.is_empty() {
        bom.document.tools.clone_from(&options.tools);
    }
    let mut draft = verify::account(&bom, gathered.inputs, gathered.findings);
    local.settle(&mut draft);
    enriched.settle(&mut draft);
    Ok(Generated {
        bom,
        report: finish(draft, options),
    })
}

/// Does this SBOM tell the truth about the evidence?
///
/// # Errors
/// For evidence that cannot be read or understood, and for an SBOM of no known format.
pub fn verify_sbom(sbom: &Input, evidence: &[Input], options: &Options) -> Result<Report> {
    let gathered = evidence::gather(evidence, options)?;
    let bytes = sbom.read("sbom-size", options.limits.sbom_size, &options.cancel)?;
    let document = sbom::read(&bytes, &sbom.label(), &options.limits, &options.cancel)?;
    let mut draft = verify::compare_sbom(&document, &gathered.bom, options.level);
    draft.inputs = gathered.inputs;
    draft.inputs.push(ReportInput {
        role: "sbom".to_owned(),
        name: sbom.name(),
        sha256: Some(crate::digest::Sha256::of(&bytes)),
    });
    draft.bytes += bytes.len() as u64;
    draft.findings.extend(gathered.findings);
    Ok(finish(draft, options))
}

/// What is new, gone or changed between two lockfiles.
///
/// # Errors
/// For a lockfile that cannot be read or understood.
pub fn diff_lockfiles(old: &Input, new: &Input, options: &Options) -> Result<Report> {
    let (before, before_sha256) = Lockfile::read(old, &options.limits, &options.cancel)?;
    let (after, after_sha256) = Lockfile::read(new, &options.limits, &options.cancel)?;
    let mut draft = verify::compare_lockfiles(&before, &after);
    for (role, input, sha256) in [
        ("old-lockfile", old, before_sha256),
        ("new-lockfile", new, after_sha256),
    ] {
        draft.inputs.push(ReportInput {
            role: role.to_owned(),
            name: input.name(),
            sha256: Some(sha256),
        });
    }
    for (lockfile, name) in [(&before, "old"), (&after, "new")] {
        for finding in lockfile.findings() {
            let mut finding = finding.clone();
            finding.message = format!("{name} lockfile: {}", finding.message);
            draft.findings.push(finding);
        }
    }
    Ok(finish(draft, options))
}
