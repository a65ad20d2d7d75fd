//! Manifests out of `.crate` files, from bytes that were proven first.
//!
//! Many archives are hashed at a time, and each is inflated from the very bytes that were hashed, no
//! further than the answer needs: what else an archive holds is a question of `verify`.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io::Read;
use std::iter;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Mutex;

use crate::archive::{Entry, EntryKind, Sink, Skimmer};
use crate::digest::{Sha256, hash_many, hash_slices};
use crate::error::{Error, ErrorKind, Result};
use crate::input::KnownFile;
use crate::limits::Limits;
use crate::manifest::{self, Manifest, SourceFiles, Structure};
use crate::progress::CancelToken;
use crate::registry::Artifact;

/// Archives that are hashed in step; so many or a multiple of them are held at a time.
const WAVE: usize = 16;
/// Archives that are held at a time, at most.
const MOST: usize = 64;
/// Bytes of them beyond which no further wave begins: what a processor's own cache holds.
const ENOUGH: usize = 1 << 20;
/// Bytes beyond which no further archive joins.
const MUCH: usize = 2 << 20;
/// Bytes of an archive beyond which it is hashed as it is read and only its beginning is held.
const LARGE: u64 = 256 << 10;
/// Bytes of that beginning: it nearly always has the manifest, and newer manifests tell everything.
const HEAD: usize = 64 << 10;
/// Bytes of room that a file is read into, beyond the size that was told for it.
const SPARE: usize = 4 << 10;

/// One archive, and what is asked of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    /// Its stem is `name-version`, the directory that its entries lie in.
    pub(crate) artifact: &'a Artifact,
    /// What its bytes must be; `None` where nothing says it.
    pub(crate) sha256: Option<Sha256>,
    /// Whether it is asked how the package is built. Then the files count from which cargo infers a
    /// library and a build script.
    pub(crate) structure: bool,
    /// Whether each unit counts, so that a build script is looked for that nothing is declared for.
    pub(crate) units: bool,
    /// Whether it is asked what the manifest says of the package.
    pub(crate) facts: bool,
}

impl Wanted<'_> {
    fn is_large(&self) -> bool {
        self.artifact.size > LARGE
    }
}

/// What came of an archive that could be read.
#[derive(Debug)]
pub(crate) struct Taken {
    pub(crate) sha256: Sha256,
    /// Its bytes.
    pub(crate) size: u64,
    /// `None` where the bytes are not those that were asked for.
    pub(crate) content: Option<Content>,
}

impl Taken {
    /// Whether the archive breaks off before any manifest.
    pub(crate) fn is_broken(&self) -> bool {
        let content = self.content.as_ref();
        content.is_some_and(|content| !content.has_manifest && !content.complete)
    }
}

/// What an archive tells.
#[derive(Debug)]
pub(crate) struct Content {
    /// What its manifest, of several the last one that was read, says of how it is built; `None`
    /// where there is none or nobody asked. Where it cannot be understood, why.
    pub(crate) structure: Option<Result<Structure>>,
    /// What the manifest says of the package, likewise.
    pub(crate) facts: Option<Result<Manifest>>,
    /// Whether there is a manifest.
    has_manifest: bool,
    /// The files that were seen as far as it was read.
    pub(crate) files: SourceFiles,
    /// Whether it was read as far as the answer needs, and to its end where that is needed.
    pub(crate) complete: bool,
}

/// Reads archives, many at a time; what that takes is kept for the next ones.
#[derive(Default)]
pub(crate) struct Reader {
    /// The bytes of some archives, one after the other, and room behind them.
    held: Vec<u8>,
    /// Room for the beginnings of large archives.
    heads: Vec<Vec<u8>>,
    skimmer: Skimmer,
}

