//! What a manifest says of how its package and its workspace are built.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::dependencies::{self, Dependency, DependencyKind};
use super::targets::TargetTables;
use super::{SourceFiles, build_script, is_inherited, list, with_document};
use crate::error::{Error, Result};
use crate::limits::Limits;

/// The parts of a Cargo.toml that decide what is built: a package, a workspace, or both.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Structure {
    /// The package; `None` in the manifest of a virtual workspace.
    pub package: Option<PackageStructure>,
    /// `[workspace]`.
    pub workspace: Option<WorkspaceTable>,
    /// What `[patch]` and `[replace]` put in the place of other packages.
    pub patches: Vec<Dependency>,
}

/// What a manifest says of its package.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PackageStructure {
    /// `package.name`.
    pub name: String,
    /// `package.version`; `None` where it is inherited or absent.
    pub version: Option<String>,
    /// Whether the version is the workspace's.
    pub inherits_version: bool,
    /// `package.edition`; `None` where it is inherited or absent.
    pub edition: Option<String>,
    /// Whether the edition is the workspace's.
    pub inherits_edition: bool,
    /// `package.resolver`.
    pub resolver: Option<String>,
    /// `package.workspace`: the directory of the workspace's root.
    pub workspace: Option<String>,
    /// `package.links`.
    pub links: Option<String>,
    /// Whether the package states a target triple of its own (unstable in cargo).
    pub own_target: bool,
    /// Every dependency.
    pub dependencies: Vec<Dependency>,
    /// `[features]`: each feature and what it turns on.
    pub features: Vec<(String, Vec<String>)>,
    /// The library, the binaries and the build script.
    pub targets: TargetTables,
}

/// `[workspace]` of a root manifest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WorkspaceTable {
    /// The directories of the members, with `*` and `?`.
    pub members: Vec<String>,
    /// The directories that are no members.
    pub exclude: Vec<String>,
    /// The directories of the members that are built where nothing else is asked for.
    pub default_members: Option<Vec<String>>,
    /// `resolver`.
    pub resolver: Option<String>,
    /// `package.version`, for members that inherit it.
    pub version: Option<String>,
    /// `package.edition`, for members that inherit it.
    pub edition: Option<String>,
    /// `dependencies`, for members that inherit them.
    pub dependencies: Vec<Dependency>,
}

impl Structure {
    /// Reads a Cargo.toml. Keys of a type that cargo would not take are as if absent, apart from
    /// the package's name.
    ///
    /// # Errors
    /// `InvalidUtf8`, `LimitExceeded` and `Parse`, with the line where there is one. A manifest with
    /// neither a package nor a workspace is a `Parse` error.
    pub fn parse(bytes: &[u8], limits: &Limits) -> Result<Self> {
        with_document(bytes, limits, Self::of)?
    }

    pub(super) fn of(document: &DeTable<'_>) -> Result<Self> {
        let table = |key: &str| document.get(key)?.get_ref().as_table();
        let package = match table("package").or_else(|| table("project")) {
            None => None,
            Some(package) => Some(PackageStructure::of(document, package)?),
        };
        let workspace = table("workspace").map(WorkspaceTable::of);
        if package.is_none() && workspace.is_none() {
            return Err(Error::parse(
                "the manifest has neither a table `package` nor a table `workspace`",
            ));
        }
        let mut patches = Vec::new();
        if let Some(patched) = table("patch") {
            for (_, value) in patched {
                if let Some(table) = value.get_ref().as_table() {
                    patches.extend(dependencies::of_table(table, DependencyKind::Normal, None));
                }
            }
        }
        if let Some(replaced) = table("replace") {
            patches.extend(dependencies::of_table(
                replaced,
                DependencyKind::Normal,
                None,
            ));
        }
        Ok(Self {
            package,
            workspace,
            patches,
        })
    }
}

impl PackageStructure {
    fn of(document: &DeTable<'_>, package: &DeTable<'_>) -> Result<Self> {
        let text = |key: &str| package.get(key)?.get_ref().as_str().map(str::to_owned);
        let inherits = |key: &str| package.get(key).is_some_and(|v| is_inherited(v.get_ref()));
        let name = text("name").ok_or_else(|| Error::parse("the package has no name"))?;
        Ok(Self {
            name,
            version: text("version"),
            inherits_version: inherits("version"),
            edition: text("edition"),
            inherits_edition: inherits("edition"),
            resolver: text("resolver"),
            workspace: text("workspace"),
            links: text("links"),
            own_target: ["default-target", "forced-target"]
                .into_iter()
                .any(|key| package.contains_key(key)),
            dependencies: dependencies::all(document),
            features: features(document),
            targets: TargetTables::of(document, package, build_script(package)),
        })
    }

    /// Whether the manifest and the files seen so far tell what of the package a dependent builds:
    /// its library and, where `units` are asked for or anything is declared for one, its build
    /// script.
    pub fn is_told_with(&self, files: &SourceFiles, units: bool) -> bool {
        let is_for_script = |dependency: &Dependency| dependency.kind == DependencyKind::Build;
        self.targets.tells_library(files)
            && (self.targets.tells_build_script(files)
                || !(units || self.dependencies.iter().any(is_for_script)))
    }

