//! What a document holds, in the order in which JSON writes it. The XML form is written from the
//! same types.

use std::borrow::Cow;

use serde::Serialize;

use super::entity::{Organization, Person};
use super::license::License;
use crate::sbom::names::Property;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Document<'a> {
    pub bom_format: &'static str,
    pub spec_version: &'a str,
    pub serial_number: Cow<'a, str>,
    pub version: u32,
    pub metadata: Metadata<'a>,
    pub components: Vec<Component<'a>>,
    pub dependencies: Vec<Dependency<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub compositions: Vec<Composition<'a>>,
}

#[derive(Serialize)]
pub(super) struct Metadata<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lifecycles: Vec<Lifecycle<'a>>,
    pub tools: Tools<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub authors: Vec<Person<'a>>,
    pub component: Component<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manufacturer: Option<Organization<'a>>,
    /// What 1.5 and older call the manufacturer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manufacture: Option<Organization<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supplier: Option<Organization<'a>>,
    pub licenses: [License<'a>; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub properties: Vec<Property<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Lifecycle<'a> {
    Phase(&'a str),
    Name(&'a str),
}

#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Tools<'a> {
    Components {
        components: Vec<Tool<'a>>,
    },
    /// As 1.4 has them.
    List(Vec<Tool<'a>>),
}

#[derive(Serialize)]
pub(super) struct Tool<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#type: Option<&'static str>,
    pub name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Component<'a> {
    pub r#type: &'static str,
    #[serde(rename = "bom-ref")]
    pub bom_ref: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supplier: Option<Organization<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manufacturer: Option<Organization<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub authors: Vec<Person<'a>>,
    /// What 1.5 and older have in place of `authors`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<Cow<'a, str>>,
    pub name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub version: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hashes: Vec<Hash>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub licenses: Vec<License<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub copyright: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purl: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub external_references: Vec<Reference<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub properties: Vec<Property<'a>>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    pub tags: &'a [String],
}

#[derive(Serialize)]
pub(super) struct Hash {
    pub alg: &'static str,
    pub content: String,
}

#[derive(Serialize)]
pub(super) struct Reference<'a> {
    pub url: Cow<'a, str>,
    pub r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hashes: Vec<Hash>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Dependency<'a> {
    pub r#ref: &'a str,
    pub depends_on: Vec<&'a str>,
}

#[derive(Serialize)]
pub(super) struct Composition<'a> {
    pub aggregate: &'static str,
    pub dependencies: Vec<&'a str>,
}
