/* Every object is made, read and freed, and outlives what it was made from. */
#include "check.h"

static int has(const cratetrust_buf *buf, const char *part)
{
    /* A NUL that is not counted follows the bytes. */
    CHECK(cratetrust_buf_data(buf)[cratetrust_buf_len(buf)] == 0);
    return strstr((const char *)cratetrust_buf_data(buf), part) != NULL;
}

static void lockfile(void)
{
    cratetrust_input *input = input_of("Cargo.lock", LOCK);
    cratetrust_options *options = cratetrust_options_new();
    cratetrust_lockfile *lockfile = NULL;
    cratetrust_buf *json = NULL;
    const cratetrust_package *app, *leaf;
    size_t len = 0;

    MUST(cratetrust_lockfile_read(input, options, &lockfile, &error));
    cratetrust_input_free(input);
    cratetrust_options_free(options);

    CHECK(cratetrust_lockfile_version(lockfile) == 4);
    CHECK(cratetrust_lockfile_package_count(lockfile) == 2);
    CHECK(cratetrust_lockfile_finding_count(lockfile) == 0);
    CHECK(strlen(cratetrust_lockfile_sha256(lockfile, &len)) == 64 && len == 64);
    app = cratetrust_lockfile_package_at(lockfile, 0);
    leaf = cratetrust_lockfile_find(lockfile, TEXT("leaf"), TEXT("1.2.3"));
    CHECK(leaf != NULL && leaf == cratetrust_lockfile_package_at(lockfile, 1));
    CHECK(strcmp(cratetrust_package_name(app, &len), "app") == 0 && len == 3);
    CHECK(strcmp(cratetrust_package_version(app, NULL), "0.1.0") == 0);
    CHECK(cratetrust_package_source(app, &len) == NULL && len == 0);
    CHECK(cratetrust_package_checksum(app, NULL) == NULL);
    CHECK(cratetrust_package_dependency_count(app) == 1);
    CHECK(cratetrust_package_dependency_index(app, 0) == 1);
    CHECK(cratetrust_package_dependency_index(app, 1) == SIZE_MAX);
    CHECK(strcmp(cratetrust_package_purl(leaf, NULL), "pkg:cargo/leaf@1.2.3") == 0);
    CHECK(strncmp(cratetrust_package_source(leaf, NULL), "registry+", 9) == 0);
    CHECK(strlen(cratetrust_package_checksum(leaf, NULL)) == 64);
    MUST(cratetrust_lockfile_to_json(lockfile, &json, &error));
    CHECK(has(json, "\"cratetrust.lockfile/1\""));
    cratetrust_lockfile_free(lockfile);
    CHECK(has(json, "\"leaf\""));
    cratetrust_buf_free(json);
}

static void bom(void)
{
    static const char *const formats[] = {"cyclonedx-json", "spdx-json", "json"};
    cratetrust_input *input = input_of("Cargo.lock", LOCK);
    const cratetrust_input *inputs[1];
    cratetrust_options *options = cratetrust_options_new();
    cratetrust_input *document;
    cratetrust_bom *bom = NULL;
    cratetrust_buf *json = NULL, *inspection = NULL;
    cratetrust_report *report = NULL;
    size_t i;

    inputs[0] = input;
    MUST(cratetrust_options_set_supplier(options, TEXT("Acme"), TEXT("https://example.org"),
                                         &error));
    MUST(cratetrust_options_add_author(options, TEXT("Ann"), TEXT("ann@example.org"), &error));
    MUST(cratetrust_options_set_timestamp_unix(options, 1700000000, &error));
    MUST(cratetrust_generate_sbom(inputs, 1, options, &bom, &error));
    cratetrust_options_free(options);
    CHECK(cratetrust_bom_package_count(bom) == 2);
    CHECK(cratetrust_bom_edge_count(bom) == 1);
    CHECK(cratetrust_bom_root_count(bom) == 1);
    CHECK(cratetrust_report_verdict(cratetrust_bom_report(bom)) != 0);
    MUST(cratetrust_bom_to_json(bom, &json, &error));
    CHECK(has(json, "\"cratetrust.bom/1\"") && has(json, "Acme") && has(json, "ann@example.org"));
    CHECK(has(json, "2023-11-14T22:13:20Z"));
    cratetrust_buf_free(json);

    for (i = 0; i < sizeof formats / sizeof *formats; i++) {
        int32_t number = cratetrust_format_from_name(TEXT(formats[i]));
        CHECK(number != 0);
        MUST(cratetrust_bom_write(bom, number, NULL, 0, &json, &error));
        MUST(cratetrust_input_from_bytes(NULL, 0, cratetrust_buf_data(json),
                                         cratetrust_buf_len(json), &document, &error));
        cratetrust_buf_free(json);
        if (number != CRATETRUST_FORMAT_JSON) {
            /* What we write is true to what it was made from. */
            MUST(cratetrust_verify_sbom(document, inputs, 1, NULL, &report, &error));
            CHECK(cratetrust_report_verdict(report) == CRATETRUST_VERDICT_PASS);
            cratetrust_report_free(report);
            MUST(cratetrust_inspect(document, NULL, &inspection, &error));
            CHECK(has(inspection, "\"cratetrust.inspection/1\""));
            cratetrust_buf_free(inspection);
        }
        cratetrust_input_free(document);
    }
    cratetrust_bom_free(bom);
    cratetrust_input_free(input);
}

