// A C interface on Arrow C++ for reading and writing Parquet columns.
//
// No C++ type and no exception crosses it. Whatever fails fills a `carrow_error` whose text the caller frees with
// `carrow_error_clear`. Memory that a call hands out belongs to the object named beside it.

#ifndef CARROW_H
#define CARROW_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct carrow_file carrow_file;
typedef struct carrow_scan carrow_scan;
typedef struct carrow_writer carrow_writer;

// MARK: errors

enum {
    CARROW_OK = 0,
    CARROW_IO = 1,         // the file cannot be opened, is no regular file, or the sink refused the bytes
    CARROW_MALFORMED = 2,  // the bytes are not Parquet as the format describes it
    CARROW_LIMIT = 3,      // the file asks for more than the limits allow
};

typedef struct {
    int32_t kind;  // one of the above
    char *text;    // UTF-8; NULL when kind is CARROW_OK
} carrow_error;

void carrow_error_clear(carrow_error *error);

// MARK: columns

enum {
    CARROW_OTHER = 0,   // a type this interface does not carry; its name is still told
    CARROW_STRING = 1,  // string, large_string, string_view, and dictionaries of them
    CARROW_INT64 = 2,   // signed integers up to 64 bits and unsigned ones up to 32, widened
    CARROW_DOUBLE = 3,  // float and double
    CARROW_BOOL = 4,
    CARROW_IMAGE = 5,   // struct<bytes: binary or large_binary, path: string>
};

typedef struct {
    const uint8_t *data;  // NULL: the value is null
    int64_t length;
} carrow_span;

// One column of a batch; only the arrays of its type are set, each with one element a row.
typedef struct {
    int32_t type;
    const uint8_t *valid;      // 0 where the value is null; an image is null when its struct is
    const int64_t *integers;   // CARROW_INT64
    const double *numbers;     // CARROW_DOUBLE
    const uint8_t *flags;      // CARROW_BOOL
    const carrow_span *spans;  // CARROW_STRING, and the bytes of CARROW_IMAGE
    const carrow_span *paths;  // the paths of CARROW_IMAGE
} carrow_column;

typedef struct {
    int64_t rows;  // 0: the scan has ended
    const carrow_column *columns;
} carrow_batch;

// MARK: reading

typedef struct {
    int64_t footer_bytes;     // of the metadata at the end of the file
    int64_t row_group_bytes;  // declared, decoded
    int64_t row_group_rows;
    int64_t memory_bytes;     // that all of Arrow's buffers for one file may take at one time
} carrow_limits;

carrow_file *carrow_open(const char *path, const carrow_limits *limits, carrow_error *error);
void carrow_close(carrow_file *file);

int64_t carrow_row_count(const carrow_file *file);
int32_t carrow_row_group_count(const carrow_file *file);
int64_t carrow_row_group_rows(const carrow_file *file, int32_t row_group);
int32_t carrow_column_count(const carrow_file *file);
const char *carrow_column_name(const carrow_file *file, int32_t column);         // belongs to the file
int32_t carrow_column_type(const carrow_file *file, int32_t column);
const char *carrow_column_stored_type(const carrow_file *file, int32_t column);  // Arrow's own words for it
bool carrow_column_nullable(const carrow_file *file, int32_t column);
const char *carrow_metadata(const carrow_file *file, const char *key);           // NULL where there is none

// Reads one row group, the named columns only, at most `batch_rows` rows at a time.
carrow_scan *carrow_scan_open(
    carrow_file *file, int32_t row_group, const int32_t *columns, int32_t column_count, int64_t batch_rows,
    carrow_error *error);
// The batch's columns stand in the order asked for and live until the next call or `carrow_scan_close`.
bool carrow_scan_next(carrow_scan *scan, carrow_batch *batch, carrow_error *error);
void carrow_scan_close(carrow_scan *scan);

// MARK: writing

typedef struct {
    const char *name;
    int32_t type;
    bool nullable;
} carrow_field;

// Where the bytes of a new file go, in order; false stops the writer.
typedef struct {
    void *context;
    bool (*write)(void *context, const uint8_t *data, int64_t length);
} carrow_sink;

// `features` becomes the schema's "huggingface" metadata; NULL leaves it out.
carrow_writer *carrow_writer_open(
    carrow_sink sink, const carrow_field *fields, int32_t field_count, const char *features, carrow_error *error);
// Writes one row group; the columns stand in the order of the fields.
bool carrow_write_row_group(
    carrow_writer *writer, const carrow_column *columns, int64_t rows, carrow_error *error);
// Writes the footer. A writer that was not finished leaves no readable file.
bool carrow_writer_finish(carrow_writer *writer, carrow_error *error);
void carrow_writer_close(carrow_writer *writer);

#ifdef __cplusplus
}
#endif

#endif
