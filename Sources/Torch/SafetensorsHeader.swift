import StrictJSON

/// The table of contents of a safetensors file: 8 bytes of length (little-endian), then that many bytes of JSON
///
///     {"__metadata__": {"format": "pt"}, "name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, …}
///
/// then the tensors' bytes, row-major and little-endian. Offsets count from the end of the header. Every byte of the data
/// belongs to exactly one tensor: no overlap, no hole, nothing behind the last.
struct SafetensorsHeader: Sendable {
    struct Entry: Sendable {
        var name: String
        var dtype: DType
        var shape: [Int]
        /// Bytes of the tensor, counted from the end of the header.
        var bytes: Range<Int>
    }

    /// In the order of their bytes in the file.
    let entries: [Entry]
    let metadata: [String: String]
    /// Names by their UTF-8 bytes: `String` would call canonically equivalent names equal.
    private let positions: [[UInt8]: Int]

    /// - Parameters:
    ///   - json: the header without its length.
    ///   - dataByteCount: the bytes of the file behind the header.
    ///   - file: the path, for errors.
    init(
        _ json: [UInt8], dataByteCount: Int, file: String, limits: SafetensorsLimits
    ) throws(SafetensorsError) {
        var reader = HeaderReader(file: file, limits: limits)
        entries = try reader.entries(of: try reader.members(of: json))
        metadata = reader.metadata
        try reader.checkCoverage(entries, dataByteCount)
        positions = Dictionary(entries.enumerated().map { (Array($1.name.utf8), $0) }) { first, _ in first }
    }

    /// The entry of that name, compared by its bytes.
    func entry(_ name: String) -> Entry? { positions[Array(name.utf8)].map { entries[$0] } }
}

/// Reads a header's JSON member by member; everything in it is doubted.
private struct HeaderReader {
    let file: String
    let limits: SafetensorsLimits
    private(set) var metadata: [String: String] = [:]

    init(file: String, limits: SafetensorsLimits) { (self.file, self.limits) = (file, limits) }

    func members(of json: [UInt8]) throws(SafetensorsError) -> JSONObject {
        guard json.first == UInt8(ascii: "{") else { throw error("header", "must begin with {") }
        // A tensor is at most an object, a string, two arrays, its dimensions and two offsets; one more each for metadata.
        let nodes = limits.maximumTensors.multipliedReportingOverflow(by: limits.maximumRank + 7)
        let jsonLimits = JSONLimits(
            maximumBytes: limits.maximumHeaderBytes, maximumDepth: 3, maximumNodes: nodes.overflow ? .max : nodes.partialValue)
        let value: JSONValue
        do { value = try JSONValue(parsing: json, limits: jsonLimits) } catch {
            throw self.error("header", "\(error)")
        }
        guard let object = value.object else { throw error("header", "found \(value.kind), expected an object") }
        return object
    }

    mutating func entries(of object: JSONObject) throws(SafetensorsError) -> [SafetensorsHeader.Entry] {
        guard object.count <= limits.maximumTensors else {
            throw error("header", "\(object.count) tensors, at most \(limits.maximumTensors) are read")
        }
        var entries: [SafetensorsHeader.Entry] = []
        entries.reserveCapacity(object.count)
        for (name, value) in object.members {
            if name == SafetensorsHeader.metadataKey {
                metadata = try strings(value)
            } else {
                entries.append(try entry(name, value))
            }
        }
        return entries.sorted { ($0.bytes.lowerBound, $0.bytes.upperBound) < ($1.bytes.lowerBound, $1.bytes.upperBound) }
    }

    private func strings(_ value: JSONValue) throws(SafetensorsError) -> [String: String] {
        guard let object = value.object else { throw error("metadata", "found \(value.kind), expected an object") }
        var strings: [String: String] = [:]
        for (key, value) in object.members {
            guard let text = value.string else {
                throw error("metadata", "\(quoted(key)) is \(value.kind), expected a string")
            }
            guard strings.updateValue(text, forKey: key) == nil else {
                throw error("metadata", "\(quoted(key)) occurs twice, in two Unicode spellings")
            }
        }
        return strings
    }

