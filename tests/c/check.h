/* What the C tests share: checks that say what failed and where, and calls that must succeed. */
#ifndef CHECK_H
#define CHECK_H

#include <cratetrust.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Not assert: NDEBUG must not turn a test into one that cannot fail. */
#define CHECK(condition)                                                                  \
    do {                                                                                  \
        if (!(condition)) {                                                               \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);               \
            exit(1);                                                                      \
        }                                                                                 \
    } while (0)

/* Calls with `&error` as the last argument; shows the error where the status is not OK. */
#define MUST(call)                                                                        \
    do {                                                                                  \
        cratetrust_error *error = NULL;                                                   \
        int32_t status = (call);                                                          \
        if (status != CRATETRUST_STATUS_OK) {                                             \
            fprintf(stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__, #call,                 \
                    cratetrust_error_message(error, NULL));                               \
            exit(1);                                                                      \
        }                                                                                 \
        CHECK(error == NULL);                                                             \
    } while (0)

#define TEXT(text) (text), strlen(text)

static const char LOCK[] =
    "version = 4\n"
    "\n"
    "[[package]]\n"
    "name = \"app\"\n"
    "version = \"0.1.0\"\n"
    "dependencies = [\n"
    " \"leaf\",\n"
    "]\n"
    "\n"
    "[[package]]\n"
    "name = \"leaf\"\n"
    "version = \"1.2.3\"\n"
    "source = \"registry+https://github.com/rust-lang/crates.io-index\"\n"
    "checksum = \"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\"\n";

static inline cratetrust_input *input_of(const char *label, const char *text)
{
    cratetrust_input *input = NULL;
    MUST(cratetrust_input_from_bytes(TEXT(label), (const uint8_t *)text, strlen(text), &input,
                                     &error));
    CHECK(input != NULL);
    return input;
}

#endif
