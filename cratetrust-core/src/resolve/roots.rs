//! What a selection asks for: which members, with which features, and what of them.

use std::collections::{BTreeSet, HashSet};

use super::graph::{Graph, Symbol, Value};
use super::{Resolver, Workspace};
use crate::bom::Selection;
use crate::error::{Error, Result};

/// A member and the features that are asked of it.
pub(super) struct Requested {
    pub(super) package: usize,
    pub(super) values: Vec<Value>,
}

/// The selection, understood.
pub(super) struct Plan<'s> {
    /// The members that take part in feature resolution.
    pub(super) requested: Vec<Requested>,
    /// The members that are built.
    pub(super) selected: Vec<usize>,
    /// The binaries that are named; empty for all.
    pub(super) bins: &'s [String],
    /// Whether libraries are built for their own sake.
    pub(super) lib: bool,
    /// Whether tests, and with them dev-dependencies, are built.
    pub(super) dev: bool,
    /// Whether host and target have features of their own.
    pub(super) split: bool,
}

impl Plan<'_> {
    pub(super) fn selected_names(&self, graph: &Graph<'_>) -> Vec<String> {
        let names = self
            .selected
            .iter()
            .filter_map(|at| graph.packages.get(*at));
        let mut names: Vec<String> = names.map(|package| package.name.clone()).collect();
        names.sort();
        names
    }
}

/// A feature as the caller names it.
enum Asked<'s> {
    Own(&'s str),
    Of(&'s str, &'s str),
}

impl<'s> Asked<'s> {
    fn parse(text: &'s str) -> Result<Self> {
        if text.starts_with("dep:") {
            return Err(Error::invalid(format!(
                "the feature `{text}` names a dependency; only manifests can"
            )));
        }
        match text.split_once('/') {
            None => Ok(Self::Own(text)),
            Some((_, feature)) if feature.contains('/') => Err(Error::invalid(format!(
                "the feature `{text}` has more than one slash"
            ))),
            Some((name, feature)) => Ok(Self::Of(name.strip_suffix('?').unwrap_or(name), feature)),
        }
    }
}

/// Understands a selection.
///
/// # Errors
/// `InvalidArgument` for a package or a feature that does not exist.
pub(super) fn plan<'s>(
    graph: &Graph<'_>,
    workspace: &Workspace,
    selection: &'s Selection,
) -> Result<Plan<'s>> {
    let selected = selected(graph, workspace, selection)?;
    let texts: Vec<&str> = selection
        .features
        .iter()
        .flat_map(|list| list.split([',', ' ', '\t']))
        .filter(|text| !text.is_empty())
        .collect();
    let asked = texts
        .iter()
        .map(|text| Asked::parse(text))
        .collect::<Result<Vec<_>>>()?;
    let split = workspace.resolver != Resolver::One;
    let requested = match workspace.root {
        Some(root) if !split => {
            of_current(graph, workspace, root, &selected, selection, &texts, &asked)?
        }
        _ => of_selected(graph, &selected, selection, &texts, &asked)?,
    };
    Ok(Plan {
        requested,
        selected,
        bins: &selection.bins,
        lib: selection.lib,
        dev: selection.dev,
        split,
    })
}

fn selected(graph: &Graph<'_>, workspace: &Workspace, selection: &Selection) -> Result<Vec<usize>> {
    if selection.packages.is_empty() {
        return Ok(workspace.default_members.clone());
    }
    let mut out = BTreeSet::new();
    for spec in &selection.packages {
        let (name, version) = match spec.split_once(['@', ':']) {
            Some((name, version)) => (name, Some(version)),
            None => (spec.as_str(), None),
        };
        let found: Vec<usize> = workspace
            .members
            .iter()
            .copied()
            .filter(|at| {
                graph.packages.get(*at).is_some_and(|package| {
                    package.name == name && version.is_none_or(|v| package.version == v)
                })
            })
            .collect();
        if found.is_empty() {
            let mut names: Vec<&str> = workspace
                .members
                .iter()
                .filter_map(|at| Some(graph.packages.get(*at)?.name.as_str()))
                .collect();
            names.sort_unstable();
            names.truncate(20);
            return Err(Error::invalid(format!(
                "no member of the workspace is called `{spec}`; members: {}",
                names.join(", ")
            )));
        }
        out.extend(found);
    }
    Ok(out.into_iter().collect())
}

