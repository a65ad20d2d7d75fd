//! Hostile archives, one test a case: each gives the code that its row in the list of hostile
//! archives names, and no other unless the test says so.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod archive_support;

use std::io::Read;
use std::time::{Duration, Instant};

use archive_support::build::{Gzip, Header, Tar, record};
use archive_support::{Recorder, codes, read_bytes, read_limited};
use cratetrust_core::archive::{EntryKind, Outcome, read, read_sized};
use cratetrust_core::digest::Sha256;
use cratetrust_core::{CancelToken, ErrorKind, Limits};

const PREFIX: &str = "foo-1.0.0";

fn path(name: &str) -> Vec<u8> {
    format!("{PREFIX}/{name}").into_bytes()
}

fn honest() -> Tar {
    Tar::new()
        .file(&path("Cargo.toml"), b"[package]\n")
        .file(&path("src/lib.rs"), &[7; 1000])
}

/// Reads a file; what holds for every one is checked: its digest is that of all its bytes, the
/// outcome does not depend on how the reader hands them out, and every finding says something.
fn outcome_of(bytes: &[u8]) -> Outcome {
    let mut recorder = Recorder::default();
    let outcome = read_bytes(bytes, Some(PREFIX), &mut [&mut recorder]);
    assert_eq!(outcome.sha256, Some(Sha256::of(bytes)));
    assert_eq!(outcome.size, bytes.len() as u64);
    if bytes.len() < 100_000 {
        let mut again = Recorder::default();
        let slow = read(
            OneByOne(bytes),
            Some(PREFIX),
            &Limits::default(),
            &CancelToken::new(),
            &mut [&mut again],
        );
        assert_eq!(slow.unwrap(), outcome);
        assert_eq!(again, recorder);
    }
    for finding in &outcome.findings {
        let marker = finding.code.name() == "findings-truncated";
        assert!(finding.offset.is_some() || marker, "{finding:?}");
        assert!(finding.message.len() > 10, "{finding:?}");
    }
    outcome
}

struct OneByOne<'a>(&'a [u8]);

impl Read for OneByOne<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let length = buffer.len().min(1);
        self.0.read(&mut buffer[..length])
    }
}

#[track_caller]
fn file_gives(bytes: &[u8], want: &[&str], complete: bool) -> Outcome {
    let outcome = outcome_of(bytes);
    assert_eq!(codes(&outcome), want, "{:#?}", outcome.findings);
    assert_eq!(outcome.complete, complete);
    outcome
}

#[track_caller]
fn stream_gives(stream: &[u8], want: &[&str], complete: bool) -> Outcome {
    file_gives(&Gzip::of(stream).bytes(), want, complete)
}

/// An archive that holds the entry, between honest ones.
#[track_caller]
fn entry_gives(header: Header, body: &[u8], want: &[&str]) -> Outcome {
    let stream = honest().entry(header, body).file(&path("z"), b"z").end();
    let outcome = stream_gives(&stream, want, true);
    assert_eq!(outcome.entries, 4);
    outcome
}

#[track_caller]
fn path_gives(name: &[u8], want: &[&str]) {
    let outcome = stream_gives(&honest().file(name, b"x").end(), want, true);
    for finding in &outcome.findings {
        assert_eq!(
            finding.path.as_deref(),
            Some(&*String::from_utf8_lossy(name))
        );
        assert_eq!(
            finding.path_hex.is_some(),
            std::str::from_utf8(name).is_err()
        );
    }
}

#[test]
fn an_honest_archive_has_no_findings() {
    let outcome = stream_gives(&honest().end(), &[], true);
    assert_eq!(outcome.prefix.as_deref(), Some(PREFIX));
    assert_eq!(outcome.entries, 2);
    let named = Gzip {
        header: b"\x1f\x8b\x08\x08\0\0\0\0\x02\xfffoo-1.0.0.crate\0".to_vec(),
        ..Gzip::of(&honest().end())
    };
    file_gives(&named.bytes(), &[], true);
}

#[test]
fn gzip_01_empty() {
    file_gives(b"", &["gz-empty"], false);
}

#[test]
fn gzip_02_truncated_everywhere() {
    let gzip = Gzip::of(&honest().end());
    let bytes = gzip.bytes();
    let data_end = gzip.header.len() + gzip.data.len();
    for length in 1..bytes.len() {
        let outcome = file_gives(&bytes[..length], &["gz-truncated"], length >= data_end);
        assert_eq!(outcome.findings[0].offset, Some(length as u64));
    }
}

