//! Tells the command which target triple it is built for.

fn main() {
    // Cargo always sets it.
    let target = std::env::var("TARGET").unwrap_or_default();
    println!("cargo:rustc-env=CRATETRUST_HOST={target}");
    println!("cargo:rerun-if-changed=build.rs");
}
