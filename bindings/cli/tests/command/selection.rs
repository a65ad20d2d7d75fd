//! A project resolved for a selection.

use std::process::Command;

use crate::support::{Dir, Done};

const LINUX: &str = "x86_64-unknown-linux-gnu";
const WINDOWS: &str = "x86_64-pc-windows-msvc";

/// A workspace member with an optional and a Windows dependency, all of them local, and `two` from
/// crates.io for Windows alone.
fn project() -> Dir {
    let dir = Dir::new();
    dir.write(
        "p/Cargo.toml",
        r#"[package]
name = "root"
version = "0.1.0"
edition = "2021"
[features]
extra = ["dep:opt"]
[dependencies]
opt = { path = "opt", optional = true }
[target.'cfg(windows)'.dependencies]
two = "2"
[target.'cfg(tuned)'.dependencies]
tuned = { path = "tuned" }
[[bin]]
name = "root"
path = "src/main.rs"
[[bin]]
name = "side"
path = "src/main.rs"
required-features = ["extra"]
"#,
    );
    dir.write("p/src/main.rs", "fn main() {}");
    for name in ["opt", "tuned"] {
        dir.write(
            &format!("p/{name}/Cargo.toml"),
            format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n"),
        );
        dir.write(&format!("p/{name}/src/lib.rs"), "");
    }
    dir.write(
        "p/Cargo.lock",
        r#"version = 4

[[package]]
name = "opt"
version = "0.1.0"

[[package]]
name = "root"
version = "0.1.0"
dependencies = [
 "opt",
 "tuned",
 "two",
]

[[package]]
name = "tuned"
version = "0.1.0"

[[package]]
name = "two"
version = "2.0.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "cb8379ac2098aa165029e3938a51da0bcecfc008fd6795f401178647f96c5b34"
"#,
    );
    std::fs::create_dir(dir.path().join("crates")).unwrap();
    dir
}

fn run(dir: &Dir, args: &[&str]) -> Done {
    let home = dir.path().join("no-home");
    let mut command: Command = dir.command(args);
    Done::of(command.env("CARGO_HOME", home))
}

fn scopes(dir: &Dir, flags: &[&str]) -> Vec<(String, String)> {
    let mut args = vec!["sbom", "p", "--output-format=json"];
    args.extend(flags);
    let done = run(dir, &args).expect_code(0);
    let bom: serde_json::Value = serde_json::from_str(&done.out).unwrap();
    bom["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| {
            let text = |key: &str| package[key].as_str().unwrap().to_owned();
            (text("name"), text("scope"))
        })
        .collect()
}

/// What may be built: of a package that is not at hand, `two`, nobody can say that it is.
fn built(dir: &Dir, flags: &[&str]) -> Vec<String> {
    scopes(dir, flags)
        .into_iter()
        .filter(|(_, scope)| scope != "not-built")
        .map(|(name, _)| name)
        .collect()
}

#[test]
fn each_flag_changes_what_is_built() {
    let dir = project();
    assert_eq!(built(&dir, &["--target", LINUX]), ["root"]);
    assert_eq!(built(&dir, &["--target", WINDOWS]), ["root", "two"]);
    assert_eq!(
        built(&dir, &["--target", LINUX, "--target", WINDOWS]),
        ["root", "two"]
    );
    assert_eq!(
        built(&dir, &["--host", LINUX, "--features", "extra"]),
        ["opt", "root"]
    );
    assert_eq!(
        built(&dir, &["--host", LINUX, "--all-features", "--cfg", "tuned"]),
        ["opt", "root", "tuned"]
    );
    for wrong in [
        &["--features", "no-such"][..],
        &["--bin", "no-such"],
        &["--package", "no-such"],
        &["--target", "no-such"],
    ] {
        let mut args = vec!["sbom", "p"];
        args.extend(wrong);
        let done = run(&dir, &args).expect_code(2);
        assert!(done.err.contains("no-such"), "{done:?}");
        assert!(done.out.is_empty());
    }
}

