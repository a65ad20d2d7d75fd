//! NULL and out-of-range arguments are statuses, never crashes: two tables that name every function
//! of the header, so that a function without a row fails here.
#![allow(
    unsafe_code,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that calls C functions and may fail"
)]

mod common;
#[path = "common/fixture.rs"]
mod fixture;

use std::collections::BTreeSet;
use std::ptr::{null, null_mut};

use common::{declarations, functions, header};
use cratetrust::*;
use fixture::*;

const NULL_ARGUMENT: i32 = CRATETRUST_STATUS_NULL_ARGUMENT;
const RANGE: i32 = CRATETRUST_STATUS_OUT_OF_RANGE;

macro_rules! rows {
    ($seen:ident, $( $function:ident: $body:expr; )*) => {
        $( {
            // Naming the function as a path makes a row for one that does not exist fail to build.
            let _ = $function as *const ();
            assert!($seen.insert(stringify!($function).to_owned()), "two rows");
            let _: () = $body;
        } )*
    };
}

fn no_text(get: impl Fn(*mut usize) -> *const std::ffi::c_char) {
    assert_eq!(text(&get), None);
    assert!(get(null_mut()).is_null());
}

fn refused(call: impl Fn(Err) -> i32) {
    let details = bad(NULL_ARGUMENT, call);
    assert_eq!(details["kind"], "null-argument");
}

fn refused_out<T>(call: impl Fn(*mut *mut T, Err) -> i32) {
    let details = bad_out(NULL_ARGUMENT, call);
    assert_eq!(details["kind"], "null-argument");
}

fn same(seen: &BTreeSet<String>, wanted: impl Iterator<Item = String>) {
    let wanted: BTreeSet<String> = wanted.collect();
    let missing: Vec<_> = wanted.difference(seen).collect();
    let extra: Vec<_> = seen.difference(&wanted).collect();
    assert!(
        missing.is_empty() && extra.is_empty(),
        "without a row: {missing:?}; rows of no such function: {extra:?}"
    );
}

