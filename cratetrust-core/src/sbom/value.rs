//! JSON as a tree that borrows from its text, with what the document readers need: places for
//! messages, repeated keys told, and nesting bounded before anything recurses.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};

use super::Fault;
use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;
use crate::progress::CancelToken;

/// A JSON value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Json<'a> {
    Null,
    Bool(bool),
    /// A number; `None` where it is no whole number from 0 to 2^64 - 1.
    Number(Option<u64>),
    Text(Cow<'a, str>),
    Array(Vec<Json<'a>>),
    Object(Vec<(Cow<'a, str>, Json<'a>)>),
}

/// The members of an object, in the order of the text.
pub(super) type Fields<'a> = [(Cow<'a, str>, Json<'a>)];

impl<'a> Json<'a> {
    /// What it is, for messages.
    pub(super) fn what(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::Text(_) => "a string",
            Self::Array(_) => "an array",
            Self::Object(_) => "an object",
        }
    }

    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn object(&self) -> Option<&Fields<'a>> {
        match self {
            Self::Object(fields) => Some(fields),
            _ => None,
        }
    }

    pub(super) fn array(&self) -> Option<&[Json<'a>]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    pub(super) fn number(&self) -> Option<u64> {
        match self {
            Self::Number(number) => *number,
            _ => None,
        }
    }
}

/// The member of that name; the last one, as most parsers have it.
pub(super) fn get<'t, 'a>(fields: &'t Fields<'a>, key: &str) -> Option<&'t Json<'a>> {
    fields
        .iter()
        .rev()
        .find(|(name, _)| name == key)
        .map(|(_, value)| value)
}

struct TreeVisitor;

struct Key<'a>(Cow<'a, str>);

struct KeyVisitor;

impl<'de> Visitor<'de> for KeyVisitor {
    type Value = Key<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> std::result::Result<Key<'de>, E> {
        Ok(Key(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> std::result::Result<Key<'de>, E> {
        Ok(Key(Cow::Owned(text.to_owned())))
    }
}

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        deserializer.deserialize_str(KeyVisitor)
    }
}

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> std::result::Result<Json<'de>, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> std::result::Result<Json<'de>, E> {
        Ok(Json::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> std::result::Result<Json<'de>, E> {
        Ok(Json::Number(Some(value)))
    }

    fn visit_i64<E>(self, value: i64) -> std::result::Result<Json<'de>, E> {
        Ok(Json::Number(u64::try_from(value).ok()))
    }

    fn visit_f64<E>(self, _: f64) -> std::result::Result<Json<'de>, E> {
        Ok(Json::Number(None))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> std::result::Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> std::result::Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(
        self,
        mut access: A,
    ) -> std::result::Result<Json<'de>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        items.shrink_to_fit();
        Ok(Json::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(
        self,
        mut access: A,
    ) -> std::result::Result<Json<'de>, A::Error> {
        let mut fields = Vec::new();
        while let Some(Key(key)) = access.next_key()? {
            fields.push((key, access.next_value()?));
        }
        fields.shrink_to_fit();
        Ok(Json::Object(fields))
    }
}

impl<'de> Deserialize<'de> for Json<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

/// A small JSON text inside a document, such as the value of a property.
pub(super) fn parse_inner(text: &str) -> Option<Json<'_>> {
    serde_json::from_str(text).ok()
}

/// Where in a document something stands.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place<'p> {
    Root,
    Key(&'p Place<'p>, &'p str),
    Index(&'p Place<'p>, usize),
    /// A pointer that is already written out.
    At(&'p str),
}

impl<'p> Place<'p> {
    pub(super) fn key<'q>(&'q self, key: &'q str) -> Place<'q>
    where
        'p: 'q,
    {
        Place::Key(self, key)
    }

    pub(super) fn index<'q>(&'q self, index: usize) -> Place<'q>
    where
        'p: 'q,
    {
        Place::Index(self, index)
    }
}

impl fmt::Display for Place<'_> {
    /// A JSON pointer (RFC 6901).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Root => Ok(()),
            Place::Key(parent, key) => {
                write!(f, "{parent}/{}", key.replace('~', "~0").replace('/', "~1"))
            }
            Place::Index(parent, index) => write!(f, "{parent}/{index}"),
            Place::At(pointer) => f.write_str(pointer),
        }
    }
}

/// The breaches found so far; no more are kept than `limits.findings`.
#[derive(Debug)]
pub(super) struct Faults {
    list: Vec<Fault>,
    limit: u64,
    dropped: u64,
    /// The limits under which the document is read.
    pub(super) limits: Limits,
}

