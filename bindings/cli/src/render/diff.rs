//! What changed between two lockfiles, a line for each package.

use std::fmt::Write as _;

use clap::builder::styling::AnsiColor;
use cratetrust_core::report::{Code, Finding, Report};
use cratetrust_core::text::escape;

use super::findings::{accept, findings};
use super::report::{headline, inputs};
use super::{Paint, Table, count, more};

/// Changes shown of each kind.
const LINES: usize = 100;

/// A report of `diff`.
pub(crate) fn diff(report: &Report, paint: Paint) -> String {
    let kinds = [
        (Code::LockPackageAdded, '+', AnsiColor::Green),
        (Code::LockPackageRemoved, '-', AnsiColor::Red),
        (Code::LockPackageChanged, '~', AnsiColor::Yellow),
    ];
    let of = |code: Code| -> Vec<&Finding> {
        report
            .findings
            .iter()
            .filter(|finding| finding.code == code)
            .collect()
    };
    let changes: usize = kinds.iter().map(|(code, _, _)| of(*code).len()).sum();
    let mut text = format!("{}: ", paint.verdict(report.verdict));
    if report.passed() {
        let _ = writeln!(text, "{}", count(changes as u64, "change"));
    } else {
        let _ = writeln!(text, "{}", headline(report));
    }
    text.push('\n');
    let mut table = Table::default();
    inputs(&mut table, report);
    table.row(
        "changes",
        format!(
            "{} added, {} removed, {} changed",
            of(Code::LockPackageAdded).len(),
            of(Code::LockPackageRemoved).len(),
            of(Code::LockPackageChanged).len()
        ),
    );
    table.write(&mut text);
    for (code, sign, colour) in kinds {
        let found = of(code);
        if found.is_empty() {
            continue;
        }
        text.push('\n');
        for finding in found.iter().take(LINES) {
            let line = format!("{sign} {}", change(finding));
            let _ = writeln!(text, "{}", paint.colour(colour, &line));
        }
        if found.len() > LINES {
            let _ = writeln!(text, "{}", more(found.len() - LINES));
        }
    }
    let shown = |finding: &Finding| kinds.iter().any(|(code, _, _)| *code == finding.code);
    text.push_str(&findings(report, |finding| !shown(finding), paint));
    accept(&mut text, report, paint);
    text
}

/// The package, and its values before and after where there are both.
fn change(finding: &Finding) -> String {
    let package = finding.package.as_deref().unwrap_or(&finding.message);
    match (&finding.expected, &finding.actual) {
        (Some(old), Some(new)) => {
            // Where the version changed, the new one stands behind the arrow.
            let name = package
                .strip_suffix(new.as_str())
                .and_then(|rest| rest.strip_suffix('@'))
                .unwrap_or(package);
            format!("{}  {} → {}", escape(name), escape(old), escape(new))
        }
        _ => escape(package).into_owned(),
    }
}
