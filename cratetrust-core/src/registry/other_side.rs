//! The archives that the trees of a store are compared with, where the caller names them.

use std::collections::HashMap;
use std::path::Path;

use super::{Artifact, ArtifactKind, Layout, Store, detect, scan};
use crate::error::{Error, Result};
use crate::input::Input;
use crate::limits::Limits;
use crate::progress::CancelToken;

impl Store {
    /// Sets what the trees of the store are compared with: the archives at `against`.
    ///
    /// # Errors
    /// `InvalidArgument` where `against` holds no archives; else as [`detect`] and [`scan`].
    pub fn compare_with(
        &mut self,
        against: &Input,
        limits: &Limits,
        cancel: &CancelToken,
    ) -> Result<()> {
        let one_package = self.layout == Layout::VendoredPackage;
        let archives = archives(against, one_package, limits, cancel)?;
        if !self.layout.holds_sources() {
            self.archives = Some(archives);
            return Ok(());
        }
        // They take the place of those beside the trees.
        self.artifacts
            .retain(|artifact| artifact.kind == ArtifactKind::Source);
        self.indexes.clear();
        self.unreadable
            .retain(|(location, _)| !location.starts_with("../"));
        let mut of_stem: HashMap<String, Artifact> = HashMap::new();
        for archive in archives {
            of_stem.entry(archive.stem.clone()).or_insert(archive);
        }
        let mut used = HashMap::new();
        for tree in &mut self.artifacts {
            tree.archive = of_stem.get(&tree.stem).map(|archive| {
                // No tree lies there, so that the two kinds cannot be taken for each other.
                used.insert(archive.location.clone(), archive.clone());
                archive.location.clone()
            });
        }
        self.artifacts.extend(used.into_values());
        self.artifacts.sort_by(|a, b| a.location.cmp(&b.location));
        Ok(())
    }
}

/// The archives that trees are compared with. One archive alone stands for `one_package`, whatever
/// its name.
fn archives(
    against: &Input,
    one_package: bool,
    limits: &Limits,
    cancel: &CancelToken,
) -> Result<Vec<Artifact>> {
    let layout = against.path().map(detect).transpose()?;
    match (against.path(), layout) {
        (None | Some(_), None | Some(Layout::CrateFile)) if one_package => {
            let location = against.name();
            Ok(vec![Artifact {
                kind: ArtifactKind::Crate,
                path: against.path().map(Path::to_owned).unwrap_or_default(),
                home: None,
                stem: location
                    .strip_suffix(".crate")
                    .unwrap_or(&location)
                    .to_owned(),
                location,
                size: 0,
                archive: None,
            }])
        }
        (
            Some(path),
            Some(
                layout @ (Layout::CrateDirectory
                | Layout::Cache
                | Layout::CargoHome
                | Layout::LocalRegistry),
            ),
        ) => {
            let mut store = scan(path, layout, limits, cancel)?;
            store
                .artifacts
                .retain(|artifact| artifact.kind == ArtifactKind::Crate);
            Ok(store.artifacts)
        }
        _ => Err(Error::invalid(
            "`against` of vendored or unpacked packages is a directory of .crate files",
        )
        .at_path(against.name())),
    }
}
