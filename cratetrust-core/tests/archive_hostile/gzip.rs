//! The gzip layer: cases 1 to 12.

use super::*;

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
