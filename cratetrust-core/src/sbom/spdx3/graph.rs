//! The elements of an SPDX 3 document, whatever their place in it, and the forms in which JSON-LD
//! may spell their terms.
//!
//! Producers write an element into `@graph`, or as the document itself, or where another element
//! refers to it; a term as its compact name, with or without the profile's prefix, or as an IRI;
//! one value alone or in an array, and a literal as such or as a value object.

use std::collections::HashMap;

use crate::error::Result;
use crate::progress::CancelToken;
use crate::sbom::value::{Faults, Fields, Json};

/// Elements inside elements are looked for as deep as this.
const DEEPEST: usize = 6;
/// Longer keys are no terms of SPDX; with the depth this bounds the length of a place.
const LONGEST_KEY: usize = 80;
/// What many refer to is read at each of them: an element with more properties is not referred to.
const MOST_PROPERTIES: usize = 256;
/// As many values of a property are looked at where one is wanted.
pub(super) const MOST_VALUES: usize = 16;

/// What an element is, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Document,
    /// An SBOM or another collection.
    Collection,
    CreationInfo,
    Package,
    /// A package of data or of a model: never a crate.
    OtherPackage,
    File,
    Relationship,
    Annotation,
    Person,
    Organization,
    SoftwareAgent,
    OtherAgent,
    Tool,
    License,
    LicenseText,
    Other,
}

impl Kind {
    fn of(term: &str) -> Self {
        match term {
            "SpdxDocument" => Self::Document,
            "Sbom" | "Bom" | "Bundle" => Self::Collection,
            "CreationInfo" => Self::CreationInfo,
            "Package" => Self::Package,
            "AIPackage" | "DatasetPackage" | "Dataset" => Self::OtherPackage,
            "File" => Self::File,
            "Relationship" | "LifecycleScopedRelationship" | "SoftwareDependencyRelationship" => {
                Self::Relationship
            }
            "Annotation" => Self::Annotation,
            "Person" => Self::Person,
            "Organization" => Self::Organization,
            "SoftwareAgent" => Self::SoftwareAgent,
            "Agent" => Self::OtherAgent,
            "Tool" => Self::Tool,
            "SimpleLicensingText" | "CustomLicense" => Self::LicenseText,
            "LicenseExpression"
            | "ListedLicense"
            | "ConjunctiveLicenseSet"
            | "DisjunctiveLicenseSet"
            | "OrLaterOperator"
            | "WithAdditionOperator"
            | "ListedLicenseException"
            | "CustomLicenseAddition" => Self::License,
            _ => Self::Other,
        }
    }

    pub(super) fn is_agent(self) -> bool {
        matches!(
            self,
            Self::Person | Self::Organization | Self::SoftwareAgent | Self::OtherAgent
        )
    }
}

/// A term without its namespace and its profile: `software_Package`, `spdx:Software/Package` and
/// the full IRI are all `Package`.
pub(super) fn bare(term: &str) -> &str {
    let term = term.rsplit(['/', '#', ':']).next().unwrap_or(term);
    match term.split_once('_') {
        Some((
            "software" | "simplelicensing" | "expandedlicensing" | "core" | "ai" | "dataset"
            | "build" | "security" | "extension",
            rest,
        )) => rest,
        _ => term,
    }
}

/// The identifier that an object has.
fn id_of<'t>(fields: &'t Fields<'_>) -> Option<&'t str> {
    let at = |key: &str| {
        fields
            .iter()
            .rev()
            .find(|(name, _)| name == key)
            .and_then(|(_, value)| value.text())
    };
    at("spdxId").or_else(|| at("@id")).or_else(|| at("id"))
}

/// The type that an object has; of several the first.
pub(super) fn type_of<'t>(fields: &'t Fields<'_>) -> Option<&'t str> {
    let value = fields
        .iter()
        .rev()
        .find(|(name, _)| name == "type" || name == "@type")
        .map(|(_, value)| value)?;
    items(value).iter().take(MOST_VALUES).find_map(Json::text)
}

/// The value of a property, whatever way its term is spelt; the last one.
pub(super) fn get<'t, 'a>(fields: &'t Fields<'a>, name: &str) -> Option<&'t Json<'a>> {
    fields
        .iter()
        .rev()
        .find(|(key, _)| key == name || (key.len() <= LONGEST_KEY && bare(key) == name))
        .map(|(_, value)| value)
}