    private func entry(_ name: String, _ value: JSONValue) throws(SafetensorsError) -> SafetensorsHeader.Entry {
        let place = "tensor \(quoted(name))"
        guard (1...max(limits.maximumNameBytes, 1)).contains(name.utf8.count) else {
            throw error(place, "its name has \(name.utf8.count) bytes, expected 1 to \(limits.maximumNameBytes)")
        }
        guard let object = value.object else { throw error(place, "found \(value.kind), expected an object") }
        guard object.count == 3, let code = object["dtype"], let sizes = object["shape"], let offsets = object["data_offsets"]
        else { throw error(place, "found \(object.keys.prefix(4).map(quoted)), expected dtype, shape and data_offsets") }

        guard let dtype = code.string.flatMap(DType.init(safetensors:)) else {
            let known = DType.allCases.map(\.safetensorsCode).joined(separator: ", ")
            throw error(place, "dtype is \(quoted(code.string ?? code.kind)); read are \(known)")
        }
        let shape = try shape(sizes, place)
        let bytes = try range(offsets, place)
        guard let needed = byteCount(shape, dtype) else { throw error(place, "its shape \(shape) overflows") }
        guard bytes.count == needed else {
            throw error(place, "has \(bytes.count) bytes, but \(dtype) \(shape) needs \(needed)")
        }
        return SafetensorsHeader.Entry(name: name, dtype: dtype, shape: shape, bytes: bytes)
    }

    private func shape(_ value: JSONValue, _ place: String) throws(SafetensorsError) -> [Int] {
        guard let sizes = value.array else { throw error(place, "shape is \(value.kind), expected an array") }
        guard sizes.count <= limits.maximumRank else {
            throw error(place, "\(sizes.count) dimensions, at most \(limits.maximumRank) are read")
        }
        let shape = sizes.compactMap(\.integer)
        guard shape.count == sizes.count, shape.allSatisfy({ $0 >= 0 }) else {
            throw error(place, "shape is \(quoted(value.serialized())), expected integers from 0")
        }
        return shape
    }

    private func range(_ value: JSONValue, _ place: String) throws(SafetensorsError) -> Range<Int> {
        let offsets = (value.array ?? []).prefix(3).compactMap(\.integer)
        guard value.array?.count == 2, offsets.count == 2, offsets[0] >= 0, offsets[0] <= offsets[1] else {
            throw error(place, "data_offsets must be two integers, 0 ≤ begin ≤ end")
        }
        return offsets[0]..<offsets[1]
    }

    private func byteCount(_ shape: [Int], _ dtype: DType) -> Int? {
        var product = dtype.byteCount
        for size in shape {
            let (next, overflow) = product.multipliedReportingOverflow(by: size)
            if overflow { return nil }
            product = next
        }
        return product
    }

    /// Entries in the order of their bytes must follow one another from the first to the last byte of the data.
    func checkCoverage(_ entries: [SafetensorsHeader.Entry], _ dataByteCount: Int) throws(SafetensorsError) {
        var end = 0
        for entry in entries {
            guard entry.bytes.lowerBound == end else {
                let what = entry.bytes.lowerBound < end ? "overlaps the tensor before it" : "leaves a hole before it"
                throw error(
                    "tensor \(quoted(entry.name))", "\(what): begins at \(entry.bytes.lowerBound), expected \(end)")
            }
            end = entry.bytes.upperBound
        }
        guard end == dataByteCount else {
            let what = end < dataByteCount ? "\(dataByteCount - end) bytes too many" : "\(end - dataByteCount) bytes are missing"
            throw error("data", "\(what): the header describes \(end) bytes, the file holds \(dataByteCount)")
        }
    }

    private func error(_ place: String, _ reason: String) -> SafetensorsError {
        SafetensorsError(file: file, place: place, reason: reason)
    }
}

extension SafetensorsHeader {
    /// The one member of a header that is not a tensor.
    static let metadataKey = "__metadata__"
}

extension DType {
    /// The format's name for this type.
    var safetensorsCode: String {
        switch self {
        case .bool: "BOOL"
        case .uint8: "U8"
        case .int8: "I8"
        case .float16: "F16"
        case .bfloat16: "BF16"
        case .int32: "I32"
        case .float32: "F32"
        case .float64: "F64"
        case .int64: "I64"
        }
    }

    init?(safetensors code: String) {
        guard let match = Self.allCases.first(where: { $0.safetensorsCode == code }) else { return nil }
        self = match
    }
}
