import DurableFiles

/// What stands before the data of a GGUF file: version, metadata, and the table of tensors. Everything in it is doubted.
///
/// All numbers are little-endian: `GGUF`, version (u32), tensors (u64), keys (u64); every key as text, type (u32) and
/// value; every tensor as name, rank (u32), sizes (u64 each, the fastest first), type (u32) and offset (u64, from the
/// beginning of the data). The data begins at the next multiple of `general.alignment`, 32 without that key.
struct GGUFHeader {
    let version: Int
    let metadata: [(key: String, value: GGUFValue)]
    let tensors: [GGUFTensor]

    init(_ file: RandomAccessFile, _ limits: GGUFLimits) throws {
        var bytes = GGUFByteReader(file, limits)
        version = try bytes.version()
        let tensorCount = try bytes.count("header", atMost: limits.maximumTensors, "tensors", minimumByteCount: 24)
        let keyCount = try bytes.count(
            "header", atMost: limits.maximumMetadataKeys, "keys of metadata", minimumByteCount: 12)
        metadata = try bytes.metadata(keyCount)
        let alignment = try Self.alignment(metadata, file.path)
        var table: [GGUFTensor] = []
        for _ in 0..<tensorCount { table.append(try bytes.tensor()) }
        tensors = try GGUFTensorTable(table, alignment: alignment, dataStart: bytes.position, file).tensors
    }

    private static func alignment(_ metadata: [(key: String, value: GGUFValue)], _ file: String) throws(GGUFError)
        -> Int
    {
        let key = "general.alignment"
        guard let value = metadata.first(where: { $0.key == key })?.value else { return 32 }
        guard let alignment = value.integer, (1...1 << 20).contains(alignment), alignment & (alignment - 1) == 0 else {
            throw GGUFError(
                file: file, place: "metadata \(quoted(key))",
                reason: "found \(value.integer.map(String.init) ?? value.kind), expected a power of two up to 1048576")
        }
        return alignment
    }
}

extension GGUFByteReader {
    fileprivate mutating func version() throws -> Int {
        let magic = try bytes(4, "header")
        guard magic == Array("GGUF".utf8) else {
            throw error("header", "begins with the bytes \(magic), expected GGUF")
        }
        let version = try uint32("header")
        if version & 0xFFFF == 0 {
            throw error("header", "the file is big-endian; convert it to little-endian with the gguf tools")
        }
        guard (2...3).contains(version) else {
            throw error("header", "version \(version), read are 2 and 3; convert the model again with current tools")
        }
        return Int(version)
    }

    fileprivate mutating func metadata(_ count: Int) throws -> [(key: String, value: GGUFValue)] {
        var metadata: [(key: String, value: GGUFValue)] = []
        var seen: Set<[UInt8]> = []
        for _ in 0..<count {
            let key = try text("metadata", atMost: limits.maximumKeyBytes)
            let place = "metadata \(quoted(key))"
            guard seen.insert(Array(key.utf8)).inserted else { throw error(place, "the key occurs twice") }
            let type = try valueType(place)
            metadata.append((key, try value(type, place, depth: 0)))
        }
        return metadata
    }

    private mutating func valueType(_ place: String) throws -> GGUFValueType {
        let code = try uint32(place)
        guard let type = GGUFValueType(rawValue: code) else {
            throw error(place, "has type \(code), expected 0 to 12")
        }
        return type
    }

    private mutating func value(_ type: GGUFValueType, _ place: String, depth: Int) throws -> GGUFValue {
        switch type {
        case .uint8: return .integer(Int64(try uint8(place)))
        case .int8: return .integer(Int64(Int8(bitPattern: try uint8(place))))
        case .uint16: return .integer(Int64(try uint16(place)))
        case .int16: return .integer(Int64(Int16(bitPattern: try uint16(place))))
        case .uint32: return .integer(Int64(try uint32(place)))
        case .int32: return .integer(Int64(Int32(bitPattern: try uint32(place))))
        case .uint64:
            let value = try uint64(place)
            return Int64(exactly: value).map(GGUFValue.integer) ?? .unsigned(value)
        case .int64: return .integer(Int64(bitPattern: try uint64(place)))
        case .float32: return .number(Double(Float(bitPattern: try uint32(place))))
        case .float64: return .number(Double(bitPattern: try uint64(place)))
        case .bool:
            let byte = try uint8(place)
            guard byte <= 1 else { throw error(place, "a boolean is the byte \(byte), expected 0 or 1") }
            return .bool(byte == 1)
        case .string: return .string(try text(place, atMost: limits.maximumTextBytes))
        case .array: return .array(try array(place, depth: depth))
        }
    }

