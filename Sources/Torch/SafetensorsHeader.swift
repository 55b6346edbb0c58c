import StrictJSON

/// The table of contents of a safetensors file, with every rule of the format checked: tensors lie in the data without
/// overlap, holes or trailing bytes, and have exactly the bytes that their shape needs.
struct SafetensorsHeader {
    struct Entry {
        let name: String
        let dtype: DType
        let shape: [Int]
        /// Bytes after the header.
        let range: Range<Int>
    }

    let entries: [Entry]
    let metadata: [String: String]

    static let maximumBytes = 16 << 20
    private static let maximumTensors = 200_000
    private static let maximumNameBytes = 512
    private static let maximumRank = 8

    /// - Parameters:
    ///   - json: the header's bytes.
    ///   - dataByteCount: bytes that follow it in the file.
    init(_ json: [UInt8], dataByteCount: Int, file: String) throws {
        func refuse(_ place: String, _ reason: String) -> SafetensorsError { SafetensorsError(file: file, place: place, reason: reason) }
        guard json.first == UInt8(ascii: "{") else { throw refuse("header", "it does not begin with {") }
        let value: JSONValue
        do { value = try JSONValue(parsing: json) } catch { throw refuse("header", "\(error)") }
        guard let object = value.object else { throw refuse("header", "it is not a JSON object") }
        guard object.count <= Self.maximumTensors else {
            throw refuse("header", "\(object.count) tensors, at most \(Self.maximumTensors) are read")
        }
        metadata = try Self.metadata(object["__metadata__"], refuse)
        entries = try object.members.filter { $0.key != "__metadata__" }
            .map { try Self.entry($0.key, $0.value, refuse) }
            .sorted { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
        try Self.checkLayout(entries, dataByteCount, refuse)
    }

    private typealias Refusal = (_ place: String, _ reason: String) -> SafetensorsError

    private static func metadata(_ value: JSONValue?, _ refuse: Refusal) throws -> [String: String] {
        guard let value else { return [:] }
        guard let object = value.object else { throw refuse("__metadata__", "it is not an object") }
        return try Dictionary(uniqueKeysWithValues: object.members.map { key, value in
            guard let text = value.string else { throw refuse("__metadata__", "\(key) is not a string") }
            return (key, text)
        })
    }

    private static func entry(_ name: String, _ value: JSONValue, _ refuse: Refusal) throws -> Entry {
        guard name.utf8.count <= maximumNameBytes else { throw refuse("header", "a name of \(name.utf8.count) bytes, at most \(maximumNameBytes)") }
        guard let code = value["dtype"]?.string, let dtype = dtypes[code] else {
            throw refuse(name, "dtype \(value["dtype"]?.serialized() ?? "missing"); known: \(dtypes.keys.sorted().joined(separator: ", "))")
        }
        guard let shape = value["shape"]?.array?.map(\.integer), shape.count <= maximumRank,
            shape.allSatisfy({ $0.map { $0 >= 0 } ?? false })
        else { throw refuse(name, "shape must be at most \(maximumRank) whole numbers") }
        guard let offsets = value["data_offsets"]?.array?.map(\.integer), offsets.count == 2,
            let start = offsets[0], let end = offsets[1], 0 <= start, start <= end
        else { throw refuse(name, "data_offsets must be two whole numbers in order") }
        let extents = shape.compactMap { $0 }
        guard let needed = byteCount(extents, dtype), needed == end - start else {
            throw refuse(name, "shape \(extents) of \(dtype) does not fill its \(end - start) bytes")
        }
        return Entry(name: name, dtype: dtype, shape: extents, range: start..<end)
    }

    private static func byteCount(_ shape: [Int], _ dtype: DType) -> Int? {
        shape.reduce(dtype.byteCount) { count, extent in
            count.flatMap { count in
                let (product, overflow) = count.multipliedReportingOverflow(by: extent)
                return overflow ? nil : product
            }
        }
    }

    private static func checkLayout(_ entries: [Entry], _ dataByteCount: Int, _ refuse: Refusal) throws {
        var end = 0
        for entry in entries {
            guard entry.range.lowerBound == end else {
                let fault = entry.range.lowerBound < end ? "it overlaps the tensor before it" : "there is a hole before it"
                throw refuse(entry.name, "\(fault): it begins at byte \(entry.range.lowerBound), expected \(end)")
            }
            end = entry.range.upperBound
        }
        guard end == dataByteCount else {
            throw refuse("data", "\(dataByteCount) bytes after the header, the tensors need \(end)")
        }
    }

    static let dtypes: [String: DType] = [
        "F64": .float64, "F32": .float32, "F16": .float16, "BF16": .bfloat16, "I64": .int64, "I32": .int32, "I8": .int8,
        "U8": .uint8, "BOOL": .bool,
    ]
}
