//! The embedded target table against the installed rustc.
//!
//! `UPDATE_TARGETS=1 cargo test -p cratetrust-core --test targets` writes the table anew.
#![cfg(feature = "targets")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test may fail by panicking"
)]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use cratetrust_core::targets::{Cfg, Table};

/// The columns, apart from the triple and the names without a value; any other key gets its own.
const COLUMNS: [&str; 11] = [
    "target_arch",
    "target_os",
    "target_env",
    "target_abi",
    "target_vendor",
    "target_endian",
    "target_pointer_width",
    "target_family",
    "panic",
    "target_has_atomic",
    "target_feature",
];

const HEAD: &str = "\
# Generated from rustc: UPDATE_TARGETS=1 cargo test -p cratetrust-core --test targets
# A row a target. `,` between values, `_` an empty value, `-` none, `\"` as in the row before.
";

fn rustc(arguments: &[&str]) -> String {
    let program = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let done = Command::new(&program)
        .args(arguments)
        // It shows cfgs that a stable compiler keeps to itself.
        .env_remove("RUSTC_BOOTSTRAP")
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|e| panic!("cannot run {}: {e}", program.to_string_lossy()));
    assert!(
        done.status.success(),
        "rustc {arguments:?}: {}",
        String::from_utf8_lossy(&done.stderr)
    );
    String::from_utf8(done.stdout).unwrap()
}

/// `1.95` of `release: 1.95.0`.
fn installed() -> String {
    let said = rustc(&["-vV"]);
    let release = said.lines().find_map(|l| l.strip_prefix("release: "));
    let mut parts = release.unwrap().split('.');
    format!("{}.{}", parts.next().unwrap(), parts.next().unwrap())
}

/// The cfgs of a target, asked for in cargo's own words.
fn asked(target: &str) -> BTreeSet<Cfg> {
    let mut arguments = vec!["-", "--crate-name", "___", "--print=file-names"];
    for crate_type in ["bin", "rlib", "dylib", "cdylib", "staticlib", "proc-macro"] {
        arguments.extend(["--crate-type", crate_type]);
    }
    arguments.extend([
        "--print=split-debuginfo",
        "--print=crate-name",
        "--print=cfg",
    ]);
    arguments.extend(["-Wwarnings", "--target", target]);
    let said = rustc(&arguments);
    // The file name of a bin is `___` too: the last one is the crate's name, the cfgs follow it.
    let (_, cfgs) = said.rsplit_once("___\n").unwrap();
    cfgs.lines()
        .map(|line| Cfg::parse(line).unwrap())
        .filter(|cfg| cfg.name() != "proc_macro")
        .collect()
}

fn asked_all(targets: &[&str]) -> Vec<BTreeSet<Cfg>> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(target) = targets.get(at) else {
                return done;
            };
            done.push((at, asked(target)));
        }
    };
    let mut found: Vec<_> = thread::scope(|scope| {
        let threads = [scope.spawn(work), scope.spawn(work)];
        threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect()
    });
    found.sort_by_key(|(at, _)| *at);
    found.into_iter().map(|(_, cfgs)| cfgs).collect()
}

/// One cell: the values of a key, or the names that no other column implies.
fn cell(cfgs: &BTreeSet<Cfg>, key: Option<&str>) -> String {
    let family = |name: &str| cfgs.contains(&Cfg::new("target_family", Some(name)));
    let values: Vec<&str> = match key {
        Some(key) => cfgs
            .iter()
            .filter(|cfg| cfg.name() == key)
            .filter_map(|cfg| cfg.value().map(|v| if v.is_empty() { "_" } else { v }))
            .collect(),
        None => cfgs
            .iter()
            .filter(|cfg| cfg.value().is_none())
            .map(Cfg::name)
            .filter(|name| !(matches!(*name, "unix" | "windows") && family(name)))
            .collect(),
    };
    if values.is_empty() {
        "-".to_owned()
    } else {
        values.join(",")
    }
}

