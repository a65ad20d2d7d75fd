//! A report read back from its JSON form.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::{Code, Report, SCHEMA, Severity};
use crate::digest::Sha256;
use crate::error::{Error, Result};

impl Report {
    /// Reads a report from what [`Report::to_json`] wrote, in this process or in another; keys that
    /// are not known are passed over.
    ///
    /// # Errors
    /// `Parse`, with the place, for what is no report of schema `cratetrust.report/1` whose codes are
    /// known here.
    pub fn from_json(text: &str) -> Result<Self> {
        serde_json::from_str(text).map_err(|error| {
            let message = error.to_string();
            let end = message.rfind(" at line ").unwrap_or(message.len());
            let message = message.get(..end).unwrap_or(&message);
            Error::parse(format!("this is no report of schema {SCHEMA}: {message}"))
                .at_line(error.line() as u64, Some(error.column() as u64))
        })
    }
}

pub(super) fn schema<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> std::result::Result<Cow<'static, str>, D::Error> {
    match String::deserialize(deserializer)?.as_str() {
        SCHEMA => Ok(Cow::Borrowed(SCHEMA)),
        _ => Err(D::Error::custom("its schema is another one")),
    }
}

pub(super) fn digest<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> std::result::Result<Option<Sha256>, D::Error> {
    let digits = Option::<String>::deserialize(deserializer)?;
    let digest = digits.map(|digits| digits.parse()).transpose();
    digest.map_err(|_| D::Error::custom("a SHA-256 digest has 64 hexadecimal digits"))
}

pub(super) fn severities<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> std::result::Result<BTreeMap<&'static str, Severity>, D::Error> {
    let changed = BTreeMap::<String, Severity>::deserialize(deserializer)?;
    let known = changed.into_iter().map(|(name, severity)| {
        let code = Code::from_name(&name);
        let code = code.ok_or_else(|| D::Error::custom("a severity is of no code known here"))?;
        Ok((code.name(), severity))
    });
    known.collect()
}
