//! What a build is made of, from a project's directory: the rules of cargo, one by one, and what
//! happens where something is missing, contradicts itself or is hostile. The oracle (tests/oracle)
//! holds the same against cargo itself.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail by panicking"
)]

use std::fmt::Write as _;
use std::fs;

use cratetrust_core::bom::EvidenceLevel;
use cratetrust_core::digest::Sha256;
use cratetrust_core::options::{Enrich, SelectionRequest};
use cratetrust_core::report::Verdict;
use cratetrust_core::sbom::Format;
use cratetrust_core::{ErrorKind, Input, Options, generate_sbom, verify_sbom};

mod resolve_support;

use resolve_support::{
    APP, CRATES_IO, LINUX, Project, WINDOWS, archive, edges, library, lockfile, scopes, units,
};

#[test]
fn host_and_target_have_features_of_their_own_since_resolver_2() {
    let lock = "app 1.0.0 : both macros\nboth 1.0.0\nmacros 1.0.0 : both";
    let files = |resolver: &str| {
        format!(
            "{APP}resolver='{resolver}'\nbuild='build.rs'\n\
             [dependencies]\nboth={{path='both',features=['t']}}\nmacros={{path='macros'}}\n\
             [build-dependencies]\nboth={{path='both',features=['b']}}\n{}{}",
            library("both", "[features]\nt=[]\nb=[]\nm=[]\n"),
            library(
                "macros",
                "[lib]\nproc-macro=true\n[dependencies]\nboth={path='../both',features=['m']}\n"
            )
        )
    };
    let two = Project::new(lock, &files("2")).default_bom();
    assert_eq!(scopes(&two), "app:linked both:linked macros:build");
    assert_eq!(units(&two, "both"), "lib/host[b,m] lib/target[t]");
    assert_eq!(units(&two, "macros"), "proc-macro/host[]");
    assert_eq!(units(&two, "app"), "bin/target[] custom-build/host[]");
    assert_eq!(
        edges(&two),
        "app>both normal, app>both build, app>macros normal, macros>both normal"
    );
    let one = Project::new(lock, &files("1")).default_bom();
    assert_eq!(units(&one, "both"), "lib/host[b,m,t] lib/target[b,m,t]");
    assert_eq!(two.evidence[0].level, EvidenceLevel::Manifests);
    let selection = two.selection.unwrap();
    assert_eq!(selection.resolver.as_deref(), Some("2"));
    assert_eq!(selection.targets, [LINUX]);
    assert!(selection.target_table.is_some() && selection.default_features);
}

#[test]
fn weak_namespaced_and_implicit_features() {
    let lock = "app 1.0.0 : a\na 1.0.0 : x y z\nx 1.0.0\ny 1.0.0\nz 1.0.0";
    let a = "[dependencies]\nx={path='../x',optional=true}\ny={path='../y',optional=true}\n\
             z={path='../z',optional=true}\n\
             [features]\nweak=['x?/f']\nstrong=['y/f']\nnamed=['dep:z']\nwithx=['x']\n";
    let leaf = |name| library(name, "[features]\nf=[]\n");
    let with = |features: &str| {
        let files = format!(
            "{APP}[dependencies]\na={{path='a',features=[{features}]}}\n{}{}{}{}",
            library("a", a),
            leaf("x"),
            leaf("y"),
            leaf("z")
        );
        Project::new(lock, &files).default_bom()
    };
    let weak = with("'weak'");
    assert_eq!(scopes(&weak), "a:linked app:linked");
    assert_eq!(units(&weak, "a"), "lib/target[weak]");
    let both = with("'weak','withx'");
    assert_eq!(units(&both, "x"), "lib/target[f]");
    assert_eq!(units(&both, "a"), "lib/target[weak,withx,x]");
    let strong = with("'strong'");
    assert_eq!(units(&strong, "a"), "lib/target[strong,y]");
    assert_eq!(units(&strong, "y"), "lib/target[f]");
    // `dep:z` leaves no feature `z`.
    assert_eq!(units(&with("'named'"), "a"), "lib/target[named]");
    assert_eq!(scopes(&with("'named'")), "a:linked app:linked z:linked");
}

