//! Licence expressions in a form in which equal ones are equal, however they are spelled.

use std::collections::{BTreeSet, HashMap};

use spdx::expression::{ExprNode, Operator};
use spdx::identifiers::{EXCEPTIONS, LICENSES};
use spdx::{Expression, LicenseReq, ParseMode};

/// Longer texts are no expressions that anybody wrote, and are compared as they are.
const LONGEST: usize = 4 << 10;

/// Normalises expressions, each text once: most packages share a few.
pub(super) struct Normalizer {
    /// Identifiers by their lower-case spelling (SPDX 2.3, annex D.2: case does not tell).
    spelled: HashMap<String, &'static str>,
    known: HashMap<String, String>,
}

impl Normalizer {
    pub(super) fn new() -> Self {
        let licenses = LICENSES.iter().map(|license| license.name);
        let exceptions = EXCEPTIONS.iter().map(|exception| exception.name);
        let operators = ["AND", "OR", "WITH"];
        Self {
            spelled: operators
                .into_iter()
                .chain(licenses)
                .chain(exceptions)
                .map(|name| (name.to_ascii_lowercase(), name))
                .collect(),
            known: HashMap::new(),
        }
    }

    /// Whether two expressions say the same. The order and the number of equal terms, `/` for `OR`,
    /// the case and parentheses that change nothing make no other expression.
    pub(super) fn same(&mut self, a: &str, b: &str) -> bool {
        a == b || self.normal(a) == self.normal(b)
    }

    /// Whether a list that states no operator names the same licences as an expression.
    pub(super) fn same_terms(&mut self, list: &[&str], expression: &str) -> bool {
        let mut stated = BTreeSet::new();
        for text in list {
            stated.extend(self.terms(text));
        }
        stated == self.terms(expression)
    }

    fn normal(&mut self, text: &str) -> String {
        if let Some(known) = self.known.get(text) {
            return known.clone();
        }
        let normal = self
            .parse(text)
            .map_or_else(|| plain(text), |expression| normal_form(&expression));
        self.known.insert(text.to_owned(), normal.clone());
        normal
    }

    fn terms(&self, text: &str) -> BTreeSet<String> {
        match self.parse(text) {
            Some(expression) => expression
                .requirements()
                .map(|item| term(&item.req))
                .collect(),
            None => BTreeSet::from([plain(text)]),
        }
    }

    fn parse(&self, text: &str) -> Option<Expression> {
        if text.len() > LONGEST || !text.is_ascii() {
            return None;
        }
        let spaced = text
            .replace('/', " OR ")
            .replace('(', " ( ")
            .replace(')', " ) ");
        let words: Vec<&str> = spaced
            .split_whitespace()
            .map(|word| {
                let lower = word.to_ascii_lowercase();
                self.spelled.get(&lower).copied().unwrap_or(word)
            })
            .collect();
        Expression::parse_mode(&words.join(" "), ParseMode::LAX).ok()
    }
}

/// Text that is no expression, without regard to case and blanks.
fn plain(text: &str) -> String {
    let words: Vec<String> = text
        .split_whitespace()
        .map(|word| word.to_lowercase())
        .collect();
    words.join(" ")
}

/// One licence. A bare GNU identifier, which the list has given up, means that version only.
fn term(license: &LicenseReq) -> String {
    let text = license.to_string();
    let bare = license.license.id().is_some_and(|id| {
        id.is_gnu()
            && id.is_deprecated()
            && !text.contains("-or-later")
            && !id.name.contains("-with-")
    });
    if !bare {
        return text;
    }
    match text.split_once(" WITH ") {
        Some((id, exception)) => format!("{id}-only WITH {exception}"),
        None => format!("{text}-only"),
    }
}

/// Terms that are joined by one operator, or a single one.
struct Group {
    joined: Option<Operator>,
    terms: BTreeSet<String>,
}

impl Group {
    fn text(&self) -> String {
        let terms: Vec<&str> = self.terms.iter().map(String::as_str).collect();
        terms.join(match self.joined {
            Some(Operator::And) => " AND ",
            Some(Operator::Or) | None => " OR ",
        })
    }

