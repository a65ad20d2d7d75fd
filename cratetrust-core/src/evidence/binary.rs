//! A compiled program as evidence: the list that cargo-auditable embedded, and what the program shows
//! without meaning to. Without a list the latter is all, and a small part of what is linked.

use std::collections::BTreeSet;

use super::{Gathered, auditable, merge, spec};
use crate::binary::{Image, Program, Scan, Sighting, scan};
use crate::bom::{Bom, EvidenceLevel, EvidenceSource, Gap, Scope, Toolchain};
use crate::error::{Error, ErrorKind, Result};
use crate::input::Input;
use crate::options::Options;
use crate::package::{Source, SourceKind};
use crate::report::{Code, Finding, ReportInput};

/// The directory in which older versions of cargo unpack what comes from crates.io.
const CRATES_IO_GIT: &str = "github.com-1ecc6299db9ec823";
/// What the directory begins with in newer ones; a hash follows.
const CRATES_IO_SPARSE: &str = "index.crates.io-";

/// Reads a program. `input` can be read from its beginning.
pub(super) fn gather(input: &Input, name: String, options: &Options) -> Result<Gathered> {
    let (limits, cancel) = (&options.limits, &options.cancel);
    let mut image = Image::open(input, limits, cancel)?;
    let (container, programs) = image.programs(limits, cancel)?;
    let scan = scan(&mut image, limits, cancel)?;
    let mut findings = Vec::new();
    let listed = listed(&programs, &name, options, &mut findings)?;
    let compiler = compiler(&programs, &scan, &mut findings);
    let shown = shown(&scan, compiler.version.as_deref(), &name);
    let nothing = shown.packages.is_empty() && compiler == Toolchain::default();
    let mut bom = match listed {
        Some(mut bom) => {
            if !shown.packages.is_empty() {
                merge::join(&mut bom, shown, &mut findings);
                // What the program shows of itself is linked, whatever the list leaves open.
                let Bom { gaps, packages, .. } = &mut bom;
                gaps.retain(|gap| {
                    packages
                        .get(gap.package)
                        .is_none_or(|p| p.scope == Scope::Maybe)
                });
            }
            bom
        }
        None if nothing => {
            let message = format!(
                "the {} binary holds no list of cargo-auditable and shows no Rust package",
                container.name()
            );
            return Err(Error::new(ErrorKind::UnsupportedFormat, message));
        }
        None => {
            let message = "the binary holds no list of cargo-auditable: only packages that its messages name are known, which is a part of what is linked";
            findings.push(Finding::new(Code::NotChecked, message));
            shown
        }
    };
    if compiler != Toolchain::default() {
        bom.toolchain = Some(compiler);
    }
    for source in &mut bom.evidence {
        source.sha256 = Some(scan.sha256);
    }
    bom.normalize();
    Ok(Gathered {
        bom,
        inputs: vec![ReportInput {
            role: "binary".to_owned(),
            name,
            sha256: Some(scan.sha256),
        }],
        findings,
    })
}

/// What the lists of all programs in the file say; `None` where none has one.
fn listed(
    programs: &[Program],
    name: &str,
    options: &Options,
    findings: &mut Vec<Finding>,
) -> Result<Option<Bom>> {
    let mut whole: Option<Bom> = None;
    let mut without = Vec::new();
    for program in programs {
        let Some(section) = &program.list else {
            without.push(program.arch.unwrap_or("another processor"));
            continue;
        };
        let (bom, said) = auditable::read(section, name, options)?;
        findings.extend(
            said.into_iter()
                .filter(|one| !findings.contains(one))
                .collect::<Vec<_>>(),
        );
        whole = Some(match whole {
            None => bom,
            Some(known) => together(known, bom),
        });
    }
    if whole.is_some() && !without.is_empty() {
        let message = format!(
            "no list of cargo-auditable for {}: what is linked there is not known",
            without.join(", ")
        );
        findings.push(Finding::new(Code::NotChecked, message));
    }
    Ok(whole)
}

/// Two programs of one file are one piece of evidence, as exact as the less exact one.
fn together(mut bom: Bom, other: Bom) -> Bom {
    merge::unite(&mut bom, other);
    let least = bom
        .evidence
        .iter()
        .min_by_key(|source| source.level)
        .cloned();
    bom.evidence = least.into_iter().collect();
    for package in &mut bom.packages {
        package.evidence = vec![0];
    }
    for edge in &mut bom.edges {
        edge.evidence = vec![0];
    }
    bom.normalize();
    bom
}

/// The compiler, as far as the program names one.
fn compiler(programs: &[Program], scan: &Scan, findings: &mut Vec<Finding>) -> Toolchain {
    let versions: BTreeSet<&str> = programs
        .iter()
        .flat_map(|program| program.compilers.iter().map(String::as_str))
        .collect();
    let commits: BTreeSet<&str> = scan
        .sightings
        .iter()
        .filter_map(|sighting| match sighting {
            Sighting::Compiler(commit) => Some(commit.as_str()),
            _ => None,
        })
        .collect();
    let mut only = |what: &str, found: BTreeSet<&str>| {
        let mut found = found.into_iter();
        match (found.next(), found.next()) {
            (Some(one), None) => Some(one.to_owned()),
            (Some(one), Some(two)) => {
                let message = format!(
                    "the binary names several {what} of rustc, such as {one} and {two}; none is taken"
                );
                findings.push(Finding::new(Code::NotChecked, message));
                None
            }
            _ => None,
        }
    };
    Toolchain {
        version: only("versions", versions),
        commit: only("commits", commits),
        host: None,
    }
}

/// What the program shows, with evidence of level `binary-heuristic`. All of it is linked, and
/// nothing is known of what depends on what.
fn shown(scan: &Scan, rustc: Option<&str>, name: &str) -> Bom {
    let mut bom = Bom {
        evidence: vec![EvidenceSource {
            level: EvidenceLevel::BinaryHeuristic,
            name: name.to_owned(),
            sha256: None,
        }],
        ..Bom::default()
    };
    let mut seen = BTreeSet::new();
    for sighting in &scan.sightings {
        let (name, version, kind) = match sighting {
            Sighting::Compiler(_) => continue,
            Sighting::Package {
                registry,
                name,
                version,
            } => (name, version.as_str(), registry_kind(registry)),
            // The library's own crates are of the version of their compiler.
            Sighting::Std { name, version } => {
                let version = version.as_deref().or(rustc).unwrap_or_default();
                (name, version, SourceKind::Std)
            }
        };
        let Ok(mut package) = spec::named(name, version, Source::of(kind)) else {
            continue;
        };
        if !seen.insert((name, version, kind)) {
            continue;
        }
        package.id = bom.packages.len();
        package.evidence = vec![0];
        package.scope = Scope::Linked;
        if kind != SourceKind::Std {
            bom.gaps.push(Gap {
                package: package.id,
                code: Code::CrateGap.name().to_owned(),
                reason: "a path in the binary names it; what it depends on cannot be told"
                    .to_owned(),
            });
        }
        bom.packages.push(package);
    }
    bom.normalize();
    bom
}

/// Which registry a directory of unpacked packages is of. Those of others may be a mirror of
/// crates.io as well.
fn registry_kind(directory: &str) -> SourceKind {
    let is_hash =
        |text: &str| text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_sparse = directory
        .strip_prefix(CRATES_IO_SPARSE)
        .is_some_and(is_hash);
    if is_sparse || directory == CRATES_IO_GIT {
        SourceKind::CratesIo
    } else {
        SourceKind::Unknown
    }
}