#[test]
fn build_dependencies_need_a_build_script_and_cfgs_count_for_the_target_alone() {
    let lock = "app 1.0.0 : a unix win\na 1.0.0 : unused\nunused 1.0.0\nunix 1.0.0 : never user\nwin 1.0.0\nuser 1.0.0\nnever 1.0.0";
    let files = format!(
        "{APP}[dependencies]\na={{path='a'}}\n[target.'cfg(unix)'.dependencies]\nunix={{path='unix'}}\n\
         [target.{WINDOWS}.dependencies]\nwin={{path='win'}}\n{}{}{}{}{}{}",
        library("a", "[build-dependencies]\nunused={path='../unused'}\n"),
        library("unused", ""),
        library("win", ""),
        library("user", ""),
        library("never", ""),
        library(
            "unix",
            "[target.'cfg(any())'.dependencies]\nnever={path='../never'}\n[target.'cfg(tokio_unstable)'.dependencies]\nuser={path='../user'}\n"
        ),
    );
    let project = Project::new(lock, &files);
    assert_eq!(
        scopes(&project.default_bom()),
        "a:linked app:linked unix:linked"
    );
    let user = project.bom(|s| s.cfgs = vec!["tokio_unstable".to_owned()]);
    assert_eq!(scopes(&user), "a:linked app:linked unix:linked user:linked");
    let windows = project.bom(|s| s.targets = vec![WINDOWS.to_owned()]);
    assert_eq!(scopes(&windows), "a:linked app:linked win:linked");
    let both = project.bom(|s| s.targets = vec![WINDOWS.to_owned(), LINUX.to_owned()]);
    assert_eq!(scopes(&both), "a:linked app:linked unix:linked win:linked");
    assert_eq!(both.selection.unwrap().targets, [WINDOWS, LINUX]);
}

#[test]
fn members_roots_and_required_features() {
    let lock = "one 1.0.0 : shared\ntwo 1.0.0 : shared\nshared 1.0.0 : extra\nextra 1.0.0";
    let files = format!(
        "--- Cargo.toml\n[workspace]\nresolver='2'\nmembers=['m/*']\nexclude=['shared','extra']\n\
         [workspace.dependencies]\nshared={{path='shared',features=['w']}}\n\
         --- m/one/src/main.rs\n--- m/one/Cargo.toml\n[package]\nname='one'\nversion='1.0.0'\n\
         [[bin]]\nname='one'\npath='src/main.rs'\n[[bin]]\nname='big'\nrequired-features=['big']\npath='src/main.rs'\n\
         [features]\nbig=[]\n[dependencies]\nshared={{workspace=true,features=['o']}}\n\
         --- m/two/src/lib.rs\n--- m/two/Cargo.toml\n[package]\nname='two'\nversion='1.0.0'\n\
         [dependencies]\nshared={{workspace=true,features=['deep']}}\n{}{}",
        library(
            "shared",
            "[features]\nw=[]\no=[]\ndeep=['dep:extra']\n[dependencies]\nextra={path='../extra',optional=true}\n"
        ),
        library("extra", ""),
    );
    let project = Project::new(lock, &files);
    let all = project.generate(|_| {}).unwrap();
    // `two` has no bin: it is not built, and still turns on what it asks of `shared`.
    assert_eq!(scopes(&all.bom), "extra:linked one:linked shared:linked");
    assert_eq!(units(&all.bom, "shared"), "lib/target[deep,o,w]");
    assert!(
        all.report
            .to_json()
            .contains("`big` is not built: it needs features that are off: big")
    );
    assert_eq!(all.report.findings.len(), 1);
    let one = project.bom(|s| {
        s.packages = vec!["one@1.0.0".to_owned()];
        s.features = vec!["big".to_owned()];
    });
    assert_eq!(units(&one, "shared"), "lib/target[o,w]");
    assert_eq!(units(&one, "one"), "bin/target[big]");
    let two = project.bom(|s| s.packages = vec!["two".to_owned()]);
    assert_eq!(scopes(&two), "extra:linked shared:linked two:linked");
    let lib = project.bom(|s| s.lib = true);
    assert_eq!(
        scopes(&lib),
        "extra:linked one:linked shared:linked two:linked"
    );
    let refused = |change: &dyn Fn(&mut SelectionRequest), word: &str| {
        let error = project.generate(change).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
        assert!(error.message().contains(word), "{error}");
    };
    refused(&|s| s.packages = vec!["three".to_owned()], "three");
    refused(&|s| s.features = vec!["nope".to_owned()], "nope");
    refused(
        &|s| s.features = vec!["dep:shared".to_owned()],
        "dep:shared",
    );
    refused(&|s| s.bins = vec!["nope".to_owned()], "nope");
    refused(&|s| s.bins = vec!["big".to_owned()], "big");
    refused(
        &|s| s.targets = vec!["x86_64-unknown-linx".to_owned()],
        "linx",
    );
    refused(&|s| s.cfgs = vec!["a b".to_owned()], "a b");
}

