//! The keys of Cargo.toml that matter here, and the file in which cargo notes the commit.

mod config;
mod dependencies;
mod nesting;
mod project;
mod shape;
mod structure;
mod targets;
pub(crate) mod vcs;

pub use config::{config_keys, source_directories};
pub use dependencies::{Dependency, DependencyKind};
pub(crate) use project::{Project, project};
pub(crate) use shape::{Shape, inside};
pub use structure::{PackageStructure, Structure, WorkspaceTable};
pub use targets::{Binary, Library, SourceFiles, TargetTables, Targets};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;
use crate::text::marks;

/// Levels that the TOML parser itself allows; deeper ones are refused here with a clear error.
const PARSER_NESTING: u64 = 79;

/// Punctuation marks and blanks that the TOML reader may meet. A manifest of the size limit that is
/// made of nothing else would cost some 200 MiB; this is enough for 30,000 features, and the largest
/// manifests have a few thousand.
const MOST_MARKS: usize = 250_000;

/// What a manifest says of its package's build script.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum BuildScript {
    /// Nothing: `build.rs` where there is one.
    #[default]
    Default,
    /// `build = false`: none.
    Disabled,
    /// The files that `build` names; `build = true` names `build.rs`.
    Files(Vec<String>),
}

/// What a manifest says of its package. Keys of a type that cargo would not take are as if absent,
/// apart from the name and the version.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manifest {
    /// `package.name`.
    pub name: String,
    /// `package.version`; `None` where it is inherited from a workspace.
    pub version: Option<String>,
    /// Whether a key of the package, its lints or a dependency is inherited from a workspace. No
    /// published manifest does that: cargo writes out what is inherited.
    pub inherits: bool,
    /// `package.edition`.
    pub edition: Option<String>,
    /// `package.build`.
    pub build: BuildScript,
    /// Whether the library is a procedural macro.
    pub proc_macro: bool,
    /// `package.links`.
    pub links: Option<String>,
    /// `package.license`, an SPDX expression.
    pub license: Option<String>,
    /// `package.license-file`.
    pub license_file: Option<String>,
    /// `package.description`.
    pub description: Option<String>,
    /// `package.authors`.
    pub authors: Vec<String>,
    /// `package.homepage`.
    pub homepage: Option<String>,
    /// `package.documentation`.
    pub documentation: Option<String>,
    /// `package.repository`.
    pub repository: Option<String>,
    /// `package.keywords`.
    pub keywords: Vec<String>,
}

impl Manifest {
    /// Reads a Cargo.toml.
    ///
    /// # Errors
    /// `InvalidUtf8`, `LimitExceeded` and `Parse`, with the line where there is one. A manifest
    /// without a package, a name or a version is a `Parse` error.
    pub fn parse(bytes: &[u8], limits: &Limits) -> Result<Self> {
        with_document(bytes, limits, |document| Self::from_table(document, bytes))?
    }

    /// Reads a Cargo.toml as [`Manifest::parse`] does, and its shape.
    pub(crate) fn parse_with_shape(bytes: &[u8], limits: &Limits) -> Result<(Self, Shape)> {
        with_document(bytes, limits, |document| {
            Ok((Self::from_table(document, bytes)?, Shape::of(document)))
        })?
    }

    fn from_table(document: &DeTable<'_>, bytes: &[u8]) -> Result<Self> {
        // `project` is the name of the table in manifests of 2014 and 2015; cargo still takes it.
        let value = document
            .get("package")
            .or_else(|| document.get("project"))
            .ok_or_else(|| Error::parse("the manifest has no table `package`"))?;
        let package = value
            .get_ref()
            .as_table()
            .ok_or_else(|| fault("`package` is no table", value, bytes))?;
        let name = package
            .get("name")
            .ok_or_else(|| fault("the package has no name", value, bytes))?;
        let name = name
            .get_ref()
            .as_str()
            .ok_or_else(|| fault("`package.name` is no string", name, bytes))?;
        let version = package
            .get("version")
            .ok_or_else(|| fault("the package has no version", value, bytes))?;
        let version = match version.get_ref() {
            DeValue::String(version) => Some(version.to_string()),
            inherited if is_inherited(inherited) => None,
            _ => return Err(fault("`package.version` is no string", version, bytes)),
        };
        let mut manifest = Self {
            name: name.to_owned(),
            version,
            inherits: inherits(document, package),
            build: build_script(package),
            proc_macro: is_proc_macro(document),
            ..Self::default()
        };
        manifest.describe(package);
        Ok(manifest)
    }

