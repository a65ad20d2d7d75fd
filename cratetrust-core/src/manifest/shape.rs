//! What no published manifest holds, and what a manifest has that its author's does not.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{BuildScript, build_script, is_inherited};

/// Tables that only the root of a workspace has; cargo leaves them out when it publishes.
const ROOT_TABLES: [&str; 3] = ["patch", "replace", "workspace"];
/// Each kind of dependency and the spellings of its table.
const KINDS: [(&str, [&str; 2]); 3] = [
    ("dependencies", ["dependencies", "dependencies"]),
    ("dev-dependencies", ["dev-dependencies", "dev_dependencies"]),
    (
        "build-dependencies",
        ["build-dependencies", "build_dependencies"],
    ),
];
const TARGETS: [&str; 5] = ["lib", "bin", "example", "test", "bench"];

/// The parts of a manifest that are compared and judged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Shape {
    /// The tables that only the root of a workspace has.
    pub(crate) root_tables: Vec<&'static str>,
    /// The source files that targets name: the kind of target and the path.
    pub(crate) targets: Vec<(&'static str, String)>,
    /// The dependencies that have a path and neither a version nor another source.
    pub(crate) path_only: Vec<String>,
    /// Every dependency, by where it stands.
    dependencies: BTreeMap<Place, Dependency>,
    /// The build script.
    pub(crate) build: BuildScript,
}

/// Where a dependency stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    kind: &'static str,
    target: Option<String>,
    name: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Dependency {
    /// The package, where that is not the name.
    package: Option<String>,
    /// Whether the rest stands in a workspace that is not at hand.
    inherited: bool,
}

impl Shape {
    pub(super) fn of(document: &DeTable<'_>) -> Self {
        let mut shape = Self {
            root_tables: ROOT_TABLES
                .into_iter()
                .filter(|name| document.contains_key(*name))
                .collect(),
            ..Self::default()
        };
        let package = document.get("package").or_else(|| document.get("project"));
        if let Some(package) = package.and_then(|value| value.get_ref().as_table()) {
            shape.build = build_script(package);
        }
        for kind in TARGETS {
            let Some(value) = document.get(kind).map(Spanned::get_ref) else {
                continue;
            };
            let tables: Vec<&DeTable<'_>> = match value {
                DeValue::Table(table) => vec![table],
                DeValue::Array(tables) => tables
                    .iter()
                    .filter_map(|table| table.get_ref().as_table())
                    .collect(),
                _ => Vec::new(),
            };
            let paths = tables
                .into_iter()
                .filter_map(|table| table.get("path")?.get_ref().as_str());
            shape
                .targets
                .extend(paths.map(|path| (kind, path.to_owned())));
        }
        shape.add(document, None);
        if let Some(targets) = table(document, "target") {
            for (target, value) in targets {
                if let Some(tables) = value.get_ref().as_table() {
                    shape.add(tables, Some(target.get_ref()));
                }
            }
        }
        shape
    }

    fn add(&mut self, tables: &DeTable<'_>, target: Option<&str>) {
        for (kind, spellings) in KINDS {
            // Where both spellings stand, cargo takes the one with a dash.
            let Some(dependencies) = spellings.into_iter().find_map(|key| table(tables, key))
            else {
                continue;
            };
            for (name, value) in dependencies {
                let name = name.get_ref().to_string();
                let value = value.get_ref();
                let has = |key: &str| {
                    value
                        .as_table()
                        .is_some_and(|table| table.contains_key(key))
                };
                if has("path") && !["version", "git", "workspace"].into_iter().any(has) {
                    self.path_only.push(name.clone());
                }
                let package = value
                    .as_table()
                    .and_then(|table| table.get("package")?.get_ref().as_str())
                    .filter(|package| *package != name)
                    .map(str::to_owned);
                let place = Place {
                    kind,
                    target: target.map(str::to_owned),
                    name,
                };
                let dependency = Dependency {
                    package,
                    inherited: is_inherited(value),
                };
                self.dependencies.insert(place, dependency);
            }
        }
    }

    /// What this manifest has and `author`'s, of which cargo made it, has not. What cargo leaves out
    /// when it publishes is no difference.
    pub(crate) fn beyond(&self, author: &Self) -> Vec<String> {
        let mut found = Vec::new();
        for (place, dependency) in &self.dependencies {
            let shown = || match &place.target {
                Some(target) => format!("target.{target}.{}.{}", place.kind, place.name),
                None => format!("{}.{}", place.kind, place.name),
            };
            match author.dependencies.get(place) {
                None => found.push(shown()),
                Some(original) if original.inherited => {}
                Some(original) if original.package != dependency.package => {
                    found.push(format!("{}.package", shown()));
                }
                Some(_) => {}
            }
        }
        if adds_build_script(&self.build, &author.build) {
            found.push("package.build".to_owned());
        }
        found
    }
}

/// Whether a build script runs that the author did not ask for.
fn adds_build_script(published: &BuildScript, author: &BuildScript) -> bool {
    match (published, author) {
        (BuildScript::Disabled, _) | (BuildScript::Default, BuildScript::Default) => false,
        (BuildScript::Files(files), BuildScript::Default) => {
            files.iter().any(|file| clean(file) != "build.rs")
        }
        (BuildScript::Files(files), BuildScript::Files(original)) => files
            .iter()
            .any(|file| !original.iter().any(|one| clean(one) == clean(file))),
        // Before cargo wrote build scripts out, it left the key as it was.
        (BuildScript::Default, BuildScript::Files(_) | BuildScript::Disabled)
        | (BuildScript::Files(_), BuildScript::Disabled) => true,
    }
}

