//! Cfg expressions against cargo's own reader of them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail by panicking"
)]

use std::str::FromStr;

use cratetrust_core::targets::{Cfg, Cfgs, Expr, Platform};
use cratetrust_core::{ErrorKind, Limits};
use proptest::prelude::*;

/// Few names and values, so that they meet; keywords and raw names among them.
fn leaf() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec![
        "unix",
        "windows",
        "loom",
        "true",
        "false",
        "r#true",
        "r#unix",
        "r#all",
        "target_os",
        "test",
        "debug_assertions",
        "feature",
        "r",
        "_a1",
    ]);
    let value = prop::sample::select(vec!["", "linux", "a b", "é", "(", "x\\"]);
    (name, prop::option::of(value), "[ ]{0,2}").prop_map(|(name, value, space)| match value {
        Some(value) => format!("{name}{space}={space}\"{value}\""),
        None => format!("{space}{name}"),
    })
}

fn expression() -> impl Strategy<Value = String> {
    leaf().prop_recursive(5, 40, 4, |inner| {
        let list = (
            prop::sample::select(vec!["all", "any"]),
            prop::collection::vec(inner.clone(), 0..4),
            any::<bool>(),
        )
            .prop_map(|(name, members, comma)| {
                let comma = if comma && !members.is_empty() {
                    ","
                } else {
                    ""
                };
                format!("{name}({}{comma})", members.join(", "))
            });
        prop_oneof![list, inner.prop_map(|e| format!("not({e})"))]
    })
}

/// Expressions with one character put in, taken out or changed, and plain noise.
fn broken() -> impl Strategy<Value = String> {
    let noise = prop::collection::vec(
        prop::sample::select(vec![
            "all", "any", "not", "(", ")", ",", "=", "\"", " ", "r#", "unix", "\t", "é", "1",
            "\"v\"", "-",
        ]),
        0..10,
    )
    .prop_map(|parts| parts.concat());
    let bent = (
        expression(),
        any::<prop::sample::Index>(),
        prop::sample::select(vec!["", "(", ")", ",", "\"", "=", "\n", "#"]),
    )
        .prop_map(|(text, at, with)| {
            let chars: Vec<char> = text.chars().collect();
            let at = at.index(chars.len());
            let mut out: String = chars[..at].iter().collect();
            out.push_str(with);
            out.extend(&chars[at + 1..]);
            out
        });
    prop_oneof![noise, bent]
}

fn settings() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(
        prop::sample::select(vec![
            "unix",
            "loom",
            "debug_assertions",
            "target_os=\"linux\"",
            "target_os=\"\"",
            "feature=\"a b\"",
            "_a1",
            "r=\"(\"",
            "all=\"x\\\"",
        ]),
        0..6,
    )
    .prop_map(|list| list.into_iter().map(str::to_owned).collect())
}

/// What both say of a key under the same cfgs; `None` where the key is refused.
fn judge(key: &str, set: &[String]) -> (Option<bool>, Option<bool>) {
    let ours: Cfgs = set.iter().map(|c| Cfg::parse(c).unwrap()).collect();
    let theirs: Vec<_> = set
        .iter()
        .map(|c| cargo_platform::Cfg::from_str(c).unwrap())
        .collect();
    (
        Platform::parse(key)
            .ok()
            .map(|p| p.matches("triple", &ours)),
        cargo_platform::Platform::from_str(key)
            .ok()
            .map(|p| p.matches("triple", &theirs)),
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn cargo_says_the_same_of_expressions(text in expression(), set in settings()) {
        let (ours, theirs) = judge(&format!("cfg({text})"), &set);
        prop_assert!(ours.is_some(), "{text}");
        prop_assert_eq!(ours, theirs, "{}", text);
    }

    #[test]
    fn cargo_refuses_the_same(text in broken(), set in settings()) {
        for key in [format!("cfg({text})"), text.clone()] {
            let (ours, theirs) = judge(&key, &set);
            prop_assert_eq!(ours, theirs, "{}", key);
        }
        prop_assert_eq!(Cfg::parse(&text).is_ok(), cargo_platform::Cfg::from_str(&text).is_ok(), "{}", text);
    }

    #[test]
    fn a_cfg_is_read_as_it_is_written(text in leaf()) {
        let cfg = Cfg::parse(&text).unwrap();
        prop_assert_eq!(Cfg::parse(&cfg.to_string()).unwrap(), cfg);
    }

    #[test]
    fn errors_point_into_the_text(text in broken()) {
        let key = format!("cfg({text})");
        if let Err(error) = Platform::parse(&key) {
            let at = usize::try_from(error.offset().unwrap()).unwrap();
            prop_assert!(at <= key.len() && key.is_char_boundary(at), "{key}: {error}");
        }
    }
}

fn fault(key: &str) -> (String, Option<u64>) {
    let error = Platform::parse(key).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Parse, "{key}");
    (error.message().to_owned(), error.offset())
}

