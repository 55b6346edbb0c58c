/// What each 8-bit value of each channel becomes: (value · factor − mean) / deviation.
///
/// The product is taken in double precision and rounded to single, the rest in single precision, as in transformers.
struct NormalizationTable: Sendable {
    /// 256 numbers for red, then green, then blue.
    private let values: [Float]

    init(_ config: ImageProcessorConfig) {
        values = (0..<3).flatMap { channel in
            (0...255).map { value in
                let rescaled = Float(Double(value) * config.rescaleFactor)
                return (rescaled - Float(config.mean[channel])) / Float(config.standardDeviation[channel])
            }
        }
    }

    /// RGB pixels → one plane per channel.
    func apply(to raster: Raster) -> PixelValues {
        let area = raster.width * raster.height
        let planes = [Float](unsafeUninitializedCapacity: 3 * area) { target, initializedCount in
            raster.pixels.withUnsafeBufferPointer { source in
                values.withUnsafeBufferPointer { values in
                    for pixel in 0..<area {
                        for channel in 0..<3 {
                            target[channel * area + pixel] = values[channel * 256 + Int(source[pixel * 3 + channel])]
                        }
                    }
                }
            }
            initializedCount = 3 * area
        }
        return PixelValues(channels: 3, height: raster.height, width: raster.width, values: planes)
    }
}
