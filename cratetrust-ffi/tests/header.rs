//! The header is what the code makes, every declaration in it is documented, and its numbers are
//! those that were pinned.
#![allow(
    unsafe_code,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that calls C functions and may fail"
)]

mod common;

use std::fmt::Write as _;

use common::{declarations, file, header, read};
use cratetrust_core::Limits;
use cratetrust_core::report::Code;

/// The macros that no Rust item stands for: version, finding codes, limits.
fn macros() -> String {
    let part = |text: &str| text.parse::<u32>().unwrap();
    let (major, minor, patch) = (
        part(env!("CARGO_PKG_VERSION_MAJOR")),
        part(env!("CARGO_PKG_VERSION_MINOR")),
        part(env!("CARGO_PKG_VERSION_PATCH")),
    );
    let number = major * 1_000_000 + minor * 1_000 + patch;
    let mut out = String::new();
    let mut define = |comment: &str, name: &str, value: &str| {
        write!(
            out,
            "/**\n * {comment}\n */\n#define CRATETRUST_{name} {value}\n\n"
        )
        .unwrap();
    };
    define(
        "The header's version; `cratetrust_version` gives the library's.",
        "VERSION",
        &format!("{:?}", env!("CARGO_PKG_VERSION")),
    );
    define(
        "The header's major version.",
        "VERSION_MAJOR",
        &major.to_string(),
    );
    define(
        "The header's minor version.",
        "VERSION_MINOR",
        &minor.to_string(),
    );
    define(
        "The header's patch version.",
        "VERSION_PATCH",
        &patch.to_string(),
    );
    define(
        "The header's version as one number: major * 1000000 + minor * 1000 + patch.",
        "VERSION_NUMBER",
        &number.to_string(),
    );
    let upper = |name: &str| name.replace('-', "_").to_uppercase();
    for code in Code::ALL {
        let name = format!("CODE_{}", upper(code.name()));
        define(
            &format!(
                "Finding code of class {}: {}",
                code.class().name(),
                code.text()
            ),
            &name,
            &format!("{:?}", code.name()),
        );
    }
    for name in Limits::NAMES {
        let default = Limits::default().get(name).unwrap();
        define(
            &format!("Limit `{name}`, by default {default}."),
            &format!("LIMIT_{}", upper(name)),
            &format!("{name:?}"),
        );
    }
    out.truncate(out.trim_end().len());
    out
}

fn generate() -> String {
    let mut config = cbindgen::Config::from_file(file("cbindgen.toml")).expect("cbindgen.toml");
    config.after_includes = Some(format!("\n{}", macros()));
    let mut bytes = Vec::new();
    cbindgen::Builder::new()
        .with_config(config)
        .with_src(file("src/lib.rs"))
        .generate()
        .expect("the crate's items")
        .write(&mut bytes);
    String::from_utf8(bytes).expect("UTF-8")
}

#[test]
fn the_header_is_what_the_code_makes() {
    let made = generate();
    if std::env::var_os("UPDATE_HEADER").is_some_and(|value| value == "1") {
        std::fs::write(file("../include/cratetrust.h"), &made).unwrap();
    }
    assert!(
        header() == made,
        "include/cratetrust.h is not what the code makes; run \
         UPDATE_HEADER=1 cargo test -p cratetrust-ffi --test header"
    );
}

#[test]
fn every_declaration_says_what_a_caller_must_know() {
    let header = header();
    let all = declarations(&header);
    let mut faults = Vec::new();
    for declaration in &all {
        let text = &declaration.text;
        if declaration.comment.trim().is_empty() {
            faults.push(format!("`{text}` has no comment"));
            continue;
        }
        let mut want = |condition: bool, word: &str| {
            if condition && !declaration.comment.contains(word) {
                faults.push(format!("`{text}` does not say `{word}`"));
            }
        };
        if text.starts_with("typedef struct") {
            want(true, "Lifetime:");
            want(true, "Threads:");
        } else if declaration.function().is_some() {
            let pointers = declaration.parameters().contains('*');
            let returns_pointer = text.split('(').next().unwrap().contains('*');
            want(true, "Threads:");
            want(pointers, "NULL:");
            want(text.contains("**err"), "Errors:");
            want(text.contains("**out") || returns_pointer, "Ownership:");
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(all.len() > 200, "only {} declarations were seen", all.len());
}

#[test]
fn the_header_has_no_layout_and_no_data() {
    for declaration in declarations(&header()) {
        let text = declaration.text;
        assert!(!text.contains('{'), "a layout: {text}");
        assert!(!text.starts_with("extern"), "data: {text}");
        assert!(!text.contains("..."), "variable arguments: {text}");
    }
}

fn pinned(path: &str, wanted: impl Fn(&str) -> bool) {
    let header = header();
    let mut lines: Vec<String> = declarations(&header)
        .iter()
        .filter_map(|declaration| {
            let (name, value) = declaration.text.strip_prefix("#define ")?.split_once(' ')?;
            let number: i32 = value.parse().ok()?;
            wanted(name).then(|| format!("{number} {name}"))
        })
        .collect();
    lines.push(String::new());
    assert_eq!(
        lines.join("\n"),
        read(path),
        "a number that was given out keeps its meaning; only append to {path}"
    );
}

#[test]
fn status_codes_are_pinned() {
    pinned("abi/status-codes.txt", |name| {
        name.starts_with("CRATETRUST_STATUS_")
    });
    for line in read("abi/status-codes.txt").lines() {
        let (number, name) = line.split_once(' ').unwrap();
        let status = number.parse().unwrap();
        let said = cratetrust::cratetrust_status_name(status);
        // SAFETY: a static text with a NUL after it.
        let said = unsafe { std::ffi::CStr::from_ptr(said) };
        assert_eq!(
            said.to_str().unwrap(),
            name.trim_start_matches("CRATETRUST_STATUS_")
        );
    }
}

#[test]
fn enumerations_are_pinned() {
    pinned("abi/enumerations.txt", |name| {
        !name.starts_with("CRATETRUST_STATUS_")
            && !name.starts_with("CRATETRUST_VERSION")
            && name != "CRATETRUST_ABI_VERSION"
    });
}