#[test]
fn null_is_never_a_crash() {
    let f = Fixture::new();
    let mut seen = BTreeSet::new();
    let n = 1; // A length with which NULL is no empty text.
    // SAFETY: every pointer is NULL, live, writable, or points at as many bytes as is said.
    unsafe {
        rows! { seen,
            cratetrust_version: assert!(!cratetrust_version().is_null());
            cratetrust_abi_version: assert_eq!(cratetrust_abi_version(), CRATETRUST_ABI_VERSION);
            cratetrust_build_info: assert!(!cratetrust_build_info().is_null());
            cratetrust_status_name: assert!(!cratetrust_status_name(0).is_null());
            cratetrust_verdict_name: assert!(cratetrust_verdict_name(0).is_null());
            cratetrust_severity_name: assert!(cratetrust_severity_name(0).is_null());
            cratetrust_error_status: assert_eq!(cratetrust_error_status(null()), CRATETRUST_STATUS_OK);
            cratetrust_error_message: no_text(|len| cratetrust_error_message(null(), len));
            cratetrust_error_path: no_text(|len| cratetrust_error_path(null(), len));
            cratetrust_error_details_json: no_text(|len| cratetrust_error_details_json(null(), len));
            cratetrust_error_free: cratetrust_error_free(null_mut());
            cratetrust_buf_data: assert!(cratetrust_buf_data(null()).is_null());
            cratetrust_buf_len: assert_eq!(cratetrust_buf_len(null()), 0);
            cratetrust_buf_append: {
                refused(|err| cratetrust_buf_append(null_mut(), null(), 0, err));
                refused(|err| cratetrust_buf_append(f.buf, null(), 3, err));
                ok(|err| cratetrust_buf_append(f.buf, null(), 0, err));
            };
            cratetrust_buf_free: cratetrust_buf_free(null_mut());
            cratetrust_cancel_new: assert!(!f.cancel.is_null());
            cratetrust_cancel_trigger: cratetrust_cancel_trigger(null());
            cratetrust_cancel_is_triggered: assert!(!cratetrust_cancel_is_triggered(null()));
            cratetrust_cancel_free: cratetrust_cancel_free(null_mut());
            cratetrust_input_from_path: {
                refused_out(|out, err| cratetrust_input_from_path(null(), 0, out, err));
                refused_out(|out, err| cratetrust_input_from_path(null(), n, out, err));
                refused(|err| cratetrust_input_from_path(ptr("x"), n, null_mut(), err));
            };
            cratetrust_input_from_bytes: {
                refused_out(|out, err| cratetrust_input_from_bytes(null(), n, null(), 0, out, err));
                refused_out(|out, err| cratetrust_input_from_bytes(ptr("x"), 1, null(), n, out, err));
                refused(|err| cratetrust_input_from_bytes(ptr("x"), 1, null(), 0, null_mut(), err));
                cratetrust_input_free(good(|out, err| cratetrust_input_from_bytes(null(), 0, null(), 0, out, err)));
            };
            cratetrust_input_from_reader: {
                refused_out(|out, err| cratetrust_input_from_reader(None, null_mut(), -1, ptr("x"), 1, out, err));
                refused_out(|out, err| cratetrust_input_from_reader(Some(read_nothing), null_mut(), -1, null(), n, out, err));
                refused(|err| cratetrust_input_from_reader(Some(read_nothing), null_mut(), -1, null(), 0, null_mut(), err));
            };
            cratetrust_input_free: cratetrust_input_free(null_mut());
            cratetrust_options_new: assert!(!f.options.is_null());
            cratetrust_options_clone: assert!(cratetrust_options_clone(null()).is_null());
            cratetrust_options_free: cratetrust_options_free(null_mut());
            cratetrust_options_set_json: {
                refused(|err| cratetrust_options_set_json(null_mut(), ptr("{}"), 2, err));
                refused(|err| cratetrust_options_set_json(f.options, null(), 0, err));
                refused(|err| cratetrust_options_set_json(f.options, null(), n, err));
            };
            cratetrust_options_set_limit: {
                refused(|err| cratetrust_options_set_limit(null_mut(), ptr("depth"), 5, 1, err));
                refused(|err| cratetrust_options_set_limit(f.options, null(), 0, 1, err));
            };
            cratetrust_options_limit: {
                let mut value = 7;
                refused(|err| cratetrust_options_limit(f.options, ptr("depth"), 5, null_mut(), err));
                let value = &raw mut value;
                refused(|err| cratetrust_options_limit(f.options, null(), 0, value, err));
                assert_eq!(*value, 0);
                ok(|err| cratetrust_options_limit(null(), ptr("depth"), 5, value, err));
                assert_eq!(*value, 64);
            };
            cratetrust_options_set_jobs: refused(|err| cratetrust_options_set_jobs(null_mut(), 1, err));
            cratetrust_options_set_cancel: {
                refused(|err| cratetrust_options_set_cancel(null_mut(), f.cancel, err));
                ok(|err| cratetrust_options_set_cancel(f.options, null(), err));
            };
            cratetrust_options_set_progress: {
                refused(|err| cratetrust_options_set_progress(null_mut(), None, null_mut(), err));
                ok(|err| cratetrust_options_set_progress(f.options, None, null_mut(), err));
            };
            cratetrust_options_set_preset: refused(|err| cratetrust_options_set_preset(null_mut(), 1, err));
            cratetrust_options_set_severity: {
                refused(|err| cratetrust_options_set_severity(null_mut(), ptr("yanked"), 6, 1, err));
                refused(|err| cratetrust_options_set_severity(f.options, null(), 0, 1, err));
            };
            cratetrust_options_set_lockfile: {
                refused(|err| cratetrust_options_set_lockfile(null_mut(), f.input, err));
                ok(|err| cratetrust_options_set_lockfile(f.options, null(), err));
            };
            cratetrust_options_set_index: {
                refused(|err| cratetrust_options_set_index(null_mut(), f.input, err));
                ok(|err| cratetrust_options_set_index(f.options, null(), err));
            };
            cratetrust_options_set_against: {
                refused(|err| cratetrust_options_set_against(null_mut(), f.input, err));
                ok(|err| cratetrust_options_set_against(f.options, null(), err));
            };
            cratetrust_options_set_sha256: {
                refused(|err| cratetrust_options_set_sha256(null_mut(), null(), 0, err));
                refused(|err| cratetrust_options_set_sha256(f.options, null(), n, err));
                ok(|err| cratetrust_options_set_sha256(f.options, null(), 0, err));
            };
            cratetrust_options_set_expect: {
                refused(|err| cratetrust_options_set_expect(null_mut(), null(), 0, err));
                refused(|err| cratetrust_options_set_expect(f.options, null(), n, err));
                ok(|err| cratetrust_options_set_expect(f.options, null(), 0, err));
            };
            cratetrust_options_set_checks: {
                refused(|err| cratetrust_options_set_checks(null_mut(), null(), 0, err));
                refused(|err| cratetrust_options_set_checks(f.options, null(), n, err));
                ok(|err| cratetrust_options_set_checks(f.options, null(), 0, err));
            };
            cratetrust_options_set_level: refused(|err| cratetrust_options_set_level(null_mut(), 1, err));
            cratetrust_options_set_supplier: {
                refused(|err| cratetrust_options_set_supplier(null_mut(), null(), 0, null(), 0, err));
                refused(|err| cratetrust_options_set_supplier(f.options, null(), n, null(), 0, err));
                refused(|err| cratetrust_options_set_supplier(f.options, ptr("x"), 1, null(), n, err));
                ok(|err| cratetrust_options_set_supplier(f.options, null(), 0, null(), 0, err));
            };
            cratetrust_options_add_crates: {
                refused(|err| cratetrust_options_add_crates(null_mut(), f.input, err));
                ok(|err| cratetrust_options_add_crates(f.options, null(), err));
            };
            cratetrust_options_set_manufacturer: {
                refused(|err| cratetrust_options_set_manufacturer(null_mut(), null(), 0, null(), 0, err));
                refused(|err| cratetrust_options_set_manufacturer(f.options, null(), n, null(), 0, err));
                refused(|err| cratetrust_options_set_manufacturer(f.options, ptr("x"), 1, null(), n, err));
                ok(|err| cratetrust_options_set_manufacturer(f.options, null(), 0, null(), 0, err));
            };
            cratetrust_options_set_license: {
                refused(|err| cratetrust_options_set_license(null_mut(), null(), 0, err));
                refused(|err| cratetrust_options_set_license(f.options, null(), n, err));
                ok(|err| cratetrust_options_set_license(f.options, null(), 0, err));
            };
            cratetrust_options_set_lifecycle: {
                refused(|err| cratetrust_options_set_lifecycle(null_mut(), null(), 0, err));
                refused(|err| cratetrust_options_set_lifecycle(f.options, null(), n, err));
                ok(|err| cratetrust_options_set_lifecycle(f.options, null(), 0, err));
            };
            cratetrust_options_set_serial: {
                refused(|err| cratetrust_options_set_serial(null_mut(), null(), 0, err));
                refused(|err| cratetrust_options_set_serial(f.options, null(), n, err));
                ok(|err| cratetrust_options_set_serial(f.options, null(), 0, err));
            };
            cratetrust_options_set_vcs_url: {
                refused(|err| cratetrust_options_set_vcs_url(null_mut(), null(), 0, err));
                refused(|err| cratetrust_options_set_vcs_url(f.options, null(), n, err));
                ok(|err| cratetrust_options_set_vcs_url(f.options, null(), 0, err));
            };
            cratetrust_options_add_tool: {
                refused(|err| cratetrust_options_add_tool(null_mut(), null(), 0, err));
                refused(|err| cratetrust_options_add_tool(f.options, null(), n, err));
                ok(|err| cratetrust_options_add_tool(f.options, null(), 0, err));
            };
            cratetrust_options_set_conclude_declared: refused(|err| cratetrust_options_set_conclude_declared(null_mut(), 1, err));
            cratetrust_options_set_component_supplier: refused(|err| cratetrust_options_set_component_supplier(null_mut(), 1, err));
            cratetrust_options_set_no_units: refused(|err| cratetrust_options_set_no_units(null_mut(), 1, err));
            cratetrust_options_set_enrich: refused(|err| cratetrust_options_set_enrich(null_mut(), 1, err));
            cratetrust_options_set_profile: refused(|err| cratetrust_options_set_profile(null_mut(), 1, err));
            cratetrust_options_add_target: {
                refused(|err| cratetrust_options_add_target(null_mut(), null(), 0, err));
                refused(|err| cratetrust_options_add_target(f.options, null(), n, err));
                ok(|err| cratetrust_options_add_target(f.options, null(), 0, err));
            };
            cratetrust_options_set_host: {
                refused(|err| cratetrust_options_set_host(null_mut(), null(), 0, err));
                refused(|err| cratetrust_options_set_host(f.options, null(), n, err));
                ok(|err| cratetrust_options_set_host(f.options, null(), 0, err));
            };
            cratetrust_options_add_features: {
                refused(|err| cratetrust_options_add_features(null_mut(), null(), 0, err));
                refused(|err| cratetrust_options_add_features(f.options, null(), n, err));
                ok(|err| cratetrust_options_add_features(f.options, null(), 0, err));
            };
            cratetrust_options_set_no_default_features: refused(|err| cratetrust_options_set_no_default_features(null_mut(), 1, err));
            cratetrust_options_set_all_features: refused(|err| cratetrust_options_set_all_features(null_mut(), 1, err));
            cratetrust_options_add_package: {
                refused(|err| cratetrust_options_add_package(null_mut(), null(), 0, err));
                refused(|err| cratetrust_options_add_package(f.options, null(), n, err));
                ok(|err| cratetrust_options_add_package(f.options, null(), 0, err));
            };
            cratetrust_options_add_bin: {
                refused(|err| cratetrust_options_add_bin(null_mut(), null(), 0, err));
                refused(|err| cratetrust_options_add_bin(f.options, null(), n, err));
                ok(|err| cratetrust_options_add_bin(f.options, null(), 0, err));
            };
            cratetrust_options_set_lib: refused(|err| cratetrust_options_set_lib(null_mut(), 1, err));
            cratetrust_options_add_cfg: {
                refused(|err| cratetrust_options_add_cfg(null_mut(), null(), 0, err));
                refused(|err| cratetrust_options_add_cfg(f.options, null(), n, err));
                ok(|err| cratetrust_options_add_cfg(f.options, null(), 0, err));
            };
            cratetrust_options_set_dev: refused(|err| cratetrust_options_set_dev(null_mut(), 1, err));
            cratetrust_options_add_author: {
                refused(|err| cratetrust_options_add_author(null_mut(), null(), 0, null(), 0, err));
                refused(|err| cratetrust_options_add_author(f.options, null(), n, null(), 0, err));
                refused(|err| cratetrust_options_add_author(f.options, ptr("x"), 1, null(), n, err));
                ok(|err| cratetrust_options_add_author(f.options, null(), 0, null(), 0, err));
            };
            cratetrust_options_set_timestamp: {
                refused(|err| cratetrust_options_set_timestamp(null_mut(), null(), 0, err));
                refused(|err| cratetrust_options_set_timestamp(f.options, null(), n, err));
                ok(|err| cratetrust_options_set_timestamp(f.options, null(), 0, err));
            };
            cratetrust_options_set_timestamp_unix: refused(|err| cratetrust_options_set_timestamp_unix(null_mut(), 1, err));
            cratetrust_options_add_verifier: {
                refused(|err| cratetrust_options_add_verifier(null_mut(), ptr("a"), 1, Some(agree), null_mut(), err));
                refused(|err| cratetrust_options_add_verifier(f.options, null(), 0, Some(agree), null_mut(), err));
                refused(|err| cratetrust_options_add_verifier(f.options, ptr("a"), 1, None, null_mut(), err));
            };
            cratetrust_lockfile_read: {
                refused_out(|out, err| cratetrust_lockfile_read(null(), f.options, out, err));
                refused(|err| cratetrust_lockfile_read(f.input, f.options, null_mut(), err));
            };
            cratetrust_lockfile_version: assert_eq!(cratetrust_lockfile_version(null()), 0);
            cratetrust_lockfile_sha256: no_text(|len| cratetrust_lockfile_sha256(null(), len));
            cratetrust_lockfile_package_count: assert_eq!(cratetrust_lockfile_package_count(null()), 0);
            cratetrust_lockfile_package_at: assert!(cratetrust_lockfile_package_at(null(), 0).is_null());
            cratetrust_lockfile_find: {
                assert!(cratetrust_lockfile_find(null(), ptr("leaf"), 4, null(), 0).is_null());
                assert!(cratetrust_lockfile_find(f.lockfile, null(), 0, null(), 0).is_null());
                assert!(cratetrust_lockfile_find(f.lockfile, ptr("leaf"), 4, null(), n).is_null());
                assert!(!cratetrust_lockfile_find(f.lockfile, ptr("leaf"), 4, null(), 0).is_null());
            };
            cratetrust_lockfile_finding_count: assert_eq!(cratetrust_lockfile_finding_count(null()), 0);
            cratetrust_lockfile_finding_at: assert!(cratetrust_lockfile_finding_at(null(), 0).is_null());
            cratetrust_lockfile_to_json: {
                refused_out(|out, err| cratetrust_lockfile_to_json(null(), out, err));
                refused(|err| cratetrust_lockfile_to_json(f.lockfile, null_mut(), err));
            };
            cratetrust_lockfile_free: cratetrust_lockfile_free(null_mut());
            cratetrust_package_name: no_text(|len| cratetrust_package_name(null(), len));
            cratetrust_package_version: no_text(|len| cratetrust_package_version(null(), len));
            cratetrust_package_source: no_text(|len| cratetrust_package_source(null(), len));
            cratetrust_package_checksum: no_text(|len| cratetrust_package_checksum(null(), len));
            cratetrust_package_purl: no_text(|len| cratetrust_package_purl(null(), len));
            cratetrust_package_dependency_count: assert_eq!(cratetrust_package_dependency_count(null()), 0);
            cratetrust_package_dependency_index: assert_eq!(cratetrust_package_dependency_index(null(), 0), usize::MAX);
            cratetrust_report_verdict: assert_eq!(cratetrust_report_verdict(null()), 0);
            cratetrust_report_finding_count: assert_eq!(cratetrust_report_finding_count(null()), 0);
            cratetrust_report_finding_at: assert!(cratetrust_report_finding_at(null(), 0).is_null());
            cratetrust_report_package_count: assert_eq!(cratetrust_report_package_count(null()), 0);
            cratetrust_report_package_at: assert!(cratetrust_report_package_at(null(), 0).is_null());
            cratetrust_report_checked_count: assert_eq!(cratetrust_report_checked_count(null()), 0);
            cratetrust_report_ok_count: assert_eq!(cratetrust_report_ok_count(null()), 0);
            cratetrust_report_failed_count: assert_eq!(cratetrust_report_failed_count(null()), 0);
            cratetrust_report_unchecked_count: assert_eq!(cratetrust_report_unchecked_count(null()), 0);
            cratetrust_report_local_count: assert_eq!(cratetrust_report_local_count(null()), 0);
            cratetrust_report_skipped_count: assert_eq!(cratetrust_report_skipped_count(null()), 0);
            cratetrust_report_unlisted_count: assert_eq!(cratetrust_report_unlisted_count(null()), 0);
            cratetrust_report_bytes: assert_eq!(cratetrust_report_bytes(null()), 0);
            cratetrust_report_to_json: {
                refused_out(|out, err| cratetrust_report_to_json(null(), out, err));
                refused(|err| cratetrust_report_to_json(f.report, null_mut(), err));
            };
            cratetrust_report_to_sarif: {
                refused_out(|out, err| cratetrust_report_to_sarif(null(), out, err));
                refused(|err| cratetrust_report_to_sarif(f.report, null_mut(), err));
            };
            cratetrust_report_from_json: {
                refused_out(|out, err| cratetrust_report_from_json(null(), 0, out, err));
                refused_out(|out, err| cratetrust_report_from_json(null(), n, out, err));
                refused(|err| cratetrust_report_from_json(ptr("{}"), 2, null_mut(), err));
            };
            cratetrust_report_free: cratetrust_report_free(null_mut());
            cratetrust_report_package_id: no_text(|len| cratetrust_report_package_id(null(), len));
            cratetrust_report_package_name: no_text(|len| cratetrust_report_package_name(null(), len));
            cratetrust_report_package_version: no_text(|len| cratetrust_report_package_version(null(), len));
            cratetrust_report_package_source: no_text(|len| cratetrust_report_package_source(null(), len));
            cratetrust_report_package_status: assert_eq!(cratetrust_report_package_status(null()), 0);
            cratetrust_report_package_anchor_count: assert_eq!(cratetrust_report_package_anchor_count(null()), 0);
            cratetrust_report_package_anchor_at: no_text(|len| cratetrust_report_package_anchor_at(null(), 0, len));
            cratetrust_finding_code: no_text(|len| cratetrust_finding_code(null(), len));
            cratetrust_finding_class: assert_eq!(cratetrust_finding_class(null()), 0);
            cratetrust_finding_severity: assert_eq!(cratetrust_finding_severity(null()), 0);
            cratetrust_finding_package: no_text(|len| cratetrust_finding_package(null(), len));
            cratetrust_finding_artifact: no_text(|len| cratetrust_finding_artifact(null(), len));
            cratetrust_finding_path: no_text(|len| cratetrust_finding_path(null(), len));
            cratetrust_finding_path_hex: no_text(|len| cratetrust_finding_path_hex(null(), len));
            cratetrust_finding_offset: {
                let mut offset = 7;
                assert!(!cratetrust_finding_offset(null(), &raw mut offset));
                assert_eq!(offset, 0);
                assert!(!cratetrust_finding_offset(null(), null_mut()));
            };
            cratetrust_finding_expected: no_text(|len| cratetrust_finding_expected(null(), len));
            cratetrust_finding_actual: no_text(|len| cratetrust_finding_actual(null(), len));
            cratetrust_finding_message: no_text(|len| cratetrust_finding_message(null(), len));
            cratetrust_finding_external: assert!(!cratetrust_finding_external(null()));
            cratetrust_format_from_name: assert_eq!(cratetrust_format_from_name(null(), 0), 0);
            cratetrust_bom_report: assert!(cratetrust_bom_report(null()).is_null());
            cratetrust_bom_package_count: assert_eq!(cratetrust_bom_package_count(null()), 0);
            cratetrust_bom_edge_count: assert_eq!(cratetrust_bom_edge_count(null()), 0);
            cratetrust_bom_root_count: assert_eq!(cratetrust_bom_root_count(null()), 0);
            cratetrust_bom_gap_count: assert_eq!(cratetrust_bom_gap_count(null()), 0);
            cratetrust_bom_write: {
                refused_out(|out, err| cratetrust_bom_write(null(), 1, null(), 0, out, err));
                refused_out(|out, err| cratetrust_bom_write(f.bom, 1, null(), n, out, err));
                refused(|err| cratetrust_bom_write(f.bom, 1, null(), 0, null_mut(), err));
            };
            cratetrust_bom_to_json: {
                refused_out(|out, err| cratetrust_bom_to_json(null(), out, err));
                refused(|err| cratetrust_bom_to_json(f.bom, null_mut(), err));
            };
            cratetrust_bom_free: cratetrust_bom_free(null_mut());
            cratetrust_verify_package: {
                refused_out(|out, err| cratetrust_verify_package(null(), f.options, out, err));
                refused(|err| cratetrust_verify_package(f.input, f.options, null_mut(), err));
            };
            cratetrust_generate_sbom: {
                let inputs = [f.input.cast_const(), null()];
                refused_out(|out, err| cratetrust_generate_sbom(null(), 1, f.options, out, err));
                refused_out(|out, err| cratetrust_generate_sbom(inputs.as_ptr(), 2, f.options, out, err));
                refused(|err| cratetrust_generate_sbom(inputs.as_ptr(), 1, f.options, null_mut(), err));
            };
            cratetrust_verify_sbom: {
                let inputs = [f.input.cast_const(), null()];
                refused_out(|out, err| cratetrust_verify_sbom(null(), inputs.as_ptr(), 1, f.options, out, err));
                refused_out(|out, err| cratetrust_verify_sbom(f.input, null(), 1, f.options, out, err));
                refused_out(|out, err| cratetrust_verify_sbom(f.input, inputs.as_ptr(), 2, f.options, out, err));
                refused(|err| cratetrust_verify_sbom(f.input, inputs.as_ptr(), 1, f.options, null_mut(), err));
            };
            cratetrust_diff_lockfiles: {
                refused_out(|out, err| cratetrust_diff_lockfiles(null(), f.input, f.options, out, err));
                refused_out(|out, err| cratetrust_diff_lockfiles(f.input, null(), f.options, out, err));
                refused(|err| cratetrust_diff_lockfiles(f.input, f.input, f.options, null_mut(), err));
            };
            cratetrust_inspect: {
                refused_out(|out, err| cratetrust_inspect(null(), f.options, out, err));
                refused(|err| cratetrust_inspect(f.input, f.options, null_mut(), err));
            };
        }
    }
    same(&seen, functions(&header()).into_iter());
}

