#include "columns.h"

#include <arrow/array/array_dict.h>
#include <arrow/util/checked_cast.h>

#include <memory>
#include <string_view>

#include "failure.h"

namespace carrow {

using arrow::Type;
using arrow::internal::checked_cast;

namespace {

bool is_text(const arrow::DataType &type) {
    switch (type.id()) {
    case Type::STRING: case Type::LARGE_STRING: case Type::STRING_VIEW: return true;
    case Type::DICTIONARY: return is_text(*checked_cast<const arrow::DictionaryType &>(type).value_type());
    default: return false;
    }
}

bool is_bytes(const arrow::DataType &type) {
    return type.id() == Type::BINARY || type.id() == Type::LARGE_BINARY || type.id() == Type::BINARY_VIEW;
}

bool is_image(const arrow::DataType &type) {
    if (type.id() != Type::STRUCT) return false;
    const auto &fields = checked_cast<const arrow::StructType &>(type);
    const auto bytes = fields.GetFieldByName("bytes"), path = fields.GetFieldByName("path");
    return bytes != nullptr && path != nullptr && is_bytes(*bytes->type()) && is_text(*path->type());
}

template <typename Array>
std::vector<carrow_span> views(const arrow::Array &array) {
    static const uint8_t empty = 0;
    const auto &typed = checked_cast<const Array &>(array);
    std::vector<carrow_span> spans(static_cast<size_t>(array.length()), carrow_span{nullptr, 0});
    for (int64_t row = 0; row < array.length(); ++row) {
        if (typed.IsNull(row)) continue;
        const std::string_view view = typed.GetView(row);
        const auto *data = view.empty() ? &empty : reinterpret_cast<const uint8_t *>(view.data());
        spans[static_cast<size_t>(row)] = {data, static_cast<int64_t>(view.size())};
    }
    return spans;
}

std::vector<carrow_span> spans_of(const arrow::Array &array);

std::vector<carrow_span> dictionary_spans(const arrow::DictionaryArray &array) {
    const auto words = spans_of(*array.dictionary());
    std::vector<carrow_span> spans(static_cast<size_t>(array.length()), carrow_span{nullptr, 0});
    for (int64_t row = 0; row < array.length(); ++row) {
        if (array.IsNull(row)) continue;
        spans[static_cast<size_t>(row)] = words.at(static_cast<size_t>(array.GetValueIndex(row)));
    }
    return spans;
}

std::vector<carrow_span> spans_of(const arrow::Array &array) {
    switch (array.type_id()) {
    case Type::STRING: case Type::BINARY: return views<arrow::BinaryArray>(array);
    case Type::LARGE_STRING: case Type::LARGE_BINARY: return views<arrow::LargeBinaryArray>(array);
    case Type::STRING_VIEW: case Type::BINARY_VIEW: return views<arrow::BinaryViewArray>(array);
    case Type::DICTIONARY: return dictionary_spans(checked_cast<const arrow::DictionaryArray &>(array));
    default: throw Failure(CARROW_MALFORMED, "no text in a column of type " + array.type()->ToString());
    }
}

template <typename Array, typename Value>
std::vector<Value> numbers_of(const arrow::Array &array) {
    const auto &typed = checked_cast<const Array &>(array);
    std::vector<Value> values(static_cast<size_t>(array.length()), Value(0));
    for (int64_t row = 0; row < array.length(); ++row) {
        if (typed.IsValid(row)) values[static_cast<size_t>(row)] = static_cast<Value>(typed.Value(row));
    }
    return values;
}

std::vector<int64_t> integers_of(const arrow::Array &array) {
    switch (array.type_id()) {
    case Type::INT8: return numbers_of<arrow::Int8Array, int64_t>(array);
    case Type::INT16: return numbers_of<arrow::Int16Array, int64_t>(array);
    case Type::INT32: return numbers_of<arrow::Int32Array, int64_t>(array);
    case Type::INT64: return numbers_of<arrow::Int64Array, int64_t>(array);
    case Type::UINT8: return numbers_of<arrow::UInt8Array, int64_t>(array);
    case Type::UINT16: return numbers_of<arrow::UInt16Array, int64_t>(array);
    case Type::UINT32: return numbers_of<arrow::UInt32Array, int64_t>(array);
    default: throw Failure(CARROW_MALFORMED, "no integers in a column of type " + array.type()->ToString());
    }
}

}  // namespace

int32_t column_type(const arrow::DataType &type) {
    if (is_text(type)) return CARROW_STRING;
    if (is_image(type)) return CARROW_IMAGE;
    switch (type.id()) {
    case Type::INT8: case Type::INT16: case Type::INT32: case Type::INT64:
    case Type::UINT8: case Type::UINT16: case Type::UINT32: return CARROW_INT64;
    case Type::FLOAT: case Type::DOUBLE: return CARROW_DOUBLE;
    case Type::BOOL: return CARROW_BOOL;
    default: return CARROW_OTHER;
    }
}

carrow_column FlatColumn::flatten(const arrow::Array &array, int32_t type) {
    valid.assign(static_cast<size_t>(array.length()), 0);
    for (int64_t row = 0; row < array.length(); ++row) valid[static_cast<size_t>(row)] = array.IsValid(row) ? 1 : 0;

    switch (type) {
    case CARROW_STRING: spans = spans_of(array); break;
    case CARROW_INT64: integers = integers_of(array); break;
    case CARROW_BOOL: flags = numbers_of<arrow::BooleanArray, uint8_t>(array); break;
    case CARROW_DOUBLE:
        numbers = array.type_id() == Type::FLOAT ? numbers_of<arrow::FloatArray, double>(array)
                                                 : numbers_of<arrow::DoubleArray, double>(array);
        break;
    case CARROW_IMAGE: {
        const auto &image = checked_cast<const arrow::StructArray &>(array);
        spans = spans_of(*image.GetFieldByName("bytes"));
        paths = spans_of(*image.GetFieldByName("path"));
        break;
    }
    default: throw Failure(CARROW_MALFORMED, "a column of type " + array.type()->ToString() + " cannot be read");
    }
    return {type, valid.data(), integers.data(), numbers.data(), flags.data(), spans.data(), paths.data()};
}

}  // namespace carrow
