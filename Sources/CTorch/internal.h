// What the files of the shim share: handles, and the wall that no exception passes.
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/TensorBase.h>
#include <ctorch.h>

#include <exception>
#include <stdexcept>
#include <utility>

// A handle is the bit pattern of an at::Tensor (one intrusive pointer), so borrowing does not touch the count.
static_assert(sizeof(at::Tensor) == sizeof(ct_tensor));

// Throws for NULL, so only for use behind the wall.
inline const at::Tensor &borrow(const ct_tensor &handle) {
    if (!handle) throw std::invalid_argument("the tensor's handle is NULL");
    return *reinterpret_cast<const at::Tensor *>(&handle);
}

// A list from the other side: a negative count, or elements without memory, would be read as a huge list.
template <class Element> inline at::ArrayRef<Element> list_of(const Element *elements, int32_t count) {
    if (count < 0 || (count > 0 && !elements)) throw std::invalid_argument("a list has a negative count or no memory");
    return at::ArrayRef<Element>(elements, static_cast<size_t>(count));
}

inline ct_tensor own(at::Tensor &&tensor) { return reinterpret_cast<ct_tensor>(tensor.unsafeReleaseTensorImpl()); }

void record_failure(const std::exception *error) noexcept;

template <class Body> inline ct_tensor guarded_tensor(Body &&body) noexcept {
    try {
        return own(body());
    } catch (const std::exception &error) {
        record_failure(&error);
    } catch (...) {
        record_failure(nullptr);
    }
    return nullptr;
}

template <class Body> inline int guarded(Body &&body) noexcept {
    try {
        body();
        return 0;
    } catch (const std::exception &error) {
        record_failure(&error);
    } catch (...) {
        record_failure(nullptr);
    }
    return -1;
}
