/* What cgo needs besides the library's header: user data as a number, so that no Go pointer and no
 * number dressed up as a pointer passes through Go. */

#ifndef CRATETRUST_GO_SHIM_H
#define CRATETRUST_GO_SHIM_H

#include <stdint.h>

#include <cratetrust.h>

int32_t cratetrust_go_input_from_reader(uintptr_t handle, const char *label, size_t label_len,
                                        cratetrust_input **out, cratetrust_error **err);

int32_t cratetrust_go_set_progress(cratetrust_options *options, uintptr_t handle,
                                   cratetrust_error **err);

#endif