#[test]
fn what_is_out_of_range_is_never_a_crash() {
    let f = Fixture::new();
    let mut seen = BTreeSet::new();
    let huge = usize::MAX; // Longer than any object can be.
    let numbers = [0, -1, 9, 99, i32::MIN, i32::MAX];
    // SAFETY: every pointer is NULL, live, or refused for its length before it is read.
    unsafe {
        let finding = cratetrust_report_finding_at(f.report, 0);
        assert!(!finding.is_null());
        let package = cratetrust_lockfile_package_at(f.lockfile, 0);
        let reported = cratetrust_report_package_at(f.report, 0);
        rows! { seen,
            cratetrust_status_name: for status in [-1, 6, 105, 202, i32::MAX, i32::MIN] {
                let name = std::ffi::CStr::from_ptr(cratetrust_status_name(status));
                assert_eq!(name, c"UNKNOWN");
            };
            cratetrust_verdict_name: for number in numbers { assert!(cratetrust_verdict_name(number).is_null()) };
            cratetrust_severity_name: for number in numbers { assert!(cratetrust_severity_name(number).is_null()) };
            cratetrust_buf_append: { bad(RANGE, |err| cratetrust_buf_append(f.buf, [0].as_ptr(), huge, err)); };
            cratetrust_input_from_path: {
                bad_out(RANGE, |out, err| cratetrust_input_from_path(ptr("x"), huge, out, err));
                let invalid = CRATETRUST_STATUS_INVALID_ARGUMENT;
                bad_out(invalid, |out, err| cratetrust_input_from_path(ptr("x"), 0, out, err));
                let details = bad_out(invalid, |out, err| cratetrust_input_from_path(ptr("ab\0c"), 4, out, err));
                assert_eq!(details["offset"], 2);
            };
            cratetrust_input_from_bytes: {
                bad_out(RANGE, |out, err| cratetrust_input_from_bytes(ptr("x"), 1, ptr("x").cast(), huge, out, err));
                bad_out(RANGE, |out, err| cratetrust_input_from_bytes(ptr("x"), huge, ptr("x").cast(), 1, out, err));
                bad_out(CRATETRUST_STATUS_INVALID_UTF8, |out, err| {
                    cratetrust_input_from_bytes([0xff_u8].as_ptr().cast(), 1, null(), 0, out, err)
                });
            };
            cratetrust_input_from_reader: {
                bad_out(RANGE, |out, err| cratetrust_input_from_reader(Some(read_nothing), null_mut(), 0, ptr("x"), huge, out, err));
            };
            cratetrust_options_set_json: {
                bad(RANGE, |err| cratetrust_options_set_json(f.options, ptr("x"), huge, err));
                bad(CRATETRUST_STATUS_PARSE, |err| cratetrust_options_set_json(f.options, ptr("["), 1, err));
                bad(CRATETRUST_STATUS_INVALID_UTF8, |err| cratetrust_options_set_json(f.options, [0xff_u8].as_ptr().cast(), 1, err));
            };
            cratetrust_report_from_json: {
                bad_out(RANGE, |out, err| cratetrust_report_from_json(ptr("x"), huge, out, err));
                bad_out(CRATETRUST_STATUS_PARSE, |out, err| cratetrust_report_from_json(ptr("{}"), 2, out, err));
                bad_out(CRATETRUST_STATUS_INVALID_UTF8, |out, err| cratetrust_report_from_json([0xff_u8].as_ptr().cast(), 1, out, err));
            };
            cratetrust_options_set_limit: {
                bad(RANGE, |err| cratetrust_options_set_limit(f.options, ptr("x"), huge, 1, err));
                bad(CRATETRUST_STATUS_INVALID_ARGUMENT, |err| cratetrust_options_set_limit(f.options, ptr("x"), 1, 1, err));
            };
            cratetrust_options_limit: {
                let mut value = 7;
                let value = &raw mut value;
                bad(RANGE, |err| cratetrust_options_limit(f.options, ptr("x"), huge, value, err));
                bad(CRATETRUST_STATUS_INVALID_ARGUMENT, |err| cratetrust_options_limit(f.options, ptr("x"), 1, value, err));
                assert_eq!(*value, 0);
            };
            cratetrust_options_set_preset: for number in numbers {
                bad(RANGE, |err| cratetrust_options_set_preset(f.options, number, err));
            };
            cratetrust_options_set_severity: {
                for number in numbers {
                    bad(RANGE, |err| cratetrust_options_set_severity(f.options, ptr("yanked"), 6, number, err));
                }
                bad(RANGE, |err| cratetrust_options_set_severity(f.options, ptr("yanked"), huge, 1, err));
                bad(CRATETRUST_STATUS_INVALID_ARGUMENT, |err| cratetrust_options_set_severity(f.options, ptr("no"), 2, 1, err));
            };
            cratetrust_options_set_sha256: {
                bad(RANGE, |err| cratetrust_options_set_sha256(f.options, ptr("x"), huge, err));
                bad(CRATETRUST_STATUS_INVALID_ARGUMENT, |err| cratetrust_options_set_sha256(f.options, ptr("x"), 1, err));
            };
            cratetrust_options_set_expect: {
                bad(RANGE, |err| cratetrust_options_set_expect(f.options, ptr("x"), huge, err));
                bad(CRATETRUST_STATUS_INVALID_ARGUMENT, |err| cratetrust_options_set_expect(f.options, ptr("x"), 1, err));
            };
            cratetrust_options_set_checks: {
                bad(RANGE, |err| cratetrust_options_set_checks(f.options, ptr("x"), huge, err));
                bad(CRATETRUST_STATUS_INVALID_ARGUMENT, |err| cratetrust_options_set_checks(f.options, ptr("x"), 1, err));
            };
            cratetrust_options_set_level: for number in numbers {
                bad(RANGE, |err| cratetrust_options_set_level(f.options, number, err));
            };
            cratetrust_options_set_supplier: {
                bad(RANGE, |err| cratetrust_options_set_supplier(f.options, ptr("x"), huge, null(), 0, err));
                bad(RANGE, |err| cratetrust_options_set_supplier(f.options, ptr("x"), 1, ptr("x"), huge, err));
                bad(CRATETRUST_STATUS_INVALID_ARGUMENT, |err| cratetrust_options_set_supplier(f.options, null(), 0, ptr("x"), 1, err));
                bad(CRATETRUST_STATUS_INVALID_ARGUMENT, |err| cratetrust_options_set_supplier(f.options, ptr("x"), 0, null(), 0, err));
            };
            cratetrust_options_set_manufacturer: {
                bad(RANGE, |err| cratetrust_options_set_manufacturer(f.options, ptr("x"), huge, null(), 0, err));
                bad(RANGE, |err| cratetrust_options_set_manufacturer(f.options, ptr("x"), 1, ptr("x"), huge, err));
                bad(CRATETRUST_STATUS_INVALID_ARGUMENT, |err| cratetrust_options_set_manufacturer(f.options, null(), 0, ptr("x"), 1, err));
                bad(CRATETRUST_STATUS_INVALID_ARGUMENT, |err| cratetrust_options_set_manufacturer(f.options, ptr("x"), 0, null(), 0, err));
            };
            cratetrust_options_set_license: {
                bad(RANGE, |err| cratetrust_options_set_license(f.options, ptr("x"), huge, err));
            };
            cratetrust_options_set_lifecycle: {
                bad(RANGE, |err| cratetrust_options_set_lifecycle(f.options, ptr("x"), huge, err));
            };
            cratetrust_options_set_serial: {
                bad(RANGE, |err| cratetrust_options_set_serial(f.options, ptr("x"), huge, err));
                bad(CRATETRUST_STATUS_INVALID_ARGUMENT, |err| cratetrust_options_set_serial(f.options, ptr("@"), 1, err));
            };
            cratetrust_options_set_vcs_url: {
                bad(RANGE, |err| cratetrust_options_set_vcs_url(f.options, ptr("x"), huge, err));
            };
            cratetrust_options_add_tool: {
                bad(RANGE, |err| cratetrust_options_add_tool(f.options, ptr("x"), huge, err));
                bad(CRATETRUST_STATUS_INVALID_ARGUMENT, |err| cratetrust_options_add_tool(f.options, ptr("@"), 1, err));
            };
            cratetrust_options_set_conclude_declared: for number in [-1, 2, i32::MIN, i32::MAX] {
                bad(RANGE, |err| cratetrust_options_set_conclude_declared(f.options, number, err));
            };
            cratetrust_options_set_no_units: for number in [-1, 2, i32::MIN, i32::MAX] {
                bad(RANGE, |err| cratetrust_options_set_no_units(f.options, number, err));
            };
            cratetrust_options_set_component_supplier: for number in numbers {
                bad(RANGE, |err| cratetrust_options_set_component_supplier(f.options, number, err));
            };
            cratetrust_options_set_enrich: for number in numbers {
                bad(RANGE, |err| cratetrust_options_set_enrich(f.options, number, err));
            };
            cratetrust_options_set_profile: for number in [-1, 5, i32::MIN, i32::MAX] {
                bad(RANGE, |err| cratetrust_options_set_profile(f.options, number, err));
            };
            cratetrust_options_add_target: {
                bad(RANGE, |err| cratetrust_options_add_target(f.options, ptr("x"), huge, err));
                bad(CRATETRUST_STATUS_INVALID_UTF8, |err| cratetrust_options_add_target(f.options, [0xff_u8].as_ptr().cast(), 1, err));
            };
            cratetrust_options_set_host: {
                bad(RANGE, |err| cratetrust_options_set_host(f.options, ptr("x"), huge, err));
                bad(CRATETRUST_STATUS_INVALID_UTF8, |err| cratetrust_options_set_host(f.options, [0xff_u8].as_ptr().cast(), 1, err));
            };
            cratetrust_options_add_features: {
                bad(RANGE, |err| cratetrust_options_add_features(f.options, ptr("x"), huge, err));
                bad(CRATETRUST_STATUS_INVALID_UTF8, |err| cratetrust_options_add_features(f.options, [0xff_u8].as_ptr().cast(), 1, err));
            };
            cratetrust_options_set_no_default_features: for number in [-1, 2, i32::MIN, i32::MAX] {
                bad(RANGE, |err| cratetrust_options_set_no_default_features(f.options, number, err));
            };
            cratetrust_options_set_all_features: for number in [-1, 2, i32::MIN, i32::MAX] {
                bad(RANGE, |err| cratetrust_options_set_all_features(f.options, number, err));
            };
            cratetrust_options_add_package: {
                bad(RANGE, |err| cratetrust_options_add_package(f.options, ptr("x"), huge, err));
                bad(CRATETRUST_STATUS_INVALID_UTF8, |err| cratetrust_options_add_package(f.options, [0xff_u8].as_ptr().cast(), 1, err));
            };
            cratetrust_options_add_bin: {
                bad(RANGE, |err| cratetrust_options_add_bin(f.options, ptr("x"), huge, err));
                bad(CRATETRUST_STATUS_INVALID_UTF8, |err| cratetrust_options_add_bin(f.options, [0xff_u8].as_ptr().cast(), 1, err));
            };
            cratetrust_options_set_lib: for number in [-1, 2, i32::MIN, i32::MAX] {
                bad(RANGE, |err| cratetrust_options_set_lib(f.options, number, err));
            };
            cratetrust_options_add_cfg: {
                bad(RANGE, |err| cratetrust_options_add_cfg(f.options, ptr("x"), huge, err));
                bad(CRATETRUST_STATUS_INVALID_UTF8, |err| cratetrust_options_add_cfg(f.options, [0xff_u8].as_ptr().cast(), 1, err));
            };
            cratetrust_options_set_dev: for number in [-1, 2, i32::MIN, i32::MAX] {
                bad(RANGE, |err| cratetrust_options_set_dev(f.options, number, err));
            };
            cratetrust_options_add_author: {
                bad(RANGE, |err| cratetrust_options_add_author(f.options, ptr("x"), huge, null(), 0, err));
                bad(RANGE, |err| cratetrust_options_add_author(f.options, ptr("x"), 1, ptr("x"), huge, err));
                bad(CRATETRUST_STATUS_INVALID_ARGUMENT, |err| cratetrust_options_add_author(f.options, null(), 0, ptr("x"), 1, err));
            };
            cratetrust_options_set_timestamp: {
                bad(RANGE, |err| cratetrust_options_set_timestamp(f.options, ptr("x"), huge, err));
                bad(CRATETRUST_STATUS_INVALID_ARGUMENT, |err| cratetrust_options_set_timestamp(f.options, ptr("x"), 1, err));
            };
            cratetrust_options_set_timestamp_unix: {
                bad(CRATETRUST_STATUS_INVALID_ARGUMENT, |err| cratetrust_options_set_timestamp_unix(f.options, u64::MAX, err));
            };
            cratetrust_options_add_verifier: {
                bad(RANGE, |err| cratetrust_options_add_verifier(f.options, ptr("x"), huge, Some(agree), null_mut(), err));
                let invalid = CRATETRUST_STATUS_INVALID_ARGUMENT;
                bad(invalid, |err| cratetrust_options_add_verifier(f.options, ptr("x"), 0, Some(agree), null_mut(), err));
                ok(|err| cratetrust_options_add_verifier(f.options, ptr("x"), 1, Some(agree), null_mut(), err));
                bad(invalid, |err| cratetrust_options_add_verifier(f.options, ptr("x"), 1, Some(agree), null_mut(), err));
            };
            cratetrust_options_set_jobs: {
                ok(|err| cratetrust_options_set_jobs(f.options, u32::MAX, err));
                ok(|err| cratetrust_options_set_jobs(f.options, 0, err));
            };
            cratetrust_lockfile_package_at: for index in [2, usize::MAX] {
                assert!(cratetrust_lockfile_package_at(f.lockfile, index).is_null());
            };
            cratetrust_lockfile_finding_at: for index in [0, usize::MAX] {
                assert!(cratetrust_lockfile_finding_at(f.lockfile, index).is_null());
            };
            cratetrust_lockfile_find: {
                assert!(cratetrust_lockfile_find(f.lockfile, ptr("leaf"), huge, null(), 0).is_null());
                assert!(cratetrust_lockfile_find(f.lockfile, ptr("leaf"), 4, ptr("9"), 1).is_null());
                assert!(cratetrust_lockfile_find(f.lockfile, ptr("leaf"), 3, null(), 0).is_null());
            };
            cratetrust_package_dependency_index: for index in [1, usize::MAX] {
                assert_eq!(cratetrust_package_dependency_index(package, index), usize::MAX);
            };
            cratetrust_report_finding_at: for index in [cratetrust_report_finding_count(f.report), usize::MAX] {
                assert!(cratetrust_report_finding_at(f.report, index).is_null());
            };
            cratetrust_report_package_at: for index in [cratetrust_report_package_count(f.report), usize::MAX] {
                assert!(cratetrust_report_package_at(f.report, index).is_null());
            };
            cratetrust_report_package_anchor_at: for index in [cratetrust_report_package_anchor_count(reported), usize::MAX] {
                no_text(|len| cratetrust_report_package_anchor_at(reported, index, len));
            };
            cratetrust_format_from_name: {
                assert_eq!(cratetrust_format_from_name(ptr("json"), huge), 0);
                assert_eq!(cratetrust_format_from_name(ptr("xml"), 3), 0);
            };
            cratetrust_bom_write: {
                for number in numbers {
                    bad_out(RANGE, |out, err| cratetrust_bom_write(f.bom, number, null(), 0, out, err));
                }
                bad_out(RANGE, |out, err| cratetrust_bom_write(f.bom, 1, ptr("x"), huge, out, err));
                bad_out(CRATETRUST_STATUS_UNSUPPORTED, |out, err| cratetrust_bom_write(f.bom, 1, ptr("0.1"), 3, out, err));
            };
            cratetrust_generate_sbom: {
                let inputs = [f.input.cast_const()];
                bad_out(RANGE, |out, err| cratetrust_generate_sbom(inputs.as_ptr(), huge, null(), out, err));
                bad_out(RANGE, |out, err| cratetrust_generate_sbom(inputs.as_ptr(), huge / 8, null(), out, err));
                bad_out(CRATETRUST_STATUS_INVALID_ARGUMENT, |out, err| cratetrust_generate_sbom(null(), 0, null(), out, err));
            };
            cratetrust_verify_sbom: {
                let inputs = [f.input.cast_const()];
                bad_out(RANGE, |out, err| cratetrust_verify_sbom(f.input, inputs.as_ptr(), huge, null(), out, err));
            };
        }
    }
    let ranged = |parameters: &str| {
        parameters.split(',').any(|parameter| {
            let parameter = parameter.trim();
            let number = ["size_t ", "int32_t ", "uint32_t "]
                .iter()
                .any(|kind| parameter.starts_with(kind));
            (number && !parameter.contains('*')) || parameter == "uint64_t seconds"
        })
    };
    let header = header();
    let wanted: Vec<String> = declarations(&header)
        .iter()
        .filter(|declaration| declaration.function().is_some())
        .filter(|declaration| ranged(declaration.parameters()))
        .map(|declaration| declaration.function().unwrap().to_owned())
        .collect();
    same(&seen, wanted.into_iter());
}
