//! From what is at hand to a bill of materials, with the level of the evidence stated.
//!
//! An evidence source is one file here: it reads nothing but its own kind of input, and knows no
//! SBOM format.

mod lockfile;
mod manifests;
mod sbom;

use std::io::{Cursor, Read};

use crate::bom::Bom;
use crate::error::{Error, ErrorKind, Result};
use crate::input::Input;
use crate::options::Options;
use crate::report::{Finding, ReportInput};

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

/// Reads evidence: one Cargo.lock, one directory that holds a Cargo.lock, or one SBOM.
///
/// A directory is resolved with its manifests where `selection` names a target or a host; else its
/// Cargo.lock counts alone. What an input is, is told by its first character that is no blank: an SBOM begins with `{`.
///
/// # Errors
/// `InvalidArgument` for no evidence and for more than one piece of it; `NotFound` for a directory
/// without a Cargo.lock; else as the reader of the input.
pub fn gather(inputs: &[Input], options: &Options) -> Result<Gathered> {
    let input = match inputs {
        [input] => input,
        [] => {
            return Err(Error::invalid(
                "no evidence was given: a Cargo.lock, a directory with one, or an SBOM is needed",
            ));
        }
        [_, second, ..] => {
            return Err(Error::invalid(format!(
                "{} pieces of evidence were given; one is read at a time",
                inputs.len()
            ))
            .at_path(second.label()));
        }
    };
    options.cancel.check()?;
    if let (Some(request), Some(directory)) = (&options.selection, input.path())
        && directory.is_dir()
        && request.is_stated()
    {
        in_directory(input)?;
        return manifests::gather(directory, request, options);
    }
    let input = in_directory(input)?;
    let (input, name, kind) = detect(input)?;
    match kind {
        Kind::Lockfile => lockfile::gather(&input, name, options),
        Kind::Sbom => sbom::gather(&input, name, options),
    }
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

enum Kind {
    Lockfile,
    Sbom,
}

/// Tells what an input is, and gives an input that can still be read from its beginning, and the
/// name of the first.
fn detect(input: Input) -> Result<(Input, String, Kind)> {
    let (mut reader, size) = input.open()?;
    let mut lead = Vec::new();
    let first = loop {
        let mut chunk = [0; 512];
        let read = match reader.read(&mut chunk) {
            Ok(0) => break None,
            Ok(read) => read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(Error::from_io(&error).at_path(input.label())),
        };
        let chunk = chunk.get(..read).unwrap_or_default();
        lead.extend_from_slice(chunk);
        // A byte order mark counts as blank; its bytes begin nothing that is known here.
        let is_blank = |byte: &u8| byte.is_ascii_whitespace() || b"\xef\xbb\xbf".contains(byte);
        if let Some(byte) = chunk.iter().find(|byte| !is_blank(byte)) {
            break Some(*byte);
        }
        if lead.len() > LONGEST_LEAD {
            break None;
        }
    };
    let kind = match first {
        Some(b'{' | b'<') => Kind::Sbom,
        Some(b'S' | b'D' | b'C' | b'#') if crate::sbom::looks_like(&lead) => Kind::Sbom,
        _ => Kind::Lockfile,
    };
    let name = input.name();
    let rest = Input::from_reader(input.label(), size, Cursor::new(lead).chain(reader));
    Ok((rest, name, kind))
}
