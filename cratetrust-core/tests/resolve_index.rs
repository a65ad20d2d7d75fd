//! What is resolved where index lines stand in for manifests: all that is built is named, and what
//! an index cannot tell is `maybe`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail by panicking"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use cratetrust_core::bom::{Bom, EvidenceLevel};
use cratetrust_core::digest::Sha256;
use cratetrust_core::report::Verdict;
use cratetrust_core::sbom::Format;
use cratetrust_core::{Generated, Input, Options, generate_sbom, sbom};
use proptest::prelude::*;

mod resolve_support;

use resolve_support::{APP, LINUX, Project, WINDOWS, archive, edges, scopes};

/// A package from crates.io: its name, the tables below `[package]`, its dependencies as index
/// lines have them, and the files beside its manifest.
struct Published {
    name: String,
    manifest: String,
    features: String,
    dependencies: Vec<String>,
    locked: Vec<String>,
    files: Vec<&'static str>,
}

impl Published {
    fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            manifest: String::new(),
            features: String::new(),
            dependencies: Vec::new(),
            locked: Vec::new(),
            files: vec!["src/lib.rs"],
        }
    }

    fn proc_macro(mut self) -> Self {
        self.manifest.push_str("[lib]\nproc-macro=true\n");
        self
    }

    fn with_build_script(mut self) -> Self {
        self.files.push("build.rs");
        self
    }

    fn feature(mut self, name: &str, values: &[&str]) -> Self {
        let list = serde_json::to_string(values).unwrap();
        writeln!(self.manifest, "[features]\n{name}={list}").unwrap();
        self.features = format!("\"{name}\":{list}");
        self
    }

    /// A dependency: its kind, its platform, and more of its table.
    fn needs(mut self, name: &str, kind: &str, target: Option<&str>, features: &[&str]) -> Self {
        let table = match (kind, target) {
            ("build", None) => "build-dependencies".to_owned(),
            ("build", Some(target)) => format!("target.'{target}'.build-dependencies"),
            (_, None) => "dependencies".to_owned(),
            (_, Some(target)) => format!("target.'{target}'.dependencies"),
        };
        let list = serde_json::to_string(features).unwrap();
        writeln!(
            self.manifest,
            "[{table}.{name}]\nversion='1'\nfeatures={list}"
        )
        .unwrap();
        let target = serde_json::to_string(&target).unwrap();
        self.dependencies.push(format!(
            "{{\"name\":\"{name}\",\"req\":\"^1\",\"features\":{list},\"optional\":false,\"default_features\":true,\"target\":{target},\"kind\":\"{kind}\"}}"
        ));
        self.locked.push(name.to_owned());
        self
    }

    fn archive(&self) -> Vec<u8> {
        let manifest = format!(
            "[package]\nname='{}'\nversion='1.0.0'\nedition='2021'\n{}",
            self.name, self.manifest
        );
        let mut files = vec![("Cargo.toml", manifest.as_str())];
        files.extend(self.files.iter().map(|path| (*path, "")));
        archive(&format!("{}-1.0.0", self.name), &files)
    }

    fn line(&self, checksum: &str) -> String {
        format!(
            "{{\"name\":\"{}\",\"vers\":\"1.0.0\",\"deps\":[{}],\"cksum\":\"{checksum}\",\"features\":{{{}}},\"yanked\":false}}\n",
            self.name,
            self.dependencies.join(","),
            self.features
        )
    }
}