impl Reader {
    /// Reads archives and tells `done` what came of each by its tag, in no fixed order. It is fastest
    /// where neighbours are of like size.
    ///
    /// # Errors
    /// `Cancelled`; a fault of one archive goes to `done`.
    pub(crate) fn read<'a, T>(
        &mut self,
        jobs: impl IntoIterator<Item = (T, Wanted<'a>)>,
        limits: &Limits,
        cancel: &CancelToken,
        mut done: impl FnMut(T, Result<Taken>),
    ) -> Result<()> {
        let mut jobs = jobs.into_iter().fuse().peekable();
        loop {
            let large = iter::from_fn(|| jobs.next_if(|(_, wanted)| wanted.is_large()));
            let mut whole = self
                .read_heads(large, limits, cancel, &mut done)?
                .into_iter();
            loop {
                let next = || {
                    let small = || jobs.next_if(|(_, wanted)| !wanted.is_large());
                    whole.next().or_else(small)
                };
                if !self.read_batch(next, limits, cancel, &mut done)? {
                    break;
                }
            }
            if jobs.peek().is_none() {
                return Ok(());
            }
        }
    }

    /// Reads archives side by side, as many as are worth holding; false where there are none.
    fn read_batch<'a, T>(
        &mut self,
        mut next: impl FnMut() -> Option<(T, Wanted<'a>)>,
        limits: &Limits,
        cancel: &CancelToken,
        done: &mut impl FnMut(T, Result<Taken>),
    ) -> Result<bool> {
        let mut batch: Vec<(T, Wanted<'a>, Range<usize>)> = Vec::new();
        let (mut filled, mut any) = (0, false);
        // Full waves of like size leave no lane idle.
        while batch.len() < MOST
            && filled < MUCH
            && (filled < ENOUGH || !batch.len().is_multiple_of(WAVE))
        {
            let Some((tag, wanted)) = next() else {
                break;
            };
            any = true;
            match self.append(wanted.artifact, filled, limits.crate_size, cancel) {
                Ok(end) => {
                    batch.push((tag, wanted, filled..end));
                    filled = end;
                }
                Err(error) if error.kind() == ErrorKind::Cancelled => return Err(error),
                Err(error) => done(tag, Err(error)),
            }
        }
        batch.sort_by_key(|(_, _, range)| std::cmp::Reverse(range.len()));
        let held = &self.held;
        let of = |range: &Range<usize>| held.get(range.clone()).unwrap_or_default();
        let messages: Vec<&[u8]> = batch.iter().map(|(_, _, range)| of(range)).collect();
        let mut digests = vec![None; batch.len()];
        hash_slices(&messages, cancel, |at, digest| {
            if let Some(slot) = digests.get_mut(at) {
                *slot = Some(digest);
            }
        })?;
        for ((tag, wanted, range), digest) in batch.into_iter().zip(digests) {
            let Some(sha256) = digest else { continue };
            let bytes = of(&range);
            let good = wanted.sha256.is_none_or(|expected| expected == sha256);
            let content = match good {
                true => Some(skim(
                    &mut self.skimmer,
                    bytes,
                    true,
                    wanted,
                    limits,
                    cancel,
                )?),
                false => None,
            };
            let taken = Taken {
                sha256,
                size: bytes.len() as u64,
                content,
            };
            done(tag, Ok(taken));
        }
        Ok(any)
    }

    /// Reads archives of which no more is held than their beginning, and gives back those of which
    /// that does not tell enough, or that could not be read: what is wrong with them is told when they
    /// are read as a whole.
    fn read_heads<'a, T>(
        &mut self,
        jobs: impl Iterator<Item = (T, Wanted<'a>)>,
        limits: &Limits,
        cancel: &CancelToken,
        done: &mut impl FnMut(T, Result<Taken>),
    ) -> Result<Vec<(T, Wanted<'a>)>> {
        let heads = RefCell::new(std::mem::take(&mut self.heads));
        let open = |(tag, wanted): (T, Wanted<'a>)| {
            let room = heads.borrow_mut().pop();
            let room = room.unwrap_or_else(|| Vec::with_capacity(HEAD));
            let kept = Rc::new(RefCell::new(room));
            let head = Head {
                file: wanted.artifact.open().ok().map(|(file, _)| file),
                kept: Rc::clone(&kept),
            };
            ((tag, wanted, kept), head)
        };
        let mut left = Vec::new();
        let mut fault = Ok(());
        let jobs = jobs.map(open);
        hash_many(
            jobs,
            limits.crate_size,
            cancel,
            |(tag, wanted, kept), hashed| {
                let mut head = kept.take();
                let outcome = match hashed {
                    Ok((sha256, _)) if wanted.sha256.is_some_and(|good| good != sha256) => Ok(None),
                    Ok(_) => {
                        skim(&mut self.skimmer, &head, false, wanted, limits, cancel).map(Some)
                    }
                    Err(_) => return left.push((tag, wanted)),
                };
                head.clear();
                heads.borrow_mut().push(head);
                match (hashed, outcome) {
                    (_, Err(error)) => fault = Err(error),
                    (Ok((sha256, size)), Ok(content))
                        if content.as_ref().is_none_or(|content| content.complete) =>
                    {
                        let taken = Taken {
                            sha256,
                            size,
                            content,
                        };
                        done(tag, Ok(taken));
                    }
                    _ => left.push((tag, wanted)),
                }
            },
        )?;
        self.heads = heads.into_inner();
        fault?;
        Ok(left)
    }

    /// Reads one archive; see [`Reader::read`].
    ///
    /// # Errors
    /// `Cancelled`; else as the file.
    pub(crate) fn read_one(
        &mut self,
        wanted: Wanted<'_>,
        limits: &Limits,
        cancel: &CancelToken,
    ) -> Result<Taken> {
        let mut outcome = Err(Error::new(ErrorKind::Internal, "nothing was read"));
        self.read([((), wanted)], limits, cancel, |(), taken| outcome = taken)?;
        outcome
    }

    /// Makes room for so many bytes, of which the first are kept. Fresh memory is zero without being
    /// written to.
    fn make_room(&mut self, kept: usize, room: usize) {
        if self.held.len() >= room {
            return;
        }
        let likely = MUCH + LARGE as usize + SPARE;
        let mut larger = vec![0; room.max(2 * self.held.len()).max(likely)];
        if let (Some(to), Some(from)) = (larger.get_mut(..kept), self.held.get(..kept)) {
            to.copy_from_slice(from);
        }
        self.held = larger;
    }

    /// Appends a file of at most `limit` bytes to the first bytes held; where it ends.
    fn append(
        &mut self,
        artifact: &Artifact,
        mut filled: usize,
        limit: u64,
        cancel: &CancelToken,
    ) -> Result<usize> {
        let path = || artifact.path.display().to_string();
        let (mut file, size) = artifact.open()?;
        let likely = usize::try_from(size.min(limit)).unwrap_or_default();
        let mut room = filled + likely + SPARE;
        let mut read = 0;
        loop {
            cancel.check()?;
            self.make_room(filled, room);
            match file.read(self.held.get_mut(filled..room).unwrap_or_default()) {
                Ok(0) => return Ok(filled),
                Ok(more) => {
                    filled += more;
                    read += more as u64;
                    room = room.max(filled + SPARE);
                }
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                Err(e) => return Err(Error::from_io(&e).at_path(path())),
            }
            if read > limit {
                return Err(Error::limit(
                    "crate-size",
                    limit,
                    "the input is larger than the limit allows",
                )
                .at_path(path()));
            }
        }
    }
}

/// A file whose beginning is kept while it is read.
struct Head {
    /// `None` where it could not be opened.
    file: Option<KnownFile>,
    kept: Rc<RefCell<Vec<u8>>>,
}

impl Read for Head {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let Some(file) = &mut self.file else {
            return Err(std::io::Error::other("it could not be opened"));
        };
        let read = file.read(buffer)?;
        let mut kept = self.kept.borrow_mut();
        let room = HEAD.saturating_sub(kept.len()).min(read);
        kept.extend_from_slice(buffer.get(..room).unwrap_or_default());
        Ok(read)
    }
}

