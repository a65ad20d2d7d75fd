//! SPDX 3 as JSON-LD.

mod graph;
mod read;
mod terms;
mod write;

pub(super) use read::{is_context, read};
pub(super) use write::{VERSIONS, write};

use super::names;
use crate::bom::Bom;

/// What stands where a time is demanded and none is given.
const NO_TIME: &str = "1970-01-01T00:00:00Z";

/// The namespace that a document has where the caller gives no serial number.
fn namespace(bom: &Bom, version: &str, tool_version: &str) -> String {
    names::content_uuid(bom, &format!("spdx3-json {version}"), tool_version)
}

/// The `created` of a time: whole seconds in UTC, the only form that SPDX 3 takes.
fn created(time: &str) -> Option<String> {
    let (date, rest) = time.split_at_checked(19)?;
    let form = b"dddd-dd-ddTdd:dd:dd";
    let fits = date.bytes().zip(form).all(|(byte, form)| match form {
        b'd' => byte.is_ascii_digit(),
        other => byte == *other,
    });
    let fraction = rest.strip_suffix('Z')?;
    let digits = fraction.strip_prefix('.').unwrap_or(fraction);
    (fits && digits.bytes().all(|b| b.is_ascii_digit())).then(|| format!("{date}Z"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_whole_seconds() {
        for (time, wanted) in [
            ("2026-11-22T10:20:30Z", Some("2026-11-22T10:20:30Z")),
            ("2026-11-22T10:20:30.125Z", Some("2026-11-22T10:20:30Z")),
            ("2026-11-22T10:20:30+01:00", None),
            ("2026-11-22", None),
            ("2026-11-22T10:20:30", None),
            ("2026-11-22T10:20:3éZ", None),
            ("", None),
        ] {
            assert_eq!(created(time).as_deref(), wanted, "{time}");
        }
    }
}
