//! The list of packages that cargo-auditable puts into a program: JSON, compressed with zlib.
//!
//! Formats 0 and 1 come from `cargo metadata` and may list what is not built; format 0 counts
//! procedural macros as part of the program. Format 8 comes from cargo's own record of the build.

use std::borrow::Cow;
use std::collections::HashSet;
use std::io::Read;

use serde::Deserialize;

use super::record::in_cycle;
use super::spec;
use crate::binary::Section;
use crate::bom::{Bom, Edge, EdgeKind, EvidenceLevel, EvidenceSource, Gap, Package, Scope};
use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;
use crate::options::Options;
use crate::package::{Source, SourceKind};
use crate::progress::CancelToken;
use crate::report::{Code, Finding};

/// The formats that are known, the newest first.
const FORMATS: [u64; 3] = [8, 1, 0];

#[derive(Deserialize)]
struct List<'a> {
    #[serde(borrow)]
    packages: Vec<Listed<'a>>,
    #[serde(default)]
    format: u64,
}

#[derive(Deserialize)]
struct Listed<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow)]
    version: Cow<'a, str>,
    #[serde(borrow)]
    source: Cow<'a, str>,
    #[serde(borrow, default)]
    kind: Option<Cow<'a, str>>,
    #[serde(default)]
    dependencies: Vec<usize>,
    #[serde(default)]
    root: bool,
}

/// What a list says, with evidence of its level.
pub(super) fn read(
    section: &Section,
    name: &str,
    options: &Options,
) -> Result<(Bom, Vec<Finding>)> {
    let (limits, cancel) = (&options.limits, &options.cancel);
    let json = inflate(section, limits, cancel)?;
    let list: List<'_> = crate::sbom::read_json(&json, limits, cancel).map_err(within)?;
    list.bom(name).map_err(within)
}

/// Names the list in an error about it.
fn within(error: Error) -> Error {
    let why = match error.kind() {
        ErrorKind::Parse | ErrorKind::InvalidUtf8 => error.message(),
        ErrorKind::UnsupportedFormat => "it is no JSON object",
        _ => return error,
    };
    let named = Error::parse(format!("the list of cargo-auditable: {why}"));
    match error.line() {
        Some(line) => named.at_line(line, error.column()),
        None => named,
    }
}

fn inflate(section: &Section, limits: &Limits, cancel: &CancelToken) -> Result<Vec<u8>> {
    let odd = |message: &str| {
        Error::parse(format!("the section `.dep-v0`: {message}")).at_offset(section.offset)
    };
    let limit = limits.auditable_size;
    let mut reader = flate2::read::ZlibDecoder::new(section.bytes.as_slice());
    let mut json = Vec::new();
    let mut chunk = vec![0; 64 << 10];
    loop {
        cancel.check()?;
        let read = match reader.read(&mut chunk) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(odd(&format!("it is no zlib stream: {error}"))),
        };
        if (json.len() + read) as u64 > limit {
            let message = "the list of cargo-auditable inflates to more than the limit allows";
            return Err(Error::limit("auditable-size", limit, message).at_offset(section.offset));
        }
        json.extend_from_slice(chunk.get(..read).unwrap_or_default());
    }
    let used = usize::try_from(reader.total_in()).unwrap_or(usize::MAX);
    let rest = section.bytes.get(used..).unwrap_or_default();
    // Sections of some containers are filled up.
    if rest.iter().any(|byte| *byte != 0) {
        return Err(odd("something stands behind the list"));
    }
    Ok(json)
}

