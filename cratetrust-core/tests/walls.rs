//! The walls of the house (docs/architecture.md): which room may know which, held by reading the
//! sources.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail by panicking"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Every room, lowest first, and the rooms that it may use.
const ROOMS: &[(&str, &[&str])] = &[
    ("text", &[]),
    ("error", &["text"]),
    ("limits", &["error"]),
    ("progress", &["error"]),
    ("input", &["error", "progress"]),
    ("digest", &["error", "progress", "text"]),
    ("package", &["error", "text", "digest"]),
    ("report", &["digest", "error", "text"]),
    ("verifier", &["digest", "package", "report"]),
    ("targets", &["error", "limits"]),
    // Readers: one file format each, and nothing of each other's use.
    ("manifest", &["error", "limits", "text"]),
    (
        "binary",
        &["digest", "error", "input", "limits", "progress"],
    ),
    (
        "lockfile",
        &[
            "digest", "error", "input", "limits", "package", "progress", "report", "text",
        ],
    ),
    (
        "archive",
        &["digest", "error", "limits", "progress", "report", "text"],
    ),
    (
        "registry",
        &["digest", "error", "input", "limits", "manifest", "progress"],
    ),
    (
        "proven",
        &[
            "archive", "digest", "error", "input", "limits", "manifest", "progress", "registry",
        ],
    ),
    // The model, and the formats that are projections of it.
    ("bom", &["digest", "package"]),
    (
        "sbom",
        &[
            "bom", "digest", "error", "limits", "package", "progress", "text",
        ],
    ),
    // What a document holds, against what regulators ask of it.
    ("profile", &["bom", "error", "package", "sbom"]),
    (
        "options",
        &[
            "bom", "digest", "error", "input", "limits", "profile", "progress", "report",
            "verifier",
        ],
    ),
    // Pure: what is known in, what is built out.
    (
        "resolve",
        &[
            "bom", "error", "lockfile", "manifest", "package", "progress", "targets",
        ],
    ),
    (
        "evidence",
        &[
            "archive", "binary", "bom", "digest", "error", "input", "limits", "lockfile",
            "manifest", "options", "package", "progress", "proven", "registry", "report",
            "resolve", "sbom", "targets", "text",
        ],
    ),
    (
        "verify",
        &[
            "archive", "bom", "digest", "error", "input", "limits", "lockfile", "manifest",
            "options", "package", "progress", "registry", "report", "sbom", "text", "verifier",
        ],
    ),
    (
        "enrich",
        &[
            "archive", "bom", "digest", "error", "input", "limits", "manifest", "options",
            "package", "proven", "registry", "report", "text", "verify",
        ],
    ),
];

/// Where the rooms meet; nothing uses these but the crate's root.
const ROOF: &[&str] = &["lib", "verbs", "inspect"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn sources(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.file_name().is_some_and(|name| name == "tests.rs") {
            // Unit tests in a file of their own may look anywhere, as those in `mod tests` may.
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The code of a file without comments and without its unit tests, which may look anywhere.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let text = text.split("#[cfg(test)]").next().unwrap();
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

fn room_of(path: &Path) -> String {
    let relative = path.strip_prefix(root().join("src")).unwrap();
    let first = relative
        .components()
        .next()
        .unwrap()
        .as_os_str()
        .to_str()
        .unwrap();
    first.trim_end_matches(".rs").to_owned()
}

/// The rooms named as `crate::room` in a text, also in `use crate::{a, b::c}`.
fn rooms_used(code: &str) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut name = String::new();
            for c in group.chars() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    _ => {}
                }
                if depth == 0 && (c.is_alphanumeric() || c == '_') {
                    name.push(c);
                } else {
                    used.insert(std::mem::take(&mut name));
                }
            }
            used.insert(name);
        } else {
            used.insert(
                rest.chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .collect(),
            );
        }
    }
    used
}

