//! `.cargo_vcs_info.json`: of which commit cargo made the package.

use serde_json::Value;

use super::inside;

/// The levels that the JSON parser itself allows.
const PARSER_NESTING: u64 = 127;

/// What is wrong with the file, or what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Vcs {
    /// It was made of a clean working copy.
    Clean,
    /// It was made of a working copy with changes.
    Dirty,
    /// It breaks its form.
    Malformed(String),
    /// It nests deeper than the given limit.
    Deep(u64),
}

/// The commit that the file names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Origin {
    /// In lower-case hexadecimal digits.
    pub(crate) commit: String,
    /// The package's directory, where it is not that of the repository.
    pub(crate) path: Option<String>,
    pub(crate) dirty: bool,
}

/// What a file of the right form says.
pub(crate) fn origin(bytes: &[u8], nesting: u64) -> Option<Origin> {
    let dirty = match read(bytes, nesting) {
        Vcs::Clean => false,
        Vcs::Dirty => true,
        Vcs::Malformed(_) | Vcs::Deep(_) => return None,
    };
    let value: Value = serde_json::from_slice(bytes).ok()?;
    let commit = value.get("git")?.get("sha1")?.as_str()?;
    let path = value.get("path_in_vcs").and_then(Value::as_str);
    Some(Origin {
        commit: commit.to_ascii_lowercase(),
        path: path.and_then(inside).filter(|path| !path.is_empty()),
        dirty,
    })
}

/// Reads the file.
pub(crate) fn read(bytes: &[u8], nesting: u64) -> Vcs {
    let allowed = nesting.min(PARSER_NESTING);
    if deeper_than(bytes, allowed) {
        return Vcs::Deep(allowed);
    }
    let value: Value = match serde_json::from_slice(bytes) {
        Ok(value) => value,
        Err(error) => return Vcs::Malformed(format!("it is no JSON: {error}")),
    };
    let wrong = |what: &str| Vcs::Malformed(what.to_owned());
    let Some(git) = value.get("git").and_then(Value::as_object) else {
        return wrong("it has no object `git`");
    };
    match git.get("sha1").and_then(Value::as_str) {
        Some(id) if matches!(id.len(), 40 | 64) && id.bytes().all(|b| b.is_ascii_hexdigit()) => {}
        _ => return wrong("`git.sha1` is no commit of 40 or 64 hexadecimal digits"),
    }
    match value.get("path_in_vcs") {
        None => {}
        Some(Value::String(path)) if inside(path).is_some() => {}
        Some(_) => return wrong("`path_in_vcs` is no relative path inside the repository"),
    }
    match git.get("dirty") {
        None | Some(Value::Bool(false)) => Vcs::Clean,
        Some(Value::Bool(true)) => Vcs::Dirty,
        Some(_) => wrong("`git.dirty` is neither true nor false"),
    }
}

/// Whether brackets nest deeper, without recursion.
fn deeper_than(bytes: &[u8], limit: u64) -> bool {
    let (mut depth, mut text, mut escaped) = (0u64, false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if text => escaped = true,
            b'"' => text = !text,
            b'[' | b'{' if !text => {
                depth += 1;
                if depth > limit {
                    return true;
                }
            }
            b']' | b'}' if !text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commit_and_the_directory() {
        let id = "0123456789abcdef0123456789ABCDEF01234567";
        let text =
            format!("{{\"git\":{{\"sha1\":\"{id}\",\"dirty\":true}},\"path_in_vcs\":\"./a//b\"}}");
        let want = Origin {
            commit: id.to_lowercase(),
            path: Some("a/b".to_owned()),
            dirty: true,
        };
        assert_eq!(origin(text.as_bytes(), 128), Some(want));
        let text = format!("{{\"git\":{{\"sha1\":\"{id}\"}},\"path_in_vcs\":\"\"}}");
        assert_eq!(origin(text.as_bytes(), 128).unwrap().path, None);
        assert_eq!(origin(b"{}", 128), None);
    }

    #[test]
    fn forms() {
        let id = "0123456789abcdef0123456789abcdef01234567";
        let long = format!("{id}0123456789abcdef01234567");
        for text in [
            format!("{{\"git\":{{\"sha1\":\"{id}\"}},\"path_in_vcs\":\"\"}}"),
            format!(
                "{{\"git\":{{\"sha1\":\"{long}\",\"dirty\":false}},\"path_in_vcs\":\"a/b\",\"x\":[]}}"
            ),
            format!("{{\"git\":{{\"sha1\":\"{id}\"}}}}"),
        ] {
            assert_eq!(read(text.as_bytes(), 128), Vcs::Clean, "{text}");
        }
        let dirty = format!("{{\"git\":{{\"sha1\":\"{id}\",\"dirty\":true}}}}");
        assert_eq!(read(dirty.as_bytes(), 128), Vcs::Dirty);
        for text in [
            "".to_owned(),
            "[]".to_owned(),
            "{}".to_owned(),
            "{\"git\":{}}".to_owned(),
            format!("{{\"git\":{{\"sha1\":\"{}\"}}}}", &id[1..]),
            format!("{{\"git\":{{\"sha1\":\"g{}\"}}}}", &id[1..]),
            format!("{{\"git\":{{\"sha1\":\"{id}\",\"dirty\":1}}}}"),
            format!("{{\"git\":{{\"sha1\":\"{id}\"}},\"path_in_vcs\":\"../x\"}}"),
            format!("{{\"git\":{{\"sha1\":\"{id}\"}}}} x"),
        ] {
            assert!(
                matches!(read(text.as_bytes(), 128), Vcs::Malformed(_)),
                "{text}"
            );
        }
        assert_eq!(read("[".repeat(1_000_000).as_bytes(), 128), Vcs::Deep(127));
        assert_eq!(read("[[[]]]".as_bytes(), 2), Vcs::Deep(2));
        let text = format!("{{\"a\":\"\\\"{}\"}}", "[".repeat(500));
        assert!(matches!(read(text.as_bytes(), 128), Vcs::Malformed(_)));
    }
}