    /// Takes the keys that stand alike in `[package]` and `[workspace.package]`.
    fn describe(&mut self, package: &DeTable<'_>) {
        let string = |key: &str| {
            let value = package.get(key)?.get_ref();
            value.as_str().map(str::to_owned)
        };
        let strings = |key: &str| {
            package
                .get(key)
                .map(|v| list(v.get_ref()))
                .unwrap_or_default()
        };
        self.edition = string("edition");
        self.links = string("links");
        self.license = string("license");
        self.license_file = string("license-file");
        self.description = string("description");
        self.authors = strings("authors");
        self.homepage = string("homepage");
        self.documentation = string("documentation");
        self.repository = string("repository");
        self.keywords = strings("keywords");
    }
}

/// Reads TOML under limits and hands it on.
fn with_document<T>(
    bytes: &[u8],
    limits: &Limits,
    read: impl FnOnce(&DeTable<'_>) -> T,
) -> Result<T> {
    if bytes.len() as u64 > limits.manifest_size {
        return Err(Error::limit(
            "manifest-size",
            limits.manifest_size,
            "the manifest is larger than the limit allows",
        ));
    }
    let text = std::str::from_utf8(bytes).map_err(|e| {
        let good = bytes.get(..e.valid_up_to()).unwrap_or_default();
        let error = Error::new(ErrorKind::InvalidUtf8, "the manifest is not UTF-8");
        at(error, good, good.len())
    })?;
    if marks(text) > MOST_MARKS {
        return Err(Error::limit(
            "manifest-marks",
            MOST_MARKS as u64,
            "the manifest has more tables, keys and values than are read",
        ));
    }
    let allowed = limits.nesting.min(PARSER_NESTING);
    if let Some(line) = nesting::deeper_than(text, allowed) {
        let error = Error::limit(
            "nesting",
            allowed,
            "the manifest nests deeper than the limit allows",
        );
        return Err(error.at_line(line, None));
    }
    let document = DeTable::parse(text).map_err(|e| {
        let error = Error::parse(e.message());
        match e.span() {
            Some(span) => at(error, bytes, span.start),
            None => error,
        }
    })?;
    Ok(read(document.get_ref()))
}

/// What a manifest says of how its package is built, and of the package itself, each where it is
/// asked for.
pub(crate) fn read(
    bytes: &[u8],
    structure: bool,
    facts: bool,
    limits: &Limits,
) -> (Option<Result<Structure>>, Option<Result<Manifest>>) {
    let read = with_document(bytes, limits, |document| {
        (
            structure.then(|| Structure::of(document)),
            facts.then(|| Manifest::from_table(document, bytes)),
        )
    });
    read.unwrap_or_else(|error| {
        (
            structure.then(|| Err(error.clone())),
            facts.then_some(Err(error)),
        )
    })
}

/// The shape of a manifest as its author wrote it: it need not have a name or a version.
pub(crate) fn shape(bytes: &[u8], limits: &Limits) -> Result<Shape> {
    with_document(bytes, limits, Shape::of)
}

fn fault(message: &str, value: &Spanned<DeValue<'_>>, bytes: &[u8]) -> Error {
    at(Error::parse(message), bytes, value.span().start)
}

/// Names the line and the column (in characters) of a byte of UTF-8 text.
fn at(error: Error, bytes: &[u8], offset: usize) -> Error {
    let before = bytes.get(..offset).unwrap_or(bytes);
    let line = before.iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
    let start = before
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |newline| newline + 1);
    let last = before.get(start..).unwrap_or_default();
    // Bytes that continue a character are no characters of their own.
    let column = last.iter().filter(|byte| **byte & 0xc0 != 0x80).count() as u64 + 1;
    error.at_line(line, Some(column))
}