/// A project whose packages are published, with the archives of those that `at_hand` names and index
/// lines of all.
fn project(manifest: &str, published: &[Published], at_hand: &[&str]) -> Project {
    let checksums: BTreeMap<&str, String> = published
        .iter()
        .map(|one| (one.name.as_str(), Sha256::of(&one.archive()).to_string()))
        .collect();
    let names: Vec<&str> = published.iter().map(|one| one.name.as_str()).collect();
    let mut lock = format!("app 1.0.0 : {}\n", names.join(" "));
    for one in published {
        let mut locked = one.locked.clone();
        locked.sort();
        locked.dedup();
        writeln!(
            lock,
            "{} 1.0.0 crates.io!{} : {}",
            one.name,
            checksums[one.name.as_str()],
            locked.join(" ")
        )
        .unwrap();
    }
    let project = Project::new(&lock, &format!("{APP}{manifest}"));
    for one in published {
        let checksum = &checksums[one.name.as_str()];
        let head = match one.name.len() {
            1 => format!("1/{}", one.name),
            2 => format!("2/{}", one.name),
            3 => format!("3/{}/{}", &one.name[..1], one.name),
            _ => format!("{}/{}/{}", &one.name[..2], &one.name[2..4], one.name),
        };
        project.write(&format!("index/{head}"), one.line(checksum));
        if at_hand.contains(&one.name.as_str()) {
            let path = format!("stores/{}-1.0.0.crate", one.name);
            project.write(&path, one.archive());
        }
    }
    project
}

fn made(project: &Project, targets: &[&str]) -> Generated {
    let mut options = project.options(|selection| {
        selection.targets = targets.iter().map(|target| (*target).to_owned()).collect();
    });
    options.index = Some(Input::from_path(project.0.join("index")));
    generate_sbom(&[Input::from_path(&project.0)], &options).unwrap()
}

fn needs_a_and_m() -> [Published; 6] {
    [
        Published::new("a").needs("shared", "normal", None, &[]),
        Published::new("m")
            .proc_macro()
            .needs("parser", "normal", None, &[]),
        Published::new("parser")
            .with_build_script()
            .needs("helper", "build", None, &[]),
        Published::new("shared"),
        Published::new("helper"),
        Published::new("win"),
    ]
}

const TABLES: &str =
    "[dependencies]\na='1'\nm='1'\n[target.'cfg(windows)'.dependencies]\nwin='1'\n";

#[test]
fn what_an_index_cannot_tell_is_maybe_and_what_it_can_is_told() {
    let published = needs_a_and_m();
    let exact = project(
        TABLES,
        &published,
        &["a", "m", "parser", "shared", "helper"],
    );
    let bom = made(&exact, &[LINUX]).bom;
    assert_eq!(
        scopes(&bom),
        "a:linked app:linked helper:build m:build parser:build shared:linked"
    );
    assert!(bom.gaps.is_empty(), "{:?}", bom.gaps);
    assert_eq!(bom.evidence.len(), 1);

    let indexed = project(TABLES, &published, &[]);
    let generated = made(&indexed, &[LINUX]);
    let bom = &generated.bom;
    // Another platform's dependency is none of this build, whatever it is.
    assert_eq!(
        scopes(bom),
        "a:maybe app:linked helper:maybe m:maybe parser:maybe shared:maybe"
    );
    let levels: Vec<_> = bom.evidence.iter().map(|e| e.level).collect();
    assert_eq!(
        levels,
        [EvidenceLevel::Manifests, EvidenceLevel::LockfileIndex]
    );
    let of = |name: &str| bom.packages.iter().find(|p| p.name == name).unwrap();
    assert_eq!(
        (&of("app").evidence[..], &of("a").evidence[..]),
        (&[0][..], &[1][..])
    );
    assert_eq!(of("win").evidence, [0]);
    assert_eq!(bom.gaps.len(), 5);
    assert!(
        bom.gaps[0]
            .reason
            .contains("whether it is a procedural macro or has a build script"),
        "{}",
        bom.gaps[0].reason
    );
    assert!(edges(bom).contains("parser>helper build"), "{}", edges(bom));
    assert_eq!(generated.report.verdict, Verdict::Incomplete);
}

#[test]
fn manifests_and_index_lines_go_together() {
    // The macro's manifest is at hand: what it needs is for the host, whether or not one knows more.
    let published = needs_a_and_m();
    let bom = made(&project(TABLES, &published, &["m", "a"]), &[LINUX]).bom;
    assert_eq!(
        scopes(&bom),
        "a:linked app:linked helper:maybe m:build parser:build shared:maybe"
    );
    // Of a library it is known that what it needs is linked, but for macros.
    let bom = made(
        &project(TABLES, &published, &["m", "a", "shared"]),
        &[LINUX],
    )
    .bom;
    assert_eq!(
        scopes(&bom),
        "a:linked app:linked helper:maybe m:build parser:build shared:linked"
    );
}