fn write_table() -> String {
    let list = rustc(&["--print", "target-list"]);
    let targets: BTreeSet<&str> = list.lines().collect();
    let targets: Vec<&str> = targets.into_iter().collect();
    let all = asked_all(&targets);
    let mut keys: Vec<&str> = COLUMNS.to_vec();
    for cfg in all.iter().flatten().filter(|cfg| cfg.value().is_some()) {
        if !keys.contains(&cfg.name()) {
            keys.push(cfg.name());
        }
    }
    let mut text = format!(
        "{HEAD}rustc {}\ntarget {} names\n",
        installed(),
        keys.join(" ")
    );
    let mut above = Vec::new();
    for (target, cfgs) in targets.iter().zip(&all) {
        let columns = keys.iter().copied().map(Some).chain([None]);
        let row: Vec<String> = columns.map(|key| cell(cfgs, key)).collect();
        text.push_str(target);
        for (at, value) in row.iter().enumerate() {
            // A short value says more than a ditto.
            let ditto = value.len() > 8 && above.get(at) == Some(value);
            write!(text, " {}", if ditto { "\"" } else { value }).unwrap();
        }
        text.push('\n');
        above = row;
    }
    text
}

#[test]
fn the_table_is_what_rustc_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/targets/table.txt");
    if std::env::var_os("UPDATE_TARGETS").is_some() {
        fs::write(&path, write_table()).unwrap();
        eprintln!("wrote {}; run the test again", path.display());
        return;
    }
    let table = Table::embedded();
    let version = table.version().unwrap();
    let list = rustc(&["--print", "target-list"]);
    let here: BTreeSet<&str> = list.lines().collect();
    let there: BTreeSet<&str> = table.triples().collect();
    let compared: Vec<&str> = if installed() == version {
        assert_eq!(
            here, there,
            "the table lists other targets than rustc {version}"
        );
        here.into_iter().collect()
    } else {
        // What these targets are does not change from release to release.
        eprintln!(
            "NOT COMPARED IN FULL: the table is of rustc {version}, rustc {} is installed",
            installed()
        );
        let lasting = [
            "x86_64-unknown-linux-gnu",
            "x86_64-unknown-linux-musl",
            "x86_64-pc-windows-msvc",
        ];
        lasting.to_vec()
    };
    let exact = installed() == version;
    for (target, said) in compared.iter().zip(asked_all(&compared)) {
        let kept = table.get(target).unwrap();
        let kept: BTreeSet<Cfg> = kept.iter().cloned().collect();
        let lasting = |cfg: &&Cfg| {
            let stable = [
                "target_arch",
                "target_os",
                "target_env",
                "target_family",
                "target_pointer_width",
                "unix",
                "windows",
            ];
            exact || stable.contains(&cfg.name())
        };
        assert_eq!(
            kept.iter().filter(lasting).collect::<Vec<_>>(),
            said.iter().filter(lasting).collect::<Vec<_>>(),
            "{target}"
        );
    }
}

#[test]
fn cargo_sees_no_static_crt_and_no_proc_macro() {
    let table = Table::embedded();
    for triple in table.triples() {
        let cfgs = table.get(triple).unwrap();
        assert!(
            cfgs.contains(&Cfg::parse("debug_assertions").unwrap()),
            "{triple}"
        );
        assert!(
            !cfgs.contains(&Cfg::parse("proc_macro").unwrap()),
            "{triple}"
        );
    }
    for triple in ["x86_64-unknown-linux-musl", "wasm32-wasip1"] {
        let cfgs = table.get(triple).unwrap();
        assert!(
            !cfgs.contains(&Cfg::parse("target_feature=\"crt-static\"").unwrap()),
            "{triple}"
        );
    }
}

#[test]
fn an_unknown_target_is_named_with_a_near_one() {
    let table = Table::embedded();
    assert!(table.get("x86_64-linux-gnu").is_none());
    assert!(table.get("").is_none() && table.get("target").is_none() && table.get("#").is_none());
    let error = table.require("x86_64-linux-gnu").unwrap_err();
    assert_eq!(error.kind().name(), "invalid-argument");
    assert!(
        error.message().contains("x86_64-unknown-linux-gnu"),
        "{error}"
    );
    let error = table.require(&"-".repeat(1 << 20)).unwrap_err();
    assert!(
        !error.message().contains("did you mean"),
        "{}",
        error.kind().name()
    );
}