#[test]
fn sbom_says_what_was_resolved_and_what_a_lockfile_would_have_claimed() {
    let dir = project();
    let args = [
        "sbom", "p", "-o", "bom.json", "--target", WINDOWS, "--host", LINUX,
    ];
    let err = run(&dir, &args).expect_code(0).err;
    for wanted in [
        "Cargo.lock (level manifests)",
        WINDOWS,
        LINUX,
        "1 linked, 1 maybe, 2 not-built",
        "a lockfile alone names 4 packages; 1 is built, 1 linked; 1 may be",
        "bin-skipped",
        "crate-gap",
    ] {
        assert!(err.contains(wanted), "{wanted}: {err}");
    }
    // No flag: the host, where there are places for manifests.
    let err = run(&dir, &["sbom", "p", "-o", "bom.json", "--crates", "crates"])
        .expect_code(0)
        .err;
    assert!(err.contains("level manifests"), "{err}");
    let err = run(&dir, &["sbom", "p", "-o", "bom.json", "--crates", "none"])
        .expect_code(0)
        .err;
    assert!(err.contains("level lockfile"), "{err}");
    assert!(!err.contains("in short"), "{err}");
}

#[test]
fn a_configuration_that_would_change_the_graph_is_named() {
    let dir = project();
    let args = ["sbom", "p", "-o", "bom.json", "--target", LINUX];
    assert!(!run(&dir, &args).err.contains("note:"));
    dir.write("p/.cargo/config.toml", "[build]\njobs = 1\n");
    assert!(!run(&dir, &args).err.contains("note:"));
    dir.write("p/.cargo/config.toml", "[build]\ntarget = \"x\"\n");
    dir.write(".cargo/config.toml", "[build\n");
    let done = run(&dir, &args).expect_code(0);
    assert!(
        done.err
            .contains("p/.cargo/config.toml sets build.target; cargo obeys"),
        "{done:?}"
    );
    assert!(done.err.contains("cannot be read as TOML"), "{done:?}");
    let mut json = args.to_vec();
    json.push("--format=json");
    run(&dir, &json).expect_code(0).error_json();
}

#[test]
fn verify_excuses_packages_that_are_not_built() {
    let dir = project();
    let verify = |flags: &[&str]| {
        let mut args = vec!["verify", "crates", "--lockfile", "p/Cargo.lock"];
        args.extend(["--format", "json"]);
        args.extend(flags);
        let report = run(&dir, &args).expect_code(1).json();
        let findings = report["findings"].as_array().unwrap().clone();
        let missing: Vec<_> = findings
            .into_iter()
            .filter(|finding| finding["code"] == "crate-missing")
            .collect();
        assert_eq!(missing.len(), 1);
        assert_eq!(missing[0]["package"], "two@2.0.0");
        (
            missing[0]["severity"].as_str().unwrap().to_owned(),
            missing[0]["message"].as_str().unwrap().to_owned(),
        )
    };
    assert_eq!(verify(&[]).0, "warning");
    assert_eq!(verify(&["--target", WINDOWS]).0, "warning");
    let (severity, message) = verify(&["--target", LINUX]);
    assert_eq!(severity, "info");
    assert!(message.ends_with("the selection does not build it"));
    // What the user says of the code counts.
    let asked = ["--target", LINUX, "--severity", "crate-missing=error"];
    assert_eq!(verify(&asked).0, "error");
    // Without the project there is nothing to resolve.
    let alone = ["verify", "crates", "--target", LINUX];
    run(&dir, &alone).expect_code(2);
    dir.write("other.lock", dir.read("p/Cargo.lock"));
    let other = ["verify", "crates", "--lockfile", "other.lock", "--dev"];
    let done = run(&dir, &other).expect_code(2);
    assert!(
        done.err.contains("a selection needs the project"),
        "{done:?}"
    );
}

#[test]
fn verify_sbom_compares_with_what_the_selection_builds() {
    let dir = project();
    let make = ["sbom", "p", "-o", "bom.json", "--target", LINUX];
    run(&dir, &make).expect_code(0);
    let verify = |target: &str| {
        let args = [
            "verify-sbom",
            "bom.json",
            "p",
            "--level=full",
            "--target",
            target,
        ];
        run(&dir, &args)
    };
    let same = verify(LINUX);
    assert!(!same.out.contains("mismatch"), "{same:?}");
    let other = verify(WINDOWS).expect_code(1);
    assert!(other.out.contains("selection-mismatch"), "{other:?}");
    let file = ["verify-sbom", "bom.json", "p/Cargo.lock", "--target", LINUX];
    let done = run(&dir, &file).expect_code(2);
    assert!(done.err.contains("its directory"), "{done:?}");
    run(&dir, &["sbom", "p/Cargo.lock", "--target", LINUX]).expect_code(2);
}
