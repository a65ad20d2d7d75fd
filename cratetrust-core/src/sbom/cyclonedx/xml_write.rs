//! The document as XML, in the order that the schemas want.

use std::borrow::Cow;
use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use super::entity::{Organization, Person};
use super::license::License;
use super::model::{
    Component, Composition, Dependency, Document, Hash, Lifecycle, Metadata, Reference, Tools,
};
use super::{NAMESPACE, is_xml_char};
use crate::sbom::names::{self, Property};

type Attributes<'a> = &'a [(&'static str, &'a str)];

pub(super) fn write(document: &Document<'_>) -> io::Result<Vec<u8>> {
    let mut xml = Xml(Writer::new_with_indent(Vec::new(), b' ', 2));
    xml.0
        .write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let namespace = format!("{NAMESPACE}{}", document.spec_version);
    let version = document.version.to_string();
    let attributes = [
        ("xmlns", namespace.as_str()),
        ("serialNumber", &document.serial_number),
        ("version", &version),
    ];
    xml.within("bom", &attributes, |xml| {
        xml.metadata(&document.metadata)?;
        xml.list("components", &document.components, |xml, component| {
            xml.component("component", component)
        })?;
        xml.list("dependencies", &document.dependencies, Xml::dependency)?;
        xml.list("compositions", &document.compositions, Xml::composition)
    })?;
    Ok(xml.0.into_inner())
}

/// Text as it may stand in XML; characters that it has no way to write are replaced.
fn escape(text: &str, attribute: bool) -> Cow<'_, str> {
    let special = |c: char| match c {
        '<' | '>' | '&' | '\r' => true,
        '"' | '\n' | '\t' => attribute,
        _ => !is_xml_char(c),
    };
    let Some(first) = text.find(special) else {
        return Cow::Borrowed(text);
    };
    let (plain, rest) = text.split_at_checked(first).unwrap_or(("", text));
    let mut out = String::with_capacity(text.len() + 16);
    out.push_str(plain);
    for c in rest.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\r' => out.push_str("&#13;"),
            '"' if attribute => out.push_str("&quot;"),
            '\n' if attribute => out.push_str("&#10;"),
            '\t' if attribute => out.push_str("&#9;"),
            c if is_xml_char(c) => out.push(c),
            _ => out.push('\u{fffd}'),
        }
    }
    Cow::Owned(out)
}

struct Xml(Writer<Vec<u8>>);

impl Xml {
    fn start<'n>(name: &'n str, attributes: Attributes<'_>) -> BytesStart<'n> {
        if attributes.is_empty() {
            return BytesStart::new(name);
        }
        let mut content = name.to_owned();
        for (key, value) in attributes {
            content.push(' ');
            content.push_str(key);
            content.push_str("=\"");
            content.push_str(&escape(value, true));
            content.push('"');
        }
        BytesStart::from_content(content, name.len())
    }

    fn within(
        &mut self,
        name: &str,
        attributes: Attributes<'_>,
        inside: impl FnOnce(&mut Self) -> io::Result<()>,
    ) -> io::Result<()> {
        self.0
            .write_event(Event::Start(Self::start(name, attributes)))?;
        inside(self)?;
        self.0.write_event(Event::End(BytesEnd::new(name)))
    }

    /// A list, left out where it is empty.
    fn list<T>(
        &mut self,
        name: &str,
        items: &[T],
        each: impl Fn(&mut Self, &T) -> io::Result<()>,
    ) -> io::Result<()> {
        if items.is_empty() {
            return Ok(());
        }
        self.within(name, &[], |xml| {
            items.iter().try_for_each(|item| each(xml, item))
        })
    }

    fn text(&mut self, name: &str, attributes: Attributes<'_>, text: &str) -> io::Result<()> {
        self.within(name, attributes, |xml| {
            let text = BytesText::from_escaped(escape(text, false));
            xml.0.write_event(Event::Text(text))
        })
    }

    fn opt(&mut self, name: &str, text: Option<&str>) -> io::Result<()> {
        text.map_or(Ok(()), |text| self.text(name, &[], text))
    }

    fn empty(&mut self, name: &str, attributes: Attributes<'_>) -> io::Result<()> {
        self.0
            .write_event(Event::Empty(Self::start(name, attributes)))
    }

    fn metadata(&mut self, metadata: &Metadata<'_>) -> io::Result<()> {
        self.within("metadata", &[], |xml| {
            xml.opt("timestamp", metadata.timestamp)?;
            xml.list("lifecycles", &metadata.lifecycles, |xml, lifecycle| {
                xml.within("lifecycle", &[], |xml| match lifecycle {
                    Lifecycle::Phase(phase) => xml.text("phase", &[], phase),
                    Lifecycle::Name(name) => xml.text("name", &[], name),
                })
            })?;
            xml.tools(&metadata.tools)?;
            xml.list("authors", &metadata.authors, |xml, person| {
                xml.person("author", person)
            })?;
            xml.component("component", &metadata.component)?;
            for (name, organization) in [
                ("manufacturer", &metadata.manufacturer),
                ("manufacture", &metadata.manufacture),
                ("supplier", &metadata.supplier),
            ] {
                xml.organization(name, organization.as_ref())?;
            }
            xml.list("licenses", &metadata.licenses, Xml::license)?;
            xml.list("properties", &metadata.properties, Xml::property)
        })
    }

