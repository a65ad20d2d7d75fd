//! What an element of the licensing profiles says, as an expression.

use super::super::graph::{self, Graph, Kind, Node, bare, is_individual, list, text_of};
use crate::sbom::value::Json;

/// Sets of licences inside sets are followed so deep, and over so many elements.
const DEEPEST: usize = 8;
const MOST: usize = 64;
/// A longer expression is none that anybody reads.
const LONGEST: usize = 64 << 10;

pub(super) struct Licenses<'g, 't> {
    graph: &'g Graph<'t>,
    left: usize,
}

/// A licence whose text the document holds.
pub(super) struct Text<'t> {
    /// The name of the element, with this library the name of a file.
    pub name: Option<&'t str>,
    pub text: &'t str,
}

impl<'g, 't> Licenses<'g, 't> {
    pub(super) fn new(graph: &'g Graph<'t>) -> Self {
        Self { graph, left: MOST }
    }

    pub(super) fn of_value(&mut self, value: &Json<'_>) -> Option<String> {
        self.of(text_of(value)?)
    }

    /// The expression that an identifier stands for; `None` where nothing is asserted.
    pub(super) fn of(&mut self, id: &str) -> Option<String> {
        self.expression(id, 0)
    }

    /// The text that a reference to a licence stands for.
    pub(super) fn text(&self, id: &str) -> Option<Text<'t>> {
        let node = self.graph.find(id)?;
        let node = match node.kind {
            Kind::LicenseText => node,
            _ => {
                // An expression that is one reference, and where its text is.
                let expression = graph::text(node.fields, "licenseExpression")?;
                let entry = list(node.fields, "customIdToUri")
                    .iter()
                    .take(MOST)
                    .filter_map(Json::object)
                    .find(|entry| graph::text(entry, "key") == Some(expression))?;
                self.graph.find(graph::text(entry, "value")?)?
            }
        };
        Some(Text {
            name: graph::text(node.fields, "name"),
            text: graph::text(node.fields, "licenseText")?,
        })
    }

    fn expression(&mut self, id: &str, depth: usize) -> Option<String> {
        if depth > DEEPEST || self.left == 0 {
            return None;
        }
        self.left -= 1;
        if is_individual(id) && self.graph.find(id).is_none() {
            return None;
        }
        let Some(node) = self.graph.find(id) else {
            // The licences of the SPDX list are known by their address.
            let listed = id.split_once("spdx.org/licenses/").map(|(_, name)| name);
            return listed.map(|name| name.trim_end_matches(".html").to_owned());
        };
        self.of_node(node, id, depth)
    }

    fn of_node(&mut self, node: &Node<'t>, id: &str, depth: usize) -> Option<String> {
        let fields = node.fields;
        let owned = |text: &str| Some(text.to_owned());
        match graph::type_of(fields).map(bare)? {
            "LicenseExpression" => {
                let text = graph::text(fields, "licenseExpression")?;
                let says = !matches!(text, "NOASSERTION" | "NONE" | "");
                (says && text.len() <= LONGEST).then(|| text.to_owned())
            }
            "ConjunctiveLicenseSet" => self.set(fields, " AND ", depth),
            "DisjunctiveLicenseSet" => self.set(fields, " OR ", depth),
            "OrLaterOperator" => {
                let of = graph::text(fields, "subjectLicense")?;
                Some(format!("{}+", self.expression(of, depth + 1)?))
            }
            "WithAdditionOperator" => {
                let of = graph::text(fields, "subjectExtendableLicense")?;
                let with = graph::text(fields, "subjectAddition")?;
                let of = self.expression(of, depth + 1)?;
                Some(format!("{of} WITH {}", self.expression(with, depth + 1)?))
            }
            "SimpleLicensingText" | "CustomLicense" | "CustomLicenseAddition" => {
                graph::text(fields, "name")
                    .or_else(|| graph::text(fields, "licenseText"))
                    .filter(|text| text.len() <= LONGEST)
                    .and_then(owned)
            }
            _ => owned(bare(id)).filter(|text| text.len() <= LONGEST),
        }
    }

    fn set(
        &mut self,
        fields: &'t crate::sbom::value::Fields<'t>,
        word: &str,
        depth: usize,
    ) -> Option<String> {
        let mut parts = Vec::new();
        for member in list(fields, "member").iter().take(MOST).filter_map(text_of) {
            let part = self.expression(member, depth + 1)?;
            parts.push(bracket(part));
        }
        (!parts.is_empty()).then(|| parts.join(word))
    }
}

/// An expression as a part of another one.
pub(super) fn bracket(part: String) -> String {
    if part.contains(" AND ") || part.contains(" OR ") {
        format!("({part})")
    } else {
        part
    }
}