#[test]
fn gzip_03_crc() {
    let mut gzip = Gzip::of(&honest().end());
    gzip.crc ^= 1;
    let outcome = file_gives(&gzip.bytes(), &["gz-crc"], true);
    let finding = &outcome.findings[0];
    assert_eq!(finding.expected, Some(format!("{:08x}", gzip.crc)));
    assert_eq!(finding.actual, Some(format!("{:08x}", gzip.crc ^ 1)));
    assert_eq!(finding.offset, Some((gzip.bytes().len() - 8) as u64));
}

#[test]
fn gzip_04_and_12_isize() {
    for lie in [0, 1, u32::MAX] {
        let mut gzip = Gzip::of(&honest().end());
        gzip.isize = lie;
        let outcome = file_gives(&gzip.bytes(), &["gz-isize"], true);
        assert_eq!(outcome.findings[0].expected, Some(lie.to_string()));
    }
}

#[test]
fn gzip_05_second_member() {
    let mut gzip = Gzip::of(&honest().0);
    gzip.after = Gzip::of(&Tar::new().file(&path("build.rs"), b"evil").end()).bytes();
    // Without its end marker the first member alone lacks it, which is what cargo sees.
    let outcome = file_gives(&gzip.bytes(), &["gz-multi-member", "tar-no-eof"], true);
    assert_eq!(outcome.entries, 2);
    let mut gzip = Gzip::of(&honest().end());
    let length = gzip.bytes().len() as u64;
    gzip.after = Gzip::of(b"").bytes();
    let outcome = file_gives(&gzip.bytes(), &["gz-multi-member"], true);
    assert_eq!(outcome.findings[0].offset, Some(length));
    // Python skips zeros before a member.
    gzip.after = [&[0; 5][..], &Gzip::of(b"").bytes()].concat();
    let outcome = file_gives(&gzip.bytes(), &["gz-multi-member"], true);
    assert_eq!(outcome.findings[0].offset, Some(length + 5));
}

#[test]
fn gzip_06_trailing_junk() {
    for junk in [
        &b"x"[..],
        b"\x1f",
        b"\x1f\x1f",
        b"\0\0x",
        b"\x1f\0",
        b"xxxxxx\x1f\x8b",
    ] {
        let mut gzip = Gzip::of(&honest().end());
        gzip.after = junk.to_vec();
        file_gives(&gzip.bytes(), &["gz-trailing"], true);
    }
}

#[test]
fn gzip_07_trailing_zeros() {
    let mut gzip = Gzip::of(&honest().end());
    let length = gzip.bytes().len() as u64;
    for zeros in [1, 511, 100_000] {
        gzip.after = vec![0; zeros];
        let outcome = file_gives(&gzip.bytes(), &["gz-trailing-zero"], true);
        assert_eq!(outcome.findings[0].offset, Some(length));
    }
}

#[test]
fn gzip_08_other_formats() {
    let tar = honest().end();
    for bytes in [
        &b"\x28\xb5\x2f\xfd\0\0"[..],
        b"PK\x03\x04",
        &tar,
        b"<html>",
        b"x",
        b"\x1fx",
        b"\0\0\0\0",
    ] {
        file_gives(bytes, &["gz-magic"], false);
    }
    let outcome = outcome_of(&tar);
    assert!(outcome.findings[0].message.contains("tar"), "{outcome:?}");
}

#[test]
fn gzip_09_header() {
    let with = |header: &[u8]| Gzip {
        header: header.to_vec(),
        ..Gzip::of(&honest().end())
    };
    for flags in [0x20, 0x40, 0x80] {
        let gzip = with(&[0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 255]);
        file_gives(&gzip.bytes(), &["gz-header"], false);
    }
    let gzip = with(&[0x1f, 0x8b, 7, 0, 0, 0, 0, 0, 0, 255]);
    file_gives(&gzip.bytes(), &["gz-header"], false);
    let fixed = |flags| vec![0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 255];
    // Go reads no name of 512 bytes; cargo none of 65,536.
    for (flags, length, want, complete) in [
        (8, 511, &[][..], true),
        (8, 512, &["gz-header"][..], true),
        (16, 512, &["gz-header"], true),
        (16, 65_535, &["gz-header"], true),
        (8, 65_536, &["gz-header"], false),
    ] {
        let header = [fixed(flags), vec![b'n'; length], vec![0]].concat();
        file_gives(&with(&header).bytes(), want, complete);
    }
    let extra = [&fixed(4)[..], &[0xff, 0xff], &[1; 65_535]].concat();
    file_gives(&with(&extra).bytes(), &["gz-header"], true);
    // All fields at once, with the CRC-16 of the header, right and wrong.
    let mut all = [
        &fixed(4 | 8 | 16 | 2)[..],
        &[2, 0, 9, 9],
        b"name\0",
        b"comment\0",
    ]
    .concat();
    let mut crc = flate2::Crc::new();
    crc.update(&all);
    let crc = crc.sum() as u16;
    all.extend(crc.to_le_bytes());
    file_gives(&with(&all).bytes(), &[], true);
    *all.last_mut().unwrap() ^= 1;
    file_gives(&with(&all).bytes(), &["gz-header"], false);
    let none = [&fixed(4)[..], &[0, 0]].concat();
    file_gives(&with(&none).bytes(), &[], true);
}