#[test]
fn a_macro_of_another_platform_than_the_host_is_not_lost() {
    // `m` may be a macro: then what it needs on the host is built, and what for the target is not.
    let published = [
        Published::new("m")
            .proc_macro()
            .needs("unix", "normal", Some("cfg(unix)"), &[])
            .needs("windows", "normal", Some("cfg(windows)"), &[]),
        Published::new("unix"),
        Published::new("windows"),
    ];
    let manifest = "[dependencies]\nm='1'\n";
    let exact = made(&project(manifest, &published, &["m", "unix"]), &[WINDOWS]).bom;
    assert_eq!(scopes(&exact), "app:linked m:build unix:build");
    let bom = made(&project(manifest, &published, &[]), &[WINDOWS]).bom;
    assert_eq!(scopes(&bom), "app:linked m:maybe unix:maybe windows:maybe");
    // What may be linked for one target is not said to be for build scripts alone.
    let both = made(&project(manifest, &published, &[]), &[WINDOWS, LINUX]).bom;
    assert_eq!(scopes(&both), "app:linked m:maybe unix:maybe windows:maybe");
}

#[test]
fn features_that_a_macro_would_turn_on_elsewhere_are_not_certain() {
    // As a library `m` turns `shared/f`, and with it `deep`, on for the target; as a macro for the host.
    let mut shared = Published::new("shared");
    shared.manifest =
        "[dependencies.deep]\nversion='1'\noptional=true\n[features]\nf=['dep:deep']\n".to_owned();
    shared.features = "\"f\":[\"dep:deep\"]".to_owned();
    shared.dependencies = vec!["{\"name\":\"deep\",\"req\":\"^1\",\"features\":[],\"optional\":true,\"default_features\":true,\"target\":null,\"kind\":\"normal\"}".to_owned()];
    shared.locked = vec!["deep".to_owned()];
    let published = [
        Published::new("m")
            .proc_macro()
            .needs("shared", "normal", None, &["f"]),
        shared,
        Published::new("deep"),
    ];
    let manifest = "[dependencies]\nm='1'\nshared='1'\n";
    let at_hand = ["shared", "deep", "m"];
    let exact = made(&project(manifest, &published, &at_hand), &[LINUX]).bom;
    assert_eq!(
        scopes(&exact),
        "app:linked deep:build m:build shared:linked"
    );
    let bom = made(&project(manifest, &published, &at_hand[..2]), &[LINUX]).bom;
    assert_eq!(scopes(&bom), "app:linked deep:maybe m:maybe shared:linked");
}

#[test]
fn each_format_says_what_it_was_made_from_and_reads_back() {
    let bom = made(&project(TABLES, &needs_a_and_m(), &["m"]), &[LINUX]).bom;
    for format in Format::ALL {
        let bytes = sbom::write(&bom, format, None).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert!(text.contains("lockfile-index"), "{}", format.name());
        let options = Options::default();
        let mut read = sbom::read(&bytes, "x", &options.limits, &options.cancel).unwrap();
        read.bom.normalize();
        let facts = |bom: &Bom| -> Vec<_> {
            let packages = bom.packages.iter();
            packages
                .map(|p| (p.name.clone(), p.scope, p.evidence.clone(), p.units.clone()))
                .collect()
        };
        assert_eq!(facts(&read.bom), facts(&bom), "{}", format.name());
        assert_eq!(read.bom.gaps, bom.gaps, "{}", format.name());
        assert_eq!(read.bom.selection, bom.selection, "{}", format.name());
    }
}

/// What a package of the random graphs is.
#[derive(Debug, Clone)]
struct Random {
    proc_macro: bool,
    script: bool,
    needs: Vec<(usize, bool, u8, bool)>,
}

