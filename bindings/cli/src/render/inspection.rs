//! What a file is and what is in it.

use std::fmt::Write as _;

use cratetrust_core::Inspection;
use cratetrust_core::text::escape;
use serde_json::Value;

use super::{Paint, more, size};

/// Items shown of a list.
const ITEMS: usize = 20;
/// Characters of a list that is shown on one line.
const WIDTH: usize = 72;
/// Levels of a nested value that are shown.
const DEPTH: usize = 3;

pub(crate) fn inspection(inspection: &Inspection, paint: Paint) -> String {
    let mut text = format!(
        "{}: {}\n",
        paint.bold(&escape(&inspection.name)),
        inspection.kind
    );
    let facts: Vec<(String, &Value)> = inspection
        .facts
        .iter()
        .map(|(label, value)| (escape(label).replace('_', " "), value))
        .collect();
    let width = facts
        .iter()
        .map(|(label, _)| label.chars().count())
        .max()
        .unwrap_or_default();
    for (label, value) in &facts {
        let shown = plain(value, DEPTH);
        match value {
            Value::Array(items) if shown.chars().count() > WIDTH || items.len() > ITEMS => {
                let _ = writeln!(text, "  {label:<width$}  {}", items.len());
                for item in items.iter().take(ITEMS) {
                    let _ = writeln!(text, "  {:<width$}    {}", "", plain(item, DEPTH));
                }
                if items.len() > ITEMS {
                    let _ = writeln!(text, "  {:<width$}    {}", "", more(items.len() - ITEMS));
                }
            }
            Value::Number(number) if label.ends_with("bytes") => {
                let bytes = number.as_u64().unwrap_or_default();
                let _ = write!(text, "  {label:<width$}  {number}");
                if bytes >= 1024 {
                    let _ = write!(text, " ({})", size(bytes));
                }
                text.push('\n');
            }
            _ => {
                let _ = writeln!(text, "  {label:<width$}  {shown}");
            }
        }
    }
    text
}

/// A value on one line.
fn plain(value: &Value, depth: usize) -> String {
    match value {
        Value::Null => "not stated".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) if text.is_empty() => "not stated".to_owned(),
        Value::String(text) => escape(text).into_owned(),
        Value::Array(items) if items.is_empty() => "none".to_owned(),
        Value::Array(_) | Value::Object(_) if depth == 0 => "…".to_owned(),
        Value::Array(items) => {
            let mut shown: Vec<_> = items
                .iter()
                .take(ITEMS)
                .map(|item| plain(item, depth - 1))
                .collect();
            if items.len() > ITEMS {
                shown.push(more(items.len() - ITEMS));
            }
            shown.join(", ")
        }
        Value::Object(map) if map.is_empty() => "none".to_owned(),
        Value::Object(map) => map
            .iter()
            .take(ITEMS)
            .map(|(key, value)| format!("{} {}", escape(key), plain(value, depth - 1)))
            .collect::<Vec<_>>()
            .join(", "),
    }
}
