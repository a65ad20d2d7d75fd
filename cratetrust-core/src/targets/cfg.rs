//! Cfg expressions, read and judged as cargo reads and judges them in dependency tables.
//!
//! The grammar is cargo's, which is narrower than rustc's: the only white space is the space, strings
//! know no escapes, `all` and `any` take any number of members and a trailing comma, `not` takes one.
//! Nothing here recurses: an expression is kept in postfix order.

use std::fmt;

use crate::error::{Error, Result};
use crate::limits::Limits;

/// One cfg: a name (`unix`) or a name and a value (`target_os = "linux"`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cfg {
    name: Box<str>,
    value: Option<Box<str>>,
}

impl Cfg {
    /// A cfg of a name and perhaps a value, taken as they are.
    pub fn new(name: &str, value: Option<&str>) -> Self {
        Self {
            name: name.into(),
            value: value.map(Into::into),
        }
    }

    /// Reads `NAME` or `NAME="value"`, as in rustc's `--cfg`.
    ///
    /// # Errors
    /// `Parse` with the byte offset for anything else; a value wants its quotation marks.
    pub fn parse(text: &str) -> Result<Self> {
        let mut tokens = Tokens::new(text, 0);
        let cfg = tokens.cfg()?;
        tokens.end()?;
        Ok(cfg)
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The value, where there is one.
    pub fn value(&self) -> Option<&str> {
        self.value.as_deref()
    }
}

impl fmt::Display for Cfg {
    /// Writes the cfg as `rustc --print cfg` does.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Some(value) => write!(f, "{}=\"{value}\"", self.name),
            None => f.write_str(&self.name),
        }
    }
}

/// The cfgs that are set: those of a target, and the caller's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cfgs(Vec<Cfg>);

impl Cfgs {
    /// No cfgs.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets one more cfg; one that is set already stays set once.
    pub fn insert(&mut self, cfg: Cfg) {
        if let Err(at) = self.0.binary_search(&cfg) {
            self.0.insert(at, cfg);
        }
    }

    /// Whether exactly this cfg is set. A name with some value is not the bare name.
    pub fn contains(&self, cfg: &Cfg) -> bool {
        self.0.binary_search(cfg).is_ok()
    }

    /// The cfgs, sorted.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Cfg> {
        self.0.iter()
    }
}

impl FromIterator<Cfg> for Cfgs {
    fn from_iter<I: IntoIterator<Item = Cfg>>(cfgs: I) -> Self {
        let mut sorted: Vec<Cfg> = cfgs.into_iter().collect();
        sorted.sort_unstable();
        sorted.dedup();
        Self(sorted)
    }
}

impl Extend<Cfg> for Cfgs {
    fn extend<I: IntoIterator<Item = Cfg>>(&mut self, cfgs: I) {
        self.0.extend(cfgs);
        self.0.sort_unstable();
        self.0.dedup();
    }
}

/// One step of an expression in postfix order.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Step {
    Is(Cfg),
    Literal(bool),
    Not,
    All(usize),
    Any(usize),
}

/// A cfg expression: what stands between `cfg(` and `)`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Expr(Vec<Step>);

/// An operator whose closing parenthesis is still to come, with the members read so far.
enum Open {
    Not,
    All(usize),
    Any(usize),
}

impl Expr {
    /// Reads an expression under the default limits.
    ///
    /// # Errors
    /// `Parse` with the byte offset; `LimitExceeded` for deeper nesting than the limit `nesting`.
    pub fn parse(text: &str) -> Result<Self> {
        Self::parse_with(text, &Limits::default())
    }

    /// Reads an expression.
    ///
    /// # Errors
    /// As [`Expr::parse`].
    pub fn parse_with(text: &str, limits: &Limits) -> Result<Self> {
        Self::parse_at(text, 0, limits)
    }