#[test]
fn faults_say_what_and_where() {
    for (key, message, offset) in [
        ("cfg()", "expected a name, found the end", 4),
        ("cfg(all)", "expected `(`, found the end", 7),
        (
            "cfg(any(unix windows))",
            "expected `,` or `)`, found `windows`",
            13,
        ),
        ("cfg(not(unix, windows))", "expected `)`, found `,`", 12),
        ("cfg(not())", "expected a name, found `)`", 8),
        ("cfg(unix))", "something follows the cfg expression", 8),
        (
            "cfg(target_os = linux)",
            "expected a value in quotation marks, found `linux`",
            16,
        ),
        ("cfg(target_os = \"linux)", "the string has no end", 16),
        ("cfg(unix\t)", "something follows the cfg expression", 8),
        ("cfg(r#1)", "expected a name after `r#`", 6),
        ("cfg (unix)", "neither a target triple nor `cfg(…)`", 3),
        ("x86 64", "` ` stands in no target triple", 3),
    ] {
        assert_eq!(fault(key), (message.to_owned(), Some(offset)), "{key}");
    }
}

#[test]
fn nesting_is_bounded_and_size_is_not() {
    let nested = |depth: usize| format!("cfg({}unix{})", "not(".repeat(depth), ")".repeat(depth));
    assert!(Platform::parse(&nested(128)).is_ok());
    let error = Platform::parse(&nested(129)).unwrap_err();
    assert_eq!(error.limit_met(), Some(("nesting", 128)));
    assert_eq!(error.offset(), Some(4 + 4 * 128));

    // No stack is used, whatever the limit; neither to read, to judge nor to drop.
    let limits = Limits {
        nesting: u64::MAX,
        ..Limits::default()
    };
    let deep = Platform::parse_with(&nested(1_000_000), &limits).unwrap();
    let unix: Cfgs = [Cfg::new("unix", None)].into_iter().collect();
    assert!(deep.matches("", &unix));
    assert!(Platform::parse_with(&"cfg(".repeat(300_000), &limits).is_err());

    let wide = format!("cfg(any({}unix))", "windows,".repeat(200_000));
    assert!(Platform::parse(&wide).unwrap().matches("", &unix));
}

#[test]
fn dependency_tables_know_no_features_and_no_tests() {
    let cfgs = cratetrust_core::targets::Table::embedded()
        .get("x86_64-unknown-linux-gnu")
        .unwrap();
    for (text, holds) in [
        ("feature = \"default\"", false),
        ("test", false),
        ("proc_macro", false),
        ("debug_assertions", true),
        ("panic = \"unwind\"", true),
        ("all()", true),
        ("any()", false),
        ("true", true),
        ("not(false)", true),
        ("all(unix, not(target_os = \"macos\"))", true),
        ("target_feature = \"crt-static\"", false),
    ] {
        assert_eq!(Expr::parse(text).unwrap().matches(&cfgs), holds, "{text}");
    }
}

#[test]
fn a_triple_is_compared_as_it_is() {
    let key = Platform::parse("x86_64-pc-windows-msvc").unwrap();
    assert!(key.matches("x86_64-pc-windows-msvc", &Cfgs::new()));
    assert!(!key.matches("x86_64-pc-windows-gnu", &Cfgs::new()));
}

#[test]
fn the_callers_cfgs_join_the_targets() {
    let mut cfgs: Cfgs = [Cfg::parse("unix").unwrap()].into_iter().collect();
    cfgs.extend([
        Cfg::parse("getrandom_backend=\"custom\"").unwrap(),
        Cfg::parse("unix").unwrap(),
    ]);
    cfgs.insert(Cfg::parse("loom").unwrap());
    assert_eq!(
        cfgs.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["getrandom_backend=\"custom\"", "loom", "unix"]
    );
    assert!(
        Expr::parse("all(loom, getrandom_backend = \"custom\")")
            .unwrap()
            .matches(&cfgs)
    );
    assert!(!Expr::parse("getrandom_backend").unwrap().matches(&cfgs));
}
