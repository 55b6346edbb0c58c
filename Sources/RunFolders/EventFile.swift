import Foundation

/// Scalars in TensorBoard's own file format: framed records with masked CRC-32C, each a protocol buffer `Event`.
final class EventFile {
    private let handle: FileHandle

    /// A new file per start of a run, as TensorBoard expects; its name orders it after the earlier ones by step.
    init(in folder: URL, continuingAfter step: Int) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        if step == 0 { try Self.removeEvents(in: folder) }
        let digits = String(step)
        let stamp = String(repeating: "0", count: max(0, 10 - digits.count)) + digits
        let url = folder.appending(path: "events.out.tfevents.\(stamp).safe-rlhf-v")
        try Data().write(to: url)
        handle = try FileHandle(forWritingTo: url)
        try append(Event.fileVersion(at: Date()))
    }

    deinit { try? handle.close() }

    func record(step: Int, _ metrics: [String: Double], at time: Date) throws {
        guard !metrics.isEmpty else { return }
        try append(Event.scalars(metrics.sorted { $0.key < $1.key }, step: step, at: time))
    }

    private func append(_ event: [UInt8]) throws { try handle.write(contentsOf: Data(Self.framed(event))) }

    /// length (u64), CRC of the length, data, CRC of the data; little-endian.
    static func framed(_ data: [UInt8]) -> [UInt8] {
        let length = littleEndian(UInt64(data.count))
        return length + littleEndian(CRC32C.masked(length)) + data + littleEndian(CRC32C.masked(data))
    }

    private static func removeEvents(in folder: URL) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) where name.hasPrefix("events.out.tfevents.") {
            try FileManager.default.removeItem(at: folder.appending(path: name))
        }
    }
}

/// The few fields of TensorFlow's `Event` message that scalars need, encoded by hand.
enum Event {
    /// wall_time (1, double), file_version (3, string)
    static func fileVersion(at time: Date) -> [UInt8] {
        wallTime(time) + bytes(field: 3, Array("brain.Event:2".utf8))
    }

    /// wall_time (1, double), step (2, int64), summary (5) of value (1) {tag (1), simple_value (2, float)}
    static func scalars(_ metrics: [(key: String, value: Double)], step: Int, at time: Date) -> [UInt8] {
        let values = metrics.flatMap { metric in
            bytes(field: 1, bytes(field: 1, Array(metric.key.utf8)) + [0x15] + littleEndian(Float(metric.value).bitPattern))
        }
        return wallTime(time) + [0x10] + varint(UInt64(clamping: step)) + bytes(field: 5, values)
    }

    private static func wallTime(_ time: Date) -> [UInt8] { [0x09] + littleEndian(time.timeIntervalSince1970.bitPattern) }

    private static func bytes(field: UInt8, _ content: [UInt8]) -> [UInt8] {
        [field << 3 | 2] + varint(UInt64(content.count)) + content
    }

    private static func varint(_ value: UInt64) -> [UInt8] {
        var (rest, bytes) = (value, [UInt8]())
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7f) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }
}

func littleEndian<Number: FixedWidthInteger>(_ value: Number) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
}
