//! The gzip layer (RFC 1952): one member, its header and its trailer, and what follows it.

use flate2::{Crc, Decompress, FlushDecompress, Status};

use super::collector::Collector;
use crate::error::Result;
use crate::report::Code;

/// Bytes of the window that is inflated at a time.
const WINDOW: usize = 128 << 10;
/// Bytes that are inflated first where the answer is likely to stand in them. Small pieces cost more a
/// byte: what repeats something before the piece is copied from elsewhere.
const FIRST: usize = 16 << 10;
/// Bytes that an extra field, a name or a comment may have; Go reads no longer names.
const FIELD: u64 = 511;
/// Bytes of a name or a comment beyond which cargo gives up.
const FIELD_MAX: u64 = 65_535;

const FHCRC: u8 = 2;
const FEXTRA: u8 = 4;
const FNAME: u8 = 8;
const FCOMMENT: u8 = 16;
const RESERVED: u8 = 0xe0;

enum State {
    /// The ten fixed bytes.
    Fixed,
    ExtraLength(u64),
    Extra(u64),
    Name,
    Comment,
    HeaderCrc,
    Body,
    Trailer,
    /// Zero bytes after the member, and whether the first byte of a member's magic came.
    After {
        zeros: u64,
        magic: bool,
    },
    /// Nothing more is looked at.
    Ignore,
}

/// Takes a file piece by piece and gives what its first member unpacks to.
pub(super) struct Gzip {
    state: State,
    /// The offset in the file.
    offset: u64,
    flags: u8,
    fixed: u64,
    field: u64,
    extra: u64,
    header_crc: Crc,
    stored: [u8; 8],
    stored_len: u64,
    inflate: Decompress,
    /// `None` where the bytes of the file are proven and the checksum of the content adds nothing.
    crc: Option<Crc>,
    window: Vec<u8>,
    /// Bytes of the window that may be filled.
    room: usize,
    /// `Finish` where all bytes of the file are at hand: nothing is kept for more of them.
    flush: FlushDecompress,
    /// Whether the compressed data came to their end.
    pub(super) ended: bool,
    /// Whether a fault kept the data from being read to their end.
    pub(super) broken: bool,
}

/// What takes time to make anew for every file.
pub(super) struct Spare {
    inflate: Decompress,
    window: Vec<u8>,
}

impl Spare {
    pub(super) fn new() -> Self {
        Self {
            inflate: Decompress::new(false),
            window: vec![0; WINDOW],
        }
    }
}

/// What the receiver of inflated bytes wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    More,
    /// All that is left.
    Rest,
    Stop,
}

impl Gzip {
    pub(super) fn new() -> Self {
        let crc = Some(Crc::new());
        Self::with(crc, WINDOW, FlushDecompress::None, Spare::new())
    }

    /// For a file whose bytes are proven and that is hardly read to its end. They are fed at once.
    pub(super) fn skimming(spare: Spare) -> Self {
        Self::with(None, FIRST, FlushDecompress::Finish, spare)
    }

    /// What another file can be read with.
    pub(super) fn into_spare(self) -> Spare {
        Spare {
            inflate: self.inflate,
            window: self.window,
        }
    }

    fn with(crc: Option<Crc>, room: usize, flush: FlushDecompress, spare: Spare) -> Self {
        let Spare {
            mut inflate,
            window,
        } = spare;
        inflate.reset(false);
        Self {
            state: State::Fixed,
            offset: 0,
            flags: 0,
            fixed: 0,
            field: 0,
            extra: 0,
            header_crc: Crc::new(),
            stored: [0; 8],
            stored_len: 0,
            inflate,
            crc,
            window,
            room,
            flush,
            ended: false,
            broken: false,
        }
    }

    /// Bytes that came out.
    pub(super) fn unpacked(&self) -> u64 {
        self.inflate.total_out()
    }

    /// Takes the next bytes of the file.
    pub(super) fn feed(
        &mut self,
        mut bytes: &[u8],
        findings: &mut Collector,
        out: &mut dyn FnMut(&[u8], &mut Collector) -> Result<Flow>,
    ) -> Result<()> {
        if self.offset == 0
            && let Some(what) = other_format(bytes)
        {
            self.refuse(
                Code::GzMagic,
                &format!("the file is {what}, not gzip"),
                findings,
            );
            return Ok(());
        }
        while !bytes.is_empty() {
            match self.state {
                State::Body => bytes = self.body(bytes, findings, out)?,
                State::Ignore => return Ok(()),
                _ => {
                    if let Some((byte, rest)) = bytes.split_first() {
                        self.byte(*byte, findings);
                        self.offset += 1;
                        bytes = rest;
                    }
                }
            }
        }
        Ok(())
    }

