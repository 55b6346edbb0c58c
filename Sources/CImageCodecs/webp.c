// WebP files in, through libwebp. An animation is recognised and left undecoded.
#include "internal.h"

#include <webp/decode.h>

static cic_status fail_with(VP8StatusCode code, cic_message *message) {
    switch (code) {
    case VP8_STATUS_OUT_OF_MEMORY: return cic_fail(CIC_OUT_OF_MEMORY, "no memory for the picture", message);
    case VP8_STATUS_UNSUPPORTED_FEATURE: return cic_fail(CIC_UNSUPPORTED, "unsupported feature", message);
    case VP8_STATUS_NOT_ENOUGH_DATA: return cic_fail(CIC_DAMAGED, "the file ends too early", message);
    case VP8_STATUS_BITSTREAM_ERROR: return cic_fail(CIC_DAMAGED, "broken bitstream", message);
    default: return cic_fail(CIC_DAMAGED, "libwebp refused the file", message);
    }
}

cic_status cic_webp_header(const uint8_t *bytes, size_t count, cic_header *header, cic_message *message) {
    WebPBitstreamFeatures features;
    VP8StatusCode code = WebPGetFeatures(bytes, count, &features);
    if (code != VP8_STATUS_OK) return fail_with(code, message);
    if (features.width < 1 || features.height < 1) return cic_fail(CIC_DAMAGED, "the header has no size", message);
    header->width = (uint32_t)features.width;
    header->height = (uint32_t)features.height;
    header->is_animated = features.has_animation != 0;
    header->frames = features.has_animation ? 0 : 1;
    header->bit_depth = 8;
    header->has_alpha = features.has_alpha != 0;
    header->channels = features.has_alpha ? 4 : 3;
    return CIC_OK;
}

cic_status cic_webp_decode(const uint8_t *bytes, size_t count, cic_layout layout, uint32_t width, uint32_t height,
                           uint8_t *pixels, cic_message *message) {
    if (layout != CIC_RGB && layout != CIC_RGBA) return cic_fail(CIC_UNSUPPORTED, "WebP has no CMYK", message);
    cic_header header = {0};
    cic_status status = cic_webp_header(bytes, count, &header, message);
    if (status != CIC_OK) return status;
    if (header.width != width || header.height != height) {
        return cic_fail(CIC_WRONG_SIZE, "the buffer has another size than the picture", message);
    }
    WebPDecoderConfig config;
    if (!WebPInitDecoderConfig(&config)) return cic_fail(CIC_UNSUPPORTED, "another libwebp than expected", message);
    config.output.colorspace = layout == CIC_RGBA ? MODE_RGBA : MODE_RGB;
    config.output.is_external_memory = 1;
    config.output.u.RGBA.rgba = pixels;
    config.output.u.RGBA.stride = (int)(width * (uint32_t)layout);
    config.output.u.RGBA.size = (size_t)width * height * (size_t)layout;
    VP8StatusCode code = WebPDecode(bytes, count, &config);
    WebPFreeDecBuffer(&config.output);
    return code == VP8_STATUS_OK ? CIC_OK : fail_with(code, message);
}
