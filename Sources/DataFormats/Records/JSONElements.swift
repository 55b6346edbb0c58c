import DurableFiles
import Foundation
import PreferenceData
import StrictJSON

/// The records of a JSON file, one after the other, without the file ever being in memory: objects a line, the elements
/// of a list, or the members of an object.
struct JSONElements {
    enum Shape { case lines, list, keyed }

    struct Element {
        var key: String?
        /// `nil` for an element larger than allowed, which is passed over unread.
        var bytes: [UInt8]?
        var byteCount: Int
    }

    let file: RandomAccessFile
    let maximumBytes: Int

    /// How a file holds its records: by its first character, and by whether an object is one record or holds them all.
    func shape(isKeyed: Bool) throws -> Shape {
        var stream = ByteStream(file)
        switch try stream.firstAfterSpace() {
        case UInt8(ascii: "["): return .list
        case UInt8(ascii: "{") where isKeyed: return .keyed
        default: return .lines
        }
    }

    func forEach(_ shape: Shape, _ body: (Element) throws -> Void) throws {
        switch shape {
        case .lines: try forEachLine(body)
        case .list, .keyed: try forEachElement(body, isKeyed: shape == .keyed)
        }
    }

    // MARK: Lines

    private func forEachLine(_ body: (Element) throws -> Void) throws {
        var stream = ByteStream(file)
        var line = Collector(maximumBytes: maximumBytes)
        while let byte = try stream.next() {
            if byte == UInt8(ascii: "\n") {
                try body(line.take())
            } else {
                line.add(byte)
            }
        }
        if line.byteCount > 0 { try body(line.take()) }
    }

    // MARK: Elements of a list or members of an object

    private func forEachElement(_ body: (Element) throws -> Void, isKeyed: Bool) throws {
        var stream = ByteStream(file)
        let closing = UInt8(ascii: isKeyed ? "}" : "]")
        _ = try stream.firstAfterSpace()
        guard var byte = try stream.firstAfterSpace() else { throw cutShort() }
        if byte == closing { return try expectEnd(&stream) }
        while true {
            var key: String?
            if isKeyed {
                key = try memberKey(&stream, from: byte)
                guard let value = try stream.firstAfterSpace() else { throw cutShort() }
                byte = value
            }
            let end = try element(&stream, from: byte, key: key, body)
            if end == closing { return try expectEnd(&stream) }
            guard end == UInt8(ascii: ","), let next = try stream.firstAfterSpace() else { throw cutShort() }
            byte = next
        }
    }

    /// Reads one value, hands it over, and gives the character behind it: a comma or a closing bracket.
    private func element(
        _ stream: inout ByteStream, from first: UInt8, key: String?, _ body: (Element) throws -> Void
    ) throws -> UInt8 {
        var value = Collector(maximumBytes: maximumBytes)
        var nesting = Nesting()
        var byte = first
        while true {
            if nesting.isOutside(before: byte) {
                var element = value.take()
                element.key = key
                try body(element)
                return byte
            }
            value.add(byte)
            guard let next = try stream.next() else { throw cutShort() }
            byte = next
        }
    }

    private func memberKey(_ stream: inout ByteStream, from first: UInt8) throws -> String {
        var text = Collector(maximumBytes: 4096)
        var nesting = Nesting()
        var byte = first
        while !(byte == UInt8(ascii: ":") && !nesting.isInString) {
            _ = nesting.isOutside(before: byte)
            text.add(byte)
            guard let next = try stream.next() else { throw cutShort() }
            byte = next
        }
        guard let bytes = text.take().bytes, let key = (try? JSONValue(parsing: bytes))?.string else {
            throw DatasetError.unreadable(file: file.path, reason: "a member without a name in quotes")
        }
        return key
    }

    private func expectEnd(_ stream: inout ByteStream) throws {
        guard try stream.firstAfterSpace() == nil else {
            throw DatasetError.unreadable(file: file.path, reason: "more text after the end of the list of records")
        }
    }

    private func cutShort() -> DatasetError {
        .unreadable(file: file.path, reason: "the file ends, or breaks off, inside its list of records")
    }
}

/// Where in a JSON value a byte stands: inside of text, and how deep in brackets.
private struct Nesting {
    private(set) var isInString = false
    private var isEscaped = false
    private var depth = 0

    /// Whether the byte ends the value before it (a comma or closing bracket that belongs to what is around).
    mutating func isOutside(before byte: UInt8) -> Bool {
        if isInString {
            if isEscaped { isEscaped = false } else if byte == UInt8(ascii: "\\") { isEscaped = true }
            else if byte == UInt8(ascii: "\"") { isInString = false }
            return false
        }
        switch byte {
        case UInt8(ascii: "\""): isInString = true
        case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            if depth == 0 { return true }
            depth -= 1
        case UInt8(ascii: ","): return depth == 0
        default: break
        }
        return false
    }
}

/// Bytes of one record, forgotten once they are too many.
private struct Collector {
    let maximumBytes: Int
    private var bytes: [UInt8] = []
    private(set) var byteCount = 0

    init(maximumBytes: Int) { self.maximumBytes = maximumBytes }

    mutating func add(_ byte: UInt8) {
        byteCount += 1
        if byteCount <= maximumBytes { bytes.append(byte) } else if !bytes.isEmpty { bytes = [] }
    }

    mutating func take() -> JSONElements.Element {
        defer { bytes = []; byteCount = 0 }
        return JSONElements.Element(bytes: byteCount <= maximumBytes ? bytes : nil, byteCount: byteCount)
    }
}

/// A file's bytes in order, read 1 MiB at a time.
private struct ByteStream {
    private let file: RandomAccessFile
    private var block: [UInt8] = []
    private var index = 0
    private var offset = 0

    init(_ file: RandomAccessFile) { self.file = file }

    mutating func next() throws(FileError) -> UInt8? {
        if index == block.count {
            block = try file.bytes(from: offset, count: 1 << 20)
            offset += block.count
            index = 0
            if block.isEmpty { return nil }
        }
        defer { index += 1 }
        return block[index]
    }

    mutating func firstAfterSpace() throws(FileError) -> UInt8? {
        while let byte = try next() {
            if ![0x20, 0x09, 0x0A, 0x0D].contains(byte) { return byte }
        }
        return nil
    }
}
