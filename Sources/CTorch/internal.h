// What the files of the shim share: handles, and the wall that no exception passes.
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/TensorBase.h>
#include <ctorch.h>

#include <exception>
#include <utility>

// A handle is the bit pattern of an at::Tensor (one intrusive pointer), so borrowing does not touch the count.
static_assert(sizeof(at::Tensor) == sizeof(ct_tensor));

inline const at::Tensor &borrow(const ct_tensor &handle) { return *reinterpret_cast<const at::Tensor *>(&handle); }

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
