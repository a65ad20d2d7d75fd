//! The dependency tables of a manifest, and what a workspace adds to them.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{is_inherited, list};

/// The table that declares a dependency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DependencyKind {
    /// `[dependencies]`.
    Normal,
    /// `[build-dependencies]`.
    Build,
    /// `[dev-dependencies]`.
    Dev,
}

/// Each kind and the spellings of its table; cargo takes the first where both stand.
const TABLES: [(DependencyKind, [&str; 2]); 3] = [
    (DependencyKind::Normal, ["dependencies", "dependencies"]),
    (
        DependencyKind::Build,
        ["build-dependencies", "build_dependencies"],
    ),
    (
        DependencyKind::Dev,
        ["dev-dependencies", "dev_dependencies"],
    ),
];

/// One dependency, as the manifest declares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    /// The table.
    pub kind: DependencyKind,
    /// The key of the `[target.…]` table that it stands in: a triple or `cfg(…)`.
    pub target: Option<String>,
    /// The name in the table, which features and code use.
    pub name: String,
    /// The package's name, where it is another one (`package = "…"`).
    pub package: Option<String>,
    /// The version requirement; `None` allows every version.
    pub requirement: Option<String>,
    /// The directory of a path dependency, relative to the manifest (or to the root of the
    /// workspace, where it is inherited).
    pub path: Option<String>,
    /// The repository of a git dependency.
    pub git: Option<String>,
    /// The registry, by its name in a configuration or by the URL of its index, where that is not
    /// crates.io.
    pub registry: Option<String>,
    /// Whether a feature has to turn it on.
    pub optional: bool,
    /// `default-features`, where it is stated.
    pub default_features: Option<bool>,
    /// The features that it turns on.
    pub features: Vec<String>,
    /// Whether it is an artifact dependency (unstable in cargo).
    pub artifact: bool,
    /// Whether the rest stands in the workspace's own table.
    pub inherited: bool,
}

impl Dependency {
    /// The name of the package that is depended on.
    pub fn package_name(&self) -> &str {
        self.package.as_deref().unwrap_or(&self.name)
    }

    /// Whether the default features are on.
    pub fn uses_default_features(&self) -> bool {
        self.default_features != Some(false)
    }

    /// Takes over what the workspace's table says. Features add up; whether it is optional is the
    /// member's to say. The member may turn default features on; off only since edition 2024.
    pub(super) fn inherit(&mut self, from: &Self, edition_2024: bool) {
        self.package.clone_from(&from.package);
        self.requirement.clone_from(&from.requirement);
        self.path.clone_from(&from.path);
        self.git.clone_from(&from.git);
        self.registry.clone_from(&from.registry);
        self.artifact = from.artifact;
        self.default_features = match (self.default_features, from.default_features) {
            (Some(own), _) if edition_2024 => Some(own),
            (Some(true), Some(false)) => Some(true),
            (_, workspace) => workspace,
        };
        let mut features = from.features.clone();
        features.append(&mut self.features);
        self.features = features;
    }
}

/// All dependencies of a manifest, those of `[target]` tables too.
pub(super) fn all(document: &DeTable<'_>) -> Vec<Dependency> {
    let mut out = Vec::new();
    add(document, None, &mut out);
    let targets = document.get("target").map(Spanned::get_ref);
    if let Some(targets) = targets.and_then(DeValue::as_table) {
        for (target, value) in targets {
            if let Some(tables) = value.get_ref().as_table() {
                add(tables, Some(target.get_ref()), &mut out);
            }
        }
    }
    out
}

fn add(tables: &DeTable<'_>, target: Option<&str>, out: &mut Vec<Dependency>) {
    for (kind, spellings) in TABLES {
        let found = spellings
            .into_iter()
            .find_map(|key| tables.get(key)?.get_ref().as_table());
        if let Some(table) = found {
            out.extend(of_table(table, kind, target));
        }
    }
}

/// The dependencies of one table. What is neither a string nor a table is passed over.
pub(super) fn of_table<'t>(
    table: &'t DeTable<'_>,
    kind: DependencyKind,
    target: Option<&'t str>,
) -> impl Iterator<Item = Dependency> + 't {
    table
        .iter()
        .filter_map(move |(name, value)| one(name.get_ref(), value.get_ref(), kind, target))
}

fn one(
    name: &str,
    value: &DeValue<'_>,
    kind: DependencyKind,
    target: Option<&str>,
) -> Option<Dependency> {
    let mut dependency = Dependency {
        kind,
        target: target.map(str::to_owned),
        name: name.to_owned(),
        package: None,
        requirement: None,
        path: None,
        git: None,
        registry: None,
        optional: false,
        default_features: None,
        features: Vec::new(),
        artifact: false,
        inherited: false,
    };
    let table = match value {
        DeValue::String(requirement) => {
            dependency.requirement = Some(requirement.to_string());
            return Some(dependency);
        }
        DeValue::Table(table) => table,
        _ => return None,
    };
    let text = |key: &str| table.get(key)?.get_ref().as_str().map(str::to_owned);
    let flag = |key: &str| table.get(key)?.get_ref().as_bool();
    dependency.package = text("package").filter(|package| package != name);
    dependency.requirement = text("version");
    dependency.path = text("path");
    dependency.git = text("git");
    dependency.registry = text("registry-index").or_else(|| text("registry"));
    dependency.optional = flag("optional") == Some(true);
    dependency.default_features = flag("default-features").or_else(|| flag("default_features"));
    dependency.features = table
        .get("features")
        .map(|features| list(features.get_ref()))
        .unwrap_or_default();
    dependency.artifact = table.contains_key("artifact");
    dependency.inherited = is_inherited(value);
    Some(dependency)
}
