//! What an input may cost. Every bound is settable; none is sized by a number from the input.

use crate::error::{Error, Result};

const MIB: u64 = 1 << 20;

macro_rules! limits {
    ($( $(#[$doc:meta])* $field:ident, $name:literal, $default:expr; )*) => {
        /// The limits under which every input is read; see the fields for units and defaults.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct Limits { $( $(#[$doc])* pub $field: u64, )* }

        impl Default for Limits {
            fn default() -> Self { Self { $( $field: $default, )* } }
        }

        impl Limits {
            /// The names of all limits, in kebab-case.
            pub const NAMES: &'static [&'static str] = &[$( $name, )*];

            /// Sets the limit of that name; `_` may stand for `-`.
            ///
            /// # Errors
            /// `InvalidArgument` for a name that is no limit.
            pub fn set(&mut self, name: &str, value: u64) -> Result<()> {
                match name.replace('_', "-").as_str() {
                    $( $name => self.$field = value, )*
                    _ => return Err(Error::invalid(format!(
                        "no limit is called `{name}`; known: {}", Self::NAMES.join(", ")))),
                }
                Ok(())
            }

            /// The value of the limit of that name.
            pub fn get(&self, name: &str) -> Option<u64> {
                match name { $( $name => Some(self.$field), )* _ => None }
            }
        }
    };
}

limits! {
    /// Bytes of one `.crate` file. Default 64 MiB.
    crate_size, "crate-size", 64 * MIB;
    /// Bytes that any archive may unpack to, whatever its size. Default 512 MiB.
    unpacked_size, "unpacked-size", 512 * MIB;
    /// Times its own size that an archive may unpack to, where that is more. Default 20, as in cargo.
    unpacked_ratio, "unpacked-ratio", 20;
    /// Entries of one archive or tree, and sections of one program. Default 65,536.
    entries, "entries", 65_536;
    /// Bytes of one file inside an archive. Default 256 MiB.
    file_size, "file-size", 256 * MIB;
    /// Bytes of one path. Default 1,024.
    path_length, "path-length", 1_024;
    /// Bytes of one path component. Default 255.
    component_length, "component-length", 255;
    /// Components of one path. Default 64.
    depth, "depth", 64;
    /// Bytes of one pax or long-name record. Default 1 MiB.
    record_size, "record-size", MIB;
    /// Bytes of one Cargo.toml. Default 4 MiB.
    manifest_size, "manifest-size", 4 * MIB;
    /// Bytes of one Cargo.lock. Default 64 MiB.
    lockfile_size, "lockfile-size", 64 * MIB;
    /// Bytes of one SBOM. Default 256 MiB.
    sbom_size, "sbom-size", 256 * MIB;
    /// Components of one SBOM. Default 262,144. It also bounds what they are made of: 16 times as many
    /// dependencies, and 64 times as many values of any kind.
    sbom_components, "sbom-components", 262_144;
    /// Bytes of one compiled program. Default 1 GiB; a path is never held in memory as a whole.
    binary_size, "binary-size", 1024 * MIB;
    /// Bytes of the list that cargo-auditable embeds, compressed and inflated. Default 8 MiB.
    auditable_size, "auditable-size", 8 * MIB;
    /// Levels of nesting in JSON and TOML. Default 128.
    nesting, "nesting", 128;
    /// Findings kept for one package. Default 1,000.
    findings, "findings", 1_000;
}

impl Limits {
    /// Values (objects, lists, texts, numbers) that one SBOM may hold.
    pub(crate) fn sbom_values(&self) -> u64 {
        self.sbom_components.saturating_mul(64)
    }

    /// Dependencies that one SBOM may hold.
    pub(crate) fn sbom_edges(&self) -> u64 {
        self.sbom_components.saturating_mul(16)
    }

    /// Bytes that an archive of `compressed` bytes may unpack to.
    pub fn unpacked_for(&self, compressed: u64) -> u64 {
        self.unpacked_size
            .max(compressed.saturating_mul(self.unpacked_ratio))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_sets_its_own_field() {
        for name in Limits::NAMES {
            let mut limits = Limits::default();
            limits.set(name, 7).unwrap();
            assert_eq!(limits.get(name), Some(7));
            assert_ne!(limits, Limits::default());
        }
        assert!(Limits::default().set("no-such", 1).is_err());
    }
}
