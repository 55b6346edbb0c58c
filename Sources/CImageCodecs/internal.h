// What the shim's files share: one reader per format, and how a message is written down.
#ifndef CIC_INTERNAL_H
#define CIC_INTERNAL_H

#include "cimagecodecs.h"

cic_status cic_png_header(const uint8_t *bytes, size_t count, cic_header *header, cic_message *message);
cic_status cic_png_decode(const uint8_t *bytes, size_t count, cic_layout layout, uint32_t width, uint32_t height,
                          uint8_t *pixels, cic_message *message);

cic_status cic_jpeg_header(const uint8_t *bytes, size_t count, cic_header *header, cic_message *message);
cic_status cic_jpeg_decode(const uint8_t *bytes, size_t count, cic_layout layout, uint32_t width, uint32_t height,
                           uint8_t *pixels, cic_message *message);

cic_status cic_webp_header(const uint8_t *bytes, size_t count, cic_header *header, cic_message *message);
cic_status cic_webp_decode(const uint8_t *bytes, size_t count, cic_layout layout, uint32_t width, uint32_t height,
                           uint8_t *pixels, cic_message *message);

// Notes `text`, cut to the room there is, and returns `status`.
cic_status cic_fail(cic_status status, const char *text, cic_message *message);

#endif