    private mutating func array(_ place: String, depth: Int) throws -> [GGUFValue] {
        guard depth < limits.maximumArrayDepth else {
            throw error(place, "arrays inside arrays, at most \(limits.maximumArrayDepth) deep are read")
        }
        let type = try valueType(place)
        let count = try count(
            place, atMost: limits.maximumArrayElements - arrayElements, "elements",
            minimumByteCount: type.minimumByteCount)
        arrayElements += count
        var elements: [GGUFValue] = []
        elements.reserveCapacity(count)
        for _ in 0..<count { elements.append(try value(type, place, depth: depth + 1)) }
        return elements
    }

    fileprivate mutating func tensor() throws -> GGUFTensor {
        let name = try text("tensor table", atMost: limits.maximumNameBytes)
        let place = "tensor \(quoted(name))"
        guard !name.isEmpty else { throw error(place, "has no name") }
        let rank = try uint32(place)
        guard rank <= UInt32(clamping: limits.maximumRank) else {
            throw error(place, "\(rank) dimensions, at most \(limits.maximumRank) are read")
        }
        var sizes: [Int] = []
        for _ in 0..<rank {
            let size = try uint64(place)
            guard let size = Int(exactly: size), size > 0 else { throw error(place, "a size is \(size)") }
            sizes.append(size)
        }
        let code = try uint32(place)
        guard let type = GGUFTensorType(rawValue: code) else {
            throw error(place, "has type \(code), which is not known; read are \(GGUFTensorType.readableNames)")
        }
        let offset = try uint64(place)
        guard let begin = Int(exactly: offset) else { throw error(place, "its offset \(offset) overflows") }
        guard let count = byteCount(sizes, type) else {
            throw error(
                place, "\(type.name) \(sizes.reversed() as [Int]): sizes overflow or hold no whole number of blocks")
        }
        let (end, overflows) = begin.addingReportingOverflow(count)
        guard !overflows else { throw error(place, "its offset \(offset) overflows") }
        return GGUFTensor(name: name, type: type, shape: sizes.reversed(), bytes: begin..<end)
    }

    /// Bytes of a tensor; nil when they overflow or a row is not a whole number of blocks.
    private func byteCount(_ sizes: [Int], _ type: GGUFTensorType) -> Int? {
        let block = type.block
        guard (sizes.first ?? 1) % block.elements == 0 else { return nil }
        var blocks = 1
        for (index, size) in sizes.enumerated() {
            let (next, overflows) = blocks.multipliedReportingOverflow(by: index == 0 ? size / block.elements : size)
            if overflows { return nil }
            blocks = next
        }
        let (bytes, overflows) = blocks.multipliedReportingOverflow(by: max(block.bytes, block.elements * 4))
        return overflows ? nil : bytes / max(block.bytes, block.elements * 4) * block.bytes
    }
}

/// The table of tensors as a whole: every tensor once, aligned, inside the file, on bytes of its own.
private struct GGUFTensorTable {
    let tensors: [GGUFTensor]

    init(_ table: [GGUFTensor], alignment: Int, dataStart position: Int, _ file: RandomAccessFile) throws(GGUFError) {
        let start = position + (alignment - position % alignment) % alignment
        var (names, end): (Set<[UInt8]>, Int) = ([], start)
        var tensors: [GGUFTensor] = []
        for var tensor in table.sorted(by: { $0.bytes.lowerBound < $1.bytes.lowerBound }) {
            func error(_ reason: String) -> GGUFError {
                GGUFError(file: file.path, place: "tensor \(quoted(tensor.name))", reason: reason)
            }
            guard names.insert(Array(tensor.name.utf8)).inserted else { throw error("the name occurs twice") }
            guard tensor.bytes.lowerBound % alignment == 0 else {
                throw error("its offset \(tensor.bytes.lowerBound) is no multiple of \(alignment)")
            }
            guard tensor.bytes.upperBound <= file.byteCount - start else {
                throw error(
                    "ends at byte \(tensor.bytes.upperBound) of the data, which has \(max(0, file.byteCount - start)): "
                        + "the file is cut off or its table is wrong")
            }
            tensor.bytes = start + tensor.bytes.lowerBound..<start + tensor.bytes.upperBound
            guard tensor.bytes.lowerBound >= end else { throw error("its bytes are also another tensor's") }
            end = tensor.bytes.upperBound
            tensors.append(tensor)
        }
        self.tensors = tensors
    }
}
