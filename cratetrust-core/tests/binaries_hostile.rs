//! Programs that were made to harm: each ends in a typed error with its path, within the limits.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail by panicking"
)]

use std::path::PathBuf;

use cratetrust_core::evidence::{Gathered, gather};
use cratetrust_core::{CancelToken, Error, ErrorKind, Input, Options};
use proptest::prelude::*;

mod binary_support;

use binary_support::{elf, listing, macho, packed, pe, universal, wasm, wasm_custom, wasm_section};

const LIST: &str = include_str!("fixtures/binaries/list-8.json");

fn read(bytes: impl Into<Vec<u8>>) -> Result<Gathered, Error> {
    gather(
        &[Input::from_bytes("app", bytes.into())],
        &Options::default(),
    )
}

/// The error that these bytes end in; it names its input.
fn error(bytes: impl Into<Vec<u8>>) -> Error {
    let error = read(bytes).unwrap_err();
    assert_eq!(error.path(), Some("app"), "{error}");
    error
}

fn parse_error(bytes: impl Into<Vec<u8>>, wanted: &str) {
    let error = error(bytes);
    assert_eq!(error.kind(), ErrorKind::Parse, "{error}");
    assert!(error.to_string().contains(wanted), "{error}, not {wanted}");
}

fn limit_error(bytes: impl Into<Vec<u8>>, limit: &str) {
    let error = error(bytes);
    assert_eq!(
        error.limit_met().map(|(name, _)| name),
        Some(limit),
        "{error}"
    );
}

fn fixtures() -> Vec<(String, Vec<u8>)> {
    let place = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/binaries");
    let names = [
        "elf32-8",
        "elf64-1",
        "elf64-big-endian-0",
        "macho-universal-8",
        "macho-x86_64-1",
        "pe32-0",
        "pe64-8",
        "tiny-0",
        "wasm-8",
    ];
    names
        .iter()
        .map(|name| ((*name).to_owned(), std::fs::read(place.join(name)).unwrap()))
        .collect()
}

fn put(bytes: &mut [u8], at: usize, value: &[u8]) {
    bytes[at..at + value.len()].copy_from_slice(value);
}

#[test]
fn a_program_cut_short_anywhere_is_no_answer_of_another_kind() {
    for (name, whole) in fixtures() {
        let answer = read(whole.clone()).unwrap().bom;
        let step = whole.len().div_ceil(700);
        // Fewer bytes than these do not tell what it is.
        for end in (4..whole.len()).step_by(step) {
            match read(&whole[..end]) {
                // What is behind the last section that matters may be missing.
                Ok(part) => {
                    assert_eq!(
                        part.bom.packages.len(),
                        answer.packages.len(),
                        "{name} {end}"
                    );
                }
                Err(error) => {
                    let expected = [ErrorKind::Parse, ErrorKind::UnsupportedFormat];
                    assert!(expected.contains(&error.kind()), "{name} {end}: {error}");
                    assert_eq!(error.path(), Some("app"), "{name} {end}");
                }
            }
        }
    }
}

#[test]
fn places_beyond_the_file_are_told_with_their_offset() {
    let list = packed(LIST);
    let whole = elf(&[(".dep-v0", &list)]);
    let table = u64::from_le_bytes(whole[40..48].try_into().unwrap()) as usize;
    let header = table + 64;
    for (at, value) in [
        (40, u64::MAX - 8),
        (40, whole.len() as u64),
        (header + 24, u64::MAX),
        (header + 24, whole.len() as u64 - 1),
        (header + 32, u64::MAX),
        (table + 128 + 24, u64::MAX - 1),
    ] {
        let mut bytes = whole.clone();
        put(&mut bytes, at, &value.to_le_bytes());
        let error = error(bytes);
        assert_eq!(error.kind(), ErrorKind::Parse, "{at} {value}: {error}");
        assert!(error.offset().is_some(), "{at} {value}: {error}");
    }
    // Headers that are too short, names that are too long, a section of names that is none.
    let mut short = whole.clone();
    put(&mut short, 58, &8u16.to_le_bytes());
    parse_error(short, "too short");
    let mut long = whole.clone();
    put(&mut long, table + 128 + 32, &(2u64 << 20).to_le_bytes());
    parse_error(long, "names of sections");
    let mut none = whole.clone();
    put(&mut none, 62, &9u16.to_le_bytes());
    parse_error(none, "does not exist");
    // More sections than fit: the number stands in the first one.
    let mut many = whole.clone();
    put(&mut many, 60, &0u16.to_le_bytes());
    put(&mut many, table + 32, &u64::MAX.to_le_bytes());
    limit_error(many, "entries");
    let mut empty = whole.clone();
    put(&mut empty, header + 4, &8u32.to_le_bytes());
    parse_error(empty, "no bytes");
    let twice = elf(&[(".dep-v0", &list), (".dep-v0", &list)]);
    parse_error(twice, "second section");
    assert_eq!(
        error(&b"\x7fELF\x03\x01\x01\0\0\0\0\0\0\0\0\0"[..]).kind(),
        ErrorKind::UnsupportedFormat
    );
    assert_eq!(
        error(&b"\x7fELF\x02\x07\x01\0\0\0\0\0\0\0\0\0"[..]).kind(),
        ErrorKind::UnsupportedFormat
    );
}

