//go:build cgo

#include "shim.h"

#include "_cgo_export.h"

static int64_t read_fn(void *user_data, uint8_t *buf, size_t len) {
    return cratetrustGoRead((uintptr_t)user_data, buf, len);
}

static int32_t progress_fn(void *user_data, const char *stage, uint64_t done, uint64_t total) {
    /* cgo drops the const. */
    return cratetrustGoProgress((uintptr_t)user_data, (char *)stage, done, total);
}

int32_t cratetrust_go_input_from_reader(uintptr_t handle, const char *label, size_t label_len,
                                        cratetrust_input **out, cratetrust_error **err) {
    return cratetrust_input_from_reader(read_fn, (void *)handle, -1, label, label_len, out, err);
}

int32_t cratetrust_go_set_progress(cratetrust_options *options, uintptr_t handle,
                                   cratetrust_error **err) {
    return cratetrust_options_set_progress(options, progress_fn, (void *)handle, err);
}
