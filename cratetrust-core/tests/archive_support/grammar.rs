//! Archives composed of good and hostile pieces, the same ones for the same number.

use super::build::{Gzip, Header, Tar, record};

/// SplitMix64: good enough to choose with, and the same everywhere.
pub struct Rng(u64);

impl Rng {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub fn pick<'a, T: ?Sized>(&mut self, items: &[&'a T]) -> &'a T {
        items[self.below(items.len())]
    }
}

pub const PREFIX: &str = "foo-1.0.0";

const HOSTILE_NAMES: &[&[u8]] = &[
    b"../x",
    b"/etc/passwd",
    b"foo-1.0.0/../x",
    b"foo-1.0.0//x",
    b"./foo-1.0.0/x",
    b"foo-1.0.0/./x",
    b"foo-1.0.0/x/",
    b"foo-1.0.0/a\\b",
    b"foo-1.0.0/\xff\xfe",
    b"foo-1.0.0/a\0b",
    b"foo-1.0.0x/a",
    b"bar/x",
    b"",
    b"foo-1.0.0",
    b"foo-1.0.0/con",
    b"foo-1.0.0/a:b",
    b"foo-1.0.0/a\nb",
    b"foo-1.0.0/A",
    b"foo-1.0.0/f0/x",
    b"foo-1.0.0/e\xcc\x81",
    b"foo-1.0.0/\xc3\xa9",
    b"foo-1.0.0/ ",
    b"foo-1.0.0/f0",
];

fn name(rng: &mut Rng, index: usize, hostile: bool) -> Vec<u8> {
    if hostile && rng.one_in(6) {
        return rng.pick(HOSTILE_NAMES).to_vec();
    }
    let long = match rng.below(12) {
        0 => 60,
        1 => 100 - PREFIX.len() - 3,
        2 => 101 - PREFIX.len(),
        3 => 160,
        _ => 0,
    };
    let mut path = format!("{PREFIX}/f{index}");
    while path.len() < PREFIX.len() + long {
        path.push_str(if path.len() % 50 == 49 { "/" } else { "x" });
    }
    if path.ends_with('/') {
        path.push('y');
    }
    match rng.below(20) {
        0 => path.push_str(".é漢"),
        1 => path.push_str(" b"),
        2 => path.push_str("'\"#%".split_at(1).0),
        _ => {}
    }
    path.into_bytes()
}

fn number(rng: &mut Rng, value: u64, width: usize, hostile: bool) -> Vec<u8> {
    let digits = width - 1;
    match rng.below(if hostile { 16 } else { 6 }) {
        0 => format!("{value:>digits$o} ").into_bytes(),
        1 => format!("{value:o}\0").into_bytes(),
        2 => format!("{value:0width$o}").into_bytes(),
        3 => {
            let mut bytes = vec![0; width];
            for (at, byte) in value.to_be_bytes().iter().rev().take(width - 1).enumerate() {
                bytes[width - 1 - at] = *byte;
            }
            bytes[0] |= 0x80;
            bytes
        }
        6 => vec![0xff; width],
        7 => format!("{:>digits$}", "-1").into_bytes(),
        8 => vec![0; width],
        9 => vec![b' '; width],
        10 => format!("{value:o} x").into_bytes(),
        11 => format!("+{value:o}\0").into_bytes(),
        12 => format!("0x{value:x}\0").into_bytes(),
        13 => {
            let mut bytes = vec![0x80; width];
            bytes[1..].fill(0xff);
            bytes
        }
        14 => format!("{value:o}\0 9").into_bytes(),
        _ => format!("{value:0digits$o}\0").into_bytes(),
    }
}

fn pax_body(rng: &mut Rng, path: &[u8], size: usize, hostile: bool) -> Vec<u8> {
    let mut out = Vec::new();
    for _ in 0..1 + rng.below(3) {
        let one = match rng.below(if hostile { 22 } else { 7 }) {
            0 => record("mtime", b"1700000000.5"),
            1 => record("comment", "a comment, é".as_bytes()),
            2 => record("path", path),
            3 => record("size", size.to_string().as_bytes()),
            4 => record("uid", b"1000"),
            5 => record("SCHILY.xattr.user.x", b"\xff\0"),
            6 => record("uname", b"someone"),
            7 => record("path", b"foo-1.0.0/other"),
            8 => record("size", (size + 1).to_string().as_bytes()),
            9 => record("size", b"0"),
            10 => record("size", b"-1"),
            11 => b"99 path=x\n".to_vec(),
            12 => b"path=x\n".to_vec(),
            13 => b" 9 size=1\n".to_vec(),
            14 => record("GNU.sparse.major", b"1"),
            15 => record("GNU.sparse.name", b"foo-1.0.0/sparse"),
            16 => record("linkpath", b"/etc/passwd"),
            17 => record("path", b"foo-1.0.0/a\0b"),
            18 => record("hdrcharset", b"BINARY"),
            19 => record("path", b""),
            20 => record("charset", b"\xff"),
            _ => record("mtime", b"x"),
        };
        if !(hostile || out.is_empty()) && one[2..].starts_with(&out[2..out.len().min(7)]) {
            continue;
        }
        out.extend_from_slice(&one);
    }
    if hostile && rng.one_in(6) {
        out.extend_from_slice(b"\0\0\0");
    }
    out
}

