//! A manifest as it stands in a project: with a workspace, and with keys that come from one.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Manifest, is_inherited, list, with_document};
use crate::error::Result;
use crate::limits::Limits;

/// Dependency tables in both spellings.
const TABLES: [&str; 5] = [
    "dependencies",
    "dev-dependencies",
    "dev_dependencies",
    "build-dependencies",
    "build_dependencies",
];

/// What a project's manifest says of packages that lie beside it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Project {
    /// The package; its version is `None` where it is inherited.
    pub(crate) package: Option<Manifest>,
    /// The keys of the package that are inherited from the workspace.
    pub(crate) inherited: Vec<String>,
    /// `[workspace.package]`.
    pub(crate) shared: Option<Manifest>,
    /// `workspace.members`, patterns.
    pub(crate) members: Vec<String>,
    /// `workspace.exclude`.
    pub(crate) exclude: Vec<String>,
    /// The directories that dependencies, patches and replacements name.
    pub(crate) paths: Vec<String>,
}

/// Reads a project's manifest. Keys of a type that cargo would not take are as if absent.
///
/// # Errors
/// As [`Manifest::parse`], but a manifest need not have a package, and a package no version.
pub(crate) fn project(bytes: &[u8], limits: &Limits) -> Result<Project> {
    with_document(bytes, limits, Project::of)
}

impl Project {
    fn of(document: &DeTable<'_>) -> Self {
        let mut project = Self::default();
        let package = table(document, "package").or_else(|| table(document, "project"));
        if let Some(package) = package {
            project.take_package(package);
        }
        if let Some(workspace) = table(document, "workspace") {
            project.shared = table(workspace, "package").map(|package| {
                let mut shared = Manifest {
                    version: string(package, "version"),
                    ..Manifest::default()
                };
                shared.describe(package);
                shared
            });
            for (key, slot) in [
                ("members", &mut project.members),
                ("exclude", &mut project.exclude),
            ] {
                *slot = workspace
                    .get(key)
                    .map(|value| list(value.get_ref()))
                    .unwrap_or_default();
            }
            project.take_paths(workspace);
        }
        project.take_paths(document);
        for target in tables(table(document, "target")) {
            project.take_paths(target);
        }
        for patch in tables(table(document, "patch")) {
            project.take_table(patch);
        }
        if let Some(replace) = table(document, "replace") {
            project.take_table(replace);
        }
        project.paths.sort();
        project.paths.dedup();
        project
    }

    fn take_package(&mut self, package: &DeTable<'_>) {
        let Some(name) = string(package, "name") else {
            return;
        };
        self.inherited = package
            .iter()
            .filter(|(_, value)| is_inherited(value.get_ref()))
            .map(|(key, _)| key.get_ref().to_string())
            .collect();
        let version = match package.get("version").map(Spanned::get_ref) {
            // What cargo takes where the key is not there.
            None => Some("0.0.0".to_owned()),
            Some(DeValue::String(version)) => Some(version.to_string()),
            Some(_) => None,
        };
        let mut manifest = Manifest {
            name,
            version,
            inherits: !self.inherited.is_empty(),
            ..Manifest::default()
        };
        manifest.describe(package);
        self.package = Some(manifest);
    }

    fn take_paths(&mut self, parent: &DeTable<'_>) {
        for key in TABLES {
            if let Some(dependencies) = table(parent, key) {
                self.take_table(dependencies);
            }
        }
    }

    fn take_table(&mut self, dependencies: &DeTable<'_>) {
        let paths = dependencies.iter().filter_map(|(_, value)| {
            let path = value.get_ref().as_table()?.get("path")?;
            path.get_ref().as_str().map(str::to_owned)
        });
        self.paths.extend(paths);
    }
}

fn table<'t, 'd>(parent: &'t DeTable<'d>, key: &str) -> Option<&'t DeTable<'d>> {
    parent.get(key)?.get_ref().as_table()
}

fn tables<'t, 'd>(parent: Option<&'t DeTable<'d>>) -> impl Iterator<Item = &'t DeTable<'d>> {
    parent
        .into_iter()
        .flat_map(|table| table.iter())
        .filter_map(|(_, value)| value.get_ref().as_table())
}

fn string(table: &DeTable<'_>, key: &str) -> Option<String> {
    table.get(key)?.get_ref().as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Project {
        project(text.as_bytes(), &Limits::default()).unwrap()
    }

    #[test]
    fn a_workspace_and_what_it_shares() {
        let read = read(
            "[workspace]\nmembers = ['crates/*', 3]\nexclude = ['crates/x']\n[workspace.package]\nversion = '2.0.0'\n\
             license = 'MIT'\nauthors = ['A']\n[workspace.dependencies]\na = { path = 'a' }\n[patch.crates-io]\nb = { path = 'b' }\n\
             [target.'cfg(unix)'.dependencies.c]\npath = 'c'\n[dependencies]\na = { path = 'a' }\nd = '1'\n",
        );
        assert_eq!(read.package, None);
        assert_eq!(read.members, ["crates/*"]);
        assert_eq!(read.exclude, ["crates/x"]);
        assert_eq!(read.paths, ["a", "b", "c"]);
        let shared = read.shared.unwrap();
        assert_eq!(shared.version.as_deref(), Some("2.0.0"));
        assert_eq!(shared.license.as_deref(), Some("MIT"));
        assert_eq!(shared.authors, ["A"]);
    }

    #[test]
    fn a_member_that_inherits() {
        let read = read(
            "[package]\nname = 'm'\nversion.workspace = true\nlicense = { workspace = true }\ndescription = 'd'\n",
        );
        assert_eq!(read.inherited, ["license", "version"]);
        let package = read.package.unwrap();
        assert_eq!((package.version, package.license), (None, None));
        assert_eq!(package.description.as_deref(), Some("d"));
    }

    #[test]
    fn a_package_may_lack_a_version() {
        let package = read("[package]\nname = 'm'\n").package.unwrap();
        assert_eq!(package.version.as_deref(), Some("0.0.0"));
        assert_eq!(
            read("package = 3\nworkspace = 4\ntarget = 5\n"),
            Project::default()
        );
    }
}