#[test]
fn dev_dependencies_come_on_request_and_unify_under_resolver_1() {
    let lock = "app 1.0.0 : a tool\na 1.0.0\ntool 1.0.0 : a";
    let files = |resolver: &str| {
        format!(
            "{APP}resolver='{resolver}'\n[dependencies]\na={{path='a'}}\n[dev-dependencies]\ntool={{path='tool'}}\n{}{}",
            library("a", "[features]\nd=[]\n"),
            library("tool", "[dependencies]\na={path='../a',features=['d']}\n"),
        )
    };
    let two = Project::new(lock, &files("2"));
    assert_eq!(scopes(&two.default_bom()), "a:linked app:linked");
    assert_eq!(units(&two.default_bom(), "a"), "lib/target[]");
    let dev = two.bom(|s| s.dev = true);
    assert_eq!(scopes(&dev), "a:linked app:linked tool:dev");
    assert_eq!(units(&dev, "a"), "lib/target[d]");
    assert!(edges(&dev).contains("app>tool dev"));
    let one = Project::new(lock, &files("1")).default_bom();
    assert_eq!(scopes(&one), "a:linked app:linked");
    assert_eq!(units(&one, "a"), "lib/target[d]");
}

const DEP: &str = "[package]\nname='dep'\nversion='1.2.3'\n[build-dependencies]\nhelper='1'\n[dependencies]\nother='1'\n";

fn registry_project(checksum: &str) -> Project {
    let lock = format!(
        "app 1.0.0 : dep\ndep 1.2.3 crates.io!{checksum} : helper other\nhelper 1.0.0 crates.io\nother 1.0.0 crates.io"
    );
    let project = Project::new(
        &lock,
        &format!("{APP}[dependencies]\nalias={{package='dep',version='1'}}\n"),
    );
    for name in ["helper", "other"] {
        let manifest = format!("[package]\nname='{name}'\nversion='1.0.0'\n");
        let bytes = archive(
            &format!("{name}-1.0.0"),
            &[("Cargo.toml", &manifest), ("src/lib.rs", "")],
        );
        project.write(&format!("stores/{name}-1.0.0.crate"), bytes);
    }
    project
}

#[test]
fn archives_say_whether_there_is_a_build_script() {
    for (files, expected) in [
        (
            &[("Cargo.toml", DEP), ("src/lib.rs", "")][..],
            "app:linked dep:linked other:linked",
        ),
        (
            &[("src/lib.rs", ""), ("build.rs", ""), ("Cargo.toml", DEP)],
            "app:linked dep:linked helper:build other:linked",
        ),
        // Without a library nothing of it is built.
        (&[("Cargo.toml", DEP), ("src/main.rs", "")], "app:linked"),
    ] {
        let bytes = archive("dep-1.2.3", files);
        let project = registry_project(&Sha256::of(&bytes).to_string());
        project.write("stores/dep-1.2.3.crate", bytes);
        let generated = project.generate(|_| {}).unwrap();
        assert_eq!(scopes(&generated.bom), expected);
        assert!(generated.bom.gaps.is_empty(), "{:?}", generated.bom.gaps);
        assert_ne!(generated.report.verdict, Verdict::Fail);
        if expected.contains("dep") {
            assert!(edges(&generated.bom).starts_with("app>dep normal as alias"));
        }
    }
}

