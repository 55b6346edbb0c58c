// A C ABI on LibTorch: no C++ type and no exception crosses it.
//
// A tensor handle owns one reference. Functions that return a handle return it at +1 (release with ct_release) or NULL
// on failure; functions that return int return 0, or -1 on failure. The failure's text is ct_last_error(), per thread.
#ifndef CTORCH_H
#define CTORCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ct_tensor_opaque *ct_tensor;
typedef struct ct_op_opaque *ct_op;
typedef struct ct_generator_opaque *ct_generator;

// ---- errors ---------------------------------------------------------------------------------------------------------

// The text of this thread's last failure; valid until its next failing call.
const char *ct_last_error(void);
// Sets that text; for callbacks that fail on the caller's side.
void ct_set_last_error(const char *message);

// ---- tensors --------------------------------------------------------------------------------------------------------

// One more reference to the same tensor, at +1.
ct_tensor ct_retain(ct_tensor tensor);
void ct_release(ct_tensor tensor);
// A new CPU tensor with a copy of `byte_count` bytes; `dtype` is c10::ScalarType's number.
ct_tensor ct_from_bytes(const void *bytes, size_t byte_count, const int64_t *sizes, int32_t rank, int32_t dtype);
// A new CPU tensor of the given shape whose memory is not initialised; `*data` is where to write it.
ct_tensor ct_empty_cpu(const int64_t *sizes, int32_t rank, int32_t dtype, void **data, size_t *byte_count);
// Copies the elements, converted to `dtype`, row-major, into `bytes`.
int ct_copy_to_bytes(ct_tensor tensor, int32_t dtype, void *bytes, size_t byte_count);
int32_t ct_rank(ct_tensor tensor);
int64_t ct_size(ct_tensor tensor, int32_t dim);
int64_t ct_count(ct_tensor tensor);
int32_t ct_dtype(ct_tensor tensor);
void ct_device(ct_tensor tensor, int32_t *type, int32_t *index);
bool ct_requires_grad(ct_tensor tensor);
int ct_item(ct_tensor tensor, double *value);

// ---- operators, by name ---------------------------------------------------------------------------------------------

// CT_INT and CT_DOUBLE also serve where the operator expects a tensor.
enum {
    CT_NONE = 0, CT_TENSOR, CT_INT, CT_DOUBLE, CT_BOOL, CT_STRING, CT_INTS, CT_DOUBLES, CT_TENSORS, CT_GENERATOR,
    CT_DEVICE, CT_DEFAULT
};

typedef struct {
    int32_t tag;
    int32_t count;  // elements of a list, or the index of a device
    union {
        ct_tensor tensor;
        int64_t integer;
        double real;
        const char *string;
        const int64_t *integers;
        const double *reals;
        const ct_tensor *tensors;  // a NULL element is an absent optional tensor
        ct_generator generator;
    } value;
} ct_value;

// Looks an operator up ("aten::add", "Tensor"); never released. NULL when this LibTorch does not have it.
ct_op ct_find_op(const char *name, const char *overload);
// Calls it. Missing trailing arguments take the schema's defaults. Tensor results (lists are flattened) go to `results`.
int ct_call(ct_op op, const ct_value *arguments, int32_t count, ct_tensor *results, int32_t capacity, int32_t *result_count);

// ---- autograd -------------------------------------------------------------------------------------------------------

int ct_set_requires_grad(ct_tensor tensor, bool requires_grad);
// The accumulated gradient at +1, or NULL when there is none.
int ct_gradient(ct_tensor tensor, ct_tensor *gradient);
int ct_set_gradient(ct_tensor tensor, ct_tensor gradient_or_null);
int ct_backward(ct_tensor root, ct_tensor gradient_or_null, bool retain_graph);
// d(root)/d(inputs) into `gradients` (NULL where an input does not reach the root), without touching any .grad.
int ct_gradients_of(ct_tensor root, const ct_tensor *inputs, int32_t count, bool retain_graph, ct_tensor *gradients);
// Thread-local; returns the previous mode.
bool ct_set_gradient_mode(bool enabled);
bool ct_gradient_mode(void);

// A block whose activations are recomputed in the backward pass. It returns its result at +1, or NULL after
// ct_set_last_error.
typedef ct_tensor (*ct_block)(void *context, const ct_tensor *inputs, int32_t count);
typedef void (*ct_context_release)(void *context);
ct_tensor ct_checkpoint(ct_block block, void *context, ct_context_release release, const ct_tensor *inputs, int32_t count);

// ---- random numbers -------------------------------------------------------------------------------------------------

ct_generator ct_generator_new(int32_t device_type, int32_t device_index, uint64_t seed);
void ct_generator_release(ct_generator generator);
ct_tensor ct_generator_state(ct_generator generator);
int ct_generator_set_state(ct_generator generator, ct_tensor state);

// ---- the engine -----------------------------------------------------------------------------------------------------

const char *ct_version(void);
int32_t ct_device_count(int32_t device_type);
int ct_synchronize(int32_t device_type, int32_t device_index);
void ct_set_thread_count(int32_t count);
int32_t ct_thread_count(void);
// Keeps freed blocks in the process instead of returning them to the kernel each step (glibc only).
void ct_tune_malloc(void);
// Sends float32 matrix products on the CPU through oneDNN. The caller must check accuracy: where the CPU has matrix
// units for bfloat16, the same switch may compute in bfloat16.
int ct_set_float32_onednn(bool enabled);

#ifdef __cplusplus
}
#endif
#endif