    /// Takes over what the members of a workspace inherit.
    ///
    /// # Errors
    /// `Parse` for a dependency that the workspace does not have.
    pub fn inherit(&mut self, workspace: &WorkspaceTable) -> Result<()> {
        if self.inherits_version {
            self.version.clone_from(&workspace.version);
        }
        if self.inherits_edition {
            self.edition.clone_from(&workspace.edition);
        }
        let is_new = self.edition.as_deref().is_some_and(|e| e >= "2024");
        let table: std::collections::HashMap<&str, &Dependency> = workspace
            .dependencies
            .iter()
            .map(|dependency| (dependency.name.as_str(), dependency))
            .collect();
        for dependency in &mut self.dependencies {
            if dependency.inherited {
                let from = table.get(dependency.name.as_str()).ok_or_else(|| {
                    Error::parse(format!(
                        "`{}` inherits the dependency `{}`, which the workspace does not have",
                        self.name, dependency.name
                    ))
                })?;
                dependency.inherit(from, is_new);
            }
        }
        Ok(())
    }

    /// Whether anything of it stands in a workspace's manifest.
    pub fn inherits(&self) -> bool {
        self.inherits_version
            || self.inherits_edition
            || self
                .dependencies
                .iter()
                .any(|dependency| dependency.inherited)
    }
}

impl WorkspaceTable {
    fn of(table: &DeTable<'_>) -> Self {
        let strings = |key: &str| table.get(key).map(|value| list(value.get_ref()));
        let inner = |key: &str| table.get(key)?.get_ref().as_table();
        let of_package = |key: &str| inner("package")?.get(key)?.get_ref().as_str();
        Self {
            members: strings("members").unwrap_or_default(),
            exclude: strings("exclude").unwrap_or_default(),
            default_members: strings("default-members"),
            resolver: table
                .get("resolver")
                .and_then(|value| value.get_ref().as_str())
                .map(str::to_owned),
            version: of_package("version").map(str::to_owned),
            edition: of_package("edition").map(str::to_owned),
            dependencies: inner("dependencies")
                .map(|table| dependencies::of_table(table, DependencyKind::Normal, None).collect())
                .unwrap_or_default(),
        }
    }
}