    /// The terms that the group brings to a group of that operator.
    fn into_terms(self, operator: Operator) -> BTreeSet<String> {
        if self.terms.len() == 1 || self.joined == Some(operator) {
            return self.terms;
        }
        BTreeSet::from([format!("({})", self.text())])
    }
}

fn normal_form(expression: &Expression) -> String {
    let mut stack: Vec<Group> = Vec::new();
    for node in expression.iter() {
        let group = match node {
            ExprNode::Req(item) => Group {
                joined: None,
                terms: BTreeSet::from([term(&item.req)]),
            },
            ExprNode::Op(operator) => {
                // The parser gives every operator its two operands.
                let (Some(b), Some(a)) = (stack.pop(), stack.pop()) else {
                    continue;
                };
                let mut terms = a.into_terms(*operator);
                terms.extend(b.into_terms(*operator));
                Group {
                    joined: Some(*operator),
                    terms,
                }
            }
        };
        stack.push(group);
    }
    stack.pop().map(|group| group.text()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_meaning_many_spellings() {
        let mut normalizer = Normalizer::new();
        for (a, b) in [
            ("MIT OR Apache-2.0", "Apache-2.0 OR MIT"),
            ("MIT/Apache-2.0", "Apache-2.0 or mit"),
            ("MIT / Apache-2.0", "(MIT OR Apache-2.0)"),
            ("MIT OR (Apache-2.0 OR Zlib)", "Zlib OR MIT OR Apache-2.0"),
            (
                "(MIT OR Apache-2.0) AND Unicode-3.0",
                "unicode-3.0 AND (Apache-2.0 OR MIT)",
            ),
            ("MIT AND MIT", "MIT"),
            ("GPL-2.0", "GPL-2.0-only"),
            ("GPL-2.0+", "GPL-2.0-or-later"),
            (
                "Apache-2.0 WITH LLVM-exception/MIT",
                "MIT OR Apache-2.0 WITH LLVM-exception",
            ),
            ("LicenseRef-Own", "LicenseRef-Own"),
            ("Our own  licence", "our own licence"),
            ("Größe", "größe"),
            ("", " "),
        ] {
            assert!(normalizer.same(a, b), "{a} | {b}");
            assert!(normalizer.same(b, a), "{b} | {a}");
        }
    }

    #[test]
    fn another_meaning_is_another_licence() {
        let mut normalizer = Normalizer::new();
        for (a, b) in [
            ("MIT OR Apache-2.0", "MIT AND Apache-2.0"),
            ("MIT OR Apache-2.0", "MIT"),
            ("MIT", "GPL-3.0-only"),
            ("GPL-2.0-only", "GPL-2.0-or-later"),
            ("Apache-2.0", "Apache-2.0 WITH LLVM-exception"),
            (
                "(MIT OR Zlib) AND BSD-3-Clause",
                "MIT OR (Zlib AND BSD-3-Clause)",
            ),
            ("LicenseRef-Own", "LicenseRef-own"),
            ("MIT", ""),
            ("MIT OR", "MIT"),
        ] {
            assert!(!normalizer.same(a, b), "{a} | {b}");
        }
    }

    #[test]
    fn lists_are_compared_by_their_terms() {
        let mut normalizer = Normalizer::new();
        assert!(normalizer.same_terms(&["MIT", "Apache-2.0"], "Apache-2.0 OR MIT"));
        assert!(normalizer.same_terms(&["apache-2.0", "MIT"], "MIT/Apache-2.0"));
        assert!(!normalizer.same_terms(&["MIT"], "MIT OR Apache-2.0"));
        assert!(!normalizer.same_terms(&["MIT", "Zlib"], "MIT OR Apache-2.0"));
    }

    #[test]
    fn long_and_deep_texts_end_soon() {
        let mut normalizer = Normalizer::new();
        let deep = format!("{}MIT{}", "(".repeat(2000), ")".repeat(2000));
        assert!(normalizer.same(&deep, "mit"));
        let long = "MIT OR ".repeat(1_000_000) + "MIT";
        assert!(!normalizer.same(&long, "MIT"));
        assert!(normalizer.same(&long, &long));
    }
}
