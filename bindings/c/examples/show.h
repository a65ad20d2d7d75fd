/* What the examples share: showing text that may be hostile, errors and reports.
 *
 * Exit status of every example: 0 the verdict is pass, 1 it is fail or incomplete, 2 it could not
 * run. */
#ifndef SHOW_H
#define SHOW_H

#include <cratetrust.h>
#include <stdio.h>
#include <string.h>

#define EXIT_PASS 0
#define EXIT_NOT_PASS 1
#define EXIT_COULD_NOT_RUN 2

/* Names inside a crate are an attacker's words: nothing but printable ASCII reaches the terminal. */
static void show_text(FILE *to, const char *text, size_t len)
{
    size_t i;
    for (i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c >= 0x20 && c < 0x7f && c != '\\')
            fputc(c, to);
        else
            fprintf(to, "\\x%02x", c);
    }
}

/* Says why a call failed, frees the error, and gives the exit status for it. */
static int show_error(cratetrust_error *error)
{
    size_t len = 0;
    const char *message = cratetrust_error_message(error, &len);
    fprintf(stderr, "error %s: ", cratetrust_status_name(cratetrust_error_status(error)));
    if (message)
        show_text(stderr, message, len);
    fputc('\n', stderr);
    cratetrust_error_free(error);
    return EXIT_COULD_NOT_RUN;
}

/* Prints the findings and the verdict of a report, and gives the exit status for it. */
static int show_report(FILE *to, const cratetrust_report *report)
{
    size_t i, len;
    int32_t verdict = cratetrust_report_verdict(report);
    for (i = 0; i < cratetrust_report_finding_count(report); i++) {
        const cratetrust_finding *finding = cratetrust_report_finding_at(report, i);
        const char *text;
        fprintf(to, "%s %s", cratetrust_severity_name(cratetrust_finding_severity(finding)),
                cratetrust_finding_code(finding, NULL));
        if ((text = cratetrust_finding_package(finding, &len)) != NULL) {
            fputc(' ', to);
            show_text(to, text, len);
        }
        if ((text = cratetrust_finding_path(finding, &len)) != NULL) {
            fputs(" in ", to);
            show_text(to, text, len);
        }
        fputs(": ", to);
        if ((text = cratetrust_finding_message(finding, &len)) != NULL)
            show_text(to, text, len);
        fputc('\n', to);
    }
    fprintf(to, "%s: %llu checked, %llu ok, %llu failed, %llu unchecked\n",
            cratetrust_verdict_name(verdict),
            (unsigned long long)cratetrust_report_checked_count(report),
            (unsigned long long)cratetrust_report_ok_count(report),
            (unsigned long long)cratetrust_report_failed_count(report),
            (unsigned long long)cratetrust_report_unchecked_count(report));
    return verdict == CRATETRUST_VERDICT_PASS ? EXIT_PASS : EXIT_NOT_PASS;
}

#endif