#[test]
fn programs_of_windows_are_read_within_their_bounds() {
    let list = packed(LIST);
    let whole = pe(b".dep-v0\0", &list);
    assert_eq!(read(whole.clone()).unwrap().bom.packages.len(), 12);
    assert_eq!(
        error(pe(b".dep-v0x", &list)).kind(),
        ErrorKind::UnsupportedFormat
    );
    assert_eq!(error(&b"MZ"[..]).kind(), ErrorKind::UnsupportedFormat);
    let mut dos = whole.clone();
    put(&mut dos, 64, b"NE");
    assert_eq!(error(dos).kind(), ErrorKind::UnsupportedFormat);
    let mut beyond = whole.clone();
    put(&mut beyond, 0x3c, &u32::MAX.to_le_bytes());
    parse_error(beyond, "ends before");
    let mut beyond = whole.clone();
    put(&mut beyond, 64 + 24 + 20, &u32::MAX.to_le_bytes());
    parse_error(beyond, "ends before");
    // A linker that leaves the size in memory out.
    let mut unsized_ = whole;
    put(&mut unsized_, 64 + 24 + 8, &[0; 4]);
    assert_eq!(read(unsized_).unwrap().bom.packages.len(), 12);
}

#[test]
fn programs_of_apple_are_read_within_their_bounds() {
    let list = packed(LIST);
    let thin = macho(7, &list);
    assert_eq!(read(thin.clone()).unwrap().bom.packages.len(), 12);
    for (at, value) in [
        (20, u32::MAX),
        (36, u32::MAX),
        (36, 4),
        (32 + 64, u32::MAX),
        (32 + 72 + 48, u32::MAX),
    ] {
        let mut bytes = thin.clone();
        put(&mut bytes, at, &value.to_le_bytes());
        assert_eq!(error(bytes).kind(), ErrorKind::Parse, "{at}");
    }
    let mut many = thin.clone();
    put(&mut many, 16, &u32::MAX.to_le_bytes());
    limit_error(many, "entries");

    let one = universal(std::slice::from_ref(&thin), None);
    assert_eq!(read(one).unwrap().bom.packages.len(), 12);
    let two = [thin.clone(), macho(12, &list)];
    assert_eq!(read(universal(&two, None)).unwrap().bom.packages.len(), 12);
    let size = thin.len() as u32;
    let start = 8 + 40;
    parse_error(
        universal(&two, Some(&[(start, size), (start, size)])),
        "overlap",
    );
    parse_error(
        universal(&two, Some(&[(start, size), (start + size - 1, size)])),
        "overlap",
    );
    parse_error(
        universal(&two, Some(&[(start, size), (u32::MAX, 1)])),
        "ends before",
    );
    parse_error(universal(&[], None), "without a program");
    let inside = universal(&[universal(std::slice::from_ref(&thin), None)], None);
    assert_eq!(error(inside).kind(), ErrorKind::UnsupportedFormat);
    // A Java class begins with the same bytes.
    let java = error(&b"\xca\xfe\xba\xbe\0\0\0\x41\0\x10"[..]);
    assert_eq!(java.kind(), ErrorKind::UnsupportedFormat);
    assert!(java.message().contains("Java"), "{java}");
    // One program of two without a list.
    let mut other = macho(12, &list);
    put(&mut other, 32 + 72, b".data\0\0");
    let part = read(universal(&[thin, other], None)).unwrap();
    assert_eq!(part.bom.packages.len(), 12);
    assert_eq!(part.findings.len(), 1);
}

#[test]
fn programs_of_two_processors_with_two_lists_are_both() {
    let other = LIST
        .replace("\"fastrand\"", "\"fastrand2\"")
        .replace("\"format\":8", "\"format\":1");
    let both = universal(&[macho(7, &packed(LIST)), macho(12, &packed(&other))], None);
    let bom = read(both).unwrap().bom;
    assert_eq!(bom.packages.len(), 13);
    assert_eq!(bom.roots.len(), 1);
    let levels: Vec<&str> = bom
        .evidence
        .iter()
        .map(|source| source.level.name())
        .collect();
    assert_eq!(
        levels,
        ["auditable"],
        "no more exact than the less exact one"
    );
}

