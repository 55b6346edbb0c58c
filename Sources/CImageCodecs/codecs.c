// The public functions: a choice by format, and the parts that no format owns.
#include "internal.h"

#include <stdio.h>
#include <stdlib.h>

cic_status cic_fail(cic_status status, const char *text, cic_message *message) {
    snprintf(message->text, sizeof message->text, "%s", text);
    return status;
}

cic_status cic_read_header(cic_format format, const uint8_t *bytes, size_t count, cic_header *header,
                           cic_message *message) {
    *header = (cic_header){0};
    *message = (cic_message){{0}};
    switch (format) {
    case CIC_PNG: return cic_png_header(bytes, count, header, message);
    case CIC_JPEG: return cic_jpeg_header(bytes, count, header, message);
    case CIC_WEBP: return cic_webp_header(bytes, count, header, message);
    }
    return cic_fail(CIC_UNSUPPORTED, "unknown format", message);
}

cic_status cic_decode(cic_format format, const uint8_t *bytes, size_t count, cic_layout layout, uint32_t width,
                      uint32_t height, uint8_t *pixels, cic_message *message) {
    *message = (cic_message){{0}};
    switch (format) {
    case CIC_PNG: return cic_png_decode(bytes, count, layout, width, height, pixels, message);
    case CIC_JPEG: return cic_jpeg_decode(bytes, count, layout, width, height, pixels, message);
    case CIC_WEBP: return cic_webp_decode(bytes, count, layout, width, height, pixels, message);
    }
    return cic_fail(CIC_UNSUPPORTED, "unknown format", message);
}

void cic_release(cic_buffer *buffer) {
    free(buffer->bytes);
    *buffer = (cic_buffer){0};
}
