// PNG files out, through libpng, into memory that grows.
#include "internal.h"

#include <png.h>
#include <stdlib.h>
#include <string.h>

typedef struct sink {
    uint8_t *bytes;
    size_t count, capacity;
    cic_message *message;
} sink;

static void on_error(png_structp png, const char *text) {
    sink *output = png_get_error_ptr(png);
    cic_fail(CIC_OUT_OF_MEMORY, text, output->message);
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, const char *text) {
    (void)png;
    (void)text;
}

static void write_bytes(png_structp png, png_bytep bytes, size_t count) {
    sink *output = png_get_io_ptr(png);
    if (count > output->capacity - output->count) {
        size_t wanted = 2 * (output->count + count);
        uint8_t *grown = wanted > count ? realloc(output->bytes, wanted) : NULL;
        if (grown == NULL) png_error(png, "no memory for the file");
        output->bytes = grown;
        output->capacity = wanted;
    }
    memcpy(output->bytes + output->count, bytes, count);
    output->count += count;
}

static void flush_nothing(png_structp png) { (void)png; }

// May jump.
static void write_picture(png_structp png, png_infop info, const uint8_t *pixels, uint32_t width, uint32_t height,
                          cic_layout layout) {
    int colour = layout == CIC_RGBA ? PNG_COLOR_TYPE_RGB_ALPHA : PNG_COLOR_TYPE_RGB;
    png_set_IHDR(png, info, width, height, 8, colour, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    size_t row_bytes = (size_t)width * (size_t)layout;
    for (uint32_t y = 0; y < height; y++) png_write_row(png, pixels + y * row_bytes);
    png_write_end(png, info);
}

cic_status cic_encode_png(const uint8_t *pixels, uint32_t width, uint32_t height, cic_layout layout, cic_buffer *file,
                          cic_message *message) {
    *file = (cic_buffer){0};
    *message = (cic_message){{0}};
    if (layout != CIC_RGB && layout != CIC_RGBA) return cic_fail(CIC_UNSUPPORTED, "PNG has no CMYK", message);
    sink output = {NULL, 0, 0, message};
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &output, on_error, on_warning);
    png_infop info = png == NULL ? NULL : png_create_info_struct(png);
    if (info == NULL) {
        png_destroy_write_struct(&png, NULL);
        return cic_fail(CIC_OUT_OF_MEMORY, "libpng could not start", message);
    }
    if (setjmp(png_jmpbuf(png))) {
        png_destroy_write_struct(&png, &info);
        free(output.bytes);
        return CIC_OUT_OF_MEMORY;
    }
    png_set_write_fn(png, &output, write_bytes, flush_nothing);
    write_picture(png, info, pixels, width, height, layout);
    png_destroy_write_struct(&png, &info);
    *file = (cic_buffer){output.bytes, output.count};
    return CIC_OK;
}
