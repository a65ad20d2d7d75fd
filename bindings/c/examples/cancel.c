/* Verifying with a progress line, a time limit, and Ctrl-C: a switch stops the work from outside.
 *
 *   cancel PATH MILLISECONDS [Cargo.lock]
 *
 *   cc cancel.c $(pkg-config --cflags --libs cratetrust) -lpthread -o cancel */
#define _POSIX_C_SOURCE 200809L

#include "show.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

static cratetrust_cancel *the_switch;

static void on_interrupt(int signal)
{
    (void)signal;
    cratetrust_cancel_trigger(the_switch);
}

struct timer {
    pthread_mutex_t lock;
    pthread_cond_t finished;
    int done;
    struct timespec end;
};

static void *stop_in_time(void *data)
{
    struct timer *timer = data;
    int late = 0;
    pthread_mutex_lock(&timer->lock);
    while (!timer->done && !late)
        late = pthread_cond_timedwait(&timer->finished, &timer->lock, &timer->end) != 0;
    if (!timer->done)
        cratetrust_cancel_trigger(the_switch);
    pthread_mutex_unlock(&timer->lock);
    return NULL;
}

/* Called on the thread that verifies; a non-zero answer would stop the work as well. */
static int32_t on_progress(void *user_data, const char *stage, uint64_t done, uint64_t total)
{
    (void)user_data;
    if (total)
        fprintf(stderr, "%s %llu of %llu\n", stage, (unsigned long long)done,
                (unsigned long long)total);
    return 0;
}

int main(int argc, char **argv)
{
    cratetrust_input *input = NULL, *lockfile = NULL;
    cratetrust_options *options = NULL;
    cratetrust_report *report = NULL;
    cratetrust_error *error = NULL;
    struct sigaction action;
    struct timer timer = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, {0, 0}};
    pthread_t thread;
    long milliseconds;
    char *end;
    int code;

    if (argc < 3 || argc > 4 || (milliseconds = strtol(argv[2], &end, 10)) < 0 || *end ||
        end == argv[2]) {
        fprintf(stderr, "usage: %s PATH MILLISECONDS [Cargo.lock]\n", argv[0]);
        return EXIT_COULD_NOT_RUN;
    }
    the_switch = cratetrust_cancel_new();
    memset(&action, 0, sizeof action);
    action.sa_handler = on_interrupt;
    sigaction(SIGINT, &action, NULL);

    clock_gettime(CLOCK_REALTIME, &timer.end);
    timer.end.tv_sec += milliseconds / 1000;
    timer.end.tv_nsec += milliseconds % 1000 * 1000000;
    if (timer.end.tv_nsec >= 1000000000) {
        timer.end.tv_sec += 1;
        timer.end.tv_nsec -= 1000000000;
    }
    if (milliseconds == 0)
        cratetrust_cancel_trigger(the_switch);
    if (pthread_create(&thread, NULL, stop_in_time, &timer) != 0) {
        fputs("no thread for the time limit\n", stderr);
        cratetrust_cancel_free(the_switch);
        return EXIT_COULD_NOT_RUN;
    }

    options = cratetrust_options_new();
    if (cratetrust_input_from_path(argv[1], strlen(argv[1]), &input, &error) ||
        cratetrust_options_set_cancel(options, the_switch, &error) ||
        cratetrust_options_set_progress(options, on_progress, NULL, &error))
        goto failed;
    if (argc == 4) {
        if (cratetrust_input_from_path(argv[3], strlen(argv[3]), &lockfile, &error) ||
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
    pthread_mutex_lock(&timer.lock);
    timer.done = 1;
    pthread_cond_signal(&timer.finished);
    pthread_mutex_unlock(&timer.lock);
    pthread_join(thread, NULL);
    signal(SIGINT, SIG_DFL);
    cratetrust_report_free(report);
    cratetrust_options_free(options);
    cratetrust_input_free(lockfile);
    cratetrust_input_free(input);
    cratetrust_cancel_free(the_switch);
    return code;
}