    fn tools(&mut self, tools: &Tools<'_>) -> io::Result<()> {
        self.within("tools", &[], |xml| match tools {
            Tools::Components { components } => xml.list("components", components, |xml, tool| {
                let kind = [("type", tool.r#type.unwrap_or("application"))];
                xml.within("component", &kind, |xml| {
                    xml.text("name", &[], tool.name)?;
                    xml.opt("version", tool.version)
                })
            }),
            Tools::List(list) => list.iter().try_for_each(|tool| {
                xml.within("tool", &[], |xml| {
                    xml.text("name", &[], tool.name)?;
                    xml.opt("version", tool.version)
                })
            }),
        })
    }

    fn person(&mut self, name: &str, person: &Person<'_>) -> io::Result<()> {
        self.within(name, &[], |xml| {
            xml.opt("name", person.name)?;
            xml.opt("email", person.email)
        })
    }

    fn organization(
        &mut self,
        name: &str,
        organization: Option<&Organization<'_>>,
    ) -> io::Result<()> {
        let Some(organization) = organization else {
            return Ok(());
        };
        self.within(name, &[], |xml| {
            xml.opt("name", organization.name)?;
            for url in &organization.url {
                xml.text("url", &[], url)?;
            }
            organization
                .contact
                .iter()
                .try_for_each(|person| xml.person("contact", person))
        })
    }

    fn component(&mut self, name: &str, component: &Component<'_>) -> io::Result<()> {
        let attributes = [("type", component.r#type), ("bom-ref", component.bom_ref)];
        self.within(name, &attributes, |xml| {
            xml.organization("supplier", component.supplier.as_ref())?;
            xml.organization("manufacturer", component.manufacturer.as_ref())?;
            xml.list("authors", &component.authors, |xml, person| {
                xml.person("author", person)
            })?;
            xml.opt("author", component.author.as_deref())?;
            xml.text("name", &[], component.name)?;
            xml.opt("version", Some(component.version).filter(|v| !v.is_empty()))?;
            xml.opt("description", component.description)?;
            xml.opt("scope", component.scope)?;
            xml.list("hashes", &component.hashes, Xml::hash)?;
            xml.list("licenses", &component.licenses, Xml::license)?;
            xml.opt("copyright", component.copyright)?;
            xml.opt("purl", component.purl)?;
            xml.list(
                "externalReferences",
                &component.external_references,
                Xml::reference,
            )?;
            xml.list("properties", &component.properties, Xml::property)?;
            xml.list("tags", component.tags, |xml, tag| xml.text("tag", &[], tag))
        })
    }

    fn hash(&mut self, hash: &Hash) -> io::Result<()> {
        self.text("hash", &[("alg", hash.alg)], &hash.content)
    }

    fn license(&mut self, license: &License<'_>) -> io::Result<()> {
        let acknowledged = |role: Option<&'static str>| role.map(|role| ("acknowledgement", role));
        match license {
            License::Expression {
                expression,
                acknowledgement,
            } => {
                let attributes = acknowledged(*acknowledgement);
                self.text("expression", attributes.as_slice(), expression)
            }
            License::Named { license } => {
                let attributes = acknowledged(license.acknowledgement);
                self.within("license", attributes.as_slice(), |xml| {
                    xml.opt("id", license.id)?;
                    xml.opt("name", license.name)?;
                    match &license.text {
                        Some(text) => {
                            let kind = [("content-type", text.content_type)];
                            xml.text("text", &kind, text.content)
                        }
                        None => Ok(()),
                    }
                })
            }
        }
    }

    fn reference(&mut self, reference: &Reference<'_>) -> io::Result<()> {
        self.within("reference", &[("type", reference.r#type)], |xml| {
            xml.text("url", &[], &reference.url)?;
            xml.opt("comment", reference.comment.as_deref())?;
            xml.list("hashes", &reference.hashes, Xml::hash)
        })
    }

    fn property(&mut self, property: &Property<'_>) -> io::Result<()> {
        let value = &*property.value;
        if value.chars().all(is_xml_char) && value.trim() == value {
            return self.text("property", &[("name", property.name)], value);
        }
        // As a JSON string, the only kind of text that can name every character.
        let name = format!("{}{}", property.name, names::AS_JSON);
        let value: String = names::json_text(&value)
            .chars()
            .map(|c| match c {
                c if is_xml_char(c) => Cow::Owned(c.to_string()),
                '\u{fffe}' => Cow::Borrowed("\\ufffe"),
                _ => Cow::Borrowed("\\uffff"),
            })
            .collect();
        self.text("property", &[("name", &name)], &value)
    }

    fn dependency(&mut self, dependency: &Dependency<'_>) -> io::Result<()> {
        let attributes = [("ref", dependency.r#ref)];
        if dependency.depends_on.is_empty() {
            return self.empty("dependency", &attributes);
        }
        self.within("dependency", &attributes, |xml| {
            dependency
                .depends_on
                .iter()
                .try_for_each(|to| xml.empty("dependency", &[("ref", to)]))
        })
    }

    fn composition(&mut self, composition: &Composition<'_>) -> io::Result<()> {
        self.within("composition", &[], |xml| {
            xml.text("aggregate", &[], composition.aggregate)?;
            xml.list(
                "dependencies",
                &composition.dependencies,
                |xml, reference| xml.empty("dependency", &[("ref", reference)]),
            )
        })
    }
}