#[test]
fn modules_are_read_within_their_bounds() {
    let list = wasm_custom(".dep-v0", &packed(LIST));
    let module = wasm(false, &[wasm_section(1, &[0]), list.clone()]);
    assert_eq!(read(module.clone()).unwrap().bom.packages.len(), 12);
    let component = wasm(true, &[wasm_section(1, &module)]);
    assert_eq!(read(component.clone()).unwrap().bom.packages.len(), 12);
    parse_error(wasm(false, &[list.clone(), list.clone()]), "second section");
    parse_error(
        wasm(true, &[wasm_section(1, &module), wasm_section(1, &module)]),
        "second section",
    );
    let mut beyond = wasm(false, std::slice::from_ref(&list));
    beyond.truncate(beyond.len() - 1);
    parse_error(beyond, "beyond");
    parse_error(
        wasm(false, &[vec![0, 0xff, 0xff, 0xff, 0xff, 0xff, 1]]),
        "beyond",
    );
    parse_error(wasm(false, &[wasm_section(0, &[9, b'x'])]), "beyond");
    parse_error(
        wasm(true, &[wasm_section(1, b"nothing at all")]),
        "no module",
    );
    parse_error(&b"\0asm\x07\0\0\0"[..], "version");
    let mut deep = module;
    for _ in 0..200 {
        deep = wasm(true, &[wasm_section(4, &deep)]);
    }
    limit_error(deep, "nesting");
    limit_error(wasm(false, &vec![wasm_section(0, &[0]); 70_000]), "entries");
    // The compiler names itself; a list of tools that is none tells nothing.
    let producers = b"\x01\x0cprocessed-by\x01\x05rustc\x1d1.95.0 (59807616e 2026-04-14)";
    let told = read(wasm(false, &[wasm_custom("producers", producers), list])).unwrap();
    let toolchain = told.bom.toolchain.unwrap();
    assert_eq!(toolchain.version.as_deref(), Some("1.95.0"));
    let odd = wasm(
        false,
        &[wasm_custom("producers", b"\xff\xff\xff\xff\x0f\x01")],
    );
    assert_eq!(error(odd).kind(), ErrorKind::UnsupportedFormat);
}

#[test]
fn the_section_inflates_within_its_limit_and_to_its_end() {
    let bomb = packed(&" ".repeat(9 << 20));
    assert!(bomb.len() < 16 << 10);
    limit_error(elf(&[(".dep-v0", &bomb)]), "auditable-size");
    limit_error(
        elf(&[(".dep-v0", &vec![0; (8 << 20) + 1])]),
        "auditable-size",
    );
    let mut small = Options::default();
    small.limits.auditable_size = 900;
    let input = Input::from_bytes("app", listing(LIST));
    let error = gather(&[input], &small).unwrap_err();
    assert_eq!(error.limit_met(), Some(("auditable-size", 900)));
    let list = packed(LIST);
    let mut filled = list.clone();
    filled.extend([0; 500]);
    assert!(read(elf(&[(".dep-v0", &filled)])).is_ok());
    filled.extend(&list);
    parse_error(elf(&[(".dep-v0", &filled)]), "behind the list");
    parse_error(
        elf(&[(".dep-v0", &list[..list.len() / 2])]),
        "no zlib stream",
    );
    parse_error(
        elf(&[(".dep-v0", &list[..list.len() - 1])]),
        "no zlib stream",
    );
    let mut wrong = list.clone();
    *wrong.last_mut().unwrap() ^= 1;
    parse_error(elf(&[(".dep-v0", &wrong)]), "no zlib stream");
    parse_error(elf(&[(".dep-v0", &[])]), "no zlib stream");
    parse_error(elf(&[(".dep-v0", LIST.as_bytes())]), "no zlib stream");
    let mut large = Options::default();
    large.limits.binary_size = 1_000;
    for input in [
        Input::from_bytes("app", b"\x7fELF".repeat(300)),
        Input::from_path(
            PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/binaries/tiny-0"),
        ),
    ] {
        let error = gather(&[input], &large).unwrap_err();
        assert_eq!(error.limit_met(), Some(("binary-size", 1_000)));
    }
}

