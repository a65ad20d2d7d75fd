//! From what is at hand to a bill of materials, with the level of the evidence stated.
//!
//! An evidence source is one file here: it reads nothing but its own kind of input, and knows no
//! SBOM format.

mod auditable;
mod binary;
mod lockfile;
mod manifests;
mod merge;
mod metadata;
mod precursor;
mod record;
mod sbom;
mod shape;
mod spec;
mod unit_graph;

use std::io::{Cursor, Read};

use crate::binary::{Container, MAGIC_LENGTH};
use crate::bom::{Bom, EvidenceLevel, EvidenceSource};
use crate::digest::Sha256;
use crate::error::{Error, ErrorKind, Result};
use crate::input::Input;
use crate::options::Options;
use crate::proven::Seen;
use crate::report::{Finding, ReportInput};
use shape::Shape;

/// The file that a directory is looked into for.
const LOCKFILE_NAME: &str = "Cargo.lock";
/// Blanks before the first character of an SBOM beyond which nobody looks for it.
const LONGEST_LEAD: usize = 64 << 10;

/// What evidence comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gathered {
    /// What the evidence says is in the build, normalized.
    pub bom: Bom,
    /// What was read.
    pub inputs: Vec<ReportInput>,
    /// What is odd about the evidence itself.
    pub findings: Vec<Finding>,
}

/// A piece of evidence whose bytes were read.
pub(crate) struct Evidence<'a> {
    bytes: &'a [u8],
    name: String,
    label: String,
}

impl Evidence<'_> {
    /// What evidence of one file comes to; errors get its label.
    fn gathered(
        &self,
        role: &str,
        bom: impl FnOnce(EvidenceSource) -> Result<Bom>,
    ) -> Result<Gathered> {
        let sha256 = Some(Sha256::of(self.bytes));
        let source = EvidenceSource {
            level: EvidenceLevel::CargoSbom,
            name: self.name.clone(),
            sha256,
        };
        Ok(Gathered {
            bom: bom(source).map_err(|error| error.at_path(&self.label))?,
            inputs: vec![ReportInput {
                role: role.to_owned(),
                name: self.name.clone(),
                sha256,
            }],
            findings: Vec::new(),
        })
    }
}

/// Reads evidence: a Cargo.lock, a directory that holds one, an SBOM, cargo's own record of a build
/// (`*.cargo-sbom.json` or a unit graph), the output of `cargo metadata`, a compiled program; several
/// pieces are joined.
///
/// A directory is resolved with its manifests where `selection` names a target or a host and no
/// other piece tells what was built; else its Cargo.lock counts. What an input is, is told by what
/// it holds, not by its name.
///
/// Of several pieces the most exact ones say what is in the build, and a Cargo.lock gives checksums
/// and commits; where they contradict each other, that is `evidence-contradiction`.
///
/// # Errors
/// `InvalidArgument` for no evidence, for two lockfiles, and for an SBOM beside other evidence;
/// `NotFound` for a directory without a Cargo.lock; else as the reader of the input.
pub fn gather(inputs: &[Input], options: &Options) -> Result<Gathered> {
    let asked = Asked {
        units: true,
        facts: None,
    };
    gather_for(inputs, asked, options)
}

/// What is asked of evidence beyond packages, scopes and edges.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'s> {
    /// The units that packages are compiled into. Where nobody asks for them none is told, and less
    /// of the packages' archives is read.
    pub(crate) units: bool,
    /// What manifests say of packages: where what is read of archives is put for it.
    pub(crate) facts: Option<&'s Seen>,
}

/// As [`gather`], for what is asked.
///
/// # Errors
/// As [`gather`].
pub(crate) fn gather_for(
    inputs: &[Input],
    asked: Asked<'_>,
    options: &Options,
) -> Result<Gathered> {
    let mut gathered = gather_all(inputs, asked, options)?;
    if !asked.units {
        for package in &mut gathered.bom.packages {
            package.units.clear();
        }
    }
    Ok(gathered)
}