    /// The file is at its end.
    pub(super) fn finish(&mut self, findings: &mut Collector) {
        let offset = self.offset;
        let truncated = match self.state {
            State::Ignore => return,
            State::Fixed if offset == 0 => {
                self.refuse(Code::GzEmpty, "the file has no bytes", findings);
                return;
            }
            State::After { magic: true, .. } => {
                trailing(offset - 1, findings);
                return;
            }
            State::After { zeros: 0, .. } => return,
            State::After { zeros, .. } => {
                findings.add(Code::GzTrailingZero, |mut f| {
                    f.message = format!("{zeros} zero bytes follow the gzip stream");
                    f.offset(offset - zeros)
                });
                return;
            }
            State::Body => "in its compressed data",
            State::Trailer => "in its trailer",
            _ => "in its header",
        };
        self.broken = !self.ended;
        findings.add(Code::GzTruncated, |mut f| {
            f.message = format!("the gzip stream ends {truncated}, after {offset} bytes");
            f.offset(offset)
        });
    }

    fn refuse(&mut self, code: Code, message: &str, findings: &mut Collector) {
        self.broken = true;
        self.state = State::Ignore;
        findings.add(code, |mut f| {
            message.clone_into(&mut f.message);
            f.offset(self.offset)
        });
    }

    /// One byte of what is not compressed data.
    fn byte(&mut self, byte: u8, findings: &mut Collector) {
        if !matches!(
            self.state,
            State::HeaderCrc | State::Trailer | State::After { .. }
        ) {
            self.header_crc.update(&[byte]);
        }
        match &mut self.state {
            State::Fixed => self.fixed_byte(byte, findings),
            State::ExtraLength(have) => {
                *have += 1;
                if *have == 1 {
                    self.extra = u64::from(byte);
                    return;
                }
                self.extra |= u64::from(byte) << 8;
                if self.extra > FIELD {
                    oversized("extra field", self.offset, self.extra, findings);
                }
                self.state = State::Extra(self.extra);
                if self.extra == 0 {
                    self.next_field(FNAME);
                }
            }
            State::Extra(left) => {
                *left -= 1;
                if *left == 0 {
                    self.next_field(FNAME);
                }
            }
            State::Name => self.text_byte(byte, "name", FCOMMENT, findings),
            State::Comment => self.text_byte(byte, "comment", FHCRC, findings),
            State::HeaderCrc => {
                self.store(byte);
                if self.stored_len == 2 {
                    let [low, high, ..] = self.stored;
                    self.stored_len = 0;
                    let (want, have) = (
                        u16::from_le_bytes([low, high]),
                        self.header_crc.sum() as u16,
                    );
                    if want == have {
                        self.state = State::Body;
                    } else {
                        self.refuse(
                            Code::GzHeader,
                            &format!(
                                "the header's CRC-16 is {have:04x}, and the header says {want:04x}"
                            ),
                            findings,
                        );
                    }
                }
            }
            State::Trailer => {
                self.store(byte);
                if self.stored_len == 8 {
                    self.trailer(findings);
                    self.state = State::After {
                        zeros: 0,
                        magic: false,
                    };
                }
            }
            State::After { zeros, magic } => match (byte, *magic) {
                (0, false) => *zeros += 1,
                (0x1f, false) => *magic = true,
                (0x8b, true) => {
                    let start = self.offset - 1;
                    findings.add(Code::GzMultiMember, |mut f| {
                        "a second gzip member follows; cargo does not read it, other tools do"
                            .clone_into(&mut f.message);
                        f.offset(start)
                    });
                    self.state = State::Ignore;
                }
                (_, magic) => {
                    trailing(self.offset - u64::from(magic), findings);
                    self.state = State::Ignore;
                }
            },
            State::Body | State::Ignore => {}
        }
    }

    fn store(&mut self, byte: u8) {
        if let Some(place) = usize::try_from(self.stored_len)
            .ok()
            .and_then(|index| self.stored.get_mut(index))
        {
            *place = byte;
        }
        self.stored_len += 1;
    }

    fn fixed_byte(&mut self, byte: u8, findings: &mut Collector) {
        let place = self.fixed;
        self.fixed += 1;
        match (place, byte) {
            (0, 0x1f) | (1, 0x8b) | (2, 8) => {}
            (0 | 1, _) => self.refuse(
                Code::GzMagic,
                "the file does not begin as gzip does",
                findings,
            ),
            (2, method) => self.refuse(
                Code::GzHeader,
                &format!("compression method {method} is not known; gzip has 8, deflate"),
                findings,
            ),
            (3, flags) if flags & RESERVED != 0 => self.refuse(
                Code::GzHeader,
                &format!("the header has reserved flags set ({flags:#04x})"),
                findings,
            ),
            (3, flags) => self.flags = flags,
            (9, _) => self.next_field(FEXTRA),
            _ => {}
        }
    }

    /// Goes to the first field at or after the one of that flag which the header has.
    fn next_field(&mut self, first: u8) {
        self.field = 0;
        let has = |flag| self.flags & flag != 0;
        self.state = match first {
            FEXTRA if has(FEXTRA) => State::ExtraLength(0),
            FEXTRA | FNAME if has(FNAME) => State::Name,
            FEXTRA | FNAME | FCOMMENT if has(FCOMMENT) => State::Comment,
            _ if has(FHCRC) => State::HeaderCrc,
            _ => State::Body,
        };
    }

