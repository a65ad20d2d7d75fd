//! CycloneDX as XML, read into the tree that JSON is read into, so that one reader walks both.
//!
//! Elements that the reader has no use for are skipped without being kept. Document types, and with
//! them entities of their own, are refused: CycloneDX defines none.

use std::borrow::Cow;

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use super::NAMESPACE;
use super::xml_shape::{Put, Shape, attribute, child};
use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;
use crate::progress::CancelToken;
use crate::sbom::names;
use crate::sbom::value::{self, Json};

type Fields<'a> = Vec<(Cow<'a, str>, Json<'a>)>;

/// As many prefixes may stand for the document's namespace.
const MOST_PREFIXES: usize = 8;

/// An element that is open.
struct Frame<'a> {
    shape: Shape,
    put: Put,
    fields: Fields<'a>,
    items: Vec<Json<'a>>,
    many: Vec<(&'static str, Vec<Json<'a>>)>,
    text: Cow<'a, str>,
}

impl<'a> Frame<'a> {
    fn take(&mut self, put: Put, value: Json<'a>) {
        match put {
            Put::Item => self.items.push(value),
            Put::Field(key) => self.fields.push((Cow::Borrowed(key), value)),
            Put::Many(key) => match self.many.iter_mut().find(|(known, _)| *known == key) {
                Some((_, list)) => list.push(value),
                None => self.many.push((key, vec![value])),
            },
        }
    }

    fn add_text(&mut self, text: Cow<'a, str>) {
        if self.text.is_empty() {
            self.text = text;
        } else if !text.is_empty() {
            self.text.to_mut().push_str(&text);
        }
    }

    fn has_text(&self) -> bool {
        use Shape::*;
        matches!(self.shape, Text | Attachment | Hash | Property | Expression)
    }

    /// The element as the JSON form has it.
    fn finish(mut self) -> Json<'a> {
        use Shape::*;
        let key = match self.shape {
            Text => return Json::Text(trimmed(self.text)),
            Ref => {
                let value = self.fields.into_iter().next_back();
                return value.map_or(Json::Null, |(_, value)| value);
            }
            Components | Services | Dependencies | Compositions | Refs | Properties
            | Lifecycles | Authors | Licenses | References | Hashes | Tags => {
                return Json::Array(self.items);
            }
            Tools if !self.items.is_empty() || self.fields.is_empty() => {
                return Json::Array(self.items);
            }
            Attachment => {
                let text = Json::Text(std::mem::take(&mut self.text));
                self.take(Put::Field("content"), text);
                return Json::Object(self.fields);
            }
            Hash => Some("content"),
            Property => Some("value"),
            Expression => Some("expression"),
            _ => None,
        };
        if let Some(key) = key
            && value::get(&self.fields, key).is_none()
        {
            let text = Json::Text(trimmed(std::mem::take(&mut self.text)));
            self.take(Put::Field(key), text);
        }
        for (key, list) in self.many {
            self.fields.push((Cow::Borrowed(key), Json::Array(list)));
        }
        if self.shape == Property {
            decode(&mut self.fields);
        }
        if self.shape == License {
            return Json::Object(vec![(Cow::Borrowed("license"), Json::Object(self.fields))]);
        }
        Json::Object(self.fields)
    }
}

/// Takes apart a property of ours whose value is a JSON string, as text is that XML cannot hold.
fn decode(fields: &mut Fields<'_>) {
    let Some(name) = value::get(fields, "name").and_then(Json::text) else {
        return;
    };
    let Some(name) = name
        .strip_suffix(names::AS_JSON)
        .filter(|name| name.starts_with(names::PREFIX))
        .map(str::to_owned)
    else {
        return;
    };
    let decoded = value::get(fields, "value")
        .and_then(Json::text)
        .and_then(value::parse_inner)
        .and_then(|inner| inner.text().map(str::to_owned));
    if let Some(decoded) = decoded {
        *fields = vec![
            (Cow::Borrowed("name"), Json::Text(Cow::Owned(name))),
            (Cow::Borrowed("value"), Json::Text(Cow::Owned(decoded))),
        ];
    }
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

fn trimmed(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim_matches(is_space)),
        Cow::Owned(text) => Cow::Owned(text.trim_matches(is_space).to_owned()),
    }
}