    /// Reads an expression that stands at byte `base` of what the caller was given.
    fn parse_at(text: &str, base: usize, limits: &Limits) -> Result<Self> {
        let mut tokens = Tokens::new(text, base);
        let mut steps = Vec::new();
        let mut open: Vec<Open> = Vec::new();
        let mut next = Next::Operand;
        loop {
            let (at, token) = match (next, open.is_empty()) {
                (Next::After, true) => {
                    tokens.end()?;
                    return Ok(Self(steps));
                }
                _ => tokens.peek()?,
            };
            next = match (next, token, open.last_mut()) {
                (
                    Next::Operand | Next::OperandOrClose,
                    Some(Token::Ident {
                        raw: false,
                        name: name @ ("not" | "all" | "any"),
                    }),
                    _,
                ) => {
                    if open.len() as u64 >= limits.nesting {
                        let message = "the cfg expression is nested too deeply";
                        let error = Error::limit("nesting", limits.nesting, message);
                        return Err(error.at_offset(base.saturating_add(at) as u64));
                    }
                    tokens.bump()?;
                    tokens.eat(&Token::Open)?;
                    let (operator, next) = match name {
                        "not" => (Open::Not, Next::Operand),
                        "all" => (Open::All(0), Next::OperandOrClose),
                        _ => (Open::Any(0), Next::OperandOrClose),
                    };
                    open.push(operator);
                    next
                }
                (
                    Next::After,
                    Some(Token::Comma),
                    Some(Open::All(members) | Open::Any(members)),
                ) => {
                    *members = members.saturating_add(1);
                    tokens.bump()?;
                    Next::OperandOrClose
                }
                (Next::After | Next::OperandOrClose, Some(Token::Close), Some(operator)) => {
                    let last = usize::from(matches!(next, Next::After));
                    steps.push(match operator {
                        Open::Not => Step::Not,
                        Open::All(members) => Step::All(members.saturating_add(last)),
                        Open::Any(members) => Step::Any(members.saturating_add(last)),
                    });
                    tokens.bump()?;
                    open.pop();
                    Next::After
                }
                (Next::After, found, Some(Open::Not)) => {
                    return Err(tokens.unexpected("`)`", found.as_ref(), at));
                }
                (Next::After, found, _) => {
                    return Err(tokens.unexpected("`,` or `)`", found.as_ref(), at));
                }
                (Next::Operand | Next::OperandOrClose, _, _) => {
                    let cfg = tokens.cfg()?;
                    steps.push(match (&*cfg.name, &cfg.value) {
                        ("true", None) => Step::Literal(true),
                        ("false", None) => Step::Literal(false),
                        _ => Step::Is(cfg),
                    });
                    Next::After
                }
            };
        }
    }

    /// Whether the expression holds where exactly `cfgs` are set.
    ///
    /// Nothing is set but what `cfgs` holds. So `feature = ".."` and `test` never hold in a dependency
    /// table, and `debug_assertions` always does, since rustc sets it when cargo asks.
    pub fn matches(&self, cfgs: &Cfgs) -> bool {
        let mut values: Vec<bool> = Vec::new();
        for step in &self.0 {
            let value = match step {
                Step::Is(cfg) => cfgs.contains(cfg),
                Step::Literal(value) => *value,
                Step::Not => !values.pop().unwrap_or_default(),
                Step::All(members) => {
                    let rest = values.len().saturating_sub(*members);
                    values.drain(rest..).all(|value| value)
                }
                Step::Any(members) => {
                    let rest = values.len().saturating_sub(*members);
                    values.drain(rest..).any(|value| value)
                }
            };
            values.push(value);
        }
        values.pop().unwrap_or_default()
    }

    /// The cfgs that the expression asks about, in its order; one asked twice comes twice.
    pub fn cfgs(&self) -> impl Iterator<Item = &Cfg> {
        self.0.iter().filter_map(|step| match step {
            Step::Is(cfg) => Some(cfg),
            _ => None,
        })
    }
}

/// What may come next while an expression is read.
#[derive(Clone, Copy)]
enum Next {
    Operand,
    OperandOrClose,
    After,
}

/// The key of a `[target.'…']` table: which targets its dependencies are for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Platform {
    /// One target, by its triple.
    Triple(String),
    /// All targets whose cfgs satisfy the expression.
    Cfg(Expr),
}

impl Platform {
    /// Reads a target triple or `cfg(…)` under the default limits.
    ///
    /// # Errors
    /// `Parse` with the byte offset in `text`; `LimitExceeded` for deeper nesting than the limit `nesting`.
    pub fn parse(text: &str) -> Result<Self> {
        Self::parse_with(text, &Limits::default())
    }

