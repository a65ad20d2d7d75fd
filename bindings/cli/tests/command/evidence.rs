//! Several pieces of evidence, where packages are looked for, and that no other program is needed.

use std::process::Command;

use crate::support::{Dir, Done};

const LINUX: &str = "x86_64-unknown-linux-gnu";
const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";
const SHA256: &str = "cb8379ac2098aa165029e3938a51da0bcecfc008fd6795f401178647f96c5b34";

/// `root` needs `two` from crates.io; a vendored copy of it, and an index line.
fn project() -> Dir {
    let dir = Dir::new();
    dir.write(
        "p/Cargo.toml",
        "[package]\nname = \"root\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[dependencies]\ntwo = \"2\"\n",
    );
    dir.write("p/src/main.rs", "fn main() {}");
    dir.write(
        "p/Cargo.lock",
        format!(
            "version = 4\n\n[[package]]\nname = \"root\"\nversion = \"0.1.0\"\ndependencies = [\n \"two\",\n]\n\n\
             [[package]]\nname = \"two\"\nversion = \"2.0.0\"\nsource = \"{CRATES_IO}\"\nchecksum = \"{SHA256}\"\n"
        ),
    );
    for place in ["named", "p/vendor"] {
        let at = |file: &str| format!("{place}/two/{file}");
        dir.write(
            &at("Cargo.toml"),
            "[package]\nname = \"two\"\nversion = \"2.0.0\"\nedition = \"2021\"\n",
        );
        dir.write(&at("src/lib.rs"), "");
        dir.write(
            &at(".cargo-checksum.json"),
            format!("{{\"files\":{{}},\"package\":\"{SHA256}\"}}"),
        );
    }
    dir.write(
        "index/3/t/two",
        format!(
            "{{\"name\":\"two\",\"vers\":\"2.0.0\",\"deps\":[],\"cksum\":\"{SHA256}\",\"features\":{{}},\"yanked\":false}}\n"
        ),
    );
    dir
}

/// A record of a build of `root` with `two`, as cargo writes one.
fn record() -> String {
    format!(
        "{{\"version\":1,\"root\":0,\"crates\":[{{\"id\":\"path+file:///home/somebody/p#root@0.1.0\",\"features\":[],\
         \"dependencies\":[{{\"index\":1,\"kind\":\"normal\"}}],\"kind\":[\"bin\"]}},{{\"id\":\"{CRATES_IO}#two@2.0.0\",\
         \"features\":[],\"dependencies\":[],\"kind\":[\"lib\"]}}],\"rustc\":{{\"version\":\"1.95.0\",\"wrapper\":null,\
         \"workspace_wrapper\":null,\"commit_hash\":null,\"host\":\"{LINUX}\",\"verbose_version\":\"\"}},\"target\":\"{LINUX}\"}}"
    )
}

/// Runs the command where no program can be found and no home is.
fn alone(dir: &Dir, args: &[&str]) -> Done {
    let mut command: Command = dir.command(args);
    let home = dir.path().join("no-home");
    Done::of(
        command
            .env_clear()
            .env("PATH", "")
            .env("HOME", &home)
            .env("CARGO_HOME", home.join("cargo")),
    )
}

fn sbom<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["sbom", "-o", "bom.json"], more].concat()
}

#[test]
fn neither_cargo_nor_rustc_is_needed() {
    let dir = project();
    let made = alone(&dir, &sbom(&["p", "--host", LINUX])).expect_code(0);
    assert!(made.err.contains("2 linked"), "{made:?}");
    let verified = alone(
        &dir,
        &[
            "verify-sbom",
            "bom.json",
            "p",
            "--host",
            LINUX,
            "--level",
            "full",
        ],
    );
    assert!(verified.out.starts_with("pass"), "{verified:?}");
    // Its list of hashes is empty, so that nothing could be compared.
    let verify = ["verify", "p/vendor", "--lockfile", "p/Cargo.lock"];
    let checked = alone(&dir, &verify).expect_code(1);
    let says = checked.out.starts_with("incomplete: nothing was checked");
    assert!(
        says && checked.out.contains("2: 1 unchecked, 1 local"),
        "{checked:?}"
    );
    let inspected = alone(&dir, &["inspect", "bom.json"]).expect_code(0);
    assert!(inspected.out.contains("cyclonedx-json"), "{inspected:?}");
}

#[test]
fn vendored_packages_are_found_and_told() {
    let dir = project();
    let lying = alone(&dir, &sbom(&["p"])).expect_code(0);
    assert!(lying.err.contains("looked for in p/vendor ("), "{lying:?}");
    assert!(lying.err.contains("2 linked"), "{lying:?}");
    // What the configuration names counts; then it is obeyed, and need not be named.
    dir.write(
        "p/.cargo/config.toml",
        "[source.crates-io]\nreplace-with = \"v\"\n[source.v]\ndirectory = \"../named\"\n",
    );
    let named = alone(&dir, &sbom(&["p"])).expect_code(0);
    assert!(
        named.err.contains("looked for in p/../named ("),
        "{named:?}"
    );
    assert!(!named.err.contains("p/vendor"), "{named:?}");
    assert!(!named.err.contains("note:"), "{named:?}");
    // Neither counts where the user says where.
    let asked = alone(&dir, &sbom(&["p", "--crates", "named"])).expect_code(0);
    assert!(!asked.err.contains("looked for"), "{asked:?}");
    assert!(
        asked.err.contains("sets source.crates-io.replace-with"),
        "{asked:?}"
    );
    let none = alone(&dir, &sbom(&["p", "--crates", "none"])).expect_code(0);
    assert!(none.err.contains("level lockfile"), "{none:?}");
    assert!(
        none.err.contains("--crates none, so nothing is resolved"),
        "{none:?}"
    );
}

