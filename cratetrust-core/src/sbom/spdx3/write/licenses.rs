//! The elements of licences.

use std::borrow::Cow;

use super::super::terms::{Body, DictionaryEntry, Id, LicenseExpression, LicenseText};
use super::{Writer, short_digest};

impl<'a> Writer<'a> {
    /// The element of a licence: an expression as it is, any other text under a reference.
    pub(super) fn license(&mut self, license: &'a str) -> Id<'a> {
        if !is_expression(license) {
            return self.license_text(None, license);
        }
        if let Some(known) = self.licenses.known.get(license) {
            return self.id("License-", known.clone());
        }
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.');
        let name = if license.bytes().all(plain) {
            license.to_owned()
        } else {
            // No identifier begins so.
            format!("-{}", short_digest(&license))
        };
        self.licenses.known.insert(license, name.clone());
        let id = self.id("License-", name);
        let expression = LicenseExpression {
            expression: Cow::Borrowed(license),
            custom: Vec::new(),
        };
        self.add(
            "simplelicensing_LicenseExpression",
            id.clone(),
            Body::Expression(expression),
        );
        id
    }

    /// A licence that only its text tells; `file` names the file that it stands in.
    pub(super) fn license_text(&mut self, file: Option<&'a str>, text: &'a str) -> Id<'a> {
        if let Some(known) = self.texts.known.get(&(file, text)) {
            return self.id("LicenseRef-", known.clone());
        }
        let digest = short_digest(&(file, text));
        self.texts.known.insert((file, text), digest.clone());
        let id = self.id("LicenseRef-", digest.clone());
        let text_id = self.id("LicenseText-", digest.clone());
        let expression = LicenseExpression {
            expression: Cow::Owned(format!("LicenseRef-{digest}")),
            custom: vec![DictionaryEntry {
                r#type: "DictionaryEntry",
                key: format!("LicenseRef-{digest}"),
                value: text_id.clone(),
            }],
        };
        self.add(
            "simplelicensing_LicenseExpression",
            id.clone(),
            Body::Expression(expression),
        );
        self.add(
            "simplelicensing_SimpleLicensingText",
            text_id,
            Body::Text(LicenseText { name: file, text }),
        );
        id
    }
}

/// Whether text is an expression of the SPDX licence list; deprecated identifiers are on it.
fn is_expression(text: &str) -> bool {
    let mode = ::spdx::ParseMode {
        allow_deprecated: true,
        ..::spdx::ParseMode::STRICT
    };
    let none = |text: &str| {
        text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'))
            .any(|word| matches!(word, "NOASSERTION" | "NONE"))
    };
    !none(text) && ::spdx::Expression::parse_mode(text, mode).is_ok()
}
