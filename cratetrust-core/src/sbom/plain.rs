//! The parts of the plain JSON form that also stand alone, in properties of the other formats.

use super::value::{self, Json};
use crate::bom::{Contact, Scope, Selection, Tool, Toolchain, Unit, VcsOrigin};

fn strings(value: Option<&Json<'_>>) -> Vec<String> {
    value
        .and_then(Json::array)
        .unwrap_or_default()
        .iter()
        .filter_map(Json::text)
        .map(str::to_owned)
        .collect()
}

/// A list of indexes.
pub(super) fn indexes(value: &Json<'_>) -> Option<Vec<usize>> {
    value
        .array()?
        .iter()
        .map(|item| usize::try_from(item.number()?).ok())
        .collect()
}

/// A contact in the plain form.
pub(super) fn contact(value: &Json<'_>) -> Option<Contact> {
    let fields = value.object()?;
    let text = |key| {
        value::get(fields, key)
            .and_then(Json::text)
            .map(str::to_owned)
    };
    Some(Contact {
        name: text("name").unwrap_or_default(),
        email: text("email"),
        url: text("url"),
    })
}

/// A tool in the plain form.
pub(super) fn tool(value: &Json<'_>) -> Option<Tool> {
    let fields = value.object()?;
    let text = |key| value::get(fields, key).and_then(Json::text);
    Some(Tool {
        name: text("name")?.to_owned(),
        version: text("version").map(str::to_owned),
    })
}

/// The origin of an archive in the plain form.
pub(super) fn vcs(value: &Json<'_>) -> Option<VcsOrigin> {
    let fields = value.object()?;
    let text = |key| value::get(fields, key).and_then(Json::text);
    Some(VcsOrigin {
        commit: text("commit")?.to_owned(),
        path: text("path").map(str::to_owned),
        dirty: matches!(value::get(fields, "dirty"), Some(Json::Bool(true))),
    })
}

/// A selection in the plain form.
pub(super) fn selection(value: &Json<'_>) -> Option<Selection> {
    let fields = value.object()?;
    let get = |key| value::get(fields, key);
    let flag = |key| matches!(get(key), Some(Json::Bool(true)));
    let text = |key| get(key).and_then(Json::text).map(str::to_owned);
    Some(Selection {
        packages: strings(get("packages")),
        bins: strings(get("bins")),
        lib: flag("lib"),
        targets: strings(get("targets")),
        host: text("host"),
        features: strings(get("features")),
        all_features: flag("all_features"),
        default_features: flag("default_features"),
        cfgs: strings(get("cfgs")),
        dev: flag("dev"),
        resolver: text("resolver"),
        target_table: text("target_table"),
    })
}

/// A toolchain in the plain form.
pub(super) fn toolchain(value: &Json<'_>) -> Option<Toolchain> {
    let fields = value.object()?;
    let text = |key| {
        value::get(fields, key)
            .and_then(Json::text)
            .map(str::to_owned)
    };
    Some(Toolchain {
        version: text("version"),
        commit: text("commit"),
        host: text("host"),
    })
}

/// A unit in the plain form.
pub(super) fn unit(value: &Json<'_>) -> Option<Unit> {
    let fields = value.object()?;
    let text = |key| value::get(fields, key).and_then(Json::text);
    Some(Unit {
        kind: text("kind")?.to_owned(),
        platform: text("platform")?.to_owned(),
        features: strings(value::get(fields, "features")),
        scope: Scope::from_name(text("scope")?)?,
    })
}
