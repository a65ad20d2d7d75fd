use super::*;
use crate::archive;
use crate::progress::CancelToken;
use crate::report::{Preset, Severity};

#[path = "../../../tests/archive_support/build.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    reason = "shared with the integration tests, which use more of it"
)]
mod build;

use build::{Gzip, Header, Tar};

const TOML: &[u8] = b"[package]\nname = \"foo-bar\"\nversion = \"1.0.0-rc.1+x\"\n";
const PREFIX: &str = "foo-bar-1.0.0-rc.1+x";

fn path(name: &str) -> Vec<u8> {
    format!("{PREFIX}/{name}").into_bytes()
}

fn content_of(
    bytes: &[u8],
    limits: &Limits,
    prefix: Option<&str>,
    expected: Option<Identity<'_>>,
) -> (Content, Outcome) {
    let mut sink = ContentSink::new(limits);
    let cancel = CancelToken::new();
    let outcome = archive::read(bytes, prefix, limits, &cancel, &mut [&mut sink]).unwrap();
    (sink.finish(&outcome, expected, None), outcome)
}

/// The codes of the content and of the archive's form.
fn codes(tar: Tar, expected: Option<(&str, &str)>) -> Vec<&'static str> {
    let bytes = Gzip::of(&tar.end()).bytes();
    let expected = expected.map(|(name, version)| Identity { name, version });
    let prefix = expected.map(|e| format!("{}-{}", e.name, e.version));
    let (content, outcome) = content_of(&bytes, &Limits::default(), prefix.as_deref(), expected);
    let all = content.findings.iter().chain(&outcome.findings);
    let mut codes: Vec<_> = all.map(|finding| finding.code.name()).collect();
    codes.sort_unstable();
    codes
}

fn with_manifest(toml: &[u8]) -> Tar {
    Tar::new().file(&path("Cargo.toml"), toml)
}

#[test]
fn an_honest_archive_has_no_findings() {
    assert_eq!(codes(with_manifest(TOML), None), [""; 0]);
    let expected = Some(("foo-bar", "1.0.0-rc.1+x"));
    assert_eq!(codes(with_manifest(TOML), expected), [""; 0]);
}

#[test]
fn case_54_no_manifest() {
    let tar = Tar::new().file(&path("src/lib.rs"), b"");
    assert_eq!(codes(tar, None), ["manifest-missing"]);
    let tar = Tar::new().file(&path("src/Cargo.toml"), TOML);
    assert_eq!(codes(tar, None), ["manifest-missing"]);
    let link = Header::gnu(&path("Cargo.toml"), 0).kind(b'2');
    assert_eq!(
        codes(Tar::new().header(link), None),
        ["entry-symlink", "manifest-missing"]
    );
}

#[test]
fn case_55_other_case() {
    for name in ["cargo.toml", "CARGO.TOML"] {
        let tar = Tar::new().file(&path(name), TOML);
        assert_eq!(codes(tar, None), ["manifest-case", "manifest-missing"]);
        let tar = with_manifest(TOML).file(&path(name), TOML);
        assert_eq!(codes(tar, None), ["manifest-case", "path-case-collision"]);
        // Which of two that differ is read depends on the file system.
        let want = ["manifest-case", "manifest-duplicate", "path-case-collision"];
        let tar = with_manifest(TOML).file(&path(name), b"");
        assert_eq!(codes(tar, None), want);
        let tar = Tar::new()
            .file(&path(name), b"")
            .file(&path("Cargo.toml"), TOML);
        assert_eq!(codes(tar, None), want);
    }
}

#[test]
fn case_56_two_manifests() {
    let again = [TOML, b"\n"].concat();
    let tar = with_manifest(&again).file(&path("Cargo.toml"), TOML);
    assert_eq!(
        codes(tar, None),
        ["manifest-duplicate", "path-duplicate-conflict"]
    );
    let tar = with_manifest(TOML).file(&path("Cargo.toml"), TOML);
    assert_eq!(codes(tar, None), ["path-duplicate"]);
    // The last counts, as for cargo; the difference is told also where a third one equals the second.
    let tar = with_manifest(b"[")
        .file(&path("Cargo.toml"), TOML)
        .file(&path("Cargo.toml"), TOML);
    assert_eq!(
        codes(tar, None),
        [
            "manifest-duplicate",
            "path-duplicate-conflict",
            "path-duplicate-conflict"
        ]
    );
}

