//! Gives the shared library its SONAME and tells the code what it is built for. Writes no file.

/// The ABI number; a test compares it with `CRATETRUST_ABI_VERSION`.
const ABI: u32 = 0;

fn main() {
    let os = std::env::var("CARGO_CFG_TARGET_OS").unwrap_or_default();
    match os.as_str() {
        "macos" | "ios" => println!(
            "cargo:rustc-cdylib-link-arg=-Wl,-install_name,@rpath/libcratetrust.{ABI}.dylib"
        ),
        "windows" | "none" => {}
        _ => println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libcratetrust.so.{ABI}"),
    }
    for (name, from) in [
        ("CRATETRUST_TARGET", "TARGET"),
        ("CRATETRUST_PROFILE", "PROFILE"),
    ] {
        let value = std::env::var(from).unwrap_or_default();
        println!("cargo:rustc-env={name}={value}");
    }
    println!("cargo:rerun-if-changed=build.rs");
}
