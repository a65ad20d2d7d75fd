//! The tar layer: headers, extension records, bodies, the end marker and what follows it, as cargo
//! reads them (the `tar` crate), with a finding wherever another tool would read something else.

mod entry;
#[cfg(test)]
mod tests;

use super::collector::Collector;
use super::gzip::Flow;
use super::header::{BLOCK, Header, Magic, Number};
use super::paths::{Parts, Paths, shown};
use super::pax::{self, Pax};
use super::print::Printer;
use super::{EntryKind, Sink};
use crate::error::Result;
use crate::limits::Limits;
use crate::report::Code;

/// Extension records that may follow each other without an entry.
const RECORDS: u32 = 64;

/// What a body belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Entry,
    LongName,
    LongLink,
    Pax,
    GlobalPax,
}

enum State {
    Header,
    Body {
        left: u64,
        pad: u64,
        what: What,
    },
    Pad(u64),
    /// Zero bytes since the end marker began.
    End(u64),
    /// Nothing more is looked at.
    Ignore,
}

/// The entry whose body goes by.
struct Current {
    kind: EntryKind,
    offset: u64,
    size: u64,
}

/// Takes an unpacked stream piece by piece and tells sinks what is in it.
pub(super) struct Tar<'a> {
    limits: &'a Limits,
    state: State,
    /// The offset in the stream.
    offset: u64,
    block: [u8; BLOCK],
    filled: usize,
    record: Vec<u8>,
    /// The offset of the header of the record that is being read.
    record_at: u64,
    /// Records since the last entry.
    records: u32,
    long_name: Option<(Vec<u8>, u64)>,
    long_link: Option<u64>,
    pax: Option<(Pax, u64)>,
    path: Vec<u8>,
    parts: Parts,
    current: Option<Current>,
    /// Makes the print of the entry's body; `None` where nothing odd is told.
    printer: Option<Printer>,
    paths: Paths,
    /// The directory that entries must lie in, once it is known.
    wanted: Option<Vec<u8>>,
    /// The first component of the first entry.
    pub(super) prefix: Option<String>,
    pub(super) entries: u64,
    broken: bool,
    flow: Flow,
}

type Sinks<'s, 'd> = &'s mut [&'d mut dyn Sink];

impl<'a> Tar<'a> {
    pub(super) fn new(prefix: Option<&str>, limits: &'a Limits) -> Self {
        Self::with(prefix, limits, Some(Printer::new()))
    }

    /// For an archive of which nothing odd is told: the same entries, and an end at the same place.
    pub(super) fn skimming(prefix: Option<&str>, limits: &'a Limits) -> Self {
        Self::with(prefix, limits, None)
    }

    fn with(prefix: Option<&str>, limits: &'a Limits, printer: Option<Printer>) -> Self {
        Self {
            limits,
            state: State::Header,
            offset: 0,
            block: [0; BLOCK],
            filled: 0,
            record: Vec::new(),
            record_at: 0,
            records: 0,
            long_name: None,
            long_link: None,
            pax: None,
            path: Vec::new(),
            parts: Parts::default(),
            current: None,
            printer,
            paths: Paths::default(),
            wanted: prefix.map(|prefix| prefix.as_bytes().to_vec()),
            prefix: None,
            entries: 0,
            broken: false,
            flow: Flow::More,
        }
    }