fn entry(rng: &mut Rng, mut tar: Tar, index: usize, hostile: bool) -> Tar {
    let mut path = name(rng, index, hostile);
    let size = [0, 1, 17, 511, 512, 513, 1500][rng.below(7)];
    let body: Vec<u8> = (0..size).map(|at| (at * 7 + index) as u8).collect();
    let posix = rng.one_in(3);
    let mut header = if posix {
        Header::posix(&path, size as u64)
    } else {
        Header::gnu(&path, size as u64)
    };
    if path.len() > 100 {
        let cut = path[..path.len().min(155)]
            .iter()
            .rposition(|byte| *byte == b'/');
        match (posix, cut.filter(|cut| path.len() - cut - 1 <= 100)) {
            (true, Some(cut)) if rng.one_in(2) => {
                header.put(0, &[0; 100]);
                header.put(0, &path[cut + 1..]);
                header.put(345, &path[..cut]);
            }
            (true, _) if rng.one_in(2) => {
                let body = record("path", &path);
                header.put(0, &[0; 100]);
                header.put(0, &path[..100]);
                // The name is not the whole path: a finding says so.
                tar = tar.pax(b'x', &body);
            }
            _ => tar = tar.long_name(&path),
        }
    } else if rng.one_in(12) {
        tar = tar.long_name(&path);
    }
    if rng.one_in(8) {
        let body = pax_body(rng, &path, size, hostile);
        tar = tar.pax(b'x', &body);
    }
    for (at, width, value) in [
        (100, 8, 0o644),
        (108, 8, 0),
        (116, 8, 0),
        (136, 12, 1 << 30),
    ] {
        if rng.one_in(6) {
            let odd = hostile && rng.one_in(3);
            let field = number(rng, value, width, odd);
            header.put(at, &field);
        }
    }
    if rng.one_in(5) {
        header.put(124, &[0; 12]);
        let field = number(rng, size as u64, 12, hostile);
        header.put(124, &field[..field.len().min(12)]);
    }
    if rng.one_in(8) {
        header.put(265, b"someone");
    }
    if rng.one_in(12) {
        header = header.kind(0);
    }
    if hostile {
        if rng.one_in(6) {
            let flag = rng.pick(&[
                &b"1"[..],
                b"2",
                b"3",
                b"4",
                b"5",
                b"6",
                b"7",
                b"S",
                b"D",
                b"V",
                b"M",
                b"N",
                b"x",
                b"g",
                b"K",
                b"L",
                b"X",
                b"A",
                b"Z",
                b"\xff",
            ])[0];
            header = header.kind(flag);
            if rng.one_in(2) {
                header.put(157, b"target");
            }
        }
        if rng.one_in(10) {
            let magic = rng.pick(&[
                &b"\0\0\0\0\0\0\0\0"[..],
                b"ustar\0\0\0",
                b"ustar 00",
                b"ustar  \x01",
                b"ustar\x0001",
                b"USTAR  \0",
                b"ustar\0  ",
            ]);
            header.put(257, magic);
        }
        if rng.one_in(10) {
            let at = [
                99, 300, 329, 345, 350, 386, 476, 482, 483, 495, 500, 508, 511,
            ][rng.below(13)];
            header.put(at, rng.pick(&[&b"x"[..], b"7", b"\xff", b"/"]));
        }
    }
    if rng.one_in(20) {
        path.push(b'/');
        let mut directory = Header::gnu(&path, 0).kind(b'5');
        directory.put(100, b"0000755\0");
        path.pop();
        directory.put(0, format!("{PREFIX}/d{index}/\0").as_bytes());
        if path.len() < 60 {
            tar = tar.header(directory);
        }
    }
    let mut block = header.block();
    if rng.one_in(10) {
        // Other ways of writing the checksum down.
        let sum: u32 = (0..512)
            .map(|at| {
                if (148..156).contains(&at) {
                    32
                } else {
                    u32::from(block[at])
                }
            })
            .sum();
        let field = match rng.below(if hostile { 7 } else { 3 }) {
            0 => format!("{sum:06o} \0"),
            1 => format!("{sum:07o}\0"),
            2 => format!(" {sum:05o}\0 "),
            3 => format!("{:06o}\0 ", sum + 1),
            4 => format!("{sum:08o}"),
            5 => format!("{sum:o}\0\0\0\0"),
            _ => format!("{sum:6o}x "),
        };
        block[148..156].copy_from_slice(&field.as_bytes()[..8]);
    }
    tar = tar.raw(&block);
    if hostile && rng.one_in(40) {
        tar.raw(&body)
    } else {
        tar.body(&body)
    }
}

