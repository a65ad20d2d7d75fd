//! The things that cargo makes of a package: its library, binaries and build scripts.

use std::collections::BTreeSet;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{BuildScript, is_proc_macro, list};

/// Which of the files that cargo looks for a package has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceFiles {
    /// `src/lib.rs`.
    pub lib: bool,
    /// `src/main.rs`.
    pub main: bool,
    /// `build.rs`.
    pub build: bool,
    /// The names of binaries below `src/bin`: of `NAME.rs` and of `NAME/main.rs`.
    pub bins: BTreeSet<String>,
}

/// The library of a package.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Library {
    /// Whether it is a procedural macro.
    pub proc_macro: bool,
    /// Whether a binary of the same package links to it; C libraries alone are not linked.
    pub linkable: bool,
}

/// A binary of a package.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Binary {
    /// Its name.
    pub name: String,
    /// Its main file, where the manifest names it.
    pub path: Option<String>,
    /// The features without which it is not built.
    pub required_features: Vec<String>,
}

/// What a package is built into.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Targets {
    /// The library.
    pub library: Option<Library>,
    /// The binaries, by name.
    pub binaries: Vec<Binary>,
    /// How many build scripts there are; more than one is unstable in cargo.
    pub build_scripts: usize,
    /// Whether an example is a procedural macro.
    pub proc_macro_example: bool,
}

/// What a manifest says of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TargetTables {
    library: Option<Library>,
    binaries: Option<Vec<Binary>>,
    build: BuildScript,
    autolib: Option<bool>,
    autobins: Option<bool>,
    proc_macro_example: bool,
}

impl TargetTables {
    pub(super) fn of(
        document: &DeTable<'_>,
        package: &DeTable<'_>,
        build: BuildScript,
    ) -> TargetTables {
        let flag = |key: &str| package.get(key)?.get_ref().as_bool();
        let table = |key: &str| document.get(key).map(Spanned::get_ref);
        let tables = |value: &DeValue<'_>| match value {
            DeValue::Array(items) => items
                .iter()
                .filter_map(|item| item.get_ref().as_table().map(binary))
                .collect(),
            _ => Vec::new(),
        };
        TargetTables {
            library: table("lib").and_then(DeValue::as_table).map(|lib| Library {
                proc_macro: is_proc_macro(document),
                linkable: is_linkable(lib),
            }),
            binaries: table("bin").map(tables),
            build,
            autolib: flag("autolib"),
            autobins: flag("autobins"),
            proc_macro_example: proc_macro_example(document),
        }
    }

    /// Whether the manifest and the files seen so far tell that there is a library or that there is
    /// none.
    pub(super) fn tells_library(&self, files: &SourceFiles) -> bool {
        self.library.is_some() || self.autolib == Some(false) || files.lib
    }

    /// The same of a build script.
    pub(super) fn tells_build_script(&self, files: &SourceFiles) -> bool {
        self.build != BuildScript::Default || files.build
    }

    /// The targets of a package with these files. `edition` is the package's own, `None` for 2015.
    pub fn with(&self, name: &str, edition: Option<&str>, files: &SourceFiles) -> Targets {
        let inferred_library = Library {
            proc_macro: false,
            linkable: true,
        };
        let finds_library = files.lib && self.autolib != Some(false);
        Targets {
            library: self
                .library
                .or_else(|| finds_library.then_some(inferred_library)),
            binaries: self.binaries(name, edition, files),
            build_scripts: match &self.build {
                BuildScript::Disabled => 0,
                BuildScript::Default => usize::from(files.build),
                BuildScript::Files(files) => files.len(),
            },
            proc_macro_example: self.proc_macro_example,
        }
    }

    fn binaries(&self, name: &str, edition: Option<&str>, files: &SourceFiles) -> Vec<Binary> {
        let mut binaries = self.binaries.clone().unwrap_or_default();
        // In edition 2015 a list of binaries is the whole list.
        let complete = self.binaries.is_some() && matches!(edition, None | Some("2015"));
        if self.autobins.unwrap_or(!complete) {
            let main = files.main.then(|| (name, "src/main.rs".to_owned()));
            let others = files
                .bins
                .iter()
                .map(|name| (name.as_str(), format!("src/bin/{name}.rs")));
            let listed: (BTreeSet<&str>, BTreeSet<&str>) = (
                binaries.iter().map(|bin| bin.name.as_str()).collect(),
                binaries
                    .iter()
                    .filter_map(|bin| Some(bin.path.as_deref()?.trim_start_matches("./")))
                    .collect(),
            );
            let found: Vec<Binary> = main
                .into_iter()
                .chain(others)
                .filter(|(name, path)| {
                    let in_directory = format!("src/bin/{name}/main.rs");
                    !listed.0.contains(name)
                        && !listed.1.contains(path.as_str())
                        && !listed.1.contains(in_directory.as_str())
                })
                .map(|(name, _)| Binary {
                    name: name.to_owned(),
                    ..Binary::default()
                })
                .collect();
            binaries.extend(found);
        }
        binaries.sort_by(|a, b| a.name.cmp(&b.name));
        binaries.dedup_by(|a, b| a.name == b.name);
        binaries
    }
}

fn binary(table: &DeTable<'_>) -> Binary {
    let text = |key: &str| table.get(key)?.get_ref().as_str().map(str::to_owned);
    Binary {
        name: text("name").unwrap_or_default(),
        path: text("path"),
        required_features: table
            .get("required-features")
            .map(|features| list(features.get_ref()))
            .unwrap_or_default(),
    }
}

fn crate_types(table: &DeTable<'_>) -> Option<Vec<String>> {
    let types = table
        .get("crate-type")
        .or_else(|| table.get("crate_type"))?;
    Some(list(types.get_ref()))
}

fn is_linkable(lib: &DeTable<'_>) -> bool {
    match crate_types(lib) {
        None => true,
        Some(types) if types.is_empty() => true,
        Some(types) => types
            .iter()
            .any(|kind| matches!(kind.as_str(), "lib" | "rlib" | "dylib" | "proc-macro")),
    }
}

fn proc_macro_example(document: &DeTable<'_>) -> bool {
    let Some(DeValue::Array(examples)) = document.get("example").map(Spanned::get_ref) else {
        return false;
    };
    examples
        .iter()
        .filter_map(|example| example.get_ref().as_table())
        .any(|example| {
            let flag = |key: &str| example.get(key).and_then(|v| v.get_ref().as_bool());
            flag("proc-macro").or_else(|| flag("proc_macro")) == Some(true)
                || crate_types(example).is_some_and(|t| t.iter().any(|kind| kind == "proc-macro"))
        })
}