/// The error of a document that holds more of something than its limit allows.
pub(super) fn too_many(what: &str, most: u64, limits: &Limits) -> Error {
    Error::limit(
        "sbom-components",
        limits.sbom_components,
        format!("the document has more than {most} {what}"),
    )
}

impl Faults {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            list: Vec::new(),
            limit: limits.findings.max(1),
            dropped: 0,
            limits: limits.clone(),
        }
    }

    pub(super) fn add(&mut self, place: &Place<'_>, message: impl Into<String>) {
        if (self.list.len() as u64) < self.limit {
            self.add_at(&place.to_string(), message);
        } else {
            self.dropped += 1;
        }
    }

    pub(super) fn add_at(&mut self, place: &str, message: impl Into<String>) {
        if self.list.len() as u64 >= self.limit {
            self.dropped += 1;
            return;
        }
        self.list.push(Fault {
            place: place.to_owned(),
            message: message.into(),
        });
    }

    pub(super) fn finish(mut self) -> Vec<Fault> {
        if self.dropped > 0 {
            self.list.push(Fault {
                place: String::new(),
                message: format!("{} further breaches are not listed", self.dropped),
            });
        }
        self.list
    }

    /// Tells of every key that an object repeats: parsers differ on which one counts.
    pub(super) fn repeated_keys(&mut self, value: &Json<'_>, place: &Place<'_>) {
        match value {
            Json::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    if matches!(item, Json::Array(_) | Json::Object(_)) {
                        self.repeated_keys(item, &place.index(index));
                    }
                }
            }
            Json::Object(fields) => {
                let mut told = |key: &str| {
                    let short: String = key.chars().take(80).collect();
                    self.add(&place.key(key), format!("the key `{short}` is repeated"));
                };
                if fields.len() <= 12 {
                    for (index, (key, _)) in fields.iter().enumerate() {
                        if fields.iter().take(index).any(|(before, _)| before == key) {
                            told(key);
                        }
                    }
                } else {
                    let mut seen = HashSet::with_capacity(fields.len());
                    for (key, _) in fields {
                        if !seen.insert(key.as_ref()) {
                            told(key);
                        }
                    }
                }
                for (key, item) in fields {
                    if matches!(item, Json::Array(_) | Json::Object(_)) {
                        self.repeated_keys(item, &place.key(key));
                    }
                }
            }
            _ => {}
        }
    }

    fn wrong(&mut self, place: &Place<'_>, wanted: &str, found: &Json<'_>) {
        self.add(
            place,
            format!("{wanted} is wanted, this is {}", found.what()),
        );
    }

    /// The string of that name, if there is one.
    pub(super) fn text<'t>(
        &mut self,
        fields: &'t Fields<'_>,
        key: &str,
        place: &Place<'_>,
    ) -> Option<&'t str> {
        let value = get(fields, key)?;
        let text = value.text();
        if text.is_none() {
            self.wrong(&place.key(key), "a string", value);
        }
        text
    }

    /// The array of that name, empty where there is none.
    pub(super) fn array<'t, 'a>(
        &mut self,
        fields: &'t Fields<'a>,
        key: &str,
        place: &Place<'_>,
    ) -> &'t [Json<'a>] {
        let Some(value) = get(fields, key) else {
            return &[];
        };
        value.array().unwrap_or_else(|| {
            self.wrong(&place.key(key), "an array", value);
            &[]
        })
    }

    /// The object of that name, if there is one.
    pub(super) fn object<'t, 'a>(
        &mut self,
        fields: &'t Fields<'a>,
        key: &str,
        place: &Place<'_>,
    ) -> Option<&'t Fields<'a>> {
        let value = get(fields, key)?;
        self.as_object(value, &place.key(key))
    }

    /// The value as an object.
    pub(super) fn as_object<'t, 'a>(
        &mut self,
        value: &'t Json<'a>,
        place: &Place<'_>,
    ) -> Option<&'t Fields<'a>> {
        let object = value.object();
        if object.is_none() {
            self.wrong(place, "an object", value);
        }
        object
    }

    /// The value as a string.
    pub(super) fn as_text<'t>(
        &mut self,
        value: &'t Json<'_>,
        place: &Place<'_>,
    ) -> Option<&'t str> {
        let text = value.text();
        if text.is_none() {
            self.wrong(place, "a string", value);
        }
        text
    }
}

fn unsupported(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::UnsupportedFormat, message)
}

