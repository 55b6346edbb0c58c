// JPEG files in and out, through libjpeg-turbo's TurboJPEG interface, which keeps the library's error jumps to itself.
#include "internal.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

static cic_status fail_with(tjhandle handle, cic_status status, cic_message *message) {
    return cic_fail(status, tjGetErrorStr2(handle), message);
}

// The header's size, at least 1 × 1, and TurboJPEG's colour space.
static cic_status read_size(tjhandle handle, const uint8_t *bytes, size_t count, int *width, int *height, int *colour,
                            cic_message *message) {
    if (count > ULONG_MAX) return cic_fail(CIC_UNSUPPORTED, "the file is too large", message);
    *width = *height = 0;
    *colour = -1;
    int subsampling = -1;
    int failed = tjDecompressHeader3(handle, bytes, (unsigned long)count, width, height, &subsampling, colour);
    // Rare chroma subsampling has no name in TurboJPEG, which then reports a failure, but decodes it all the same.
    int is_only_unnamed = subsampling < 0 && *colour >= 0 && *width > 0 && *height > 0;
    if (failed && !is_only_unnamed) return fail_with(handle, CIC_DAMAGED, message);
    if (*width < 1 || *height < 1) return cic_fail(CIC_DAMAGED, "the header has no size", message);
    return CIC_OK;
}

static uint8_t channels_of(int colour) {
    switch (colour) {
    case TJCS_GRAY: return 1;
    case TJCS_CMYK:
    case TJCS_YCCK: return 4;
    default: return 3;
    }
}

cic_status cic_jpeg_header(const uint8_t *bytes, size_t count, cic_header *header, cic_message *message) {
    tjhandle handle = tjInitDecompress();
    if (handle == NULL) return cic_fail(CIC_OUT_OF_MEMORY, "TurboJPEG could not start", message);
    int width, height, colour;
    cic_status status = read_size(handle, bytes, count, &width, &height, &colour, message);
    tjDestroy(handle);
    if (status != CIC_OK) return status;
    header->width = (uint32_t)width;
    header->height = (uint32_t)height;
    header->frames = 1;
    header->bit_depth = 8;
    header->channels = channels_of(colour);
    header->is_cmyk = header->channels == 4;
    return CIC_OK;
}

// libjpeg goes on after damage with a warning and invented pixels; here a warning is damage. The exception is junk just
// before the end marker: the library then has decoded every pixel, and tells only the first of its warnings.
static int is_complete(tjhandle handle) {
    return tjGetErrorCode(handle) == TJERR_WARNING &&
           strstr(tjGetErrorStr2(handle), "extraneous bytes before marker 0xd9") != NULL;
}

static cic_status decode(tjhandle handle, const uint8_t *bytes, size_t count, cic_layout layout, uint32_t width,
                         uint32_t height, uint8_t *pixels, cic_message *message) {
    int found_width, found_height, colour;
    cic_status status = read_size(handle, bytes, count, &found_width, &found_height, &colour, message);
    if (status != CIC_OK) return status;
    if ((uint32_t)found_width != width || (uint32_t)found_height != height) {
        return cic_fail(CIC_WRONG_SIZE, "the buffer has another size than the picture", message);
    }
    int format = layout == CIC_CMYK ? TJPF_CMYK : layout == CIC_RGBA ? TJPF_RGBA : TJPF_RGB;
    // At most 500 scans.
    int failed = tjDecompress2(handle, bytes, (unsigned long)count, pixels, found_width, 0, found_height, format,
                               TJFLAG_LIMITSCANS);
    return failed && !is_complete(handle) ? fail_with(handle, CIC_DAMAGED, message) : CIC_OK;
}

cic_status cic_jpeg_decode(const uint8_t *bytes, size_t count, cic_layout layout, uint32_t width, uint32_t height,
                           uint8_t *pixels, cic_message *message) {
    tjhandle handle = tjInitDecompress();
    if (handle == NULL) return cic_fail(CIC_OUT_OF_MEMORY, "TurboJPEG could not start", message);
    cic_status status = decode(handle, bytes, count, layout, width, height, pixels, message);
    tjDestroy(handle);
    return status;
}

cic_status cic_encode_jpeg(const uint8_t *pixels, uint32_t width, uint32_t height, int quality, cic_buffer *file,
                           cic_message *message) {
    *file = (cic_buffer){0};
    *message = (cic_message){{0}};
    if (width > 65500 || height > 65500) return cic_fail(CIC_UNSUPPORTED, "JPEG ends at 65500 pixels a side", message);
    unsigned long room = tjBufSize((int)width, (int)height, TJSAMP_444);
    uint8_t *bytes = room == (unsigned long)-1 ? NULL : malloc(room);
    tjhandle handle = tjInitCompress();
    if (bytes == NULL || handle == NULL) {
        free(bytes);
        if (handle != NULL) tjDestroy(handle);
        return cic_fail(CIC_OUT_OF_MEMORY, "no memory for the file", message);
    }
    unsigned long count = room;
    int failed = tjCompress2(handle, pixels, (int)width, 0, (int)height, TJPF_RGB, &bytes, &count, TJSAMP_444, quality,
                             TJFLAG_NOREALLOC);
    if (failed) {
        cic_status status = fail_with(handle, CIC_UNSUPPORTED, message);
        free(bytes);
        tjDestroy(handle);
        return status;
    }
    tjDestroy(handle);
    *file = (cic_buffer){bytes, count};
    return CIC_OK;
}
