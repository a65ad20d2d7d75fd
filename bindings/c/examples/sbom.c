/* What is in this build? Writes an SBOM to standard output, the report to standard error.
 *
 *   sbom Cargo.lock [FORMAT [SPEC-VERSION]]      FORMAT: cyclonedx-json, spdx-json, json
 *
 * The exit status is 1 only where the report fails: a lockfile alone can never say all.
 *
 *   cc sbom.c $(pkg-config --cflags --libs cratetrust) -o sbom */
#include "show.h"

int main(int argc, char **argv)
{
    const char *name = argc > 2 ? argv[2] : "cyclonedx-json";
    const char *spec = argc > 3 ? argv[3] : NULL;
    int32_t format = cratetrust_format_from_name(name, strlen(name));
    cratetrust_input *input = NULL;
    const cratetrust_input *evidence[1];
    cratetrust_bom *bom = NULL;
    cratetrust_buf *document = NULL;
    cratetrust_error *error = NULL;
    const cratetrust_report *report;
    int code = EXIT_PASS;

    if (argc < 2 || argc > 4 || format == 0) {
        fprintf(stderr, "usage: %s Cargo.lock [cyclonedx-json|spdx-json|json [SPEC-VERSION]]\n",
                argv[0]);
        return EXIT_COULD_NOT_RUN;
    }
    if (cratetrust_input_from_path(argv[1], strlen(argv[1]), &input, &error))
        goto failed;
    evidence[0] = input;
    if (cratetrust_generate_sbom(evidence, 1, NULL, &bom, &error) ||
        cratetrust_bom_write(bom, format, spec, spec ? strlen(spec) : 0, &document, &error))
        goto failed;

    report = cratetrust_bom_report(bom); /* belongs to the bom */
    show_report(stderr, report);
    if (cratetrust_report_verdict(report) == CRATETRUST_VERDICT_FAIL)
        code = EXIT_NOT_PASS;
    if (fwrite(cratetrust_buf_data(document), 1, cratetrust_buf_len(document), stdout) !=
            cratetrust_buf_len(document) ||
        putchar('\n') == EOF || fflush(stdout) != 0) {
        perror("standard output");
        code = EXIT_COULD_NOT_RUN;
    }
    goto done;

failed:
    code = show_error(error);
done:
    cratetrust_buf_free(document);
    cratetrust_bom_free(bom);
    cratetrust_input_free(input);
    return code;
}