fn features(document: &DeTable<'_>) -> Vec<(String, Vec<String>)> {
    let Some(table) = document
        .get("features")
        .map(Spanned::get_ref)
        .and_then(DeValue::as_table)
    else {
        return Vec::new();
    };
    table
        .iter()
        .map(|(name, values)| (name.get_ref().to_string(), list(values.get_ref())))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::{BuildScript, SourceFiles};

    fn parse(text: &str) -> Structure {
        Structure::parse(text.as_bytes(), &Limits::default()).unwrap()
    }

    #[test]
    fn every_spelling_of_a_dependency_is_read() {
        let package = parse(
            "[package]\nname='a'\nversion='1.0.0'\n[dependencies]\nb='1'\n\
             c={version='2',package='see',optional=true,default-features=false,features=['x']}\n\
             d={path='../d',default_features=false}\ne={git='https://e',rev='1'}\nf=3\n\
             [build_dependencies]\ng={version='1',artifact='bin'}\n[dev_dependencies]\nh='1'\n\
             [target.'cfg(unix)'.dependencies]\ni={version='1',registry-index='sparse+https://r/'}\n\
             [target.x86_64-pc-windows-gnu.build-dependencies]\nj='*'\n",
        )
        .package
        .unwrap();
        let of = |name: &str| package.dependencies.iter().find(|d| d.name == name);
        assert_eq!(package.dependencies.len(), 8);
        assert_eq!(of("b").unwrap().requirement.as_deref(), Some("1"));
        let c = of("c").unwrap();
        assert_eq!(
            (c.package_name(), c.optional, c.uses_default_features()),
            ("see", true, false)
        );
        assert_eq!(c.features, ["x"]);
        assert!(!of("d").unwrap().uses_default_features());
        assert_eq!(of("d").unwrap().path.as_deref(), Some("../d"));
        assert_eq!(of("e").unwrap().git.as_deref(), Some("https://e"));
        assert!(of("f").is_none());
        assert!(of("g").unwrap().artifact);
        assert_eq!(of("g").unwrap().kind, DependencyKind::Build);
        assert_eq!(of("h").unwrap().kind, DependencyKind::Dev);
        assert_eq!(of("i").unwrap().target.as_deref(), Some("cfg(unix)"));
        assert_eq!(of("j").unwrap().kind, DependencyKind::Build);
    }

    #[test]
    fn inheritance_adds_features_and_leaves_default_features_to_the_rules() {
        let workspace = parse(
            "[workspace]\nmembers=['x/*']\n[workspace.package]\nversion='3.0.0'\nedition='2021'\n\
             [workspace.dependencies]\non={version='1',features=['w']}\n\
             off={version='1',default-features=false,package='real'}\n",
        )
        .workspace
        .unwrap();
        let member = |edition: &str| {
            let mut package = parse(&format!(
                "[package]\nname='m'\nversion.workspace=true\n{edition}\n[dependencies]\n\
                 on={{workspace=true,features=['m'],default-features=false,optional=true}}\n\
                 off={{workspace=true,default-features=true}}\n"
            ))
            .package
            .unwrap();
            package.inherit(&workspace).unwrap();
            package
        };
        let old = member("edition.workspace=true");
        assert_eq!(old.version.as_deref(), Some("3.0.0"));
        assert_eq!(old.edition.as_deref(), Some("2021"));
        let of = |package: &PackageStructure, name: &str| {
            let found = package.dependencies.iter().find(|d| d.name == name);
            found.unwrap().clone()
        };
        assert_eq!(of(&old, "on").features, ["w", "m"]);
        assert!(of(&old, "on").optional && of(&old, "on").uses_default_features());
        assert!(of(&old, "off").uses_default_features());
        assert_eq!(of(&old, "off").package_name(), "real");
        assert!(!of(&member("edition='2024'"), "on").uses_default_features());
        let mut stray = parse("[package]\nname='m'\n[dependencies]\nno.workspace=true\n")
            .package
            .unwrap();
        assert!(stray.inherit(&workspace).is_err());
    }

    #[test]
    fn targets_follow_files_and_tables() {
        let files = SourceFiles {
            lib: true,
            main: true,
            build: true,
            bins: ["x".to_owned(), "y".to_owned()].into(),
        };
        let of = |text: &str, edition: Option<&str>| {
            let text = format!("[package]\nname='p'\nversion='1.0.0'\n{text}");
            let package = parse(&text).package.unwrap();
            package.targets.with("p", edition, &files)
        };
        let names = |targets: &super::super::Targets| {
            let names: Vec<_> = targets.binaries.iter().map(|b| b.name.clone()).collect();
            names.join(" ")
        };
        let plain = of("", Some("2021"));
        assert_eq!(names(&plain), "p x y");
        assert!(plain.library.unwrap().linkable);
        assert_eq!(plain.build_scripts, 1);
        let none = of("build=false\nautobins=false\nautolib=false\n", None);
        assert_eq!((names(&none).as_str(), none.library), ("", None));
        assert_eq!(none.build_scripts, 0);
        let listed = "[[bin]]\nname='z'\npath='src/bin/x.rs'\nrequired-features=['f']\n";
        assert_eq!(names(&of(listed, None)), "z");
        assert_eq!(names(&of(listed, Some("2018"))), "p y z");
        let macros = of("[lib]\nproc-macro=true\n", Some("2021"));
        assert!(macros.library.unwrap().proc_macro);
        let c = of("[lib]\ncrate-type=['cdylib']\n", Some("2021"));
        assert!(!c.library.unwrap().linkable);
        assert_eq!(BuildScript::default(), BuildScript::Default);
    }

    #[test]
    fn a_build_script_for_which_nothing_is_declared_is_open_only_to_who_asks_for_units() {
        let none = SourceFiles::default();
        let lib = SourceFiles {
            lib: true,
            ..none.clone()
        };
        let build = SourceFiles {
            build: true,
            ..lib.clone()
        };
        let told = |text: &str, files: &SourceFiles| {
            let package = parse(&format!("[package]\nname='p'\n{text}")).package;
            let package = package.unwrap();
            (
                package.is_told_with(files, true),
                package.is_told_with(files, false),
            )
        };
        assert_eq!(told("build='b.rs'\n[lib]\n", &none), (true, true));
        assert_eq!(told("build=false\n", &none), (false, false));
        assert_eq!(told("build=false\n", &lib), (true, true));
        assert_eq!(told("[dependencies]\na='1'\n", &lib), (false, true));
        assert_eq!(told("[dev-dependencies]\na='1'\n", &lib), (false, true));
        assert_eq!(told("", &build), (true, true));
        for table in [
            "build-dependencies",
            "target.'cfg(unix)'.build-dependencies",
        ] {
            let text = format!("[{table}]\na='1'\n");
            assert_eq!(told(&text, &lib), (false, false));
            assert_eq!(told(&text, &build), (true, true));
        }
    }

    #[test]
    fn a_manifest_needs_a_package_or_a_workspace() {
        assert!(Structure::parse(b"[dependencies]\n", &Limits::default()).is_err());
        assert!(parse("[workspace]\n").package.is_none());
        let patched = parse(
            "[workspace]\n[patch.crates-io]\na={path='a'}\n[replace]\n'b:1.0.0'={path='b'}\n",
        );
        let paths: Vec<_> = patched
            .patches
            .iter()
            .filter_map(|p| p.path.clone())
            .collect();
        assert_eq!(paths, ["a", "b"]);
    }
}
