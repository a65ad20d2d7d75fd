//! The tar layer: cases 13 to 26.

use super::*;

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
