//! Text for people. Whatever comes from an input is escaped before it is shown.

mod diff;
mod findings;
mod inspection;
mod made;
mod report;
mod sbom;

use std::borrow::Cow;
use std::fmt::Write as _;

use clap::builder::styling::{AnsiColor, Style};
use cratetrust_core::report::{Severity, Verdict};
use cratetrust_core::{Error, ErrorKind, text::escape};

pub(crate) use diff::diff;
pub(crate) use inspection::inspection;
pub(crate) use made::made;
pub(crate) use report::report;

/// Colours, or none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paint {
    on: bool,
}

impl Paint {
    pub(crate) const fn new(on: bool) -> Self {
        Self { on }
    }

    fn style(self, style: Style, text: &str) -> String {
        if self.on {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }

    fn bold(self, text: &str) -> String {
        self.style(Style::new().bold(), text)
    }

    fn dim(self, text: &str) -> String {
        self.style(Style::new().dimmed(), text)
    }

    fn colour(self, colour: AnsiColor, text: &str) -> String {
        self.style(Style::new().bold().fg_color(Some(colour.into())), text)
    }

    fn verdict(self, verdict: Verdict) -> String {
        let colour = match verdict {
            Verdict::Pass => AnsiColor::Green,
            Verdict::Fail => AnsiColor::Red,
            Verdict::Incomplete => AnsiColor::Yellow,
        };
        self.colour(colour, verdict.name())
    }

    /// The severity, padded to the longest one.
    fn severity(self, severity: Severity) -> String {
        let padded = format!("{:<7}", severity.name());
        match severity {
            Severity::Error => self.colour(AnsiColor::Red, &padded),
            Severity::Warning => self.colour(AnsiColor::Yellow, &padded),
            Severity::Info => self.dim(&padded),
        }
    }
}

/// The line above one of several reports.
pub(crate) fn heading(label: &str, paint: Paint) -> String {
    paint.bold(&format!("{}:", escape(label))) + "\n"
}

/// An error, and what may help.
pub(crate) fn error(error: &Error, paint: Paint) -> String {
    let mut text = format!("{} {error}\n", paint.colour(AnsiColor::Red, "error:"));
    if let Some(hint) = hint(error) {
        let _ = writeln!(text, "  {} {hint}", paint.dim("hint:"));
    }
    text
}

fn hint(error: &Error) -> Option<Cow<'static, str>> {
    if let Some((name, _)) = error.limit_met()
        && cratetrust_core::Limits::NAMES.contains(&name)
    {
        return Some(format!("`--limit {name}=VALUE` changes the limit").into());
    }
    let file_name = error
        .path()
        .and_then(|path| path.rsplit(['/', '\\']).next());
    match error.kind() {
        ErrorKind::NotFound if file_name == Some("Cargo.lock") => {
            Some("`cargo generate-lockfile` makes a lockfile".into())
        }
        _ => None,
    }
}

/// `1 package`, `2 packages`.
fn count(number: u64, noun: &str) -> String {
    if number == 1 {
        format!("1 {noun}")
    } else {
        format!("{number} {noun}s")
    }
}

/// Items with commas; those beyond `most` are counted.
fn listed<'t>(items: impl ExactSizeIterator<Item = &'t str>, most: usize) -> String {
    let all = items.len();
    let mut text = String::new();
    for (position, item) in items.take(most).enumerate() {
        if position > 0 {
            text.push_str(", ");
        }
        text.push_str(&escape(item));
    }
    if all > most {
        let _ = write!(text, " {}", more(all - most));
    }
    text
}

/// What a list that was cut ends with.
fn more(hidden: usize) -> String {
    format!("… and {hidden} more (use --format json)")
}

/// Bytes in the unit that reads best.
fn size(bytes: u64) -> String {
    const UNITS: [(&str, u64); 3] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
    for (unit, factor) in UNITS {
        if bytes >= factor {
            let tenths = u128::from(bytes) * 10 / u128::from(factor);
            return format!("{}.{} {unit}", tenths / 10, tenths % 10);
        }
    }
    format!("{bytes} bytes")
}

/// A table of a label and a value a line.
#[derive(Default)]
struct Table(Vec<(String, String)>);

impl Table {
    /// Adds a line; both parts must be fit to be shown.
    fn row(&mut self, label: impl Into<String>, value: impl Into<String>) {
        self.0.push((label.into(), value.into()));
    }

    /// Appends the lines with their values aligned.
    fn write(&self, text: &mut String) {
        let width = self
            .0
            .iter()
            .map(|(label, _)| label.chars().count())
            .max()
            .unwrap_or_default();
        for (label, value) in &self.0 {
            let _ = writeln!(text, "  {label:<width$}  {value}");
        }
    }
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(count(1, "package"), "1 package");
        assert_eq!(count(0, "package"), "0 packages");
        assert_eq!(size(1023), "1023 bytes");
        assert_eq!(size(1536), "1.5 KiB");
        assert_eq!(size(u64::MAX), "17179869183.9 GiB");
    }

    #[test]
    fn lists_are_cut_and_escaped() {
        let items = ["a", "b\u{1b}[31m", "c"];
        assert_eq!(
            listed(items.into_iter(), 2),
            "a, b\\u{1b}[31m … and 1 more (use --format json)"
        );
        assert_eq!(listed(items.into_iter(), 3), "a, b\\u{1b}[31m, c");
    }

    #[test]
    fn errors_tell_the_place_and_a_way_out() {
        let met = Error::limit("lockfile-size", 5, "too large").at_path("Cargo.lock");
        assert_eq!(
            error(&met, Paint::new(false)),
            "error: Cargo.lock: too large (limit lockfile-size = 5)\n  \
             hint: `--limit lockfile-size=VALUE` changes the limit\n"
        );
        let broken = Error::parse("bad\nthing\u{1b}")
            .at_path("x")
            .at_line(3, Some(7));
        assert_eq!(
            error(&broken, Paint::new(false)),
            "error: x:3:7: bad\\u{a}thing\\u{1b}\n"
        );
    }

    #[test]
    fn paint_is_off_or_on() {
        assert_eq!(Paint::new(false).verdict(Verdict::Fail), "fail");
        assert!(
            Paint::new(true)
                .verdict(Verdict::Fail)
                .starts_with("\u{1b}[")
        );
        assert!(
            Paint::new(true)
                .verdict(Verdict::Fail)
                .ends_with("\u{1b}[0m")
        );
    }
}
