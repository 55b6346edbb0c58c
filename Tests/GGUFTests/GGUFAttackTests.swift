import DurableFiles
import Foundation
import GGUF
import Testing

/// Files that lie. Each is refused with a place and a reason, before memory is spent on what it claims.
@Suite("A hostile GGUF file")
struct GGUFAttackTests {
    @Test("with another beginning is refused")
    func beginnings() throws {
        var raw = RawGGUF.valid
        raw.magic = Array("GGML".utf8)
        #expect(try refusal(of: raw).reason.contains("expected GGUF"))
        raw = .valid
        raw.version = 1
        #expect(try refusal(of: raw).reason.contains("version 1, read are 2 and 3"))
        raw.version = UInt32(3).byteSwapped
        #expect(try refusal(of: raw).reason.contains("big-endian"))
        for count in [0, 3, 4, 8, 23] {
            _ = try withFile(Array(RawGGUF.valid.bytes.prefix(count))) { url in
                #expect(throws: GGUFError.self) { try GGUFFile(url) }
            }
        }
    }

    @Test("with counts that cannot be is refused before anything is allocated", arguments: [1 << 40, UInt64.max, 5000])
    func counts(count: UInt64) throws {
        var raw = RawGGUF.valid
        raw.statedTensors = count
        #expect(try refusal(of: raw).place == "header")
        raw = .valid
        raw.statedKeys = count
        #expect(try refusal(of: raw).place == "header")
        raw = .valid
        raw.metadata.append(key("big", 9, little(UInt32(10)) + little(count)))
        #expect(try refusal(of: raw).place == #"metadata "big""#)
        raw = .valid
        raw.metadata.append(key("long", 8, little(count)))
        #expect(try refusal(of: raw).place == #"metadata "long""#)
        raw = .valid
        raw.metadata.append(little(count))
        #expect(try refusal(of: raw).place == "metadata")
    }

    @Test("whose metadata is not in order is refused")
    func metadata() throws {
        let wrong: [([UInt8], String)] = [
            (key("answer", 4, little(UInt32(1))), "occurs twice"), (key("t", 13, []), "has type 13"),
            (key("b", 7, [2]), "byte 2"), (key("s", 8, little(UInt64(2)) + [0xC3, 0x28]), "not valid UTF-8"),
            (key("general.alignment", 4, little(UInt32(24))), "power of two"),
            (key("general.alignment", 4, little(UInt32(0))), "power of two"),
            (key("general.alignment", 8, text("32")), "found string"),
            (key("split.count", 2, little(UInt16(3))), "3 files"),
            (key("n", 9, (0..<5).flatMap { _ in little(UInt32(9)) + little(UInt64(1)) }), "arrays inside arrays"),
        ]
        for (entry, reason) in wrong {
            var raw = RawGGUF.valid
            raw.metadata.append(entry)
            #expect(try refusal(of: raw).reason.contains(reason), "\(reason)")
        }
    }

    @Test("whose tensors are not in order is refused")
    func tensors() throws {
        let wrong: [([UInt8], String)] = [
            (tensor("a", [32], type: 8, offset: 32), "occurs twice"),
            (tensor("", [32], type: 8, offset: 32), "no name"),
            (tensor("b", [32], type: 4, offset: 32), "type 4"),
            (tensor("b", [31], type: 8, offset: 32), "whole number of blocks"),
            (tensor("b", [0], type: 0, offset: 32), "a size is 0"),
            (tensor("b", [32], type: 8, offset: 33), "multiple of 32"),
            (tensor("b", [32], type: 8, offset: 0), "another tensor's"),
            (tensor("b", [64], type: 8, offset: 32), "cut off"),
            (tensor("b", [32], type: 8, offset: 1 << 62), "cut off"),
            (tensor("b", [32], type: 8, offset: .max), "overflows"),
            (tensor("b", [1 << 40, 1 << 40], type: 0, offset: 32), "overflow"),
            (tensor("b", [UInt64(Int.max)], type: 0, offset: 32), "overflow"),
            (tensor("b", [.max], type: 0, offset: 32), "a size is"),
            (tensor("b", [1, 1, 1, 1, 1], type: 0, offset: 32), "5 dimensions"),
        ]
        for (entry, reason) in wrong {
            var raw = RawGGUF.valid
            raw.tensors[1] = entry
            let error = try refusal(of: raw)
            #expect(error.reason.contains(reason), "\(error), expected \(reason)")
        }
    }

    @Test("is held to the limits of the caller")
    func limits() throws {
        let lower: [(WritableKeyPath<GGUFLimits, Int>, Int)] = [
            (\.maximumTensors, 1), (\.maximumMetadataKeys, 2), (\.maximumArrayElements, 1), (\.maximumHeaderBytes, 40),
            (\.maximumKeyBytes, 4), (\.maximumTextBytes, 4), (\.maximumNameBytes, 0), (\.maximumRank, 1),
        ]
        for (limit, value) in lower {
            var limits = GGUFLimits()
            limits[keyPath: limit] = value
            #expect(throws: GGUFError.self, "\(limit)") {
                try withFile(RawGGUF.valid.bytes) { try GGUFFile($0, limits: limits) }
            }
        }
        #expect(throws: Never.self) { try withFile(RawGGUF.valid.bytes) { try GGUFFile($0) } }
    }

    @Test("of one gigabyte of claims in a file of some bytes costs nothing")
    func names() throws {
        var raw = RawGGUF.valid
        raw.metadata.append(key("texts", 9, little(UInt32(8)) + little(UInt64(1)) + little(UInt64(1) << 30)))
        #expect(try refusal(of: raw).reason.contains("at most"))
    }

    /// By law: a file with changed bytes either opens, and then every readable tensor can be read, or is refused with one
    /// of the two typed errors. Nothing traps.
    @Test("with changed, missing or added bytes never ends the program")
    func damage() throws {
        let valid = RawGGUF.valid.bytes
        var draw = Draw(state: 11)
        for round in 0..<3000 {
            var bytes = valid
            for _ in 0...draw.next(4) {
                switch draw.next(4) {
                case 0: bytes[draw.next(bytes.count)] = UInt8(draw.next(256))
                case 1: bytes[draw.next(bytes.count)] ^= 1 << UInt8(draw.next(8))
                case 2: bytes.insert(UInt8(draw.next(256)), at: draw.next(bytes.count))
                default: bytes.removeLast(min(bytes.count - 1, draw.next(40)))
                }
            }
            try withFile(bytes) { url in
                do {
                    let file = try GGUFFile(url)
                    for tensor in file.tensors where tensor.type.isReadable {
                        #expect(try file.values(of: tensor).count == tensor.count)
                    }
                } catch let error as GGUFError {
                    #expect(!error.place.isEmpty && !error.reason.isEmpty)
                } catch {
                    #expect(error is FileError, "round \(round): \(error)")
                }
            }
        }
    }
}
