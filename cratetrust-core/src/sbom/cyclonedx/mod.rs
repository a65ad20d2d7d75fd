//! CycloneDX, as JSON and as XML: one model is written in both, and both are read as one tree.

mod entity;
mod facts;
mod license;
mod model;
mod read;
mod write;
#[cfg(feature = "xml")]
mod xml_read;
#[cfg(feature = "xml")]
mod xml_shape;
#[cfg(feature = "xml")]
mod xml_write;

pub(crate) use read::read;
pub(crate) use write::write;
#[cfg(feature = "xml")]
pub(crate) use xml_read::{path as xml_path, read as read_xml};

/// The versions that can be written, the default first.
pub(crate) const VERSIONS: &[&str] = &["1.6", "1.7", "1.5", "1.4"];

/// The namespace of the XML form, before the version.
#[cfg(feature = "xml")]
const NAMESPACE: &str = "http://cyclonedx.org/schema/bom/";

/// What is written: the version, which has what the schemas of its number define, and the syntax.
#[derive(Debug, Clone, Copy)]
struct Spec {
    /// The number after `1.`.
    minor: u32,
    xml: bool,
}

impl Spec {
    fn new(version: &str, xml: bool) -> Self {
        let minor = version
            .strip_prefix("1.")
            .and_then(|text| text.parse().ok());
        Self {
            minor: minor.unwrap_or(6),
            xml,
        }
    }

    /// Lifecycles, and tools as components.
    fn has_lifecycles(self) -> bool {
        self.minor >= 5
    }

    /// Manufacturers, lists of authors, tags, acknowledgements and source distributions.
    fn has_manufacturers(self) -> bool {
        self.minor >= 6
    }

    /// Several licence expressions side by side.
    fn has_expression_lists(self) -> bool {
        self.minor >= 7
    }

    /// Whether text reads back as it is: XML has no control characters, and readers trim.
    fn keeps(self, text: &str) -> bool {
        self.keeps_untrimmed(text) && (!self.xml || text.trim() == text)
    }

    fn keeps_untrimmed(self, text: &str) -> bool {
        !self.xml || text.chars().all(is_xml_char)
    }
}

/// A character that XML 1.0 (2.2) allows.
fn is_xml_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}
