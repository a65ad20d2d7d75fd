//! What the lockfile reader promises: every version, clear errors with a line, and nothing that
//! hostile input can do to it.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use cratetrust_core::lockfile::Lockfile;
use cratetrust_core::report::Code;
use cratetrust_core::{CancelToken, Error, ErrorKind, Limits};
use proptest::prelude::*;

const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";
const HEX: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

fn read(text: impl AsRef<[u8]>) -> Result<Lockfile, Error> {
    Lockfile::parse(
        text.as_ref(),
        "dir/Cargo.lock",
        &Limits::default(),
        &CancelToken::new(),
    )
}

fn good(text: &str) -> Lockfile {
    read(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn bad(text: impl AsRef<[u8]>) -> Error {
    let error = read(text).unwrap_err();
    assert_eq!(error.path(), Some("dir/Cargo.lock"), "{error}");
    error
}

/// `[[package]]` with the lines given.
fn package(name: &str, version: &str, lines: &str) -> String {
    format!("\n[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n{lines}")
}

#[test]
fn the_first_version_has_its_checksums_in_the_metadata() {
    let text = format!(
        "[root]\nname = \"app\"\nversion = \"0.1.0\"\ndependencies = [\n \"x 1.0.0 ({CRATES_IO})\",\n]\n\
         {}{}\n[metadata]\n\"checksum x 1.0.0 ({CRATES_IO})\" = \"{}\"\n\
         \"checksum g 1.0.0 (git+https://h.example/g)\" = \"<none>\"\n\
         \"checksum gone 1.0.0 ({CRATES_IO})\" = \"{HEX}\"\n",
        package("x", "1.0.0", &format!("source = \"{CRATES_IO}\"\n")),
        package("g", "1.0.0", "source = \"git+https://h.example/g#abc\"\n"),
        HEX.to_uppercase(),
    );
    for text in [text.clone(), text.replace("name = ", "name= ")] {
        let lock = good(&text);
        assert_eq!(lock.version(), 1);
        let names: Vec<_> = lock.packages().iter().map(|p| p.name.as_str()).collect();
        assert_eq!(names, ["app", "x", "g"]);
        assert_eq!(lock.packages()[0].line, 1);
        assert_eq!(lock.packages()[0].dependencies, [1]);
        let checksums: Vec<_> = lock
            .packages()
            .iter()
            .map(|p| p.checksum.map(|c| c.to_string()))
            .collect();
        assert_eq!(checksums, [None, Some(HEX.to_owned()), None]);
        assert_eq!(lock.findings(), []);
    }
}

#[test]
fn versions_are_told_from_what_the_file_holds() {
    let local = package("a", "0.1.0", "");
    let two = |dependency: &str| {
        package(
            "a",
            "0.1.0",
            &format!("dependencies = [\n \"{dependency}\",\n]\n"),
        ) + &package("b", "0.1.0", "")
    };
    for (text, version) in [
        (local.clone(), 2),
        (two("b"), 2),
        (two("b 0.1.0"), 1),
        (format!("{}\n", local.replace("[[package]]", "[root]")), 1),
        (package("a", "0.1.0", &format!("checksum = \"{HEX}\"\n")), 2),
        (format!("version = 1\n{local}"), 1),
        (format!("version = 3\n{local}"), 3),
        (format!("version = 4\n{}", two("b 0.1.0")), 4),
    ] {
        assert_eq!(good(&text).version(), version, "{text}");
    }
}

#[test]
fn a_newer_version_is_read_with_a_finding() {
    let text = format!("version = 5\n{}", package("a", "0.1.0", "new-key = 1\n"));
    let lock = good(&text);
    assert_eq!(lock.version(), 5);
    assert_eq!(lock.packages().len(), 1);
    let [finding] = lock.findings() else {
        panic!("{:?}", lock.findings())
    };
    assert_eq!(finding.code, Code::LockVersionUnknown);
    assert_eq!(finding.expected.as_deref(), Some("1 to 4"));
    assert_eq!(finding.actual.as_deref(), Some("5"));
    for version in ["0", "-1", "4294967296", "99999999999999999999999"] {
        let error = bad(format!(
            "version = {version}\n{}",
            package("a", "0.1.0", "")
        ));
        assert_eq!(
            (error.kind(), error.line()),
            (ErrorKind::Parse, Some(1)),
            "{error}"
        );
    }
}

#[test]
fn checksums_in_both_forms_are_a_finding() {
    let other = "f".repeat(64);
    let text = |old: &str| {
        format!(
            "{}\n[metadata]\n\"checksum x 1.0.0 ({CRATES_IO})\" = \"{old}\"\n",
            package(
                "x",
                "1.0.0",
                &format!("source = \"{CRATES_IO}\"\nchecksum = \"{HEX}\"\n")
            )
        )
    };
    let lock = good(&text(HEX));
    assert_eq!(lock.findings().len(), 1);
    assert_eq!(lock.findings()[0].code, Code::LockMixedChecksums);
    assert_eq!(lock.findings()[0].package, None);
    let lock = good(&text(&other));
    assert_eq!(lock.packages()[0].checksum.unwrap().to_string(), HEX);
    let [_, second] = lock.findings() else {
        panic!("{:?}", lock.findings())
    };
    assert_eq!(second.code, Code::LockMixedChecksums);
    assert_eq!(second.package.as_deref(), Some("x@1.0.0"));
    assert_eq!(second.expected.as_deref(), Some(HEX));
    assert_eq!(second.actual, Some(other));
}

#[test]
fn unused_patches_are_ignored_and_replacements_are_kept() {
    let text = format!(
        "{}{}{}\n[[patch.unused]]\nname = \"y\"\nversion = \"1.0.0\"\ndependencies = [\n \"nothing\",\n]\n",
        package("app", "0.1.0", "dependencies = [\n \"x\",\n]\n"),
        package("x", "1.0.0", ""),
        package(
            "x",
            "1.0.0",
            &format!("source = \"{CRATES_IO}\"\nreplace = \"x 1.0.0\"\n")
        ),
    );
    for text in [text.clone(), text.replace("name = ", "name= ")] {
        let lock = good(&text);
        assert_eq!(lock.packages().len(), 3);
        assert_eq!(lock.packages()[2].replace, Some(1));
        // As in cargo, a path package comes first where no source is named.
        assert_eq!(lock.packages()[0].dependencies, [1]);
    }
}

#[test]
fn git_dependencies_are_found_however_they_are_spelled() {
    let sha = "0123456789abcdef0123456789abcdef01234567";
    let lock = |first: &str, second: &str, dependency: &str| {
        let source = |s: &str| format!("source = \"{}\"\n", s.replace("SHA", sha));
        good(
            &(package("x", "1.0.0", &source(first))
                + &package("x", "1.0.0", &source(second))
                + &package(
                    "app",
                    "0.1.0",
                    &format!(
                        "dependencies = [\n \"x 1.0.0 ({})\",\n]\n",
                        dependency.replace("SHA", sha)
                    ),
                )),
        )
        .packages()[2]
            .dependencies
            .clone()
    };
    let plain = "git+https://h.example/r#SHA";
    let other = "git+https://h.example/r?branch=dev%2Fx#SHA";
    assert_eq!(lock(plain, other, "git+https://h.example/r"), [0]);
    assert_eq!(
        lock(plain, other, "git+https://h.example/r?branch=dev/x"),
        [1]
    );
    assert_eq!(lock(plain, other, "git+https://h.example/r#SHA"), [0]);
    assert_eq!(lock(other, CRATES_IO, CRATES_IO), [1]);
    // Versions 1 and 2 leave `branch=master` out of dependencies.
    let master = "git+https://h.example/r?branch=master#SHA";
    assert_eq!(lock(master, other, "git+https://h.example/r"), [0]);
    // Cargo takes these for one repository.
    assert_eq!(
        lock(
            "git+https://github.com/A/b.git#SHA",
            CRATES_IO,
            "git+https://github.com/a/B/"
        ),
        [0]
    );
}

#[test]
fn what_does_not_resolve_is_refused_with_its_line() {
    let app = |dependency: &str| {
        package(
            "app",
            "0.1.0",
            &format!("dependencies = [\n \"{dependency}\",\n]\n"),
        )
    };
    let io = |version: &str| package("x", version, &format!("source = \"{CRATES_IO}\"\n"));
    let other = package(
        "x",
        "1.0.0",
        "source = \"registry+https://u:secret@r.example/\"\n",
    );
    for (text, line, says) in [
        (
            app("x"),
            6,
            "the dependency `x` of `app 0.1.0` names no package",
        ),
        (
            app("x 2.0.0") + &io("1.0.0"),
            6,
            "`x 2.0.0` of `app 0.1.0` names no package",
        ),
        (
            app("x") + &io("1.0.0") + &io("2.0.0"),
            6,
            "`x` of `app 0.1.0` names more than one",
        ),
        (app("x") + &io("1.0.0") + &other, 6, "names more than one"),
        (
            app("x 1.0.0 (git+https://u:secret@h.example/x)") + &io("1.0.0"),
            6,
            "`x 1.0.0 (git+https://h.example/x)` of `app 0.1.0` names no package",
        ),
        (
            app("x 1.0.0 (nonsense)") + &io("1.0.0"),
            6,
            "malformed source",
        ),
        (
            app("x 1.0.0 https://u:secret@h.example/") + &io("1.0.0"),
            6,
            "malformed dependency",
        ),
        (app("") + &io("1.0.0"), 6, "malformed dependency ``"),
        (
            io("1.0.0") + &io("1.0.0"),
            7,
            "`x 1.0.0` stands twice in the file, first on line 2",
        ),
        (
            package("x", "1.0.0", "replace = \"y 1.0.0\"\n"),
            5,
            "the replacement `y 1.0.0` of `x 1.0.0`",
        ),
        (package("", "1.0.0", ""), 3, "`` is no package name"),
        (package("../x", "1.0.0", ""), 3, "`../x` is no package name"),
        (package("a/b", "1.0.0", ""), 3, "is no package name"),
        (package("a\\\\b", "1.0.0", ""), 3, "is no package name"),
        (package("a\\u0000", "1.0.0", ""), 3, "is no package name"),
        (package("a\\u202Eb", "1.0.0", ""), 3, "is no package name"),
        (package("a b", "1.0.0", ""), 3, "is no package name"),
        (
            package("x", "1.0", ""),
            4,
            "`1.0`, the version of `x`, is no SemVer version",
        ),
        (package("x", "", ""), 4, "is no SemVer version"),
        (
            package("x", "1.0.0", "checksum = \"abc\"\n"),
            5,
            "not 64 hexadecimal digits",
        ),
        (
            package("x", "1.0.0", "checksum = \"\"\n"),
            5,
            "not 64 hexadecimal digits",
        ),
        (
            package("x", "1.0.0", "source = \"ftp\"\n"),
            5,
            "malformed source",
        ),
        (
            format!(
                "{}\n[metadata]\n\"checksum x\" = \"short\"\n",
                package("x", "1.0.0", "")
            ),
            7,
            "not 64 hexadecimal digits",
        ),
        (
            format!(
                "{}\n[metadata]\n\"checksum \" = \"{HEX}\"\n",
                package("x", "1.0.0", "")
            ),
            7,
            "malformed checksum key",
        ),
        (
            "\n[[package]]\nversion = \"1.0.0\"\n".to_owned(),
            2,
            "without `name`",
        ),
        (
            "\n[[package]]\nname = \"a\"\n".to_owned(),
            2,
            "without `version`",
        ),
        (package("x", "1.0.0", "name = \"y\"\n"), 5, "duplicate key"),
    ] {
        let error = bad(&text);
        assert_eq!(error.kind(), ErrorKind::Parse, "{error}\n{text}");
        assert!(error.message().contains(says), "{error}\n{text}");
        assert_eq!(error.line(), Some(line), "{error}\n{text}");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}

#[test]
fn wrong_types_are_refused_wherever_they_stand() {
    let values = [
        "1",
        "1.5",
        "true",
        "[]",
        "[1]",
        "{}",
        "{ a = 1 }",
        "1979-05-27",
        "\"x\"",
        "[[]]",
    ];
    let places = [
        (
            "version",
            "version = VALUE\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n",
            &[0][..],
        ),
        ("package", "package = VALUE\n", &[3]),
        ("root", "root = VALUE\n", &[]),
        (
            "metadata",
            "metadata = VALUE\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n",
            &[5, 6],
        ),
        (
            "name",
            "[[package]]\nname = VALUE\nversion = \"1.0.0\"\n",
            &[8],
        ),
        (
            "package version",
            "[[package]]\nname = \"a\"\nversion = VALUE\n",
            &[],
        ),
        (
            "source",
            "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = VALUE\n",
            &[],
        ),
        (
            "checksum",
            "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nchecksum = VALUE\n",
            &[],
        ),
        (
            "replace",
            "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nreplace = VALUE\n",
            &[],
        ),
        (
            "dependencies",
            "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\ndependencies = VALUE\n",
            &[3],
        ),
        (
            "old checksum",
            "[metadata]\n\"checksum a 1.0.0\" = VALUE\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n",
            &[],
        ),
    ];
    for (place, template, fine) in places {
        for (at, value) in values.iter().enumerate() {
            let text = template.replace("VALUE", value);
            match read(&text) {
                Ok(_) => assert!(fine.contains(&at), "{place} = {value} was taken"),
                Err(error) => {
                    assert!(!fine.contains(&at), "{place} = {value}: {error}");
                    let known = [ErrorKind::Parse, ErrorKind::UnsupportedFormat];
                    assert!(known.contains(&error.kind()), "{error}");
                    assert!(error.line().is_some(), "{place} = {value}: {error}");
                }
            }
        }
    }
}

#[test]
fn what_is_no_lockfile_is_called_so() {
    for text in [
        "",
        "\n \n",
        "\u{feff}",
        "# a comment\n",
        "hello world\n",
        "{\"bomFormat\": \"CycloneDX\"}",
        "<?xml version=\"1.0\"?>\n<bom/>\n",
        "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\nserde = \"1\"\n",
        "[workspace]\nmembers = [\"a\"]\n",
        "version = \"1.0\"\ntitle = \"x\"\n",
        "[tool.poetry]\nname = \"x\"\n",
        "\u{7f}ELF\u{2}\u{1}",
    ] {
        let error = bad(text);
        assert_eq!(
            error.kind(),
            ErrorKind::UnsupportedFormat,
            "{text:?}: {error}"
        );
        assert!(error.message().contains("this is no Cargo.lock"), "{error}");
    }
    // A workspace without members has such a file.
    for text in [
        "version = 4\n",
        "# This file is automatically @generated by Cargo.\n# It is not intended for manual editing.\n",
    ] {
        assert_eq!(good(text).packages().len(), 0, "{text}");
    }
}

#[test]
fn bytes_that_are_no_text_are_placed() {
    let mut bytes = package("x", "1.0.0", "").into_bytes();
    let offset = bytes.len() as u64;
    bytes.extend(b"\xff\n");
    let error = bad(&bytes);
    assert_eq!(error.kind(), ErrorKind::InvalidUtf8);
    assert_eq!((error.line(), error.offset()), (Some(5), Some(offset)));
    let nul = bad(package("x", "1.0.0", "source = \"a\0b\"\n"));
    assert_eq!(
        (nul.kind(), nul.line()),
        (ErrorKind::Parse, Some(5)),
        "{nul}"
    );
}

#[test]
fn merge_conflicts_are_named() {
    let text = format!(
        "{}<<<<<<< HEAD\n{}=======\n{}>>>>>>> branch\n",
        package("a", "1.0.0", ""),
        package("b", "1.0.0", ""),
        package("c", "1.0.0", "")
    );
    let error = bad(&text);
    assert_eq!((error.kind(), error.line()), (ErrorKind::Parse, Some(5)));
    assert!(error.message().contains("merge conflict"), "{error}");
}

#[test]
fn truncated_files_are_refused_or_whole() {
    let text = package("a", "1.0.0", "dependencies = [\n \"b\",\n]\n") + &package("b", "1.0.0", "");
    let whole = good(&text);
    for at in 0..text.len() {
        match read(&text[..at]) {
            // The last line end can go without a trace, and so can `b` with the edge that needs it.
            Ok(lock) => assert!(
                lock == whole
                    || (lock.packages().len() == 1 && lock.packages()[0].dependencies.is_empty()),
                "cut at {at}"
            ),
            Err(error) => assert!(
                matches!(
                    error.kind(),
                    ErrorKind::Parse | ErrorKind::UnsupportedFormat
                ),
                "{error}"
            ),
        }
    }
}

#[test]
fn hostile_files_end_in_an_error() {
    let deep = |open: &str, close: &str| {
        format!(
            "x = {}{}\n[[package]]\n",
            open.repeat(100_000),
            close.repeat(100_000)
        )
    };
    for text in [
        deep("[", "]"),
        deep("{a=", "}"),
        format!("[{}a]\n[[package]]\n", "a.".repeat(100_000)),
        format!("{}a = 1\n[[package]]\n", "a.".repeat(100_000)),
    ] {
        let error = bad(&text);
        assert_eq!(error.limit_met().map(|l| l.0), Some("nesting"), "{error}");
    }
    for (text, what) in [
        ("[[package]]\n".repeat(900_000), "ten megabytes of headers"),
        (
            format!(
                "[[package]]\nname = \"a\"\nversion = \"{}\"\n",
                "1".repeat(1 << 20)
            ),
            "a huge version",
        ),
        (
            format!(
                "[[package]]\nname = \"{} \"\nversion = \"1.0.0\"\n",
                "a".repeat(1 << 20)
            ),
            "a huge name",
        ),
        (
            format!("[[package]]\n{}", "a = 1\n".repeat(100_000)),
            "repeated keys",
        ),
        (
            format!("[[package]]\nx = \"{}", "\\\"".repeat(1 << 19)),
            "an open string",
        ),
    ] {
        let error = bad(&text);
        assert_eq!(error.kind(), ErrorKind::Parse, "{what}: {error}");
        assert!(error.to_string().len() < 1000, "{what}: a long message");
    }
    // What would cost the TOML reader gigabytes does not reach it.
    let commas = format!("x = [{}]\n", "1,".repeat(2_000_000));
    assert_eq!(bad(&commas).kind(), ErrorKind::UnsupportedFormat);
    let error = bad(commas + "[[package]]\n");
    assert_eq!(error.kind(), ErrorKind::LimitExceeded, "{error}");
    let mut limits = Limits::default();
    let cancel = CancelToken::new();
    limits.nesting = 5;
    let nested = format!("x = [[[[[[1]]]]]]\n{}", package("a", "1.0.0", ""));
    assert!(read(&nested).is_ok());
    let error = Lockfile::parse(nested.as_bytes(), "l", &limits, &cancel).unwrap_err();
    assert_eq!(
        (error.limit_met(), error.line()),
        (Some(("nesting", 5)), Some(1))
    );
    limits.lockfile_size = 10;
    let error = Lockfile::parse(nested.as_bytes(), "l", &limits, &cancel).unwrap_err();
    assert_eq!(error.limit_met(), Some(("lockfile-size", 10)));
    cancel.cancel();
    for text in [nested, package("a", "1.0.0", "")] {
        let error = Lockfile::parse(text.as_bytes(), "l", &Limits::default(), &cancel);
        assert_eq!(error.unwrap_err().kind(), ErrorKind::Cancelled);
    }
}

#[test]
fn many_packages_that_share_names_and_versions_are_told_apart() {
    // With a scan for each dependency this would be 400 million steps a case.
    const COUNT: usize = 20_000;
    let next = |i: usize| (i * 7 + 1) % COUNT;
    let version = |i: usize| {
        package(
            "p",
            &format!("1.0.{i}"),
            &format!("dependencies = [\n \"p 1.0.{}\",\n]\n", next(i)),
        )
    };
    let source = |i: usize| {
        package(
            "p",
            "1.0.0",
            &format!(
                "source = \"git+https://h.example/{i}#abc\"\ndependencies = [\n \"p 1.0.0 (git+https://h.example/{})\",\n]\n",
                next(i)
            ),
        )
    };
    for text in [
        (0..COUNT).map(version).collect::<String>(),
        (0..COUNT).map(source).collect(),
    ] {
        let lock = good(&text);
        for (i, package) in lock.packages().iter().enumerate() {
            assert_eq!(package.dependencies, [next(i)]);
        }
        assert!(lock.to_json().len() > text.len() / 2);
    }
}

#[test]
fn cycles_and_repeats_are_facts_not_faults() {
    let lock = good(
        &(package(
            "a",
            "1.0.0",
            "dependencies = [\n \"b\",\n \"a\",\n \"b 1.0.0\",\n]\n",
        ) + &package("b", "1.0.0", "dependencies = [\n \"a\",\n]\n")),
    );
    assert_eq!(lock.packages()[0].dependencies, [0, 1]);
    assert_eq!(lock.packages()[1].dependencies, [0]);
}

#[test]
fn the_json_form_is_fixed() {
    let text = format!(
        "version = 5\n{}{}{}",
        package("app", "0.1.0", "dependencies = [\n \"g\",\n \"x\",\n]\n"),
        package(
            "g",
            "1.0.0",
            "source = \"git+https://u:secret@h.example/g?tag=v1%2B0#abc\"\n"
        ),
        package(
            "x",
            "1.0.0+m",
            &format!("source = \"{CRATES_IO}\"\nchecksum = \"{HEX}\"\n")
        ),
    );
    let json = good(&text).to_json();
    let wanted = format!(
        concat!(
            r#"{{"schema":"cratetrust.lockfile/1","version":5,"packages":["#,
            r#"{{"id":"app@0.1.0","name":"app","version":"0.1.0","source":null,"checksum":null,"purl":null,"dependencies":[1,2],"replace":null}},"#,
            r#"{{"id":"g@1.0.0","name":"g","version":"1.0.0","source":"git+https://h.example/g?tag=v1%2B0#abc","checksum":null,"purl":"pkg:cargo/g@1.0.0?vcs_url=git%2Bhttps:%2F%2Fh.example%2Fg%40abc","dependencies":[],"replace":null}},"#,
            r#"{{"id":"x@1.0.0+m","name":"x","version":"1.0.0+m","source":"{}","checksum":"{}","purl":"pkg:cargo/x@1.0.0%2Bm","dependencies":[],"replace":null}}],"#,
            r#""findings":[{{"code":"lock-version-unknown","class":"note","severity":"warning","package":null,"artifact":null,"path":null,"path_hex":null,"offset":null,"expected":"1 to 4","actual":"5","message":"the lockfile is of version 5, which is not known here","external":false}}]}}"#
        ),
        CRATES_IO, HEX
    );
    assert_eq!(json, wanted);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "(\\[\\[package\\]\\]\n)?[ -~\n\"=\\[\\]]{0,80}") {
        for bytes in [bytes, text.into_bytes()] {
            if let Err(error) = read(&bytes) {
                prop_assert_eq!(error.path(), Some("dir/Cargo.lock"));
            }
        }
    }
}