    /// Takes the next bytes of the stream.
    pub(super) fn feed(
        &mut self,
        mut bytes: &[u8],
        findings: &mut Collector,
        sinks: Sinks<'_, '_>,
    ) -> Result<Flow> {
        while !bytes.is_empty() {
            match &mut self.state {
                State::Ignore => break,
                State::Header => {
                    if self.filled == 0
                        && let Some((block, rest)) = bytes.split_first_chunk()
                    {
                        self.offset += BLOCK as u64;
                        bytes = rest;
                        self.header(Header(block), findings, sinks)?;
                        continue;
                    }
                    let (now, rest) = split(bytes, (BLOCK - self.filled) as u64);
                    if let Some(place) = self.block.get_mut(self.filled..self.filled + now.len()) {
                        place.copy_from_slice(now);
                    }
                    self.filled += now.len();
                    self.offset += now.len() as u64;
                    bytes = rest;
                    if self.filled == BLOCK {
                        self.filled = 0;
                        let block = self.block;
                        self.header(Header(&block), findings, sinks)?;
                    }
                }
                State::Body { left, pad, what } => {
                    let (now, rest) = split(bytes, *left);
                    *left -= now.len() as u64;
                    let (done, pad, what) = (*left == 0, *pad, *what);
                    self.offset += now.len() as u64;
                    bytes = rest;
                    if what == What::Entry {
                        if let Some(printer) = &mut self.printer {
                            printer.write(now);
                        }
                        for sink in sinks.iter_mut() {
                            sink.chunk(now)?;
                        }
                    } else {
                        self.record.extend_from_slice(now);
                    }
                    if done {
                        self.state = if pad == 0 {
                            State::Header
                        } else {
                            State::Pad(pad)
                        };
                        self.body_done(what, findings, sinks)?;
                    }
                }
                State::Pad(left) => {
                    let (now, rest) = split(bytes, *left);
                    *left -= now.len() as u64;
                    if *left == 0 {
                        self.state = State::Header;
                    }
                    self.offset += now.len() as u64;
                    bytes = rest;
                }
                State::End(zeros) => {
                    let found = bytes.iter().position(|byte| *byte != 0);
                    let Some(at) = found else {
                        *zeros += bytes.len() as u64;
                        self.offset += bytes.len() as u64;
                        break;
                    };
                    let (offset, lone) = (self.offset + at as u64, *zeros + (at as u64) < 1024);
                    findings.add(Code::TarDataAfterEof, |mut f| {
                        f.message = if lone {
                            "data follow a lone zero block, where cargo ends the archive"
                        } else {
                            "data follow the end marker of two zero blocks"
                        }
                        .to_owned();
                        f.offset(offset)
                    });
                    self.state = State::Ignore;
                }
            }
        }
        Ok(self.flow)
    }

    /// The stream is at its end; `whole` tells whether it came there by itself.
    /// Tells whether a fault kept the content from being read to its end.
    pub(super) fn finish(mut self, whole: bool, findings: &mut Collector) -> bool {
        if whole {
            self.end(findings);
        }
        self.paths.finish(findings);
        self.broken
    }

    fn end(&mut self, findings: &mut Collector) {
        let offset = self.offset;
        let cut = match self.state {
            State::Header if self.filled == 0 => {
                let mut nothing_follows = |code, at: u64, what: &str| {
                    findings.add(code, |mut f| {
                        f.message =
                            format!("the archive ends after {what} that belongs to the next entry");
                        f.offset(at)
                    });
                };
                let long_name = self.long_name.as_ref().map(|(_, at)| *at);
                match (long_name.or(self.long_link), &self.pax) {
                    (Some(at), _) => {
                        nothing_follows(Code::TarLongnameStray, at, "a long-name record");
                    }
                    (None, Some((_, at))) => {
                        nothing_follows(Code::TarPaxMalformed, *at, "a pax header");
                    }
                    (None, None) => findings.add(Code::TarNoEof, |mut f| {
                        "the archive ends without the two zero blocks that mark its end"
                            .clone_into(&mut f.message);
                        f.offset(offset)
                    }),
                }
                return;
            }
            State::End(zeros) if zeros < 1024 => {
                findings.add(Code::TarNoEof, |mut f| {
                    "the archive ends after one zero block; its end is marked by two"
                        .clone_into(&mut f.message);
                    f.offset(offset)
                });
                return;
            }
            State::End(_) | State::Ignore => return,
            State::Header => format!("after {} bytes of a header", self.filled),
            State::Body { left, .. } => format!("{left} bytes before the end of an entry"),
            State::Pad(left) => format!("{left} bytes before the end of an entry's last block"),
        };
        let path = self.current.is_some().then_some(&self.path);
        self.broken = true;
        findings.add(Code::TarTruncated, |mut f| {
            f.message = format!("the archive ends {cut}");
            f = f.offset(offset);
            match path {
                Some(path) => f.path_bytes(shown(path)),
                None => f,
            }
        });
    }

    /// Reports what ends the reading of the archive.
    fn fail(&mut self, code: Code, offset: u64, message: String, findings: &mut Collector) {
        let path = &self.path;
        findings.add(code, |mut f| {
            f.message = message;
            f = f.offset(offset);
            if path.is_empty() {
                f
            } else {
                f.path_bytes(shown(path))
            }
        });
        self.broken = true;
        self.state = State::Ignore;
        if code.name().starts_with("limit-") {
            self.flow = Flow::Stop;
        }
    }

