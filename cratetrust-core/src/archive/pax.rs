//! Pax extended header records (POSIX.1-2001): `LENGTH KEY=VALUE\n`, read as strictly as the
//! strictest tool, because the lenient ones do not agree with each other.

/// The records that change what an entry is.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Pax {
    /// The path.
    pub(super) path: Option<Vec<u8>>,
    /// The size of the body.
    pub(super) size: Option<u64>,
    /// Whether records make the entry a sparse file or a part of one, which cargo does not heed.
    pub(super) sparse: bool,
    /// The first key that stands twice: cargo takes the first value, other tools the last.
    pub(super) repeated: Option<String>,
    /// The first few keys, for messages.
    pub(super) keys: String,
}

/// A fault: where in the record and what.
pub(super) type Fault = (usize, &'static str);

/// Reads the body of a pax header.
pub(super) fn parse(body: &[u8]) -> Result<Pax, Fault> {
    let mut pax = Pax::default();
    let mut seen = std::collections::HashSet::new();
    let mut rest = body;
    while !rest.is_empty() {
        let at = body.len() - rest.len();
        let (key, value, after) = record(rest).map_err(|what| (at, what))?;
        rest = after;
        if !seen.insert(key) && pax.repeated.is_none() {
            pax.repeated = Some(key.chars().take(80).collect());
        }
        if pax.keys.len() < 80 {
            if !pax.keys.is_empty() {
                pax.keys.push_str(", ");
            }
            pax.keys.extend(key.chars().take(40));
        }
        match key {
            // A NUL in it is told as in any other path.
            "path" if pax.path.is_none() => pax.path = Some(value.to_vec()),
            "size" if pax.size.is_none() => {
                pax.size = Some(decimal(value).ok_or((at, "the size is no decimal number"))?);
            }
            "uid" | "gid" if decimal(value).is_none() => {
                return Err((at, "a user or group is no decimal number"));
            }
            "mtime" | "atime" | "ctime" if !is_time(value) => {
                return Err((at, "a time is no decimal number"));
            }
            "linkpath" | "uname" | "gname" if value.contains(&0) => {
                return Err((at, "a record's value holds a NUL byte"));
            }
            // Extended attributes are bytes; a path is told by its own finding.
            _ if key != "path"
                && !key.starts_with("SCHILY.")
                && std::str::from_utf8(value).is_err() =>
            {
                return Err((at, "a record's value is not UTF-8"));
            }
            _ if key.starts_with("GNU.sparse.") || key.starts_with("GNU.volume.") => {
                pax.sparse = true;
            }
            _ => {}
        }
    }
    Ok(pax)
}

type Record<'a> = (&'a str, &'a [u8], &'a [u8]);

fn record(bytes: &[u8]) -> Result<Record<'_>, &'static str> {
    // A length of more than ten digits is no length of anything here.
    let space = bytes
        .iter()
        .take(11)
        .position(|byte| *byte == b' ')
        .ok_or("a record has no length")?;
    let (digits, _) = bytes.split_at_checked(space).unwrap_or_default();
    if digits.first() == Some(&b'0') {
        return Err("a record's length begins with 0");
    }
    let length = decimal(digits)
        .and_then(|length| usize::try_from(length).ok())
        .ok_or("a record's length is no decimal number")?;
    let (record, after) = bytes
        .split_at_checked(length)
        .ok_or("a record is longer than the header that holds it")?;
    let pair = record
        .get(space + 1..)
        .and_then(|pair| pair.strip_suffix(b"\n"))
        .ok_or("a record does not end where its length says")?;
    if pair.contains(&b'\n') {
        return Err("a record's value holds a line break, where some tools end the record");
    }
    let equals = pair
        .iter()
        .position(|byte| *byte == b'=')
        .ok_or("a record has no `=`")?;
    let (key, value) = pair.split_at_checked(equals).unwrap_or_default();
    let key = std::str::from_utf8(key).map_err(|_| "a record's key is not UTF-8")?;
    if key.is_empty() || key.contains('\0') {
        return Err("a record's key is empty or holds a NUL byte");
    }
    Ok((key, value.get(1..).unwrap_or_default(), after))
}

/// Seconds with an optional sign and fraction.
fn is_time(value: &[u8]) -> bool {
    let digits = value.strip_prefix(b"-").unwrap_or(value);
    let mut parts = digits.splitn(2, |byte| *byte == b'.');
    let seconds = parts.next().unwrap_or_default();
    let fraction = parts.next().unwrap_or_default();
    decimal(seconds).is_some_and(|seconds| i64::try_from(seconds).is_ok())
        && fraction.iter().all(u8::is_ascii_digit)
}

fn decimal(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_read() {
        let pax = parse(b"12 path=a/b\n9 size=7\n11 path=cc\n").unwrap();
        assert_eq!(pax.path.as_deref(), Some(&b"a/b"[..]));
        assert_eq!(pax.size, Some(7));
        assert_eq!(pax.repeated.as_deref(), Some("path"));
        assert!(!pax.sparse);
        assert!(parse(b"22 GNU.sparse.major=1\n").unwrap().sparse);
        assert_eq!(parse(b"").unwrap(), Pax::default());
        assert_eq!(
            parse(b"12 path=a\0b\n").unwrap().path.as_deref(),
            Some(&b"a\0b"[..])
        );
        assert!(parse(b"14 mtime=-1.5\n7 uid=\n").is_err());
        assert!(parse(b"14 mtime=-1.5\n8 uid=0\n").is_ok());
    }

    #[test]
    fn whatever_tools_read_differently_is_a_fault() {
        for body in [
            &b"11 size=7\n"[..],
            b"8 size=7\n",
            b"9 size=7 ",
            b"09 size=7\n",
            b"+9 size=7\n",
            b"9  size=7\n",
            b"9 size:7\n",
            b"9 size=x\n",
            b"10 size=+7\n",
            b"5 =a\n",
            b"14 path=a\nb/c\n",
            b"\n",
            b"9 size=7\n\0",
            b"99999999999999999999 size=7\n",
            b"0 size=7\n",
            b"8 uid=x\n",
            b"10 mtime=\n",
            b"13 mtime=1.x\n",
            b"11 uname=\0\n",
            b"14 linkpath=\xf7\n",
        ] {
            assert!(parse(body).is_err(), "{:?}", String::from_utf8_lossy(body));
        }
    }
}