impl List<'_> {
    fn bom(self, name: &str) -> Result<(Bom, Vec<Finding>)> {
        let format = FORMATS.into_iter().find(|known| *known <= self.format);
        let format = format.unwrap_or_default();
        let is_known = format == self.format;
        let mut findings = Vec::new();
        if !is_known {
            let message = format!(
                "format {} of cargo-auditable is not known here; it was read as format {format}",
                self.format
            );
            findings.push(
                Finding::new(Code::EvidenceVersionUnknown, message)
                    .values(format.to_string(), self.format.to_string()),
            );
        }
        self.refuse_cycles()?;
        let level = match format {
            8 => EvidenceLevel::AuditableSbom,
            _ => EvidenceLevel::Auditable,
        };
        let mut bom = Bom {
            evidence: vec![EvidenceSource {
                level,
                name: name.to_owned(),
                sha256: None,
            }],
            ..Bom::default()
        };
        let mut seen = HashSet::new();
        for (at, listed) in self.packages.into_iter().enumerate() {
            let mut package = listed.package(at)?;
            if package.source.kind == SourceKind::CratesIo
                && !seen.insert((package.name.clone(), package.version.clone()))
            {
                let message = format!("/packages/{at}: `{}` is listed twice", listed.name);
                return Err(Error::parse(message));
            }
            if listed.root {
                if let Some(first) = bom.roots.first() {
                    let message = format!("/packages/{at}/root: package {first} is the root");
                    return Err(Error::parse(message));
                }
                bom.roots.push(at);
            }
            package.id = at;
            package.evidence = vec![0];
            let mut gap = |reason: String| {
                bom.gaps.push(Gap {
                    package: at,
                    code: Code::CrateGap.name().to_owned(),
                    reason,
                });
            };
            package.scope = match listed.kind.as_deref() {
                Some("build") => Scope::Build,
                None | Some("runtime") if format > 0 || listed.root => Scope::Linked,
                None | Some("runtime") => {
                    gap(
                        "format 0 of cargo-auditable counts procedural macros among what is linked"
                            .to_owned(),
                    );
                    Scope::Maybe
                }
                Some(_) if is_known => {
                    let message = format!("/packages/{at}/kind: `build` or `runtime` is wanted");
                    return Err(Error::parse(message));
                }
                Some(kind) => {
                    let kind: String = kind.chars().take(80).collect();
                    gap(format!("cargo-auditable's kind `{kind}` is not known here"));
                    Scope::Maybe
                }
            };
            bom.edges.extend(listed.dependencies.iter().map(|to| Edge {
                from: at,
                to: *to,
                kind: EdgeKind::Unknown,
                name: None,
                evidence: vec![0],
            }));
            bom.packages.push(package);
        }
        if bom.packages.is_empty() {
            return Err(Error::parse("/packages: it names no package"));
        }
        bom.normalize();
        Ok((bom, findings))
    }

    /// No package can be built before itself. Also checks that every index is one.
    fn refuse_cycles(&self) -> Result<()> {
        let count = self.packages.len();
        for (at, package) in self.packages.iter().enumerate() {
            let mut used = package.dependencies.iter();
            if let Some(nth) = used.position(|to| *to >= count) {
                return Err(Error::parse(format!(
                    "/packages/{at}/dependencies/{nth}: there is no such package; there are {count}"
                )));
            }
        }
        let uses = |at: usize| {
            let package = self.packages.get(at).into_iter();
            package.flat_map(|package| package.dependencies.iter().copied())
        };
        match in_cycle(count, uses) {
            None => Ok(()),
            Some(stuck) => Err(Error::parse(format!(
                "packages depend on each other in a cycle, which no build can: see /packages/{stuck}"
            ))),
        }
    }
}

impl Listed<'_> {
    fn package(&self, at: usize) -> Result<Package> {
        let source = Source::of(match &*self.source {
            "crates.io" => SourceKind::CratesIo,
            "registry" => SourceKind::Registry,
            "git" => SourceKind::Git,
            "local" => SourceKind::Path,
            _ => SourceKind::Unknown,
        });
        if self.version.is_empty() {
            return Err(Error::parse(format!("/packages/{at}/version: it is empty")));
        }
        spec::named(&self.name, &self.version, source)
            .map_err(|e| Error::parse(format!("/packages/{at}: {}", e.message())))
    }
}