fn random() -> impl Strategy<Value = (Vec<Random>, u32)> {
    let one = (
        any::<bool>(),
        any::<bool>(),
        prop::collection::vec((0..8usize, any::<bool>(), 0..3u8, any::<bool>()), 0..4),
    );
    let package = one.prop_map(|(proc_macro, script, needs)| Random {
        proc_macro,
        script,
        needs,
    });
    (prop::collection::vec(package, 1..8), any::<u32>())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Whatever is hidden: what is built is named, and nothing is said of it that is not so.
    #[test]
    fn hiding_manifests_loses_nothing_and_makes_nothing_up((packages, hidden) in random()) {
        let mut manifest = "[dependencies]\n".to_owned();
        let published: Vec<Published> = packages
            .iter()
            .enumerate()
            .map(|(at, package)| {
                let mut one = Published::new(&format!("p{at}"));
                if package.proc_macro {
                    one = one.proc_macro();
                }
                if package.script {
                    one = one.with_build_script();
                }
                let mut seen = std::collections::BTreeSet::new();
                for (to, build, platform, feature) in &package.needs {
                    // Only later ones, so that there is no cycle.
                    let to = at + 1 + to;
                    let platform = [None, Some("cfg(windows)"), Some("cfg(unix)")][usize::from(*platform)];
                    if to < packages.len() && seen.insert((to, *build, platform)) {
                        let kind = if *build { "build" } else { "normal" };
                        let features = if *feature { &["f"][..] } else { &[] };
                        one = one.needs(&format!("p{to}"), kind, platform, features);
                    }
                }
                one.feature("f", &[])
            })
            .collect();
        for at in 0..packages.len().min(2) {
            writeln!(manifest, "p{at}='1'").unwrap();
        }
        let all: Vec<String> = (0..packages.len()).map(|at| format!("p{at}")).collect();
        let names: Vec<&str> = all.iter().map(String::as_str).collect();
        let some: Vec<&str> = names
            .iter()
            .enumerate()
            .filter(|(at, _)| hidden >> at & 1 == 0)
            .map(|(_, name)| *name)
            .collect();
        for target in [LINUX, WINDOWS] {
            let truth = made(&project(&manifest, &published, &names), &[target]).bom;
            prop_assert!(truth.gaps.is_empty());
            let said = made(&project(&manifest, &published, &some), &[target]).bom;
            for (truth, said) in truth.packages.iter().zip(&said.packages) {
                prop_assert!(
                    said.scope == truth.scope || said.scope.name() == "maybe",
                    "{}: {:?}, said {:?} for {target}, at hand {some:?}",
                    truth.name, truth.scope, said.scope
                );
            }
        }
    }
}

#[test]
fn a_cache_of_cargos_and_a_plain_index_are_both_read() {
    let published = needs_a_and_m();
    let project = project(TABLES, &published, &[]);
    let plain = scopes(&made(&project, &[LINUX]).bom);
    // The form of cargo's cache: a head, then version and entry, each ended by NUL.
    let home = project
        .0
        .join("home/registry/index/r-0123456789abcdef/.cache");
    for one in &published {
        let head = match one.name.len() {
            1 => format!("1/{}", one.name),
            3 => format!("3/{}/{}", &one.name[..1], one.name),
            _ => format!("{}/{}/{}", &one.name[..2], &one.name[2..4], one.name),
        };
        let line = fs::read_to_string(project.0.join("index").join(&head)).unwrap();
        let mut bytes = vec![3, 2, 0, 0, 0];
        bytes.extend_from_slice(b"etag: x\0");
        bytes.extend_from_slice(format!("1.0.0\0{}\0", line.trim_end()).as_bytes());
        let path = home.join(head);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    fs::remove_dir_all(project.0.join("index")).unwrap();
    let mut options = project.options(|_| {});
    options.crates = vec![Input::from_path(project.0.join("home"))];
    let cached = generate_sbom(&[Input::from_path(&project.0)], &options).unwrap();
    assert_eq!(scopes(&cached.bom), plain);
    assert_eq!(
        cached.bom.evidence[1].level,
        EvidenceLevel::LockfileIndex,
        "{:?}",
        cached.bom.gaps
    );
    assert!(plain.contains("a:maybe"));
}
