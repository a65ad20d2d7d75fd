//! Findings under a cap: what is dropped is counted, and no code is dropped entirely.

use std::collections::HashMap;

use crate::report::{Code, Finding};

/// Collects findings; holds at most the limit and one marker.
pub(crate) struct Collector {
    limit: usize,
    kept: Vec<Finding>,
    /// How many of each code are kept.
    codes: HashMap<Code, usize>,
    dropped: u64,
}

impl Collector {
    pub(crate) fn new(limit: u64) -> Self {
        Self {
            // The last place is the marker's.
            limit: usize::try_from(limit).unwrap_or(usize::MAX).max(2) - 1,
            kept: Vec::new(),
            codes: HashMap::new(),
            dropped: 0,
        }
    }

    /// Keeps or counts a finding. A finding is made only where it may be kept, so that a million of
    /// them cost no formatting either.
    pub(crate) fn add(&mut self, code: Code, make: impl FnOnce(Finding) -> Finding) {
        if self.kept.len() >= self.limit {
            self.dropped += 1;
            // The worst severity must survive the cap: a code not seen yet takes the place of the
            // last finding of a code that is kept more than once.
            if self.codes.contains_key(&code) || !self.make_room() {
                return;
            }
        }
        *self.codes.entry(code).or_insert(0) += 1;
        self.kept.push(make(Finding::new(code, code.text())));
    }

    fn make_room(&mut self) -> bool {
        let codes = &self.codes;
        let Some(index) = self
            .kept
            .iter()
            .rposition(|finding| codes.get(&finding.code).is_some_and(|count| *count > 1))
        else {
            return false;
        };
        let gone = self.kept.remove(index);
        if let Some(count) = self.codes.get_mut(&gone.code) {
            *count -= 1;
        }
        true
    }

    pub(crate) fn finish(mut self) -> Vec<Finding> {
        if self.dropped > 0 {
            self.kept.push(Finding::new(
                Code::FindingsTruncated,
                format!(
                    "{} more findings were counted and not kept (limit findings = {})",
                    self.dropped,
                    self.limit + 1
                ),
            ));
        }
        self.kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cap_drops_no_code_entirely() {
        let mut collector = Collector::new(10);
        for n in 0..100_000u64 {
            collector.add(Code::PathDuplicate, |f| f.offset(n));
        }
        collector.add(Code::EntrySymlink, |f| f);
        collector.add(Code::EntrySymlink, |f| f);
        let found = collector.finish();
        assert_eq!(found.len(), 10);
        let count = |code| found.iter().filter(|f| f.code == code).count();
        assert_eq!(count(Code::PathDuplicate), 8);
        assert_eq!(count(Code::EntrySymlink), 1);
        assert_eq!(count(Code::FindingsTruncated), 1);
        assert!(found[9].message.starts_with("99993 more"));
    }
}