#[test]
fn gzip_corrupt_data() {
    let mut gzip = Gzip::of(&honest().end());
    gzip.data = vec![0xff; 40];
    file_gives(&gzip.bytes(), &["gz-corrupt"], false);
    // A distance that reaches before the beginning of the data.
    gzip.data = vec![0x4b, 0x4c, 0x02, 0xff, 0xff];
    let outcome = outcome_of(&gzip.bytes());
    assert!(!outcome.complete);
}

#[test]
fn gzip_10_and_11_bombs_stop_at_the_limit() {
    let started = Instant::now();
    let mut bomb = Gzip::zeros(&[], 1024);
    let made = started.elapsed();
    for lie in [None, Some(17)] {
        bomb.isize = lie.unwrap_or(bomb.isize);
        let bytes = bomb.bytes();
        assert!(bytes.len() < 1 << 21);
        let started = Instant::now();
        let outcome = file_gives(&bytes, &["limit-unpacked-size"], false);
        assert!(outcome.unpacked < (512 << 20) + (1 << 20));
        assert!(started.elapsed() < Duration::from_secs(10) + made);
    }
    // A gibibyte as one file is refused by its header, however much of it there is.
    let file = Gzip::zeros(&Header::gnu(&path("big"), 1 << 30).block(), 1).bytes();
    let started = Instant::now();
    let outcome = file_gives(&file, &["limit-file-size"], false);
    assert!(outcome.unpacked <= 1 << 18);
    assert!(started.elapsed() < Duration::from_secs(2));
}

#[test]
fn the_unpacked_limit_is_a_number_or_a_multiple_of_the_file() {
    let mut state = 1u64;
    let body: Vec<u8> = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    })
    .take(3_000_000)
    .collect();
    let bytes = Gzip::of(&honest().file(&path("noise"), &body).end()).bytes();
    let mut limits = Limits {
        unpacked_size: 1,
        unpacked_ratio: 2,
        ..Limits::default()
    };
    let cancel = CancelToken::new();
    let size = Some(bytes.len() as u64);
    let outcome = read_sized(&bytes[..], size, None, &limits, &cancel, &mut []).unwrap();
    assert_eq!(codes(&outcome), [""; 0]);
    limits.unpacked_ratio = 0;
    let outcome = read_sized(&bytes[..], size, None, &limits, &cancel, &mut []).unwrap();
    assert_eq!(codes(&outcome), ["limit-unpacked-size"]);
    assert_eq!(outcome.sha256, Some(Sha256::of(&bytes)));
}

#[test]
fn a_file_larger_than_the_limit_is_not_read_on() {
    let bytes = Gzip::of(&honest().end()).bytes();
    let mut limits = Limits {
        crate_size: bytes.len() as u64,
        ..Limits::default()
    };
    assert_eq!(
        codes(&read_limited(&bytes, None, &limits, &mut [])),
        [""; 0]
    );
    limits.crate_size -= 1;
    let outcome = read_limited(&bytes, None, &limits, &mut []);
    assert_eq!(codes(&outcome), ["limit-crate-size"]);
    assert_eq!((outcome.sha256, outcome.complete), (None, false));
    limits.crate_size = 1 << 20;
    let endless = std::io::repeat(0x1f);
    let outcome = read(endless, None, &limits, &CancelToken::new(), &mut []).unwrap();
    assert_eq!(codes(&outcome), ["gz-magic", "limit-crate-size"]);
    assert_eq!(outcome.size, (1 << 20) + 1);
}

#[test]
fn tar_13_checksum() {
    let mut stream = honest().end();
    stream[0] ^= 1;
    let outcome = stream_gives(&stream, &["tar-header-checksum"], false);
    assert_eq!(outcome.entries, 0);
    // Signed sums are taken by most tools, and not by cargo.
    let mut signed = Header::gnu(&path("\u{e9}"), 0);
    signed.put(148, b"        ");
    let sum: i64 = signed
        .0
        .iter()
        .map(|byte| i64::from(byte.cast_signed()))
        .sum();
    signed.put(148, format!("{sum:06o}\0 ").as_bytes());
    let outcome = stream_gives(
        &Tar::new().raw(&signed.0).end(),
        &["tar-header-checksum"],
        false,
    );
    assert!(outcome.findings[0].message.contains("signed"));
    let none = Header(Header::gnu(&path("x"), 0).block()).with(148, &[0; 8]);
    stream_gives(
        &Tar::new().raw(&none.0).end(),
        &["tar-header-checksum"],
        false,
    );
}

