//! SHA-256 and SHA-512 of many readers, in fixed chunks and never with a whole file in memory.

use std::fmt;
use std::str::FromStr;

use sha2::Digest as _;

use crate::error::{Error, Result};
use crate::text::{hex, unhex};

mod backend;
mod lanes;
mod many;
mod slices;
mod steps;

pub use backend::Backend;
pub(crate) use many::hash_few_at_once;
pub use many::{hash_many, hash_many_with, hash_reader};
pub(crate) use slices::hash_slices;

macro_rules! digest_type {
    ($(#[$doc:meta])* $name:ident, $bytes:literal, $label:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $bytes]);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($label, "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = Error;

            /// Reads hexadecimal digits of either case.
            fn from_str(text: &str) -> Result<Self> {
                unhex(text).map(Self).ok_or_else(|| {
                    Error::invalid(format!(
                        concat!("`{}` is no ", $label, " digest: {} hexadecimal digits are wanted"),
                        text.chars().take(160).collect::<String>(),
                        $bytes * 2
                    ))
                })
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> std::result::Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }
    };
}

digest_type! {
    /// A SHA-256 digest (FIPS 180-4), shown as lower-case hexadecimal digits.
    Sha256, 32, "SHA-256"
}
digest_type! {
    /// A SHA-512 digest (FIPS 180-4), shown as lower-case hexadecimal digits.
    Sha512, 64, "SHA-512"
}

impl Sha256 {
    /// The digest of bytes in memory.
    pub fn of(bytes: &[u8]) -> Self {
        Self(sha2::Sha256::digest(bytes).into())
    }
}

impl Sha512 {
    /// The digest of bytes in memory.
    pub fn of(bytes: &[u8]) -> Self {
        Self(sha2::Sha512::digest(bytes).into())
    }
}

/// A running SHA-256.
#[derive(Clone, Default)]
pub struct Sha256Hasher(sha2::Sha256);

impl Sha256Hasher {
    /// Takes in the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of all bytes taken in.
    pub fn finish(self) -> Sha256 {
        Sha256(self.0.finalize().into())
    }
}

/// A running SHA-512.
#[derive(Clone, Default)]
pub struct Sha512Hasher(sha2::Sha512);

impl Sha512Hasher {
    /// Takes in the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of all bytes taken in.
    pub fn finish(self) -> Sha512 {
        Sha512(self.0.finalize().into())
    }
}