#[test]
fn lists_that_no_build_can_have_are_refused_with_their_place() {
    let package =
        |rest: &str| format!(r#"{{"name":"a","version":"1.0.0","source":"local"{rest}}}"#);
    let list =
        |packages: &[String]| listing(&format!(r#"{{"packages":[{}]}}"#, packages.join(",")));
    let depends = |on: usize| package(&format!(r#","dependencies":[{on}]"#));
    let root = || package(r#","root":true"#);
    for (bytes, wanted) in [
        (list(&[depends(1), depends(0)]), "cycle"),
        (list(&[depends(0)]), "cycle"),
        (
            list(&[package(""), depends(2)]),
            "/packages/1/dependencies/0",
        ),
        (list(&[depends(usize::MAX)]), "/packages/0/dependencies/0"),
        (list(&[root(), root()]), "/packages/1/root"),
        (list(&[package(r#","kind":"dev""#)]), "/packages/0/kind"),
        (list(&[package(r#","name":"b""#)]), "duplicate field"),
        (
            list(&[package(r#","dependencies":"x""#)]),
            "not as its format wants it",
        ),
        (
            list(&[package(r#","dependencies":[-1]"#)]),
            "not as its format wants it",
        ),
        (list(&[]), "/packages"),
        (
            listing(r#"{"packages":[],"packages":[]}"#),
            "duplicate field",
        ),
        (listing(r#"{"format":1}"#), "missing field"),
        (
            listing(r#"{"packages":[{"name":"a b","version":"1.0.0","source":"local"}]}"#),
            "/packages/0",
        ),
        (
            listing(r#"{"packages":[{"name":"a\u202eb","version":"1.0.0","source":"local"}]}"#),
            "/packages/0",
        ),
        (
            listing(r#"{"packages":[{"name":"a","version":"one","source":"local"}]}"#),
            "/packages/0",
        ),
        (
            listing(r#"{"packages":[{"name":"a","version":"","source":"local"}]}"#),
            "/packages/0",
        ),
        (listing("[]"), "no JSON object"),
        (listing("nothing"), "no JSON object"),
        (listing("{\"packages\":"), "no valid JSON"),
        (elf(&[(".dep-v0", &packed(""))]), "no JSON object"),
    ] {
        parse_error(bytes, wanted);
    }
    let twice = r#"{"name":"a","version":"1.0.0","source":"crates.io"}"#.to_owned();
    parse_error(list(&[twice.clone(), twice]), "listed twice");
    // Two repositories may hold a package of one name and version.
    let git = r#"{"name":"a","version":"1.0.0","source":"git"}"#.to_owned();
    assert_eq!(
        read(list(&[git.clone(), git])).unwrap().bom.packages.len(),
        2
    );
    let deep = format!(
        r#"{{"packages":[],"x":{}{}}}"#,
        "[".repeat(200),
        "]".repeat(200)
    );
    limit_error(listing(&deep), "nesting");
    // What is not known here is passed over.
    let more = list(&[package(r#","features":["x"],"dependencies":[]"#)]).len();
    assert!(more > 0);
    let gathered = read(list(&[package(r#","features":[{"x":[1]}]"#)])).unwrap();
    assert_eq!(gathered.bom.packages.len(), 1);
}

#[test]
fn as_many_packages_as_fit_are_read_in_one_pass() {
    let chain = |count: usize| {
        let packages: Vec<String> = (0..count)
            .map(|at| {
                let next = if at + 1 < count { format!("{}", at + 1) } else { String::new() };
                format!(r#"{{"name":"p{at}","version":"1.0.0","source":"local","dependencies":[{next}]}}"#)
            })
            .collect();
        listing(&format!(
            r#"{{"packages":[{}],"format":8}}"#,
            packages.join(",")
        ))
    };
    // A chain, which a recursive reader would not survive.
    let gathered = read(chain(100_000)).unwrap();
    assert_eq!(gathered.bom.packages.len(), 100_000);
    limit_error(chain(1_000_000), "auditable-size");
    // Everything depends on everything: the number of edges is bounded by the bytes of the list.
    let all: Vec<String> = (0..1_000).map(|at| at.to_string()).collect();
    let packages: Vec<String> = (0..1_000)
        .map(|at| {
            let below = all[..at].join(",");
            format!(
                r#"{{"name":"p{at}","version":"1.0.0","source":"local","dependencies":[{below}]}}"#
            )
        })
        .collect();
    let bytes = listing(&format!(r#"{{"packages":[{}]}}"#, packages.join(",")));
    assert_eq!(read(bytes).unwrap().bom.edges.len(), 499_500);
}

#[test]
fn work_that_was_cancelled_ends() {
    let options = Options {
        cancel: CancelToken::new(),
        ..Options::default()
    };
    options.cancel.cancel();
    let error = gather(&[Input::from_bytes("app", listing(LIST))], &options).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Any few bytes changed end in an answer or in a typed error.
    #[test]
    fn mutants_are_read_or_refused(which in 0usize..9, changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let (_, mut bytes) = fixtures().swap_remove(which);
        for (at, value) in changes {
            // The first bytes tell what it is.
            let at = 4 + at.index(bytes.len() - 4);
            bytes[at] = value;
        }
        if let Err(error) = read(bytes) {
            let expected = [ErrorKind::Parse, ErrorKind::UnsupportedFormat, ErrorKind::LimitExceeded];
            prop_assert!(expected.contains(&error.kind()), "{}", error);
            prop_assert_eq!(error.path(), Some("app"));
        }
    }
}