#[test]
fn archives_of_any_size_and_order_say_whether_there_is_a_build_script() {
    // More than what is held of a large archive at first, and than what is inflated at first.
    let many: String = (0..90_000u32)
        .map(|n| n.wrapping_mul(2_654_435_761).to_string())
        .collect();
    let told = format!("{DEP}[lib]\nname='dep'\n");
    let told = told.replace("[build-dep", "build='build.rs'\n[build-dep");
    let (manifest, lib, script) = (("Cargo.toml", DEP), ("src/lib.rs", ""), ("build.rs", ""));
    let (told, pad) = (("Cargo.toml", told.as_str()), ("bench.txt", many.as_str()));
    let with = "app:linked dep:linked helper:build other:linked";
    for (files, expected) in [
        (&[manifest, pad, lib, script][..], with),
        (&[manifest, lib, script, pad], with),
        (&[pad, manifest, lib, pad, script], with),
        (&[script, pad, lib, manifest], with),
        (&[told, pad, script], with),
        (&[pad, told, script], with),
        (&[manifest, pad, lib], "app:linked dep:linked other:linked"),
        (&[manifest, script, pad], "app:linked"),
    ] {
        let bytes = archive("dep-1.2.3", files);
        assert!(bytes.len() > 256 << 10);
        let project = registry_project(&Sha256::of(&bytes).to_string());
        project.write("stores/dep-1.2.3.crate", &bytes);
        let generated = project.generate(|_| {}).unwrap();
        assert_eq!(
            scopes(&generated.bom),
            expected,
            "{:?}",
            files.iter().map(|f| f.0)
        );
        assert!(generated.bom.gaps.is_empty(), "{:?}", generated.bom.gaps);
        // Nothing is taken from the beginning where the end is not the one that the lockfile names.
        let mut forged = bytes;
        *forged.last_mut().unwrap() ^= 1;
        project.write("stores/dep-1.2.3.crate", &forged);
        let bom = project.generate(|_| {}).unwrap().bom;
        assert_eq!(bom.gaps.len(), 1);
        assert!(
            bom.gaps[0]
                .reason
                .contains("not the one that the lockfile names")
        );
    }
}

#[test]
fn without_units_an_archive_is_inflated_no_further_than_the_packages_need() {
    let declared = DEP.replace("build-dependencies", "dependencies.helper");
    let declared = declared.replace("helper='1'\n", "version='1'\n");
    for (manifest, expected) in [
        // Nothing is declared for a build script: whether there is one changes no package.
        (
            declared.as_str(),
            "app:linked dep:linked helper:linked other:linked",
        ),
        (DEP, "app:linked dep:maybe helper:maybe other:maybe"),
    ] {
        let files = [("Cargo.toml", manifest), ("src/lib.rs", ""), ("z.txt", "z")];
        let mut bytes = archive("dep-1.2.3", &files);
        // The checksum is that of an archive whose end cannot be inflated.
        bytes.truncate(bytes.len() - 12);
        let project = registry_project(&Sha256::of(&bytes).to_string());
        project.write("stores/dep-1.2.3.crate", bytes);
        let mut options = project.options(|_| {});
        options.enrich = Enrich::None;
        let evidence = [Input::from_path(&project.0)];
        let whole = generate_sbom(&evidence, &options).unwrap();
        assert_eq!(
            scopes(&whole.bom),
            "app:linked dep:maybe helper:maybe other:maybe"
        );
        options.no_units = true;
        let bom = generate_sbom(&evidence, &options).unwrap().bom;
        assert_eq!(scopes(&bom), expected);
        assert!(bom.packages.iter().all(|package| package.units.is_empty()));
        assert_eq!(bom.gaps.is_empty(), !expected.contains("maybe"));
        // Evidence is read as the SBOM is by default, so that neither knows more than the other.
        let document = whole.write(Format::CycloneDxJson, None).unwrap();
        let sbom = Input::from_bytes("sbom", document);
        let report = verify_sbom(&sbom, &evidence, &options).unwrap();
        assert_ne!(report.verdict, Verdict::Fail, "{:?}", report.findings);
    }
}

