//! Raw tar blocks and gzip members; nothing is checked and everything can be changed.

use std::io::Write;

use flate2::Compression;
use flate2::write::DeflateEncoder;

/// A tar header block, well formed until it is changed.
#[derive(Clone)]
pub struct Header(pub [u8; 512]);

impl Header {
    /// A header with the GNU magic, as cargo writes it.
    pub fn gnu(name: &[u8], size: u64) -> Self {
        let mut header = Self([0; 512]);
        header.put(0, &name[..name.len().min(100)]);
        header.put(100, b"0000644\0");
        header.put(108, b"0000000\0");
        header.put(116, b"0000000\0");
        header.put(124, format!("{size:011o}\0").as_bytes());
        header.put(136, b"10746536150\0");
        header.put(156, b"0");
        header.put(257, b"ustar  \0");
        header
    }

    /// A header with the POSIX magic.
    pub fn posix(name: &[u8], size: u64) -> Self {
        let mut header = Self::gnu(name, size);
        header.put(257, b"ustar\x0000");
        header
    }

    /// Overwrites bytes.
    pub fn put(&mut self, at: usize, bytes: &[u8]) -> &mut Self {
        self.0[at..at + bytes.len()].copy_from_slice(bytes);
        self
    }

    /// Overwrites bytes, by value.
    pub fn with(mut self, at: usize, bytes: &[u8]) -> Self {
        self.put(at, bytes);
        self
    }

    /// Sets the type flag.
    pub fn kind(self, flag: u8) -> Self {
        self.with(156, &[flag])
    }

    /// Sets the size as GNU's base 256.
    pub fn size256(self, bytes: [u8; 12]) -> Self {
        self.with(124, &bytes)
    }

    /// The block with its checksum set.
    pub fn block(mut self) -> [u8; 512] {
        self.put(148, b"        ");
        let sum: u32 = self.0.iter().map(|byte| u32::from(*byte)).sum();
        self.put(148, format!("{sum:06o}\0 ").as_bytes());
        self.0
    }
}

/// A tar stream under construction.
#[derive(Clone, Default)]
pub struct Tar(pub Vec<u8>);

impl Tar {
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends bytes as they are.
    pub fn raw(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }

    /// Appends a header.
    pub fn header(self, header: Header) -> Self {
        self.raw(&header.block())
    }

    /// Appends a body and its padding.
    pub fn body(mut self, body: &[u8]) -> Self {
        self.0.extend_from_slice(body);
        self.0.resize(self.0.len().next_multiple_of(512), 0);
        self
    }

    /// Appends an entry.
    pub fn entry(self, header: Header, body: &[u8]) -> Self {
        self.header(header).body(body)
    }

    /// Appends a file as cargo does, with a long-name record where that is needed.
    pub fn file(self, path: &[u8], body: &[u8]) -> Self {
        let this = if path.len() > 100 {
            self.long_name(path)
        } else {
            self
        };
        this.entry(Header::gnu(path, body.len() as u64), body)
    }

    /// Appends a long-name record.
    pub fn long_name(self, path: &[u8]) -> Self {
        let body = [path, b"\0"].concat();
        self.entry(
            Header::gnu(b"././@LongLink", body.len() as u64).kind(b'L'),
            &body,
        )
    }

    /// Appends a pax header of that type with that body.
    pub fn pax(self, flag: u8, body: &[u8]) -> Self {
        self.entry(
            Header::posix(b"PaxHeaders/x", body.len() as u64).kind(flag),
            body,
        )
    }

    /// Appends the end marker.
    pub fn end(self) -> Vec<u8> {
        self.raw(&[0; 1024]).0
    }
}

/// One pax record.
pub fn record(key: &str, value: &[u8]) -> Vec<u8> {
    let rest = key.len() + value.len() + 3;
    let mut length = rest + 1;
    while length != rest + length.to_string().len() {
        length = rest + length.to_string().len();
    }
    [format!("{length} {key}=").as_bytes(), value, b"\n"].concat()
}

/// The parts of a gzip member.
#[derive(Clone)]
pub struct Gzip {
    pub header: Vec<u8>,
    pub data: Vec<u8>,
    pub crc: u32,
    pub isize: u32,
    pub after: Vec<u8>,
}

impl Gzip {
    /// A member that holds `content`.
    pub fn of(content: &[u8]) -> Self {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(content).unwrap();
        let mut crc = flate2::Crc::new();
        crc.update(content);
        Self {
            header: vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255],
            data: encoder.finish().unwrap(),
            crc: crc.sum(),
            isize: content.len() as u32,
            after: Vec::new(),
        }
    }

    /// A member that holds `mib` MiB of zeros, made without holding them.
    pub fn zeros(before: &[u8], mib: u64) -> Self {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        let mut crc = flate2::Crc::new();
        let zeros = vec![0; 1 << 20];
        encoder.write_all(before).unwrap();
        crc.update(before);
        for _ in 0..mib {
            encoder.write_all(&zeros).unwrap();
            crc.update(&zeros);
        }
        Self {
            header: vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255],
            data: encoder.finish().unwrap(),
            crc: crc.sum(),
            isize: ((mib << 20) + before.len() as u64) as u32,
            after: Vec::new(),
        }
    }

    /// The bytes.
    pub fn bytes(&self) -> Vec<u8> {
        [
            self.header.as_slice(),
            &self.data,
            &self.crc.to_le_bytes(),
            &self.isize.to_le_bytes(),
            &self.after,
        ]
        .concat()
    }
}
