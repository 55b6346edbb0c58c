import CImageCodecs

/// The C shim's functions as Swift ones: arrays in and out, statuses as errors.
enum Codec {
    static func header(of bytes: [UInt8], _ format: ImageFormat) throws(ImageError) -> cic_header {
        var header = cic_header()
        var message = cic_message()
        let status = bytes.withUnsafeBufferPointer { file in
            cic_read_header(format.code, file.baseAddress, file.count, &header, &message)
        }
        try check(status, message, format)
        return header
    }

    /// The pixels as `layout` orders them, stored orientation.
    static func pixels(of bytes: [UInt8], _ header: ImageHeader, _ layout: cic_layout) throws(ImageError) -> Raster {
        var message = cic_message()
        var status = CIC_OK
        let channels = layout == CIC_RGB ? 3 : 4
        let raster = Raster(width: header.width, height: header.height, channels: channels) { target in
            status = bytes.withUnsafeBufferPointer { file in
                cic_decode(
                    header.format.code, file.baseAddress, file.count, layout, UInt32(clamping: header.width),
                    UInt32(clamping: header.height), target.baseAddress, &message)
            }
            if status != CIC_OK { target.initialize(repeating: 0) }
        }
        try check(status, message, header.format)
        return raster
    }

    static func png(_ raster: Raster) throws(ImageError) -> [UInt8] {
        var file = cic_buffer()
        var message = cic_message()
        let status = raster.pixels.withUnsafeBufferPointer { pixels in
            cic_encode_png(
                pixels.baseAddress, UInt32(clamping: raster.width), UInt32(clamping: raster.height),
                raster.channels == 4 ? CIC_RGBA : CIC_RGB, &file, &message)
        }
        return try take(&file, status, message, .png)
    }

    static func jpeg(_ raster: Raster, quality: Int) throws(ImageError) -> [UInt8] {
        var file = cic_buffer()
        var message = cic_message()
        let status = raster.pixels.withUnsafeBufferPointer { pixels in
            cic_encode_jpeg(
                pixels.baseAddress, UInt32(clamping: raster.width), UInt32(clamping: raster.height),
                Int32(clamping: quality), &file, &message)
        }
        return try take(&file, status, message, .jpeg)
    }

    private static func take(
        _ file: inout cic_buffer, _ status: cic_status, _ message: cic_message, _ format: ImageFormat
    ) throws(ImageError) -> [UInt8] {
        if status == CIC_OUT_OF_MEMORY { throw .outOfMemory }
        guard status == CIC_OK else { throw .encodingFailed(format, reason: text(message)) }
        defer { cic_release(&file) }
        return [UInt8](UnsafeBufferPointer(start: file.bytes, count: file.count))
    }

    private static func check(_ status: cic_status, _ message: cic_message, _ format: ImageFormat) throws(ImageError) {
        switch status {
        case CIC_OK: return
        case CIC_OUT_OF_MEMORY: throw .outOfMemory
        case CIC_UNSUPPORTED: throw .unsupported(format, reason: text(message))
        default: throw .damaged(format, reason: text(message))
        }
    }

    private static func text(_ message: cic_message) -> String {
        withUnsafeBytes(of: message.text) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}

extension ImageFormat {
    fileprivate var code: cic_format {
        switch self {
        case .png: CIC_PNG
        case .jpeg: CIC_JPEG
        case .webP: CIC_WEBP
        }
    }
}