/// Reads text whose first mark is `<` into the tree of the JSON form.
///
/// # Errors
/// `UnsupportedFormat` for XML that is no CycloneDX, `InvalidUtf8`, `LimitExceeded` and `Parse`,
/// with the place.
pub(crate) fn read<'a>(
    bytes: &'a [u8],
    limits: &'a Limits,
    cancel: &CancelToken,
) -> Result<Json<'a>> {
    // A byte order mark is allowed here (XML 1.0, 4.3.3).
    let lead = if bytes.starts_with(b"\xef\xbb\xbf") {
        3
    } else {
        0
    };
    let text = std::str::from_utf8(bytes).map_err(|e| {
        Error::new(ErrorKind::InvalidUtf8, "the text is not UTF-8")
            .at_offset(e.valid_up_to() as u64)
    })?;
    let mut tree = Tree {
        source: text.get(lead..).unwrap_or_default(),
        lead,
        stack: Vec::new(),
        skipped: 0,
        prefixes: Vec::new(),
        namespace: String::new(),
        done: None,
        limits,
        values: 0,
    };
    tree.read(cancel)
}

struct Tree<'a> {
    source: &'a str,
    /// Bytes before `source`.
    lead: usize,
    stack: Vec<Frame<'a>>,
    /// How many elements are open below one that is skipped, itself included.
    skipped: u64,
    /// The document's namespace, and the prefixes that the root element binds to it; the empty one is
    /// the default namespace.
    prefixes: Vec<String>,
    namespace: String,
    done: Option<Json<'a>>,
    limits: &'a Limits,
    /// How many values the tree holds.
    values: u64,
}

impl<'a> Tree<'a> {
    /// An error with its place: the offset, line and column.
    fn placed(&self, error: Error, offset: u64) -> Error {
        let offset = usize::try_from(offset)
            .unwrap_or(usize::MAX)
            .min(self.source.len());
        let before = self.source.as_bytes().get(..offset).unwrap_or_default();
        let line = before.iter().filter(|b| **b == b'\n').count() as u64 + 1;
        let column = before.iter().rev().take_while(|b| **b != b'\n').count() as u64 + 1;
        error
            .at_line(line, Some(column))
            .at_offset((offset + self.lead) as u64)
    }

