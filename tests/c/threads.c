/* Results are read by many threads at once, calls run side by side, and a switch stops one. */
#define _POSIX_C_SOURCE 200809L

#include "check.h"

#include <pthread.h>
#include <sched.h>

#define THREADS 4

static void *read_all(void *data)
{
    const cratetrust_report *report = data;
    size_t i, total = 0, len;
    for (i = 0; i < cratetrust_report_finding_count(report); i++) {
        const cratetrust_finding *finding = cratetrust_report_finding_at(report, i);
        CHECK(cratetrust_finding_message(finding, &len) != NULL);
        total += len;
    }
    CHECK(total > 0);
    return NULL;
}

static void *verify(void *data)
{
    int i;
    for (i = 0; i < 20; i++) {
        cratetrust_input *input = input_of("leaf-1.2.3.crate", "no gzip");
        cratetrust_report *report = NULL;
        MUST(cratetrust_verify_package(input, data, &report, &error));
        CHECK(cratetrust_report_verdict(report) == CRATETRUST_VERDICT_FAIL);
        cratetrust_report_free(report);
        cratetrust_input_free(input);
    }
    return NULL;
}

static void together(void *(*work)(void *), void *data)
{
    pthread_t threads[THREADS];
    size_t i;
    for (i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, work, data) == 0);
    for (i = 0; i < THREADS; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
}

struct stream {
    cratetrust_cancel *cancel;
    pthread_mutex_t lock;
    pthread_cond_t begun;
    int has_begun;
};

/* A stream without end, which tells when it is first read. */
static int64_t endless(void *user_data, uint8_t *buf, size_t len)
{
    struct stream *stream = user_data;
    pthread_mutex_lock(&stream->lock);
    stream->has_begun = 1;
    pthread_cond_signal(&stream->begun);
    pthread_mutex_unlock(&stream->lock);
    while (!cratetrust_cancel_is_triggered(stream->cancel))
        sched_yield();
    memset(buf, '\n', len);
    return (int64_t)len;
}

static void *stop(void *data)
{
    struct stream *stream = data;
    pthread_mutex_lock(&stream->lock);
    while (!stream->has_begun)
        pthread_cond_wait(&stream->begun, &stream->lock);
    pthread_mutex_unlock(&stream->lock);
    cratetrust_cancel_trigger(stream->cancel);
    return NULL;
}

static void cancel(void)
{
    struct stream stream = {NULL, PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0};
    cratetrust_options *options = cratetrust_options_new();
    cratetrust_input *input = NULL;
    cratetrust_lockfile *lockfile = NULL;
    cratetrust_error *error = NULL;
    pthread_t thread;

    stream.cancel = cratetrust_cancel_new();
    CHECK(!cratetrust_cancel_is_triggered(stream.cancel));
    MUST(cratetrust_options_set_cancel(options, stream.cancel, &error));
    MUST(cratetrust_input_from_reader(endless, &stream, -1, TEXT("endless"), &input, &error));
    CHECK(pthread_create(&thread, NULL, stop, &stream) == 0);
    CHECK(cratetrust_lockfile_read(input, options, &lockfile, &error) ==
          CRATETRUST_STATUS_CANCELLED);
    CHECK(lockfile == NULL);
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(cratetrust_cancel_is_triggered(stream.cancel));
    cratetrust_error_free(error);
    cratetrust_input_free(input);
    cratetrust_options_free(options);
    cratetrust_cancel_free(stream.cancel);
}

int main(void)
{
    cratetrust_options *options = cratetrust_options_new();
    cratetrust_input *input = input_of("leaf-1.2.3.crate", "no gzip");
    cratetrust_report *report = NULL;
    MUST(cratetrust_verify_package(input, options, &report, &error));
    together(read_all, report);
    together(verify, options);
    cratetrust_report_free(report);
    cratetrust_input_free(input);
    cratetrust_options_free(options);
    cancel();
    puts("threads: ok");
    return 0;
}