#[test]
fn tar_14_truncated_everywhere() {
    let stream = honest().end();
    let end = stream.len() - 1024;
    for length in 1..end {
        let between = length == 1024;
        let want = if between {
            "tar-no-eof"
        } else {
            "tar-truncated"
        };
        stream_gives(&stream[..length], &[want], between);
    }
}

#[test]
fn tar_15_no_end_marker() {
    stream_gives(&honest().0, &["tar-no-eof"], true);
    stream_gives(&honest().raw(&[0; 512]).0, &["tar-no-eof"], true);
    stream_gives(&honest().raw(&[0; 700]).0, &["tar-no-eof"], true);
    stream_gives(b"", &["tar-no-eof"], true);
    stream_gives(&honest().raw(&[0; 1024 + 9 * 512]).0, &[], true);
}

#[test]
fn tar_16_data_after_the_end() {
    let more = Tar::new().file(&path("build.rs"), b"evil").end();
    let outcome = stream_gives(
        &honest().raw(&[0; 1024]).raw(&more).0,
        &["tar-data-after-eof"],
        true,
    );
    assert_eq!(outcome.entries, 2);
    let outcome = stream_gives(
        &honest().raw(&[0; 512]).raw(&more).0,
        &["tar-data-after-eof"],
        true,
    );
    assert!(outcome.findings[0].message.contains("lone"));
    stream_gives(
        &honest().raw(&[0; 20_000]).raw(b"x").0,
        &["tar-data-after-eof"],
        true,
    );
}

#[test]
fn tar_17_and_18_sizes_that_are_none() {
    let base =
        |header: Header| stream_gives(&honest().header(header).end(), &["tar-size-invalid"], false);
    for bytes in [
        [0xff; 12],
        *b"\x80\0\0\0\x80\0\0\0\0\0\0\0",
        *b"\x80\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff",
        *b"\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff",
        *b"\xff\0\0\0\0\0\0\0\0\0\0\x01",
    ] {
        let outcome = base(Header::gnu(&path("x"), 0).size256(bytes));
        assert_eq!(outcome.findings[0].path.as_deref(), Some("foo-1.0.0/x"));
        assert_eq!(outcome.findings[0].offset, Some(2560));
    }
    for field in [
        &b"0000000009x\0"[..],
        b"-0000000001\0",
        b"+0000000001\0",
        b"0x000000001\0",
        b"00000000 01\0",
        &[0; 12],
        b"            ",
    ] {
        base(Header::gnu(&path("x"), 0).with(124, field));
    }
    // A number that needs no base 256 is read alike by all.
    entry_gives(
        Header::gnu(&path("x"), 0).size256(*b"\x80\0\0\0\0\0\0\0\0\0\0\x03"),
        b"abc",
        &[],
    );
    // GNU tar refuses a user of more than 32 bits.
    let user = Header::gnu(&path("x"), 0).with(108, b"\x80\0\0\x01\0\0\0\0");
    entry_gives(user, b"", &["tar-size-invalid"]);
    // GNU tar refuses blanks and takes NULs for 0.
    for (at, width) in [(100, 8), (108, 8), (116, 8), (136, 12)] {
        let blank = Header::gnu(&path("x"), 0).with(at, &vec![b' '; width]);
        entry_gives(blank, b"", &["tar-size-invalid"]);
        let nulls = Header::gnu(&path("x"), 0).with(at, &vec![0; width]);
        entry_gives(nulls, b"", &[]);
    }
    // Other numbers: most tools refuse, cargo does not look.
    for at in [100, 108, 116, 136, 329, 337] {
        entry_gives(
            Header::gnu(&path("x"), 0).with(at, b"12x4"),
            b"",
            &["tar-size-invalid"],
        );
    }
}

#[test]
fn tar_19_and_20_pax_size() {
    for header_size in [0, 3] {
        let stream = honest()
            .pax(b'x', &record("size", b"600"))
            .entry(Header::posix(&path("x"), header_size), &[1; 600])
            .file(&path("z"), b"z")
            .end();
        let bytes = Gzip::of(&stream).bytes();
        let mut recorder = Recorder::default();
        read_bytes(&bytes, Some(PREFIX), &mut [&mut recorder]);
        let sizes: Vec<_> = recorder.entries.iter().map(|entry| entry.size).collect();
        assert_eq!(sizes, [10, 1000, 600, 1], "cargo takes the pax size");
        let outcome = file_gives(&bytes, &["tar-pax-size-mismatch"], true);
        assert_eq!(outcome.findings[0].expected.as_deref(), Some("600"));
        assert_eq!(outcome.findings[0].actual, Some(header_size.to_string()));
    }
    let same = honest()
        .pax(b'x', &record("size", b"3"))
        .entry(Header::posix(&path("x"), 3), b"abc");
    stream_gives(&same.end(), &[], true);
    let huge = honest()
        .pax(b'x', &record("size", b"18446744073709551615"))
        .header(Header::posix(&path("x"), 0));
    stream_gives(
        &huge.end(),
        &["tar-pax-size-mismatch", "tar-size-invalid"],
        false,
    );
    // A size that some tools apply to the record between instead of to the entry.
    let between = honest()
        .pax(b'x', &record("size", b"1"))
        .long_name(&path("x"))
        .entry(Header::posix(&path("x"), 1), b"x");
    stream_gives(&between.end(), &["tar-pax-size-mismatch"], true);
}

