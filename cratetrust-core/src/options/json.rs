//! Options from JSON: the command's flag names with `_` for `-`.

use serde_json::{Map, Value};

use super::{Check, Level, Options};
use crate::bom::Contact;
use crate::error::{Error, Result};
use crate::input::Input;
use crate::profile::Profile;
use crate::report::{Code, Preset, Severity};

pub(super) fn merge(options: &mut Options, text: &str) -> Result<()> {
    let value: Value = serde_json::from_str(text).map_err(|e| {
        Error::parse(format!("the options are no JSON: {e}"))
            .at_line(e.line() as u64, Some(e.column() as u64))
    })?;
    let Value::Object(map) = value else {
        return Err(Error::parse("the options are no JSON object"));
    };
    for (key, value) in &map {
        set(options, key, value)?;
    }
    for (key, of, slot) in [
        ("contact", "supplier", &mut options.supplier),
        (
            "manufacturer_contact",
            "manufacturer",
            &mut options.manufacturer,
        ),
    ] {
        if let Some(contact) = map.get(key) {
            let contact = string(key, contact)?;
            slot.as_mut()
                .ok_or_else(|| Error::invalid(format!("`{key}` needs a `{of}`")))?
                .set_contact(contact);
        }
    }
    Ok(())
}

fn set(options: &mut Options, key: &str, value: &Value) -> Result<()> {
    match key {
        "limit" => {
            for (name, value) in pairs(key, value)? {
                let number = match &value {
                    Value::Number(n) => n.as_u64(),
                    Value::String(s) => s.parse().ok(),
                    _ => None,
                };
                let number = number.ok_or_else(|| wrong(key, "a whole number for each limit"))?;
                options.limits.set(&name, number)?;
            }
        }
        "jobs" => {
            options.jobs = value
                .as_u64()
                .and_then(|n| usize::try_from(n).ok())
                .ok_or_else(|| wrong(key, "a whole number"))?;
        }
        "preset" => {
            let name = string(key, value)?;
            options
                .severities
                .set_preset(Preset::from_name(name).ok_or_else(|| {
                    Error::invalid(format!(
                        "no preset is called `{name}`; known: strict, crates-io, cargo"
                    ))
                })?);
        }
        "severity" => {
            for (code, level) in pairs(key, value)? {
                let level = string(key, &level)?.to_owned();
                options.set_severity(&code, &level)?;
            }
        }
        "lockfile" => options.lockfile = Some(Input::from_path(string(key, value)?)),
        "index" => options.index = Some(Input::from_path(string(key, value)?)),
        "against" => options.against = Some(Input::from_path(string(key, value)?)),
        "sha256" => options.sha256 = Some(string(key, value)?.parse()?),
        "expect" => options.set_expect(string(key, value)?)?,
        "checks" => options.checks = Some(checks(key, value)?),
        "level" => {
            let name = string(key, value)?;
            options.level = Level::from_name(name).ok_or_else(|| {
                let known = Level::ALL.map(Level::name).join(", ");
                Error::invalid(format!("no level is called `{name}`; known: {known}"))
            })?;
        }
        "supplier" => {
            let name = string(key, value)?.to_owned();
            options.supplier = Some(Contact {
                name,
                ..Contact::default()
            });
        }
        "manufacturer" => {
            let name = string(key, value)?.to_owned();
            options.manufacturer = Some(Contact {
                name,
                ..Contact::default()
            });
        }
        // Read after those that they belong to, whatever the order of the keys.
        "contact" | "manufacturer_contact" => {}
        "crates" => {
            // One string is one path, which may hold commas.
            let paths = match value {
                Value::String(path) => vec![path.clone()],
                _ => strings(key, value)?,
            };
            options.crates = paths.into_iter().map(Input::from_path).collect();
        }
        "license" => options.license = Some(string(key, value)?.to_owned()),
        "lifecycle" => options.lifecycle = Some(string(key, value)?.to_owned()),
        "serial" => options.set_serial(string(key, value)?)?,
        "tool" => {
            options.tools.clear();
            for tool in strings(key, value)? {
                options.add_tool(&tool)?;
            }
        }
        "vcs_url" => options.vcs_url = Some(string(key, value)?.to_owned()),
        "conclude_declared" => {
            options.conclude_declared =
                value.as_bool().ok_or_else(|| wrong(key, "true or false"))?;
        }
        "no_units" => {
            options.no_units = value.as_bool().ok_or_else(|| wrong(key, "true or false"))?;
        }
        "profile" => options.profile = Some(Profile::from_name(string(key, value)?)?),
        "enrich" => options.set_enrich(string(key, value)?)?,
        "component_supplier" => options.set_component_supplier(string(key, value)?)?,
        "author" => {
            options.authors = strings(key, value)?
                .into_iter()
                .map(|name| Contact {
                    name,
                    ..Contact::default()
                })
                .collect();
        }
        "timestamp" => options.set_timestamp(string(key, value)?)?,
        "target"
        | "host"
        | "features"
        | "no_default_features"
        | "all_features"
        | "package"
        | "bin"
        | "lib"
        | "cfg"
        | "dev" => {
            let selection = options.selection.get_or_insert_default();
            match key {
                "target" => selection.targets = strings(key, value)?,
                "host" => selection.host = Some(string(key, value)?.to_owned()),
                "features" => {
                    selection.features.clear();
                    for list in paths(key, value)? {
                        selection.add_features(&list);
                    }
                }
                "package" => selection.packages = strings(key, value)?,
                "bin" => selection.bins = strings(key, value)?,
                // A value may hold commas.
                "cfg" => selection.cfgs = paths(key, value)?,
                "no_default_features" => selection.no_default_features = flag(key, value)?,
                "all_features" => selection.all_features = flag(key, value)?,
                "lib" => selection.lib = flag(key, value)?,
                _ => selection.dev = flag(key, value)?,
            }
        }
        _ => return Err(Error::invalid(format!("no option is called `{key}`"))),
    }
    Ok(())
}

