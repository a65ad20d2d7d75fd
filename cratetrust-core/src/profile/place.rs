//! Where a fact stands in each format.

use crate::sbom::{Document, Format};

/// A fact about the document itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fact {
    Format,
    Authors,
    Manufacturer,
    Supplier,
    Timestamp,
    Tools,
    Lifecycle,
    Identifier,
    Graph,
}

/// Where a document of that format has a fact about itself.
pub(super) fn of_document(document: &Document, fact: Fact) -> String {
    let place = match document.format {
        Format::CycloneDxJson | Format::CycloneDxXml => cyclonedx(fact),
        Format::SpdxJson => spdx(fact),
        Format::SpdxTagValue => return tag(fact).to_owned(),
        Format::Spdx3Json => {
            let info = document.creation_place.as_deref().unwrap_or_default();
            return match fact {
                Fact::Format => format!("{info}/specVersion"),
                Fact::Authors => format!("{info}/createdBy"),
                Fact::Timestamp => format!("{info}/created"),
                Fact::Tools => format!("{info}/createdUsing"),
                // Elements of their own, wherever they stand in the graph.
                Fact::Lifecycle => "software_sbomType".to_owned(),
                Fact::Identifier => "SpdxDocument".to_owned(),
                Fact::Manufacturer => "originatedBy".to_owned(),
                Fact::Supplier => "suppliedBy".to_owned(),
                Fact::Graph => "dependsOn".to_owned(),
            };
        }
        _ => plain(fact),
    };
    if document.format == Format::CycloneDxXml {
        return match fact {
            Fact::Identifier => "/bom/@serialNumber".to_owned(),
            Fact::Format => "/bom/@xmlns".to_owned(),
            _ => format!("/bom{place}"),
        };
    }
    place.to_owned()
}

fn cyclonedx(fact: Fact) -> &'static str {
    match fact {
        Fact::Format => "/specVersion",
        Fact::Authors => "/metadata/authors",
        Fact::Manufacturer => "/metadata/manufacturer",
        Fact::Supplier => "/metadata/supplier",
        Fact::Timestamp => "/metadata/timestamp",
        Fact::Tools => "/metadata/tools",
        Fact::Lifecycle => "/metadata/lifecycles",
        Fact::Identifier => "/serialNumber",
        Fact::Graph => "/dependencies",
    }
}

fn spdx(fact: Fact) -> &'static str {
    match fact {
        Fact::Format => "/spdxVersion",
        Fact::Authors | Fact::Tools => "/creationInfo/creators",
        Fact::Timestamp => "/creationInfo/created",
        Fact::Identifier => "/documentNamespace",
        Fact::Graph => "/relationships",
        Fact::Manufacturer | Fact::Supplier | Fact::Lifecycle => "/annotations",
    }
}

fn tag(fact: Fact) -> &'static str {
    match fact {
        Fact::Format => "SPDXVersion",
        Fact::Authors | Fact::Tools => "Creator",
        Fact::Timestamp => "Created",
        Fact::Identifier => "DocumentNamespace",
        Fact::Graph => "Relationship",
        Fact::Manufacturer | Fact::Supplier | Fact::Lifecycle => "AnnotationComment",
    }
}

fn plain(fact: Fact) -> &'static str {
    match fact {
        Fact::Format => "/schema",
        Fact::Authors => "/document/authors",
        Fact::Manufacturer => "/document/manufacturer",
        Fact::Supplier => "/document/supplier",
        Fact::Timestamp => "/document/timestamp",
        Fact::Tools => "/document/tools",
        Fact::Lifecycle => "/document/lifecycle",
        Fact::Identifier => "/document/serial",
        Fact::Graph => "/edges",
    }
}

/// What a component's fact is called in each format; empty where it stands in several places, or
/// in another element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Keys {
    pub cyclonedx: &'static str,
    pub spdx: &'static str,
    pub spdx3: &'static str,
    pub plain: &'static str,
}

impl Keys {
    /// The fact's place, below the place of its component.
    pub(super) fn below(&self, format: Format, component: &str) -> String {
        let key = match format {
            Format::CycloneDxJson | Format::CycloneDxXml => self.cyclonedx,
            Format::SpdxJson => self.spdx,
            // A place is the line at which the component begins.
            Format::SpdxTagValue => "",
            Format::Spdx3Json => self.spdx3,
            _ => self.plain,
        };
        if key.is_empty() {
            component.to_owned()
        } else {
            format!("{component}/{key}")
        }
    }
}