/// Reads an archive, or its beginning, as far as the answer needs.
fn skim(
    skimmer: &mut Skimmer,
    bytes: &[u8],
    whole: bool,
    wanted: Wanted<'_>,
    limits: &Limits,
    cancel: &CancelToken,
) -> Result<Content> {
    let mut finder = Finder {
        limits,
        wanted,
        whole,
        files: SourceFiles::default(),
        structure: None,
        facts: None,
        has_manifest: false,
        body: None,
        told: None,
    };
    let outcome = skimmer.read(bytes, &wanted.artifact.stem, limits, cancel, &mut finder);
    let complete = match finder.told {
        Some(told) => told,
        None => outcome?,
    };
    Ok(Content {
        structure: finder.structure,
        facts: finder.facts,
        has_manifest: finder.has_manifest,
        files: finder.files,
        complete,
    })
}

/// Catches the manifest and the files that matter.
struct Finder<'l> {
    limits: &'l Limits,
    wanted: Wanted<'l>,
    /// Whether there are all its bytes.
    whole: bool,
    files: SourceFiles,
    structure: Option<Result<Structure>>,
    facts: Option<Result<Manifest>>,
    has_manifest: bool,
    /// The bytes of the manifest, while it goes by.
    body: Option<Vec<u8>>,
    /// Why the reading was ended: everything is told, or the end is missing that must tell it.
    told: Option<bool>,
}

