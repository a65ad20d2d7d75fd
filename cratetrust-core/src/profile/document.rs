//! The fields that a profile asks of the document.

use super::component::Component;
use super::place::{Fact, of_document};
use super::{Demand, Field, Profile, Subject};
use crate::bom::Contact;
use crate::sbom::{Document, Format};

/// The fields of the document, in the order in which they are shown.
pub(super) fn fields(
    document: &Document,
    components: &[Component<'_>],
    profile: Profile,
) -> Vec<Field> {
    use Demand::IfItExists;
    let look = Look {
        document,
        components,
    };
    match profile {
        Profile::Ntia => vec![
            look.format(is_common, "CycloneDX or SPDX is wanted"),
            look.author(),
            look.timestamp(),
        ],
        Profile::Cisa2025 => vec![
            look.format(is_common, "CycloneDX or SPDX is wanted"),
            look.author(),
            look.tool(),
            look.timestamp(),
            look.generation_context(),
        ],
        Profile::BsiTr031832 => vec![
            look.format(
                is_for_bsi,
                "CycloneDX 1.6 or SPDX 3.0.1 is wanted, or a later version",
            ),
            look.creator(),
            look.timestamp(),
            look.no_vulnerabilities(),
            look.field(
                "sbom-uri",
                IfItExists,
                look.filled(document.identifier.as_deref(), Fact::Identifier),
            ),
        ],
        Profile::Cra => vec![
            look.format(
                is_common,
                "a commonly used format, CycloneDX or SPDX, is wanted",
            ),
            look.product(),
            look.manufacturer("manufacturer", |_| true),
            look.manufacturer("contact", is_reachable),
            look.top_level(),
        ],
    }
}

/// Whether a contact can be reached: a mail or a web address.
pub(super) fn is_reachable(contact: &Contact) -> bool {
    let mail = contact.email.as_deref().is_some_and(|mail| {
        mail.split_once('@')
            .is_some_and(|(user, host)| !user.is_empty() && !host.is_empty())
    });
    // Names of elements and of people are no addresses.
    let web = contact
        .url
        .as_deref()
        .and_then(|url| url.split_once("://"))
        .is_some_and(|(_, rest)| !rest.is_empty());
    mail || web
}

/// Whether a contact says anything.
pub(super) fn is_somebody(contact: &Contact) -> bool {
    let blank = |text: &str| {
        let text = text.trim();
        text.is_empty() || ["NOASSERTION", "NONE"].contains(&text)
    };
    !blank(&contact.name) || is_reachable(contact)
}

fn is_common(document: &Document) -> bool {
    document.format != Format::Json
}

fn is_for_bsi(document: &Document) -> bool {
    let least: [u64; 3] = match document.format {
        Format::CycloneDxJson | Format::CycloneDxXml => [1, 6, 0],
        Format::SpdxJson | Format::SpdxTagValue | Format::Spdx3Json => [3, 0, 1],
        _ => return false,
    };
    // Drafts such as `2.0-dev` have no number at the end, and are not released.
    let mut version = [0; 3];
    for (slot, part) in version.iter_mut().zip(document.spec_version.split('.')) {
        let Ok(number) = part.parse() else {
            return false;
        };
        *slot = number;
    }
    version >= least
}

struct Look<'a> {
    document: &'a Document,
    components: &'a [Component<'a>],
}

/// Where a fact stands, or why it does not count.
type Found = Result<Fact, &'static str>;