/// A path with `/` between components and without `.`.
fn clean(path: &str) -> String {
    let parts: Vec<&str> = path
        .split(['/', '\\'])
        .filter(|part| !part.is_empty() && *part != ".")
        .collect();
    parts.join("/")
}

/// A path of a manifest as it is spelled in an archive; `None` where it is absolute or leads out of
/// the package.
pub(crate) fn inside(path: &str) -> Option<String> {
    let drive = path.as_bytes().get(1) == Some(&b':');
    if path.starts_with(['/', '\\']) || drive {
        return None;
    }
    let mut parts = Vec::new();
    for part in path.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

fn table<'t, 'd>(tables: &'t DeTable<'d>, key: &str) -> Option<&'t DeTable<'d>> {
    tables.get(key)?.get_ref().as_table()
}

#[cfg(test)]
mod tests {
    use super::super::Manifest;
    use super::*;
    use crate::limits::Limits;

    fn shape(tail: &str) -> Shape {
        let text = format!("[package]\nname = 'a'\nversion = '1.0.0'\n{tail}");
        let limits = Limits::default();
        Manifest::parse_with_shape(text.as_bytes(), &limits)
            .unwrap()
            .1
    }

    #[test]
    fn paths_that_lead_out() {
        for path in [
            "/x.rs",
            "\\x.rs",
            "C:\\x.rs",
            "c:x.rs",
            "..",
            "../x.rs",
            "a/../../x.rs",
            "a\\..\\..\\x",
        ] {
            assert_eq!(inside(path), None, "{path}");
        }
        for (path, want) in [
            ("src/lib.rs", "src/lib.rs"),
            ("./a//b", "a/b"),
            ("a/../b.rs", "b.rs"),
            ("a\\b", "a/b"),
        ] {
            assert_eq!(inside(path).as_deref(), Some(want));
        }
    }

    #[test]
    fn what_the_author_has_not() {
        let beyond = |published: &str, author: &str| shape(published).beyond(&shape(author));
        for (published, author, want) in [
            (
                "[dependencies]\nx = '1'\n",
                "[dependencies]\nx = { path = '..' }\n",
                &[][..],
            ),
            (
                "[dependencies]\n",
                "[dev-dependencies]\nx = { path = '..' }\n",
                &[],
            ),
            ("[dependencies.x]\nversion = '1'\n", "", &["dependencies.x"]),
            (
                "[build-dependencies]\nx = '1'\n",
                "[dependencies]\nx = '1'\n",
                &["build-dependencies.x"],
            ),
            (
                "[build-dependencies]\nx = '1'\n",
                "[build_dependencies]\nx = '1'\n",
                &[],
            ),
            (
                "[target.'cfg(unix)'.dependencies.x]\nversion = '1'\n",
                "[target.'cfg(windows)'.dependencies]\nx = '1'\n",
                &["target.cfg(unix).dependencies.x"],
            ),
            (
                "[dependencies.x]\nversion = '1'\npackage = 'evil'\n",
                "[dependencies]\nx = '1'\n",
                &["dependencies.x.package"],
            ),
            (
                "[dependencies.x]\nversion = '1'\npackage = 'y'\n",
                "[dependencies]\nx = { version = '1', package = 'y' }\n",
                &[],
            ),
            (
                "[dependencies.x]\nversion = '1'\npackage = 'y'\n",
                "[dependencies]\nx.workspace = true\n",
                &[],
            ),
            (
                "[dependencies.x]\nversion = '1'\npackage = 'x'\n",
                "[dependencies]\nx = '1'\n",
                &[],
            ),
            ("build = 'build.rs'\n", "", &[]),
            ("build = 'build.rs'\n", "build = true\n", &[]),
            ("build = 'src/evil.rs'\n", "", &["package.build"]),
            (
                "build = 'build.rs'\n",
                "build = false\n",
                &["package.build"],
            ),
            ("", "build = false\n", &["package.build"]),
            ("build = false\n", "", &[]),
            ("build = 'a/b.rs'\n", "build = './a\\b.rs'\n", &[]),
            (
                "build = 'evil.rs'\n",
                "build = 'b.rs'\n",
                &["package.build"],
            ),
            (
                "build = ['a.rs', 'evil.rs']\n",
                "build = ['a.rs']\n",
                &["package.build"],
            ),
        ] {
            assert_eq!(beyond(published, author), want, "{published} / {author}");
        }
    }

    #[test]
    fn what_no_published_manifest_holds() {
        let shape = shape(
            "[workspace]\n[patch.crates-io]\n[lib]\npath = '../l.rs'\n[[bin]]\npath = 'b.rs'\n[[bin]]\nname = 'n'\n\
             [dependencies]\np = { path = 'p' }\nq = { path = 'q', version = '1' }\n[target.x.dev-dependencies.r]\npath = 'r'\n",
        );
        assert_eq!(shape.root_tables, ["patch", "workspace"]);
        assert_eq!(shape.path_only, ["p", "r"]);
        let targets: Vec<_> = shape
            .targets
            .iter()
            .map(|(kind, path)| (*kind, path.as_str()))
            .collect();
        assert_eq!(targets, [("lib", "../l.rs"), ("bin", "b.rs")]);
    }
}
