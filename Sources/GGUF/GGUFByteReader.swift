import DurableFiles

/// Reads a file from its beginning, value by value, without knowing how far it will go.
struct GGUFByteReader {
    let limits: GGUFLimits
    /// Elements of all arrays so far.
    var arrayElements = 0
    private let file: RandomAccessFile
    private var window: [UInt8] = []
    private var windowStart = 0
    private var offset = 0

    init(_ file: RandomAccessFile, _ limits: GGUFLimits) { (self.file, self.limits) = (file, limits) }

    /// The next byte's position in the file.
    var position: Int { windowStart + offset }

    func error(_ place: String, _ reason: String) -> GGUFError {
        GGUFError(file: file.path, place: place, reason: reason)
    }

    mutating func uint8(_ place: String) throws -> UInt8 { UInt8(truncatingIfNeeded: try integer(1, place)) }
    mutating func uint16(_ place: String) throws -> UInt16 { UInt16(truncatingIfNeeded: try integer(2, place)) }
    mutating func uint32(_ place: String) throws -> UInt32 { UInt32(truncatingIfNeeded: try integer(4, place)) }
    mutating func uint64(_ place: String) throws -> UInt64 { try integer(8, place) }

    /// A count that comes before as many things, each of at least so many bytes: both must be possible.
    mutating func count(_ place: String, atMost limit: Int, _ things: String, minimumByteCount: Int) throws -> Int {
        let count = try uint64(place)
        guard count <= UInt64(clamping: limit), let count = Int(exactly: count) else {
            throw error(place, "\(count) \(things), at most \(limit) are read")
        }
        guard count <= (file.byteCount - position) / minimumByteCount else {
            throw error(place, "\(count) \(things) do not fit into a file of \(file.byteCount) bytes")
        }
        return count
    }

    mutating func text(_ place: String, atMost limit: Int) throws -> String {
        let length = try uint64(place)
        guard length <= UInt64(clamping: limit), let count = Int(exactly: length) else {
            throw error(place, "a text of \(length) bytes, at most \(limit) are read")
        }
        guard let text = String(validating: try bytes(count, place), as: UTF8.self) else {
            throw error(place, "a text is not valid UTF-8")
        }
        return text
    }

    mutating func bytes(_ count: Int, _ place: String) throws -> [UInt8] {
        try need(count, place)
        defer { offset += count }
        return Array(window[offset..<offset + count])
    }

    private mutating func integer(_ byteCount: Int, _ place: String) throws -> UInt64 {
        try need(byteCount, place)
        defer { offset += byteCount }
        var value: UInt64 = 0
        for index in 0..<byteCount { value |= UInt64(window[offset + index]) << UInt64(8 * index) }
        return value
    }

    /// Makes sure that `count` bytes are in the window.
    private mutating func need(_ count: Int, _ place: String) throws {
        guard count <= limits.maximumHeaderBytes - position else {
            throw error(place, "lies beyond the first \(limits.maximumHeaderBytes) bytes, where reading stops")
        }
        guard window.count - offset < count else { return }
        guard count <= file.byteCount - position else {
            throw error(place, "the file ends at byte \(file.byteCount), before this is complete")
        }
        (windowStart, offset) = (position, 0)
        window = try file.bytes(from: windowStart, count: min(max(count, 1 << 20), file.byteCount - windowStart))
        guard window.count >= count else { throw error(place, "the file has become shorter while it was read") }
    }
}