fn checks(key: &str, value: &Value) -> Result<Vec<Check>> {
    let mut checks = Vec::new();
    for name in strings(key, value)? {
        checks.push(Check::from_name(&name).ok_or_else(|| {
            let known: Vec<_> = Check::ALL.iter().map(|check| check.name()).collect();
            Error::invalid(format!(
                "no check is called `{name}`; known: {}",
                known.join(", ")
            ))
        })?);
    }
    checks.sort_unstable();
    checks.dedup();
    Ok(checks)
}

fn wrong(key: &str, wanted: &str) -> Error {
    Error::invalid(format!("option `{key}` wants {wanted}"))
}

fn string<'v>(key: &str, value: &'v Value) -> Result<&'v str> {
    value.as_str().ok_or_else(|| wrong(key, "a string"))
}

fn flag(key: &str, value: &Value) -> Result<bool> {
    value.as_bool().ok_or_else(|| wrong(key, "true or false"))
}

/// A list of strings, or one string, which may hold commas.
fn paths(key: &str, value: &Value) -> Result<Vec<String>> {
    match value {
        Value::String(text) => Ok(vec![text.clone()]),
        _ => strings(key, value),
    }
}

/// A list of strings, or one string with commas.
fn strings(key: &str, value: &Value) -> Result<Vec<String>> {
    match value {
        Value::String(text) => Ok(text
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect()),
        Value::Array(items) => items
            .iter()
            .map(|item| Ok(string(key, item)?.to_owned()))
            .collect(),
        _ => Err(wrong(key, "a string or a list of strings")),
    }
}

/// An object, or a list of `NAME=VALUE` strings.
fn pairs(key: &str, value: &Value) -> Result<Map<String, Value>> {
    match value {
        Value::Object(map) => Ok(map.clone()),
        Value::Array(items) => items
            .iter()
            .map(|item| {
                let (name, value) = string(key, item)?
                    .split_once('=')
                    .ok_or_else(|| wrong(key, "NAME=VALUE"))?;
                Ok((name.to_owned(), Value::String(value.to_owned())))
            })
            .collect(),
        _ => Err(wrong(key, "an object or a list of NAME=VALUE strings")),
    }
}

