public import StrictJSON

/// Makes tiles of pictures of any resolution, with the results of transformers' `LlavaNextImageProcessor` on its Pillow
/// backend: the whole picture squeezed into one tile, and the picture at the best of the given resolutions, keeping its
/// shape, between black margins, cut into tiles.
public struct TileProcessor: Sendable, Equatable {
    /// Heights and widths that a picture may be brought to, in pixels; multiples of a tile's side.
    public var resolutions = [(336, 672), (672, 336), (672, 672), (1008, 336), (336, 1008)].map { height, width in
        PixelSize(width: width, height: height)
    }
    /// What then happens to every tile.
    public var tile: ImageProcessorConfig

    /// LLaVA-1.6's own resolutions, with CLIP's values.
    public init() { tile = ImageProcessorConfig() }

    /// Pixels of a tile's side.
    public var tileSide: Int {
        switch (tile.crop, tile.resize) {
        case (.center(_, let height), _): height
        case (.none, .exactly(_, let height)): height
        case (.none, .shortestEdge(let side)): side
        case (.none, .keep): 0
        }
    }

    /// The resolution that keeps most of a picture, and of those that keep as much, the one that wastes least.
    public func resolution(for size: PixelSize) -> PixelSize {
        var best = (resolution: size, effective: 0, wasted: Int.max)
        for resolution in resolutions {
            let scale = min(
                Double(resolution.width) / Double(size.width), Double(resolution.height) / Double(size.height))
            let shrunk = Int(Double(size.width) * scale) * Int(Double(size.height) * scale)
            let effective = min(shrunk, size.width * size.height)
            let wasted = resolution.width * resolution.height - effective
            if effective > best.effective || (effective == best.effective && wasted < best.wasted) {
                best = (resolution, effective, wasted)
            }
        }
        return best.resolution
    }

    /// Tiles in a column and in a row of the picture, beside the one of the whole.
    public func grid(_ size: PixelSize) -> (rows: Int, columns: Int) {
        let resolution = resolution(for: size)
        return (resolution.height / tileSide, resolution.width / tileSide)
    }

    /// The whole picture in a tile, then its tiles row by row.
    public func process(_ image: Image) throws(ImageError) -> [PixelValues] {
        let (processor, whole) = (ImageProcessor(tile), squeezedSize)
        var tiles = [try processor.process(image.resized(width: whole.width, height: whole.height, filter: tile.filter))]
        let padded = placed(image, in: resolution(for: image.size))
        for y in stride(from: 0, to: padded.height, by: tileSide) {
            for x in stride(from: 0, to: padded.width, by: tileSide) {
                tiles.append(try processor.process(padded.cropped(columns: x..<(x + tileSide), rows: y..<(y + tileSide))))
            }
        }
        return tiles
    }

    /// The size that the whole picture is squeezed to.
    private var squeezedSize: PixelSize {
        switch tile.resize {
        case .shortestEdge(let side): PixelSize(width: side, height: side)
        case .exactly(let width, let height): PixelSize(width: width, height: height)
        case .keep: PixelSize(width: tileSide, height: tileSide)
        }
    }

    private func placed(_ image: Image, in target: PixelSize) -> Image {
        let across = Double(target.width) / Double(image.width), down = Double(target.height) / Double(image.height)
        let size =
            across < down
            ? PixelSize(width: target.width, height: min(Int((Double(image.height) * across).rounded(.up)), target.height))
            : PixelSize(width: min(Int((Double(image.width) * down).rounded(.up)), target.width), height: target.height)
        let resized = image.resized(width: size.width, height: size.height, filter: tile.filter)
        return Image(
            Raster.filled(width: target.width, height: target.height, with: [0, 0, 0])
                .pasting(resized.raster, atX: (target.width - size.width) / 2, y: (target.height - size.height) / 2))
    }
}

extension TileProcessor {
    /// Reads `preprocessor_config.json` of a LLaVA-NeXT checkpoint, with all that is wrong in one error.
    public init(json: JSONValue) throws(ImageProcessorConfigError) {
        self.init()
        var reader = ProcessorConfigReader(json, types: ["LlavaNextImageProcessor"], steps: ["do_center_crop"])
        _ = reader.processorType()
        reader.refuseUnknownSteps()
        tile.resize = reader.resize(default: tile.resize)
        if tile.resize == .keep { reader.problem("do_resize must be true: tiles have the tower's size") }
        tile.filter = reader.filter(default: tile.filter)
        tile.crop = reader.crop(default: tile.crop)
        reader.readValues(into: &tile)
        try reader.check(tile)
        if let value = reader.member("image_grid_pinpoints") {
            guard let sizes = PixelSize.list(value) else {
                throw ImageProcessorConfigError(problems: [
                    "image_grid_pinpoints must be a list of [height, width], found \(value.serialized())"
                ])
            }
            resolutions = sizes
        }
        let problems = problems()
        guard problems.isEmpty else { throw ImageProcessorConfigError(problems: problems) }
    }

    /// One sentence per value that cannot be right; empty when pictures can be processed.
    public func problems() -> [String] {
        let side = tileSide
        guard side > 0, case .center(side, side) = tile.crop == .none ? .center(width: side, height: side) : tile.crop else {
            return ["crop_size must be a square, which is the size of a tile"]
        }
        return resolutions.filter { size in
            let sides = [size.width, size.height]
            return !sides.allSatisfy { $0 >= side && $0 % side == 0 && $0 <= ImageProcessorConfig.maximumSide }
        }.map { "image_grid_pinpoints must be multiples of a tile's side \(side), found [\($0.height), \($0.width)]" }
            + (resolutions.isEmpty ? ["image_grid_pinpoints must not be empty"] : [])
    }

    /// The file as transformers reads it.
    public var json: JSONValue {
        var object = tile.members
        object["image_processor_type"] = "LlavaNextImageProcessor"
        object["do_pad"] = true
        object["image_grid_pinpoints"] = PixelSize.json(resolutions)
        return .object(object)
    }
}

extension PixelSize {
    /// A list of `[height, width]`, as configurations keep resolutions.
    public static func list(_ json: JSONValue) -> [PixelSize]? {
        let sizes = json.array?.compactMap { pair -> PixelSize? in
            guard let sides = pair.array, sides.count == 2, let height = sides[0].integer, let width = sides[1].integer,
                height > 0, width > 0
            else { return nil }
            return PixelSize(width: width, height: height)
        }
        return sizes?.count == json.array?.count ? sizes : nil
    }

    public static func json(_ sizes: [PixelSize]) -> JSONValue {
        .array(sizes.map { [.integer(Int64($0.height)), .integer(Int64($0.width))] })
    }
}

extension Image {
    /// The part inside the given columns and rows, which must lie in this picture.
    func cropped(columns: Range<Int>, rows: Range<Int>) -> Image { Image(raster.cropped(columns: columns, rows: rows)) }
}