fn gather_all(inputs: &[Input], asked: Asked<'_>, options: &Options) -> Result<Gathered> {
    options.cancel.check()?;
    let several = match inputs {
        [] => {
            return Err(Error::invalid(
                "no evidence was given: a Cargo.lock, a directory with one, an SBOM, a record of a build, the output of `cargo metadata` or a compiled program is needed",
            ));
        }
        [input] => return gather_one(input, true, asked, options),
        several => several,
    };
    let is_directory = |input: &Input| input.path().is_some_and(std::path::Path::is_dir);
    let mut parts: Vec<Option<Gathered>> = Vec::new();
    for input in several {
        let part = (!is_directory(input)).then(|| gather_one(input, false, asked, options));
        parts.push(part.transpose()?);
    }
    // Beside a record of what was built, nothing is resolved to what would be.
    let recorded = parts.iter().flatten().any(merge::is_record);
    for (input, part) in several.iter().zip(&mut parts) {
        if part.is_none() {
            *part = Some(gather_one(input, !recorded, asked, options)?);
        }
    }
    let parts: Vec<Gathered> = parts.into_iter().flatten().collect();
    for (at, (part, input)) in parts.iter().zip(several).enumerate() {
        let before = parts.get(..at).unwrap_or_default();
        merge::refuse_beside(before, part).map_err(|e| e.at_path(input.label()))?;
    }
    merge::merge(parts, options)
}

fn gather_one(
    input: &Input,
    may_resolve: bool,
    asked: Asked<'_>,
    options: &Options,
) -> Result<Gathered> {
    options.cancel.check()?;
    if may_resolve
        && let (Some(request), Some(directory)) = (&options.selection, input.path())
        && directory.is_dir()
        && request.is_stated()
    {
        in_directory(input)?;
        return manifests::gather(directory, request, asked, options);
    }
    let given = in_directory(input)?;
    let (input, name, kind) = detect(given.clone())?;
    if kind == Kind::Binary {
        // What can be read at any place is not held in memory, nor copied.
        let any_place = given.path().is_some() || given.is_bytes();
        let whole = if any_place { &given } else { &input };
        return binary::gather(whole, name, options).map_err(|e| e.at_path(given.label()));
    }
    if kind == Kind::Lockfile {
        return lockfile::gather(&input, name, options);
    }
    let limits = &options.limits;
    let bytes = input.read("sbom-size", limits.sbom_size, &options.cancel)?;
    let evidence = Evidence {
        bytes: &bytes,
        name,
        label: input.label(),
    };
    let gathered = match kind {
        Kind::Json => match shape::of(&bytes, options) {
            Shape::Precursor => precursor::gather(&evidence, options),
            Shape::UnitGraph => unit_graph::gather(&evidence, options),
            Shape::Metadata => metadata::gather(&evidence, options),
            Shape::Newer(error) => Err(error),
            Shape::Other => sbom::gather(&evidence, options),
        },
        Kind::Lockfile | Kind::Binary | Kind::Sbom => sbom::gather(&evidence, options),
    };
    gathered.map_err(|error| error.at_path(&evidence.label))
}

/// The Cargo.lock of a directory; any other input is itself.
fn in_directory(input: &Input) -> Result<Input> {
    let Some(directory) = input.path().filter(|path| path.is_dir()) else {
        return Ok(input.clone());
    };
    let path = directory.join(LOCKFILE_NAME);
    if !path.exists() {
        return Err(Error::new(
            ErrorKind::NotFound,
            format!("the directory holds no {LOCKFILE_NAME}"),
        )
        .at_path(path.display().to_string()));
    }
    Ok(Input::from_path(path))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Lockfile,
    Binary,
    Json,
    Sbom,
}

/// Tells what an input is, and gives an input that can still be read from its beginning, and the
/// name of the first.
fn detect(input: Input) -> Result<(Input, String, Kind)> {
    let (mut reader, size) = input.open()?;
    let mut lead = Vec::new();
    let mut first = None;
    loop {
        let mut chunk = [0; 512];
        let read = match reader.read(&mut chunk) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(Error::from_io(&error).at_path(input.label())),
        };
        let chunk = chunk.get(..read).unwrap_or_default();
        lead.extend_from_slice(chunk);
        // A byte order mark counts as blank; its bytes begin nothing that is known here.
        let is_blank = |byte: &u8| byte.is_ascii_whitespace() || b"\xef\xbb\xbf".contains(byte);
        first = first.or_else(|| chunk.iter().copied().find(|byte| !is_blank(byte)));
        if lead.len() > LONGEST_LEAD || (first.is_some() && lead.len() >= MAGIC_LENGTH) {
            break;
        }
    }
    let kind = match first {
        _ if Container::of(&lead).is_some() => Kind::Binary,
        Some(b'{') => Kind::Json,
        Some(b'<') => Kind::Sbom,
        Some(b'S' | b'D' | b'C' | b'#') if crate::sbom::looks_like(&lead) => Kind::Sbom,
        _ => Kind::Lockfile,
    };
    let name = input.name();
    let rest = Input::from_reader(input.label(), size, Cursor::new(lead).chain(reader));
    Ok((rest, name, kind))
}
