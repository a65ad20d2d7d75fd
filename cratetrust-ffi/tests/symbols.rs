//! The shared library exports the functions of the header and nothing else, under its SONAME, and
//! no exported body lies outside the panic boundary.
#![allow(
    unsafe_code,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that may fail"
)]

mod common;

use std::path::PathBuf;
use std::process::Command;

use common::{file, functions, header, read};

#[test]
fn the_list_of_symbols_is_the_headers() {
    let mut names = functions(&header());
    names.sort();
    names.push(String::new());
    assert_eq!(
        names.join("\n"),
        read("abi/symbols.txt"),
        "abi/symbols.txt is not what the header declares; a function that was given out stays"
    );
}

#[cfg(target_os = "linux")]
fn library() -> PathBuf {
    // Cargo puts the shared library beside the test programs.
    let path = std::env::current_exe()
        .unwrap()
        .with_file_name("libcratetrust.so");
    assert!(path.is_file(), "{} is missing", path.display());
    path
}

#[cfg(target_os = "linux")]
fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program)
        .args(arguments)
        .arg(library())
        .env("LC_ALL", "C")
        .output()
        .unwrap_or_else(|e| panic!("{program} (binutils) is needed: {e}"));
    assert!(output.status.success(), "{program}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn the_library_exports_these_and_nothing_else() {
    let mut wanted: Vec<String> = read("abi/symbols.txt").lines().map(str::to_owned).collect();
    if cfg!(feature = "test-hooks") {
        wanted.push("cratetrust_test_panic".to_owned());
    }
    wanted.sort();
    let mut exported: Vec<String> = run("nm", &["-D", "--defined-only", "--format=posix"])
        .lines()
        .filter_map(|line| line.split(' ').next())
        .map(str::to_owned)
        .collect();
    exported.sort();
    assert_eq!(exported, wanted);
}

#[cfg(target_os = "linux")]
#[test]
fn the_soname_holds_the_abi_number() {
    let dynamic = run("readelf", &["-d", "-W"]);
    let soname = dynamic
        .lines()
        .find(|line| line.contains("(SONAME)"))
        .expect("a SONAME");
    let wanted = format!("[libcratetrust.so.{}]", cratetrust::CRATETRUST_ABI_VERSION);
    assert!(soname.ends_with(&wanted), "{soname}");
}

#[test]
fn every_exported_body_lies_inside_the_boundary() {
    const DOORS: [&str; 6] = [
        "boundary!(",
        "value!(",
        "child!(",
        "lend_text!(",
        "free!(",
        "guard(",
    ];
    let mut seen = 0;
    let mut places = vec![file("src")];
    while let Some(path) = places.pop() {
        if path.is_dir() {
            let entries = std::fs::read_dir(path).unwrap();
            places.extend(entries.map(|entry| entry.unwrap().path()));
            continue;
        }
        let source = std::fs::read_to_string(&path).unwrap();
        for part in source.split("#[unsafe(no_mangle)]").skip(1) {
            let (_, rest) = part.split_once("extern \"C\" fn ").expect("a function");
            let (name, rest) = rest.split_once('(').expect("parameters");
            // A signature holds no brace; the body is what follows the first.
            let (_, body) = rest.split_once('{').expect("a body");
            let body = body.trim_start().trim_start_matches("let found = ");
            let body = body.trim_start_matches("crate::boundary::");
            assert!(
                DOORS.iter().any(|door| body.starts_with(door)),
                "{name} in {}",
                path.display()
            );
            seen += 1;
        }
    }
    // The hook for tests is in no header.
    assert_eq!(seen, functions(&header()).len() + 1);
}
