//! Properties in the comments of annotations and relationships: `name=value`, or `name:="…"` with
//! the value as a JSON string, where the value could not stand in tag-value as it is.

use crate::sbom::names;

/// The reference under which the document carries the licence file's text.
pub(super) const LICENSE_TEXT_REF: &str = "cratetrust:license-text-ref";

/// A syntax of SPDX 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Syntax {
    Json,
    TagValue,
}

impl Syntax {
    /// Whether a text of several lines is the same after writing and reading.
    pub(super) fn keeps_block(self, text: &str) -> bool {
        self == Self::Json
            || !(text.contains("</text>")
                || text
                    .chars()
                    .any(|c| c.is_control() && !matches!(c, '\n' | '\t')))
    }
}

/// The comment that holds a property.
pub(super) fn comment(name: &str, value: &str, syntax: Syntax) -> String {
    if syntax.keeps_block(value) {
        return format!("{name}={value}");
    }
    let mut out = format!("{name}:=");
    for c in names::json_text(&value).chars() {
        if c == '<' || c.is_control() {
            // A control character that JSON leaves bare is below U+00A0.
            out.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            out.push(c);
        }
    }
    out
}

/// A comment of the form `name:="…"` as `name=value`; `None` for any other.
pub(super) fn unquoted(comment: &str) -> Option<String> {
    let (name, value) = comment
        .starts_with(names::PREFIX)
        .then(|| comment.split_once(":="))??;
    // The first `=` ends the name.
    if name.contains('=') {
        return None;
    }
    let value: String = serde_json::from_str(value).ok()?;
    Some(format!("{name}={value}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_value_survives_either_syntax() {
        for value in [
            "",
            "a=b",
            "two\nlines",
            " </text> ",
            "\r\n\u{0}\u{7f}\u{85}\u{9f}\"\\",
            "\"quoted\"",
            "漢",
        ] {
            for syntax in [Syntax::Json, Syntax::TagValue] {
                let text = comment(names::DESCRIPTION, value, syntax);
                assert!(syntax.keeps_block(&text), "{text}");
                let read = unquoted(&text).unwrap_or(text);
                assert_eq!(read, format!("{}={value}", names::DESCRIPTION));
            }
        }
        for text in [
            "cratetrust:x:=no JSON",
            "other:=\"1\"",
            "cratetrust:x",
            "cratetrust:x=y:=\"z\"",
        ] {
            assert_eq!(unquoted(text), None);
        }
    }
}
