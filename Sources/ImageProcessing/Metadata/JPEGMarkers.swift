/// Walks the marker segments of a JPEG file (ITU-T T.81, annex B) without decoding any of them.
///
/// What stands between segments, above all the compressed pixels behind each start of scan, is passed over; the walk
/// ends at the end of the image or of the bytes.
struct JPEGMarkers: Sequence, IteratorProtocol {
    struct Segment {
        let marker: UInt8
        /// What follows the segment's length field.
        let payload: ArraySlice<UInt8>
    }

    private static let startOfScan: UInt8 = 0xDA
    private static let endOfImage: UInt8 = 0xD9
    private static let application1: UInt8 = 0xE1

    private let reader: ByteReader
    private var offset = 2

    init(of bytes: [UInt8]) {
        reader = ByteReader(bytes: bytes[...])
    }

    /// The TIFF structure of the first EXIF segment before the first scan, or nil.
    static func exif(in bytes: [UInt8]) -> ArraySlice<UInt8>? {
        JPEGMarkers(of: bytes).lazy
            .prefix { $0.marker != startOfScan }
            .first { $0.marker == application1 && $0.payload.starts(with: "Exif\0\0".utf8) }?
            .payload.dropFirst(6)
    }

    /// How many scans the picture has: 1 to 4 in ordinary files, more in progressive ones.
    static func scanCount(of bytes: [UInt8]) -> Int {
        JPEGMarkers(of: bytes).lazy.filter { $0.marker == startOfScan }.count
    }

    mutating func next() -> Segment? {
        guard let marker = nextMarker(), marker != Self.endOfImage, let length = reader.uint16(at: offset), length >= 2,
            let payload = reader.slice(at: offset + 2, count: length - 2)
        else { return nil }
        offset += length
        return Segment(marker: marker, payload: payload)
    }

    /// Moves behind the next marker that has a segment or ends the image. 0xFF followed by zero is pixel data, by itself
    /// fill; restart markers (0xD0…0xD7), another start of image and TEM (0x01) have no segment.
    private mutating func nextMarker() -> UInt8? {
        while let prefix = reader.position(of: 0xFF, from: offset), let marker = reader.byte(at: prefix + 1) {
            offset = marker == 0xFF ? prefix + 1 : prefix + 2
            switch marker {
            case 0x00, 0x01, 0xD0...0xD8, 0xFF: continue
            default: return marker
            }
        }
        return nil
    }
}
