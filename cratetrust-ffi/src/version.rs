//! What was built.

use std::ffi::CStr;

use libc::c_char;

use crate::boundary::guard;

/// The number of the ABI, which is that of the SONAME. 0 may still change between releases.
pub const CRATETRUST_ABI_VERSION: u32 = 0;

macro_rules! terminated {
    ($($part:expr),+) => {
        // A literal with one NUL at its end; the fallback is never taken.
        match CStr::from_bytes_with_nul(concat!($($part),+, "\0").as_bytes()) {
            Ok(text) => text,
            Err(_) => c"",
        }
    };
}

const VERSION: &CStr = terminated!(env!("CARGO_PKG_VERSION"));

const BUILD_INFO: &CStr = terminated!(
    "{\"schema\":\"cratetrust.build/1\",\"name\":\"cratetrust\",\"version\":\"",
    env!("CARGO_PKG_VERSION"),
    "\",\"abi_version\":0,\"target\":\"",
    env!("CRATETRUST_TARGET"),
    "\",\"profile\":\"",
    env!("CRATETRUST_PROFILE"),
    "\"}"
);

/// The version of the library, such as `0.1.0`. Compare it with the macro CRATETRUST_VERSION to see
/// whether header and library are of one release.
///
/// Ownership: the text is static and lives as long as the library is loaded.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn cratetrust_version() -> *const c_char {
    guard(std::ptr::null(), || VERSION.as_ptr())
}

/// The number of the library's ABI. A program that loads the library by hand refuses one whose
/// number is not CRATETRUST_ABI_VERSION.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn cratetrust_abi_version() -> u32 {
    guard(u32::MAX, || CRATETRUST_ABI_VERSION)
}

/// What was built, as one JSON object, schema `cratetrust.build/1`: name, version, abi_version,
/// target, profile.
///
/// Ownership: the text is static and lives as long as the library is loaded.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn cratetrust_build_info() -> *const c_char {
    guard(std::ptr::null(), || BUILD_INFO.as_ptr())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_build_info_is_json_and_agrees() {
        let info: serde_json::Value = serde_json::from_slice(BUILD_INFO.to_bytes()).unwrap();
        assert_eq!(info["version"], env!("CARGO_PKG_VERSION"));
        assert_eq!(info["abi_version"], CRATETRUST_ABI_VERSION);
        assert_ne!(info["target"], "");
        assert_eq!(VERSION.to_str().unwrap(), cratetrust_core::VERSION);
    }
}
