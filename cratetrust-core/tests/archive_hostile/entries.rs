//! Entries, their paths and the limits: cases 27 to 53.

use super::*;

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
