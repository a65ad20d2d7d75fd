/* Does this SBOM, of any producer, tell the truth about the lockfile?
 *
 *   verify_sbom SBOM EVIDENCE...      EVIDENCE: Cargo.lock, a directory with one, another SBOM
 *
 *   cc verify_sbom.c $(pkg-config --cflags --libs cratetrust) -o verify_sbom */
#include "show.h"

#include <stdlib.h>

int main(int argc, char **argv)
{
    cratetrust_input *sbom = NULL;
    cratetrust_input **evidence = NULL;
    cratetrust_report *report = NULL;
    cratetrust_error *error = NULL;
    size_t count = argc > 2 ? (size_t)argc - 2 : 0;
    size_t i;
    int code;

    if (count == 0) {
        fprintf(stderr, "usage: %s SBOM EVIDENCE...\n", argv[0]);
        return EXIT_COULD_NOT_RUN;
    }
    evidence = calloc(count, sizeof *evidence);
    if (evidence == NULL) {
        perror("calloc");
        return EXIT_COULD_NOT_RUN;
    }
    if (cratetrust_input_from_path(argv[1], strlen(argv[1]), &sbom, &error))
        goto failed;
    for (i = 0; i < count; i++) {
        if (cratetrust_input_from_path(argv[i + 2], strlen(argv[i + 2]), &evidence[i], &error))
            goto failed;
    }
    if (cratetrust_verify_sbom(sbom, (const cratetrust_input *const *)evidence, count, NULL,
                               &report, &error))
        goto failed;
    code = show_report(stdout, report);
    goto done;

failed:
    code = show_error(error);
done:
    cratetrust_report_free(report);
    for (i = 0; i < count; i++)
        cratetrust_input_free(evidence[i]);
    free(evidence);
    cratetrust_input_free(sbom);
    return code;
}
