//! What callers rely on: who owns what, callbacks, cancelling, and what becomes of a panic.
#![allow(
    unsafe_code,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that calls C functions and may fail"
)]

#[path = "common/fixture.rs"]
mod fixture;

use std::ffi::{c_char, c_void};
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicU64, Ordering};

use cratetrust::*;
use fixture::*;

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap()
}

fn report_json(report: *const cratetrust_report) -> serde_json::Value {
    // SAFETY: the report is live.
    json(&take(good(|out, err| unsafe {
        cratetrust_report_to_json(report, out, err)
    })))
}

#[test]
fn results_outlive_what_they_were_made_from() {
    let input = bytes_input("some/dir/Cargo.lock", LOCK.as_bytes());
    let options = cratetrust_options_new();
    // SAFETY: every handle is live when it is used, and freed once.
    unsafe {
        let lockfile = good(|out, err| cratetrust_lockfile_read(input, options, out, err));
        let inputs = [input.cast_const()];
        let bom = good(|out, err| cratetrust_generate_sbom(inputs.as_ptr(), 1, options, out, err));
        cratetrust_options_free(options);
        cratetrust_input_free(input);

        assert_eq!(cratetrust_lockfile_version(lockfile), 4);
        assert_eq!(cratetrust_lockfile_package_count(lockfile), 2);
        let app = cratetrust_lockfile_package_at(lockfile, 0);
        assert_eq!(app, cratetrust_lockfile_package_at(lockfile, 0));
        assert_eq!(
            text(|len| cratetrust_package_name(app, len)).unwrap(),
            "app"
        );
        assert_eq!(text(|len| cratetrust_package_source(app, len)), None);
        assert_eq!(text(|len| cratetrust_package_checksum(app, len)), None);
        assert_eq!(text(|len| cratetrust_package_purl(app, len)), None);
        assert_eq!(cratetrust_package_dependency_count(app), 1);
        let leaf =
            cratetrust_lockfile_package_at(lockfile, cratetrust_package_dependency_index(app, 0));
        assert_eq!(
            leaf,
            cratetrust_lockfile_find(lockfile, ptr("leaf"), 4, ptr("1.2.3"), 5)
        );
        assert_eq!(
            text(|len| cratetrust_package_version(leaf, len)).unwrap(),
            "1.2.3"
        );
        assert_eq!(
            text(|len| cratetrust_package_purl(leaf, len)).unwrap(),
            "pkg:cargo/leaf@1.2.3"
        );
        assert!(
            text(|len| cratetrust_package_checksum(leaf, len))
                .unwrap()
                .starts_with("ba7816bf")
        );
        assert_eq!(
            text(|len| cratetrust_lockfile_sha256(lockfile, len)).unwrap(),
            cratetrust_core::digest::Sha256::of(LOCK.as_bytes()).to_string()
        );
        let lock_json = take(good(|out, err| {
            cratetrust_lockfile_to_json(lockfile, out, err)
        }));
        assert_eq!(json(&lock_json)["schema"], "cratetrust.lockfile/1");
        cratetrust_lockfile_free(lockfile);

        assert_eq!(cratetrust_bom_package_count(bom), 2);
        assert_eq!(cratetrust_bom_edge_count(bom), 1);
        assert_eq!(cratetrust_bom_root_count(bom), 1);
        let report = cratetrust_bom_report(bom);
        assert_eq!(report_json(report)["schema"], "cratetrust.report/1");
        let own = take(good(|out, err| cratetrust_bom_to_json(bom, out, err)));
        assert_eq!(json(&own)["schema"], "cratetrust.bom/1");
        for (name, key) in [
            ("cyclonedx-json", "bomFormat"),
            ("spdx-json", "spdxVersion"),
            ("json", "schema"),
        ] {
            let number = cratetrust_format_from_name(ptr(name), name.len());
            let document = take(good(|out, err| {
                cratetrust_bom_write(bom, number, null(), 0, out, err)
            }));
            assert!(json(&document)[key].is_string(), "{name}");
        }
        cratetrust_bom_free(bom);
    }
}

