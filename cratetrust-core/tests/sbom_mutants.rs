//! Mutation testing of `verify_sbom`: documents of this library with one lie each, in every format
//! and version that is written, for real lockfiles of all versions. Every lie must be found with its
//! code at its package, and what is no lie must give no finding.
//!
//! What can be said in the neutral model is changed there and written by the format under test;
//! what only a document can say is changed in its text.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail by panicking"
)]

mod mutant_support;

use std::collections::{BTreeMap, BTreeSet};

use cratetrust_core::bom::{Bom, Edge, EdgeKind, Package};
use cratetrust_core::package::{Source, SourceKind, package_purl};
use cratetrust_core::report::{Report, Verdict};
use cratetrust_core::sbom::Format;
use cratetrust_core::{Input, Options, sbom, verify_sbom};
use mutant_support::documents::{self, Edit};
use mutant_support::{Random, Sample, formats, samples};

/// One changed document.
struct Mutant {
    class: &'static str,
    bom: Bom,
    /// What must be found: any of the codes, and the package.
    want: Vec<(Vec<&'static str>, Option<String>)>,
    /// What may be found besides, as a consequence.
    side: &'static [&'static str],
    /// Whether the lie alone leaves the verdict at `pass`, being a warning.
    warns: bool,
}

fn id(package: &Package) -> String {
    format!("{}@{}", package.name, package.version)
}

fn index_url() -> Source {
    Source {
        kind: SourceKind::Registry,
        url: Some("https://registry.example/index".to_owned()),
        reference: None,
        rev: None,
    }
}

fn git_source() -> Source {
    Source {
        kind: SourceKind::Git,
        url: Some("https://git.example/fork".to_owned()),
        reference: None,
        rev: Some("0123456789abcdef0123456789abcdef01234567".to_owned()),
    }
}

/// Takes a package and its edges out and renumbers the rest.
fn remove(bom: &mut Bom, index: usize) {
    bom.packages.remove(index);
    bom.edges.retain(|e| e.from != index && e.to != index);
    bom.roots.retain(|root| *root != index);
    let down = |i: &mut usize| *i -= usize::from(*i > index);
    for edge in &mut bom.edges {
        down(&mut edge.from);
        down(&mut edge.to);
    }
    bom.roots.iter_mut().for_each(down);
    for (id, package) in bom.packages.iter_mut().enumerate() {
        package.id = id;
    }
}

fn add(bom: &mut Bom, mut package: Package) {
    package.id = bom.packages.len();
    package.evidence = vec![0];
    bom.packages.push(package);
}

fn add_edge(bom: &mut Bom, from: usize, to: usize) {
    bom.edges.push(Edge {
        from,
        to,
        kind: EdgeKind::Unknown,
        name: None,
        evidence: vec![0],
    });
}

fn set_source(package: &mut Package, source: Source) {
    package.purl = package_purl(&package.name, &package.version, &source);
    package.source = source;
}

fn set_version(package: &mut Package, version: &str) {
    package.version = version.to_owned();
    package.purl = package_purl(&package.name, version, &package.source);
}

