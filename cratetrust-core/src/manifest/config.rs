//! The keys of a cargo configuration that change what is built.

use toml::{Table, Value};

use crate::error::{Error, Result};

/// The keys of a cargo configuration (`.cargo/config.toml`) by which cargo would build other
/// packages, or packages from elsewhere, such as `build.rustflags`; sorted.
///
/// # Errors
/// `Parse` where the text is no TOML or nests too deep.
pub fn config_keys(text: &str) -> Result<Vec<String>> {
    let config: Table = text
        .parse()
        .map_err(|e: toml::de::Error| Error::parse(format!("invalid TOML: {}", e.message())))?;
    let mut keys = Vec::new();
    for (name, value) in &config {
        let inside = || value.as_table().into_iter().flatten();
        match name.as_str() {
            "build" => {
                let told = inside().filter(|(key, _)| ["target", "rustflags"].contains(&&***key));
                keys.extend(told.map(|(key, _)| format!("build.{key}")));
            }
            "target" => {
                for (triple, table) in inside() {
                    for (key, value) in table.as_table().into_iter().flatten() {
                        // A table is of a `links` name, and stands in for a build script.
                        if key == "rustflags" || value.is_table() {
                            keys.push(format!("target.{triple}.{key}"));
                        }
                    }
                }
            }
            "unstable" | "patch" => keys.extend(inside().map(|(key, _)| format!("{name}.{key}"))),
            "source" => keys.extend(
                inside()
                    .filter(|(_, table)| table.get("replace-with").is_some())
                    .map(|(key, _)| format!("source.{key}.replace-with")),
            ),
            "paths" | "include" if !is_empty(value) => keys.push(name.clone()),
            _ => {}
        }
    }
    keys.sort();
    Ok(keys)
}

/// The directories of packages (`directory`, `local-registry`) that a cargo configuration puts in
/// the place of a registry or a repository; sorted. Relative ones begin above `.cargo`.
///
/// # Errors
/// As [`config_keys`].
pub fn source_directories(text: &str) -> Result<Vec<String>> {
    let config: Table = text
        .parse()
        .map_err(|e: toml::de::Error| Error::parse(format!("invalid TOML: {}", e.message())))?;
    let sources = config.get("source").and_then(Value::as_table);
    let text = |source: &Value, key: &str| source.get(key)?.as_str().map(str::to_owned);
    let used: std::collections::HashSet<String> = sources
        .into_iter()
        .flat_map(|sources| sources.values())
        .filter_map(|source| text(source, "replace-with"))
        .collect();
    let mut directories: Vec<String> = sources
        .into_iter()
        .flatten()
        .filter(|(name, _)| used.contains(*name))
        .filter_map(|(_, source)| {
            text(source, "directory").or_else(|| text(source, "local-registry"))
        })
        .collect();
    directories.sort();
    directories.dedup();
    Ok(directories)
}

fn is_empty(value: &Value) -> bool {
    value.as_array().is_some_and(Vec::is_empty)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<String> {
        config_keys(text).unwrap()
    }

    #[test]
    fn what_changes_the_graph_is_found() {
        let found = of(r#"
            paths = ["../fork"]
            include = []
            [build]
            target = "wasm32-unknown-unknown"
            rustflags = ["--cfg", "tokio_unstable"]
            jobs = 2
            [target.'cfg(unix)']
            rustflags = ["-C", "target-feature=+crt-static"]
            linker = "x"
            [target.x86_64-unknown-linux-gnu.ssl]
            rustc-link-lib = ["ssl"]
            [unstable]
            host-config = true
            [patch.crates-io]
            a = { path = "a" }
            [source.crates-io]
            replace-with = "vendored"
            [source.vendored]
            directory = "vendor"
            [net]
            offline = true
        "#);
        assert_eq!(
            found,
            [
                "build.rustflags",
                "build.target",
                "patch.crates-io",
                "paths",
                "source.crates-io.replace-with",
                "target.cfg(unix).rustflags",
                "target.x86_64-unknown-linux-gnu.ssl",
                "unstable.host-config",
            ]
        );
        assert!(of("[build]\njobs = 2\n[alias]\nb = \"build\"").is_empty());
        assert!(of("build = 1\ntarget = [1]\nsource = \"x\"\npatch = 2").is_empty());
    }

    #[test]
    fn directories_that_stand_in_for_sources_are_found() {
        let found = source_directories(
            "[source.crates-io]\nreplace-with='v'\n[source.v]\ndirectory='vendor'\n\
             [source.\"git+https://g\"]\ngit='https://g'\nreplace-with='l'\n\
             [source.l]\nlocal-registry='../local'\n[source.unused]\ndirectory='other'\n",
        );
        assert_eq!(found.unwrap(), ["../local", "vendor"]);
        assert!(source_directories("source = 1").unwrap().is_empty());
        assert!(source_directories("[source").is_err());
    }

    #[test]
    fn what_is_no_toml_or_deep_is_refused() {
        assert!(config_keys("[build").is_err());
        assert!(config_keys(&format!("a = {}", "[".repeat(100_000))).is_err());
    }
}
