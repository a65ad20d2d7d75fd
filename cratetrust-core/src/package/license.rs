//! Declared licences as SPDX licence expressions (SPDX 2.3, annex D).

use spdx::identifiers::{EXCEPTIONS, LICENSES};
use spdx::{Expression, ParseMode};

/// Longer texts are no expressions that anybody wrote.
const LONGEST: usize = 4 << 10;

/// What an expression may hold: identifiers of the list, also deprecated ones.
const VALID: ParseMode = ParseMode {
    allow_deprecated: true,
    ..ParseMode::STRICT
};

/// The text as a valid expression: `/` becomes `OR`, a lax name the identifier that it stands for.
/// What cannot be understood stays as it was written, without blanks around it.
pub(crate) fn normalize(text: &str) -> String {
    let text = text.trim();
    if !could_be_one(text) {
        return text.to_owned();
    }
    let joined = respell(text);
    if is_valid(&joined) {
        return joined;
    }
    match Expression::canonicalize(&joined) {
        Ok(Some(canonical)) if is_valid(&canonical) => canonical,
        _ => text.to_owned(),
    }
}

/// Single blanks between words, upper-case operators (documents take no others), and identifiers as
/// the list spells them: they are compared without regard to case (SPDX 2.3, annex D.2).
fn respell(text: &str) -> String {
    let spaced = text
        .replace('/', " OR ")
        .replace('(', "( ")
        .replace(')', " )");
    let words = spaced.split_whitespace().map(spelled);
    let joined = words.collect::<Vec<_>>().join(" ");
    joined.replace("( ", "(").replace(" )", ")")
}

fn spelled(word: &str) -> &str {
    let operator = ["AND", "OR", "WITH"].into_iter();
    let licenses = LICENSES.iter().map(|license| license.name);
    let exceptions = EXCEPTIONS.iter().map(|exception| exception.name);
    operator
        .chain(licenses)
        .chain(exceptions)
        .find(|name| name.eq_ignore_ascii_case(word))
        .unwrap_or(word)
}

/// Whether a text is an SPDX expression as the specification has it.
pub(crate) fn is_valid(text: &str) -> bool {
    could_be_one(text) && Expression::parse_mode(text, VALID).is_ok()
}

fn could_be_one(text: &str) -> bool {
    !text.is_empty() && text.len() <= LONGEST && text.is_ascii()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_people_write() {
        for (text, want) in [
            ("MIT", "MIT"),
            ("MIT/Apache-2.0", "MIT OR Apache-2.0"),
            ("MIT / Apache-2.0", "MIT OR Apache-2.0"),
            (" MIT  OR  Apache-2.0\n", "MIT OR Apache-2.0"),
            ("MIT or Apache-2.0", "MIT OR Apache-2.0"),
            (
                "(MIT or Apache-2.0) and Unicode-DFS-2016",
                "(MIT OR Apache-2.0) AND Unicode-DFS-2016",
            ),
            ("Unlicense/MIT", "Unlicense OR MIT"),
            (
                "Apache-2.0 WITH LLVM-exception/Apache-2.0/MIT",
                "Apache-2.0 WITH LLVM-exception OR Apache-2.0 OR MIT",
            ),
            ("GPL-2.0", "GPL-2.0"),
            ("GPL-3.0+", "GPL-3.0-or-later"),
            (
                "GPL-2.0-with-classpath-exception",
                "GPL-2.0-with-classpath-exception",
            ),
            ("LicenseRef-Own", "LicenseRef-Own"),
            ("Apache 2.0", "Apache-2.0"),
            ("apache-2.0", "Apache-2.0"),
            ("MIT, Apache-2.0", "MIT, Apache-2.0"),
            ("non-standard", "non-standard"),
            ("(MIT OR", "(MIT OR"),
            ("Größe", "Größe"),
            ("", ""),
        ] {
            assert_eq!(normalize(text), want, "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn once_is_enough(text in "([A-Za-z0-9.+() /-]|MIT|GPL-2.0|Apache-2.0| OR | and | WITH |é){0,12}") {
            let once = normalize(&text);
            prop_assert_eq!(normalize(&once), once);
        }
    }
}
