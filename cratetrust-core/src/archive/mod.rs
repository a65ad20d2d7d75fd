//! Reading a `.crate` file: gzip and tar in one pass, under limits, every anomaly a finding.
//!
//! The reader pushes events to sinks and holds no file whole.

use std::io::Read;

use crate::digest::Sha256;
use crate::error::Result;
use crate::limits::Limits;
use crate::progress::CancelToken;
use crate::report::Finding;

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// Anything else; a finding says what.
    Other,
}

/// One entry's header, as cargo would read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry<'a> {
    /// The whole path in the archive.
    pub path: &'a [u8],
    /// The path without the leading `name-version/`; the whole path where that is missing.
    pub relative: &'a [u8],
    /// What it is.
    pub kind: EntryKind,
    /// The bytes of its body.
    pub size: u64,
    /// The mode bits.
    pub mode: u32,
    /// The offset of its header in the unpacked stream.
    pub offset: u64,
}

/// Something that wants to see the entries go by.
pub trait Sink {
    /// A new entry begins.
    ///
    /// # Errors
    /// An error ends the reading.
    fn entry(&mut self, entry: &Entry<'_>) -> Result<()>;

    /// The next bytes of the entry's body.
    ///
    /// # Errors
    /// An error ends the reading.
    fn chunk(&mut self, bytes: &[u8]) -> Result<()>;

    /// The entry's body is complete.
    ///
    /// # Errors
    /// An error ends the reading.
    fn end(&mut self) -> Result<()>;
}

/// What came of reading an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The digest of the whole file, also where its content is broken; `None` only where the file
    /// is larger than the limit and was not read to its end.
    pub sha256: Option<Sha256>,
    /// The bytes of the file that were read.
    pub size: u64,
    /// The bytes of the unpacked stream.
    pub unpacked: u64,
    /// The entries seen.
    pub entries: u64,
    /// The first path component that the first entry has, where it is UTF-8: `name-version`.
    pub prefix: Option<String>,
    /// Whether the content was read to its end; if not, a finding of severity error says why.
    pub complete: bool,
    /// Every anomaly, without package and artifact.
    pub findings: Vec<Finding>,
}

/// Reads an archive to its end. `prefix` is the directory `name-version` that every entry must lie
/// in; where it is `None`, the first entry's is taken.
///
/// # Errors
/// I/O errors of the reader, `Cancelled`, and errors of sinks. Faults of the archive are findings.
pub fn read(
    reader: impl Read,
    prefix: Option<&str>,
    limits: &Limits,
    cancel: &CancelToken,
    sinks: &mut [&mut dyn Sink],
) -> Result<Outcome> {
    let _ = (reader, prefix, limits, cancel, sinks);
    Err(crate::Error::parse("pending"))
}