impl Options {
    /// Gives the code of that name another severity: `error`, `warning` or `info`.
    ///
    /// # Errors
    /// `InvalidArgument` for a code or a severity that is not known.
    pub fn set_severity(&mut self, code: &str, severity: &str) -> Result<()> {
        let known = Code::from_name(code)
            .ok_or_else(|| Error::invalid(format!("no finding code is called `{code}`")))?;
        let level = Severity::from_name(severity).ok_or_else(|| {
            Error::invalid(format!(
                "no severity is called `{severity}`; known: error, warning, info"
            ))
        })?;
        self.severities.set(known, level);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn every_key_is_read() {
        let options = Options::from_json(
            r#"{"limit": {"lockfile-size": 5, "sbom_size": 6}, "jobs": 3, "preset": "cargo",
                "severity": ["crate-missing=info"], "lockfile": "a/Cargo.lock", "index": "i", "against": "../c",
                "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                "expect": "a@1.0.0", "checks": "archive,checksum", "level": "components",
                "contact": "https://example.org", "supplier": "S", "author": ["A"],
                "timestamp": "2026-01-02T03:04:05Z", "crates": ["a", "b,c"], "manufacturer_contact": "m@x",
                "manufacturer": "M", "license": "MIT", "lifecycle": "build", "tool": ["t@1", "u"],
                "serial": "urn:uuid:3E671687-395b-41f5-a30f-a58921a69b79", "vcs_url": "v",
                "conclude_declared": true, "enrich": "manifests", "no_units": true, "component_supplier": "authors", "profile": "cisa-2025"}"#,
        )
        .unwrap();
        assert_eq!(options.limits.lockfile_size, 5);
        assert_eq!(options.limits.sbom_size, 6);
        assert_eq!(options.jobs, 3);
        assert_eq!(options.against.unwrap().label(), "../c");
        assert_eq!(options.severities.of(Code::CrateMissing), Severity::Info);
        assert_eq!(options.checks, Some(vec![Check::Checksum, Check::Archive]));
        assert_eq!(
            options.supplier.unwrap().url.as_deref(),
            Some("https://example.org")
        );
        assert_eq!(options.expect, Some(("a".to_owned(), "1.0.0".to_owned())));
        assert_eq!(options.timestamp.as_deref(), Some("2026-01-02T03:04:05Z"));
        let crates: Vec<String> = options.crates.iter().map(Input::label).collect();
        assert_eq!(crates, ["a", "b,c"]);
        assert_eq!(options.manufacturer.unwrap().email.as_deref(), Some("m@x"));
        assert_eq!(
            (options.license.as_deref(), options.lifecycle.as_deref()),
            (Some("MIT"), Some("build"))
        );
        assert_eq!(
            options.serial.as_deref(),
            Some("urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79")
        );
        let tools: Vec<_> = options
            .tools
            .iter()
            .map(|t| (t.name.as_str(), t.version.as_deref()))
            .collect();
        assert_eq!(tools, [("t", Some("1")), ("u", None)]);
        assert_eq!(options.vcs_url.as_deref(), Some("v"));
        assert!(options.conclude_declared && options.no_units);
        assert_eq!(options.component_supplier.name(), "authors");
        assert_eq!(options.enrich.name(), "manifests");
        assert_eq!(options.profile, Some(Profile::Cisa2025));
    }

    #[test]
    fn what_is_not_known_is_refused() {
        for text in [
            r#"{"no_such": 1}"#,
            r#"{"jobs": -1}"#,
            r#"{"jobs": "x"}"#,
            r#"{"preset": "lax"}"#,
            r#"{"severity": {"no-such": "info"}}"#,
            r#"{"severity": {"crate-missing": "bad"}}"#,
            r#"{"sha256": "12"}"#,
            r#"{"expect": "a"}"#,
            r#"{"checks": ["none"]}"#,
            r#"{"checks": ["signature"]}"#,
            r#"{"limit": {"x": 1}}"#,
            r#"{"contact": "a@b"}"#,
            r#"{"timestamp": "yesterday"}"#,
            r#"{"manufacturer_contact": "a@b"}"#,
            r#"{"serial": "3e671687-395b-41f5-a30f-a58921a69b79"}"#,
            r#"{"serial": "urn:uuid:3e671687395b41f5a30fa58921a69b79"}"#,
            r#"{"tool": "@"}"#,
            r#"{"tool": ["x@"]}"#,
            r#"{"conclude_declared": 1}"#,
            r#"{"component_supplier": "me"}"#,
            r#"{"enrich": "more"}"#,
            r#"{"no_units": "yes"}"#,
            r#"{"profile": "bsi"}"#,
            r#"{"profile": 1}"#,
            r#"{"crates": 1}"#,
        ] {
            let error = Options::from_json(text).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{text}");
        }
        for text in ["", "[]", "{", "1"] {
            assert_eq!(
                Options::from_json(text).unwrap_err().kind(),
                ErrorKind::Parse,
                "{text}"
            );
        }
    }
}
