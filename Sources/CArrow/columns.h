// Arrow arrays as the flat arrays of `carrow_column`, and Arrow types as `CARROW_…` kinds.

#pragma once

#include <arrow/array.h>
#include <arrow/type.h>

#include <cstdint>
#include <vector>

#include "carrow.h"

namespace carrow {

/// The kind of an Arrow type; `CARROW_OTHER` when the interface does not carry it.
int32_t column_type(const arrow::DataType &type);

/// Owns what a `carrow_column` points to; the text itself stays in the Arrow array.
struct FlatColumn {
    std::vector<uint8_t> valid, flags;
    std::vector<int64_t> integers;
    std::vector<double> numbers;
    std::vector<carrow_span> spans, paths;

    /// `array` must outlive the result; its type must be of the kind `type`.
    carrow_column flatten(const arrow::Array &array, int32_t type);
};

}  // namespace carrow
