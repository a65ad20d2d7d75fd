//! What is new, gone or changed between two lockfiles.

use std::collections::HashMap;
use std::hash::Hash;

use crate::lockfile::{LockedPackage, Lockfile};
use crate::package::{Source, SourceKind, report_ids};
use crate::report::{Code, Counts, Draft, Finding, PackageReport, Severity, Status};

/// Compares two lockfiles by name, version and source. The caller fills in the inputs.
pub(crate) fn compare_lockfiles(old: &Lockfile, new: &Lockfile) -> Draft {
    let mut pairing = Pairing::new(old.packages(), new.packages());
    pairing.by(|package| (&package.name, &package.version, &package.source));
    pairing.by(|package| (&package.name, &package.version));
    pairing.by(|package| &package.name);
    let (old, new) = (pairing.old, pairing.new);
    let gone: Vec<&LockedPackage> = old
        .iter()
        .zip(&pairing.old_taken)
        .filter_map(|(package, taken)| (!taken).then_some(package))
        .collect();

    let ids = report_ids(new.iter().chain(gone.iter().copied()).map(|package| {
        let (name, version) = (package.name.as_str(), package.version.as_str());
        (name, version, &package.source)
    }));
    // Where all is local, the comparison of local packages is all that there is to check.
    let all_local = old.iter().chain(new).all(is_local);
    let mut findings = Vec::new();
    let mut packages = Vec::with_capacity(ids.len());
    for ((package, partner), id) in new.iter().zip(&pairing.partners).zip(&ids) {
        let partner = partner.and_then(|index| old.get(index));
        findings.extend(match partner {
            Some(old) => compare(old, package, id),
            None => Some(
                Finding::new(
                    Code::LockPackageAdded,
                    format!("`{id}` is new{}", from(&package.source)),
                )
                .package(id)
                .actual(&package.version),
            ),
        });
        let compared = partner.is_some_and(|old| {
            is_same(old, package) && old.checksum.is_some() && package.checksum.is_some()
        });
        packages.push(entry(id, package, compared, all_local));
    }
    for (package, id) in gone.into_iter().zip(ids.iter().skip(new.len())) {
        findings.push(
            Finding::new(
                Code::LockPackageRemoved,
                format!("`{id}` is gone{}", from(&package.source)),
            )
            .package(id)
            .expected(&package.version),
        );
        packages.push(entry(id, package, false, all_local));
    }
    Draft {
        checks: vec!["lockfile".to_owned()],
        packages,
        findings,
        ..Draft::default()
    }
}

fn is_local(package: &LockedPackage) -> bool {
    package.source.kind == SourceKind::Path
}

fn is_same(old: &LockedPackage, new: &LockedPackage) -> bool {
    old.version == new.version && old.source == new.source
}

/// What became of one package.
fn compare(old: &LockedPackage, new: &LockedPackage, id: &str) -> Option<Finding> {
    let finding = if is_same(old, new) {
        match (old.checksum, new.checksum) {
            (Some(before), Some(after)) if before != after => Finding::new(
                Code::LockChecksumChanged,
                format!("`{id}` has another checksum in the new lockfile; its name, version and source are the same"),
            )
            .values(before.to_string(), after.to_string()),
            (Some(before), None) => Finding::new(
                Code::LockChecksumChanged,
                format!("`{id}` has lost its checksum"),
            )
            .expected(before.to_string()),
            // Nothing contradicts the new one; a reader may still want to know where it is from.
            (None, Some(after)) => Finding::new(
                Code::LockChecksumChanged,
                format!("`{id}` had no checksum and has one now"),
            )
            .actual(after.to_string())
            .at_most(Severity::Warning),
            _ => return None,
        }
    } else {
        let (before, after, what) = if old.source == new.source {
            (old.version.clone(), new.version.clone(), "version")
        } else if old.version == new.version {
            (text(&old.source), text(&new.source), "source")
        } else {
            let both = |p: &LockedPackage| format!("{} ({})", p.version, text(&p.source));
            (both(old), both(new), "version and source")
        };
        let message = format!("the {what} of `{}` went from {before} to {after}", new.name);
        Finding::new(Code::LockPackageChanged, message).values(before, after)
    };
    Some(finding.package(id))
}

fn text(source: &Source) -> String {
    source
        .public()
        .to_lock()
        .unwrap_or_else(|| "local".to_owned())
}

/// A word on where a package comes from, where that is not the usual place.
fn from(source: &Source) -> String {
    match source.kind {
        SourceKind::CratesIo => String::new(),
        SourceKind::Path => " (local)".to_owned(),
        _ => format!(" (from {})", text(source)),
    }
}

fn entry(id: &str, package: &LockedPackage, compared: bool, all_local: bool) -> PackageReport {
    PackageReport {
        id: id.to_owned(),
        name: package.name.clone(),
        version: package.version.clone(),
        source: package.source.public().to_lock(),
        anchors: if compared {
            vec!["lock".to_owned()]
        } else {
            Vec::new()
        },
        status: if is_local(package) && !all_local {
            Status::Local
        } else {
            Status::Ok
        },
        counts: Counts::default(),
        artifacts: Vec::new(),
        attestations: Vec::new(),
    }
}

/// Which package of the old lockfile became which of the new one.
struct Pairing<'a> {
    old: &'a [LockedPackage],
    new: &'a [LockedPackage],
    old_taken: Vec<bool>,
    /// For each new package, its old one.
    partners: Vec<Option<usize>>,
}

impl<'a> Pairing<'a> {
    fn new(old: &'a [LockedPackage], new: &'a [LockedPackage]) -> Self {
        Self {
            old,
            new,
            old_taken: vec![false; old.len()],
            partners: vec![None; new.len()],
        }
    }

    /// Pairs the packages of a key of which exactly one is left on each side.
    fn by<K: Eq + Hash>(&mut self, key: impl Fn(&'a LockedPackage) -> K) {
        let mut left: HashMap<K, (Vec<usize>, Vec<usize>)> = HashMap::new();
        for (index, (package, taken)) in self.old.iter().zip(&self.old_taken).enumerate() {
            if !taken {
                left.entry(key(package)).or_default().0.push(index);
            }
        }
        for (index, (package, partner)) in self.new.iter().zip(&self.partners).enumerate() {
            if partner.is_none()
                && let Some((_, new)) = left.get_mut(&key(package))
            {
                new.push(index);
            }
        }
        for (old, new) in left.into_values() {
            if let ([old], [new]) = (old.as_slice(), new.as_slice())
                && let Some(taken) = self.old_taken.get_mut(*old)
                && let Some(partner) = self.partners.get_mut(*new)
            {
                *taken = true;
                *partner = Some(*old);
            }
        }
    }
}
