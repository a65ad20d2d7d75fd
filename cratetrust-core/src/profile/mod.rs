//! What regulators ask of an SBOM, checked on any document that is read: each field of a profile,
//! whether it is there, where, and what is missing.
//!
//! A profile says what a document holds, not whether it is true. Sources and readings of each list:
//! `docs/profiles.md`.

mod component;
mod document;
mod place;

use serde::Serialize;

use crate::error::{Error, Result};
use crate::sbom::Document;

pub use component::MOST_NAMED;

/// A list of fields that somebody demands of an SBOM.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Profile {
    /// The minimum elements of the NTIA, July 2021: its data fields and formats.
    Ntia,
    /// The draft of CISA's minimum elements of August 2025.
    Cisa2025,
    /// BSI TR-03183-2, version 2.1.0 of August 2025.
    BsiTr031832,
    /// The EU Cyber Resilience Act, Regulation (EU) 2024/2847: what its text names.
    Cra,
}

impl Profile {
    /// All profiles.
    pub const ALL: [Self; 4] = [Self::Ntia, Self::Cisa2025, Self::BsiTr031832, Self::Cra];

    /// The profile's stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ntia => "ntia",
            Self::Cisa2025 => "cisa-2025",
            Self::BsiTr031832 => "bsi-tr-03183-2",
            Self::Cra => "cra",
        }
    }

    /// The text that the profile follows.
    pub const fn source(self) -> &'static str {
        match self {
            Self::Ntia => "NTIA, The Minimum Elements For a Software Bill of Materials, July 2021",
            Self::Cisa2025 => {
                "CISA, 2025 Minimum Elements for a Software Bill of Materials, draft of August 2025"
            }
            Self::BsiTr031832 => "BSI TR-03183-2, version 2.1.0, August 2025",
            Self::Cra => "Regulation (EU) 2024/2847, Annexes I, II and VII",
        }
    }

    /// The profile of that name.
    ///
    /// # Errors
    /// `InvalidArgument` for a name that is no profile.
    pub fn from_name(name: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|profile| profile.name() == name)
            .ok_or_else(|| {
                let known: Vec<_> = Self::ALL.iter().map(|profile| profile.name()).collect();
                Error::invalid(format!(
                    "no profile is called `{name}`; known: {}",
                    known.join(", ")
                ))
            })
    }
}

/// What a field is asked of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// The document, once.
    Document,
    /// Each component.
    Component,
}

/// How strongly a field is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Demand {
    /// It must be there.
    Required,
    /// It must be there if such a thing exists, which a document cannot tell.
    IfItExists,
}

/// One field of a profile, and how a document fares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Field {
    /// The field's stable name, such as `supplier`.
    pub field: &'static str,
    /// What it is asked of.
    pub subject: Subject,
    /// How strongly it is asked for.
    pub demand: Demand,
    /// How often it is there.
    pub present: u64,
    /// Of how many it is asked: 1 for the document, else the components that can have it.
    pub of: u64,
    /// Where the first one stands, in the document's own terms: a JSON pointer, an XPath, a line.
    pub place: Option<String>,
    /// Why it does not count, or which components lack it: `name@version`, at most [`MOST_NAMED`].
    pub missing: Vec<String>,
}

impl Field {
    /// Whether nothing of it is missing.
    pub fn is_complete(&self) -> bool {
        self.present == self.of
    }
}

/// A document held against a profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Assessment {
    /// The profile's name.
    pub name: &'static str,
    /// The text that the profile follows.
    pub source: &'static str,
    /// Whether every required field is there, for every component that can have it.
    pub complete: bool,
    /// The components of the document: packages of any kind, the main component among them.
    pub components: u64,
    /// The fields, those of the document first.
    pub fields: Vec<Field>,
}

/// Holds a document against a profile.
pub fn assess(document: &Document, profile: Profile) -> Assessment {
    let components = component::Component::all(document);
    let mut fields = document::fields(document, &components, profile);
    fields.extend(component::fields(document, &components, profile));
    Assessment {
        name: profile.name(),
        source: profile.source(),
        complete: fields
            .iter()
            .all(|field| field.is_complete() || field.demand == Demand::IfItExists),
        components: components.len() as u64,
        fields,
    }
}
