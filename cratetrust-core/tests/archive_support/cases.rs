//! The list of hostile archives, 1 to 71, case by case.

use super::build::{Gzip, Header, Tar, record};

const TOML: &[u8] = b"[package]\nname = \"foo\"\nversion = \"1.0.0\"\n";
const ID: &str = "0123456789abcdef0123456789abcdef01234567";

pub fn at(name: &str) -> Vec<u8> {
    format!("foo-1.0.0/{name}").into_bytes()
}

fn good() -> Tar {
    Tar::new()
        .file(&at("Cargo.toml"), TOML)
        .file(&at("src/lib.rs"), &[b'/'; 700])
}

fn gz(tar: Tar) -> Vec<u8> {
    Gzip::of(&tar.end()).bytes()
}

fn named(name: &[u8]) -> Vec<u8> {
    gz(good().file(name, b"x"))
}

fn entry(header: Header) -> Vec<u8> {
    gz(good().header(header))
}

fn two(one: &str, first: &[u8], other: &str, second: &[u8]) -> Vec<u8> {
    gz(good().file(&at(one), first).file(&at(other), second))
}

fn toml(text: &str) -> Vec<u8> {
    gz(Tar::new().file(&at("Cargo.toml"), text.as_bytes()))
}

/// A good package in a directory of another name.
fn in_directory(name: &str) -> Vec<u8> {
    let at = |file: &str| format!("{name}/{file}").into_bytes();
    gz(Tar::new()
        .file(&at("Cargo.toml"), TOML)
        .file(&at("src/lib.rs"), b""))
}

fn tail(text: &str) -> Vec<u8> {
    gz(Tar::new()
        .file(&at("Cargo.toml"), &[TOML, text.as_bytes()].concat())
        .file(&at("src/lib.rs"), b""))
}

fn with(name: &str, body: &[u8]) -> Vec<u8> {
    gz(good().file(&at(name), body))
}

fn changed(change: impl FnOnce(&mut Gzip)) -> Vec<u8> {
    let mut gzip = Gzip::of(&good().end());
    change(&mut gzip);
    gzip.bytes()
}

fn cut(stream: &[u8], length: usize) -> Vec<u8> {
    Gzip::of(&stream[..length]).bytes()
}

fn mode(digits: &[u8]) -> Vec<u8> {
    entry(Header::gnu(&at("x"), 0).with(100, digits))
}