#[test]
fn cases_57_and_58_another_package() {
    let toml = |name: &str, version: &str| {
        format!("[package]\nname = \"{name}\"\nversion = \"{version}\"\n").into_bytes()
    };
    for (name, version, code) in [
        ("other", "1.0.0-rc.1+x", "manifest-name"),
        ("foo", "1.0.0-rc.1+x", "manifest-name"),
        ("foo-bar", "1.0.0", "manifest-version"),
        ("foo-bar", "1.0.0-rc.1", "manifest-version"),
        ("foo-bar-1.0.0", "rc.1+x", "none"),
        ("foo", "bar-1.0.0-rc.1+x", "none"),
        ("foo-bar-", "1.0.0-rc.1+x", "manifest-name"),
        ("", "1.0.0-rc.1+x", "manifest-name"),
    ] {
        let found = codes(with_manifest(&toml(name, version)), None);
        let want = if code == "none" { vec![] } else { vec![code] };
        assert_eq!(found, want, "{name} {version}");
    }
    // An expected identity settles what the directory's name leaves open.
    let expected = Some(("foo-bar", "1.0.0-rc.1+x"));
    assert_eq!(
        codes(with_manifest(&toml("foo", "bar-1.0.0-rc.1+x")), expected),
        ["manifest-name", "manifest-version"]
    );
    // Another crate altogether: told by its directory and by its manifest.
    assert_eq!(
        codes(with_manifest(TOML), Some(("baz", "1.0.0-rc.1+x"))),
        ["manifest-name", "path-prefix"]
    );
}

#[test]
fn cases_59_60_and_71_manifests_that_cannot_be_read() {
    assert_eq!(codes(with_manifest(b"[package"), None), ["manifest-parse"]);
    assert_eq!(
        codes(with_manifest(b"a = '\xff'"), None),
        ["manifest-parse"]
    );
    assert_eq!(codes(with_manifest(b""), None), ["manifest-parse"]);
    let inherits = b"[package]\nname = \"foo-bar\"\nversion.workspace = true\n";
    assert_eq!(
        codes(with_manifest(inherits), None),
        ["manifest-not-normalized"]
    );
    let deep = format!("x = {}", "[".repeat(10_000));
    assert_eq!(codes(with_manifest(deep.as_bytes()), None), ["limit-parse"]);
    let large = vec![b'#'; (4 << 20) + 1];
    assert_eq!(codes(with_manifest(&large), None), ["limit-parse"]);
}

#[test]
fn cases_65_and_66_reserved_files() {
    for name in [
        ".cargo-ok",
        ".Cargo-OK",
        ".cargo-checksum.json",
        "src/.cargo-ok",
        ".cargo-ok/x",
    ] {
        let tar = with_manifest(TOML).file(&path(name), b"ok");
        assert_eq!(codes(tar, None), ["reserved-file"], "{name}");
    }
    for name in [".cargo/config", ".cargo/config.toml", ".Cargo/Config.toml"] {
        let tar = with_manifest(TOML).file(&path(name), b"ok");
        assert_eq!(codes(tar, None), ["cargo-config-inside"], "{name}");
    }
    for name in ["cargo-ok", "src/.cargo-checksum.json", "src/.cargo/config"] {
        let tar = with_manifest(TOML).file(&path(name), b"ok");
        assert_eq!(codes(tar, None), [""; 0], "{name}");
    }
}

#[test]
fn case_67_modes_are_one_finding_for_all_entries() {
    for (mode, code) in [
        ("0004644", "mode-special"),
        ("0002644", "mode-special"),
        ("0001644", "mode-special"),
        ("0000755", "exec-bit"),
        ("0000664", "mode-writable"),
        ("0000646", "mode-writable"),
    ] {
        let mut tar = with_manifest(TOML);
        for n in 0..50 {
            let header = Header::gnu(&path(&format!("{n}.rs")), 0).with(100, mode.as_bytes());
            tar = tar.header(header);
        }
        assert_eq!(codes(tar, None), [code], "{mode}");
    }
    let tar = with_manifest(TOML).header(Header::gnu(&path("x"), 0).with(100, b"0006777"));
    let (content, _) = content_of(
        &Gzip::of(&tar.end()).bytes(),
        &Limits::default(),
        None,
        None,
    );
    let found: Vec<_> = content
        .findings
        .iter()
        .map(|f| (f.code.name(), f.actual.as_deref()))
        .collect();
    assert_eq!(
        found,
        [
            ("mode-special", Some("6777")),
            ("mode-writable", Some("6777")),
            ("exec-bit", None)
        ]
    );
}