    fn read(&mut self, cancel: &CancelToken) -> Result<Json<'a>> {
        let mut reader = Reader::from_str(self.source);
        for count in 0u64.. {
            if count & 0xfff == 0 {
                cancel.check()?;
            }
            let at = reader.buffer_position();
            let event = reader.read_event().map_err(|e| {
                let message = format!("no valid XML: {e}");
                self.placed(Error::parse(cut(&message)), reader.error_position())
            })?;
            let ended = matches!(event, Event::Eof);
            self.event(event).map_err(|e| self.placed(e, at))?;
            if ended {
                break;
            }
        }
        match self.done.take() {
            Some(tree) if self.stack.is_empty() => Ok(tree),
            _ => Err(self.placed(
                Error::parse("no valid XML: the text ends before its elements do"),
                self.source.len() as u64,
            )),
        }
    }

    fn event(&mut self, event: Event<'a>) -> Result<()> {
        match event {
            Event::Start(start) => self.open(&start),
            Event::Empty(start) => {
                self.open(&start)?;
                self.close();
                Ok(())
            }
            Event::End(_) => {
                self.close();
                Ok(())
            }
            Event::Text(text) => {
                let text = text.xml10_content();
                if self.stack.is_empty() && !text.trim_matches(is_space).is_empty() {
                    return Err(Error::parse("no valid XML: text outside the root element"));
                }
                self.text(text)
            }
            Event::CData(text) => self.text(text.xml10_content()),
            Event::GeneralRef(reference) => {
                let name = reference.into_inner();
                self.text(Cow::Owned(entity(&name)?.to_string()))
            }
            Event::DocType(_) => Err(Error::new(
                ErrorKind::Unsupported,
                "the text declares a document type (DTD); CycloneDX has none, and its entities could expand without bounds",
            )),
            Event::Decl(declaration) => match declaration.encoding() {
                Some(Ok(name)) if !is_utf8(&name) => Err(Error::new(
                    ErrorKind::InvalidUtf8,
                    cut(&format!(
                        "the text declares the encoding `{name}`; only UTF-8 is read here"
                    )),
                )),
                _ => Ok(()),
            },
            Event::Comment(_) | Event::PI(_) | Event::Eof => Ok(()),
        }
    }

    fn text(&mut self, text: Cow<'a, str>) -> Result<()> {
        if self.skipped == 0
            && let Some(frame) = self.stack.last_mut()
            && frame.has_text()
        {
            if let Some(c) = text.chars().find(|c| !super::is_xml_char(*c)) {
                return Err(Error::parse(format!(
                    "no valid XML: the character U+{:04X} is not allowed",
                    u32::from(c)
                )));
            }
            frame.add_text(text);
        }
        Ok(())
    }

    fn open(&mut self, start: &BytesStart<'a>) -> Result<()> {
        if self.stack.len() as u64 + self.skipped >= self.limits.nesting {
            return Err(Error::limit(
                "nesting",
                self.limits.nesting,
                "the document is nested deeper than the limit allows",
            ));
        }
        if self.skipped > 0 {
            self.skipped += 1;
            return Ok(());
        }
        let name = start.name();
        let (prefix, local) = match name.as_ref().split_once(':') {
            Some((prefix, local)) => (prefix, local),
            None => ("", name.as_ref()),
        };
        let (put, shape) = match self.stack.last() {
            None => return self.root(start, prefix, local),
            Some(parent) => match child(parent.shape, local) {
                Some(found) if self.is_ours(prefix, start)? => found,
                _ => {
                    self.skipped = 1;
                    return Ok(());
                }
            },
        };
        let mut frame = Frame {
            shape,
            put,
            fields: Vec::new(),
            items: Vec::new(),
            many: Vec::new(),
            text: Cow::Borrowed(""),
        };
        attributes(start, |name, text| {
            if let Some(key) = attribute(shape, name) {
                let value = Json::Text(Cow::Owned(text.to_owned()));
                frame.fields.push((Cow::Borrowed(key), value));
            }
        })?;
        self.values += 1 + frame.fields.len() as u64;
        if self.values > self.limits.sbom_values() {
            let most = self.limits.sbom_values();
            return Err(value::too_many("values", most, self.limits));
        }
        self.stack.push(frame);
        Ok(())
    }

    /// Whether an element of that prefix is in the document's namespace. What an element binds anew
    /// counts for itself.
    fn is_ours(&self, prefix: &str, start: &BytesStart<'_>) -> Result<bool> {
        let mut ours = self.prefixes.iter().any(|known| known == prefix);
        if start.attributes_raw().contains("xmlns") {
            let declares = declaration(prefix);
            attributes(start, |name, text| {
                if name == declares {
                    ours = text == self.namespace;
                }
            })?;
        }
        Ok(ours)
    }

    fn root(&mut self, start: &BytesStart<'_>, prefix: &str, local: &str) -> Result<()> {
        if self.done.is_some() {
            return Err(Error::parse("no valid XML: a second root element"));
        }
        let declares = declaration(prefix);
        let mut namespace = None;
        let mut bound = Vec::new();
        let mut fields: Fields<'a> = Vec::new();
        attributes(start, |name, text| {
            if name == declares {
                namespace = Some(text.to_owned());
            }
            if let Some(rest) = name.strip_prefix("xmlns") {
                let prefix = rest.strip_prefix(':').unwrap_or(rest);
                bound.push((prefix.to_owned(), text.to_owned()));
            } else if let Some(key) = attribute(Shape::Bom, name) {
                fields.push((Cow::Borrowed(key), Json::Text(Cow::Owned(text.to_owned()))));
            }
        })?;
        let namespace = namespace.unwrap_or_default();
        let version = namespace
            .strip_prefix(NAMESPACE)
            .or_else(|| namespace.strip_prefix("https://cyclonedx.org/schema/bom/"))
            .filter(|version| local == "bom" && !version.is_empty());
        let Some(version) = version else {
            return Err(Error::new(
                ErrorKind::UnsupportedFormat,
                format!(
                    "no known SBOM format: XML whose root element is `{}` in the namespace `{}`; CycloneDX has `bom` in `{NAMESPACE}` and a version",
                    cut(local),
                    cut(&namespace)
                ),
            ));
        };
        let text = |text: &str| Json::Text(Cow::Owned(text.to_owned()));
        fields.push((Cow::Borrowed("bomFormat"), text("CycloneDX")));
        fields.push((Cow::Borrowed("specVersion"), text(version)));
        self.prefixes = bound
            .into_iter()
            .filter(|(_, text)| *text == namespace)
            .map(|(prefix, _)| prefix)
            .take(MOST_PREFIXES)
            .collect();
        self.namespace.clone_from(&namespace);
        self.stack.push(Frame {
            shape: Shape::Bom,
            put: Put::Item,
            fields,
            items: Vec::new(),
            many: Vec::new(),
            text: Cow::Borrowed(""),
        });
        Ok(())
    }

    fn close(&mut self) {
        if self.skipped > 0 {
            self.skipped -= 1;
            return;
        }
        let Some(frame) = self.stack.pop() else {
            return;
        };
        let put = frame.put;
        let value = frame.finish();
        match self.stack.last_mut() {
            Some(parent) => parent.take(put, value),
            None => self.done = Some(value),
        }
    }
}

