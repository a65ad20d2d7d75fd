//! Licences, written as each version can hold them, and read with how they are meant.

use serde::Serialize;

use super::Spec;
use crate::bom::Package;
use crate::sbom::LicenseRole;
use crate::sbom::names::{self, Property, property};
use crate::sbom::value::{Faults, Fields, Json, Place, get};

const DECLARED: &str = "declared";
const CONCLUDED: &str = "concluded";

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum License<'a> {
    Expression {
        expression: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        acknowledgement: Option<&'static str>,
    },
    Named {
        license: NamedLicense<'a>,
    },
}

#[derive(Debug, Serialize)]
pub(super) struct NamedLicense<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acknowledgement: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<Attachment<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Attachment<'a> {
    pub content_type: &'static str,
    pub content: &'a str,
}

/// The licence of the document's own data, of which nobody claims anything.
pub(super) fn data_license() -> License<'static> {
    License::Named {
        license: NamedLicense {
            id: Some("CC0-1.0"),
            name: None,
            acknowledgement: None,
            text: None,
        },
    }
}

/// Whether the licence is one identifier of the SPDX list, spelt as there.
fn is_listed(text: &str) -> bool {
    spdx::license_id(text).is_some_and(|id| id.name == text)
}

/// The licences of a package, and the properties for what they cannot hold. `fallback` is the
/// declared licence where the package has none: the caller's, for the main component.
pub(super) fn licenses<'a>(
    package: &'a Package,
    fallback: Option<&'a str>,
    spec: Spec,
) -> (Vec<License<'a>>, Vec<Property<'a>>) {
    let mut properties = Vec::new();
    let own = package.license.as_deref();
    if let Some(text) = own
        && (!spec.keeps(text) || fallback.is_some())
    {
        properties.push(property(names::LICENSE, text));
    }
    let declared = own.or(fallback);
    let concluded = package.license_concluded.as_deref();
    let acknowledged = |role| spec.has_manufacturers().then_some(role);
    let of = |text, role| meant(text, role, spec);
    let file = package.license_file.as_deref();
    let text = package.license_text.as_deref();
    let mut out = Vec::new();
    match (declared, file, text) {
        (Some(declared), ..) => out.push(of(declared, DECLARED)),
        (None, Some(file), Some(text)) if spec.keeps(file) && spec.keeps_untrimmed(text) => {
            let mut license = named(None, Some(file), acknowledged(DECLARED));
            if let License::Named { license } = &mut license {
                license.text = Some(Attachment {
                    content_type: "text/plain",
                    content: text,
                });
            }
            out.push(license);
        }
        _ => {}
    }
    let text_written = matches!(
        out.as_slice(),
        [License::Named { license }] if license.text.is_some()
    );
    if !text_written && let Some(text) = text {
        properties.push(property(names::LICENSE_TEXT, text));
    }
    let Some(concluded) = concluded else {
        return (out, properties);
    };
    // An expression stands alone before 1.7, and no version before 1.6 tells concluded ones.
    let is_expression = names::is_license_expression(concluded);
    let mut exact = spec.keeps(concluded);
    if spec.has_expression_lists() || (spec.has_manufacturers() && out.is_empty()) {
        out.push(of(concluded, CONCLUDED));
    } else if spec.has_manufacturers() {
        let single = |text: &str| is_listed(text) || !names::is_license_expression(text);
        let declared_single = declared.is_none_or(single);
        if declared_single && (is_listed(concluded) || !is_expression) {
            if let Some(declared) = declared.filter(|text| is_listed(text)) {
                out = vec![named(Some(declared), None, Some(DECLARED))];
            }
            let (id, name) = match is_listed(concluded) {
                true => (Some(concluded), None),
                false => (None, Some(concluded)),
            };
            out.push(named(id, name, Some(CONCLUDED)));
        } else {
            exact = false;
        }
    } else {
        exact = false;
    }
    if !exact {
        properties.push(property(names::LICENSE_CONCLUDED, concluded));
    }
    (out, properties)
}

/// A declared licence.
pub(super) fn declared(text: &str, spec: Spec) -> License<'_> {
    meant(text, DECLARED, spec)
}

