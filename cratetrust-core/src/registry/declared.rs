//! What an index says of a version's dependencies and features: all that its manifest does, but for
//! its library, its build script and whether it is a procedural macro.

use std::path::Path;

use serde_json::Value;

use super::index::index_path;
use crate::digest::Sha256;
use crate::error::{ErrorKind, Result};
use crate::input::Input;
use crate::limits::Limits;
use crate::progress::CancelToken;

/// The dependencies and features of one published version.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Declared {
    /// The dependencies.
    pub dependencies: Vec<DeclaredDependency>,
    /// Each feature and what it turns on.
    pub features: Vec<(String, Vec<String>)>,
}

/// One dependency of an index entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeclaredDependency {
    /// The name in the manifest's table.
    pub name: String,
    /// The package, where that is another name.
    pub package: Option<String>,
    /// The version requirement.
    pub requirement: Option<String>,
    /// `normal`, `build` or `dev`.
    pub kind: String,
    /// The platform: a triple or `cfg(…)`.
    pub target: Option<String>,
    /// The registry's index, where it is not the package's own.
    pub registry: Option<String>,
    /// Whether a feature has to turn it on.
    pub optional: bool,
    /// Whether its default features are on.
    pub default_features: bool,
    /// The features that it turns on.
    pub features: Vec<String>,
}

/// Looks a version up in an index directory, as cargo caches it (`.cache`) or plain, or in an index
/// file. An entry with another checksum is none.
///
/// # Errors
/// `LimitExceeded` and `Cancelled`; what cannot be read or understood is as if absent.
pub fn declared(
    index: &Path,
    (name, version, checksum): (&str, &str, Sha256),
    limits: &Limits,
    cancel: &CancelToken,
) -> Result<Option<Declared>> {
    let relative = index_path(name);
    for path in [
        index.join(".cache").join(&relative),
        index.join(&relative),
        index.to_owned(),
    ] {
        // What lies elsewhere than expected may be a directory.
        if !path.is_file() {
            continue;
        }
        let input = Input::from_path(path);
        let bytes = match input.read("lockfile-size", limits.lockfile_size, cancel) {
            Ok(bytes) => bytes,
            Err(error) => match error.kind() {
                ErrorKind::Cancelled | ErrorKind::LimitExceeded => return Err(error),
                _ => continue,
            },
        };
        let checksum = checksum.to_string();
        // A cache separates its fields by NUL, a plain index by line ends. Of the entries of all
        // versions, one is worth understanding.
        let entries = bytes
            .split(|byte| matches!(byte, 0 | b'\n'))
            .filter(|field| field.first() == Some(&b'{') && holds(field, checksum.as_bytes()))
            .filter_map(|field| serde_json::from_slice::<Value>(field).ok());
        for entry in entries {
            let is = |key: &str, text: &str| entry.get(key).and_then(Value::as_str) == Some(text);
            if is("vers", version) && is("name", name) && is("cksum", &checksum) {
                return Ok(Some(of(&entry)));
            }
        }
    }
    Ok(None)
}

fn holds(field: &[u8], text: &[u8]) -> bool {
    field.windows(text.len()).any(|window| window == text)
}

fn of(entry: &Value) -> Declared {
    let mut declared = Declared::default();
    for dependency in entry
        .get("deps")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let text = |key: &str| dependency.get(key)?.as_str().map(str::to_owned);
        let flag = |key: &str| dependency.get(key).and_then(Value::as_bool);
        declared.dependencies.push(DeclaredDependency {
            name: text("name").unwrap_or_default(),
            package: text("package"),
            requirement: text("req"),
            kind: text("kind").unwrap_or_else(|| "normal".to_owned()),
            target: text("target"),
            registry: text("registry"),
            optional: flag("optional") == Some(true),
            default_features: flag("default_features") != Some(false),
            features: strings(dependency.get("features")),
        });
    }
    // New syntax stands apart, so that an old cargo does not see it.
    for key in ["features", "features2"] {
        for (name, values) in entry
            .get(key)
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            declared
                .features
                .push((name.clone(), strings(Some(values))));
        }
    }
    declared
}

fn strings(value: Option<&Value>) -> Vec<String> {
    let items = value.and_then(Value::as_array).into_iter().flatten();
    items
        .filter_map(|item| item.as_str().map(str::to_owned))
        .collect()
}