    fn header(
        &mut self,
        header: Header<'_>,
        findings: &mut Collector,
        sinks: Sinks<'_, '_>,
    ) -> Result<()> {
        let offset = self.offset - BLOCK as u64;
        if header.is_zero() {
            // A record without an entry is told at once; the end marker is checked on.
            self.path.clear();
            if let Some((_, at)) = self.long_name.take() {
                self.fail(
                    Code::TarLongnameStray,
                    at,
                    "a long-name record stands before the end marker and belongs to no entry"
                        .to_owned(),
                    findings,
                );
            } else if let Some(at) = self.long_link.take() {
                self.fail(
                    Code::TarLongnameStray,
                    at,
                    "a long-link record stands before the end marker and belongs to no entry"
                        .to_owned(),
                    findings,
                );
            } else if let Some((_, at)) = self.pax.take() {
                self.fail(
                    Code::TarPaxMalformed,
                    at,
                    "a pax header stands before the end marker and belongs to no entry".to_owned(),
                    findings,
                );
            } else {
                self.state = State::End(BLOCK as u64);
            }
            return Ok(());
        }
        header.path(&mut self.path);
        if !self.checksum_holds(header, offset, findings) {
            return Ok(());
        }
        let size = match header.size() {
            // Rounding up to whole blocks must stay within what tools hold a size in.
            Number::Value(size) if size <= i64::MAX.cast_unsigned() - BLOCK as u64 => size,
            _ => {
                let message = format!(
                    "the header's size field is no size: `{}`",
                    header.size_field().escape_ascii()
                );
                self.fail(Code::TarSizeInvalid, offset, message, findings);
                return Ok(());
            }
        };
        let magic = header.magic();
        if self.printer.is_some() {
            self.common_fields(header, magic, offset, findings);
        }
        let what = match header.kind() {
            // With another magic cargo takes these for entries.
            b'L' if magic != Magic::Unknown => What::LongName,
            b'K' if magic != Magic::Unknown => What::LongLink,
            b'x' if magic != Magic::Unknown => What::Pax,
            b'g' => What::GlobalPax,
            _ => return self.entry(header, magic, size, offset, findings, sinks),
        };
        self.begin_record(what, size, offset, findings);
        if matches!(self.state, State::Body { left: 0, .. }) {
            self.state = State::Header;
            self.body_done(what, findings, sinks)?;
        }
        Ok(())
    }

    fn checksum_holds(
        &mut self,
        header: Header<'_>,
        offset: u64,
        findings: &mut Collector,
    ) -> bool {
        let (stored, unsigned) = header.checksum();
        if stored == Number::Value(unsigned) {
            return true;
        }
        let signed = header.signed_checksum();
        let message = match stored {
            Number::Value(stored) if i64::try_from(stored) == Ok(signed) => format!(
                "the header's checksum is {stored}, the sum of signed bytes; some tools take it, cargo does not"
            ),
            Number::Value(stored) => {
                format!("the header's checksum should be {unsigned} and is {stored}")
            }
            _ => "the header's checksum is no number".to_owned(),
        };
        // Its name is not to be trusted either, but it helps to find the place.
        self.fail(Code::TarHeaderChecksum, offset, message, findings);
        false
    }

    /// What is checked in every header and does not end the reading.
    fn common_fields(
        &mut self,
        header: Header<'_>,
        magic: Magic,
        offset: u64,
        findings: &mut Collector,
    ) {
        let path = &self.path;
        let at = |mut f: crate::report::Finding, message: &str| {
            message.clone_into(&mut f.message);
            f.path_bytes(shown(path)).offset(offset)
        };
        if magic == Magic::Unknown {
            findings.add(Code::TarMagic, |f| {
                at(f, "the header has neither the POSIX nor the GNU magic")
            });
        } else if header.mixes_layouts() {
            findings.add(Code::TarMagic, |f| {
                at(f, "the header has data where another tar layout keeps a part of the path or its own fields")
            });
        }
        if header.path_has_nul() {
            findings.add(Code::PathNul, |f| {
                at(f, "bytes follow the NUL that ends the name in the header")
            });
        }
        let mode = [("mode", header.mode())];
        for (name, number) in header.other_numbers().into_iter().chain(mode) {
            if number == Number::Invalid {
                findings.add(Code::TarSizeInvalid, |f| {
                    at(f, &format!("the header's field {name} is no number; several tools refuse the archive"))
                });
            }
        }
    }