#[test]
fn what_is_not_at_hand_leaves_its_subtree_at_maybe_and_says_why() {
    let all = "app:linked dep:maybe helper:maybe other:maybe";
    let absent = registry_project(&"0".repeat(64));
    let bom = absent.default_bom();
    assert_eq!(scopes(&bom), all);
    assert_eq!(bom.gaps.len(), 1);
    assert!(
        bom.gaps[0]
            .reason
            .contains("no directory that was given holds it")
    );
    assert!(edges(&bom).contains("dep>helper unknown"));
    // Other bytes than the lockfile names are as good as none.
    let forged = registry_project(&"0".repeat(64));
    let bytes = archive("dep-1.2.3", &[("Cargo.toml", DEP), ("src/lib.rs", "")]);
    forged.write("stores/dep-1.2.3.crate", bytes);
    let generated = forged.generate(|_| {}).unwrap();
    assert_eq!(scopes(&generated.bom), all);
    assert!(
        generated
            .report
            .to_json()
            .contains("not the one that the lockfile names")
    );
    assert!(generated.report.to_json().contains("\"crate-gap\""));
    // Bytes at hand that contradict the lockfile are more than a gap.
    assert!(
        generated
            .report
            .to_json()
            .contains("\"checksum-lock-mismatch\"")
    );
    assert_eq!(generated.report.verdict, Verdict::Fail);
}

#[test]
fn one_that_no_unit_needs_may_be_missing() {
    // Under resolver 1 the features of another platform's dependencies count, though they are not built.
    let lock = "app 1.0.0 : win\nwin 1.0.0 crates.io : leaf\nleaf 1.0.0 crates.io";
    let project = Project::new(
        lock,
        &format!("{APP}resolver='1'\n[target.'cfg(windows)'.dependencies]\nwin='1'\n"),
    );
    let bom = project.default_bom();
    assert_eq!((scopes(&bom).as_str(), bom.gaps.len()), ("app:linked", 0));
}

#[test]
fn an_index_says_enough_of_what_is_not_built() {
    let manifest = "[package]\nname='shared'\nversion='1.0.0'\n[features]\nf=[]\n";
    let bytes = archive(
        "shared-1.0.0",
        &[("Cargo.toml", manifest), ("src/lib.rs", "")],
    );
    let (own, win) = (Sha256::of(&bytes).to_string(), "7".repeat(64));
    let lock = format!(
        "app 1.0.0 : shared win\nwin 1.0.0 crates.io!{win} : shared\nshared 1.0.0 crates.io!{own}"
    );
    let line = format!(
        "{{\"name\":\"win\",\"vers\":\"1.0.0\",\"cksum\":\"{win}\",\"features\":{{}},\"features2\":{{\"default\":[\"dep:s\"]}},\"deps\":[{{\"name\":\"s\",\"package\":\"shared\",\"req\":\"^1\",\"features\":[\"f\"],\"optional\":true,\"default_features\":true,\"target\":null,\"kind\":\"normal\"}}]}}\n"
    );
    let of = |table: &str| {
        let files = format!("{APP}resolver='1'\n[dependencies]\nshared='1'\n[{table}]\nwin='1'\n")
            .replace(
                "[dependencies]\nshared='1'\n[dependencies]",
                "[dependencies]\nshared='1'",
            );
        let project = Project::new(&lock, &files);
        project.write("stores/registry/cache/r/shared-1.0.0.crate", &bytes);
        project.write("stores/registry/index/r/3/w/win", &line);
        project.default_bom()
    };
    let bom = of("target.'cfg(windows)'.dependencies");
    assert!(bom.gaps.is_empty(), "{:?}", bom.gaps);
    assert_eq!(scopes(&bom), "app:linked shared:linked");
    assert_eq!(units(&bom, "shared"), "lib/target[f]");
    // Of what is built, it does not say whether there is a build script.
    let bom = of("dependencies");
    assert_eq!(bom.gaps.len(), 1);
    assert_eq!(scopes(&bom), "app:linked shared:linked win:maybe");
}

#[test]
fn manifest_and_lockfile_of_different_states_are_told() {
    let lock = "app 1.0.0 : a\na 1.0.0";
    let files = |version: &str, requirement: &str| {
        format!(
            "{APP}version='{version}'\n[dependencies]\na={{path='a',version='{requirement}'}}\nb='1'\n{}",
            library("a", "")
        )
        .replacen("version='1.0.0'\n", "", 1)
    };
    let bom = Project::new(lock, &files("1.0.1", "2")).default_bom();
    assert_eq!(scopes(&bom), "a:linked app:linked");
    let reasons: Vec<_> = bom.gaps.iter().map(|gap| gap.reason.as_str()).collect();
    assert_eq!(reasons.len(), 2, "{reasons:?}");
    assert!(reasons.iter().any(|r| r.contains("version 1.0.1")));
    assert!(
        reasons
            .iter()
            .any(|r| r.contains("no package for its dependency `b`"))
    );
    let stray = Project::new("other 1.0.0", APP);
    let error = stray.generate(|_| {}).unwrap_err();
    assert!(error.message().contains("app 1.0.0"), "{error}");
}