#[test]
fn tar_21_malformed_pax() {
    for body in [
        &b"99 path=x\n"[..],
        b"8 path=x\n",
        b"x path=x\n",
        b"10 path:x\n",
        b"10 path=x ",
        b"\0",
    ] {
        let stream = honest().pax(b'x', body).file(&path("x"), b"").end();
        stream_gives(&stream, &["tar-pax-malformed"], false);
    }
    let twice = [record("path", &path("x")), record("path", &path("y"))].concat();
    let stream = honest()
        .pax(b'x', &twice)
        .entry(Header::posix(&path("x"), 0), b"")
        .end();
    let outcome = stream_gives(&stream, &["tar-pax-malformed"], true);
    assert_eq!(outcome.entries, 3);
    let two = honest()
        .pax(b'x', b"")
        .pax(b'x', b"")
        .file(&path("x"), b"")
        .end();
    stream_gives(&two, &["tar-pax-malformed"], false);
    stream_gives(
        &honest().pax(b'x', b"").end(),
        &["tar-pax-malformed"],
        false,
    );
    stream_gives(&honest().pax(b'x', b"").0, &["tar-pax-malformed"], true);
}

#[test]
fn tar_22_global_pax() {
    for body in [
        record("path", b"evil"),
        record("size", b"9"),
        record("comment", b"x"),
        b"junk".to_vec(),
    ] {
        let stream = honest().pax(b'g', &body).file(&path("x"), b"x").end();
        let outcome = stream_gives(&stream, &["tar-pax-global"], true);
        assert_eq!(outcome.entries, 3);
    }
    let stream = honest()
        .long_name(&path("y"))
        .pax(b'g', b"")
        .file(&path("x"), b"x")
        .end();
    stream_gives(&stream, &["tar-longname-stray", "tar-pax-global"], true);
    let stream = honest()
        .pax(b'x', b"")
        .pax(b'g', b"")
        .file(&path("x"), b"x")
        .end();
    stream_gives(&stream, &["tar-pax-global", "tar-pax-malformed"], true);
}

#[test]
fn tar_23_pax_path() {
    let stream = |pax: &[u8]| {
        honest()
            .pax(b'x', &record("path", pax))
            .entry(Header::posix(&path("x"), 0), b"")
            .end()
    };
    let outcome = stream_gives(&stream(&path("build.rs")), &["tar-pax-path-override"], true);
    assert_eq!(
        outcome.findings[0].path.as_deref(),
        Some("foo-1.0.0/build.rs")
    );
    stream_gives(&stream(&path("x")), &[], true);
    stream_gives(
        &stream(b"/etc/x"),
        &["path-absolute", "tar-pax-path-override"],
        true,
    );
    let sparse = honest()
        .pax(b'x', &record("GNU.sparse.name", b"y"))
        .entry(Header::posix(&path("x"), 0), b"")
        .end();
    stream_gives(&sparse, &["entry-type"], true);
}

#[test]
fn tar_24_stray_long_names() {
    let name = path("x");
    let stream = honest()
        .long_name(&name)
        .long_name(&name)
        .file(&name, b"")
        .end();
    stream_gives(&stream, &["tar-longname-stray"], false);
    stream_gives(
        &honest().long_name(&name).end(),
        &["tar-longname-stray"],
        false,
    );
    stream_gives(&honest().long_name(&name).0, &["tar-longname-stray"], true);
    let link = Header::gnu(b"././@LongLink", 2).kind(b'K');
    stream_gives(
        &honest().entry(link, b"y\0").end(),
        &["tar-longname-stray"],
        false,
    );
}

#[test]
fn tar_25_nul_in_names() {
    let header = Header::gnu(&[&path("x")[..], b"\0hidden"].concat(), 0);
    entry_gives(header, b"", &["path-nul"]);
    let stream = honest()
        .long_name(&path("x\0y"))
        .entry(Header::gnu(&path("x"), 0), b"")
        .end();
    stream_gives(&stream, &["path-nul"], true);
    let prefix = Header::posix(b"x", 0).with(345, b"foo-1.0.0\0more");
    entry_gives(prefix, b"", &["path-nul"]);
}

