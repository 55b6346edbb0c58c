// PNG files in, through libpng. Its errors jump to the setjmp of the function that made the reader, never further.
#include "internal.h"

#include <png.h>
#include <string.h>

// The most bytes that one chunk other than IDAT may need, and how many unknown chunks are kept. Text, profile and other
// ancillary chunks are skipped unread; only acTL, which announces an animation, is kept.
enum { maximum_chunk_bytes = 1 << 20, maximum_kept_chunks = 16 };

typedef struct source {
    const uint8_t *bytes;
    size_t count, position;
    cic_message *message;
} source;

typedef struct reader {
    png_structp png;
    png_infop info;
} reader;

static void read_bytes(png_structp png, png_bytep target, size_t wanted) {
    source *input = png_get_io_ptr(png);
    if (wanted > input->count - input->position) png_error(png, "the file ends too early");
    memcpy(target, input->bytes + input->position, wanted);
    input->position += wanted;
}

static void on_error(png_structp png, const char *text) {
    source *input = png_get_error_ptr(png);
    cic_fail(CIC_DAMAGED, text, input->message);
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, const char *text) {
    (void)png;
    (void)text;
}

static int open_reader(reader *made, source *input) {
    made->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, input, on_error, on_warning);
    if (made->png == NULL) return 0;
    made->info = png_create_info_struct(made->png);
    if (made->info == NULL) {
        png_destroy_read_struct(&made->png, NULL, NULL);
        return 0;
    }
    return 1;
}

// Everything up to the first pixel. May jump.
static void read_info(const reader *from, source *input) {
    png_set_read_fn(from->png, input, read_bytes);
    png_set_user_limits(from->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_chunk_malloc_max(from->png, maximum_chunk_bytes);
    png_set_chunk_cache_max(from->png, maximum_kept_chunks);
    png_set_keep_unknown_chunks(from->png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    png_set_keep_unknown_chunks(from->png, PNG_HANDLE_CHUNK_ALWAYS, (png_const_bytep)"acTL", 1);
    png_read_info(from->png, from->info);
}

static int has_transparency(const reader *from) {
    return (png_get_color_type(from->png, from->info) & PNG_COLOR_MASK_ALPHA) != 0 ||
           png_get_valid(from->png, from->info, PNG_INFO_tRNS) != 0;
}

// An acTL chunk (the only one that is kept) makes a picture an animation, even one of a single frame: that frame need
// not be the picture that other readers show.
static void describe_animation(const reader *from, cic_header *header) {
    png_unknown_chunkp chunks = NULL;
    header->is_animated = png_get_unknown_chunks(from->png, from->info, &chunks) > 0;
    header->frames = 1;
    if (header->is_animated) header->frames = chunks[0].size < 4 ? 0 : png_get_uint_32(chunks[0].data);
}

static void describe(const reader *from, cic_header *header) {
    int colour = png_get_color_type(from->png, from->info);
    header->width = png_get_image_width(from->png, from->info);
    header->height = png_get_image_height(from->png, from->info);
    header->bit_depth = png_get_bit_depth(from->png, from->info);
    header->channels = png_get_channels(from->png, from->info);
    header->has_alpha = (uint8_t)has_transparency(from);
    header->has_palette = colour == PNG_COLOR_TYPE_PALETTE;
    describe_animation(from, header);
}

cic_status cic_png_header(const uint8_t *bytes, size_t count, cic_header *header, cic_message *message) {
    source input = {bytes, count, 0, message};
    reader from;
    if (!open_reader(&from, &input)) return cic_fail(CIC_OUT_OF_MEMORY, "libpng could not start", message);
    if (setjmp(png_jmpbuf(from.png))) {
        png_destroy_read_struct(&from.png, &from.info, NULL);
        return CIC_DAMAGED;
    }
    read_info(&from, &input);
    describe(&from, header);
    png_destroy_read_struct(&from.png, &from.info, NULL);
    return CIC_OK;
}

// Asks libpng for 8-bit RGB or RGBA whatever the file holds. May jump.
static void choose_transformations(const reader *from, cic_layout layout) {
    png_set_expand(from->png);
    png_set_strip_16(from->png);
    png_set_gray_to_rgb(from->png);
    int is_transparent = has_transparency(from);
    if (layout == CIC_RGBA && !is_transparent) png_set_add_alpha(from->png, 0xFF, PNG_FILLER_AFTER);
    if (layout == CIC_RGB && is_transparent) png_set_strip_alpha(from->png);
}

// May jump.
static void read_rows(const reader *from, cic_layout layout, uint8_t *pixels) {
    int passes = png_set_interlace_handling(from->png);
    png_read_update_info(from->png, from->info);
    uint32_t width = png_get_image_width(from->png, from->info);
    uint32_t height = png_get_image_height(from->png, from->info);
    size_t row_bytes = (size_t)width * (size_t)layout;
    if (png_get_rowbytes(from->png, from->info) != row_bytes) png_error(from->png, "unexpected row size");
    for (int pass = 0; pass < passes; pass++) {
        for (uint32_t y = 0; y < height; y++) png_read_row(from->png, pixels + y * row_bytes, NULL);
    }
    png_read_end(from->png, NULL);
}

cic_status cic_png_decode(const uint8_t *bytes, size_t count, cic_layout layout, uint32_t width, uint32_t height,
                          uint8_t *pixels, cic_message *message) {
    if (layout != CIC_RGB && layout != CIC_RGBA) return cic_fail(CIC_UNSUPPORTED, "PNG has no CMYK", message);
    source input = {bytes, count, 0, message};
    reader from;
    if (!open_reader(&from, &input)) return cic_fail(CIC_OUT_OF_MEMORY, "libpng could not start", message);
    if (setjmp(png_jmpbuf(from.png))) {
        png_destroy_read_struct(&from.png, &from.info, NULL);
        return CIC_DAMAGED;
    }
    read_info(&from, &input);
    int fits = png_get_image_width(from.png, from.info) == width && png_get_image_height(from.png, from.info) == height;
    if (fits) {
        choose_transformations(&from, layout);
        read_rows(&from, layout, pixels);
    }
    png_destroy_read_struct(&from.png, &from.info, NULL);
    return fits ? CIC_OK : cic_fail(CIC_WRONG_SIZE, "the buffer has another size than the picture", message);
}