#[test]
fn two_locked_versions_of_one_requirement_are_told_apart_or_admitted() {
    let lock = "app 1.0.0 : x@1.0.0 x@1.5.0\nx 1.0.0 crates.io\nx 1.5.0 crates.io";
    let files =
        |old: &str| format!("{APP}[dependencies]\nold={{package='x',version='{old}'}}\nx='>=1'\n");
    let stores = |project: &Project| {
        for version in ["1.0.0", "1.5.0"] {
            let manifest = format!("[package]\nname='x'\nversion='{version}'\n");
            let stem = format!("x-{version}");
            let bytes = archive(&stem, &[("Cargo.toml", &manifest), ("src/lib.rs", "")]);
            project.write(&format!("stores/{stem}.crate"), bytes);
        }
    };
    let clear = Project::new(lock, &files("=1.0.0"));
    stores(&clear);
    let bom = clear.default_bom();
    assert!(bom.gaps.is_empty(), "{:?}", bom.gaps);
    assert_eq!(edges(&bom), "app>x normal as old, app>x normal");
    let unclear = Project::new(lock, &files(">=1"));
    stores(&unclear);
    let bom = unclear.default_bom();
    assert!(bom.gaps[0].reason.contains("several locked versions"));
    // Whichever it is, it is not left out.
    assert_eq!(
        bom.packages
            .iter()
            .filter(|p| p.name == "x" && p.scope.name() != "not-built")
            .count(),
        2
    );
}

#[test]
fn artifact_dependencies_and_files_as_targets_degrade() {
    let lock = "app 1.0.0 : tool\ntool 1.0.0 : deep\ndeep 1.0.0";
    let files = format!(
        "{APP}[build-dependencies]\ntool={{path='tool',artifact='bin'}}\n{}{}",
        library("tool", "[dependencies]\ndeep={path='../deep'}\n"),
        library("deep", ""),
    );
    let project = Project::new(lock, &files);
    let bom = project.default_bom();
    assert_eq!(scopes(&bom), "app:linked deep:maybe tool:maybe");
    assert!(bom.gaps[0].reason.contains("artifact"));
    let bom = project.bom(|s| s.targets = vec!["own.json".to_owned()]);
    assert_eq!(scopes(&bom), "app:maybe deep:maybe tool:maybe");
    assert_eq!(bom.gaps.len(), 1);
}

#[test]
fn replaced_and_patched_packages_and_cycles_of_dev_dependencies() {
    let lock = "app 1.0.0 : gone new\ngone 1.0.0 crates.io\nnew 1.0.0 : app";
    let text = lockfile(lock).replace(
        &format!("name = \"gone\"\nversion = \"1.0.0\"\nsource = \"{CRATES_IO}\"\n"),
        &format!("name = \"gone\"\nversion = \"1.0.0\"\nsource = \"{CRATES_IO}\"\nreplace = \"gone 1.0.0\"\n\n[[package]]\nname = \"gone\"\nversion = \"1.0.0\"\n"),
    );
    let text = text.replace("\"gone\", ", &format!("\"gone 1.0.0 ({CRATES_IO})\", "));
    let files = format!(
        "{APP}[dependencies]\ngone='1'\nnew='1'\n[patch.crates-io]\nnew={{path='new'}}\n\
         [replace]\n'gone:1.0.0'={{path='gone'}}\n{}{}",
        library("gone", ""),
        library("new", "[dev-dependencies]\napp={path='..'}\n"),
    );
    let project = Project::new("", &files);
    project.write("Cargo.lock", text);
    let bom = project.default_bom();
    assert!(bom.gaps.is_empty(), "{:?}", bom.gaps);
    assert_eq!(scopes(&bom), "app:linked gone:linked new:linked");
    let linked: Vec<_> = bom
        .packages
        .iter()
        .filter(|p| p.name == "gone")
        .map(|p| (p.source.kind.name(), p.scope.name()))
        .collect();
    assert!(
        linked.contains(&("path", "linked")) && linked.contains(&("crates.io", "not-built")),
        "{linked:?}"
    );
}