#[test]
fn tar_26_magic() {
    for magic in [
        &b"\0\0\0\0\0\0\0\0"[..],
        b"ustar\x0001",
        b"ustar \0\0",
        b"USTAR  \0",
    ] {
        entry_gives(
            Header::gnu(&path("x"), 0).with(257, magic),
            b"",
            &["tar-magic"],
        );
    }
    // Python takes these bytes for the head of the path, cargo does not.
    entry_gives(
        Header::gnu(&path("x"), 0).with(345, b"evil"),
        b"",
        &["tar-magic"],
    );
    // Go takes this for another layout with a shorter head.
    entry_gives(
        Header::posix(b"x", 0)
            .with(345, b"foo-1.0.0")
            .with(508, b"tar\0"),
        b"",
        &["tar-magic"],
    );
    entry_gives(Header::posix(b"x", 0).with(345, b"foo-1.0.0"), b"", &[]);
}

#[test]
fn entries_27_to_31_types() {
    for (flag, code) in [
        (b'S', "entry-type"),
        (b'7', "entry-type"),
        (b'Z', "entry-type"),
        (b'V', "entry-type"),
        (b'X', "entry-type"),
        (b'2', "entry-symlink"),
        (b'1', "entry-hardlink"),
        (b'3', "entry-device"),
        (b'4', "entry-device"),
        (b'6', "entry-fifo"),
    ] {
        let outcome = entry_gives(Header::gnu(&path("x"), 0).kind(flag), b"", &[code]);
        assert_eq!(outcome.findings[0].path.as_deref(), Some("foo-1.0.0/x"));
    }
    // A sparse map that goes on in further blocks.
    let sparse = Header::gnu(&path("x"), 0).kind(b'S').with(482, b"\x01");
    stream_gives(&honest().header(sparse).end(), &["entry-type"], false);
    // The flag of the oldest layout is a file to everyone.
    entry_gives(Header::gnu(&path("x"), 0).kind(0), b"", &[]);
}

#[test]
fn entry_32_directory_with_a_size() {
    entry_gives(
        Header::gnu(&path("d/"), 512).kind(b'5'),
        &[1; 512],
        &["tar-dir-size"],
    );
    entry_gives(Header::gnu(&path("d/"), 0).kind(b'5'), b"", &[]);
    entry_gives(Header::gnu(&path("d"), 0).kind(b'5'), b"", &[]);
    entry_gives(Header::gnu(b"foo-1.0.0/", 0).kind(b'5'), b"", &[]);
}

#[test]
fn entry_33_symlink_then_a_file_through_it() {
    let link = Header::gnu(&path("out"), 0)
        .kind(b'2')
        .with(157, b"../bar-1.0.0");
    let stream = honest()
        .header(link)
        .file(&path("out/src/lib.rs"), b"evil")
        .end();
    stream_gives(&stream, &["entry-symlink"], true);
}

#[test]
fn entry_34_file_with_a_slash() {
    entry_gives(Header::gnu(&path("x/"), 1), b"x", &["path-trailing-slash"]);
    entry_gives(
        Header::posix(&path("x/"), 1),
        b"x",
        &["path-trailing-slash"],
    );
    // Python goes by the name in the header, whatever a long-name record says.
    let named = honest()
        .long_name(&path("x"))
        .entry(Header::gnu(&path("x/"), 1).kind(0), b"x");
    stream_gives(&named.end(), &["path-trailing-slash"], true);
    let mut recorder = Recorder::default();
    let stream = Tar::new()
        .header(Header::gnu(&path("x/"), 0))
        .header(Header::posix(&path("y/"), 0))
        .end();
    read_bytes(&Gzip::of(&stream).bytes(), None, &mut [&mut recorder]);
    let kinds: Vec<_> = recorder.entries.iter().map(|entry| entry.kind).collect();
    assert_eq!(
        kinds,
        [EntryKind::Directory, EntryKind::File],
        "as cargo unpacks them"
    );
}

