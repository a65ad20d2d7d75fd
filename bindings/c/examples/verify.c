/* Is this the crate that the lockfile names?
 *
 *   verify PATH [Cargo.lock]
 *
 * PATH is a .crate file, a directory of them, a vendor directory, a registry cache, a CARGO_HOME.
 *
 *   cc verify.c $(pkg-config --cflags --libs cratetrust) -o verify */
#include "show.h"

int main(int argc, char **argv)
{
    cratetrust_input *input = NULL, *lockfile = NULL;
    cratetrust_options *options = NULL;
    cratetrust_report *report = NULL;
    cratetrust_error *error = NULL;
    int code;

    if (argc < 2 || argc > 3) {
        fprintf(stderr, "usage: %s PATH [Cargo.lock]\n", argv[0]);
        return EXIT_COULD_NOT_RUN;
    }
    options = cratetrust_options_new();
    if (cratetrust_input_from_path(argv[1], strlen(argv[1]), &input, &error))
        goto failed;
    if (argc == 3) {
        if (cratetrust_input_from_path(argv[2], strlen(argv[2]), &lockfile, &error) ||
            cratetrust_options_set_lockfile(options, lockfile, &error))
            goto failed;
    }
    if (cratetrust_verify_package(input, options, &report, &error))
        goto failed;
    code = show_report(stdout, report);
    goto done;

failed:
    code = show_error(error);
done:
    cratetrust_report_free(report);
    cratetrust_options_free(options);
    cratetrust_input_free(lockfile);
    cratetrust_input_free(input);
    return code;
}