/// What bytes that are no JSON object look like.
fn look(bytes: &[u8]) -> String {
    let start = bytes.trim_ascii_start();
    let seen = match start {
        [] => "the input is empty",
        [b'[', ..] => "a JSON array",
        [b'<', ..] => "XML or HTML, which is not read here",
        [b'"' | b'-' | b'0'..=b'9', ..] => "a JSON value that is no object, or other text",
        [0x1f, 0x8b, ..] => "gzip data",
        [b'P', b'K', 3, 4, ..] => "a ZIP archive",
        _ if start.starts_with(b"# This file is automatically @generated by Cargo")
            || start.starts_with(b"[[package]]") =>
        {
            "a Cargo.lock"
        }
        _ if start.iter().take(512).any(|b| *b < 9) => "binary data",
        _ => "text that is no JSON",
    };
    format!(
        "no known SBOM format: {seen}; a CycloneDX, SPDX 2 or {} document in JSON is wanted",
        crate::bom::SCHEMA
    )
}

/// Reads text into a tree, under the limit of nesting.
///
/// # Errors
/// `UnsupportedFormat` for what is no JSON object, `InvalidUtf8`, `LimitExceeded` and `Parse`, with
/// the place.
pub(super) fn parse<'a>(
    bytes: &'a [u8],
    limits: &Limits,
    cancel: &CancelToken,
) -> Result<Json<'a>> {
    let text = text(bytes, limits, cancel)?;
    serde_json::from_str(text).map_err(|error| json_error(&error))
}

/// The text of a JSON object, its nesting checked.
///
/// # Errors
/// As [`parse`], but that it may turn out to be no JSON.
pub(super) fn text<'a>(bytes: &'a [u8], limits: &Limits, cancel: &CancelToken) -> Result<&'a str> {
    cancel.check()?;
    match bytes {
        [0xff, 0xfe, ..]
        | [0xfe, 0xff, ..]
        | [0, 0, ..]
        | [0, b'{' | b'<', ..]
        | [b'{' | b'<', 0, ..] => {
            return Err(Error::new(
                ErrorKind::InvalidUtf8,
                "the text is UTF-16 or UTF-32; documents are read as UTF-8 (RFC 8259, 8.1)",
            )
            .at_offset(0));
        }
        [0xef, 0xbb, 0xbf, ..] => {
            return Err(Error::parse(
                "the text begins with a byte order mark, which JSON must not have (RFC 8259, 8.1)",
            )
            .at_line(1, Some(1))
            .at_offset(0));
        }
        _ => {}
    }
    if bytes.trim_ascii_start().first() != Some(&b'{') {
        return Err(unsupported(look(bytes)));
    }
    let text = std::str::from_utf8(bytes).map_err(|e| {
        Error::new(ErrorKind::InvalidUtf8, "the text is not UTF-8")
            .at_offset(e.valid_up_to() as u64)
    })?;
    check_size(bytes, limits, cancel)?;
    Ok(text)
}

/// The error of the JSON parser, with its line and column.
pub(super) fn json_error(error: &serde_json::Error) -> Error {
    let message = error.to_string();
    let end = message.rfind(" at line ").unwrap_or(message.len());
    let message = message.get(..end).unwrap_or(&message);
    let what = if error.is_data() {
        "not as its format wants it"
    } else {
        "no valid JSON"
    };
    Error::parse(format!("{what}: {message}"))
        .at_line(error.line() as u64, Some(error.column().max(1) as u64))
}

/// The parser below goes no deeper than this.
const DEEPEST: u64 = 127;

/// Counts brackets and values outside strings, without recursion and before anything is allocated.
fn check_size(bytes: &[u8], limits: &Limits, cancel: &CancelToken) -> Result<()> {
    let limit = limits.nesting.min(DEEPEST);
    let most = limits.sbom_values();
    let (mut depth, mut values) = (0u64, 0u64);
    let (mut in_string, mut escaped) = (false, false);
    for (offset, byte) in bytes.iter().enumerate() {
        if offset & 0xf_ffff == 0 {
            cancel.check()?;
        }
        if in_string {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_string = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'{' | b'[' => {
                (depth, values) = (depth + 1, values + 1);
                if depth > limit {
                    return Err(Error::limit(
                        "nesting",
                        limit,
                        "the document is nested deeper than the limit allows",
                    )
                    .at_offset(offset as u64));
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            // Every value but the first of its list follows a comma.
            b',' => values += 1,
            _ => {}
        }
        if values > most {
            return Err(too_many("values", most, limits).at_offset(offset as u64));
        }
    }
    Ok(())
}