#[test]
fn paths_35_to_41() {
    path_gives(b"foo-1.0.0/../x", &["path-traversal"]);
    path_gives(b"../x", &["path-traversal"]);
    path_gives(b"foo-1.0.0/a/../b", &["path-traversal"]);
    path_gives(b"/etc/passwd", &["path-absolute"]);
    path_gives(b"/foo-1.0.0/x", &["path-absolute"]);
    path_gives(b"foo-1.0.0/a\\b", &["path-backslash"]);
    path_gives(
        b"C:\\x",
        &["path-backslash", "path-prefix", "path-windows-invalid"],
    );
    path_gives(b"\\\\host\\x", &["path-backslash", "path-prefix"]);
    path_gives(b"bar-1.0.0/x", &["path-prefix"]);
    path_gives(b"foo-1.0.0x/x", &["path-prefix"]);
    path_gives(b"foo-1.0.0+meta/x", &["path-prefix"]);
    path_gives(b"Foo-1.0.0/x", &["path-prefix"]);
    path_gives(b"x", &["path-prefix"]);
    // cargo takes a leading `.` for a component that is not the directory.
    path_gives(b"./foo-1.0.0/x", &["path-noncanonical", "path-prefix"]);
    path_gives(b"foo-1.0.0//x", &["path-noncanonical"]);
    path_gives(b"foo-1.0.0/./x", &["path-noncanonical"]);
    path_gives(b"foo-1.0.0/x/.", &["path-noncanonical"]);
    path_gives(b"foo-1.0.0/\xff", &["path-not-utf8"]);
    // A file in the place of the directory.
    let stream = honest().file(b"foo-1.0.0", b"").end();
    stream_gives(&stream, &["path-file-dir-conflict", "path-prefix"], true);
    path_gives(b"", &["path-noncanonical", "path-prefix"]);
}

#[test]
fn without_a_given_prefix_the_first_entry_gives_it() {
    let read = |stream: Vec<u8>| read_bytes(&Gzip::of(&stream).bytes(), None, &mut []);
    let outcome = read(Tar::new().file(b"a-b-1/x", b"").file(b"a-b-1/y", b"").end());
    assert_eq!(
        (outcome.prefix.as_deref(), codes(&outcome)),
        (Some("a-b-1"), vec![])
    );
    let outcome = read(Tar::new().file(b"a/x", b"").file(b"b/y", b"").end());
    assert_eq!(
        (outcome.prefix.as_deref(), codes(&outcome)),
        (Some("a"), vec!["path-prefix"])
    );
    let outcome = read(Tar::new().file(b"/x", b"").file(b"b/y", b"").end());
    assert_eq!(
        (outcome.prefix.as_deref(), codes(&outcome)),
        (None, vec!["path-absolute"])
    );
    let outcome = read(Tar::new().file(b"Cargo.toml", b"").end());
    assert_eq!(codes(&outcome), ["path-prefix"]);
}

#[test]
fn paths_42_to_46_collisions() {
    let big = vec![3; 200_001];
    let mut other = big.clone();
    let two = |a: &str, one: &[u8], b: &str, two: &[u8]| {
        honest()
            .file(&path(a), one)
            .file(&path("m"), b"")
            .file(&path(b), two)
            .end()
    };
    stream_gives(&two("x", &big, "x", &big), &["path-duplicate"], true);
    other[150_000] ^= 1;
    let outcome = stream_gives(
        &two("x", &big, "x", &other),
        &["path-duplicate-conflict"],
        true,
    );
    assert_eq!(outcome.findings.len(), 1);
    stream_gives(
        &two("x", b"", "x", b"0"),
        &["path-duplicate-conflict"],
        true,
    );
    stream_gives(
        &two("x", b"1", "./x", b"2"),
        &["path-duplicate-conflict", "path-noncanonical"],
        true,
    );
    stream_gives(
        &two("README.md", b"", "Readme.md", b""),
        &["path-case-collision"],
        true,
    );
    stream_gives(
        &two("\u{c9}", b"", "\u{e9}", b""),
        &["path-case-collision"],
        true,
    );
    stream_gives(&two("a/x", b"", "A/y", b""), &[], true);
    stream_gives(
        &two("a", b"", "a/b", b""),
        &["path-file-dir-conflict"],
        true,
    );
    stream_gives(
        &two("a/b", b"", "a", b""),
        &["path-file-dir-conflict"],
        true,
    );
    stream_gives(
        &two("a", b"", "A/b/c", b""),
        &["path-file-dir-conflict"],
        true,
    );
    stream_gives(&two("a", b"", "a.b/c", b""), &[], true);
    let directory = Header::gnu(&path("a/"), 0).kind(b'5');
    let stream = honest()
        .file(&path("a"), b"")
        .header(directory.clone())
        .end();
    stream_gives(&stream, &["path-file-dir-conflict"], true);
    let stream = honest()
        .header(directory.clone())
        .header(directory)
        .file(&path("a/x"), b"")
        .end();
    stream_gives(&stream, &["path-duplicate"], true);
}