/// A stream of the grammar.
pub fn stream(rng: &mut Rng) -> Vec<u8> {
    let hostile = !rng.one_in(3);
    let mut tar = Tar::new();
    for index in 0..1 + rng.below(5) {
        // Most of the pieces around a hostile one are good, so that readers come that far.
        let now = hostile && rng.one_in(2);
        if now {
            tar = match rng.below(24) {
                0 => tar.pax(b'g', &record("path", b"foo-1.0.0/g")),
                1 => tar.pax(b'g', &record("comment", b"x")),
                2 => tar.long_name(b"foo-1.0.0/long"),
                3 => tar.entry(Header::gnu(b"././@LongLink", 7).kind(b'K'), b"target\0"),
                4 => tar.raw(&[0; 512]),
                5 => tar.raw(&[0; 1024]),
                6 => tar.entry(
                    Header::posix(b"p", 20).kind(b'X'),
                    &record("path", b"foo-1.0.0/xx"),
                ),
                _ => tar,
            };
        }
        tar = entry(rng, tar, index, now);
    }
    if !hostile {
        return tar.end();
    }
    match rng.below(16) {
        0 => tar.0,
        1 => tar.raw(&[0; 512]).0,
        2 => tar.raw(&[0; 512]).file(b"foo-1.0.0/late", b"late").end(),
        3 => tar.raw(&[0; 1024]).file(b"foo-1.0.0/late", b"late").end(),
        4 => tar.raw(&[0; 1024]).raw(b"junk").0,
        5 => {
            let mut bytes = tar.end();
            bytes.truncate(rng.below(bytes.len()));
            bytes
        }
        6 => tar.raw(&[0; 10240]).0,
        _ => tar.end(),
    }
}

/// Changes a few bytes of a stream, mostly in headers, or moves blocks about.
pub fn mutate(rng: &mut Rng, stream: &mut Vec<u8>) {
    for _ in 0..rng.below(4) {
        let blocks = stream.len() / 512;
        if blocks == 0 {
            return;
        }
        let headers: Vec<usize> = (0..blocks)
            .map(|block| block * 512)
            .filter(|at| stream[at + 257..].starts_with(b"ustar"))
            .collect();
        match rng.below(10) {
            0 => {
                let at = rng.below(blocks) * 512;
                stream.drain(at..at + 512);
            }
            1 => {
                let at = rng.below(blocks) * 512;
                let block = stream[at..at + 512].to_vec();
                let to = rng.below(blocks) * 512;
                stream.splice(to..to, block);
            }
            2 => {
                let at = rng.below(stream.len());
                stream[at] ^= 1 << rng.below(8);
            }
            _ if headers.is_empty() => {}
            _ => {
                let at = headers[rng.below(headers.len())];
                let field = [
                    0, 50, 100, 108, 116, 124, 130, 136, 156, 157, 257, 262, 263, 265, 345, 500,
                ][rng.below(16)];
                stream[at + field + rng.below(4)] = rng.pick(&[
                    &b"0"[..],
                    b"7",
                    b" ",
                    b"\0",
                    b"/",
                    b"x",
                    b"\x80",
                    b"5",
                    b"L",
                    b".",
                ])[0];
                if !rng.one_in(8) {
                    let mut block = Header([0; 512]);
                    block.0.copy_from_slice(&stream[at..at + 512]);
                    stream[at..at + 512].copy_from_slice(&block.block());
                }
            }
        }
    }
}

/// Puts a stream into gzip members, now and then into odd ones.
pub fn pack(rng: &mut Rng, stream: &[u8]) -> Vec<u8> {
    let mut gzip = Gzip::of(stream);
    match rng.below(40) {
        0 => gzip.crc ^= 1,
        1 => gzip.isize ^= 0x100,
        2 => gzip.after = vec![0; 1 + rng.below(600)],
        3 => gzip.after = b"trailing".to_vec(),
        4 => gzip.after = Gzip::of(&Tar::new().file(b"foo-1.0.0/second", b"2").end()).bytes(),
        5 => {
            // The member ends inside the stream, and another goes on with it.
            let (first, second) = stream.split_at(rng.below(stream.len() / 512 + 1) * 512);
            gzip = Gzip::of(first);
            gzip.after = Gzip::of(second).bytes();
        }
        6 => gzip.header = b"\x1f\x8b\x08\x08\0\0\0\0\0\xffname.tar\0".to_vec(),
        7 => gzip.header = b"\x1f\x8b\x08\x14\0\0\0\0\0\xff\x04\0abcdcomment\0".to_vec(),
        8 => gzip.header[3] = 0x20,
        9 => gzip.header[2] = 7,
        10 => {
            let mut bytes = gzip.bytes();
            bytes.truncate(rng.below(bytes.len()));
            return bytes;
        }
        11 => {
            let mut bytes = gzip.bytes();
            let at = rng.below(bytes.len());
            bytes[at] ^= 1 << rng.below(8);
            return bytes;
        }
        12 => gzip.after = [&[0; 3][..], &Gzip::of(b"").bytes()].concat(),
        _ => {}
    }
    gzip.bytes()
}
