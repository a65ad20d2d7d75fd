//! What is swapped while it is looked at: a directory that a link takes the place of, between listing
//! and opening. What the link leads to is never read as if it were the package.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod tree_support;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use cratetrust_core::input::Directory;
use cratetrust_core::limits::Limits;
use cratetrust_core::registry::{FileTree, Folder};
use cratetrust_core::report::Report;
use cratetrust_core::{CancelToken, ErrorKind, Input, verify_package};
use tree_support::{Fixture, codes, options};

const STEM: &str = "itoa-1.0.15";

/// A directory like `src`, with other bytes in files of the same names and sizes.
fn twin(of: &Path, fixture: &Fixture) -> PathBuf {
    let twin = fixture.path("").with_extension("twin");
    let _ = fs::remove_dir_all(&twin);
    fs::create_dir_all(&twin).unwrap();
    for entry in fs::read_dir(of).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            let mut bytes = fs::read(entry.path()).unwrap();
            bytes[0] ^= 1;
            fs::write(twin.join(entry.file_name()), bytes).unwrap();
        }
    }
    twin
}

/// Puts a link in the place of a directory and back, over and over, while `work` runs.
fn while_swapped(directory: &Path, link_to: &Path, work: impl FnOnce()) {
    let aside = directory.with_file_name("aside-of-swap");
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                fs::rename(directory, &aside).unwrap();
                symlink(link_to, directory).unwrap();
                std::thread::yield_now();
                fs::remove_file(directory).unwrap();
                fs::rename(&aside, directory).unwrap();
            }
        });
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
        done.store(true, Ordering::Relaxed);
        if let Err(panic) = result {
            std::panic::resume_unwind(panic);
        }
    });
}

fn check(fixture: &Fixture) -> Report {
    let input = Input::from_path(fixture.path(""));
    verify_package(&input, &options(Some(&fixture.lockfile()))).unwrap()
}

#[test]
fn a_link_in_place_of_a_listed_directory_is_not_followed() {
    let home = Fixture::home(&[STEM]);
    let source = home.source(STEM);
    let outside = twin(&source.join("src"), &home);
    let (limits, cancel) = (Limits::default(), CancelToken::new());
    let tree = FileTree::walk(Directory::open(&source).unwrap(), &limits, &cancel).unwrap();
    assert!(tree.has(b"src/lib.rs"));
    fs::rename(source.join("src"), source.join("aside")).unwrap();
    symlink(&outside, source.join("src")).unwrap();
    let error = tree.open(b"src/lib.rs").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
    let folder = Folder::open(&source).unwrap();
    let read = folder.read("src/lib.rs", "file-size", limits.file_size, &cancel);
    assert_eq!(read.unwrap(), None);
    // A link to the directory itself leads inside, and is a link all the same.
    fs::remove_file(source.join("src")).unwrap();
    symlink("aside", source.join("src")).unwrap();
    assert!(tree.open(b"src/lib.rs").is_err());
    // The whole package swapped: the handle stays with the one that was listed.
    fs::remove_file(source.join("src")).unwrap();
    fs::rename(source.join("aside"), source.join("src")).unwrap();
    let moved = source.with_file_name("moved");
    fs::rename(&source, &moved).unwrap();
    symlink(&outside, &source).unwrap();
    let (_, size) = tree.open(b"src/lib.rs").unwrap().unwrap();
    assert_eq!(size, fs::metadata(moved.join("src/lib.rs")).unwrap().len());
    fs::remove_dir_all(outside).unwrap();
}

#[test]
fn a_linked_directory_in_a_package_is_told_and_not_read() {
    let home = Fixture::home(&[STEM]);
    let source = home.source(STEM);
    let outside = twin(&source.join("src"), &home);
    fs::rename(source.join("src"), source.with_file_name("aside")).unwrap();
    symlink(&outside, source.join("src")).unwrap();
    let report = check(&home);
    let codes = codes(&report);
    assert!(codes.contains(&"src-symlink"), "{codes:?}");
    assert!(codes.contains(&"src-missing"), "{codes:?}");
    assert!(!codes.contains(&"src-modified"), "{codes:?}");
    fs::remove_dir_all(outside).unwrap();
}

/// Where a genuine package is swapped with a link to a changed twin all the time, files may be missing
/// and links may be met, but no file is ever found changed: the twin's would have to be read for that.
#[test]
fn a_race_never_leads_out_of_an_unpacked_package() {
    let home = Fixture::home(&[STEM]);
    let directory = home.source(STEM).join("src");
    let outside = twin(&directory, &home);
    while_swapped(&directory, &outside, || {
        for _ in 0..300 {
            let report = check(&home);
            let codes = codes(&report);
            assert!(!codes.contains(&"src-modified"), "{}", report.to_json());
        }
    });
    assert_eq!(codes(&check(&home)), Vec::<&str>::new());
    fs::remove_dir_all(outside).unwrap();
}

#[test]
fn a_race_never_leads_out_of_a_vendored_package() {
    let vendor = Fixture::vendor(&[STEM]);
    let directory = vendor.path(STEM).join("src");
    let outside = twin(&directory, &vendor);
    while_swapped(&directory, &outside, || {
        for _ in 0..300 {
            let report = check(&vendor);
            let codes = codes(&report);
            assert!(!codes.contains(&"vendor-modified"), "{}", report.to_json());
        }
    });
    assert_eq!(codes(&check(&vendor)), Vec::<&str>::new());
    fs::remove_dir_all(outside).unwrap();
}

/// The same one floor up: a registry's own directory, of which the walk holds the handle.
#[test]
fn a_race_never_leads_out_of_a_cache() {
    let home = Fixture::home(&[STEM]);
    let directory = home.archive(STEM).parent().unwrap().to_owned();
    let outside = twin(&directory, &home);
    while_swapped(&directory, &outside, || {
        for _ in 0..300 {
            let input = Input::from_path(home.path(""));
            let mut options = options(Some(&home.lockfile()));
            options.merge_json(r#"{"checks": "checksum"}"#).unwrap();
            let report = verify_package(&input, &options).unwrap();
            let codes = codes(&report);
            assert!(!codes.contains(&"checksum-lock-mismatch"), "{codes:?}");
        }
    });
    fs::remove_dir_all(outside).unwrap();
}

#[test]
fn a_fifo_in_a_file_place_is_not_waited_for() {
    let vendor = Fixture::vendor(&[STEM]);
    let file = vendor.path(STEM).join("src/lib.rs");
    fs::remove_file(&file).unwrap();
    let made = std::process::Command::new("mkfifo").arg(&file).status();
    assert!(made.unwrap().success());
    let report = check(&vendor);
    assert_eq!(codes(&report), ["vendor-symlink"]);
}