impl Finder<'_> {
    /// Ends the reading where nothing more can change the answer, or nothing that is at hand.
    fn check(&mut self) -> Result<()> {
        let is_told = match &self.structure {
            Some(Ok(structure)) => structure
                .package
                .as_ref()
                .is_none_or(|package| package.is_told_with(&self.files, self.wanted.units)),
            _ => self.has_manifest,
        };
        if !is_told && (self.whole || !self.has_manifest) {
            return Ok(());
        }
        self.told = Some(is_told);
        Err(Error::new(ErrorKind::Internal, "nothing more is needed"))
    }
}

impl Sink for Finder<'_> {
    fn entry(&mut self, entry: &Entry<'_>) -> Result<()> {
        self.body = None;
        if entry.kind != EntryKind::File {
            return Ok(());
        }
        match entry.relative {
            b"Cargo.toml" => self.body = Some(Vec::new()),
            b"src/lib.rs" => {
                self.files.lib = true;
                self.check()?;
            }
            b"build.rs" => {
                self.files.build = true;
                self.check()?;
            }
            _ => {}
        }
        Ok(())
    }

    fn chunk(&mut self, bytes: &[u8]) -> Result<()> {
        if let Some(body) = &mut self.body {
            // One byte more, so that a manifest that is too large is told as such.
            let room = self.limits.manifest_size.saturating_add(1) - body.len() as u64;
            let room = usize::try_from(room).unwrap_or(usize::MAX);
            body.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
        }
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        if let Some(body) = self.body.take() {
            self.has_manifest = true;
            let read = manifest::read(&body, self.wanted.structure, self.wanted.facts, self.limits);
            (self.structure, self.facts) = read;
            return self.check();
        }
        Ok(())
    }

    fn wants_rest(&self) -> bool {
        // A manifest that leaves things open is seldom followed by what settles them.
        self.has_manifest
    }
}

/// What was taken from archives for one purpose and serves the next, by path.
#[derive(Debug, Default)]
pub(crate) struct Seen(Mutex<HashMap<PathBuf, Taken>>);

impl Seen {
    pub(crate) fn put(&self, path: PathBuf, taken: Taken) {
        self.with(|map| map.insert(path, taken));
    }

    pub(crate) fn take(&self, path: &Path) -> Option<Taken> {
        self.with(|map| map.remove(path))
    }

    fn with<T>(&self, work: impl FnOnce(&mut HashMap<PathBuf, Taken>) -> T) -> T {
        match self.0.lock() {
            Ok(mut guard) => work(&mut guard),
            Err(poisoned) => work(&mut poisoned.into_inner()),
        }
    }
}