impl Look<'_> {
    fn field(&self, field: &'static str, demand: Demand, found: Found) -> Field {
        Field {
            field,
            subject: Subject::Document,
            demand,
            present: u64::from(found.is_ok()),
            of: 1,
            place: found.ok().map(|fact| of_document(self.document, fact)),
            missing: found.err().map(str::to_owned).into_iter().collect(),
        }
    }

    fn filled(&self, text: Option<&str>, fact: Fact) -> Found {
        match text {
            Some(text) if !text.trim().is_empty() => Ok(fact),
            _ => Err("the document does not say"),
        }
    }

    fn format(&self, suits: fn(&Document) -> bool, wanted: &'static str) -> Field {
        let found = if suits(self.document) {
            Ok(Fact::Format)
        } else {
            Err(wanted)
        };
        self.field("format", Demand::Required, found)
    }

    /// Who wrote the document: a person or an organisation, no tool.
    fn author(&self) -> Field {
        let info = &self.document.bom.document;
        let found = if info.authors.iter().any(is_somebody) {
            Ok(Fact::Authors)
        } else if info.manufacturer.as_ref().is_some_and(is_somebody) {
            Ok(Fact::Manufacturer)
        } else {
            Err("the document names no person or organisation that wrote it")
        };
        self.field("sbom-author", Demand::Required, found)
    }

    /// Who wrote the document, with a mail or a web address.
    fn creator(&self) -> Field {
        let info = &self.document.bom.document;
        let found = if info.manufacturer.as_ref().is_some_and(is_reachable) {
            Ok(Fact::Manufacturer)
        } else if info.authors.iter().any(is_reachable) {
            Ok(Fact::Authors)
        } else {
            Err("nobody who wrote the document has a mail or a web address")
        };
        self.field("sbom-creator", Demand::Required, found)
    }

    fn timestamp(&self) -> Field {
        let timestamp = self.document.bom.document.timestamp.as_deref();
        let found = match timestamp {
            Some(text) if !is_time(text) => Err("the timestamp is no date and time of ISO 8601"),
            text => self.filled(text, Fact::Timestamp),
        };
        self.field("timestamp", Demand::Required, found)
    }

    /// BSI: vulnerabilities belong into a document of their own.
    fn no_vulnerabilities(&self) -> Field {
        let found = match self.document.has_vulnerabilities {
            false => Ok(Fact::Format),
            true => Err("the document lists vulnerabilities"),
        };
        let mut field = self.field("no-vulnerabilities", Demand::Required, found);
        // What is not there stands nowhere.
        field.place = None;
        field
    }

    fn tool(&self) -> Field {
        let tool = self.document.tools.iter().find(|tool| !tool.is_empty());
        let found = self.filled(tool.map(String::as_str), Fact::Tools);
        self.field("tool-name", Demand::Required, found)
    }

    fn generation_context(&self) -> Field {
        let phase = self.document.lifecycles.first().map(String::as_str);
        let found = match self.document.format {
            Format::SpdxJson | Format::SpdxTagValue if phase.is_none() => {
                Err("SPDX 2 has no field for it")
            }
            _ => self.filled(phase, Fact::Lifecycle),
        };
        self.field("generation-context", Demand::Required, found)
    }

    /// The product: the main component, or the one that stands for several.
    fn product(&self) -> Field {
        let main = self.main().find(|component| !component.name.is_empty());
        let missing = "the document names no main component";
        let mut field = self.field("product", Demand::Required, Err(missing));
        if let Some(main) = main {
            field.present = 1;
            field.place = Some(main.claim.place.clone());
        } else if self.document.has_root && !self.document.bom.roots.is_empty() {
            field.present = 1;
            field.place = Some(of_document(self.document, Fact::Graph));
        }
        if field.present == 1 {
            field.missing.clear();
        }
        field
    }

    fn main(&self) -> impl Iterator<Item = &Component<'_>> {
        self.components.iter().filter(|component| component.root)
    }

    /// The manufacturer of the product; its supplier and its creators stand for one.
    fn manufacturer(&self, field: &'static str, suits: fn(&Contact) -> bool) -> Field {
        let suits = |contact: &Contact| is_somebody(contact) && suits(contact);
        let info = &self.document.bom.document;
        let missing = match field {
            "contact" => "neither manufacturer nor supplier has a mail or a web address",
            _ => "neither a manufacturer nor a supplier is named",
        };
        let found = if info.manufacturer.as_ref().is_some_and(suits) {
            Ok(Fact::Manufacturer)
        } else if info.supplier.as_ref().is_some_and(suits) {
            Ok(Fact::Supplier)
        } else {
            Err(missing)
        };
        let mut out = self.field(field, Demand::Required, found);
        if out.present == 0 {
            let main = self.main().find(|component| {
                let claim = component.claim;
                claim.supplier.iter().chain(&claim.creators).any(suits)
            });
            if let Some(main) = main {
                out.present = 1;
                out.place = Some(main.claim.place.clone());
                out.missing.clear();
            }
        }
        out
    }

    fn top_level(&self) -> Field {
        // One that stands for several packages has no claim; it has roots because it has edges.
        let synthetic = self.document.has_root && self.main().all(|main| !main.claim.main);
        let known = self.main().any(|main| main.claim.in_graph) || synthetic;
        let found = if self.document.has_graph && known {
            Ok(Fact::Graph)
        } else {
            Err("the dependencies of the main component are not told")
        };
        self.field("top-level-dependencies", Demand::Required, found)
    }
}

/// Whether text begins as a date and a time of ISO 8601.
fn is_time(text: &str) -> bool {
    let shape = |text: &str, shape: &str| {
        text.len() >= shape.len()
            && text.bytes().zip(shape.bytes()).all(|(byte, want)| {
                if want == b'0' {
                    byte.is_ascii_digit()
                } else {
                    byte == want
                }
            })
    };
    shape(text.trim(), "0000-00-00T00:00")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contacts_that_can_be_reached() {
        let contact = |email: &str, url: &str| Contact {
            name: "Example".to_owned(),
            email: Some(email.to_owned()).filter(|text| !text.is_empty()),
            url: Some(url.to_owned()).filter(|text| !text.is_empty()),
        };
        assert!(is_reachable(&contact("a@b", "")));
        assert!(is_reachable(&contact("", "https://example.org")));
        assert!(!is_reachable(&contact("", "")));
        assert!(!is_reachable(&contact("a", "example")));
        assert!(!is_reachable(&contact("@", "https://")));
        assert!(!is_somebody(&Contact {
            name: "NOASSERTION".to_owned(),
            ..Contact::default()
        }));
    }

    #[test]
    fn formats_for_bsi() {
        for (format, version, suits) in [
            (Format::CycloneDxJson, "1.6", true),
            (Format::CycloneDxXml, "1.7", true),
            (Format::CycloneDxJson, "1.10", true),
            (Format::CycloneDxJson, "1.5", false),
            (Format::CycloneDxJson, "2.0", true),
            (Format::CycloneDxJson, "2.0-dev", false),
            (Format::SpdxJson, "2.3", false),
            (Format::Spdx3Json, "3.0.0", false),
            (Format::Spdx3Json, "3.0.1", true),
            (Format::Json, "1", false),
        ] {
            let document = Document::new(format, version);
            assert_eq!(is_for_bsi(&document), suits, "{version}");
        }
    }

    #[test]
    fn times() {
        assert!(is_time("2026-01-02T03:04:05Z") && is_time("2026-01-02T03:04+01:00"));
        assert!(!is_time("yesterday") && !is_time("2026-01-02") && !is_time(""));
    }
}
