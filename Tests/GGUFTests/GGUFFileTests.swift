import Foundation
import GGUF
import StrictJSON
import Testing

@Suite("A GGUF file")
struct GGUFFileTests {
    /// By hand.
    @Test("gives its metadata, its table and its values", arguments: [2, 3] as [UInt32])
    func valid(version: UInt32) throws {
        var raw = RawGGUF.valid
        raw.version = version
        try withFile(raw.bytes) { url in
            let file = try GGUFFile(url)
            #expect(file.version == Int(version))
            #expect(file["general.architecture"] == .string("llama"))
            #expect(file["answer"]?.integer == 42)
            #expect(file["list"] == .array([.string("x"), .string("y")]))
            #expect(file["nothing"] == nil)
            #expect(file.tensors.map(\.name) == ["a", "b"])
            let (a, b) = (try #require(file.tensor("a")), try #require(file.tensor("b")))
            #expect((a.shape, a.type, a.count) == ([2, 3], .f32, 6))
            #expect(try file.values(of: a) == [0, 1, 2, 3, 4, 5])
            #expect(try file.values(of: b) == (0..<32).map(Float.init))
        }
    }

    /// By hand: the second tensor lies at a multiple of 64 because the file says so.
    @Test("obeys its own alignment")
    func alignment() throws {
        var raw = RawGGUF.valid
        raw.alignment = 64
        raw.metadata.append(key("general.alignment", 4, little(UInt32(64))))
        raw.tensors[1] = tensor("b", [32], type: 8, offset: 64)
        raw.data.insert(contentsOf: [UInt8](repeating: 0, count: 32), at: 32)
        try withFile(raw.bytes) { url in
            let file = try GGUFFile(url)
            #expect(try file.values(of: #require(file.tensor("b"))) == (0..<32).map(Float.init))
        }
    }

    @Test("with blocks that are not read can be looked at, and says so when they are asked for")
    func unreadable() throws {
        var raw = RawGGUF.valid
        raw.tensors[1] = tensor("b", [256], type: 10, offset: 32)
        raw.data += [UInt8](repeating: 0, count: 84)
        try withFile(raw.bytes) { url in
            let file = try GGUFFile(url)
            let b = try #require(file.tensor("b"))
            #expect(b.type == .q2_K && !b.type.isReadable)
            let error = try #require(throws: GGUFError.self) { try file.values(of: b) }
            #expect(error.place == #"tensor "b""#)
            #expect(error.reason.contains("Q2_K is not read here; read are F32, F16, Q4_0"))
        }
    }

    @Test("that becomes shorter gives an error")
    func shortened() throws {
        try withFile(RawGGUF.valid.bytes) { url in
            let file = try GGUFFile(url)
            let handle = try FileHandle(forWritingTo: url)
            try handle.truncate(atOffset: UInt64(RawGGUF.valid.bytes.count - 1))
            #expect(try file.values(of: #require(file.tensor("a"))).count == 6)
            #expect(throws: GGUFError.self) { try file.values(of: #require(file.tensor("b"))) }
        }
    }
}

/// By golden: `Tests/Goldens/record_gguf.py`.
@Suite("GGUF, as its own package has it")
struct GGUFGoldenTests {
    static let folder = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Goldens/gguf")

    @Test("metadata of every type")
    func metadata() throws {
        let file = try GGUFFile(Self.folder.appending(path: "blocks.gguf"))
        let expected: [(String, GGUFValue)] = [
            ("test.uint8", .integer(200)), ("test.int8", .integer(-100)), ("test.uint16", .integer(60000)),
            ("test.int16", .integer(-30000)), ("test.uint32", .integer(4_000_000_000)),
            ("test.int32", .integer(-2_000_000_000)), ("test.uint64", .unsigned(.max)), ("test.int64", .integer(.min)),
            ("test.float32", .number(Double(Float(0.1)))), ("test.float64", .number(0.1)), ("test.bool", .bool(true)),
            ("test.string", .string("é 你好 \n")), ("test.texts", .array([.string("a"), .string(""), .string("ü")])),
            ("test.integers", .array([.integer(1), .integer(-2), .integer(3)])),
        ]
        for (name, value) in expected { #expect(file[name] == value, "\(name)") }
    }

    @Test("every type's values, bit for bit, random blocks and the edges of float16 scales")
    func blocks() throws {
        let file = try GGUFFile(Self.folder.appending(path: "blocks.gguf"))
        let recorded = try JSONValue(parsing: [UInt8](Data(contentsOf: Self.folder.appending(path: "values.json"))))
        let tensors = try #require(recorded["tensors"]?.object)
        #expect(Set(tensors.keys) == Set(GGUFTensorType.allCases.filter(\.isReadable).map { "test." + $0.name }))
        for (name, golden) in tensors.members {
            let tensor = try #require(file.tensor(name))
            let values = try file.values(of: tensor)
            #expect(tensor.shape == golden["shape"]?.array?.compactMap(\.integer), "\(name)")
            #expect(values.prefix(4).map(Double.init) == golden["first"]?.array?.compactMap(\.number), "\(name)")
            #expect(hash(of: values) == golden["bits"]?.string, "\(name)")
        }
    }

    /// FNV-1a over the values' bytes, as the recording script has it.
    private func hash(of values: [Float]) -> String {
        var state: UInt64 = 0xCBF2_9CE4_8422_2325
        for value in values {
            for byte in little(value.bitPattern) { state = (state ^ UInt64(byte)) &* 0x100_0000_01B3 }
        }
        let digits = String(state, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
