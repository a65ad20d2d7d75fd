//! People and organisations, written and read.

use serde::Serialize;

use super::Spec;
use crate::bom::Contact;
use crate::sbom::value::{Json, get};
use crate::sbom::{names, plain};

#[derive(Debug, Serialize, Clone)]
pub(super) struct Person<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<&'a str>,
}

#[derive(Debug, Serialize, Clone)]
pub(super) struct Organization<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub url: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contact: Vec<Person<'a>>,
}

/// Whether a contact can stand in CycloneDX's own fields, and reads back the same.
pub(super) fn is_plain(contact: &Contact, spec: Spec) -> bool {
    !contact.name.is_empty()
        && spec.keeps(&contact.name)
        && contact.email.as_deref().is_none_or(is_email)
        && contact
            .url
            .as_deref()
            .is_none_or(|url| names::is_uri(url) && spec.keeps(url))
}

fn is_email(text: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty()
            && !part.starts_with(['.', '-'])
            && !part.ends_with(['.', '-'])
            && !part.contains("..")
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'+'))
    };
    text.split_once('@')
        .is_some_and(|(user, host)| part(user) && part(host) && !host.contains(['_', '+']))
}

pub(super) fn person(contact: &Contact) -> Person<'_> {
    Person {
        name: Some(contact.name.as_str()).filter(|name| !name.is_empty()),
        email: contact.email.as_deref().filter(|email| is_email(email)),
    }
}

pub(super) fn organization(contact: &Contact) -> Organization<'_> {
    let email = contact.email.as_deref().filter(|email| is_email(email));
    Organization {
        name: Some(&contact.name),
        url: contact
            .url
            .as_deref()
            .filter(|url| names::is_uri(url))
            .into_iter()
            .collect(),
        contact: email
            .map(|email| Person {
                name: None,
                email: Some(email),
            })
            .into_iter()
            .collect(),
    }
}

/// An author as Cargo.toml writes it: `Name <mail>`, or only a name.
pub(super) fn author(text: &str) -> Person<'_> {
    let split = text
        .strip_suffix('>')
        .and_then(|rest| rest.rsplit_once(" <"))
        .filter(|(name, email)| !name.is_empty() && is_email(email));
    match split {
        Some((name, email)) => Person {
            name: Some(name),
            email: Some(email),
        },
        None => Person {
            name: Some(text),
            email: None,
        },
    }
}

/// The way back of [`author`].
pub(super) fn author_text(contact: &Contact) -> String {
    match &contact.email {
        Some(email) => format!("{} <{email}>", contact.name),
        None => contact.name.clone(),
    }
}

/// The contact that an author's text names.
pub(super) fn author_contact(text: &str) -> Contact {
    let person = author(text.trim());
    Contact {
        name: person.name.unwrap_or_default().to_owned(),
        email: person.email.map(str::to_owned),
        url: None,
    }
}

/// Reads an organisation: its first address and the first mail address among its contacts.
pub(super) fn read_organization(value: &Json<'_>) -> Option<Contact> {
    let fields = value.object()?;
    let mut contact = plain::contact(value)?;
    if contact.url.is_none() {
        contact.url = get(fields, "url")
            .and_then(Json::array)
            .and_then(|urls| urls.first()?.text())
            .map(str::to_owned);
    }
    contact.email = get(fields, "contact")
        .and_then(Json::array)
        .unwrap_or_default()
        .iter()
        .find_map(|person| get(person.object()?, "email")?.text())
        .map(str::to_owned);
    Some(contact)
}