fn list(value: &DeValue<'_>) -> Vec<String> {
    let items = value.as_array().into_iter().flat_map(|array| array.iter());
    items
        .filter_map(|item| item.get_ref().as_str().map(str::to_owned))
        .collect()
}

fn is_inherited(value: &DeValue<'_>) -> bool {
    value
        .as_table()
        .and_then(|table| table.get("workspace"))
        .and_then(|value| value.get_ref().as_bool())
        == Some(true)
}

fn has_inherited(table: &DeTable<'_>) -> bool {
    table.iter().any(|(_, value)| is_inherited(value.get_ref()))
}

fn inherits(document: &DeTable<'_>, package: &DeTable<'_>) -> bool {
    let dependencies = |table: &DeTable<'_>| {
        [
            "dependencies",
            "dev-dependencies",
            "dev_dependencies",
            "build-dependencies",
            "build_dependencies",
        ]
        .into_iter()
        .filter_map(|key| table.get(key)?.get_ref().as_table())
        .any(has_inherited)
    };
    let targets = document
        .get("target")
        .and_then(|value| value.get_ref().as_table());
    has_inherited(package)
        || dependencies(document)
        || document
            .get("lints")
            .is_some_and(|lints| is_inherited(lints.get_ref()))
        || targets.is_some_and(|targets| {
            targets
                .iter()
                .any(|(_, target)| target.get_ref().as_table().is_some_and(dependencies))
        })
}

fn build_script(package: &DeTable<'_>) -> BuildScript {
    match package.get("build").map(Spanned::get_ref) {
        Some(DeValue::Boolean(false)) => BuildScript::Disabled,
        // cargo takes it for the file, and wants the file to be there.
        Some(DeValue::Boolean(true)) => BuildScript::Files(vec!["build.rs".to_owned()]),
        Some(DeValue::String(file)) => BuildScript::Files(vec![file.to_string()]),
        Some(files @ DeValue::Array(_)) => BuildScript::Files(list(files)),
        _ => BuildScript::Default,
    }
}

