/* Failures are statuses with an owned error; NULL is never a crash. */
#include "check.h"

static void places(void)
{
    cratetrust_input *input = input_of("x/Cargo.lock", "version = 4\n[[package]]\nname = [\n");
    cratetrust_lockfile *lockfile = (cratetrust_lockfile *)&input; /* to be overwritten */
    cratetrust_error *error = NULL;
    size_t len = 0;

    CHECK(cratetrust_lockfile_read(input, NULL, &lockfile, &error) == CRATETRUST_STATUS_PARSE);
    CHECK(lockfile == NULL && error != NULL);
    CHECK(cratetrust_error_status(error) == CRATETRUST_STATUS_PARSE);
    CHECK(strcmp(cratetrust_error_path(error, &len), "x/Cargo.lock") == 0 && len == 12);
    CHECK(strncmp(cratetrust_error_message(error, NULL), "x/Cargo.lock:", 13) == 0);
    CHECK(strstr(cratetrust_error_details_json(error, NULL), "\"kind\":\"parse\"") != NULL);
    cratetrust_error_free(error);
    /* The error may be left out. */
    CHECK(cratetrust_lockfile_read(input, NULL, &lockfile, NULL) == CRATETRUST_STATUS_PARSE);
    cratetrust_input_free(input);

    MUST(cratetrust_input_from_path(TEXT("no/such/file"), &input, &error));
    CHECK(cratetrust_lockfile_read(input, NULL, &lockfile, &error) ==
          CRATETRUST_STATUS_NOT_FOUND);
    CHECK(strcmp(cratetrust_error_path(error, NULL), "no/such/file") == 0);
    cratetrust_error_free(error);
    cratetrust_input_free(input);

    input = (cratetrust_input *)&error;
    CHECK(cratetrust_input_from_path("a\0b", 3, &input, NULL) ==
          CRATETRUST_STATUS_INVALID_ARGUMENT);
    CHECK(input == NULL);
    CHECK(cratetrust_input_from_bytes("\xff", 1, NULL, 0, &input, NULL) ==
          CRATETRUST_STATUS_INVALID_UTF8);
}

static void options(void)
{
    cratetrust_options *options = cratetrust_options_new();
    uint64_t value = 0;

    CHECK(cratetrust_options_set_json(options, TEXT("{\"no_such\":1}"), NULL) ==
          CRATETRUST_STATUS_INVALID_ARGUMENT);
    CHECK(cratetrust_options_set_json(options, TEXT("{"), NULL) == CRATETRUST_STATUS_PARSE);
    MUST(cratetrust_options_set_json(options, TEXT("{\"limit\":{\"depth\":3},\"jobs\":2}"),
                                     &error));
    MUST(cratetrust_options_limit(options, TEXT(CRATETRUST_LIMIT_DEPTH), &value, &error));
    CHECK(value == 3);
    CHECK(cratetrust_options_set_preset(options, 9, NULL) == CRATETRUST_STATUS_OUT_OF_RANGE);
    MUST(cratetrust_options_set_preset(options, CRATETRUST_PRESET_CARGO, &error));
    MUST(cratetrust_options_set_level(options, CRATETRUST_LEVEL_COMPONENTS, &error));
    MUST(cratetrust_options_set_severity(options, TEXT(CRATETRUST_CODE_CRATE_MISSING),
                                         CRATETRUST_SEVERITY_INFO, &error));
    CHECK(cratetrust_options_set_severity(options, TEXT("no-such"), CRATETRUST_SEVERITY_INFO,
                                          NULL) == CRATETRUST_STATUS_INVALID_ARGUMENT);
    CHECK(cratetrust_options_set_sha256(options, TEXT("12"), NULL) ==
          CRATETRUST_STATUS_INVALID_ARGUMENT);
    MUST(cratetrust_options_set_checks(options, TEXT("checksum,archive"), &error));
    MUST(cratetrust_options_set_expect(options, TEXT("leaf@1.2.3"), &error));
    MUST(cratetrust_options_set_timestamp(options, TEXT("2026-01-02T03:04:05Z"), &error));
    cratetrust_options_free(options);
}

static void nulls(void)
{
    cratetrust_error *error = NULL;
    cratetrust_report *report = NULL;
    size_t len = 5;

    CHECK(cratetrust_verify_package(NULL, NULL, &report, &error) ==
          CRATETRUST_STATUS_NULL_ARGUMENT);
    CHECK(strstr(cratetrust_error_details_json(error, NULL), "\"null-argument\"") != NULL);
    cratetrust_error_free(error);
    CHECK(cratetrust_report_verdict(NULL) != CRATETRUST_VERDICT_PASS);
    CHECK(cratetrust_report_finding_count(NULL) == 0);
    CHECK(cratetrust_report_finding_at(NULL, 0) == NULL);
    CHECK(cratetrust_finding_code(NULL, &len) == NULL && len == 0);
    CHECK(strcmp(cratetrust_status_name(12345), "UNKNOWN") == 0);
    cratetrust_error_free(NULL);
    cratetrust_buf_free(NULL);
    cratetrust_cancel_free(NULL);
    cratetrust_input_free(NULL);
    cratetrust_options_free(NULL);
    cratetrust_lockfile_free(NULL);
    cratetrust_report_free(NULL);
    cratetrust_bom_free(NULL);
}

static int64_t fail_to_read(void *user_data, uint8_t *buf, size_t len)
{
    (void)buf;
    (void)len;
    return *(int64_t *)user_data;
}

static void readers(void)
{
    static int64_t answers[] = {-1, INT64_MIN, INT64_MAX};
    size_t i;
    for (i = 0; i < sizeof answers / sizeof *answers; i++) {
        cratetrust_input *input = NULL;
        cratetrust_lockfile *lockfile = NULL;
        MUST(cratetrust_input_from_reader(fail_to_read, &answers[i], -1, TEXT("pipe"), &input,
                                          &error));
        CHECK(cratetrust_lockfile_read(input, NULL, &lockfile, NULL) == CRATETRUST_STATUS_IO);
        CHECK(lockfile == NULL);
        cratetrust_input_free(input);
    }
}

int main(void)
{
    places();
    options();
    nulls();
    readers();
    puts("errors: ok");
    return 0;
}
