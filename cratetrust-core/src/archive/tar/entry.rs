//! What an entry is: its header, and what the records before it change in it.

use super::super::collector::Collector;
use super::super::header::{BLOCK, Header, Magic, Number};
use super::super::paths::{Place, shown};
use super::super::pax::Pax;
use super::super::{Entry, EntryKind};
use super::{Current, Sinks, State, Tar, What, padding};
use crate::error::Result;
use crate::report::Code;

impl Tar<'_> {
    /// Takes the header of an entry, with what the records before it say.
    pub(super) fn entry(
        &mut self,
        header: Header<'_>,
        magic: Magic,
        mut size: u64,
        offset: u64,
        findings: &mut Collector,
        sinks: Sinks<'_, '_>,
    ) -> Result<()> {
        self.records = 0;
        let slash = self.path.ends_with(b"/");
        if let Some((pax, at)) = self.pax.take() {
            self.apply_pax(pax, at, &mut size, findings);
        }
        if let Some((name, _)) = self.long_name.take() {
            self.path = name;
        }
        self.long_link = None;
        self.entries += 1;
        let limits = self.limits;
        if self.entries > limits.entries {
            let message = format!("there are more than {} entries", limits.entries);
            self.path.clear();
            self.fail(Code::LimitEntries, offset, message, findings);
            return Ok(());
        }
        if size > i64::MAX.cast_unsigned() - BLOCK as u64 {
            let message = format!("a pax header says that the entry has {size} bytes");
            self.fail(Code::TarSizeInvalid, offset, message, findings);
            return Ok(());
        }
        let kind = self.kind(header, magic, size, offset, findings);
        if slash && header.kind() == 0 && !self.path.ends_with(b"/") {
            // With the oldest flag Python goes by the header's name, whatever a record before it says.
            self.slash(offset, findings);
        }
        if size > limits.file_size {
            let message = format!(
                "an entry of {size} bytes, and at most {} are read",
                limits.file_size
            );
            self.fail(Code::LimitFileSize, offset, message, findings);
            return Ok(());
        }
        if header.kind() == b'S' && header.sparse_continues() {
            // Where the body begins depends on a map that tools read differently.
            self.broken = true;
            self.state = State::Ignore;
            return Ok(());
        }
        self.place(kind, offset, findings);
        let mode = match header.mode() {
            Number::Value(mode) => u32::try_from(mode).unwrap_or(u32::MAX),
            _ => 0,
        };
        let relative = self
            .wanted
            .as_deref()
            .and_then(|prefix| self.parts.below(prefix))
            .unwrap_or(&self.path);
        let entry = Entry {
            path: &self.path,
            relative,
            kind,
            size,
            mode,
            offset,
        };
        for sink in sinks.iter_mut() {
            sink.entry(&entry)?;
        }
        self.current = Some(Current { kind, offset, size });
        self.state = State::Body {
            left: size,
            pad: padding(size),
            what: What::Entry,
        };
        if size == 0 {
            self.state = State::Header;
            self.body_done(What::Entry, findings, sinks)?;
        }
        Ok(())
    }

    /// Puts what a pax header says in the place of what the tar header says, as cargo does.
    fn apply_pax(&mut self, pax: Pax, at: u64, size: &mut u64, findings: &mut Collector) {
        let path = &self.path;
        if pax.sparse {
            findings.add(Code::EntryType, |mut f| {
                "pax records make the entry a sparse file; cargo reads it as a plain one"
                    .clone_into(&mut f.message);
                f.path_bytes(shown(path)).offset(at)
            });
        }
        if let Some(pax_size) = pax.size {
            if pax_size != *size {
                let header_size = *size;
                findings.add(Code::TarPaxSizeMismatch, |mut f| {
                    f.message = format!(
                        "the pax header says {pax_size} bytes and the tar header {header_size}; tools differ on which counts"
                    );
                    f.path_bytes(shown(path)).offset(at).values(pax_size.to_string(), header_size.to_string())
                });
            }
            *size = pax_size;
        }
        if let Some(pax_path) = pax.path {
            let last = self.long_name.as_ref().map_or(path, |(name, _)| name);
            if pax_path != *last {
                findings.add(Code::TarPaxPathOverride, |mut f| {
                    "the pax header gives another path than the tar header or the long-name record"
                        .clone_into(&mut f.message);
                    f.path_bytes(shown(&pax_path)).offset(at).values(
                        String::from_utf8_lossy(shown(last)),
                        String::from_utf8_lossy(shown(&pax_path)),
                    )
                });
            }
            self.path = pax_path;
        }
    }

    /// What the entry is for cargo, and a finding where it should not be in a crate.
    fn kind(
        &self,
        header: Header<'_>,
        magic: Magic,
        size: u64,
        offset: u64,
        findings: &mut Collector,
    ) -> EntryKind {
        let flag = header.kind();
        let (code, what) = match flag {
            b'0' | 0 => {
                // The oldest layout has no flag for directories, and GNU's keeps the custom.
                return if magic != Magic::Posix && self.path.ends_with(b"/") {
                    self.slash(offset, findings);
                    EntryKind::Directory
                } else {
                    EntryKind::File
                };
            }
            b'5' => {
                if size > 0 {
                    findings.add(Code::TarDirSize, |mut f| {
                        f.message = format!("a directory of {size} bytes; some tools skip them, others read them as headers");
                        f.path_bytes(shown(&self.path)).offset(offset)
                    });
                }
                return EntryKind::Directory;
            }
            b'1' => (Code::EntryHardlink, "a hard link".to_owned()),
            b'2' => (Code::EntrySymlink, "a symbolic link".to_owned()),
            b'3' => (Code::EntryDevice, "a character device".to_owned()),
            b'4' => (Code::EntryDevice, "a block device".to_owned()),
            b'6' => (Code::EntryFifo, "a FIFO".to_owned()),
            b'7' => (Code::EntryType, "a contiguous file".to_owned()),
            b'S' => (Code::EntryType, "a sparse file".to_owned()),
            flag => (
                Code::EntryType,
                format!("of the unknown type `{}`", flag.escape_ascii()),
            ),
        };
        findings.add(code, |mut f| {
            f.message = format!("the entry is {what}; a crate holds files only");
            f.path_bytes(shown(&self.path)).offset(offset)
        });
        EntryKind::Other
    }

    fn slash(&self, offset: u64, findings: &mut Collector) {
        findings.add(Code::PathTrailingSlash, |mut f| {
            "the name ends in a slash, but the header says that the entry is a file"
                .clone_into(&mut f.message);
            f.path_bytes(shown(&self.path)).offset(offset)
        });
    }

    /// Checks the path and where it lies.
    fn place(&mut self, kind: EntryKind, offset: u64, findings: &mut Collector) {
        let place = Place {
            path: &self.path,
            kind,
            offset,
        };
        if self.printer.is_some() {
            self.parts.read(&place, self.limits, findings);
        } else {
            self.parts.take_apart(&self.path, kind, self.limits);
        }
        let first = self.parts.first();
        let usable = self.parts.confined && !first.is_empty();
        if self.entries == 1 && usable {
            self.prefix = std::str::from_utf8(first).ok().map(str::to_owned);
        }
        if self.wanted.is_none() && usable && self.parts.bounded {
            self.wanted = Some(first.to_vec());
        }
        if !self.parts.confined || self.printer.is_none() {
            return;
        }
        let wanted = self.wanted.as_deref().unwrap_or_default();
        // A leading `.` is a component to cargo.
        let inside = self
            .parts
            .below(wanted)
            .is_some_and(|rest| kind == EntryKind::Directory || !rest.is_empty())
            && !self.path.starts_with(b"./");
        if !inside {
            findings.add(Code::PathPrefix, |mut f| {
                let wanted = String::from_utf8_lossy(wanted);
                f.message = format!("the path does not lie in `{wanted}/`");
                f.path_bytes(shown(&self.path))
                    .offset(offset)
                    .values(wanted, String::from_utf8_lossy(shown(first)))
            });
        }
    }
}
