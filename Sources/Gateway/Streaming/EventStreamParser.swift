import ChatServers

/// Reads the `data:` events of a server-sent event stream, however its bytes are cut.
struct EventStreamParser {
    /// Bytes of one line.
    let maximumLineBytes: Int
    private var line: [UInt8] = []
    private var data: [UInt8] = []
    private var hasData = false
    private var endsWithReturn = false

    init(maximumLineBytes: Int = 4 << 20) { self.maximumLineBytes = maximumLineBytes }

    /// Takes more bytes; the events that they complete.
    mutating func append(_ bytes: some Sequence<UInt8>) throws(WireError) -> [[UInt8]] {
        var events: [[UInt8]] = []
        for byte in bytes {
            if byte == UInt8(ascii: "\n"), endsWithReturn {
                endsWithReturn = false
                continue
            }
            endsWithReturn = byte == UInt8(ascii: "\r")
            if byte == UInt8(ascii: "\n") || endsWithReturn {
                if let event = endLine() { events.append(event) }
            } else {
                guard line.count + data.count < maximumLineBytes else {
                    throw .upstream("an event of the upstream stream is too long")
                }
                line.append(byte)
            }
        }
        return events
    }

    private mutating func endLine() -> [UInt8]? {
        defer { line.removeAll(keepingCapacity: true) }
        if line.isEmpty {
            defer { (data, hasData) = ([], false) }
            return hasData ? data : nil
        }
        let field = Array("data:".utf8)
        guard line.starts(with: field) else { return nil }
        if hasData { data.append(UInt8(ascii: "\n")) }
        hasData = true
        let value = line.dropFirst(field.count)
        data += value.first == UInt8(ascii: " ") ? value.dropFirst() : value
        return nil
    }

    /// Whether nothing is left half read.
    var isBetweenEvents: Bool { line.isEmpty && !hasData }
}
