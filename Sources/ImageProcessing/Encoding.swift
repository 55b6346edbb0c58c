extension Image {
    /// The picture as a PNG file, without loss. The same pixels give the same bytes with the same libpng and zlib.
    public func encodedPNG() throws(ImageError) -> [UInt8] {
        try Codec.png(raster)
    }

    /// The picture as a baseline JPEG file without chroma subsampling.
    ///
    /// - Parameter quality: 1 (smallest) to 100 (best); values outside are moved to the nearest of the two.
    /// - Throws: `ImageError.encodingFailed` if a side is longer than the 65,500 pixels that JPEG can express.
    public func encodedJPEG(quality: Int = 90) throws(ImageError) -> [UInt8] {
        try Codec.jpeg(raster, quality: min(max(quality, 1), 100))
    }
}

extension RGBAImage {
    /// The picture as a PNG file with alpha, without loss.
    public func encodedPNG() throws(ImageError) -> [UInt8] {
        try Codec.png(raster)
    }
}
