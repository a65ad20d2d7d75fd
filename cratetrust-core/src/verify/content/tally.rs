//! Facts that many entries share: one finding says how many, and names the first.

use crate::archive::Entry;
use crate::archive::collector::Collector;
use crate::report::Code;

/// Entries of one kind: how many, and the first of them.
#[derive(Default)]
pub(super) struct Tally {
    count: u64,
    first: Option<(Vec<u8>, u64, u32)>,
}

impl Tally {
    pub(super) fn add(&mut self, path: &[u8], offset: u64, mode: u32) {
        self.count += 1;
        if self.first.is_none() {
            let path = path.get(..4096).unwrap_or(path);
            self.first = Some((path.to_vec(), offset, mode & 0o7777));
        }
    }

    pub(super) fn entry(&mut self, entry: &Entry<'_>) {
        self.add(entry.path, entry.offset, entry.mode);
    }

    /// One finding for all files of a kind: `one` says it of a single one, `many` of several.
    pub(super) fn facts(&self, code: Code, one: &str, many: &str, findings: &mut Collector) {
        let count = self.count;
        if let Some((path, offset, _)) = &self.first {
            findings.add(code, |mut f| {
                f.message = match count {
                    1 => one.to_owned(),
                    _ => format!("{count} {many}; this is the first"),
                };
                f.path_bytes(path).offset(*offset)
            });
        }
    }

    /// One finding for all of them.
    pub(super) fn report(&self, code: Code, what: &str, findings: &mut Collector) {
        let count = self.count;
        if let Some((path, offset, mode)) = &self.first {
            findings.add(code, |mut f| {
                f.message = match count {
                    1 => format!("the entry is {what} (mode {mode:04o})"),
                    _ => format!("{count} entries are {what}; this is the first (mode {mode:04o})"),
                };
                f.path_bytes(path)
                    .offset(*offset)
                    .actual(format!("{mode:04o}"))
            });
        }
    }
}