fn meant<'a>(text: &'a str, role: &'static str, spec: Spec) -> License<'a> {
    let acknowledgement = spec.has_manufacturers().then_some(role);
    if names::is_license_expression(text) {
        License::Expression {
            expression: text,
            acknowledgement,
        }
    } else {
        named(None, Some(text), acknowledgement)
    }
}

fn named<'a>(
    id: Option<&'a str>,
    name: Option<&'a str>,
    acknowledgement: Option<&'static str>,
) -> License<'a> {
    License::Named {
        license: NamedLicense {
            id,
            name,
            acknowledgement,
            text: None,
        },
    }
}

/// A licence as it was read.
pub(super) struct Read<'t> {
    pub role: LicenseRole,
    /// An expression, an identifier or a name.
    pub text: &'t str,
    /// The text of the licence itself, where it is there and can be decoded.
    pub content: Option<String>,
}

/// The licences under the key `licenses`.
pub(super) fn read<'t>(
    fields: &'t Fields<'_>,
    faults: &mut Faults,
    place: &Place<'_>,
) -> Vec<Read<'t>> {
    let mut out = Vec::new();
    let list_place = place.key("licenses");
    for (index, item) in faults.array(fields, "licenses", place).iter().enumerate() {
        let place = list_place.index(index);
        let Some(choice) = faults.as_object(item, &place) else {
            continue;
        };
        let inner = faults.object(choice, "license", &place);
        let text = match inner {
            Some(license) => get(license, "id").or_else(|| get(license, "name")),
            None => get(choice, "expression"),
        };
        let role = match get(inner.unwrap_or(choice), "acknowledgement").and_then(Json::text) {
            Some(DECLARED) => LicenseRole::Declared,
            Some(CONCLUDED) => LicenseRole::Concluded,
            _ => LicenseRole::Unstated,
        };
        if let Some(text) = text.and_then(Json::text) {
            let content = inner.and_then(|license| attachment(get(license, "text")?));
            out.push(Read {
                role,
                text,
                content,
            });
        }
    }
    out
}

/// Several licences as one expression: all apply.
pub(super) fn join(list: &[&str]) -> Option<String> {
    match list {
        [] => None,
        [one] => Some((*one).to_owned()),
        many => Some(
            many.iter()
                .map(|text| {
                    if text.contains(" OR ") {
                        format!("({text})")
                    } else {
                        (*text).to_owned()
                    }
                })
                .collect::<Vec<_>>()
                .join(" AND "),
        ),
    }
}

/// The text of an attachment.
fn attachment(value: &Json<'_>) -> Option<String> {
    let fields = value.object()?;
    let content = get(fields, "content").and_then(Json::text)?;
    match get(fields, "encoding").and_then(Json::text) {
        Some("base64") => String::from_utf8(base64(content)?).ok(),
        Some(_) => None,
        None => Some(content.to_owned()),
    }
}

/// Decodes base64 (RFC 4648, 4), with or without padding and line breaks.
fn base64(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0u32, 0u32);
    for byte in text.trim_end().trim_end_matches('=').bytes() {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b' ' | b'\t' | b'\r' | b'\n' => continue,
            _ => return None,
        };
        bits = bits << 6 | u32::from(digit);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from(bits >> count & 0xff).ok()?);
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_decoded() {
        for (text, decoded) in [
            ("", Some("")),
            ("TUlU", Some("MIT")),
            ("TUlUCg==", Some("MIT\n")),
            ("TUlU\nCg", Some("MIT\n")),
            ("w7w=\n", Some("ü")),
            ("TU!U", None),
        ] {
            let bytes = base64(text).map(|bytes| String::from_utf8(bytes).unwrap());
            assert_eq!(bytes.as_deref(), decoded, "{text}");
        }
    }

    #[test]
    fn listed_licences() {
        assert!(is_listed("MIT") && is_listed("Apache-2.0"));
        assert!(!is_listed("mit") && !is_listed("MIT OR Apache-2.0") && !is_listed("Own"));
    }
}
