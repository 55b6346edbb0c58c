extension JSONValue {
    /// Reads one document: RFC 8259 to the letter.
    ///
    /// UTF-8 only and without a byte order mark; no comments, no trailing comma, nothing after the value. A key that
    /// occurs twice in an object, compared by its bytes after escapes are resolved, is refused, as is half of a
    /// surrogate pair. Numbers that a double cannot hold are refused; integers beyond 64 bits become `.number`.
    public init(parsing bytes: some Collection<UInt8>, limits: JSONLimits = .default) throws(JSONError) {
        let inPlace = bytes.withContiguousStorageIfAvailable { JSONParser.parse($0, limits) }
        self = try (inPlace ?? Array(bytes).withUnsafeBufferPointer { JSONParser.parse($0, limits) }).get()
    }

    /// Reads one document from text; the rules are those of reading bytes.
    public init(parsing text: String, limits: JSONLimits = .default) throws(JSONError) {
        self = try withBytes(text) { JSONParser.parse($0, limits) }.get()
    }
}

/// Reads values by recursive descent over validated UTF-8. Every access to `bytes` is preceded by a check of its bound.
struct JSONParser {
    let bytes: UnsafeBufferPointer<UInt8>
    let limits: JSONLimits
    /// Bytes read so far.
    var position = 0
    private var nodes = 0
    /// Reused by strings that contain escapes.
    var scratch: [UInt8] = []

    static func parse(_ bytes: UnsafeBufferPointer<UInt8>, _ limits: JSONLimits) -> Result<JSONValue, JSONError> {
        var parser = JSONParser(bytes: bytes, limits: limits)
        return Result { () throws(JSONError) in try parser.document() }
    }

    private init(bytes: UnsafeBufferPointer<UInt8>, limits: JSONLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    private mutating func document() throws(JSONError) -> JSONValue {
        guard bytes.count <= limits.maximumBytes else {
            throw error("the document has \(bytes.count) bytes, more than the \(limits.maximumBytes) allowed", at: 0)
        }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { throw error("a byte order mark is not allowed", at: 0) }
        if let invalid = firstInvalidUTF8(in: bytes) { throw error("not valid UTF-8", at: invalid) }
        let value = try value(depth: 0)
        skipWhitespace()
        guard position == bytes.count else { throw error("expected the end after the value, found \(found)") }
        return value
    }

    private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        skipWhitespace()
        nodes += 1
        guard nodes <= limits.maximumNodes else { throw error("more than \(limits.maximumNodes) values") }
        switch peek ?? 0 {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "{"): return .object(try object(depth: depth + 1))
        case UInt8(ascii: "["): return .array(try array(depth: depth + 1))
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: throw error("expected a value, found \(found)")
        }
    }

    private mutating func array(depth: Int) throws(JSONError) -> [JSONValue] {
        try open(depth)
        var elements: [JSONValue] = []
        if skip(UInt8(ascii: "]")) { return elements }
        while true {
            elements.append(try value(depth: depth))
            if skip(UInt8(ascii: "]")) { return elements }
            guard skip(UInt8(ascii: ",")) else { throw error("expected ',' or ']', found \(found)") }
        }
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSONObject {
        try open(depth)
        var object = JSONObject()
        if skip(UInt8(ascii: "}")) { return object }
        while true {
            skipWhitespace()
            let start = position
            guard peek == UInt8(ascii: "\"") else { throw error("expected a key in quotes, found \(found)") }
            let key = try string()
            guard skip(UInt8(ascii: ":")) else { throw error("expected ':' after the key, found \(found)") }
            let value = try value(depth: depth)
            guard object.append(key, value) else {
                throw error("the key \(visible(key)) occurs twice", at: start)
            }
            if skip(UInt8(ascii: "}")) { return object }
            guard skip(UInt8(ascii: ",")) else { throw error("expected ',' or '}', found \(found)") }
        }
    }

    /// Steps over the bracket that `peek` has seen.
    private mutating func open(_ depth: Int) throws(JSONError) {
        guard depth <= limits.maximumDepth else { throw error("more than \(limits.maximumDepth) levels") }
        position += 1
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        let length = word.utf8CodeUnitCount
        guard bytes.count - position >= length,
            bytes[position..<position + length].elementsEqual(UnsafeBufferPointer(start: word.utf8Start, count: length))
        else { throw error("expected \(word)") }
        position += length
        return value
    }
}

// MARK: - Bytes

extension JSONParser {
    /// The next byte, or nil at the end.
    var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func skipWhitespace() {
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): position += 1
            default: return
            }
        }
    }

    /// Steps over whitespace and then over `byte`, if it is there; says whether it was.
    mutating func skip(_ byte: UInt8) -> Bool {
        skipWhitespace()
        guard peek == byte else { return false }
        position += 1
        return true
    }

    /// What lies at the position, for a message.
    var found: String {
        guard let byte = peek else { return "the end" }
        guard byte >= 0x80 else {
            return byte > 0x20 && byte < 0x7F ? "'\(Character(Unicode.Scalar(byte)))'" : "byte \(byte)"
        }
        let rest = String(decoding: bytes[position..<min(position + 4, bytes.count)], as: UTF8.self)
        return visible(String(rest.unicodeScalars.prefix(1)))
    }

    func error(_ reason: String, at offset: Int? = nil) -> JSONError {
        JSONError(reason, at: offset ?? position, in: bytes)
    }
}