/// Every lie that the neutral model can hold, about components chosen by the seed.
fn mutants(sample: &Sample, random: &mut Random) -> Vec<Mutant> {
    let honest = &sample.bom;
    // Packages of crates.io whose name stands once in the lockfile.
    let plain = sample.plain();
    let mut one = || plain[random.below(plain.len())];
    let mut list: Vec<Mutant> = Vec::new();
    let mut lie = |class: &'static str,
                   want: &[(&[&'static str], Option<String>)],
                   side: &'static [&'static str],
                   change: &dyn Fn(&mut Bom)| {
        let mut bom = honest.clone();
        change(&mut bom);
        list.push(Mutant {
            class,
            bom,
            want: want
                .iter()
                .map(|(codes, package)| (codes.to_vec(), package.clone()))
                .collect(),
            side,
            warns: class == "local package as a public one",
        });
    };
    let of = |index: usize| Some(id(&honest.packages[index]));

    lie(
        "added",
        &[(&["component-extra"], Some("evil@6.6.6".to_owned()))],
        &[],
        &|bom| {
            let mut evil = Package::new("evil", "6.6.6", Source::of(SourceKind::CratesIo));
            evil.purl = Some("pkg:cargo/evil@6.6.6".to_owned());
            add(bom, evil);
        },
    );
    let at = one();
    lie(
        "removed",
        &[(&["component-missing"], of(at))],
        &[],
        &|bom| remove(bom, at),
    );
    let at = one();
    lie("version", &[(&["version-mismatch"], of(at))], &[], &|bom| {
        set_version(&mut bom.packages[at], "99.9.9");
    });
    let at = one();
    lie(
        "version, purl kept",
        &[(&["version-mismatch"], of(at))],
        &["purl-mismatch"],
        &|bom| {
            bom.packages[at].version = "99.9.9".to_owned();
        },
    );
    let at = one();
    lie(
        "hash changed",
        &[(&["checksum-mismatch"], of(at))],
        &[],
        &|bom| {
            let other = bom.packages[at].checksum.sha256.unwrap().to_string();
            let first = if other.starts_with('0') { '1' } else { '0' };
            let other = format!("{first}{}", &other[1..]);
            bom.packages[at].checksum.sha256 = Some(other.parse().unwrap());
        },
    );
    let at = one();
    lie(
        "hash removed",
        &[(&["checksum-missing"], of(at))],
        &[],
        &|bom| {
            bom.packages[at].checksum.sha256 = None;
        },
    );
    let at = one();
    lie(
        "purl source",
        &[(&["source-mismatch"], of(at))],
        &[],
        &|bom| {
            set_source(&mut bom.packages[at], index_url());
        },
    );
    let at = one();
    lie(
        "source changed from registry to git",
        &[(&["source-mismatch"], of(at))],
        &[],
        &|bom| {
            set_source(&mut bom.packages[at], git_source());
        },
    );
    let at = one();
    lie("purl name", &[(&["purl-mismatch"], of(at))], &[], &|bom| {
        let version = &bom.packages[at].version;
        bom.packages[at].purl = Some(format!("pkg:cargo/another@{version}"));
    });
    let at = one();
    lie(
        "purl removed",
        &[(&["purl-missing"], of(at))],
        &[],
        &|bom| {
            bom.packages[at].purl = None;
        },
    );
    let at = one();
    let second = format!("{}@99.0.0", honest.packages[at].name);
    lie(
        "second version",
        &[(&["component-extra"], Some(second))],
        &[],
        &|bom| {
            let mut twin = Package::new(
                &bom.packages[at].name,
                "99.0.0",
                bom.packages[at].source.clone(),
            );
            twin.purl = package_purl(&twin.name, &twin.version, &twin.source);
            add(bom, twin);
        },
    );
    let at = one();
    lie(
        "duplicate component",
        &[(&["component-duplicate"], of(at))],
        &[],
        &|bom| {
            let twin = bom.packages[at].clone();
            add(bom, twin);
        },
    );
    let at = one();
    lie(
        "purl of another type",
        &[(&["component-missing", "purl-mismatch"], of(at))],
        &["component-foreign"],
        &|bom| {
            let package = &mut bom.packages[at];
            let purl = package.purl.as_ref().unwrap();
            package.purl = Some(purl.replace("pkg:cargo/", "pkg:npm/"));
        },
    );
    let built = plain
        .iter()
        .copied()
        .find(|at| honest.packages[*at].version.contains('+'));
    if let Some(at) = built {
        for (class, version) in [
            ("build metadata", "9.build"),
            ("build metadata dropped", ""),
        ] {
            lie(class, &[(&["version-mismatch"], of(at))], &[], &|bom| {
                let own = bom.packages[at].version.clone();
                let bare = own.split('+').next().unwrap();
                let join = if version.is_empty() { "" } else { "+" };
                set_version(&mut bom.packages[at], &format!("{bare}{join}{version}"));
            });
        }
    }
    let (a, b) = sample.two(&mut one);
    lie(
        "swapped versions",
        &[
            (&["version-mismatch"], of(a)),
            (&["version-mismatch"], of(b)),
        ],
        &[],
        &|bom| {
            let versions = (
                bom.packages[a].version.clone(),
                bom.packages[b].version.clone(),
            );
            set_version(&mut bom.packages[a], &versions.1);
            set_version(&mut bom.packages[b], &versions.0);
        },
    );
    let (a, b) = sample.two(&mut one);
    lie(
        "swapped purls",
        &[(&["purl-mismatch"], of(a)), (&["purl-mismatch"], of(b))],
        &[],
        &|bom| {
            let purl = bom.packages[a].purl.clone();
            bom.packages[a].purl = bom.packages[b].purl.clone();
            bom.packages[b].purl = purl;
        },
    );
    let (a, b) = sample.two(&mut one);
    lie(
        "swapped hashes",
        &[
            (&["checksum-mismatch"], of(a)),
            (&["checksum-mismatch"], of(b)),
        ],
        &[],
        &|bom| {
            let checksum = bom.packages[a].checksum;
            bom.packages[a].checksum = bom.packages[b].checksum;
            bom.packages[b].checksum = checksum;
        },
    );
    let at = one();
    let (name, version) = (&honest.packages[at].name, &honest.packages[at].version);
    let alike = match name.contains('-') {
        true => name.replace('-', "_"),
        false => format!("{}{}", name[..1].to_uppercase(), &name[1..]),
    };
    lie(
        "look-alike name",
        &[
            (&["component-missing"], of(at)),
            (&["component-extra"], Some(format!("{alike}@{version}"))),
        ],
        &[],
        &|bom| {
            bom.packages[at].name = alike.clone();
            bom.packages[at].purl =
                Some(format!("pkg:cargo/{alike}@{version}").replace('+', "%2B"));
        },
    );
    graph_mutants(sample, random, &mut lie);
    whole_mutants(sample, &mut lie);
    list
}

type Lie<'a> = dyn FnMut(
        &'static str,
        &[(&[&'static str], Option<String>)],
        &'static [&'static str],
        &dyn Fn(&mut Bom),
    ) + 'a;

/// Lies about dependencies and roots.
fn graph_mutants(sample: &Sample, random: &mut Random, lie: &mut Lie<'_>) {
    let honest = &sample.bom;
    let of = |index: usize| Some(id(&honest.packages[index]));
    let edges = sample.plain_edges();
    let edge = edges[random.below(edges.len())].clone();
    let (from, to) = (edge.from, edge.to);
    lie(
        "edge missing",
        &[(&["edge-missing"], of(from))],
        &[],
        &|bom| {
            bom.edges.retain(|e| (e.from, e.to) != (from, to));
        },
    );
    let (a, b) = sample.unrelated(random);
    lie("edge extra", &[(&["edge-extra"], of(a))], &[], &|bom| {
        add_edge(bom, a, b)
    });
    lie("self edge", &[(&["edge-extra"], of(a))], &[], &|bom| {
        add_edge(bom, a, a)
    });
    lie(
        "edge turned round",
        &[(&["edge-missing"], of(from)), (&["edge-extra"], of(to))],
        &[],
        &|bom| {
            bom.edges.retain(|e| (e.from, e.to) != (from, to));
            add_edge(bom, to, from);
        },
    );
    if let Some((from, to, other)) = sample.edge_to_one_of_several() {
        lie(
            "edge to another version",
            &[(&["edge-missing"], of(from)), (&["edge-extra"], of(from))],
            &[],
            &|bom| {
                bom.edges.retain(|e| (e.from, e.to) != (from, to));
                add_edge(bom, from, other);
            },
        );
    }
    if let [root] = honest.roots.as_slice() {
        let root = *root;
        lie(
            "root renamed",
            &[(&["root-mismatch"], of(root))],
            &[],
            &|bom| {
                bom.packages[root].name = "another".to_owned();
            },
        );
        lie(
            "another root",
            &[(&["root-mismatch"], of(root))],
            &[],
            &|bom| {
                bom.roots = vec![to];
            },
        );
        lie(
            "root removed",
            &[(&["component-missing"], of(root))],
            &["root-mismatch", "document-incomplete"],
            &|bom| {
                remove(bom, root);
            },
        );
        lie(
            "root not named",
            &[(&["root-mismatch", "document-incomplete"], None)],
            &[],
            &|bom| {
                bom.roots.clear();
            },
        );
        lie(
            "local package as a public one",
            &[(&["purl-mismatch"], of(root))],
            &[],
            &|bom| {
                let package = &mut bom.packages[root];
                package.purl = Some(format!("pkg:cargo/{}@{}", package.name, package.version));
            },
        );
    }
    if let Some(several) = sample.one_of_several() {
        lie(
            "version of one of several",
            &[(&["component-missing", "version-mismatch"], of(several))],
            &["component-extra"],
            &|bom| set_version(&mut bom.packages[several], "99.9.9"),
        );
    }
    if let Some(git) = sample.git_package() {
        lie(
            "git commit",
            &[(&["source-mismatch"], of(git))],
            &[],
            &|bom| {
                let mut source = bom.packages[git].source.clone();
                source.rev = Some("f".repeat(40));
                set_source(&mut bom.packages[git], source);
            },
        );
        lie(
            "git as crates.io",
            &[(&["source-mismatch"], of(git))],
            &[],
            &|bom| {
                set_source(&mut bom.packages[git], Source::of(SourceKind::CratesIo));
            },
        );
    }
}

/// What the whole document leaves out.
fn whole_mutants(sample: &Sample, lie: &mut Lie<'_>) {
    if sample
        .bom
        .packages
        .iter()
        .filter(|p| p.checksum.sha256.is_some())
        .count()
        > 1
    {
        lie(
            "all hashes dropped",
            &[(&["document-incomplete"], None)],
            &[],
            &|bom| {
                for package in &mut bom.packages {
                    package.checksum.sha256 = None;
                }
            },
        );
    }
    lie(
        "all purls dropped",
        &[(&["document-incomplete"], None)],
        &[],
        &|bom| {
            for package in &mut bom.packages {
                package.purl = None;
            }
        },
    );
}

fn verify(document: &[u8], evidence: &[u8]) -> Report {
    let document = Input::from_bytes("sbom", document);
    let evidence = Input::from_bytes("evidence", evidence);
    verify_sbom(&document, &[evidence], &Options::default()).unwrap()
}

/// Codes and packages of a report, without what the lockfile itself has.
fn found(report: &Report) -> BTreeSet<(&'static str, Option<String>)> {
    report
        .findings
        .iter()
        .filter(|finding| !finding.code.name().starts_with("lock-"))
        .map(|finding| (finding.code.name(), finding.package.clone()))
        .collect()
}

/// Holds a report to what the mutant must give; tells what is wrong.
fn judge(mutant: &Mutant, report: &Report) -> Result<(), String> {
    let found = found(report);
    for (codes, package) in &mutant.want {
        let hit = |code: &&str| {
            found
                .iter()
                .any(|(c, p)| c == code && (package.is_none() || p == package))
        };
        if !codes.iter().any(hit) {
            return Err(format!("{codes:?} at {package:?} is not among {found:?}"));
        }
    }
    for (code, _) in &found {
        let wanted = mutant.want.iter().any(|(codes, _)| codes.contains(code));
        if !wanted && !mutant.side.contains(code) {
            return Err(format!("{code} is no consequence: {found:?}"));
        }
    }
    if (report.verdict == Verdict::Pass) != mutant.warns {
        return Err(format!("the verdict is {}", report.verdict.name()));
    }
    Ok(())
}

/// Runs the work for each sample on a thread of its own; what went wrong, all of it.
fn for_each_sample(work: impl Fn(&Sample, usize) -> Vec<String> + Sync) -> Vec<String> {
    let samples = samples();
    std::thread::scope(|scope| {
        let threads: Vec<_> = samples
            .iter()
            .enumerate()
            .map(|(number, sample)| {
                let work = &work;
                scope.spawn(move || work(sample, number))
            })
            .collect();
        threads
            .into_iter()
            .flat_map(|t| t.join().unwrap())
            .collect()
    })
}

fn fail_with(wrong: &[String]) {
    let shown: Vec<&str> = wrong.iter().take(20).map(String::as_str).collect();
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        shown.join("\n")
    );
}

#[test]
fn every_lie_is_found_in_every_format() {
    let wrong = for_each_sample(|sample, number| {
        let mut wrong = Vec::new();
        let mut random = Random::new(number as u64 + 1);
        let mutants = mutants(sample, &mut random);
        let classes: BTreeSet<&str> = mutants.iter().map(|m| m.class).collect();
        assert!(classes.len() >= 20, "{}: {classes:?}", sample.name);
        // The largest lockfile tries each lie in some formats, and each format with some lies.
        let every = if sample.bom.packages.len() > 500 {
            4
        } else {
            1
        };
        for (place, (format, version)) in formats().enumerate() {
            for (_, mutant) in mutants
                .iter()
                .enumerate()
                .filter(|(at, _)| (at + place) % every == 0)
            {
                let document = sbom::write(&mutant.bom, format, Some(version)).unwrap();
                let report = verify(&document, &sample.lock);
                if let Err(why) = judge(mutant, &report) {
                    let what = format.name();
                    wrong.push(format!(
                        "{} {what} {version} {}: {why}",
                        sample.name, mutant.class
                    ));
                }
            }
        }
        wrong
    });
    fail_with(&wrong);
}

/// The honest document as evidence, instead of the lockfile.
#[test]
fn every_lie_is_found_against_another_sbom() {
    let samples = samples();
    let sample = samples.iter().find(|s| s.name == "ripgrep-14.1.1").unwrap();
    let mut wrong = Vec::new();
    let mutants = mutants(sample, &mut Random::new(77));
    for (format, version) in formats() {
        let evidence = sbom::write(&sample.bom, format, Some(version)).unwrap();
        let itself = verify(&evidence, &evidence);
        if itself.verdict != Verdict::Pass || !found(&itself).is_empty() {
            wrong.push(format!(
                "{} against itself: {:?}",
                format.name(),
                found(&itself)
            ));
        }
        for mutant in &mutants {
            let document = sbom::write(&mutant.bom, format, Some(version)).unwrap();
            if let Err(why) = judge(mutant, &verify(&document, &evidence)) {
                let what = format.name();
                wrong.push(format!("{what} {version} {}: {why}", mutant.class));
            }
        }
    }
    fail_with(&wrong);
}

/// Lies that stand in the text of a document alone.
#[test]
fn every_lie_in_the_text_is_found() {
    let wrong = for_each_sample(|sample, number| {
        let mut wrong = Vec::new();
        let mut tried: BTreeMap<&str, usize> = BTreeMap::new();
        let mut edits: BTreeMap<String, usize> = BTreeMap::new();
        for (format, version) in formats() {
            let mut random = Random::new(number as u64 + 100);
            let document = sbom::write(&sample.bom, format, Some(version)).unwrap();
            let document = String::from_utf8(document).unwrap();
            let plain = sample.plain();
            let package = &sample.bom.packages[plain[random.below(plain.len())]];
            for edit in Edit::LIES {
                let Some((changed, codes)) = documents::edit(&document, format, edit, package)
                else {
                    if !edit.is_of_some_formats() {
                        wrong.push(format!("{} cannot be edited: {edit:?}", format.name()));
                    }
                    continue;
                };
                assert_ne!(changed, document, "{} {edit:?}", format.name());
                *tried.entry(format.name()).or_default() += 1;
                *edits.entry(format!("{edit:?}")).or_default() += 1;
                let report = verify(changed.as_bytes(), &sample.lock);
                let hit = found(&report).iter().any(|(code, p)| {
                    codes.contains(code) && (!edit.is_about_package() || *p == Some(id(package)))
                });
                if !hit || report.verdict == Verdict::Pass {
                    wrong.push(format!(
                        "{} {} {version} {edit:?} of {}: {codes:?} is not among {:?}",
                        sample.name,
                        format.name(),
                        id(package),
                        found(&report).iter().take(5).collect::<Vec<_>>()
                    ));
                }
            }
        }
        assert_eq!(tried.len(), Format::ALL.len(), "{tried:?}");
        assert_eq!(edits.len(), Edit::LIES.len(), "{edits:?}");
        wrong
    });
    fail_with(&wrong);
}

/// What is no lie: in the model.
#[test]
fn what_is_no_lie_is_not_blamed() {
    type Change = fn(&mut Bom);
    let changes: [(&str, Change); 7] = [
        ("nothing", |_| {}),
        ("order", |bom| {
            let last = bom.packages.len() - 1;
            bom.packages.reverse();
            for (id, package) in bom.packages.iter_mut().enumerate() {
                package.id = id;
            }
            for edge in &mut bom.edges {
                (edge.from, edge.to) = (last - edge.from, last - edge.to);
            }
            bom.edges.reverse();
            for root in &mut bom.roots {
                *root = last - *root;
            }
        }),
        ("added licences", |bom| {
            for package in &mut bom.packages {
                package.license = Some("MIT OR Apache-2.0".to_owned());
            }
        }),
        ("serial and timestamp", |bom| {
            let serial = "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79";
            bom.document.serial = Some(serial.to_owned());
            bom.document.timestamp = Some("2026-01-02T03:04:05Z".to_owned());
        }),
        ("percent-encoding of purls", |bom| {
            for package in &mut bom.packages {
                if let Some(purl) = &package.purl
                    && let Some(rest) = purl.strip_prefix("pkg:cargo/")
                {
                    let first = rest.as_bytes()[0];
                    let rest = rest[1..].replace("%2B", "%2b");
                    package.purl = Some(format!("pkg:cargo/%{first:02X}{rest}"));
                }
            }
        }),
        ("index strings as URLs", |bom| {
            const INDEX: &str = "https://github.com/rust-lang/crates.io-index";
            for (number, package) in bom.packages.iter_mut().enumerate() {
                if package.source.kind != SourceKind::CratesIo {
                    continue;
                }
                let url = match number % 3 {
                    0 => format!("registry%2B{INDEX}"),
                    1 => INDEX.replace('/', "%2F"),
                    _ => format!("{INDEX}.git"),
                };
                package.purl = package
                    .purl
                    .as_ref()
                    .map(|p| format!("{p}?repository_url={url}"));
            }
        }),
        ("checksums in purls", |bom| {
            for package in &mut bom.packages {
                if let (Some(purl), Some(digest)) = (&package.purl, package.checksum.sha256)
                    && !purl.contains('?')
                {
                    package.purl = Some(format!("{purl}?checksum=sha256:{digest}"));
                }
            }
        }),
    ];
    let wrong = for_each_sample(|sample, _| {
        let mut wrong = Vec::new();
        for (format, version) in formats() {
            for (what, change) in changes {
                let mut bom = sample.bom.clone();
                change(&mut bom);
                let document = sbom::write(&bom, format, Some(version)).unwrap();
                let report = verify(&document, &sample.lock);
                let found = found(&report);
                if !found.is_empty() {
                    let few: Vec<_> = found.iter().take(3).collect();
                    wrong.push(format!(
                        "{} {} {version} {what}: {few:?}",
                        sample.name,
                        format.name()
                    ));
                }
            }
        }
        wrong
    });
    fail_with(&wrong);
}

/// What is no lie: in the text of a document.
#[test]
fn what_is_no_lie_in_the_text_is_not_blamed() {
    let wrong = for_each_sample(|sample, number| {
        let mut wrong = Vec::new();
        let mut random = Random::new(number as u64 + 200);
        let plain = sample.plain();
        for (format, version) in formats() {
            let document = sbom::write(&sample.bom, format, Some(version)).unwrap();
            let document = String::from_utf8(document).unwrap();
            let package = &sample.bom.packages[plain[random.below(plain.len())]];
            for edit in Edit::TRUTHS {
                // A format may have no room for it: then there is nothing to blame.
                let Some((changed, _)) = documents::edit(&document, format, edit, package) else {
                    continue;
                };
                assert_ne!(changed, document, "{} {edit:?}", format.name());
                let found = found(&verify(changed.as_bytes(), &sample.lock))
                    .into_iter()
                    .take(3)
                    .collect::<Vec<_>>();
                if !found.is_empty() {
                    wrong.push(format!(
                        "{} {} {version} {edit:?}: {found:?}",
                        sample.name,
                        format.name()
                    ));
                }
            }
        }
        wrong
    });
    fail_with(&wrong);
}