#[test]
fn arrows_run_one_way() {
    let names: Vec<&str> = ROOMS.iter().map(|(name, _)| *name).collect();
    let mut faults = Vec::new();
    let mut seen = BTreeSet::new();
    for path in sources(&root().join("src")) {
        let room = room_of(&path);
        if ROOF.contains(&room.as_str()) {
            continue;
        }
        seen.insert(room.clone());
        let Some((_, allowed)) = ROOMS.iter().find(|(name, _)| *name == room) else {
            faults.push(format!(
                "{}: room `{room}` stands in no plan",
                path.display()
            ));
            continue;
        };
        for used in rooms_used(&code(&path)) {
            let known = names.contains(&used.as_str()) || ROOF.contains(&used.as_str());
            if known && used != room && !allowed.contains(&used.as_str()) {
                faults.push(format!(
                    "{}: `{room}` must not use `{used}`",
                    path.display()
                ));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert_eq!(
        seen.len(),
        ROOMS.len(),
        "a room of the plan has no file: {seen:?}"
    );
}

#[test]
fn the_plan_itself_has_no_cycle() {
    for (at, (room, uses)) in ROOMS.iter().enumerate() {
        for used in *uses {
            let below = ROOMS.iter().position(|(name, _)| name == used).unwrap();
            assert!(
                below < at,
                "`{room}` uses `{used}`, which does not lie below it"
            );
        }
    }
}

#[test]
fn verify_parses_nothing() {
    for path in sources(&root().join("src/verify")) {
        let code = code(&path);
        for parser in [
            "serde_json",
            "toml::",
            "flate2::",
            "sha2::",
            "sbom::read",
            "Lockfile::parse",
            "Lockfile::read",
        ] {
            assert!(
                !code.contains(parser),
                "{} holds `{parser}`",
                path.display()
            );
        }
    }
}

#[test]
fn formats_do_not_know_the_evidence() {
    for path in sources(&root().join("src/sbom")) {
        let code = code(&path);
        for word in [
            "crate::lockfile",
            "lockfile::",
            "evidence::",
            "registry::",
            "verify::",
        ] {
            assert!(!code.contains(word), "{} holds `{word}`", path.display());
        }
    }
    for path in sources(&root().join("src/evidence")) {
        let code = code(&path);
        for word in ["bom-ref", "SPDXID", "CycloneDx", "cyclonedx"] {
            assert!(!code.contains(word), "{} holds `{word}`", path.display());
        }
    }
}

#[test]
fn the_core_reads_no_clock_no_environment_and_writes_nothing() {
    for path in sources(&root().join("src")) {
        let code = code(&path);
        for word in [
            "SystemTime",
            "Instant::now",
            "std::env::",
            "env::var",
            "std::net",
            "std::process",
            "File::create",
            "fs::write",
            "create_dir",
            "remove_file",
            "thread_local!",
            "static mut",
        ] {
            assert!(!code.contains(word), "{} holds `{word}`", path.display());
        }
    }
}

#[test]
fn only_input_and_registry_touch_the_file_system() {
    for path in sources(&root().join("src")) {
        if matches!(room_of(&path).as_str(), "input" | "registry") {
            continue;
        }
        let code = code(&path);
        for word in ["std::fs", "File::open", "read_dir"] {
            assert!(!code.contains(word), "{} holds `{word}`", path.display());
        }
    }
}

#[test]
fn unsafe_code_stands_at_the_boundary_only() {
    let workspace = root().parent().unwrap().to_owned();
    let lanes = root().join("src/digest/lanes");
    for place in [
        "cratetrust-core/src",
        "bindings/cli/src",
        "bindings/python/src",
    ] {
        for path in sources(&workspace.join(place)) {
            if path.starts_with(&lanes) {
                continue;
            }
            let code = code(&path);
            for word in ["unsafe ", "unsafe{", "allow(unsafe_code", "unsafe_code,"] {
                assert!(!code.contains(word), "{} holds `{word}`", path.display());
            }
        }
    }
}

/// The audited folder: one door that allows it, and not a line of unsafe code but loads, stores
/// and the calls of the kernels, each with its reason.
#[test]
fn unsafe_code_in_the_hash_lanes_is_small() {
    let lanes = sources(&root().join("src/digest/lanes"));
    let names: Vec<&str> = lanes
        .iter()
        .map(|path| path.file_name().unwrap().to_str().unwrap())
        .collect();
    assert_eq!(
        names,
        ["avx2.rs", "avx512.rs", "mod.rs", "rounds.rs", "sha_ni.rs"]
    );
    for (path, blocks) in lanes.iter().zip([3, 3, 3, 0, 2]) {
        let text = fs::read_to_string(path).unwrap();
        let code = code(path);
        assert_eq!(
            code.matches("unsafe {").count(),
            blocks,
            "{} holds another number of unsafe blocks",
            path.display()
        );
        assert_eq!(
            text.matches("// SAFETY: ").count(),
            blocks,
            "{}: each has its reason",
            path.display()
        );
        for word in [
            "unsafe fn",
            "unsafe impl",
            "unsafe extern",
            "transmute",
            "get_unchecked",
            "from_raw_parts",
            "asm!",
        ] {
            assert!(!code.contains(word), "{} holds `{word}`", path.display());
        }
        assert_eq!(
            code.contains("unsafe_code"),
            path.ends_with("mod.rs"),
            "{}",
            path.display()
        );
    }
}

#[test]
fn the_core_depends_on_no_boundary() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let dependencies: Vec<&str> = manifest
        .split("[dependencies]")
        .nth(1)
        .unwrap()
        .split("\n[")
        .next()
        .unwrap()
        .lines()
        .filter_map(|line| line.split(['.', ' ', '=']).next())
        .filter(|name| !name.is_empty())
        .collect();
    assert!(!dependencies.is_empty());
    for name in &dependencies {
        assert!(
            ![
                "libc",
                "pyo3",
                "cratetrust-ffi",
                "clap",
                "cbindgen",
                "tokio",
                "log",
                "tracing"
            ]
            .contains(name),
            "cratetrust-core depends on `{name}`"
        );
    }
}

#[test]
fn bindings_hold_no_logic() {
    let workspace = root().parent().unwrap().to_owned();
    for place in ["cratetrust-ffi", "bindings/cli", "bindings/python"] {
        let manifest = fs::read_to_string(workspace.join(place).join("Cargo.toml")).unwrap();
        for name in ["sha2", "flate2", "toml", "semver", "tar", "quick-xml"] {
            assert!(
                !manifest
                    .lines()
                    .any(|line| line.starts_with(&format!("{name}."))
                        || line.starts_with(&format!("{name} "))),
                "{place} depends on `{name}`"
            );
        }
    }
}