/// The features that each selected package gets: those that it has. A feature that none has is an
/// error.
fn of_selected(
    graph: &Graph<'_>,
    selected: &[usize],
    selection: &Selection,
    texts: &[&str],
    asked: &[Asked<'_>],
) -> Result<Vec<Requested>> {
    let mut found = HashSet::new();
    let mut out = Vec::new();
    for package in selected {
        let Some(node) = graph.nodes.get(*package) else {
            continue;
        };
        let name = graph.packages.get(*package).map_or("", |p| p.name.as_str());
        let has = |symbol: Symbol| node.feature(symbol).is_some() || node.has_optional(symbol);
        let own = |text: &str| graph.names.find(text).filter(|symbol| has(*symbol));
        let mut values = Vec::new();
        for (at, one) in asked.iter().enumerate() {
            let value = match one {
                Asked::Own(feature) => own(feature).map(Value::Feature),
                Asked::Of(dependency, feature) => {
                    let symbol = graph.names.find(dependency);
                    match symbol.filter(|symbol| !node.named(*symbol).is_empty()) {
                        Some(name) => Some(of_dependency(graph, name, feature, texts.get(at))?),
                        None if *dependency == name => own(feature).map(Value::Feature),
                        None => None,
                    }
                }
            };
            if let Some(value) = value {
                found.insert(at);
                values.push(value);
            }
        }
        // Where its manifest is not at hand, it may have the feature.
        if node.targets.is_none() {
            found.extend(0..asked.len());
        }
        let defaults = (selection.default_features, selection.all_features);
        out.push(complete(graph, *package, values, defaults));
    }
    match (0..texts.len()).find(|at| !found.contains(at)) {
        None => Ok(out),
        Some(at) => Err(no_feature(texts.get(at).copied().unwrap_or_default())),
    }
}

/// The features under resolver 1: those named are the root package's, which takes part whatever is
/// selected; other packages have their default features and what is asked as `PACKAGE/FEATURE`.
fn of_current(
    graph: &Graph<'_>,
    workspace: &Workspace,
    root: usize,
    selected: &[usize],
    selection: &Selection,
    texts: &[&str],
    asked: &[Asked<'_>],
) -> Result<Vec<Requested>> {
    let name_of = |at: usize| graph.packages.get(at).map_or("", |p| p.name.as_str());
    let is_selected: HashSet<&str> = selected.iter().map(|at| name_of(*at)).collect();
    let other_members: HashSet<&str> = workspace
        .members
        .iter()
        .filter(|at| **at != root)
        .map(|at| name_of(*at))
        .collect();
    let mut own = Vec::new();
    let mut of_others: Vec<(&str, Value)> = Vec::new();
    for (at, one) in asked.iter().enumerate() {
        let text = texts.get(at).copied().unwrap_or_default();
        match one {
            Asked::Own(feature) => {
                let symbol = graph.names.find(feature);
                let node = graph.nodes.get(root);
                let has = |symbol: &Symbol| {
                    node.is_some_and(|n| n.feature(*symbol).is_some() || n.targets.is_none())
                };
                let symbol = symbol.filter(has).ok_or_else(|| no_feature(text))?;
                own.push(Value::Feature(symbol));
            }
            Asked::Of(name, feature)
                if other_members.contains(name) && is_selected.contains(name) =>
            {
                let symbol = graph.names.find(feature).ok_or_else(|| no_feature(text))?;
                of_others.push((name, Value::Feature(symbol)));
            }
            Asked::Of(name, feature) => {
                let symbol = graph.names.find(name).ok_or_else(|| no_feature(text))?;
                own.push(of_dependency(graph, symbol, feature, texts.get(at))?);
            }
        }
    }
    let defaults = (selection.default_features, selection.all_features);
    let mut out = vec![complete(graph, root, own, defaults)];
    for package in selected.iter().copied().filter(|at| *at != root) {
        let values = of_others
            .iter()
            .filter(|(name, _)| *name == name_of(package))
            .map(|(_, value)| *value)
            .collect();
        out.push(complete(
            graph,
            package,
            values,
            (true, selection.all_features),
        ));
    }
    Ok(out)
}

fn of_dependency(
    graph: &Graph<'_>,
    name: Symbol,
    feature: &str,
    text: Option<&&str>,
) -> Result<Value> {
    let text = text.copied().unwrap_or_default();
    Ok(Value::OfDependency {
        name,
        feature: graph.names.find(feature).ok_or_else(|| no_feature(text))?,
        weak: text.contains("?/"),
    })
}

fn no_feature(text: &str) -> Error {
    Error::invalid(format!("no selected package has the feature `{text}`"))
}

/// Adds the default feature, or all.
fn complete(
    graph: &Graph<'_>,
    package: usize,
    mut values: Vec<Value>,
    (default, all): (bool, bool),
) -> Requested {
    if let Some(node) = graph.nodes.get(package) {
        if default && node.feature(graph.default).is_some() {
            values.push(Value::Feature(graph.default));
        }
        if all {
            values.extend(node.feature_names().map(Value::Feature));
        }
    }
    Requested { package, values }
}