fn manifest_with(tail: &str) -> Vec<u8> {
    [TOML, tail.as_bytes()].concat()
}

#[test]
fn cases_61_62_and_64_what_no_published_manifest_holds() {
    for (tail, want) in [
        ("[patch.crates-io]\n", &["manifest-forbidden-table"][..]),
        ("[workspace]\n", &["manifest-forbidden-table"]),
        ("[replace]\n", &["manifest-forbidden-table"]),
        (
            "build = '../evil.rs'\n",
            &["build-script", "manifest-target-path"],
        ),
        (
            "build = '/evil.rs'\n",
            &["build-script", "manifest-target-path"],
        ),
        (
            "build = 'b.rs'\n",
            &["build-script", "manifest-target-path"],
        ),
        ("build = './s/../src/b.rs'\n", &["build-script"]),
        ("build = false\n", &[]),
        // cargo takes it for `build.rs`, which is not there.
        ("build = true\n", &["build-script", "manifest-target-path"]),
        ("[lib]\npath = 'C:\\l.rs'\n", &["manifest-target-path"]),
        (
            "[[bin]]\nname = 'x'\npath = 'a/../../x.rs'\n",
            &["manifest-target-path"],
        ),
        ("[[example]]\nname = 'x'\npath = 'x.rs'\n", &[]),
        (
            "[[test]]\nname = 'x'\npath = '../x.rs'\n",
            &["manifest-target-path"],
        ),
        ("[lib]\nproc-macro = true\n", &["proc-macro"]),
        ("[dependencies.x]\npath = '../x'\n", &["manifest-path-dep"]),
        (
            "[target.y.build-dependencies]\nx = { path = 'x' }\n",
            &["manifest-path-dep"],
        ),
        ("[dependencies.x]\npath = '../x'\nversion = '1'\n", &[]),
        ("[profile.release]\nlto = true\n[badges]\n[hints]\n", &[]),
    ] {
        let tar = with_manifest(&manifest_with(tail)).file(&path("src/b.rs"), b"");
        assert_eq!(codes(tar, None), want, "{tail}");
    }
    // Without the key, and with a manifest that comes last, a build.rs is one.
    let tar = Tar::new()
        .file(&path("build.rs"), b"")
        .file(&path("Cargo.toml"), TOML);
    assert_eq!(codes(tar, None), ["build-script"]);
}

#[test]
fn case_63_another_manifest_than_the_authors() {
    let tar = |tail: &str, original: &[u8]| {
        with_manifest(&manifest_with(tail)).file(&path("Cargo.toml.orig"), original)
    };
    let evil = "[dependencies.evil]\nversion = '1'\n";
    assert_eq!(codes(tar(evil, TOML), None), ["manifest-orig-mismatch"]);
    assert_eq!(codes(tar(evil, &manifest_with(evil)), None), [""; 0]);
    assert_eq!(
        codes(tar("", b"[package"), None),
        ["manifest-orig-mismatch"]
    );
    assert_eq!(
        codes(tar("", b"[package]\nname.workspace = true\n"), None),
        [""; 0]
    );
    let deep = "[".repeat(10_000);
    assert_eq!(codes(tar("", deep.as_bytes()), None), ["limit-parse"]);
}

#[test]
fn cases_68_and_69_sources_and_binaries_are_one_finding_for_all() {
    let mut tar = with_manifest(TOML);
    for n in 0..20 {
        tar = tar
            .file(&path(&format!("src/{n}.rs")), "// \u{202e}".as_bytes())
            .file(&path(&format!("{n}.so")), b"\x7fELF");
    }
    let bytes = Gzip::of(&tar.end()).bytes();
    let (content, _) = content_of(&bytes, &Limits::default(), None, None);
    let found: Vec<_> = content
        .findings
        .iter()
        .map(|f| (f.code.name(), f.path.as_deref().unwrap(), &f.message[..3]))
        .collect();
    assert_eq!(
        found,
        [
            ("source-bidi", &*format!("{PREFIX}/src/0.rs"), "20 "),
            ("binary-file", &*format!("{PREFIX}/0.so"), "20 "),
        ]
    );
}