/// The attribute that binds a prefix.
fn declaration(prefix: &str) -> String {
    match prefix {
        "" => "xmlns".to_owned(),
        prefix => format!("xmlns:{prefix}"),
    }
}

/// Tells the name and the value of each attribute.
fn attributes(start: &BytesStart<'_>, mut each: impl FnMut(&str, &str)) -> Result<()> {
    // Repeated ones are told later, as repeated keys: looking for them here takes square time.
    for found in start.attributes().with_checks(false) {
        let found = found.map_err(|e| Error::parse(cut(&format!("no valid XML: {e}"))))?;
        let value = found
            .normalized_value(XmlVersion::Explicit1_0)
            .map_err(|e| Error::parse(cut(&format!("no valid XML: {e}"))))?;
        each(found.key.as_ref(), &value);
    }
    Ok(())
}

/// The character that a reference stands for: by number, or one of the five that XML itself has.
fn entity(name: &str) -> Result<char> {
    let number = match name.strip_prefix("#x") {
        Some(digits) => Some(u32::from_str_radix(digits, 16)),
        None => name.strip_prefix('#').map(str::parse),
    };
    let found = match (number, name) {
        (Some(number), _) => number
            .ok()
            .and_then(char::from_u32)
            .filter(|c| super::is_xml_char(*c)),
        (None, "lt") => Some('<'),
        (None, "gt") => Some('>'),
        (None, "amp") => Some('&'),
        (None, "apos") => Some('\''),
        (None, "quot") => Some('"'),
        _ => None,
    };
    found.ok_or_else(|| {
        Error::parse(cut(&format!(
            "no valid XML: the entity `&{name};` is not one that XML itself defines"
        )))
    })
}

fn is_utf8(name: &str) -> bool {
    ["utf-8", "utf8", "us-ascii"]
        .iter()
        .any(|known| name.eq_ignore_ascii_case(known))
}

/// Text from the input, cut to a length that a message bears.
fn cut(text: &str) -> String {
    text.chars().take(240).collect()
}

/// The place in the XML that a JSON pointer into its tree stands for, as an XPath.
pub(crate) fn path(pointer: &str) -> String {
    let mut out = "/bom".to_owned();
    let mut item = None;
    for part in pointer.split('/').skip(1) {
        if let Some(element) = item.take()
            && let Ok(index) = part.parse::<u64>()
        {
            out.push_str(&format!("/{element}[{}]", index + 1));
            continue;
        }
        item = Some(match part {
            "components" => "component",
            "services" => "service",
            "dependencies" | "dependsOn" => "dependency",
            "compositions" => "composition",
            "assemblies" => "assembly",
            "properties" => "property",
            "lifecycles" => "lifecycle",
            "tools" => "tool",
            "authors" => "author",
            "licenses" => "*",
            "externalReferences" => "reference",
            "hashes" => "hash",
            "tags" => "tag",
            _ => "*",
        });
        let implied = part == "dependsOn" || (part == "content" && out.contains("/hash["));
        let implied = implied || (part == "value" && out.contains("/property["));
        if implied {
            continue;
        }
        out.push('/');
        if matches!(
            part,
            "bom-ref" | "type" | "alg" | "ref" | "serialNumber" | "acknowledgement"
        ) {
            out.push('@');
        }
        out.push_str(part);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places() {
        for (pointer, place) in [
            ("", "/bom"),
            ("/serialNumber", "/bom/@serialNumber"),
            ("/components/3/purl", "/bom/components/component[4]/purl"),
            (
                "/components/0/components/1/hashes/0/content",
                "/bom/components/component[1]/components/component[2]/hashes/hash[1]",
            ),
            (
                "/dependencies/2/dependsOn/0",
                "/bom/dependencies/dependency[3]/dependency[1]",
            ),
            (
                "/metadata/component/licenses/0",
                "/bom/metadata/component/licenses/*[1]",
            ),
        ] {
            assert_eq!(path(pointer), place);
        }
    }
}