/// A value as a list: in JSON-LD one value is the same as an array of it.
pub(super) fn items<'t, 'a>(value: &'t Json<'a>) -> &'t [Json<'a>] {
    match value {
        Json::Array(items) => items,
        Json::Null => &[],
        other => std::slice::from_ref(other),
    }
}

/// The values of a property.
pub(super) fn list<'t, 'a>(fields: &'t Fields<'a>, name: &str) -> &'t [Json<'a>] {
    get(fields, name).map(items).unwrap_or_default()
}

/// A literal, also inside a value object; or the identifier that an object has.
pub(super) fn text_of<'t>(value: &'t Json<'_>) -> Option<&'t str> {
    match value {
        Json::Text(text) => Some(text),
        Json::Object(fields) => fields
            .iter()
            .find(|(key, _)| key == "@value")
            .and_then(|(_, value)| value.text())
            .or_else(|| id_of(fields)),
        _ => None,
    }
}

/// The first literal of a property.
pub(super) fn text<'t>(fields: &'t Fields<'_>, name: &str) -> Option<&'t str> {
    list(fields, name)
        .iter()
        .take(MOST_VALUES)
        .find_map(text_of)
}

/// An element.
pub(super) struct Node<'t> {
    pub kind: Kind,
    pub id: Option<&'t str>,
    pub fields: &'t Fields<'t>,
    /// Its JSON pointer.
    pub place: String,
    /// Whether it stands inside another element.
    pub inline: bool,
}

impl<'t> Node<'t> {
    /// A literal of the element; anything that is no text is a fault.
    pub(super) fn text(&self, name: &str, faults: &mut Faults) -> Option<&'t str> {
        let value = get(self.fields, name)?;
        let text = items(value).iter().find_map(text_of);
        if text.is_none() && !matches!(value, Json::Null) {
            faults.add_at(
                &self.at(name),
                format!("a string is wanted, this is {}", value.what()),
            );
        }
        text
    }

    /// The objects of a property; anything else is a fault. For elements that nothing shares.
    pub(super) fn objects(&self, name: &str, faults: &mut Faults) -> Vec<&'t Fields<'t>> {
        let mut out = Vec::new();
        for item in list(self.fields, name) {
            match item {
                Json::Object(fields) => out.push(fields.as_slice()),
                other => faults.add_at(
                    &self.at(name),
                    format!("an object is wanted, this is {}", other.what()),
                ),
            }
        }
        out
    }

    /// The identifiers that a property refers to, and what of it is no reference as faults.
    pub(super) fn references(&self, name: &str, faults: &mut Faults) -> Vec<&'t str> {
        let mut out = Vec::new();
        for item in list(self.fields, name) {
            match text_of(item) {
                Some(text) => out.push(text),
                None => faults.add_at(
                    &self.at(name),
                    format!(
                        "the identifier of an element is wanted, this is {}",
                        match item {
                            Json::Object(_) => "an object without one",
                            other => other.what(),
                        }
                    ),
                ),
            }
        }
        out
    }

    /// The place of one of its properties, as the document spells it.
    pub(super) fn at(&self, name: &str) -> String {
        let key = self
            .fields
            .iter()
            .rev()
            .map(|(key, _)| key.as_ref())
            .find(|key| *key == name || (key.len() <= LONGEST_KEY && bare(key) == name))
            .unwrap_or(name);
        format!(
            "{}/{}",
            self.place,
            key.replace('~', "~0").replace('/', "~1")
        )
    }
}

/// All elements of a document.
pub(super) struct Graph<'t> {
    pub nodes: Vec<Node<'t>>,
    by_id: HashMap<&'t str, usize>,
}

