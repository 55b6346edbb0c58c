extension Image {
    /// The picture at another size, equal to Pillow's `resize` for RGB pictures in every bit.
    ///
    /// - Parameters:
    ///   - width: at least 1; below that is a programming mistake and traps.
    ///   - height: likewise.
    ///   - filter: transformers' processors use bicubic.
    public func resized(width: Int, height: Int, filter: ResamplingFilter = .bicubic) -> Image {
        if width == self.width, height == self.height { return self }
        return Image(raster.resized(width: width, height: height, filter: filter))
    }

    /// The middle of the picture; where it is smaller than asked, the rest is black.
    ///
    /// What cannot be divided evenly goes as in transformers' `center_crop`: cropping leaves the greater part on the
    /// right and below, filling up puts the greater margin on the left and above.
    ///
    /// - Parameters:
    ///   - width: at least 1; below that is a programming mistake and traps.
    ///   - height: likewise.
    public func centerCropped(width: Int, height: Int) -> Image {
        let columns = CenterCrop(of: self.width, to: width)
        let rows = CenterCrop(of: self.height, to: height)
        return Image(raster.cropped(columns: columns.kept, rows: rows.kept).placed(columns, rows))
    }
}

extension RGBAImage {
    /// The picture at another size, equal to Pillow's `resize` for RGBA pictures in every bit: colours are weighted by
    /// their alpha. Sizes below 1 are a programming mistake and trap.
    public func resized(width: Int, height: Int, filter: ResamplingFilter = .bicubic) -> RGBAImage {
        if width == self.width, height == self.height { return self }
        return RGBAImage(
            raster.premultiplied().resized(width: width, height: height, filter: filter).unpremultiplied())
    }
}
