//! Compiled programs in ELF, PE, Mach-O and WebAssembly, as far as they tell what they were made of:
//! the section that cargo-auditable writes, what the compiler says of itself, and the paths in the
//! messages of the program.
//!
//! A program may be large, and nobody needs it whole: headers and the one section are read where
//! they stand, and the scan for paths is one pass in fixed chunks.

mod elf;
mod macho;
mod pe;
mod scan;
mod wasm;

use std::io::{Cursor, Read, Seek, SeekFrom};

pub(crate) use scan::{Scan, Sighting, scan};

use crate::error::{Error, ErrorKind, Result};
use crate::input::{Input, open_file};
use crate::limits::Limits;
use crate::progress::CancelToken;

/// The section of cargo-auditable's list.
const LIST: &[u8] = b".dep-v0";
/// Bytes that tell what a program is.
pub(crate) const MAGIC_LENGTH: usize = 4;
/// Bytes read at once where a table is walked.
const CHUNK: usize = 64 << 10;
/// Bytes of what the compiler says of itself beyond which nobody looks.
const LONGEST_COMMENT: u64 = 64 << 10;

/// What holds a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Container {
    Elf,
    Pe,
    MachO,
    /// Mach-O for several processors in one file.
    Universal,
    Wasm,
}

impl Container {
    /// The container that begins with these bytes.
    pub(crate) fn of(lead: &[u8]) -> Option<Self> {
        match lead {
            [0x7f, b'E', b'L', b'F', ..] => Some(Self::Elf),
            [b'M', b'Z', ..] => Some(Self::Pe),
            [0xfe, 0xed, 0xfa, 0xce | 0xcf, ..] | [0xce | 0xcf, 0xfa, 0xed, 0xfe, ..] => {
                Some(Self::MachO)
            }
            [0xca, 0xfe, 0xba, 0xbe | 0xbf, ..] => Some(Self::Universal),
            [0, b'a', b's', b'm', ..] => Some(Self::Wasm),
            _ => None,
        }
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Elf => "elf",
            Self::Pe => "pe",
            Self::MachO => "mach-o",
            Self::Universal => "mach-o-universal",
            Self::Wasm => "wasm",
        }
    }
}

/// A section's bytes and where they stand in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Section {
    pub(crate) offset: u64,
    pub(crate) bytes: Vec<u8>,
}

/// What one program says of itself. A universal Mach-O file holds several.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Program {
    /// The processor, where it is known by name.
    pub(crate) arch: Option<&'static str>,
    /// cargo-auditable's list, compressed.
    pub(crate) list: Option<Section>,
    /// Versions of rustc that the program names, each once, in order.
    pub(crate) compilers: Vec<String>,
}

impl Program {
    fn set_list(&mut self, section: Section) -> Result<()> {
        if self.list.is_some() {
            let message = "a second section `.dep-v0`; a program has one";
            return Err(Error::parse(message).at_offset(section.offset));
        }
        self.list = Some(section);
        Ok(())
    }

    fn add_compiler(&mut self, version: &str) {
        let is_version = semver::Version::parse(version).is_ok();
        if is_version && !self.compilers.iter().any(|known| known == version) {
            self.compilers.push(version.to_owned());
            self.compilers.sort();
        }
    }
}

/// What can be read at any place.
trait Places: Read + Seek {}

impl<T: Read + Seek> Places for T {}

/// A file, or bytes in memory, read at any place.
pub(crate) struct Image {
    store: Box<dyn Places>,
    size: u64,
}

impl Image {
    /// Opens a program. A path is read in pieces; what only flows is held in memory.
    ///
    /// # Errors
    /// As [`Input::read`]; `LimitExceeded` for more than [`Limits::binary_size`].
    pub(crate) fn open(input: &Input, limits: &Limits, cancel: &CancelToken) -> Result<Self> {
        let limit = limits.binary_size;
        let Some(path) = input.path() else {
            let bytes = input.read("binary-size", limit, cancel)?;
            return Ok(Self {
                size: bytes.len() as u64,
                store: Box::new(Cursor::new(bytes)),
            });
        };
        let (file, size) = open_file(path)?;
        if size > limit {
            let message = "the binary is larger than the limit allows";
            return Err(Error::limit("binary-size", limit, message));
        }
        Ok(Self {
            store: Box::new(file),
            size,
        })
    }

    fn read_at(&mut self, at: u64, buffer: &mut [u8]) -> Result<()> {
        self.store
            .seek(SeekFrom::Start(at))
            .and_then(|_| self.store.read_exact(buffer))
            .map_err(|error| match error.kind() {
                std::io::ErrorKind::UnexpectedEof => cut_short(at),
                _ => Error::from_io(&error),
            })
    }