    /// Reads a target triple or `cfg(…)`.
    ///
    /// # Errors
    /// As [`Platform::parse`].
    pub fn parse_with(text: &str, limits: &Limits) -> Result<Self> {
        const OPEN: &str = "cfg(";
        if let Some(inner) = text
            .strip_prefix(OPEN)
            .and_then(|rest| rest.strip_suffix(')'))
        {
            return Expr::parse_at(inner, OPEN.len(), limits).map(Self::Cfg);
        }
        let strange = text
            .char_indices()
            .find(|&(_, c)| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.')));
        match strange {
            None => Ok(Self::Triple(text.to_owned())),
            Some((at, c)) => {
                let message = if text.contains('(') {
                    "neither a target triple nor `cfg(…)`".to_owned()
                } else {
                    format!("`{c}` stands in no target triple")
                };
                Err(Error::parse(message).at_offset(at as u64))
            }
        }
    }

    /// Whether the key names the target `triple`, whose cfgs are `cfgs`.
    pub fn matches(&self, triple: &str, cfgs: &Cfgs) -> bool {
        match self {
            Self::Triple(name) => name == triple,
            Self::Cfg(expr) => expr.matches(cfgs),
        }
    }
}

#[derive(Clone, PartialEq, Eq)]
enum Token<'a> {
    Open,
    Close,
    Comma,
    Equals,
    Ident { raw: bool, name: &'a str },
    Str(&'a str),
}

impl Token<'_> {
    fn describe(&self) -> String {
        match self {
            Self::Open => "`(`".to_owned(),
            Self::Close => "`)`".to_owned(),
            Self::Comma => "`,`".to_owned(),
            Self::Equals => "`=`".to_owned(),
            Self::Ident { name, .. } => format!("`{name}`"),
            Self::Str(_) => "a string".to_owned(),
        }
    }
}

/// The tokens of an expression; offsets count from the start of what the caller was given.
struct Tokens<'a> {
    text: &'a str,
    at: usize,
    base: usize,
}

impl<'a> Tokens<'a> {
    fn new(text: &'a str, base: usize) -> Self {
        Self { text, at: 0, base }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn fault(&self, message: impl Into<String>, at: usize) -> Error {
        Error::parse(message).at_offset(self.base.saturating_add(at) as u64)
    }

    fn unexpected(&self, wanted: &str, found: Option<&Token<'_>>, at: usize) -> Error {
        let found = found.map_or_else(|| "the end".to_owned(), Token::describe);
        self.fault(format!("expected {wanted}, found {found}"), at)
    }

    /// The next token, where it begins and where it ends; nothing at the end of the text.
    fn scan(&self) -> Result<(usize, Option<Token<'a>>, usize)> {
        let rest = self.rest();
        let token = rest.trim_start_matches(' ');
        let start = self.at + (rest.len() - token.len());
        let mut chars = token.chars();
        let Some(first) = chars.next() else {
            return Ok((start, None, start));
        };
        let (found, length) = match first {
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            ',' => (Token::Comma, 1),
            '=' => (Token::Equals, 1),
            '"' => {
                let body = chars.as_str();
                let Some(end) = body.find('"') else {
                    return Err(self.fault("the string has no end", start));
                };
                (Token::Str(body.get(..end).unwrap_or_default()), end + 2)
            }
            c if begins_ident(c) => {
                let (raw, name) = match token.strip_prefix("r#") {
                    Some(name) => (true, name),
                    None => (false, token),
                };
                let marks = token.len() - name.len();
                if !name.starts_with(begins_ident) {
                    return Err(self.fault("expected a name after `r#`", start + marks));
                }
                let end = name
                    .find(|c: char| !(begins_ident(c) || c.is_ascii_digit()))
                    .unwrap_or(name.len());
                let name = name.get(..end).unwrap_or_default();
                (Token::Ident { raw, name }, marks + end)
            }
            c => return Err(self.fault(format!("`{c}` stands in no cfg expression"), start)),
        };
        Ok((start, Some(found), start + length))
    }

    fn peek(&self) -> Result<(usize, Option<Token<'a>>)> {
        self.scan().map(|(start, token, _)| (start, token))
    }

    fn bump(&mut self) -> Result<(usize, Option<Token<'a>>)> {
        let (start, token, end) = self.scan()?;
        self.at = end;
        Ok((start, token))
    }

    fn eat(&mut self, wanted: &Token<'_>) -> Result<()> {
        match self.bump()? {
            (_, Some(token)) if token == *wanted => Ok(()),
            (at, found) => Err(self.unexpected(&wanted.describe(), found.as_ref(), at)),
        }
    }

    fn end(&mut self) -> Result<()> {
        let rest = self.rest();
        let left = rest.trim_start_matches(' ');
        if left.is_empty() {
            return Ok(());
        }
        let at = self.at + (rest.len() - left.len());
        Err(self.fault("something follows the cfg expression", at))
    }

    fn cfg(&mut self) -> Result<Cfg> {
        let name = match self.bump()? {
            (_, Some(Token::Ident { name, .. })) => name,
            (at, found) => return Err(self.unexpected("a name", found.as_ref(), at)),
        };
        // A fault behind the name is told by whoever reads on from there.
        if !self.rest().trim_start_matches(' ').starts_with('=') {
            return Ok(Cfg::new(name, None));
        }
        self.eat(&Token::Equals)?;
        match self.bump()? {
            (_, Some(Token::Str(value))) => Ok(Cfg::new(name, Some(value))),
            (at, found) => Err(self.unexpected("a value in quotation marks", found.as_ref(), at)),
        }
    }
}

fn begins_ident(c: char) -> bool {
    c == '_' || c.is_ascii_alphabetic()
}