fn is_proc_macro(document: &DeTable<'_>) -> bool {
    let Some(lib) = document.get("lib").and_then(|lib| lib.get_ref().as_table()) else {
        return false;
    };
    let flag = |key: &str| lib.get(key).and_then(|flag| flag.get_ref().as_bool()) == Some(true);
    let types = |key: &str| {
        lib.get(key).is_some_and(|types| {
            list(types.get_ref())
                .iter()
                .any(|kind| kind == "proc-macro")
        })
    };
    flag("proc-macro") || flag("proc_macro") || types("crate-type") || types("crate_type")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(text: &str) -> Result<Manifest> {
        Manifest::parse(text.as_bytes(), &Limits::default())
    }

    #[test]
    fn keys_are_read() {
        let manifest = parse(
            "\u{feff}[package]\nname = 'a'\nversion = \"1.0.0+x\"\nedition = \"2021\"\nbuild = \"b.rs\"\n\
             links = \"z\"\nlicense = \"MIT\"\nlicense-file = \"L\"\ndescription = \"\"\"d\"\"\"\n\
             authors = [\"x\", 3]\nhomepage = \"h\"\ndocumentation = \"o\"\nrepository = \"r\"\n\
             keywords = [\"k\"]\n[lib]\nproc-macro = true\n",
        )
        .unwrap();
        let some = |text: &str| Some(text.to_owned());
        let want = Manifest {
            name: "a".to_owned(),
            version: some("1.0.0+x"),
            inherits: false,
            edition: some("2021"),
            build: BuildScript::Files(vec!["b.rs".to_owned()]),
            proc_macro: true,
            links: some("z"),
            license: some("MIT"),
            license_file: some("L"),
            description: some("d"),
            authors: vec!["x".to_owned()],
            homepage: some("h"),
            documentation: some("o"),
            repository: some("r"),
            keywords: vec!["k".to_owned()],
        };
        assert_eq!(manifest, want);
    }

    #[test]
    fn odd_types_in_irrelevant_keys_are_tolerated() {
        let manifest = parse(
            "dependencies = 3\ntarget = []\nlib = 'x'\n[project]\nname = 'a'\nversion = '1'\n\
             license = 3\nauthors = 'me'\nbuild = false\nworkspace = '..'\nreadme = false\n",
        )
        .unwrap();
        assert_eq!(manifest.name, "a");
        assert_eq!(manifest.license, None);
        assert_eq!(manifest.build, BuildScript::Disabled);
        assert!(!manifest.inherits && !manifest.proc_macro);
    }

    #[test]
    fn inheritance_is_seen_everywhere() {
        let head = "[package]\nname = 'a'\n";
        for tail in [
            "version.workspace = true\n",
            "version = '1'\nlicense = { workspace = true }\n",
            "version = '1'\n[dependencies]\nx.workspace = true\n",
            "version = '1'\n[target.'cfg(unix)'.dev-dependencies]\nx = { workspace = true, features = [] }\n",
            "version = '1'\n[lints]\nworkspace = true\n",
        ] {
            assert!(parse(&format!("{head}{tail}")).unwrap().inherits, "{tail}");
        }
        assert_eq!(
            parse(&format!("{head}version.workspace = true\n"))
                .unwrap()
                .version,
            None
        );
    }

    #[test]
    fn faults_have_a_kind_and_a_line() {
        for (text, kind, line) in [
            ("", ErrorKind::Parse, None),
            ("[package]\nname = 'a'\n", ErrorKind::Parse, Some(1)),
            (
                "[package]\nname = 'a'\nversion = 1\n",
                ErrorKind::Parse,
                Some(3),
            ),
            (
                "[package]\nname = 'a'\nversion = {}\n",
                ErrorKind::Parse,
                Some(3),
            ),
            ("[package]\nversion = '1'\n", ErrorKind::Parse, Some(1)),
            ("package = 3", ErrorKind::Parse, Some(1)),
            (
                "[package]\nname = 'a'\nname = 'b'\n",
                ErrorKind::Parse,
                Some(3),
            ),
            ("a = 1\nb = = 2\n", ErrorKind::Parse, Some(2)),
        ] {
            let error = parse(text).unwrap_err();
            assert_eq!(
                (error.kind(), error.line()),
                (kind, line),
                "{text}: {error}"
            );
        }
        let error = Manifest::parse(b"a = 1\nb = '\xff'", &Limits::default()).unwrap_err();
        assert_eq!(
            (error.kind(), error.line()),
            (ErrorKind::InvalidUtf8, Some(2))
        );
        let limits = Limits {
            manifest_size: 3,
            ..Limits::default()
        };
        let error = Manifest::parse(b"a = 1", &limits).unwrap_err();
        assert_eq!(error.limit_met(), Some(("manifest-size", 3)));
    }

    #[test]
    fn deep_documents_are_errors_and_no_overflow() {
        let n = 10_000;
        let chain = format!("a.{}b", "b.".repeat(70));
        for text in [
            format!("x = {}{}", "[".repeat(n), "]".repeat(n)),
            format!("x = {}1{}", "{a=".repeat(n), "}".repeat(n)),
            format!("{}a = 1", "a.".repeat(n)),
            format!("[{}a]\n", "a.".repeat(n)),
            format!(
                "x = {}1{}",
                format!("{{ {chain} = ").repeat(70),
                "}".repeat(70)
            ),
            format!("x = {}", "[".repeat(n)),
            format!("x = {}", "{a=[".repeat(n)),
            format!("x = \"\"\"\"\"\"\"\ny = {}", "[".repeat(n)),
            format!("{}x", "[".repeat(n)),
        ] {
            let error = parse(&text).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::LimitExceeded, "{error}");
            assert_eq!(error.limit_met().map(|(name, _)| name), Some("nesting"));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = Manifest::parse(&bytes, &Limits::default());
        }

        #[test]
        fn no_toml_like_text_makes_it_panic(text in "([\\[\\]{}=.,\"'#\\\\a1\n ]|package|name|version){0,80}") {
            let _ = parse(&text);
        }
    }
}
