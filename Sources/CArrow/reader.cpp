// Reading: a file checked at its footer, then scans of one row group each.

#include <arrow/io/file.h>
#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>
#include <arrow/util/key_value_metadata.h>
#include <fcntl.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/schema.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <set>

#include "columns.h"
#include "failure.h"

using namespace carrow;

namespace {

constexpr int maximumColumns = 4096, maximumRowGroups = 1 << 20;

struct Column {
    std::string name, stored_type;
    int32_t type;
    bool nullable;
    std::vector<int> leaves;  // Parquet's own column numbers
};

/// Shared by a file and its scans: Arrow asks that readers outlive what they read.
struct Reader {
    arrow::CappedMemoryPool pool;
    std::unique_ptr<parquet::arrow::FileReader> arrow;
    std::vector<Column> columns;

    explicit Reader(int64_t memory_bytes) : pool(arrow::default_memory_pool(), memory_bytes) {}
};

/// An opened file until Arrow takes it over.
struct Descriptor {
    int number;
    ~Descriptor() { if (number >= 0) ::close(number); }
    int release() { return std::exchange(number, -1); }
};

/// Opens without waiting (a FIFO would block) and refuses everything but regular files; `size` becomes its bytes.
int open_regular(const char *path, int64_t *size) {
    Descriptor file{::open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (file.number < 0) throw Failure(CARROW_IO, std::strerror(errno));
    struct stat status;
    if (::fstat(file.number, &status) != 0) throw Failure(CARROW_IO, std::strerror(errno));
    if (!S_ISREG(status.st_mode)) throw Failure(CARROW_IO, "not a regular file");
    *size = status.st_size;
    return file.release();
}

/// A Parquet file begins and ends with "PAR1"; the four bytes before the end say how long the footer is.
void check_frame(int descriptor, int64_t size, const carrow_limits &limits) {
    uint8_t tail[8] = {};
    if (size < 12 || ::pread(descriptor, tail, sizeof tail, size - 8) != static_cast<ssize_t>(sizeof tail)) {
        throw Failure(CARROW_MALFORMED, "too short to be Parquet: " + std::to_string(size) + " bytes");
    }
    if (std::memcmp(tail + 4, "PARE", 4) == 0) throw Failure(CARROW_MALFORMED, "encrypted Parquet cannot be read");
    if (std::memcmp(tail + 4, "PAR1", 4) != 0) {
        throw Failure(CARROW_MALFORMED, "does not end with the mark PAR1: not Parquet, or cut short");
    }
    const int64_t footer = static_cast<int64_t>(tail[0]) | static_cast<int64_t>(tail[1]) << 8 |
                           static_cast<int64_t>(tail[2]) << 16 | static_cast<int64_t>(tail[3]) << 24;
    if (footer > size - 8) {
        throw Failure(CARROW_MALFORMED, "declares a footer of " + std::to_string(footer) + " bytes in a file of " +
                                            std::to_string(size));
    }
    if (footer > limits.footer_bytes) {
        throw Failure(CARROW_LIMIT, "the footer has " + std::to_string(footer) + " bytes, at most " +
                                        std::to_string(limits.footer_bytes) + " are allowed");
    }
}

void check_row_group(const parquet::RowGroupMetaData &group, int index, int64_t size, const carrow_limits &limits) {
    const std::string name = "row group " + std::to_string(index);
    if (group.num_rows() < 0 || group.total_byte_size() < 0) {
        throw Failure(CARROW_MALFORMED, name + " declares a negative size");
    }
    if (group.num_rows() > limits.row_group_rows) {
        throw Failure(CARROW_LIMIT, name + " has " + std::to_string(group.num_rows()) + " rows, at most " +
                                        std::to_string(limits.row_group_rows) + " are allowed");
    }
    if (group.total_byte_size() > limits.row_group_bytes) {
        throw Failure(CARROW_LIMIT, name + " has " + std::to_string(group.total_byte_size()) +
                                        " bytes, at most " + std::to_string(limits.row_group_bytes) + " are allowed");
    }
    for (int column = 0; column < group.num_columns(); ++column) {
        const auto chunk = group.ColumnChunk(column);
        const int64_t start = chunk->data_page_offset(), length = chunk->total_compressed_size();
        if (start < 0 || length < 0 || start > size || length > size) {
            throw Failure(CARROW_MALFORMED, name + " declares a column outside of the file");
        }
    }
}

/// What the footer promises must fit the limits and the file before any of it is believed.
void check_metadata(const parquet::FileMetaData &metadata, int64_t size, const carrow_limits &limits) {
    if (metadata.num_columns() > maximumColumns || metadata.num_row_groups() > maximumRowGroups) {
        throw Failure(CARROW_LIMIT, "too many columns or row groups: " + std::to_string(metadata.num_columns()) +
                                        " and " + std::to_string(metadata.num_row_groups()));
    }
    int64_t rows = 0;
    for (int index = 0; index < metadata.num_row_groups(); ++index) {
        const auto group = metadata.RowGroup(index);
        check_row_group(*group, index, size, limits);
        rows += group->num_rows();
    }
    if (rows != metadata.num_rows()) {
        throw Failure(CARROW_MALFORMED, "declares " + std::to_string(metadata.num_rows()) +
                                            " rows, its row groups hold " + std::to_string(rows));
    }
}

void collect_leaves(const parquet::arrow::SchemaField &field, std::vector<int> *leaves) {
    if (field.is_leaf()) leaves->push_back(field.column_index);
    for (const auto &child : field.children) collect_leaves(child, leaves);
}

std::vector<Column> columns_of(const parquet::arrow::FileReader &reader) {
    std::vector<Column> columns;
    std::set<std::string> names;
    for (const auto &entry : reader.manifest().schema_fields) {
        const auto &field = *entry.field;
        Column column{field.name(), field.type()->ToString(), column_type(*field.type()), field.nullable(), {}};
        collect_leaves(entry, &column.leaves);
        if (!names.insert(column.name).second) {
            throw Failure(CARROW_MALFORMED, "two columns are called '" + column.name + "'");
        }
        columns.push_back(std::move(column));
    }
    return columns;
}

std::unique_ptr<parquet::arrow::FileReader> open_reader(
    std::shared_ptr<arrow::io::RandomAccessFile> file, arrow::MemoryPool *pool, const carrow_limits &limits) {
    parquet::ReaderProperties properties(pool);
    properties.set_thrift_string_size_limit(static_cast<int32_t>(limits.footer_bytes));
    properties.set_thrift_container_size_limit(maximumRowGroups);
    properties.set_page_checksum_verification(true);
    parquet::ArrowReaderProperties arrow_properties(/*use_threads=*/false);
    arrow_properties.set_pre_buffer(false);

    parquet::arrow::FileReaderBuilder builder;
    check(builder.Open(std::move(file), properties));
    return value_of(builder.memory_pool(pool)->properties(arrow_properties)->Build());
}

}  // namespace

struct carrow_file {
    std::shared_ptr<Reader> reader;
};

struct carrow_scan {
    std::shared_ptr<Reader> reader;
    std::vector<const Column *> wanted;
    std::unique_ptr<arrow::RecordBatchReader> batches;
    std::shared_ptr<arrow::RecordBatch> current;
    std::vector<FlatColumn> storage;
    std::vector<carrow_column> columns;
};

static const Column *column_at(const carrow_file *file, int32_t column) {
    const auto &columns = file->reader->columns;
    return column >= 0 && static_cast<size_t>(column) < columns.size() ? &columns[static_cast<size_t>(column)] : nullptr;
}

extern "C" {

void carrow_error_clear(carrow_error *error) {
    if (error == nullptr) return;
    std::free(error->text);
    *error = {CARROW_OK, nullptr};
}

carrow_file *carrow_open(const char *path, const carrow_limits *limits, carrow_error *error) {
    return guarded<carrow_file *>(error, nullptr, [&] {
        auto reader = std::make_shared<Reader>(limits->memory_bytes);
        int64_t size = 0;
        Descriptor descriptor{open_regular(path, &size)};
        check_frame(descriptor.number, size, *limits);
        auto file = value_of(arrow::io::ReadableFile::Open(descriptor.release(), &reader->pool));
        reader->arrow = open_reader(std::move(file), &reader->pool, *limits);
        check_metadata(*reader->arrow->parquet_reader()->metadata(), size, *limits);
        reader->columns = columns_of(*reader->arrow);
        return new carrow_file{std::move(reader)};
    });
}

void carrow_close(carrow_file *file) { delete file; }

int64_t carrow_row_count(const carrow_file *file) {
    return file->reader->arrow->parquet_reader()->metadata()->num_rows();
}

int32_t carrow_row_group_count(const carrow_file *file) {
    return file->reader->arrow->parquet_reader()->metadata()->num_row_groups();
}

int64_t carrow_row_group_rows(const carrow_file *file, int32_t row_group) {
    if (row_group < 0 || row_group >= carrow_row_group_count(file)) return 0;
    return file->reader->arrow->parquet_reader()->metadata()->RowGroup(row_group)->num_rows();
}

int32_t carrow_column_count(const carrow_file *file) { return static_cast<int32_t>(file->reader->columns.size()); }

const char *carrow_column_name(const carrow_file *file, int32_t column) {
    const Column *found = column_at(file, column);
    return found == nullptr ? "" : found->name.c_str();
}

int32_t carrow_column_type(const carrow_file *file, int32_t column) {
    const Column *found = column_at(file, column);
    return found == nullptr ? CARROW_OTHER : found->type;
}

const char *carrow_column_stored_type(const carrow_file *file, int32_t column) {
    const Column *found = column_at(file, column);
    return found == nullptr ? "" : found->stored_type.c_str();
}

bool carrow_column_nullable(const carrow_file *file, int32_t column) {
    const Column *found = column_at(file, column);
    return found != nullptr && found->nullable;
}

const char *carrow_metadata(const carrow_file *file, const char *key) {
    const auto &metadata = file->reader->arrow->parquet_reader()->metadata()->key_value_metadata();
    const int index = metadata == nullptr ? -1 : metadata->FindKey(key);
    return index < 0 ? nullptr : metadata->value(index).c_str();
}

carrow_scan *carrow_scan_open(
    carrow_file *file, int32_t row_group, const int32_t *columns, int32_t column_count, int64_t batch_rows,
    carrow_error *error) {
    return guarded<carrow_scan *>(error, nullptr, [&] {
        auto scan = std::make_unique<carrow_scan>();
        scan->reader = file->reader;
        std::vector<int> leaves;
        for (int32_t index = 0; index < column_count; ++index) {
            const Column &column = file->reader->columns.at(static_cast<size_t>(columns[index]));
            scan->wanted.push_back(&column);
            leaves.insert(leaves.end(), column.leaves.begin(), column.leaves.end());
        }
        auto &reader = *file->reader->arrow;
        reader.set_batch_size(batch_rows);
        scan->batches = value_of(reader.GetRecordBatchReader({row_group}, leaves));
        return scan.release();
    });
}

bool carrow_scan_next(carrow_scan *scan, carrow_batch *batch, carrow_error *error) {
    return guarded<bool>(error, false, [&] {
        *batch = {0, nullptr};
        do {
            check(scan->batches->ReadNext(&scan->current));
            if (scan->current == nullptr) return true;
        } while (scan->current->num_rows() == 0);
        check(scan->current->ValidateFull());

        scan->storage.assign(scan->wanted.size(), FlatColumn{});
        scan->columns.clear();
        for (size_t index = 0; index < scan->wanted.size(); ++index) {
            const Column &column = *scan->wanted[index];
            const auto array = scan->current->GetColumnByName(column.name);
            if (array == nullptr || column_type(*array->type()) != column.type) {
                throw Failure(CARROW_MALFORMED, "column '" + column.name + "' is not what the schema says");
            }
            scan->columns.push_back(scan->storage[index].flatten(*array, column.type));
        }
        *batch = {scan->current->num_rows(), scan->columns.data()};
        return true;
    });
}

void carrow_scan_close(carrow_scan *scan) { delete scan; }

}  // extern "C"
