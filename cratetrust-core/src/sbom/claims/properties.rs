//! The properties that are ours in any format: what no format has a field for.

use super::{Builder, EdgeFacts};
use crate::bom::{EdgeKind, EvidenceLevel, EvidenceSource, Gap, Scope};
use crate::sbom::names;
use crate::sbom::plain::{contact, indexes, selection, tool, toolchain, unit, vcs};
use crate::sbom::value::{self, Json};

/// A property of a component, with its place.
pub(in crate::sbom) struct Named<'t> {
    pub name: &'t str,
    pub value: &'t str,
    pub place: String,
}

/// The value of the last property of that name.
pub(in crate::sbom) fn find<'t>(properties: &[Named<'t>], name: &str) -> Option<&'t str> {
    properties
        .iter()
        .rev()
        .find(|property| property.name == name)
        .map(|property| property.value)
}

impl Builder<'_> {
    /// Takes in a property of the document.
    pub(in crate::sbom) fn document_property(&mut self, name: &str, value: &str, place: &str) {
        let bom = &mut self.document.bom;
        let understood = match name {
            names::EVIDENCE_LEVEL => {
                let level = EvidenceLevel::from_name(value);
                bom.evidence.extend(level.map(|level| EvidenceSource {
                    level,
                    name: String::new(),
                    sha256: None,
                }));
                true
            }
            names::SELECTION => {
                bom.selection = value::parse_inner(value).as_ref().and_then(selection);
                self.own_selection = bom.selection.is_some();
                self.own_selection
            }
            names::TOOLCHAIN => {
                bom.toolchain = value::parse_inner(value).as_ref().and_then(toolchain);
                bom.toolchain.is_some()
            }
            names::GAP => value::parse_inner(value)
                .as_ref()
                .and_then(gap)
                .map(|gap| self.gaps.push(gap))
                .is_some(),
            names::DOCUMENT => self.facts(value),
            names::TARGET_TRIPLE => {
                self.triples.push(value.to_owned());
                true
            }
            _ => true,
        };
        if !understood {
            self.faults
                .add_at(place, format!("the value of `{name}` is not understood"));
        }
    }

    fn facts(&mut self, value: &str) -> bool {
        let inner = value::parse_inner(value);
        let Some(fields) = inner.as_ref().and_then(Json::object) else {
            return false;
        };
        let text = |key| {
            value::get(fields, key)
                .and_then(Json::text)
                .map(str::to_owned)
        };
        let document = &mut self.document.bom.document;
        document.supplier = value::get(fields, "supplier").and_then(contact);
        document.authors = value::get(fields, "authors")
            .and_then(Json::array)
            .unwrap_or_default()
            .iter()
            .filter_map(contact)
            .collect();
        document.lifecycle = text("lifecycle");
        document.manufacturer = value::get(fields, "manufacturer").and_then(contact);
        document.license = text("license");
        document.tools = value::get(fields, "tools")
            .and_then(Json::array)
            .unwrap_or_default()
            .iter()
            .filter_map(tool)
            .collect();
        if let Some(timestamp) = text("timestamp") {
            document.timestamp = Some(timestamp);
        }
        self.own_facts = true;
        true
    }

    /// Takes in the properties of a package that is already added.
    pub(in crate::sbom) fn package_properties(&mut self, index: usize, properties: &[Named<'_>]) {
        let (mut own_authors, mut own_keywords) = (false, false);
        for property in properties {
            let Named { name, value, place } = property;
            let Some(package) = self.document.bom.packages.get_mut(index) else {
                return;
            };
            let text = || Some((*value).to_owned());
            let understood = match *name {
                names::SCOPE => Scope::from_name(value)
                    .map(|scope| package.scope = scope)
                    .is_some(),
                names::SIZE => value.parse().map(|size| package.size = Some(size)).is_ok(),
                names::LICENSE => {
                    package.license = text();
                    true
                }
                names::LICENSE_FILE => {
                    package.license_file = text();
                    true
                }
                names::LICENSE_CONCLUDED => {
                    package.license_concluded = text();
                    true
                }
                names::LICENSE_TEXT => {
                    package.license_text = text();
                    true
                }
                names::COPYRIGHT => {
                    package.copyright = text();
                    true
                }
                names::DESCRIPTION => {
                    package.description = text();
                    true
                }
                names::ENRICHED_FROM => {
                    package.enriched_from = text();
                    true
                }
                names::SUPPLIER => {
                    let said = value::parse_inner(value);
                    package.supplier = said.as_ref().and_then(contact);
                    package.supplier.is_some() || said == Some(Json::Null)
                }
                names::VCS => {
                    package.vcs = value::parse_inner(value).as_ref().and_then(vcs);
                    package.vcs.is_some()
                }
                // Where there are any, they stand for what a field of the format cannot hold.
                names::AUTHOR => {
                    if !std::mem::replace(&mut own_authors, true) {
                        package.authors.clear();
                    }
                    package.authors.extend(text());
                    true
                }
                names::KEYWORD => {
                    if !std::mem::replace(&mut own_keywords, true) {
                        package.keywords.clear();
                    }
                    package.keywords.extend(text());
                    true
                }
                names::HOMEPAGE => {
                    package.homepage = text();
                    true
                }
                names::DOCUMENTATION => {
                    package.documentation = text();
                    true
                }
                names::REPOSITORY => {
                    package.repository = text();
                    true
                }
                names::UNIT => value::parse_inner(value)
                    .as_ref()
                    .and_then(unit)
                    .map(|unit| package.units.push(unit))
                    .is_some(),
                names::EVIDENCE => value::parse_inner(value)
                    .as_ref()
                    .and_then(indexes)
                    .map(|evidence| {
                        package.evidence = evidence;
                        self.own_evidence.insert(index);
                    })
                    .is_some(),
                names::DEPENDENCY => edge_facts(value)
                    .map(|(to, facts)| {
                        self.edge_facts.entry((index, to)).or_default().push(facts);
                    })
                    .is_some(),
                _ => true,
            };
            if !understood {
                self.faults
                    .add_at(place, format!("the value of `{name}` is not understood"));
            }
        }
    }
}

/// A gap as a property holds it, with the reference of its package.
fn gap(value: &Json<'_>) -> Option<(String, Gap)> {
    let fields = value.object()?;
    let text = |key| {
        value::get(fields, key)
            .and_then(Json::text)
            .map(str::to_owned)
    };
    let gap = Gap {
        package: 0,
        code: text("code")?,
        reason: text("reason")?,
    };
    Some((text("package")?, gap))
}

pub(super) fn edge_facts(text: &str) -> Option<(String, EdgeFacts)> {
    let inner = value::parse_inner(text)?;
    let fields = inner.object()?;
    let get = |key| value::get(fields, key).and_then(Json::text);
    let facts = EdgeFacts {
        kind: EdgeKind::from_name(get("kind")?)?,
        name: get("name").map(str::to_owned),
        evidence: Some(indexes(value::get(fields, "evidence")?)?),
    };
    Some((get("ref")?.to_owned(), facts))
}
