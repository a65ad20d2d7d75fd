//! The ways to hash, and which of them this processor can run.

use super::lanes::Kernel;
use crate::error::{Error, ErrorKind, Result};

/// A way to hash many readers with SHA-256. All give the same digests.
///
/// A way that is named hashes in step as it says, and what is too little for that one reader after the
/// other, as [`Backend::Sha2`] does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Backend {
    /// The fastest that the processor can run. Beside the sixteen lanes that are the SHA instructions
    /// for what is too little for those.
    #[default]
    Auto,
    /// 16 readers in step, with the AVX-512F and AVX-512BW instructions of x86-64.
    Avx512,
    /// 8 readers in step, with the AVX2 instructions of x86-64.
    Avx2,
    /// 3 readers in step, with the SHA instructions of x86-64.
    ShaNi,
    /// One reader after the other with the `sha2` crate, which uses the SHA instructions of x86
    /// and aarch64 where there are any. Every processor can run it.
    Sha2,
}

impl Backend {
    /// All ways but [`Backend::Auto`].
    const ALL: [Self; 4] = [Self::Avx512, Self::Avx2, Self::ShaNi, Self::Sha2];

    /// The ways that this processor can run, those of more lanes first; `Auto` is not among them.
    pub fn available() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|way| way.kernel().is_ok())
    }

    /// What [`Backend::Auto`] stands for on this processor, where there are readers enough.
    ///
    /// Sixteen lanes are faster than the SHA instructions, eight are not.
    pub fn selected() -> Self {
        [Self::Avx512, Self::ShaNi, Self::Avx2]
            .into_iter()
            .find(|way| way.kernel().is_ok())
            .unwrap_or(Self::Sha2)
    }

    /// The name, in lower case: `auto`, `avx512`, `avx2`, `sha-ni`, `sha2`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Avx512 => "avx512",
            Self::Avx2 => "avx2",
            Self::ShaNi => "sha-ni",
            Self::Sha2 => "sha2",
        }
    }

    /// The way of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Auto]
            .into_iter()
            .chain(Self::ALL)
            .find(|way| way.name() == name)
    }

    /// The kernel for a few readers, where another one wants many of them.
    pub(super) fn few(self) -> Option<Kernel> {
        let two = self == Self::Auto && Self::selected() == Self::Avx512;
        two.then(Kernel::sha_ni).flatten()
    }

    /// The kernel that hashes several readers in step; none for `sha2`.
    ///
    /// # Errors
    /// `Unsupported` where the processor lacks the instructions.
    pub(super) fn kernel(self) -> Result<Option<Kernel>> {
        let kernel = match self {
            Self::Auto => return Self::selected().kernel(),
            Self::Sha2 => return Ok(None),
            Self::Avx512 => Kernel::avx512(),
            Self::Avx2 => Kernel::avx2(),
            Self::ShaNi => Kernel::sha_ni(),
        };
        match kernel {
            Some(kernel) => Ok(Some(kernel)),
            None => Err(Error::new(
                ErrorKind::Unsupported,
                format!(
                    "this processor cannot run the hash backend `{}`",
                    self.name()
                ),
            )),
        }
    }
}
