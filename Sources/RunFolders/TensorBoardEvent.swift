import Foundation

/// The few fields of TensorFlow's `Event` message that scalars need, in the wire format of protocol buffers.
enum TensorBoardEvent {
    /// The first event of every file: wall_time (1, double), file_version (3, string).
    static func fileVersion(at time: Date) -> [UInt8] {
        wallTime(time) + field(3, Array("brain.Event:2".utf8))
    }

    /// Tells TensorBoard to forget what it has of `step` and later: wall_time (1), step (2, int64),
    /// session_log (7) {status (1, enum): START = 1}.
    static func sessionStart(step: Int, at time: Date) -> [UInt8] {
        wallTime(time) + [2 << 3] + varint(UInt64(clamping: step)) + field(7, [1 << 3, 1])
    }

    /// wall_time (1), step (2), summary (5) of one value (1) {tag (1, string), simple_value (2, float)} a metric.
    static func scalars(_ metrics: [(name: String, value: Double)], step: Int, at time: Date) -> [UInt8] {
        let values = metrics.flatMap { metric in
            field(1, field(1, Array(metric.name.utf8)) + [2 << 3 | 5] + littleEndian(Float(metric.value).bitPattern))
        }
        return wallTime(time) + [2 << 3] + varint(UInt64(clamping: step)) + field(5, values)
    }

    /// A record of a TFRecord file: length (8 bytes), its masked CRC-32C, data, the data's masked CRC-32C.
    static func framed(_ data: [UInt8]) -> [UInt8] {
        let length = littleEndian(UInt64(data.count))
        return length + littleEndian(CRC32C.masked(length)) + data + littleEndian(CRC32C.masked(data))
    }

    private static func wallTime(_ time: Date) -> [UInt8] {
        [1 << 3 | 1] + littleEndian(time.timeIntervalSince1970.bitPattern)
    }

    /// A field of bytes: its number and wire type 2, its length, its content.
    private static func field(_ number: UInt8, _ content: [UInt8]) -> [UInt8] {
        [number << 3 | 2] + varint(UInt64(content.count)) + content
    }

    private static func varint(_ value: UInt64) -> [UInt8] {
        var rest = value
        var bytes: [UInt8] = []
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    private static func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
}
