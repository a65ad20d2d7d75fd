//! The texts of SPDX 2 that have a form: identifiers, tools, people, places.

use super::model::{NO_ASSERTION, NONE};
use crate::bom::{Contact, Tool};
use crate::package::Source;
use crate::sbom::claimed;
use crate::sbom::value::{Fields, Json, get};

/// Whether an end of a relationship needs no element here: one of another document, or none.
pub(super) fn is_elsewhere(id: &str) -> bool {
    id.starts_with("DocumentRef-") || matches!(id, NO_ASSERTION | "NONE")
}

pub(super) fn is_id(id: &str) -> bool {
    id.strip_prefix("SPDXRef-").is_some_and(|rest| {
        !rest.is_empty()
            && rest
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'))
    })
}

/// Whether a value tells anything.
pub(super) fn is_told(text: &str) -> bool {
    !matches!(text, NO_ASSERTION | NONE)
}

/// A tool as `name-version`.
pub(super) fn tool(text: &str) -> Tool {
    match text.rsplit_once('-') {
        Some((name, version)) if version.starts_with(|c: char| c.is_ascii_digit() || c == 'v') => {
            Tool {
                name: name.to_owned(),
                version: Some(version.to_owned()),
            }
        }
        _ => Tool {
            name: text.to_owned(),
            version: None,
        },
    }
}

/// A person as Cargo.toml writes an author: `Name <mail>`.
pub(super) fn person(text: &str) -> Option<String> {
    let Contact { name, email, .. } = actor(text).filter(|_| text.starts_with("Person:"))?;
    Some(match email {
        Some(email) => format!("{name} <{email}>"),
        None => name,
    })
}

/// A person or an organisation: `Person: Name (mail)`.
pub(super) fn actor(text: &str) -> Option<Contact> {
    let rest = text
        .strip_prefix("Person:")
        .or_else(|| text.strip_prefix("Organization:"))?
        .trim();
    let (name, email) = match rest
        .strip_suffix(')')
        .and_then(|rest| rest.rsplit_once('('))
    {
        Some((name, email)) => (name.trim(), Some(email.trim()).filter(|e| !e.is_empty())),
        None => (rest, None),
    };
    Some(Contact {
        name: name.to_owned(),
        email: email.map(str::to_owned),
        url: None,
    })
}

/// The source that the download location of a package without purl names.
pub(super) fn told_elsewhere(fields: &Fields<'_>) -> Option<Source> {
    let location = get(fields, "downloadLocation").and_then(Json::text)?;
    if let Some(source) = claimed::source_of_index(location) {
        return Some(source);
    }
    let source = claimed::source_of_download(location);
    (source.url.is_none()).then_some(source)
}