    fn text_byte(&mut self, byte: u8, what: &str, next: u8, findings: &mut Collector) {
        if byte == 0 {
            if self.field > FIELD {
                oversized(what, self.offset, self.field, findings);
            }
            self.next_field(next);
            return;
        }
        self.field += 1;
        if self.field > FIELD_MAX {
            let message = format!("the header's {what} has more than {FIELD_MAX} bytes");
            self.refuse(Code::GzHeader, &message, findings);
        }
    }

    fn body<'b>(
        &mut self,
        bytes: &'b [u8],
        findings: &mut Collector,
        out: &mut dyn FnMut(&[u8], &mut Collector) -> Result<Flow>,
    ) -> Result<&'b [u8]> {
        let (total_in, total_out) = (self.inflate.total_in(), self.inflate.total_out());
        let window = self.window.get_mut(..self.room).unwrap_or_default();
        let status = self.inflate.decompress(bytes, window, self.flush);
        let taken = usize::try_from(self.inflate.total_in() - total_in).unwrap_or(bytes.len());
        let made = usize::try_from(self.inflate.total_out() - total_out).unwrap_or(0);
        self.offset += taken as u64;
        let rest = bytes.get(taken..).unwrap_or_default();
        if made > 0 {
            let data = self.window.get(..made).unwrap_or_default();
            if let Some(crc) = &mut self.crc {
                crc.update(data);
            }
            match out(data, findings)? {
                Flow::More => {}
                Flow::Rest => self.room = WINDOW,
                Flow::Stop => {
                    self.broken = true;
                    self.state = State::Ignore;
                    return Ok(&[]);
                }
            }
        }
        if made == self.room {
            // Where the answer stands is not known: a quarter too much is inflated at most.
            let quarter = usize::try_from(self.inflate.total_out() / 4).unwrap_or(WINDOW);
            self.room = quarter.clamp(self.room, WINDOW);
        }
        match status {
            Ok(Status::StreamEnd) => {
                self.ended = true;
                self.state = State::Trailer;
            }
            // Without progress, input that is left would be offered for ever.
            Ok(_) if taken > 0 || made > 0 => {}
            Ok(_) => self.refuse(
                Code::GzCorrupt,
                "the compressed data cannot be read on",
                findings,
            ),
            Err(error) => {
                let message = format!("the compressed data are not valid ({error})");
                self.refuse(Code::GzCorrupt, &message, findings);
            }
        }
        Ok(rest)
    }

    fn trailer(&self, findings: &mut Collector) {
        let [c0, c1, c2, c3, s0, s1, s2, s3] = self.stored;
        let start = self.offset.saturating_sub(7);
        let want = u32::from_le_bytes([c0, c1, c2, c3]);
        if let Some(have) = self.crc.as_ref().map(Crc::sum)
            && want != have
        {
            findings.add(Code::GzCrc, |mut f| {
                f.message =
                    format!("the data have CRC-32 {have:08x}, and the trailer says {want:08x}");
                f.offset(start)
                    .values(format!("{want:08x}"), format!("{have:08x}"))
            });
        }
        let (want, total) = (u32::from_le_bytes([s0, s1, s2, s3]), self.unpacked());
        if u64::from(want) != total & u64::from(u32::MAX) {
            findings.add(Code::GzIsize, |mut f| {
                f.message = format!("the data have {total} bytes, and the trailer says {want}");
                f.offset(start + 4)
                    .values(want.to_string(), total.to_string())
            });
        }
    }
}

fn oversized(what: &str, offset: u64, length: u64, findings: &mut Collector) {
    findings.add(Code::GzHeader, |mut f| {
        f.message =
            format!("the header's {what} has {length} bytes; some tools read at most {FIELD}");
        f.offset(offset)
    });
}

fn trailing(offset: u64, findings: &mut Collector) {
    findings.add(Code::GzTrailing, |mut f| {
        "bytes that are no gzip member follow the gzip stream".clone_into(&mut f.message);
        f.offset(offset)
    });
}

/// A format that the file's first bytes tell.
fn other_format(bytes: &[u8]) -> Option<&'static str> {
    [
        (0, &b"\x28\xb5\x2f\xfd"[..], "zstd"),
        (0, b"PK\x03\x04", "a zip archive"),
        (0, b"\xfd7zXZ\0", "xz"),
        (0, b"BZh", "bzip2"),
        (257, b"ustar", "an uncompressed tar archive"),
    ]
    .into_iter()
    .find(|(at, magic, _)| {
        bytes
            .get(*at..)
            .is_some_and(|bytes| bytes.starts_with(magic))
    })
    .filter(|_| !bytes.starts_with(b"\x1f\x8b"))
    .map(|(_, _, what)| what)
}