    /// What the file is, and what its programs say of themselves.
    ///
    /// # Errors
    /// `Parse` with the offset where the file breaks its format; `UnsupportedFormat` for what begins
    /// like a program and is none; `LimitExceeded`; `Cancelled`.
    pub(crate) fn programs(
        &mut self,
        limits: &Limits,
        cancel: &CancelToken,
    ) -> Result<(Container, Vec<Program>)> {
        let mut magic = [0; MAGIC_LENGTH];
        if self.size >= MAGIC_LENGTH as u64 {
            self.read_at(0, &mut magic)?;
        }
        let size = self.size;
        let mut view = View {
            image: self,
            start: 0,
            size,
            limits,
            cancel,
        };
        let container = Container::of(&magic).ok_or_else(|| unknown("no known program"))?;
        let programs = match container {
            Container::Elf => vec![elf::read(&mut view)?],
            Container::Pe => vec![pe::read(&mut view)?],
            Container::MachO => vec![macho::read(&mut view)?],
            Container::Universal => macho::read_universal(&mut view)?,
            Container::Wasm => vec![wasm::read(&mut view)?],
        };
        Ok((container, programs))
    }
}

fn cut_short(at: u64) -> Error {
    Error::parse("the file ends before what its headers name").at_offset(at)
}

fn unknown(what: &str) -> Error {
    Error::new(ErrorKind::UnsupportedFormat, what)
}

/// A part of a file that is a program of its own.
struct View<'a> {
    image: &'a mut Image,
    start: u64,
    size: u64,
    limits: &'a Limits,
    cancel: &'a CancelToken,
}

impl View<'_> {
    /// The place in the file of a place in the program.
    fn place(&self, at: u64) -> u64 {
        self.start.saturating_add(at)
    }

    /// Whether these bytes lie in the program.
    fn holds(&self, at: u64, length: u64) -> Result<()> {
        match at.checked_add(length) {
            Some(end) if end <= self.size => Ok(()),
            _ => Err(cut_short(self.place(at))),
        }
    }

    /// Bytes at a place; there are as many as were asked for.
    fn read(&mut self, at: u64, length: usize) -> Result<Vec<u8>> {
        self.holds(at, length as u64)?;
        let mut buffer = vec![0; length];
        self.image.read_at(self.start + at, &mut buffer)?;
        Ok(buffer)
    }

    /// Walks a table of entries of `stride` bytes, of which each is handed on.
    fn table(
        &mut self,
        at: u64,
        stride: usize,
        count: u64,
        mut entry: impl FnMut(&mut Self, &[u8]) -> Result<()>,
    ) -> Result<()> {
        self.count(count)?;
        let length = count
            .checked_mul(stride as u64)
            .ok_or_else(|| cut_short(at))?;
        self.holds(at, length)?;
        let step = (CHUNK / stride.max(1)).max(1) as u64;
        let mut done = 0;
        while done < count {
            self.cancel.check()?;
            let now = step.min(count - done);
            let wanted = usize::try_from(now).unwrap_or(1) * stride;
            let bytes = self.read(at + done * stride as u64, wanted)?;
            for one in bytes.chunks_exact(stride.max(1)) {
                entry(self, one)?;
            }
            done += now;
        }
        Ok(())
    }

    /// Refuses more parts than a program may have.
    fn count(&self, count: u64) -> Result<()> {
        if count > self.limits.entries {
            let message = "the program has more sections than the limit allows";
            return Err(Error::limit("entries", self.limits.entries, message));
        }
        Ok(())
    }

    /// The bytes of cargo-auditable's section.
    fn list(&mut self, at: u64, length: u64) -> Result<Section> {
        self.holds(at, length)?;
        let limit = self.limits.auditable_size;
        let wanted = usize::try_from(length).unwrap_or(usize::MAX);
        if length > limit || wanted == usize::MAX {
            let message = "the section `.dep-v0` is larger than the limit allows";
            return Err(Error::limit("auditable-size", limit, message).at_offset(self.place(at)));
        }
        Ok(Section {
            offset: self.place(at),
            bytes: self.read(at, wanted)?,
        })
    }

    /// What stands in a section in which compilers name themselves, as far as anybody looks.
    fn comment(&mut self, at: u64, length: u64) -> Result<Vec<u8>> {
        self.holds(at, length)?;
        let length = usize::try_from(length.min(LONGEST_COMMENT)).unwrap_or(0);
        self.read(at, length)
    }
}

/// The order of a number's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Little,
    Big,
}

/// A number of `width` bytes; 0 where the bytes end before.
fn number(bytes: &[u8], at: usize, width: usize, order: Order) -> u64 {
    let bytes = bytes.get(at..at.saturating_add(width)).unwrap_or_default();
    let add = |sum: u64, byte: &u8| (sum << 8) | u64::from(*byte);
    match order {
        Order::Little => bytes.iter().rev().fold(0, add),
        Order::Big => bytes.iter().fold(0, add),
    }
}