#[test]
fn hostile_manifests_cost_little() {
    // A chain and a cycle of features, a tenth of which lead to a dependency and back.
    let manifests = |n: usize| {
        let mut manifest = String::from(
            "[dependencies]\nb={path='../b',optional=true}\n[features]\ndefault=['f0']\n",
        );
        for at in 0..n {
            let next = (at + 1) % n;
            let more = if at % 10 == 0 {
                format!(",'b?/f{at}','b/f{at}','dep:b'")
            } else {
                String::new()
            };
            writeln!(manifest, "f{at}=['f{next}'{more}]").unwrap();
        }
        let mut b = String::from("[features]\n");
        for at in 0..n {
            writeln!(b, "f{at}=[]").unwrap();
        }
        (manifest, b)
    };
    let of = |n: usize| {
        let (manifest, b) = manifests(n);
        let lock = "app 1.0.0 : a\na 1.0.0 : b\nb 1.0.0";
        let files = format!(
            "{APP}[dependencies]\na={{path='a'}}\n{}{}",
            library("a", &manifest),
            library("b", &b)
        );
        Project::new(lock, &files)
    };
    let n = 20_000;
    let bom = of(n).default_bom();
    assert_eq!(bom.packages[0].units[0].features.len(), n + 1);
    assert_eq!(bom.packages[2].units[0].features.len(), n / 10);
    let bom = of(100_000).default_bom();
    assert_eq!(scopes(&bom), "a:maybe app:linked b:maybe");
    let why =
        "its manifest cannot be read: the manifest has more tables, keys and values than are read";
    assert_eq!(bom.gaps[0].reason, why);
    // One name in thousands of tables, named by thousands of features: refused, not endless.
    let mut manifest = String::from("[features]\ndefault=['f0']\n");
    for at in 0..8_000 {
        writeln!(manifest, "f{at}=['f{}','b/g{at}']", at + 1).unwrap();
    }
    for at in 0..8_000 {
        write!(
            manifest,
            "[target.'cfg(not(x{at}))'.dependencies]\nb={{path='../b'}}\n"
        )
        .unwrap();
    }
    let project = Project::new(
        "app 1.0.0 : a\na 1.0.0 : b\nb 1.0.0",
        &format!(
            "{APP}[dependencies]\na={{path='a'}}\n{}{}",
            library("a", &manifest),
            library("b", "")
        ),
    );
    let error = project.generate(|_| {}).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LimitExceeded, "{error}");
    assert_eq!(error.limit_met().unwrap().0, "resolve-steps");
}

#[test]
fn a_lockfile_alone_and_a_directory_without_a_selection_stay_at_their_level() {
    let project = Project::new(
        "app 1.0.0 : a\na 1.0.0",
        &format!("{APP}[dependencies]\na={{path='a'}}\n{}", library("a", "")),
    );
    let options = project.options(|_| {});
    let lock = generate_sbom(&[Input::from_path(project.0.join("Cargo.lock"))], &options).unwrap();
    assert_eq!(lock.bom.evidence[0].level, EvidenceLevel::Lockfile);
    let plain = generate_sbom(&[Input::from_path(&project.0)], &Options::default()).unwrap();
    assert_eq!(plain.bom.evidence[0].level, EvidenceLevel::Lockfile);
    assert_eq!(scopes(&plain.bom), "a:maybe app:maybe");
    let from_json = Options::from_json(&format!("{{\"target\":\"{LINUX}\",\"no_default_features\":true,\"features\":\"x,y\",\"cfg\":\"a=\\\"b,c\\\"\"}}")).unwrap().selection.unwrap();
    assert_eq!(from_json.targets, [LINUX]);
    assert_eq!(from_json.features, ["x", "y"]);
    assert_eq!(from_json.cfgs, ["a=\"b,c\""]);
    assert!(from_json.no_default_features && from_json.is_stated());
    fs::remove_file(project.0.join("Cargo.toml")).unwrap();
    let error = project.generate(|_| {}).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
}