#[test]
fn paths_47_to_49_names() {
    for name in [
        "aux.rs",
        "con",
        "src/NUL.txt",
        "com1",
        "LPT9.tar.gz",
        "aux/x",
    ] {
        path_gives(&path(name), &["path-windows-reserved"]);
    }
    for name in [
        "x.", "x ", "d./x", "d /x", "x:ads", "a*", "a?", "a<b", "a\"b", "a|b",
    ] {
        path_gives(&path(name), &["path-windows-invalid"]);
    }
    for name in ["a\u{202e}b", "a\u{200b}b", "a\u{feff}", "a\u{2066}b"] {
        path_gives(&path(name), &["path-bidi"]);
    }
    for name in ["a\nb", "a\x1b[2J", "a\x7f", "a\u{85}"] {
        path_gives(&path(name), &["path-control"]);
    }
    path_gives(&path("\u{e9}\u{6f22}.rs"), &[]);
}

#[test]
fn limits_50_to_53() {
    path_gives(
        &path(
            &"a/"
                .repeat(30)
                .replace('a', &"b".repeat(33))
                .replace("/\0", "")[..1013],
        ),
        &[],
    );
    let long = [&path("")[..], &vec![b"d".repeat(200); 6].join(&b'/')].concat();
    let outcome = stream_gives(
        &honest().file(&long, b"").end(),
        &["limit-path-length"],
        true,
    );
    assert!(outcome.findings[0].message.contains("1024"));
    path_gives(&path(&"c".repeat(256)), &["limit-path-length"]);
    path_gives(&path(&"c".repeat(255)), &[]);
    path_gives(&path(&format!("{}x", "d/".repeat(62))), &[]);
    path_gives(&path(&format!("{}x", "d/".repeat(63))), &["limit-depth"]);
    let deep = path(&format!("{}x", "d/".repeat(10_000)));
    let outcome = stream_gives(
        &honest().file(&deep, b"").end(),
        &["limit-depth", "limit-path-length"],
        true,
    );
    assert!(
        outcome
            .findings
            .iter()
            .all(|f| f.path.as_ref().unwrap().len() <= 4096)
    );
    let five = Header::gnu(&path("big"), 5 << 30);
    stream_gives(&honest().header(five).end(), &["limit-file-size"], false);
    let base = Header::gnu(&path("big"), 0).size256(*b"\x80\0\0\0\x40\0\0\0\0\0\0\0");
    stream_gives(&honest().header(base).end(), &["limit-file-size"], false);
}

#[test]
fn limit_51_a_million_entries() {
    let mut tar = Tar::new();
    for n in 0..1_000_000u32 {
        tar = tar.header(Header::gnu(format!("foo-1.0.0/{}", n % 7).as_bytes(), 0));
    }
    let bytes = Gzip::of(&tar.end()).bytes();
    let started = Instant::now();
    let outcome = file_gives(
        &bytes,
        &["findings-truncated", "limit-entries", "path-duplicate"],
        false,
    );
    assert!(started.elapsed() < Duration::from_secs(10));
    assert_eq!(outcome.entries, 65_537);
    assert_eq!(outcome.findings.len(), 1000);
}

#[test]
fn records_are_bounded_in_size_and_number() {
    let large = Header::gnu(b"././@LongLink", (1 << 20) + 1).kind(b'L');
    stream_gives(&honest().header(large).end(), &["limit-record-size"], false);
    let huge = Header::posix(b"x", 1 << 40)
        .kind(b'x')
        .size256(*b"\x80\0\0\0\0\0\x01\0\0\0\0\0");
    stream_gives(&honest().header(huge).end(), &["limit-record-size"], false);
    let mut tar = honest();
    for _ in 0..65 {
        tar = tar.pax(b'g', b"");
    }
    stream_gives(&tar.end(), &["limit-record-size", "tar-pax-global"], false);
}

#[test]
fn sinks_and_cancelling_end_the_reading() {
    struct Refuses;
    impl cratetrust_core::archive::Sink for Refuses {
        fn entry(
            &mut self,
            _: &cratetrust_core::archive::Entry<'_>,
        ) -> cratetrust_core::Result<()> {
            Err(cratetrust_core::Error::invalid("no"))
        }
        fn chunk(&mut self, _: &[u8]) -> cratetrust_core::Result<()> {
            Ok(())
        }
        fn end(&mut self) -> cratetrust_core::Result<()> {
            Ok(())
        }
    }
    let bytes = Gzip::of(&honest().end()).bytes();
    let cancel = CancelToken::new();
    let limits = Limits::default();
    let error = read(&bytes[..], None, &limits, &cancel, &mut [&mut Refuses]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    cancel.cancel();
    let error = read(&bytes[..], None, &limits, &cancel, &mut []).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
}

#[test]
fn a_reader_that_fails_is_an_error() {
    struct Fails;
    impl Read for Fails {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("broken disk"))
        }
    }
    let error = read(
        Fails,
        None,
        &Limits::default(),
        &CancelToken::new(),
        &mut [],
    )
    .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
}
