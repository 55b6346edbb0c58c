// Tensors: making, releasing, looking at, copying out; and the text of the last failure.
#include "internal.h"

#include <ATen/Functions.h>
#include <c10/util/Exception.h>

#include <cstring>
#include <string>

namespace {
thread_local std::string last_error;

at::Tensor empty_cpu(const int64_t *sizes, int32_t rank, int32_t dtype) {
    return at::empty(at::IntArrayRef(sizes, rank), at::TensorOptions().dtype(static_cast<c10::ScalarType>(dtype)));
}
}  // namespace

void record_failure(const std::exception *error) noexcept {
    try {
        if (auto torch = dynamic_cast<const c10::Error *>(error)) {
            last_error = torch->what_without_backtrace();
        } else {
            last_error = error ? error->what() : "an exception of unknown type";
        }
    } catch (...) {
    }
}

extern "C" {

const char *ct_last_error(void) { return last_error.c_str(); }

void ct_set_last_error(const char *message) {
    try {
        last_error = message;
    } catch (...) {
    }
}

ct_tensor ct_retain(ct_tensor tensor) { return own(at::Tensor(borrow(tensor))); }

void ct_release(ct_tensor tensor) {
    if (tensor) {
        c10::intrusive_ptr<c10::TensorImpl>::reclaim(reinterpret_cast<c10::TensorImpl *>(tensor)).reset();
    }
}

ct_tensor ct_from_bytes(const void *bytes, size_t byte_count, const int64_t *sizes, int32_t rank, int32_t dtype) {
    return guarded_tensor([&] {
        auto tensor = empty_cpu(sizes, rank, dtype);
        TORCH_CHECK(tensor.nbytes() == byte_count, "shape needs ", tensor.nbytes(), " bytes, found ", byte_count);
        if (byte_count > 0) std::memcpy(tensor.mutable_data_ptr(), bytes, byte_count);
        return tensor;
    });
}

ct_tensor ct_empty_cpu(const int64_t *sizes, int32_t rank, int32_t dtype, void **data, size_t *byte_count) {
    return guarded_tensor([&] {
        auto tensor = empty_cpu(sizes, rank, dtype);
        *data = tensor.nbytes() > 0 ? tensor.mutable_data_ptr() : nullptr;
        *byte_count = tensor.nbytes();
        return tensor;
    });
}

int ct_copy_to_bytes(ct_tensor tensor, int32_t dtype, void *bytes, size_t byte_count) {
    return guarded([&] {
        auto flat = borrow(tensor).detach().to(at::kCPU, static_cast<c10::ScalarType>(dtype)).contiguous();
        TORCH_CHECK(flat.nbytes() == byte_count, "tensor has ", flat.nbytes(), " bytes, room for ", byte_count);
        if (byte_count > 0) std::memcpy(bytes, flat.const_data_ptr(), byte_count);
    });
}

int32_t ct_rank(ct_tensor tensor) { return static_cast<int32_t>(borrow(tensor).dim()); }

int64_t ct_size(ct_tensor tensor, int32_t dim) {
    auto &sizes = borrow(tensor);
    return dim >= 0 && dim < sizes.dim() ? sizes.sizes()[dim] : -1;
}

int64_t ct_count(ct_tensor tensor) { return borrow(tensor).numel(); }

int32_t ct_dtype(ct_tensor tensor) { return static_cast<int32_t>(borrow(tensor).scalar_type()); }

void ct_device(ct_tensor tensor, int32_t *type, int32_t *index) {
    auto device = borrow(tensor).device();
    *type = static_cast<int32_t>(device.type());
    *index = device.has_index() ? device.index() : 0;
}

bool ct_requires_grad(ct_tensor tensor) { return borrow(tensor).requires_grad(); }

int ct_item(ct_tensor tensor, double *value) {
    return guarded([&] { *value = borrow(tensor).item().toDouble(); });
}
}