static void diff(void)
{
    cratetrust_input *old_lock = input_of("old.lock", LOCK);
    cratetrust_input *new_lock;
    cratetrust_report *report = NULL;
    cratetrust_report *again = NULL;
    cratetrust_buf *json = NULL;
    char text[sizeof LOCK];

    memcpy(text, LOCK, sizeof LOCK);
    *strstr(text, "ba7816bf") = 'c';
    new_lock = input_of("new.lock", text);
    MUST(cratetrust_diff_lockfiles(old_lock, new_lock, NULL, &report, &error));
    cratetrust_input_free(old_lock);
    cratetrust_input_free(new_lock);
    CHECK(cratetrust_report_verdict(report) == CRATETRUST_VERDICT_FAIL);
    CHECK(cratetrust_report_finding_count(report) == 1);
    CHECK(strcmp(cratetrust_finding_code(cratetrust_report_finding_at(report, 0), NULL),
                 CRATETRUST_CODE_LOCK_CHECKSUM_CHANGED) == 0);
    MUST(cratetrust_report_to_json(report, &json, &error));
    CHECK(has(json, "\"cratetrust.report/1\""));
    MUST(cratetrust_report_from_json((const char *)cratetrust_buf_data(json), cratetrust_buf_len(json),
                                     &again, &error));
    cratetrust_buf_free(json);
    CHECK(cratetrust_report_verdict(again) == CRATETRUST_VERDICT_FAIL);
    MUST(cratetrust_report_to_sarif(again, &json, &error));
    CHECK(has(json, "\"lock-checksum-changed\""));
    cratetrust_buf_free(json);
    cratetrust_report_free(again);
    cratetrust_report_free(report);
}

static int32_t refuse(void *user_data, const char *subject, size_t len, cratetrust_buf *answer)
{
    static const char text[] = "{\"findings\":[{\"code\":\"package-unexpected\","
                               "\"message\":\"not on our list\",\"offset\":7}]}";
    CHECK(strlen(subject) == len && strstr(subject, "\"cratetrust.subject/1\"") != NULL);
    ++*(int *)user_data;
    return cratetrust_buf_append(answer, (const uint8_t *)text, strlen(text), NULL);
}

static void report(void)
{
    cratetrust_input *input = input_of("leaf-1.2.3.crate", "no gzip");
    cratetrust_input *lock = input_of("Cargo.lock", LOCK);
    cratetrust_options *options = cratetrust_options_new();
    cratetrust_options *copy;
    cratetrust_report *report = NULL;
    int asked = 0, external = 0, mismatch = 0;
    size_t i;

    MUST(cratetrust_options_set_lockfile(options, lock, &error));
    cratetrust_input_free(lock);
    MUST(cratetrust_options_add_verifier(options, TEXT("acme/1"), refuse, &asked, &error));
    copy = cratetrust_options_clone(options);
    cratetrust_options_free(options);
    MUST(cratetrust_verify_package(input, copy, &report, &error));
    cratetrust_options_free(copy);
    cratetrust_input_free(input);

    CHECK(asked == 1);
    CHECK(cratetrust_report_verdict(report) == CRATETRUST_VERDICT_FAIL);
    CHECK(cratetrust_report_failed_count(report) >= 1);
    for (i = 0; i < cratetrust_report_finding_count(report); i++) {
        const cratetrust_finding *finding = cratetrust_report_finding_at(report, i);
        uint64_t offset = 0;
        CHECK(cratetrust_finding_message(finding, NULL) != NULL);
        CHECK(cratetrust_severity_name(cratetrust_finding_severity(finding)) != NULL);
        CHECK(cratetrust_finding_class(finding) != 0);
        if (strcmp(cratetrust_finding_code(finding, NULL),
                   CRATETRUST_CODE_CHECKSUM_LOCK_MISMATCH) == 0) {
            mismatch++;
            CHECK(strncmp(cratetrust_finding_expected(finding, NULL), "ba7816bf", 8) == 0);
            CHECK(strlen(cratetrust_finding_actual(finding, NULL)) == 64);
        }
        if (cratetrust_finding_external(finding)) {
            external++;
            CHECK(cratetrust_finding_offset(finding, &offset) && offset == 7);
        }
    }
    CHECK(external == 1 && mismatch == 1);
    CHECK(cratetrust_report_package_count(report) >= 1);
    for (i = 0; i < cratetrust_report_package_count(report); i++) {
        const cratetrust_report_package *package = cratetrust_report_package_at(report, i);
        CHECK(cratetrust_report_package_id(package, NULL) != NULL);
        CHECK(cratetrust_report_package_status(package) != 0);
    }
    cratetrust_report_free(report);
}

int main(void)
{
    CHECK(cratetrust_abi_version() == CRATETRUST_ABI_VERSION);
    CHECK(strcmp(cratetrust_version(), CRATETRUST_VERSION) == 0);
    CHECK(strstr(cratetrust_build_info(), "\"version\":\"" CRATETRUST_VERSION "\"") != NULL);
    CHECK(CRATETRUST_VERSION_NUMBER == CRATETRUST_VERSION_MAJOR * 1000000 +
                                           CRATETRUST_VERSION_MINOR * 1000 +
                                           CRATETRUST_VERSION_PATCH);
    lockfile();
    bom();
    diff();
    report();
    puts("roundtrip: ok");
    return 0;
}
