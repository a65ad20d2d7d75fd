//! Copyright lines of licence files.

/// Longer lines are prose.
const LONGEST: usize = 512;
/// Lines that one package may have.
const MOST: usize = 200;

/// Words that follow `copyright` in sentences of licences.
const PROSE: [&str; 22] = [
    "and",
    "or",
    "license",
    "licence",
    "licenses",
    "holder",
    "holders",
    "owner",
    "owners",
    "notice",
    "notices",
    "law",
    "laws",
    "act",
    "statement",
    "statements",
    "interest",
    "interests",
    "right",
    "rights",
    "statutes",
    "protection",
];

/// Places to fill in, as the templates in licence texts have them.
const BLANKS: [&str; 17] = [
    "[year",
    "[yyyy",
    "{year",
    "{yyyy",
    "{{",
    "<year",
    "<yyyy",
    "<date",
    "<name",
    "[name",
    "{name",
    "<copyright holder",
    "[copyright holder",
    "[fullname",
    "<owner",
    "<organization",
    "$year",
];

/// What the licences that copy themselves say after the copyright of their own text.
const OWN_TEXT: &str = "everyone is permitted to copy and distribute";

/// Adds the copyright lines of one file that are not yet there, in the order of the file.
pub(super) fn collect(bytes: &[u8], lines: &mut Vec<String>) {
    let text = String::from_utf8_lossy(bytes);
    let all: Vec<&str> = text.lines().collect();
    for (at, line) in all.iter().enumerate() {
        if lines.len() >= MOST {
            return;
        }
        let Some(line) = statement(line) else {
            continue;
        };
        let after = all.iter().skip(at + 1).take(3);
        if after
            .map(|line| line.trim().to_lowercase())
            .any(|line| line.starts_with(OWN_TEXT))
        {
            continue;
        }
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
}

/// The line as a copyright statement: without the marks of a comment, single blanks between words.
fn statement(line: &str) -> Option<String> {
    if line.len() > LONGEST {
        return None;
    }
    let line = line.trim_start_matches(|c: char| {
        c.is_whitespace() || matches!(c, '#' | '*' | '/' | ';' | '-' | '>' | '\u{feff}')
    });
    let line = line.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '/'));
    let rest = after_mark(line)?;
    if rest.is_empty() {
        return None;
    }
    let lower = line.to_lowercase();
    if BLANKS.iter().any(|blank| lower.contains(blank)) {
        return None;
    }
    let line: String = line.split_whitespace().collect::<Vec<_>>().join(" ");
    let clean = line.chars().filter(|c| !crate::text::is_misleading(*c));
    Some(clean.collect())
}

/// What follows the marks `Copyright`, `(c)` and `©` where the line begins with a statement.
fn after_mark(line: &str) -> Option<&str> {
    let (mut rest, word) = match strip(line, "copyright") {
        // `copyrighted` and the like.
        Some(rest) if rest.starts_with(char::is_alphabetic) => return None,
        Some(rest) => (rest, true),
        None => (line, false),
    };
    let mut symbol = false;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ':' | ','));
        if let Some(after) = rest.strip_prefix('©') {
            (rest, symbol) = (after, true);
        } else if let Some(after) = strip(rest, "(c)") {
            (rest, symbol) = (after, symbol || word || starts_with_year(after));
        } else {
            break;
        }
    }
    if symbol {
        return Some(rest);
    }
    if !word {
        return None;
    }
    let first = rest.split(|c: char| !c.is_alphanumeric()).next()?;
    let prose = PROSE.iter().any(|word| first.eq_ignore_ascii_case(word));
    // A sentence goes on in lower case, a name or a year does not.
    let named = rest.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit() || c == '"')
        && line.starts_with("Copyright");
    let by = strip(rest, "by ").is_some() && line.starts_with("Copyright");
    ((named && !prose) || by || starts_with_year(rest)).then_some(rest)
}

fn starts_with_year(text: &str) -> bool {
    let digits = text.trim_start().bytes().take_while(u8::is_ascii_digit);
    digits.count() == 4
}

/// What follows a prefix in whatever case.
fn strip<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let (head, rest) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lines(text: &str) -> Vec<String> {
        let mut lines = Vec::new();
        collect(text.as_bytes(), &mut lines);
        lines
    }

    #[test]
    fn statements() {
        for (line, want) in [
            (
                "Copyright (c) 2014 The Rust Project Developers",
                "Copyright (c) 2014 The Rust Project Developers",
            ),
            (
                "  // Copyright 2016   Somebody <a@b.example>  ",
                "Copyright 2016 Somebody <a@b.example>",
            ),
            ("Copyright The Authors", "Copyright The Authors"),
            ("Copyright: 2020 A", "Copyright: 2020 A"),
            ("COPYRIGHT (C) 1999 B", "COPYRIGHT (C) 1999 B"),
            ("(c) 2015 C", "(c) 2015 C"),
            ("© 2015 D", "© 2015 D"),
            ("* Copyright by E *", "Copyright by E"),
            (
                "Copyright © 1991-2023 Unicode, Inc.\r",
                "Copyright © 1991-2023 Unicode, Inc.",
            ),
            (
                "Copyright (c) Andrew Gallant",
                "Copyright (c) Andrew Gallant",
            ),
        ] {
            assert_eq!(lines(line), [want], "{line}");
        }
    }

    #[test]
    fn prose_and_templates() {
        for line in [
            "   Copyright [yyyy] [name of copyright owner]",
            "Copyright {yyyy} {name of copyright owner}",
            "Copyright (c) <year> <copyright holders>",
            "Copyright (C) <year>  <name of author>",
            "copyright notice and this permission notice shall be included in all",
            "COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER",
            "Copyright and Related Rights. A Work made available under CC0 may be",
            "Copyright Holder means the individual",
            "Copyright License.",
            "copyright owner that is granting the License.",
            "COPYRIGHT AND PERMISSION NOTICE",
            "(c) You must retain, in the Source form of any Derivative Works",
            "Copyright",
            "Copyright (c)",
            "copyrighted material",
            "The Copyright (c) 2014 of X",
            "Copyright (C) 2007 Free Software Foundation, Inc. <https://fsf.org/>\n Everyone is permitted to copy and distribute verbatim copies",
        ] {
            assert_eq!(lines(line), [""; 0], "{line}");
        }
    }

    #[test]
    fn no_line_twice_and_not_too_many() {
        assert_eq!(
            lines("Copyright 2001 A\nCopyright 2000 B\n Copyright  2001 A\n").len(),
            2
        );
        let many: String = (0..5_000)
            .map(|n| format!("Copyright 2001 A{n}\n"))
            .collect();
        assert_eq!(lines(&many).len(), MOST);
        assert!(lines(&format!("Copyright 2001 {}", "x".repeat(10_000))).is_empty());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            collect(&bytes, &mut Vec::new());
        }

        #[test]
        fn no_text_makes_it_panic(text in "([Cc]opyright|\\(c\\)|©|é|[\\[ 12<:.\n])?{0,20}") {
            lines(&text);
        }
    }
}
