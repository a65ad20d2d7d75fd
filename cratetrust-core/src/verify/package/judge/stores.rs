//! Whole stores: names and copies that are not clear, and indexes beside them.

use super::super::Examined;
use crate::error::Result;
use crate::lockfile::{LockedPackage, Lockfile};
use crate::options::Check;
use crate::package::{PackageId, Source, SourceKind};
use crate::registry::{Artifact, Index, Layout, Store};
use crate::report::{Code, Finding, Status};
use crate::verify::anchor::{Anchor, conflict_of, faults_of};

use super::{Judge, is_registry};

impl<'d> Judge<'_, 'd> {
    /// Two registries for one name and version: cargo keeps them apart, tools that know packages by
    /// their directory do not.
    pub(super) fn ambiguous_names(&mut self, lockfile: &Lockfile, ids: &[String]) {
        for (stem, candidates) in &self.run.by_stem {
            let sources: Vec<String> = candidates
                .iter()
                .filter_map(|index| lockfile.packages().get(*index)?.source.public().to_lock())
                .collect();
            let id = candidates.get(1).and_then(|index| ids.get(*index));
            if let (Some(id), [first, second, ..]) = (id, sources.as_slice()) {
                self.draft.findings.push(
                    Finding::new(
                        Code::LockAmbiguousDir,
                        format!("`{stem}` comes from {first} and from {second}"),
                    )
                    .package(id.clone())
                    .values(first.clone(), second.clone()),
                );
            }
        }
    }

    /// Copies of one package with different bytes.
    pub(super) fn ambiguous_copies(&mut self, id: &str, crates: &[(&Artifact, Examined)]) {
        let mut copies = crates
            .iter()
            .filter_map(|(artifact, examined)| Some((*artifact, examined.sha256?)));
        let Some((first, digest)) = copies.next() else {
            return;
        };
        if let Some((other, actual)) = copies.find(|(_, other)| *other != digest) {
            self.push_finding(
                id,
                &other.location,
                Finding::new(
                    Code::RegistryDirAmbiguous,
                    format!("`{}` and `{}` differ", first.location, other.location),
                )
                .values(digest.to_string(), actual.to_string()),
            );
        }
    }

    pub(super) fn orphans(&mut self, id: &str, crates: &[(&Artifact, Examined)]) {
        for (artifact, _) in crates {
            self.push_finding(
                id,
                &artifact.location,
                Finding::new(
                    Code::LocalRegistryOrphan,
                    format!("the index of the local registry does not name {id}"),
                ),
            );
        }
    }

    /// The lockfile's checksum against the index that lies beside the archives, or, where no bytes
    /// are at hand, the one that the caller gave.
    pub(super) fn lock_against_index(
        &mut self,
        package: &LockedPackage,
        identity: &PackageId,
        id: &str,
        crates: &[(&Artifact, Examined)],
    ) -> Result<()> {
        if !is_registry(&package.source) || !self.run.wants(Check::Index) {
            return Ok(());
        }
        let directory = crates.first().map(|(artifact, _)| {
            artifact
                .location
                .rsplit_once('/')
                .map_or("", |(directory, _)| directory)
        });
        let anchored = match directory {
            Some(directory) => match self.run.beside.get(directory) {
                Some(index) => index.expected(identity)?,
                None => return Ok(()),
            },
            None => match self.run.anchors.iter().find(|a| a.name() == "index") {
                Some(index) => index.expected(identity)?,
                None => return Ok(()),
            },
        };
        for finding in anchored.findings {
            self.draft.findings.push(finding.package(id));
        }
        if anchored.yanked {
            self.draft.findings.push(
                Finding::new(Code::Yanked, format!("the index calls {id} yanked")).package(id),
            );
        }
        if anchored.digests.is_empty() && self.run.layout == Layout::LocalRegistry {
            self.orphans(id, crates);
        } else if anchored.digests.is_empty() {
            self.index_is_silent(id);
        }
        if let (Some(actual), Some(expected)) = (package.checksum, anchored.digests.first())
            && !anchored.digests.contains(&actual)
        {
            self.draft.findings.push(
                Finding::new(
                    Code::ChecksumIndexMismatch,
                    format!("{id}: Cargo.lock says {actual}, the index says {expected}"),
                )
                .package(id)
                .values(expected.to_string(), actual.to_string()),
            );
        }
        Ok(())
    }

    /// What the index of a local registry names and no file holds.
    pub(in crate::verify::package) fn unfilled_index(&mut self, store: &Store) -> Result<()> {
        let options = self.run.options;
        let at_hand: std::collections::HashSet<&str> =
            store.artifacts.iter().map(|a| a.stem.as_str()).collect();
        for (_, directory) in &store.indexes {
            for (path, index) in Index::all(directory, &options.limits, &options.cancel)? {
                let mut told = std::collections::HashSet::new();
                let mut missing = false;
                for entry in index.entries() {
                    let stem = format!("{}-{}", entry.name, entry.version);
                    if at_hand.contains(stem.as_str()) || !told.insert(stem) {
                        continue;
                    }
                    missing = true;
                    let id = format!("{}@{}", entry.name, entry.version);
                    self.draft.findings.push(
                        Finding::new(
                            Code::CrateMissing,
                            format!("the index names {id}, and its archive is not there"),
                        )
                        .package(id.clone()),
                    );
                    if let Some(finding) = conflict_of(&index, &entry.name, &entry.version) {
                        self.draft.findings.push(finding.package(id.clone()));
                    }
                    let identity = PackageId {
                        name: entry.name.clone(),
                        version: entry.version.clone(),
                        source: Source::of(SourceKind::Unknown),
                    };
                    self.push(identity, id, Status::Unchecked, Vec::new(), Vec::new());
                }
                // Faults of files whose packages are at hand were told with these.
                if missing || index.entries().is_empty() {
                    self.draft.findings.extend(faults_of(&index, &path));
                }
            }
        }
        Ok(())
    }
}