#[test]
fn an_index_stands_in_for_manifests() {
    let dir = project();
    std::fs::remove_dir_all(dir.path().join("p/vendor")).unwrap();
    let bare = alone(&dir, &sbom(&["p"])).expect_code(0);
    assert!(bare.err.contains("1 linked, 1 maybe"), "{bare:?}");
    assert!(!bare.err.contains("lockfile-index"), "{bare:?}");
    let indexed = alone(&dir, &sbom(&["p", "--index", "index"])).expect_code(0);
    assert!(
        indexed
            .err
            .contains("Cargo.lock (level lockfile-index, 1 package)"),
        "{indexed:?}"
    );
    assert!(
        indexed.err.contains("an index tells what is used"),
        "{indexed:?}"
    );
    let verify = |more: &[&str]| alone(&dir, &[&["verify-sbom", "bom.json", "p"], more].concat());
    let same = verify(&["--index", "index"]);
    assert!(
        same.out.contains("crate-gap") && !same.out.contains("mismatch"),
        "{same:?}"
    );
}

#[test]
fn pieces_are_joined_and_what_does_not_go_together_is_refused() {
    let dir = project();
    dir.write("app.cargo-sbom.json", record());
    for more in [
        &["app.cargo-sbom.json", "p/Cargo.lock"][..],
        &["p", "app.cargo-sbom.json"],
    ] {
        let made = alone(&dir, &sbom(more)).expect_code(0);
        for wanted in [
            "app.cargo-sbom.json (level cargo-sbom, 2 packages)",
            "Cargo.lock (level lockfile, 2 packages)",
            "a lockfile alone names 2 packages; 2 are built, 2 linked",
        ] {
            assert!(made.err.contains(wanted), "{wanted}: {made:?}");
        }
        let text = dir.read("bom.json");
        assert!(
            text.contains(SHA256) && !text.contains("somebody"),
            "{text}"
        );
        let checked = alone(&dir, &[&["verify-sbom", "bom.json"], more].concat());
        assert!(checked.out.starts_with("pass"), "{checked:?}");
    }
    let single = alone(&dir, &sbom(&["app.cargo-sbom.json"])).expect_code(0);
    assert!(
        single.err.contains("without a lockfile at hand"),
        "{single:?}"
    );
    dir.write("q/Cargo.lock", dir.read("p/Cargo.lock"));
    for (more, says) in [
        (
            &["p", "app.cargo-sbom.json", "--target", LINUX][..],
            "tells what was built",
        ),
        (&["app.cargo-sbom.json", "--target", LINUX], "its directory"),
        (&["p", "q/Cargo.lock"], "second Cargo.lock"),
        (&["p/Cargo.lock", "bom.json"], "counts as evidence alone"),
    ] {
        let refused = alone(&dir, &[&["sbom"], more].concat()).expect_code(2);
        assert!(refused.err.contains(says), "{says}: {refused:?}");
        assert!(refused.out.is_empty());
    }
    let over = alone(
        &dir,
        &[
            "sbom",
            "p",
            "app.cargo-sbom.json",
            "-o",
            "app.cargo-sbom.json",
        ],
    );
    assert!(over.expect_code(2).err.contains("overwrite the evidence"));
}

#[test]
fn what_cargo_metadata_says_is_read_from_a_pipe() {
    let dir = project();
    let metadata = format!(
        "{{\"packages\":[{{\"name\":\"root\",\"version\":\"0.1.0\",\"id\":\"path+file:///home/somebody/p#root@0.1.0\",\"source\":null,\
         \"dependencies\":[],\"targets\":[{{\"kind\":[\"bin\"]}}]}},{{\"name\":\"two\",\"version\":\"2.0.0\",\"id\":\"t\",\"source\":\"{CRATES_IO}\",\
         \"license\":\"MIT\",\"dependencies\":[],\"targets\":[{{\"kind\":[\"lib\"]}}]}}],\"workspace_members\":[\"path+file:///home/somebody/p#root@0.1.0\"],\
         \"resolve\":{{\"root\":null,\"nodes\":[{{\"id\":\"path+file:///home/somebody/p#root@0.1.0\",\"deps\":[{{\"name\":\"two\",\"pkg\":\"t\",\
         \"dep_kinds\":[{{\"kind\":null,\"target\":null}}]}}],\"features\":[]}},{{\"id\":\"t\",\"deps\":[],\"features\":[]}}]}},\"version\":1}}"
    );
    dir.write("m.json", metadata);
    let mut command = dir.command(&sbom(&["-", "p/Cargo.lock"]));
    command.stdin(std::fs::File::open(dir.path().join("m.json")).unwrap());
    let made = Done::of(&mut command).expect_code(0);
    for wanted in [
        "(level cargo-metadata, 2 packages)",
        "2 maybe",
        "cargo metadata unites",
    ] {
        assert!(made.err.contains(wanted), "{wanted}: {made:?}");
    }
    assert!(!dir.read("bom.json").contains("somebody"));
    // A directory is resolved beside it, and has its licences.
    let made = alone(&dir, &sbom(&["p", "m.json"])).expect_code(0);
    assert!(made.err.contains("2 linked"), "{made:?}");
    assert!(dir.read("bom.json").contains("\"MIT\""));
}
