//! Reading a `.crate` file: gzip and tar in one pass, under limits, every anomaly a finding.
//!
//! The reader pushes events to sinks and holds no file whole.

pub(crate) mod collector;
mod gzip;
mod header;
mod paths;
mod pax;
mod print;
mod tar;

use std::io::Read;

use collector::Collector;
use gzip::{Flow, Gzip, Spare};
use tar::Tar;

use crate::digest::{Sha256, Sha256Hasher};
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::progress::CancelToken;
use crate::report::{Code, Finding};

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

    /// Whether it is certain that most of what is left will be wanted; reading is faster then.
    fn wants_rest(&self) -> bool {
        false
    }
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
    /// Every anomaly, without package and artifact. The offsets of `gz-*` and `limit-crate-size` count
    /// in the file, all others in the unpacked stream. At most as many as the limit; no code is
    /// dropped entirely.
    pub findings: Vec<Finding>,
}

/// Bytes that are read at a time.
const CHUNK: usize = 64 << 10;

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
    read_sized(reader, None, prefix, limits, cancel, sinks)
}

/// Reads an archive as [`read`] does. `size` is the size of the file where it is known: cargo allows
/// an archive to unpack to a multiple of it. Where it is not, what was read so far stands for it.
///
/// A sink that saw an entry begin does not see its end where the archive breaks off inside it. A
/// global pax header is a finding and no entry.
///
/// # Errors
/// As [`read`].
pub fn read_sized(
    mut reader: impl Read,
    size: Option<u64>,
    prefix: Option<&str>,
    limits: &Limits,
    cancel: &CancelToken,
    sinks: &mut [&mut dyn Sink],
) -> Result<Outcome> {
    let known = size.unwrap_or(0).min(limits.crate_size);
    let mut findings = Collector::new(limits.findings);
    let mut hasher = Sha256Hasher::default();
    let mut gzip = Gzip::new();
    let mut tar = Tar::new(prefix, limits);
    let mut chunk = vec![0; CHUNK];
    let mut size = 0u64;
    let whole = loop {
        cancel.check()?;
        // One byte more than the limit tells that the file is larger.
        let room = usize::try_from((limits.crate_size - size).saturating_add(1))
            .unwrap_or(CHUNK)
            .min(CHUNK);
        let filled = fill(&mut reader, chunk.get_mut(..room).unwrap_or_default())?;
        let bytes = chunk.get(..filled).unwrap_or_default();
        size += filled as u64;
        if size > limits.crate_size {
            findings.add(Code::LimitCrateSize, |mut f| {
                f.message = format!(
                    "the file has more than {} bytes; nothing more of it is read",
                    limits.crate_size
                );
                f.offset(limits.crate_size)
            });
            break false;
        }
        hasher.update(bytes);
        let allowed = limits.unpacked_for(size.max(known));
        unpack(
            bytes,
            allowed,
            &mut gzip,
            &mut tar,
            &mut findings,
            cancel,
            sinks,
        )?;
        if filled < room {
            break true;
        }
    };
    if whole {
        gzip.finish(&mut findings);
    }
    let unpacked = gzip.unpacked();
    let (entries, prefix) = (tar.entries, tar.prefix.take());
    let broken = tar.finish(gzip.ended && !gzip.broken, &mut findings);
    Ok(Outcome {
        sha256: whole.then(|| hasher.finish()),
        size,
        unpacked,
        entries,
        prefix,
        complete: whole && gzip.ended && !gzip.broken && !broken,
        findings: findings.finish(),
    })
}

/// Reads the entries of archives whose bytes are proven, or need no proof: neither their digest nor
/// the content's checksum is taken, and nothing odd is told.
#[derive(Default)]
pub(crate) struct Skimmer(Option<Spare>);

impl Skimmer {
    /// Reads an archive until the sink has seen enough and says so with an error. Tells whether the
    /// content was read to its end.
    ///
    /// # Errors
    /// `Cancelled`, and errors of the sink.
    pub(crate) fn read(
        &mut self,
        bytes: &[u8],
        prefix: &str,
        limits: &Limits,
        cancel: &CancelToken,
        sink: &mut dyn Sink,
    ) -> Result<bool> {
        let mut findings = Collector::new(limits.findings);
        let mut gzip = Gzip::skimming(self.0.take().unwrap_or_else(Spare::new));
        let mut tar = Tar::skimming(Some(prefix), limits);
        let allowed = limits.unpacked_for(bytes.len() as u64);
        let sinks: &mut [&mut dyn Sink] = &mut [sink];
        let (unpacked, read) = (&mut gzip, &mut tar);
        let outcome = unpack(bytes, allowed, unpacked, read, &mut findings, cancel, sinks);
        gzip.finish(&mut findings);
        let whole = gzip.ended && !gzip.broken;
        let complete = !tar.finish(whole, &mut findings) && whole;
        self.0 = Some(gzip.into_spare());
        outcome.map(|()| complete)
    }
}

/// Takes the next bytes of a file.
fn unpack(
    bytes: &[u8],
    allowed: u64,
    gzip: &mut Gzip,
    tar: &mut Tar<'_>,
    findings: &mut Collector,
    cancel: &CancelToken,
    sinks: &mut [&mut dyn Sink],
) -> Result<()> {
    let mut unpacked = gzip.unpacked();
    gzip.feed(bytes, findings, &mut |bytes, findings| {
        cancel.check()?;
        unpacked += bytes.len() as u64;
        if unpacked > allowed {
            findings.add(Code::LimitUnpackedSize, |mut f| {
                f.message = format!("the archive unpacks to more than {allowed} bytes");
                f.offset(allowed)
            });
            return Ok(Flow::Stop);
        }
        Ok(match tar.feed(bytes, findings, sinks)? {
            Flow::More if sinks.iter().any(|sink| sink.wants_rest()) => Flow::Rest,
            flow => flow,
        })
    })
}

/// Fills the buffer as far as the reader has bytes, so that what is found does not depend on how
/// the reader hands them out.
fn fill(reader: &mut impl Read, buffer: &mut [u8]) -> Result<usize> {
    let mut filled = 0;
    while let Some(room) = buffer.get_mut(filled..).filter(|room| !room.is_empty()) {
        match reader.read(room) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
            Err(e) => return Err(Error::from_io(&e)),
        }
    }
    Ok(filled)
}