/// A case: its number, what it is, the file, and the codes apart from those of severity info that
/// every package of its kind has.
pub type Case = (u32, &'static str, Vec<u8>, &'static [&'static str]);

fn gzip_cases() -> Vec<Case> {
    let bomb = Gzip::zeros(&good().0, 600);
    let lying = Gzip {
        isize: 17,
        ..bomb.clone()
    };
    let whole = changed(|_| {});
    vec![
        (1, "empty file", Vec::new(), &["gz-empty"]),
        (
            2,
            "truncated stream",
            whole[..whole.len() / 2].to_vec(),
            &["gz-truncated"],
        ),
        (
            2,
            "truncated trailer",
            whole[..whole.len() - 3].to_vec(),
            &["gz-truncated"],
        ),
        (3, "bad CRC", changed(|gzip| gzip.crc ^= 1), &["gz-crc"]),
        (
            4,
            "bad length",
            changed(|gzip| gzip.isize += 1),
            &["gz-isize"],
        ),
        (
            5,
            "second member",
            changed(|gzip| gzip.after = gz(Tar::new().file(&at("build.rs"), b"evil"))),
            &["gz-multi-member"],
        ),
        (
            6,
            "trailing junk",
            changed(|gzip| gzip.after = b"junk".to_vec()),
            &["gz-trailing"],
        ),
        (
            7,
            "trailing zeros",
            changed(|gzip| gzip.after = vec![0; 9]),
            &["gz-trailing-zero"],
        ),
        (
            8,
            "zstd",
            b"\x28\xb5\x2f\xfd\x04\x00".to_vec(),
            &["gz-magic"],
        ),
        (8, "zip", b"PK\x03\x04\x14\0\0\0".to_vec(), &["gz-magic"]),
        (8, "plain tar", good().end(), &["gz-magic"]),
        (
            9,
            "reserved flags",
            changed(|gzip| gzip.header[3] = 0xe0),
            &["gz-header"],
        ),
        (
            9,
            "huge name",
            changed(|gzip| {
                gzip.header[3] = 8;
                gzip.header.extend(vec![b'n'; 1 << 20]);
                gzip.header.push(0);
            }),
            &["gz-header"],
        ),
        (10, "bomb", bomb.bytes(), &["limit-unpacked-size"]),
        (
            11,
            "bomb with a small length",
            lying.bytes(),
            &["limit-unpacked-size"],
        ),
        (
            12,
            "length of 4 GiB",
            changed(|gzip| gzip.isize = u32::MAX),
            &["gz-isize"],
        ),
    ]
}

fn tar_cases() -> Vec<Case> {
    let stream = good().end();
    let pax = |body: &[u8]| gz(good().pax(b'x', body).file(&at("x"), b"abc"));
    let mut wrong = Header::gnu(&at("x"), 0).block();
    wrong[150] ^= 1;
    vec![
        (
            13,
            "bad header checksum",
            gz(good().raw(&wrong)),
            &["tar-header-checksum"],
        ),
        (
            14,
            "truncated body",
            cut(&stream, 512 * 3 + 100),
            &["tar-truncated"],
        ),
        (
            15,
            "no end marker",
            cut(&stream, stream.len() - 1024),
            &["tar-no-eof"],
        ),
        (
            16,
            "data after the end",
            Gzip::of(&[&stream[..], b"data"].concat()).bytes(),
            &["tar-data-after-eof"],
        ),
        (
            17,
            "negative size",
            entry(Header::gnu(&at("x"), 0).size256([0xff; 12])),
            &["tar-size-invalid"],
        ),
        (
            17,
            "size of 2^63",
            entry(Header::gnu(&at("x"), 0).size256(*b"\x80\0\0\0\x80\0\0\0\0\0\0\0")),
            &["tar-size-invalid"],
        ),
        (
            18,
            "size that is not octal",
            entry(Header::gnu(&at("x"), 0).with(124, b"0000000009x\0")),
            &["tar-size-invalid"],
        ),
        (
            19,
            "pax size differs",
            pax(&record("size", b"2")),
            &["tar-pax-size-mismatch"],
        ),
        (
            20,
            "pax size and no header size",
            gz(good()
                .pax(b'x', &record("size", b"3"))
                .header(Header::gnu(&at("x"), 0))
                .body(b"abc")),
            &["tar-pax-size-mismatch"],
        ),
        (
            21,
            "malformed pax record",
            pax(b"99 path=x\n"),
            &["tar-pax-malformed"],
        ),
        (
            22,
            "global pax",
            gz(good().pax(b'g', &record("path", b"foo-1.0.0/y"))),
            &["tar-pax-global"],
        ),
        (
            23,
            "pax path differs",
            pax(&record("path", b"foo-1.0.0/y")),
            &["tar-pax-path-override"],
        ),
        (
            24,
            "two long names",
            gz(good()
                .long_name(&at("a"))
                .long_name(&at("b"))
                .file(&at("c"), b"")),
            &["tar-longname-stray"],
        ),
        (
            24,
            "long name of nothing",
            gz(good().long_name(&at("a"))),
            &["tar-longname-stray"],
        ),
        (25, "NUL in a name", named(b"foo-1.0.0/a\0b"), &["path-nul"]),
        (
            25,
            "NUL in a pax path",
            gz(good()
                .pax(b'x', &record("path", b"foo-1.0.0/a\0b"))
                .file(&at("a"), b"x")),
            &["path-nul", "tar-pax-path-override"],
        ),
        (
            26,
            "unknown magic",
            entry(Header::gnu(&at("x"), 0).with(257, b"unknown\0")),
            &["tar-magic"],
        ),
        (
            26,
            "the layout of 1979",
            entry(Header::gnu(&at("x"), 0).with(257, &[0; 8])),
            &["tar-magic"],
        ),
        (
            27,
            "sparse",
            entry(Header::gnu(&at("x"), 0).kind(b'S')),
            &["entry-type"],
        ),
        (
            27,
            "contiguous",
            entry(Header::gnu(&at("x"), 0).kind(b'7')),
            &["entry-type"],
        ),
        (
            27,
            "unknown type",
            entry(Header::gnu(&at("x"), 0).kind(b'Z')),
            &["entry-type"],
        ),
        (
            28,
            "symbolic link",
            entry(Header::gnu(&at("x"), 0).kind(b'2').with(157, b"/etc")),
            &["entry-symlink"],
        ),
        (
            29,
            "hard link",
            entry(
                Header::gnu(&at("x"), 0)
                    .kind(b'1')
                    .with(157, b"foo-1.0.0/Cargo.toml"),
            ),
            &["entry-hardlink"],
        ),
        (
            30,
            "character device",
            entry(Header::gnu(&at("x"), 0).kind(b'3')),
            &["entry-device"],
        ),
        (
            30,
            "block device",
            entry(Header::gnu(&at("x"), 0).kind(b'4')),
            &["entry-device"],
        ),
        (
            31,
            "FIFO",
            entry(Header::gnu(&at("x"), 0).kind(b'6')),
            &["entry-fifo"],
        ),
        (
            32,
            "directory with a size",
            gz(good().entry(Header::gnu(&at("d/"), 3).kind(b'5'), b"abc")),
            &["tar-dir-size"],
        ),
        (
            33,
            "file through a link",
            gz(good()
                .header(Header::gnu(&at("l"), 0).kind(b'2').with(157, b"../other"))
                .file(&at("l/x"), b"x")),
            &["entry-symlink"],
        ),
        (
            34,
            "file with a slash",
            named(b"foo-1.0.0/x/"),
            &["path-trailing-slash"],
        ),
    ]
}

fn path_cases() -> Vec<Case> {
    let deep = at(&format!("{}x", "d/".repeat(10_000)));
    vec![
        (35, "..", named(b"foo-1.0.0/../x"), &["path-traversal"]),
        (36, "absolute", named(b"/etc/passwd"), &["path-absolute"]),
        (
            37,
            "backslash",
            named(b"foo-1.0.0/a\\b"),
            &["path-backslash"],
        ),
        (38, "another crate", named(b"bar-1.0.0/x"), &["path-prefix"]),
        (
            38,
            "another crate's directory throughout",
            in_directory("bar-1.0.0"),
            &["path-prefix"],
        ),
        (39, "look-alike", named(b"foo-1.0.0x/x"), &["path-prefix"]),
        (
            39,
            "build metadata",
            named(b"foo-1.0.0+meta/x"),
            &["path-prefix"],
        ),
        (
            39,
            "build metadata throughout",
            in_directory("foo-1.0.0+meta"),
            &["path-prefix"],
        ),
        (
            39,
            "look-alike throughout",
            in_directory("foo-1.0.0x"),
            &["path-prefix"],
        ),
        (
            40,
            "empty component",
            named(b"foo-1.0.0//x"),
            &["path-noncanonical"],
        ),
        (
            40,
            "dot component",
            named(b"foo-1.0.0/./x"),
            &["path-noncanonical"],
        ),
        (
            40,
            "leading dot",
            named(b"./foo-1.0.0/x"),
            &["path-noncanonical", "path-prefix"],
        ),
        (
            41,
            "not UTF-8",
            named(b"foo-1.0.0/\xff"),
            &["path-not-utf8"],
        ),
        (
            42,
            "duplicate",
            two("x", b"1", "x", b"1"),
            &["path-duplicate"],
        ),
        (
            43,
            "conflicting duplicate",
            two("x", b"1", "x", b"2"),
            &["path-duplicate-conflict"],
        ),
        (
            44,
            "case",
            two("x", b"", "X", b""),
            &["path-case-collision"],
        ),
        (
            44,
            "case beyond ASCII, folded in full",
            two("stra\u{df}e.rs", b"1", "STRASSE.RS", b"2"),
            &["path-case-collision"],
        ),
        (
            44,
            "the sign of kelvin",
            two("k.rs", b"1", "\u{212a}.rs", b"2"),
            &["path-case-collision"],
        ),
        (
            45,
            "composed and decomposed",
            two("\u{e9}", b"", "e\u{301}", b""),
            &["path-unicode-collision"],
        ),
        (
            45,
            "and in another case",
            two("\u{c9}/x", b"", "e\u{301}/X", b""),
            &["path-unicode-collision"],
        ),
        (
            45,
            "singleton",
            two("\u{212b}", b"", "A\u{30a}", b""),
            &["path-unicode-collision"],
        ),
        (
            46,
            "file and directory",
            two("x", b"", "x/y", b""),
            &["path-file-dir-conflict"],
        ),
        (
            47,
            "device of Windows",
            with("aux.rs", b""),
            &["path-windows-reserved"],
        ),
        (
            48,
            "trailing dot",
            with("x.", b""),
            &["path-windows-invalid"],
        ),
        (
            48,
            "alternate stream",
            with("x:y", b""),
            &["path-windows-invalid"],
        ),
        (
            49,
            "bidi in a name",
            with("a\u{202e}b", b""),
            &["path-bidi"],
        ),
        (
            49,
            "zero width in a name",
            with("a\u{200b}b", b""),
            &["path-bidi"],
        ),
        (
            49,
            "a filler without shape in a name",
            with("a\u{3164}b", b""),
            &["path-bidi"],
        ),
        (
            50,
            "long path",
            with(&format!("{}x", "0123456789/".repeat(60).repeat(2)), b""),
            &["limit-depth", "limit-path-length"],
        ),
        (
            50,
            "long component",
            with(&"c".repeat(256), b""),
            &["limit-path-length"],
        ),
        (51, "a million entries", Vec::new(), &["limit-entries"]),
        (
            52,
            "deep path",
            gz(good().file(&deep, b"")),
            &["limit-depth", "limit-path-length"],
        ),
        (
            53,
            "file of 5 GiB",
            entry(Header::gnu(&at("x"), 5 << 30)),
            &["limit-file-size"],
        ),
    ]
}

fn content_cases() -> Vec<Case> {
    let original = |text: &str| gz(good().file(&at("Cargo.toml.orig"), text.as_bytes()));
    let vcs = |text: &str| with(".cargo_vcs_info.json", text.as_bytes());
    vec![
        (
            54,
            "no manifest",
            gz(Tar::new().file(&at("x"), b"")),
            &["manifest-missing"],
        ),
        (
            55,
            "manifest in other case",
            gz(Tar::new().file(&at("CARGO.TOML"), TOML)),
            &["manifest-case", "manifest-missing"],
        ),
        (
            56,
            "two manifests",
            gz(good().file(&at("Cargo.toml"), &[TOML, b"\n"].concat())),
            &["manifest-duplicate", "path-duplicate-conflict"],
        ),
        (
            56,
            "two manifests that differ in their spelling too",
            gz(good().file(&at("CARGO.toml"), &[TOML, b"\n"].concat())),
            &["manifest-case", "manifest-duplicate", "path-case-collision"],
        ),
        (
            57,
            "name",
            toml("[package]\nname = 'bar'\nversion = '1.0.0'\n"),
            &["manifest-name"],
        ),
        (
            58,
            "version",
            toml("[package]\nname = 'foo'\nversion = '1.0.1'\n"),
            &["manifest-version"],
        ),
        (59, "no TOML", toml("[package\n"), &["manifest-parse"]),
        (
            60,
            "inherited version",
            toml("[package]\nname = 'foo'\nversion.workspace = true\n"),
            &["manifest-not-normalized"],
        ),
        (
            61,
            "patch",
            tail("[patch.crates-io]\nx = { path = 'x' }\n"),
            &["manifest-forbidden-table"],
        ),
        (
            61,
            "workspace",
            tail("[workspace]\nmembers = ['x']\n"),
            &["manifest-forbidden-table"],
        ),
        (
            62,
            "build script outside",
            tail("build = '../build.rs'\n"),
            &["manifest-target-path"],
        ),
        (
            62,
            "build script absolute",
            tail("build = '/build.rs'\n"),
            &["manifest-target-path"],
        ),
        (
            62,
            "build script missing",
            tail("build = 'build.rs'\n"),
            &["manifest-target-path"],
        ),
        (
            62,
            "build script missing, by default name",
            tail("build = true\n"),
            &["manifest-target-path"],
        ),
        (
            62,
            "library outside",
            tail("[lib]\npath = '../lib.rs'\n"),
            &["manifest-target-path"],
        ),
        (
            62,
            "program absolute",
            tail("[[bin]]\nname = 'x'\npath = '/x.rs'\n"),
            &["manifest-target-path"],
        ),
        (
            63,
            "dependency added",
            gz(Tar::new()
                .file(
                    &at("Cargo.toml"),
                    &[TOML, b"[dependencies.evil]\nversion = '1'\n"].concat(),
                )
                .file(&at("Cargo.toml.orig"), TOML)),
            &["manifest-orig-mismatch"],
        ),
        (
            63,
            "build script added",
            gz(Tar::new()
                .file(&at("Cargo.toml"), &[TOML, b"build = 'evil.rs'\n"].concat())
                .file(&at("evil.rs"), b"")
                .file(&at("Cargo.toml.orig"), TOML)),
            &["manifest-orig-mismatch"],
        ),
        (
            64,
            "path only",
            tail("[dependencies]\nx = { path = '../x' }\n"),
            &["manifest-path-dep"],
        ),
        (65, ".cargo-ok", with(".cargo-ok", b""), &["reserved-file"]),
        (
            66,
            ".cargo-checksum.json",
            with(".cargo-checksum.json", b"{}"),
            &["reserved-file"],
        ),
        (
            66,
            ".cargo/config.toml",
            with(".cargo/config.toml", b""),
            &["cargo-config-inside"],
        ),
        (
            66,
            ".cargo/config",
            with(".cargo/config", b""),
            &["cargo-config-inside"],
        ),
        (67, "setuid", mode(b"0004644\0"), &["mode-special"]),
        (67, "setgid", mode(b"0002644\0"), &["mode-special"]),
        (
            67,
            "writable by all",
            mode(b"0000646\0"),
            &["mode-writable"],
        ),
        (
            68,
            "bidi in a source",
            with("src/x.rs", "// \u{202e}".as_bytes()),
            &["source-bidi"],
        ),
        (
            69,
            "binary by its magic",
            with("data", b"\x7fELF\x02\x01\x01"),
            &["binary-file"],
        ),
        (
            69,
            "binary by its name",
            with("x.dll", b"x"),
            &["binary-file"],
        ),
        (70, "vcs info that is no JSON", vcs("{"), &["vcs-malformed"]),
        (
            70,
            "vcs info without a commit",
            vcs("{\"git\":{\"sha1\":\"abc\"}}"),
            &["vcs-malformed"],
        ),
        (
            70,
            "dirty",
            vcs(&format!("{{\"git\":{{\"sha1\":\"{ID}\",\"dirty\":true}}}}")),
            &["vcs-dirty"],
        ),
        (
            71,
            "a manifest of nothing but tables",
            tail(&"[a]\n".repeat(200_000)),
            &["limit-parse"],
        ),
        (
            71,
            "deep TOML",
            toml(&format!("x = {}", "[".repeat(100_000))),
            &["limit-parse"],
        ),
        (
            71,
            "huge TOML",
            toml(&"#".repeat((4 << 20) + 1)),
            &["limit-parse"],
        ),
        (
            71,
            "deep TOML of the author",
            original(&"[".repeat(100_000)),
            &["limit-parse"],
        ),
        (71, "deep JSON", vcs(&"[".repeat(100_000)), &["limit-parse"]),
        (
            71,
            "huge JSON",
            vcs(&" ".repeat((4 << 20) + 1)),
            &["limit-parse"],
        ),
    ]
}

/// A million empty entries; they are too many to be held for all cases at once.
pub fn million() -> Vec<u8> {
    let mut tar = good();
    for n in 0..1_000_000u32 {
        tar = tar.header(Header::gnu(&at(&n.to_string()), 0));
    }
    gz(tar)
}

/// Every case; that of a million entries (51) is made by [`million`].
pub fn all() -> Vec<Case> {
    [gzip_cases(), tar_cases(), path_cases(), content_cases()]
        .into_iter()
        .flatten()
        .collect()
}