impl<'t> Graph<'t> {
    /// Finds the elements.
    ///
    /// # Errors
    /// `Cancelled`.
    pub(super) fn of(
        fields: &'t Fields<'t>,
        faults: &mut Faults,
        cancel: &CancelToken,
    ) -> Result<Self> {
        let mut graph = Self {
            nodes: Vec::new(),
            by_id: HashMap::new(),
        };
        match fields
            .iter()
            .rev()
            .find(|(key, _)| key == "@graph")
            .map(|(_, value)| value)
        {
            Some(value) => {
                for (index, item) in items(value).iter().enumerate() {
                    if index & 0xfff == 0 {
                        cancel.check()?;
                    }
                    let place = format!("/@graph/{index}");
                    match item {
                        Json::Object(fields) if type_of(fields).is_some() => {
                            graph.element(fields, place, 0);
                        }
                        Json::Object(_) => faults.add_at(&place, "the element has no `type`"),
                        other => faults.add_at(
                            &place,
                            format!("an object is wanted, this is {}", other.what()),
                        ),
                    }
                }
            }
            None if type_of(fields).is_some() => graph.element(fields, String::new(), 0),
            None => faults.add_at("", "the document has neither `@graph` nor an element"),
        }
        // An element told in several places is the fullest of them, else the first.
        for (index, node) in graph.nodes.iter().enumerate() {
            let Some(id) = node.id else {
                continue;
            };
            if node.fields.len() > MOST_PROPERTIES {
                let message = format!("an element with more than {MOST_PROPERTIES} properties");
                faults.add_at(&node.place, message);
                continue;
            }
            let known = graph.by_id.entry(id).or_insert(index);
            let before = graph.nodes.get(*known).map_or(0, |n| n.fields.len());
            if before < node.fields.len() {
                *known = index;
            }
        }
        Ok(graph)
    }

    fn element(&mut self, fields: &'t Fields<'t>, place: String, depth: usize) {
        let at = self.nodes.len();
        self.nodes.push(Node {
            kind: type_of(fields).map_or(Kind::Other, |term| Kind::of(bare(term))),
            id: id_of(fields),
            fields,
            place: String::new(),
            inline: depth > 0,
        });
        if depth < DEEPEST {
            for (key, value) in fields {
                if key.len() <= LONGEST_KEY && key != "@context" {
                    self.inline(key, value, &place, depth);
                }
            }
        }
        if let Some(node) = self.nodes.get_mut(at) {
            node.place = place;
        }
    }

    /// Elements that stand where they are referred to. What has no type is only a reference.
    fn inline(&mut self, key: &str, value: &'t Json<'t>, place: &str, depth: usize) {
        for (index, item) in items(value).iter().enumerate() {
            let Json::Object(fields) = item else {
                continue;
            };
            let Some(term) = type_of(fields) else {
                continue;
            };
            // By far the most objects inside elements are none themselves.
            if Kind::of(bare(term)) == Kind::Other {
                continue;
            }
            let key = key.replace('~', "~0").replace('/', "~1");
            let place = match value {
                Json::Array(_) => format!("{place}/{key}/{index}"),
                _ => format!("{place}/{key}"),
            };
            self.element(fields, place, depth + 1);
        }
    }

    pub(super) fn find(&self, id: &str) -> Option<&Node<'t>> {
        self.by_id.get(id).and_then(|index| self.nodes.get(*index))
    }

    /// Whether another telling of the same element counts, and not this one.
    pub(super) fn is_retold(&self, index: usize, node: &Node<'_>) -> bool {
        node.inline
            && node
                .id
                .is_some_and(|id| self.by_id.get(id).is_some_and(|first| *first != index))
    }

    /// The element that a value is, or refers to.
    pub(super) fn resolve(&self, value: &Json<'_>) -> Option<&Node<'t>> {
        text_of(value).and_then(|id| self.find(id))
    }
}

/// Whether a reference needs no element here: an individual that SPDX itself defines.
pub(super) fn is_individual(id: &str) -> bool {
    matches!(
        bare(id),
        "NoneElement"
            | "NoAssertionElement"
            | "SpdxOrganization"
            | "NoneLicense"
            | "NoAssertionLicense"
            | "NoAssertion"
            | "None"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_known_however_they_are_spelt() {
        for (term, wanted) in [
            ("software_Package", "Package"),
            ("Package", "Package"),
            ("spdx:Software/Package", "Package"),
            (
                "https://spdx.org/rdf/3.0.1/terms/Software/Package",
                "Package",
            ),
            ("software:packageVersion", "packageVersion"),
            ("x86_64", "x86_64"),
            ("@graph", "@graph"),
            ("", ""),
        ] {
            assert_eq!(bare(term), wanted, "{term}");
        }
    }
}