#[test]
fn typed_getters_say_what_the_json_says() {
    let f = Fixture::new();
    let whole = report_json(f.report);
    // SAFETY: the report is live.
    unsafe {
        let verdict = cratetrust_verdict_name(cratetrust_report_verdict(f.report));
        let verdict = std::ffi::CStr::from_ptr(verdict).to_str().unwrap();
        assert_eq!(whole["verdict"], verdict);
        assert_eq!(verdict, "fail");
        let summary = &whole["summary"];
        assert_eq!(
            summary["checked"],
            cratetrust_report_checked_count(f.report)
        );
        assert_eq!(summary["ok"], cratetrust_report_ok_count(f.report));
        assert_eq!(summary["failed"], cratetrust_report_failed_count(f.report));
        assert_eq!(
            summary["unchecked"],
            cratetrust_report_unchecked_count(f.report)
        );
        assert_eq!(summary["local"], cratetrust_report_local_count(f.report));
        assert_eq!(
            summary["skipped"],
            cratetrust_report_skipped_count(f.report)
        );
        assert_eq!(
            summary["unlisted"],
            cratetrust_report_unlisted_count(f.report)
        );
        assert_eq!(summary["bytes"], cratetrust_report_bytes(f.report));
        let findings = whole["findings"].as_array().unwrap();
        assert_eq!(findings.len(), cratetrust_report_finding_count(f.report));
        assert!(!findings.is_empty());
        for (i, wanted) in findings.iter().enumerate() {
            let finding = cratetrust_report_finding_at(f.report, i);
            let is = |key: &str, got: Option<String>| {
                assert_eq!(wanted[key].as_str(), got.as_deref(), "{key}");
            };
            is("code", text(|len| cratetrust_finding_code(finding, len)));
            is(
                "package",
                text(|len| cratetrust_finding_package(finding, len)),
            );
            is(
                "artifact",
                text(|len| cratetrust_finding_artifact(finding, len)),
            );
            is("path", text(|len| cratetrust_finding_path(finding, len)));
            is(
                "path_hex",
                text(|len| cratetrust_finding_path_hex(finding, len)),
            );
            is(
                "expected",
                text(|len| cratetrust_finding_expected(finding, len)),
            );
            is(
                "actual",
                text(|len| cratetrust_finding_actual(finding, len)),
            );
            is(
                "message",
                text(|len| cratetrust_finding_message(finding, len)),
            );
            let severity = cratetrust_severity_name(cratetrust_finding_severity(finding));
            assert_eq!(
                wanted["severity"],
                std::ffi::CStr::from_ptr(severity).to_str().unwrap()
            );
            let class = ["mismatch", "coverage", "note"]
                [usize::try_from(cratetrust_finding_class(finding)).unwrap() - 1];
            assert_eq!(wanted["class"], class);
            assert_eq!(wanted["external"], cratetrust_finding_external(finding));
            let mut offset = 1;
            let has = cratetrust_finding_offset(finding, &raw mut offset);
            assert_eq!(wanted["offset"].as_u64(), has.then_some(offset));
        }
        let packages = whole["packages"].as_array().unwrap();
        assert_eq!(packages.len(), cratetrust_report_package_count(f.report));
        for (i, wanted) in packages.iter().enumerate() {
            let package = cratetrust_report_package_at(f.report, i);
            let is = |key: &str, got: Option<String>| {
                assert_eq!(wanted[key].as_str(), got.as_deref(), "{key}");
            };
            is("id", text(|len| cratetrust_report_package_id(package, len)));
            is(
                "name",
                text(|len| cratetrust_report_package_name(package, len)),
            );
            is(
                "version",
                text(|len| cratetrust_report_package_version(package, len)),
            );
            is(
                "source",
                text(|len| cratetrust_report_package_source(package, len)),
            );
            let status = ["ok", "failed", "unchecked", "local", "skipped"]
                [usize::try_from(cratetrust_report_package_status(package)).unwrap() - 1];
            assert_eq!(wanted["status"], status);
            let anchors: Vec<String> = (0..cratetrust_report_package_anchor_count(package))
                .map(|i| text(|len| cratetrust_report_package_anchor_at(package, i, len)).unwrap())
                .collect();
            assert_eq!(wanted["anchors"], serde_json::json!(anchors));
        }
    }
}

