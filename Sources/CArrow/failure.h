// How C++ failures become a `carrow_error`: one exception type inside, one function at the border.

#pragma once

#include <arrow/result.h>
#include <arrow/status.h>
#include <arrow/util/io_util.h>
#include <parquet/exception.h>

#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>

#include "carrow.h"

namespace carrow {

struct Failure : std::runtime_error {
    int32_t kind;
    Failure(int32_t kind, const std::string &text) : std::runtime_error(text), kind(kind) {}
};

/// Arrow's allocator answers "out of memory" when the cap of a file is reached. Its I/O errors are the system's only
/// when they carry an errno; the others mean a file whose parts do not fit together.
inline int32_t kind_of(const arrow::Status &status) {
    if (status.IsOutOfMemory() || status.IsCapacityError()) return CARROW_LIMIT;
    return arrow::internal::ErrnoFromStatus(status) != 0 ? CARROW_IO : CARROW_MALFORMED;
}

inline void check(const arrow::Status &status) {
    if (!status.ok()) throw Failure(kind_of(status), status.message());
}

template <typename Value>
Value value_of(arrow::Result<Value> result) {
    check(result.status());
    return std::move(result).ValueUnsafe();
}

inline void report(carrow_error *error, int32_t kind, const char *text) noexcept {
    if (error == nullptr) return;
    carrow_error_clear(error);
    error->kind = kind;
    error->text = strdup(text);
}

/// Runs `body`; any exception becomes `error` and the result `failed`.
template <typename Result, typename Body>
Result guarded(carrow_error *error, Result failed, Body body) noexcept {
    try {
        return body();
    } catch (const Failure &failure) {
        report(error, failure.kind, failure.what());
    } catch (const parquet::ParquetStatusException &failure) {
        report(error, kind_of(failure.status()), failure.what());
    } catch (const std::bad_alloc &) {
        report(error, CARROW_LIMIT, "memory is exhausted");
    } catch (const std::length_error &failure) {
        report(error, CARROW_LIMIT, failure.what());
    } catch (const std::exception &failure) {
        report(error, CARROW_MALFORMED, failure.what());
    } catch (...) {
        report(error, CARROW_MALFORMED, "an exception of unknown type");
    }
    return failed;
}

}  // namespace carrow
