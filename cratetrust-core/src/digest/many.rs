//! Many readers at once: every lane holds one reader and one chunk, and a lane whose reader ends
//! takes the next one. Today each lane runs `sha2`; a kernel that hashes all lanes in step takes
//! the place of the inner loop without a change to callers.

use std::io::Read;

use super::{Sha256, Sha256Hasher};
use crate::error::{Error, Result};
use crate::progress::CancelToken;

/// Bytes that one lane reads at a time.
const CHUNK: usize = 64 << 10;
/// Readers that are under way at once.
const LANES: usize = 16;

struct Lane<T, R> {
    tag: T,
    reader: R,
    hasher: Sha256Hasher,
    size: u64,
}

/// Hashes every reader that `jobs` hands out and tells `done` the outcome of each by its tag:
/// the digest and the bytes read, or why it could not be read (also where it held more than
/// `limit` bytes). The order in which jobs finish is not fixed.
///
/// # Errors
/// `Cancelled`; a fault of one reader goes to `done`, not here.
pub fn hash_many<T, R: Read>(
    jobs: impl IntoIterator<Item = (T, R)>,
    limit: u64,
    cancel: &CancelToken,
    mut done: impl FnMut(T, Result<(Sha256, u64)>),
) -> Result<()> {
    let mut jobs = jobs.into_iter();
    let mut lanes: Vec<Lane<T, R>> = Vec::new();
    let mut chunk = vec![0; CHUNK];
    loop {
        cancel.check()?;
        while lanes.len() < LANES {
            let Some((tag, reader)) = jobs.next() else {
                break;
            };
            lanes.push(Lane {
                tag,
                reader,
                hasher: Sha256Hasher::default(),
                size: 0,
            });
        }
        if lanes.is_empty() {
            return Ok(());
        }
        let mut index = 0;
        while let Some(lane) = lanes.get_mut(index) {
            match step(lane, &mut chunk, limit) {
                Ok(true) => index += 1,
                Ok(false) => {
                    let lane = lanes.swap_remove(index);
                    done(lane.tag, Ok((lane.hasher.finish(), lane.size)));
                }
                Err(error) => done(lanes.swap_remove(index).tag, Err(error)),
            }
        }
    }
}

/// Reads and hashes one chunk; whether there may be more.
fn step<T, R: Read>(lane: &mut Lane<T, R>, chunk: &mut [u8], limit: u64) -> Result<bool> {
    loop {
        return match lane.reader.read(chunk) {
            Ok(0) => Ok(false),
            Ok(read) => {
                lane.size = lane.size.saturating_add(read as u64);
                if lane.size > limit {
                    return Err(Error::limit(
                        "crate-size",
                        limit,
                        "the file is larger than the limit allows",
                    ));
                }
                lane.hasher.update(chunk.get(..read).unwrap_or_default());
                Ok(true)
            }
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(e) => Err(Error::from_io(&e)),
        };
    }
}

/// Hashes one reader of at most `limit` bytes: its digest and the bytes read.
///
/// # Errors
/// I/O errors, `LimitExceeded`, `Cancelled`.
pub fn hash_reader(reader: impl Read, limit: u64, cancel: &CancelToken) -> Result<(Sha256, u64)> {
    let mut outcome = Err(Error::invalid("nothing was hashed"));
    hash_many([((), reader)], limit, cancel, |(), result| outcome = result)?;
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_equal_one_by_one_whatever_their_lengths() {
        let data: Vec<Vec<u8>> = (0..100u32)
            .map(|n| (0..n * 3331).map(|i| (i * n) as u8).collect())
            .collect();
        let mut seen = vec![None; data.len()];
        hash_many(
            data.iter().map(Vec::as_slice).enumerate(),
            u64::MAX,
            &CancelToken::new(),
            |i, result| seen[i] = Some(result.unwrap()),
        )
        .unwrap();
        for (bytes, seen) in data.iter().zip(seen) {
            assert_eq!(seen, Some((Sha256::of(bytes), bytes.len() as u64)));
        }
    }

    #[test]
    fn nist_vectors() {
        // FIPS 180-4 example vectors.
        assert_eq!(
            Sha256::of(b"abc").to_string(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(
            Sha256::of(b"").to_string(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }

    #[test]
    fn one_faulty_reader_does_not_stop_the_others() {
        let jobs = (0..40u64).map(|n| (n, std::io::repeat(0).take(n)));
        let mut good = 0;
        hash_many(jobs, 20, &CancelToken::new(), |n, result| match result {
            Ok((_, size)) => {
                assert_eq!(size, n);
                good += 1;
            }
            Err(e) => {
                assert!(n > 20);
                assert_eq!(e.limit_met(), Some(("crate-size", 20)));
            }
        })
        .unwrap();
        assert_eq!(good, 21);
    }

    #[test]
    fn a_cancelled_token_stops_the_work() {
        let cancel = CancelToken::new();
        cancel.cancel();
        assert!(hash_reader(std::io::empty(), 1, &cancel).is_err());
    }
}
