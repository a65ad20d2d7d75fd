//! What a file is and what is in it.

use std::fmt::Write as _;

use cratetrust_core::Inspection;
use cratetrust_core::profile::{Assessment, Demand, Field, Subject};
use cratetrust_core::text::escape;
use serde_json::Value;

use super::{Paint, more, size};

/// Components named that lack a field.
const LACKING: usize = 5;
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
        // The assessment has a table of its own.
        .filter(|(label, _)| *label != "profile" || inspection.assessment.is_none())
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
    if let Some(assessment) = &inspection.assessment {
        text.push_str(&profile(assessment, paint));
    }
    text
}

/// Each field of a profile: whether it is there, where the first is, and what lacks it.
fn profile(assessment: &Assessment, paint: Paint) -> String {
    let open = assessment
        .fields
        .iter()
        .filter(|field| field.demand == Demand::Required && !field.is_complete())
        .count();
    let verdict = match open {
        0 => "every required field is there".to_owned(),
        1 => "1 required field is missing or incomplete".to_owned(),
        open => format!("{open} required fields are missing or incomplete"),
    };
    let mut text = format!(
        "\nprofile {}: {verdict}\n  {}\n",
        paint.bold(assessment.name),
        assessment.source
    );
    let width = assessment
        .fields
        .iter()
        .map(|field| field.field.len())
        .max()
        .unwrap_or_default();
    let counts: Vec<String> = assessment.fields.iter().map(tally).collect();
    let column = counts.iter().map(String::len).max().unwrap_or_default();
    let mut subject = None;
    for (field, count) in assessment.fields.iter().zip(&counts) {
        if subject.replace(field.subject) != Some(field.subject) {
            let heading = match field.subject {
                Subject::Document => "document".to_owned(),
                Subject::Component => super::count(assessment.components, "component"),
            };
            let _ = writeln!(text, "\n  {heading}");
        }
        let place = field.place.as_deref().map(escape).unwrap_or_default();
        let demand = match field.demand {
            Demand::Required => "",
            Demand::IfItExists => "  (if it exists)",
        };
        let line = format!(
            "  {count:>column$}  {:<width$}  {place}{demand}",
            field.field
        );
        let _ = writeln!(text, "{}", line.trim_end());
        let hidden = field.of.saturating_sub(field.present) as usize;
        let shown = field.missing.len().min(LACKING);
        for missing in field.missing.iter().take(shown) {
            let _ = writeln!(text, "  {:column$}    {}", "", escape(missing));
        }
        if hidden > shown && shown > 0 {
            let _ = writeln!(text, "  {:column$}    {}", "", more(hidden - shown));
        }
    }
    text
}

/// How often a field is there.
fn tally(field: &Field) -> String {
    match (field.subject, field.is_complete()) {
        (Subject::Document, true) => "yes".to_owned(),
        (Subject::Document, false) => "no".to_owned(),
        (Subject::Component, _) => format!("{}/{}", field.present, field.of),
    }
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
