//! Projects that are large, odd or made to hurt: each ends soon, and with a clear word.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail by panicking"
)]

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use cratetrust_core::digest::Sha256;
use cratetrust_core::progress::CancelToken;
use cratetrust_core::report::Verdict;
use cratetrust_core::{ErrorKind, Generated, Input, generate_sbom};

mod resolve_support;

use resolve_support::{APP, CRATES_IO, Project, library, scopes, units};

/// Far more than any of these takes on a busy machine, and far less than the square of their size.
const LONG: Duration = Duration::from_secs(120);

fn timed(project: &Project) -> Generated {
    let started = Instant::now();
    let generated = project.generate(|_| {}).unwrap();
    assert!(started.elapsed() < LONG, "{:?}", started.elapsed());
    generated
}

fn reasons(generated: &Generated) -> Vec<&str> {
    let gaps = generated.bom.gaps.iter();
    gaps.map(|gap| gap.reason.as_str()).collect()
}

#[test]
fn a_feature_of_as_many_dependencies_as_a_manifest_may_hold() {
    let count = 30_000;
    let project = of_one_feature(count);
    let generated = timed(&project);
    assert_eq!(generated.bom.gaps.len(), count);
    assert_eq!(generated.report.verdict, Verdict::Incomplete);
    let all_maybe = generated.bom.packages.iter().skip(1);
    assert_eq!(
        all_maybe.filter(|p| p.scope.name() == "maybe").count(),
        count
    );
    let error = of_one_feature(100_000).generate(|_| {}).unwrap_err();
    assert_eq!(error.limit_met().unwrap().0, "manifest-marks", "{error}");
}

/// A project with so many dependencies, all of which one feature turns on.
fn of_one_feature(count: usize) -> Project {
    let mut names = Vec::new();
    let mut lock = String::new();
    let mut tables = String::new();
    for at in 0..count {
        names.push(format!("d{at}"));
        writeln!(
            lock,
            "\n[[package]]\nname = \"d{at}\"\nversion = \"1.0.0\"\nsource = \"{CRATES_IO}\""
        )
        .unwrap();
        writeln!(tables, "d{at}={{optional=true}}").unwrap();
    }
    // By their implicit features: a manifest has its limit of bytes.
    let on: Vec<String> = names.iter().map(|name| format!("'{name}'")).collect();
    let project = Project::new(
        "",
        &format!(
            "{APP}[features]\ndefault=['all']\nall=[{}]\n[dependencies]\n{tables}",
            on.join(",")
        ),
    );
    // A lockfile of this size is read in cargo's own layout alone.
    let listed: String = names.iter().map(|name| format!(" \"{name}\",\n")).collect();
    project.write(
        "Cargo.lock",
        format!(
            "version = 4\n\n[[package]]\nname = \"app\"\nversion = \"1.0.0\"\ndependencies = [\n{listed}]\n{lock}"
        ),
    );
    project
}

#[test]
fn a_long_chain_whose_links_all_turn_one_feature_on() {
    let count = 2_000;
    let mut lock = "app 1.0.0 : p0\n".to_owned();
    let mut files = format!("{APP}[dependencies]\np0={{path='p0'}}\n");
    for at in 0..count {
        let next = at + 1;
        let last = next == count;
        let needs = if last {
            "end".to_owned()
        } else {
            format!("p{next} end")
        };
        writeln!(lock, "p{at} 1.0.0 : {needs}").unwrap();
        let mut rest = "[dependencies]\nend={path='../end',features=['f']}\n".to_owned();
        if !last {
            writeln!(rest, "p{next}={{path='../p{next}'}}").unwrap();
        }
        files.push_str(&library(&format!("p{at}"), &rest));
    }
    lock.push_str("end 1.0.0\n");
    files.push_str(&library("end", "[features]\nf=[]\n"));
    let generated = timed(&Project::new(&lock, &files));
    assert!(reasons(&generated).is_empty());
    assert_eq!(units(&generated.bom, "end"), "lib/target[f]");
}

