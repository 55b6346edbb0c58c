// Writing: each call makes one row group; the bytes go to the caller's sink.

#include <arrow/builder.h>
#include <arrow/io/interfaces.h>
#include <arrow/table.h>
#include <arrow/util/key_value_metadata.h>
#include <parquet/arrow/writer.h>

#include <memory>
#include <vector>

#include "columns.h"
#include "failure.h"

using namespace carrow;

namespace {

/// Arrow's output stream in front of the caller's function.
class Sink : public arrow::io::OutputStream {
public:
    explicit Sink(carrow_sink sink) : sink_(sink) {}

    arrow::Status Write(const void *data, int64_t length) override {
        if (closed_) return arrow::Status::IOError("the file is closed");
        if (!sink_.write(sink_.context, static_cast<const uint8_t *>(data), length)) {
            return arrow::Status::IOError("the bytes could not be written");
        }
        position_ += length;
        return arrow::Status::OK();
    }
    using arrow::io::OutputStream::Write;

    arrow::Status Close() override { closed_ = true; return arrow::Status::OK(); }
    bool closed() const override { return closed_; }
    arrow::Result<int64_t> Tell() const override { return position_; }

private:
    carrow_sink sink_;
    int64_t position_ = 0;
    bool closed_ = false;
};

std::shared_ptr<arrow::DataType> arrow_type(int32_t type) {
    switch (type) {
    case CARROW_STRING: return arrow::utf8();
    case CARROW_INT64: return arrow::int64();
    case CARROW_DOUBLE: return arrow::float64();
    case CARROW_BOOL: return arrow::boolean();
    case CARROW_IMAGE:
        return arrow::struct_({arrow::field("bytes", arrow::binary()), arrow::field("path", arrow::utf8())});
    default: throw Failure(CARROW_MALFORMED, "a column of this type cannot be written");
    }
}

template <typename Builder>
std::shared_ptr<arrow::Array> spans_array(const carrow_span *spans, int64_t rows) {
    Builder builder;
    for (int64_t row = 0; row < rows; ++row) {
        const auto &span = spans[row];
        if (span.data == nullptr) { check(builder.AppendNull()); continue; }
        if (span.length > INT32_MAX) throw Failure(CARROW_LIMIT, "one value has 2 GiB or more");
        check(builder.Append(span.data, static_cast<int32_t>(span.length)));
    }
    return value_of(builder.Finish());
}

template <typename Builder, typename Value>
std::shared_ptr<arrow::Array> numbers_array(const Value *values, const uint8_t *valid, int64_t rows) {
    Builder builder;
    for (int64_t row = 0; row < rows; ++row) check(valid[row] ? builder.Append(values[row]) : builder.AppendNull());
    return value_of(builder.Finish());
}

std::shared_ptr<arrow::Array> image_array(const carrow_column &column, int64_t rows) {
    arrow::TypedBufferBuilder<bool> valid;
    for (int64_t row = 0; row < rows; ++row) check(valid.Append(column.valid[row] != 0));
    return value_of(arrow::StructArray::Make(
        {spans_array<arrow::BinaryBuilder>(column.spans, rows), spans_array<arrow::StringBuilder>(column.paths, rows)},
        std::vector<std::string>{"bytes", "path"}, value_of(valid.Finish())));
}

std::shared_ptr<arrow::Array> array_of(const carrow_column &column, int64_t rows) {
    switch (column.type) {
    case CARROW_STRING: return spans_array<arrow::StringBuilder>(column.spans, rows);
    case CARROW_INT64: return numbers_array<arrow::Int64Builder>(column.integers, column.valid, rows);
    case CARROW_DOUBLE: return numbers_array<arrow::DoubleBuilder>(column.numbers, column.valid, rows);
    case CARROW_BOOL: return numbers_array<arrow::BooleanBuilder>(column.flags, column.valid, rows);
    case CARROW_IMAGE: return image_array(column, rows);
    default: throw Failure(CARROW_MALFORMED, "a column of this type cannot be written");
    }
}

std::shared_ptr<arrow::Schema> schema_of(const carrow_field *fields, int32_t count, const char *features) {
    arrow::FieldVector list;
    for (int32_t index = 0; index < count; ++index) {
        list.push_back(arrow::field(fields[index].name, arrow_type(fields[index].type), fields[index].nullable));
    }
    return features == nullptr ? arrow::schema(list)
                               : arrow::schema(list, arrow::key_value_metadata({"huggingface"}, {features}));
}

/// zstd and page checksums; pictures are already compressed and never repeat enough for a dictionary or statistics.
/// Small write batches, since the page size is looked at only after each one.
std::shared_ptr<parquet::WriterProperties> writer_properties(const carrow_field *fields, int32_t count) {
    parquet::WriterProperties::Builder builder;
    builder.compression(parquet::Compression::ZSTD)->enable_page_checksum()->write_batch_size(16);
    for (int32_t index = 0; index < count; ++index) {
        if (fields[index].type != CARROW_IMAGE) continue;
        const std::string leaf = std::string(fields[index].name) + ".bytes";
        builder.disable_dictionary(leaf)->disable_statistics(leaf);
    }
    return builder.build();
}

}  // namespace

struct carrow_writer {
    std::shared_ptr<Sink> sink;
    std::shared_ptr<arrow::Schema> schema;
    std::unique_ptr<parquet::arrow::FileWriter> arrow;
};

extern "C" {

carrow_writer *carrow_writer_open(
    carrow_sink sink, const carrow_field *fields, int32_t field_count, const char *features, carrow_error *error) {
    return guarded<carrow_writer *>(error, nullptr, [&] {
        auto writer = std::make_unique<carrow_writer>();
        writer->sink = std::make_shared<Sink>(sink);
        writer->schema = schema_of(fields, field_count, features);
        writer->arrow = value_of(parquet::arrow::FileWriter::Open(
            *writer->schema, arrow::default_memory_pool(), writer->sink, writer_properties(fields, field_count),
            parquet::ArrowWriterProperties::Builder().store_schema()->build()));
        return writer.release();
    });
}

bool carrow_write_row_group(
    carrow_writer *writer, const carrow_column *columns, int64_t rows, carrow_error *error) {
    return guarded<bool>(error, false, [&] {
        arrow::ArrayVector arrays;
        for (int index = 0; index < writer->schema->num_fields(); ++index) {
            arrays.push_back(array_of(columns[index], rows));
        }
        const auto table = arrow::Table::Make(writer->schema, arrays, rows);
        check(table->ValidateFull());
        check(writer->arrow->WriteTable(*table, std::max<int64_t>(rows, 1)));
        return true;
    });
}

bool carrow_writer_finish(carrow_writer *writer, carrow_error *error) {
    return guarded<bool>(error, false, [&] {
        check(writer->arrow->Close());
        return true;
    });
}

void carrow_writer_close(carrow_writer *writer) {
    // Arrow's destructor would write a footer: the sink is closed before, so that an unfinished file stays one.
    if (writer != nullptr) (void)writer->sink->Close();
    (void)guarded<bool>(nullptr, false, [&] { delete writer; return true; });
}

}  // extern "C"