#[test]
fn case_70_vcs_info() {
    let id = "0123456789abcdef0123456789abcdef01234567";
    for (text, want) in [
        (format!("{{\"git\":{{\"sha1\":\"{id}\"}}}}"), &[][..]),
        (
            format!("{{\"git\":{{\"sha1\":\"{id}\",\"dirty\":true}}}}"),
            &["vcs-dirty"],
        ),
        ("{}".to_owned(), &["vcs-malformed"]),
        ("not json".to_owned(), &["vcs-malformed"]),
        ("[".repeat(10_000), &["limit-parse"]),
        (" ".repeat((4 << 20) + 1), &["limit-parse"]),
    ] {
        let tar = with_manifest(TOML).file(&path(".cargo_vcs_info.json"), text.as_bytes());
        assert_eq!(codes(tar, None), want);
    }
}

#[test]
fn a_broken_archive_lacks_nothing_and_has_no_half_manifest() {
    let tar = Tar::new()
        .header(Header::gnu(&path("Cargo.toml"), 5000))
        .raw(TOML);
    let bytes = Gzip::of(&tar.0).bytes();
    let (content, outcome) = content_of(&bytes, &Limits::default(), None, None);
    assert!(!outcome.complete);
    assert_eq!((content.manifest, content.findings), (None, vec![]));
}

/// Archives of the corpus whose content has warnings, and which; notes are not counted here.
const KNOWN: &[(&str, &[&str])] = &[
    ("cargo-0.86.0", &["cargo-config-inside"]),
    ("cargo-deny-0.18.3", &["cargo-config-inside"]),
    ("cargo-deny-0.20.2", &["cargo-config-inside"]),
    ("cfg-if-0.1.10", &["mode-writable"]),
    ("gcc-0.3.55", &["mode-writable"]),
    ("libc-0.1.12", &["mode-writable"]),
    ("libc-0.2.0", &["mode-writable"]),
    ("nu-0.105.1", &["cargo-config-inside"]),
    ("nucleo-f103rb-0.3.0", &["cargo-config-inside"]),
    ("ripgrep-12.1.1", &["mode-writable"]),
    ("ripgrep-14.1.1", &["cargo-config-inside"]),
    ("rustc-serialize-0.3.24", &["mode-writable"]),
    ("same-file-1.0.6", &["mode-writable"]),
];

#[test]
fn real_archives() {
    let directory = std::env::var_os("CRATETRUST_CORPUS").map_or_else(
        || std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../.corpus"),
        std::path::PathBuf::from,
    );
    let listing = std::fs::read_dir(directory.join("crates"));
    let listing = listing.unwrap_or_else(|e| panic!("no corpus ({e}); run `make corpus`"));
    let mut wrong = Vec::new();
    for entry in listing {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let bytes = std::fs::read(&path).unwrap();
        let (content, outcome) = content_of(&bytes, &Limits::default(), Some(&stem), None);
        let manifest = content
            .manifest
            .unwrap_or_else(|| panic!("{stem}: {:?}", content.findings));
        let version = manifest.version.clone().unwrap();
        assert_eq!(format!("{}-{version}", manifest.name), stem);
        let expected = Identity {
            name: &manifest.name,
            version: &version,
        };
        let (again, _) = content_of(&bytes, &Limits::default(), None, Some(expected));
        assert_eq!(again.findings, content.findings);
        assert_eq!(outcome.prefix.as_deref(), Some(stem.as_str()));
        let codes: Vec<_> = content
            .findings
            .iter()
            .filter(|f| f.code.severity(Preset::Strict) != Severity::Info)
            .map(|f| f.code.name())
            .collect();
        let known = KNOWN
            .iter()
            .find(|(name, _)| *name == stem)
            .map_or(&[][..], |(_, codes)| codes);
        if codes != known {
            wrong.push((stem, codes, content.findings));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