#[test]
fn what_a_feature_names_and_a_package_has_not_is_told() {
    let project = Project::new(
        "app 1.0.0 : a\na 1.0.0",
        &format!(
            "{APP}[dependencies]\na={{path='a',features=['gone']}}\n{}",
            library(
                "a",
                "[features]\ndefault=['dep:none','other/x','weak?/x','missing']\n"
            )
        ),
    );
    let generated = timed(&project);
    assert_eq!(scopes(&generated.bom), "a:linked app:linked");
    let reasons = reasons(&generated);
    for name in ["`gone`", "`none`", "`other`", "`weak`", "`missing`"] {
        let told = reasons.iter().filter(|reason| reason.contains(name));
        assert_eq!(told.count(), 1, "{name}: {reasons:?}");
    }
    assert_eq!(reasons.len(), 5);
    assert_eq!(generated.report.verdict, Verdict::Incomplete);
}

#[test]
fn a_manifest_that_leads_elsewhere_than_the_lockfile_is_told() {
    // The lockfile was made before `b` came and after `c` went.
    let project = Project::new(
        "app 1.0.0 : a c\na 1.0.0 : c\nc 1.0.0",
        &format!(
            "{APP}[dependencies]\na={{path='a'}}\nb={{path='b'}}\n{}{}",
            library("a", "[dependencies]\nb={path='../b',version='2'}\n"),
            library("b", ""),
        ),
    );
    let generated = timed(&project);
    let told = reasons(&generated).join("; ");
    assert_eq!(
        told.matches("no package for its dependency `b`").count(),
        2,
        "{told}"
    );
    assert!(!generated.bom.packages.iter().any(|p| p.name == "b"));
}

#[test]
fn an_index_line_of_many_dependencies_and_features_is_linear_too() {
    let count = 20_000;
    let (mut lock, mut deps, mut names) = (String::new(), Vec::new(), Vec::new());
    for at in 0..count {
        names.push(format!("d{at:05}"));
        writeln!(lock, "d{at:05} 1.0.0 crates.io").unwrap();
        deps.push(format!("{{\"name\":\"d{at:05}\",\"req\":\"^1\",\"features\":[],\"optional\":true,\"default_features\":true,\"target\":null,\"kind\":\"normal\"}}"));
    }
    let on: Vec<String> = (0..count)
        .map(|at| format!("\"f{at}\":[\"f{}\",\"dep:d{at:05}\"]", at + 1))
        .chain([
            format!("\"f{count}\":[]"),
            "\"default\":[\"f0\"]".to_owned(),
        ])
        .collect();
    let checksum = Sha256::of(b"big");
    let project = Project::new(
        &format!(
            "app 1.0.0 : big\nbig 1.0.0 crates.io!{checksum} : {}\n{lock}",
            names.join(" ")
        ),
        &format!("{APP}[dependencies]\nbig='1'\n"),
    );
    project.write(
        "index/3/b/big",
        format!(
            "{{\"name\":\"big\",\"vers\":\"1.0.0\",\"deps\":[{}],\"cksum\":\"{checksum}\",\"features\":{{{}}},\"yanked\":false}}\n",
            deps.join(","),
            on.join(",")
        ),
    );
    let mut options = project.options(|_| {});
    options.index = Some(Input::from_path(project.0.join("index")));
    let started = Instant::now();
    let generated = generate_sbom(&[Input::from_path(&project.0)], &options).unwrap();
    assert!(started.elapsed() < LONG, "{:?}", started.elapsed());
    let big = generated.bom.packages.iter().find(|p| p.name == "big");
    assert_eq!(big.unwrap().units[0].features.len(), count + 2);
    assert_eq!(generated.bom.gaps.len(), count + 1);
}

#[test]
fn resolution_stops_when_it_is_told_to() {
    let project = Project::new("app 1.0.0", APP);
    let mut options = project.options(|_| {});
    options.cancel = CancelToken::new();
    options.cancel.cancel();
    let error = generate_sbom(&[Input::from_path(&project.0)], &options).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
}
