// A pure C door to libpng, libjpeg-turbo and libwebp for pictures that lie in memory.
//
// Every function returns a status. None keeps a pointer to its arguments, writes outside the buffers it is given,
// jumps or ends the process: the libraries' own error jumps stay inside this target. All functions may be called from
// any thread at any time.
#ifndef CIMAGECODECS_H
#define CIMAGECODECS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum cic_format { CIC_PNG = 0, CIC_JPEG = 1, CIC_WEBP = 2 };
typedef enum cic_format cic_format;

enum cic_status {
    CIC_OK = 0,
    CIC_DAMAGED = 1,        // the file is truncated or breaks its format's rules
    CIC_UNSUPPORTED = 2,    // the file keeps the rules, but the library cannot decode it
    CIC_OUT_OF_MEMORY = 3,
    CIC_WRONG_SIZE = 4      // the caller's pixel buffer does not fit the file's header
};
typedef enum cic_status cic_status;

// The order of the 8-bit samples of a pixel.
enum cic_layout {
    CIC_RGB = 3,
    CIC_RGBA = 4,
    CIC_CMYK = 5            // JPEG only; the four samples as they are stored, usually inverted
};
typedef enum cic_layout cic_layout;

// The library's own sentence about a failure, or an empty string; always ends with 0.
typedef struct cic_message { char text[200]; } cic_message;

typedef struct cic_header {
    uint32_t width, height;     // both at least 1
    uint32_t frames;            // 1 for a still picture; what an animation declares, or 0 if its header does not say
    uint8_t bit_depth;          // bits of a stored sample (of an index, in a palette picture)
    uint8_t channels;           // stored samples per pixel: 1 grey or palette, 2 grey and alpha, 3 colour, 4 colour and alpha or CMYK
    uint8_t has_alpha;          // 1 if pixels can be transparent (an alpha channel, or a transparent colour or palette entry)
    uint8_t has_palette;        // 1 for palette pictures
    uint8_t is_animated;        // 1 for animated PNG and WebP files, which cic_decode would show in part only
    uint8_t is_cmyk;            // 1 for JPEG files in CMYK or YCCK
} cic_header;

// Bytes that the shim has allocated; hand them back with cic_release.
typedef struct cic_buffer { uint8_t *bytes; size_t count; } cic_buffer;

// Reads what precedes the pixels; decodes none of them and inflates nothing.
cic_status cic_read_header(cic_format format, const uint8_t *bytes, size_t count, cic_header *header,
                           cic_message *message);

// Decodes the picture to 8 bits a sample, rows from the top, without gaps.
// `pixels` must hold width * height * samples bytes, where width and height are the header's. 16-bit samples keep their
// high byte. Colour profiles, gamma and orientation are left alone.
cic_status cic_decode(cic_format format, const uint8_t *bytes, size_t count, cic_layout layout, uint32_t width,
                      uint32_t height, uint8_t *pixels, cic_message *message);

// Encodes 8-bit RGB or RGBA pixels as PNG.
cic_status cic_encode_png(const uint8_t *pixels, uint32_t width, uint32_t height, cic_layout layout,
                          cic_buffer *file, cic_message *message);

// Encodes 8-bit RGB pixels as baseline JPEG without chroma subsampling; quality is 1 to 100.
cic_status cic_encode_jpeg(const uint8_t *pixels, uint32_t width, uint32_t height, int quality, cic_buffer *file,
                           cic_message *message);

// Frees a buffer of the encoders and empties it.
void cic_release(cic_buffer *buffer);

#ifdef __cplusplus
}
#endif

#endif
