// Tensors: making, releasing, looking at, copying out; and the text of the last failure.
#include "internal.h"

#include <ATen/Functions.h>
#include <c10/util/Exception.h>

#include <cstring>
#include <string>

namespace {
thread_local std::string last_error;

c10::ScalarType scalar_type(int32_t dtype) {
    // LibTorch itself looks the number up in a table without a bound.
    TORCH_CHECK(dtype >= 0 && dtype < static_cast<int32_t>(c10::ScalarType::Undefined), "there is no element type ", dtype);
    return static_cast<c10::ScalarType>(dtype);
}

at::Tensor empty_cpu(const int64_t *sizes, int32_t rank, int32_t dtype) {
    return at::empty(list_of(sizes, rank), at::TensorOptions().dtype(scalar_type(dtype)));
}

// For what cannot fail but by a NULL handle.
template <class Value, class Body> Value of_tensor(ct_tensor tensor, Value otherwise, Body &&body) noexcept {
    if (!tensor) return otherwise;
    return body(borrow(tensor));
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
        last_error = message ? message : "";
    } catch (...) {
    }
}

ct_tensor ct_retain(ct_tensor tensor) {
    return guarded_tensor([&] { return at::Tensor(borrow(tensor)); });
}

void ct_release(ct_tensor tensor) {
    if (tensor) {
        c10::intrusive_ptr<c10::TensorImpl>::reclaim(reinterpret_cast<c10::TensorImpl *>(tensor)).reset();
    }
}

ct_tensor ct_from_bytes(const void *bytes, size_t byte_count, const int64_t *sizes, int32_t rank, int32_t dtype) {
    return guarded_tensor([&] {
        auto tensor = empty_cpu(sizes, rank, dtype);
        TORCH_CHECK(tensor.nbytes() == byte_count, "shape needs ", tensor.nbytes(), " bytes, found ", byte_count);
        TORCH_CHECK(bytes || byte_count == 0, "the bytes are NULL");
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
        auto flat = borrow(tensor).detach().to(at::kCPU, scalar_type(dtype)).contiguous();
        TORCH_CHECK(flat.nbytes() == byte_count, "tensor has ", flat.nbytes(), " bytes, room for ", byte_count);
        TORCH_CHECK(bytes || byte_count == 0, "the room is NULL");
        if (byte_count > 0) std::memcpy(bytes, flat.const_data_ptr(), byte_count);
    });
}

int32_t ct_rank(ct_tensor tensor) {
    return of_tensor(tensor, -1, [](auto &known) { return static_cast<int32_t>(known.dim()); });
}

int64_t ct_size(ct_tensor tensor, int32_t dim) {
    return of_tensor(tensor, int64_t{-1}, [&](auto &known) {
        return dim >= 0 && dim < known.dim() ? known.sizes()[dim] : int64_t{-1};
    });
}

int64_t ct_count(ct_tensor tensor) {
    return of_tensor(tensor, int64_t{-1}, [](auto &known) { return known.numel(); });
}

int32_t ct_dtype(ct_tensor tensor) {
    return of_tensor(tensor, -1, [](auto &known) { return static_cast<int32_t>(known.scalar_type()); });
}

void ct_device(ct_tensor tensor, int32_t *type, int32_t *index) {
    auto device = tensor ? borrow(tensor).device() : c10::Device(c10::kCPU);
    *type = static_cast<int32_t>(device.type());
    *index = device.has_index() ? device.index() : 0;
}

bool ct_requires_grad(ct_tensor tensor) {
    return of_tensor(tensor, false, [](auto &known) { return known.requires_grad(); });
}

int ct_item(ct_tensor tensor, double *value) {
    return guarded([&] { *value = borrow(tensor).item().toDouble(); });
}
}
