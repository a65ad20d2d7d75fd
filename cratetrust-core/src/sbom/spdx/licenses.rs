//! Licences of a document that is written: what is a valid SPDX expression stands as it is, any
//! other text becomes a `LicenseRef` whose text the document carries once.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::model::{ExtractedLicense, NO_ASSERTION, NONE};
use crate::digest::Sha256;
use crate::sbom::names;

/// What references to a licence text in the same document begin with.
pub(super) const LICENSE_REF: &str = "LicenseRef-";

/// A name longer than this is a text.
const LONGEST_NAME: usize = 120;

/// The texts that the document carries, by their references.
#[derive(Default)]
pub(super) struct Licenses(BTreeMap<String, String>);

impl Licenses {
    /// What stands for a licence in a field.
    pub(super) fn field<'a>(&mut self, license: &'a str) -> Cow<'a, str> {
        if license.trim().is_empty() || matches!(license, NO_ASSERTION | NONE) {
            Cow::Borrowed(NO_ASSERTION)
        } else if is_valid(license) {
            Cow::Borrowed(license)
        } else {
            Cow::Owned(self.text(license))
        }
    }

    /// Carries a text; tells its reference.
    pub(super) fn text(&mut self, text: &str) -> String {
        let id = reference(text);
        self.0.entry(id.clone()).or_insert_with(|| text.to_owned());
        id
    }

    pub(super) fn into_infos(self) -> Vec<ExtractedLicense> {
        self.0
            .into_iter()
            .map(|(license_id, extracted_text)| ExtractedLicense {
                name: if is_name(&extracted_text) {
                    extracted_text.clone()
                } else {
                    NO_ASSERTION.to_owned()
                },
                license_id,
                extracted_text,
            })
            .collect()
    }
}

/// The reference of a licence text, which goes by the text alone.
pub(super) fn reference(text: &str) -> String {
    let digest = Sha256::of(text.as_bytes()).to_string();
    format!("{LICENSE_REF}{}", digest.get(..16).unwrap_or(&digest))
}

/// Whether text is the name of a licence, or an expression, and no licence text.
pub(super) fn is_name(text: &str) -> bool {
    text.len() <= LONGEST_NAME && text.trim() == text && !text.chars().any(char::is_control)
}

/// Whether text is an expression of identifiers in the SPDX licence list, as SPDX 2.3 (annex D)
/// has it. References are not: the text that they name is not in this document.
fn is_valid(text: &str) -> bool {
    let mode = spdx::ParseMode {
        allow_deprecated: true,
        allow_postfix_plus_on_gpl: true,
        ..spdx::ParseMode::STRICT
    };
    names::is_license_expression(text)
        && !text.contains(':')
        && !text.contains("Ref-")
        && spdx::Expression::parse_mode(text, mode).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_expression_is_carried_as_text() {
        let mut licenses = Licenses::default();
        for text in [
            "MIT",
            "MIT OR Apache-2.0",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception",
            "GPL-2.0+",
            "GPL-2.0",
        ] {
            assert_eq!(licenses.field(text), text);
        }
        for text in ["", " ", "NOASSERTION", "NONE"] {
            assert_eq!(licenses.field(text), NO_ASSERTION);
        }
        for text in [
            "MIT/Apache-2.0",
            "mit",
            "Nonesuch-1.0",
            "MIT AND LicenseRef-x",
            "DocumentRef-a:LicenseRef-b",
            "MIT OR",
            "line\nbreak",
        ] {
            let id = licenses.field(text).into_owned();
            assert!(id.starts_with(LICENSE_REF), "{text}");
            assert_eq!(licenses.field(text), id);
        }
        let infos = licenses.into_infos();
        assert_eq!(infos.len(), 7);
        for info in infos {
            let name = if info.extracted_text.contains('\n') {
                NO_ASSERTION
            } else {
                &info.extracted_text
            };
            assert_eq!(info.name, name);
        }
    }
}