    fn begin_record(&mut self, what: What, size: u64, offset: u64, findings: &mut Collector) {
        self.path.clear();
        self.records += 1;
        let repeated = match what {
            What::LongName => self.long_name.is_some(),
            What::LongLink => self.long_link.is_some(),
            _ => false,
        };
        let message = if size > self.limits.record_size {
            let limit = self.limits.record_size;
            Some((
                Code::LimitRecordSize,
                format!("an extension record of {size} bytes, and at most {limit} are read"),
            ))
        } else if self.records > RECORDS {
            Some((
                Code::LimitRecordSize,
                format!("more than {RECORDS} extension records follow each other"),
            ))
        } else if repeated {
            Some((
                Code::TarLongnameStray,
                "a second long-name record for the same entry".to_owned(),
            ))
        } else if what == What::Pax && self.pax.is_some() {
            Some((
                Code::TarPaxMalformed,
                "a second pax header for the same entry".to_owned(),
            ))
        } else {
            None
        };
        if let Some((code, message)) = message {
            self.fail(code, offset, message, findings);
            return;
        }
        // Tools have applied the size to the record instead of to the entry behind it.
        if let Some((
            Pax {
                size: Some(pax_size),
                ..
            },
            _,
        )) = &self.pax
            && *pax_size != size
        {
            let pax_size = *pax_size;
            findings.add(Code::TarPaxSizeMismatch, |mut f| {
                f.message = format!(
                    "a pax header says {pax_size} bytes, and the record that follows it has {size}"
                );
                f.offset(offset)
                    .values(pax_size.to_string(), size.to_string())
            });
        }
        self.record.clear();
        self.record.shrink_to(64 << 10);
        self.record_at = offset;
        self.state = State::Body {
            left: size,
            pad: padding(size),
            what,
        };
    }

    fn body_done(
        &mut self,
        what: What,
        findings: &mut Collector,
        sinks: Sinks<'_, '_>,
    ) -> Result<()> {
        let at = self.record_at;
        match what {
            What::Entry => {
                if let (Some(current), Some(printer)) = (self.current.take(), &mut self.printer) {
                    let print = printer.finish();
                    if self.parts.bounded {
                        self.paths.add(
                            &self.parts.normal,
                            current.kind,
                            current.offset,
                            current.size,
                            print,
                        );
                    }
                }
                for sink in sinks.iter_mut() {
                    sink.end()?;
                }
            }
            What::LongName => {
                let mut name = std::mem::take(&mut self.record);
                if name.last() == Some(&0) {
                    name.pop();
                }
                self.long_name = Some((name, at));
            }
            What::LongLink => self.long_link = Some(at),
            What::Pax => match pax::parse(&self.record) {
                Ok(pax) => {
                    if let Some(key) = &pax.repeated {
                        findings.add(Code::TarPaxMalformed, |mut f| {
                            f.message = format!("the key `{key}` stands twice in a pax header; tools differ on which counts");
                            f.offset(at)
                        });
                    }
                    self.pax = Some((pax, at));
                }
                Err((place, what)) => {
                    self.fail(
                        Code::TarPaxMalformed,
                        at,
                        format!("{what} (at byte {place} of the pax header's body)"),
                        findings,
                    );
                }
            },
            What::GlobalPax => self.global(at, findings),
        }
        Ok(())
    }

    /// A global header: cargo takes it for an entry of its own that changes nothing, so that
    /// records before it do not reach the entry behind it.
    fn global(&mut self, at: u64, findings: &mut Collector) {
        let keys = pax::parse(&self.record).map_or_else(|_| "malformed".to_owned(), |pax| pax.keys);
        findings.add(Code::TarPaxGlobal, |mut f| {
            f.message = format!(
                "a global pax header ({keys}) changes what some tools read in all that follows"
            );
            f.offset(at)
        });
        let name = self
            .long_name
            .take()
            .map(|(_, at)| at)
            .or(self.long_link.take());
        if let Some(at) = name {
            findings.add(Code::TarLongnameStray, |mut f| {
                "a long-name record stands before a global pax header and not before an entry"
                    .clone_into(&mut f.message);
                f.offset(at)
            });
        }
        if let Some((_, at)) = self.pax.take() {
            findings.add(Code::TarPaxMalformed, |mut f| {
                "a pax header stands before a global one and not before an entry"
                    .clone_into(&mut f.message);
                f.offset(at)
            });
        }
    }
}

fn padding(size: u64) -> u64 {
    size.wrapping_neg() % BLOCK as u64
}

/// At most the first `length` bytes, and the rest.
fn split(bytes: &[u8], length: u64) -> (&[u8], &[u8]) {
    let length = usize::try_from(length)
        .unwrap_or(usize::MAX)
        .min(bytes.len());
    bytes.split_at_checked(length).unwrap_or((bytes, &[]))
}