#[test]
fn a_clone_is_another_object() {
    let options = cratetrust_options_new();
    // SAFETY: every handle is live when it is used, and freed once.
    unsafe {
        let copy = cratetrust_options_clone(options);
        ok(|err| cratetrust_options_set_limit(copy, ptr("depth"), 5, 9, err));
        ok(|err| cratetrust_options_set_json(options, ptr(r#"{"limit":{"depth":8}}"#), 21, err));
        let limit = |options| {
            let mut value = 0;
            ok(|err| cratetrust_options_limit(options, ptr("depth"), 5, &raw mut value, err));
            value
        };
        assert_eq!((limit(options), limit(copy)), (8, 9));
        cratetrust_options_free(options);
        assert_eq!(limit(copy), 9);
        cratetrust_options_free(copy);
    }
}

#[test]
fn errors_name_the_place() {
    let input = bytes_input(
        "Cargo.lock",
        b"version = 4\n\n[[package]]\nname = \"a\"\nversion = [\n",
    );
    // SAFETY: the input is live and freed once.
    unsafe {
        let details = bad_out(CRATETRUST_STATUS_PARSE, |out, err| {
            cratetrust_lockfile_read(input, null(), out, err)
        });
        assert_eq!(details["kind"], "parse");
        assert_eq!(details["path"], "Cargo.lock");
        assert!(details["line"].as_u64().is_some_and(|line| line >= 5));
        cratetrust_input_free(input);

        let path = "no/such/Cargo.lock";
        let input = good(|out, err| cratetrust_input_from_path(ptr(path), path.len(), out, err));
        let details = bad_out(CRATETRUST_STATUS_NOT_FOUND, |out, err| {
            cratetrust_lockfile_read(input, null(), out, err)
        });
        assert_eq!(details["path"], path);
        cratetrust_input_free(input);

        let input = bytes_input("Cargo.lock", LOCK.as_bytes());
        let options = cratetrust_options_new();
        let name = "lockfile-size";
        ok(|err| cratetrust_options_set_limit(options, ptr(name), name.len(), 10, err));
        let details = bad_out(CRATETRUST_STATUS_LIMIT_EXCEEDED, |out, err| {
            cratetrust_lockfile_read(input, options, out, err)
        });
        assert_eq!(details["limit"]["name"], name);
        assert_eq!(details["limit"]["value"], 10);
        cratetrust_options_free(options);
        cratetrust_input_free(input);
    }
}

#[cfg(unix)]
#[test]
fn a_path_may_be_any_bytes() {
    let path: &[u8] = b"no/such/\xff\xfe";
    // SAFETY: the input is live and freed once.
    unsafe {
        let input =
            good(|out, err| cratetrust_input_from_path(path.as_ptr().cast(), path.len(), out, err));
        bad_out(CRATETRUST_STATUS_NOT_FOUND, |out, err| {
            cratetrust_lockfile_read(input, null(), out, err)
        });
        cratetrust_input_free(input);
    }
}

/// A reader that gives the lockfile in small pieces, then what `last` says.
struct Script {
    at: usize,
    step: usize,
    last: i64,
}

unsafe extern "C" fn play(data: *mut c_void, buf: *mut u8, len: usize) -> i64 {
    // SAFETY: the tests pass a script that lives through the call.
    let script = unsafe { &mut *data.cast::<Script>() };
    let rest = &LOCK.as_bytes()[script.at..];
    if rest.is_empty() {
        return script.last;
    }
    let count = rest.len().min(len).min(script.step);
    // SAFETY: the library gives that much room.
    unsafe { std::ptr::copy_nonoverlapping(rest.as_ptr(), buf, count) };
    script.at += count;
    i64::try_from(count).unwrap()
}

fn read_script(script: &mut Script, size_hint: i64) -> *mut cratetrust_input {
    let data: *mut Script = script;
    let label = "scripted.lock";
    // SAFETY: the script outlives the input in every test.
    good(|out, err| unsafe {
        cratetrust_input_from_reader(
            Some(play),
            data.cast(),
            size_hint,
            ptr(label),
            label.len(),
            out,
            err,
        )
    })
}

#[test]
fn a_reader_may_give_little_and_is_read_once() {
    for size_hint in [-1, 0, i64::try_from(LOCK.len()).unwrap()] {
        let mut script = Script {
            at: 0,
            step: 7,
            last: 0,
        };
        let input = read_script(&mut script, size_hint);
        // SAFETY: every handle is live and freed once.
        unsafe {
            let lockfile = good(|out, err| cratetrust_lockfile_read(input, null(), out, err));
            assert_eq!(cratetrust_lockfile_package_count(lockfile), 2);
            cratetrust_lockfile_free(lockfile);
            let details = bad_out(CRATETRUST_STATUS_INVALID_ARGUMENT, |out, err| {
                cratetrust_lockfile_read(input, null(), out, err)
            });
            assert_eq!(details["path"], "scripted.lock");
            cratetrust_input_free(input);
        }
    }
}

#[test]
fn a_reader_that_fails_or_lies_is_an_io_error() {
    for last in [-5, i64::MIN, 1 << 40, i64::MAX] {
        let mut script = Script {
            at: 0,
            step: 64,
            last,
        };
        let input = read_script(&mut script, -1);
        let mut err = null_mut();
        let mut out = null_mut();
        // SAFETY: every handle is live and freed once.
        unsafe {
            let status = cratetrust_lockfile_read(input, null(), &raw mut out, &raw mut err);
            assert_eq!(status, CRATETRUST_STATUS_IO);
            assert!(out.is_null());
            let message = text(|len| cratetrust_error_message(err, len)).unwrap();
            assert!(message.contains("scripted.lock"), "{message}");
            assert!(message.contains(&last.to_string()), "{message}");
            cratetrust_error_free(err);
            cratetrust_input_free(input);
        }
    }
}

struct Shared(*mut cratetrust_cancel);
// SAFETY: a switch may be used by any thread.
unsafe impl Sync for Shared {}
// SAFETY: as above.
unsafe impl Send for Shared {}

/// Gives spaces without end once another thread has thrown the switch.
unsafe extern "C" fn wait_for_cancel(data: *mut c_void, buf: *mut u8, len: usize) -> i64 {
    // SAFETY: the test passes the switch.
    while !unsafe { cratetrust_cancel_is_triggered(data.cast()) } {
        std::thread::yield_now();
    }
    // SAFETY: the library gives that much room.
    unsafe { std::ptr::write_bytes(buf, b' ', len) };
    i64::try_from(len).unwrap()
}

#[test]
fn another_thread_cancels_a_running_call() {
    let cancel = Shared(cratetrust_cancel_new());
    let options = cratetrust_options_new();
    // SAFETY: every handle is live and freed once; the thread ends before the switch is freed.
    unsafe {
        ok(|err| cratetrust_options_set_cancel(options, cancel.0, err));
        let input = good(|out, err| {
            cratetrust_input_from_reader(
                Some(wait_for_cancel),
                cancel.0.cast(),
                -1,
                null(),
                0,
                out,
                err,
            )
        });
        let mut out = null_mut();
        let status = std::thread::scope(|scope| {
            let cancel = &cancel;
            scope.spawn(move || {
                std::thread::sleep(std::time::Duration::from_millis(20));
                cratetrust_cancel_trigger(cancel.0);
            });
            cratetrust_lockfile_read(input, options, &raw mut out, null_mut())
        });
        assert_eq!(status, CRATETRUST_STATUS_CANCELLED);
        assert!(out.is_null());
        cratetrust_cancel_free(cancel.0);
        // The options keep the thrown switch.
        let again = bytes_input("Cargo.lock", LOCK.as_bytes());
        let reader = read_script(
            Box::leak(Box::new(Script {
                at: 0,
                step: 9,
                last: 0,
            })),
            -1,
        );
        bad_out(CRATETRUST_STATUS_CANCELLED, |out, err| {
            let inputs = [again.cast_const()];
            cratetrust_generate_sbom(inputs.as_ptr(), 1, options, out, err)
        });
        ok(|err| cratetrust_options_set_cancel(options, null(), err));
        let lockfile = good(|out, err| cratetrust_lockfile_read(reader, options, out, err));
        cratetrust_lockfile_free(lockfile);
        cratetrust_input_free(reader);
        cratetrust_input_free(again);
        cratetrust_input_free(input);
        cratetrust_options_free(options);
    }
}

unsafe extern "C" fn count(data: *mut c_void, stage: *const c_char, done: u64, total: u64) -> i32 {
    // SAFETY: the test passes a counter.
    let calls = unsafe { &*data.cast::<AtomicU64>() };
    // SAFETY: the library passes a text with a NUL after it.
    let stage = unsafe { std::ffi::CStr::from_ptr(stage) };
    assert!(!stage.is_empty());
    assert!(total == 0 || done <= total);
    i32::from(calls.fetch_add(1, Ordering::Relaxed) >= 1_000)
}

#[test]
fn progress_is_told_and_may_stop_one_call() {
    let calls = AtomicU64::new(0);
    let options = cratetrust_options_new();
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../tests/conformance/inputs/crates"
    );
    // SAFETY: that many bytes.
    let input =
        good(|out, err| unsafe { cratetrust_input_from_path(ptr(path), path.len(), out, err) });
    // SAFETY: every handle is live and freed once; the counter outlives the options.
    unsafe {
        let data = (&raw const calls).cast_mut().cast();
        ok(|err| cratetrust_options_set_progress(options, Some(count), data, err));
        let report = good(|out, err| cratetrust_verify_package(input, options, out, err));
        cratetrust_report_free(report);
        assert!(calls.load(Ordering::Relaxed) > 0, "progress was told");
        calls.store(1_000, Ordering::Relaxed);
        bad_out(CRATETRUST_STATUS_CANCELLED, |out, err| {
            cratetrust_verify_package(input, options, out, err)
        });
        // Without a switch of the caller's the next call starts anew.
        calls.store(0, Ordering::Relaxed);
        let report = good(|out, err| cratetrust_verify_package(input, options, out, err));
        cratetrust_report_free(report);
        ok(|err| cratetrust_options_set_progress(options, None, null_mut(), err));
        calls.store(0, Ordering::Relaxed);
        let report = good(|out, err| cratetrust_verify_package(input, options, out, err));
        cratetrust_report_free(report);
        assert_eq!(calls.load(Ordering::Relaxed), 0);
        // A switch of the caller's is thrown by a progress callback that stops.
        let cancel = cratetrust_cancel_new();
        ok(|err| cratetrust_options_set_cancel(options, cancel, err));
        ok(|err| cratetrust_options_set_progress(options, Some(count), data, err));
        calls.store(1_000, Ordering::Relaxed);
        bad_out(CRATETRUST_STATUS_CANCELLED, |out, err| {
            cratetrust_verify_package(input, options, out, err)
        });
        assert!(cratetrust_cancel_is_triggered(cancel));
        cratetrust_cancel_free(cancel);
        cratetrust_input_free(input);
        cratetrust_options_free(options);
    }
}

unsafe extern "C" fn object(
    data: *mut c_void,
    subject: *const c_char,
    len: usize,
    answer: *mut cratetrust_buf,
) -> i32 {
    // SAFETY: the test passes a string; the library passes that many bytes.
    unsafe {
        let seen = &mut *data.cast::<String>();
        let bytes = std::slice::from_raw_parts(subject.cast::<u8>(), len);
        seen.push_str(std::str::from_utf8(bytes).unwrap());
        let text = r#"{"done":["policy"],"findings":[{"code":"package-unexpected","message":"not on our list"}]}"#;
        cratetrust_buf_append(answer, text.as_ptr(), text.len(), null_mut())
    }
}

#[test]
fn a_verifier_of_the_host_is_heard() {
    let mut seen = String::new();
    let options = cratetrust_options_new();
    let input = bytes_input("leaf-1.2.3.crate", b"no gzip");
    let data: *mut String = &raw mut seen;
    // SAFETY: every handle is live and freed once; the string outlives the options.
    unsafe {
        let id = "acme-policy/1";
        ok(|err| {
            cratetrust_options_add_verifier(
                options,
                ptr(id),
                id.len(),
                Some(object),
                data.cast(),
                err,
            )
        });
        let report = good(|out, err| cratetrust_verify_package(input, options, out, err));
        let whole = report_json(report);
        let external: Vec<_> = whole["findings"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|finding| finding["external"] == true)
            .collect();
        assert_eq!(external.len(), 1, "{whole}");
        assert_eq!(external[0]["code"], "package-unexpected");
        assert_eq!(external[0]["message"], "not on our list");
        cratetrust_report_free(report);
        cratetrust_options_free(options);
        cratetrust_input_free(input);
    }
    let subject = json(&seen);
    assert_eq!(subject["schema"], "cratetrust.subject/1");
    assert_eq!(subject["name"], "leaf");
}

#[cfg(feature = "test-hooks")]
#[test]
fn a_panic_is_a_status_with_its_text() {
    let message = "with a text";
    // SAFETY: that many bytes; the error is freed once.
    unsafe {
        let details = bad(CRATETRUST_STATUS_PANIC, |err| {
            cratetrust_test_panic(ptr(message), message.len(), err)
        });
        assert_eq!(details["kind"], "panic");
        assert!(details["message"].as_str().unwrap().contains(message));
    }
}
