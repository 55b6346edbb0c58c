import Foundation
import Testing
import Torch

/// By law: what is written is read back, bit by bit.
@Suite("A safetensors file")
struct SafetensorsRoundTripTests {
    init() { Engine.threadCount = 1 }

    @Test("gives back every type bit by bit, NaN payloads included", arguments: DType.allCases)
    func everyType(dtype: DType) throws {
        var random = SplitMix64(state: 23)
        let upper: UInt8 = dtype == .bool ? 1 : .max
        let bytes = (0..<(6 * dtype.byteCount)).map { _ in UInt8.random(in: 0...upper, using: &random) }
        let header = #"{"x":{"dtype":"\#(code(dtype))","shape":[2,3],"data_offsets":[0,\#(bytes.count)]}}"#
        var file = RawSafetensors(header)
        file.data = bytes
        let tensor = try withFile(file.bytes) { try SafetensorsFile($0).tensor("x") }
        #expect(tensor.dtype == dtype)
        #expect(tensor.shape == [2, 3])
        #expect(try bits(tensor) == bytes)
    }

    private func code(_ dtype: DType) -> String {
        switch dtype {
        case .bool: "BOOL"
        case .uint8: "U8"
        case .int8: "I8"
        case .int32: "I32"
        case .int64: "I64"
        case .float16: "F16"
        case .bfloat16: "BF16"
        case .float32: "F32"
        case .float64: "F64"
        }
    }

    @Test("holds tensors without elements, without dimensions, and no tensor at all")
    func smallest() throws {
        try withTemporaryFile { url in
            let tensors = [("scalar", try Tensor([7] as [Float], shape: [])), ("empty", try Tensor.zeros([0, 3]))]
            try Safetensors.write(tensors, to: url)
            let file = try SafetensorsFile(url)
            #expect(Set(file.names) == ["scalar", "empty"])
            #expect(try file.tensor("scalar").item() == 7)
            #expect(try file.tensor("empty").shape == [0, 3])

            try Safetensors.write([], to: url)
            #expect(try SafetensorsFile(url).names.isEmpty)
        }
    }

    @Test("takes tensors as they lie: transposed, sliced, trained")
    func layouts() throws {
        try withTemporaryFile { url in
            let matrix = try Tensor([[1, 2, 3], [4, 5, 6]] as [[Float]]).requireGradient()
            try Safetensors.write(
                [("turned", matrix.transposed(0, 1)), ("column", matrix.sliced(1, 1..<2)), ("whole", matrix)], to: url)
            let file = try SafetensorsFile(url)
            #expect(try file.tensor("turned").rows() == [[1, 4], [2, 5], [3, 6]])
            #expect(try file.tensor("column").rows() == [[2], [5]])
            #expect(try file.tensor("whole").floats() == [1, 2, 3, 4, 5, 6])
            #expect(try !file.tensor("whole").requiresGradient)
        }
    }

    @Test("takes tensors of more than one piece", arguments: [2_097_151, 2_097_152, 2_097_153, 4_500_000])
    func pieces(count: Int) throws {
        try withTemporaryFile { url in
            // float32: 8 MiB are 2,097,152 elements. The numbers stay exact below 2²⁴.
            let tensor = try Tensor.range(count).to(.float32)
            try Safetensors.write([("x", tensor)], to: url)
            #expect(try SafetensorsFile(url).tensor("x").equals(tensor).allTrue())
        }
    }

    @Test("converts on the way in when asked")
    func conversion() throws {
        try withTemporaryFile { url in
            try Safetensors.write([("x", vector(1.5, -2))], to: url)
            let file = try SafetensorsFile(url)
            #expect(try file.tensor("x", dtype: .bfloat16).dtype == .bfloat16)
            #expect(try file.tensor("x", dtype: .float64, device: .cpu).values(as: Double.self) == [1.5, -2])
            #expect(throws: TorchError.self) { try file.tensor("x", device: .cuda(Device.cudaCount)) }
        }
    }

    @Test("tells names, shapes and types without reading tensors")
    func contents() throws {
        let file = try SafetensorsFile(SafetensorsGoldens.url("every_type.safetensors"))
        #expect(file.names.count == 12)
        #expect(file.shape(of: "int8") == [2, 1, 3])
        #expect(file.dtype(of: "größe.weight") == .float32)
        #expect(file.contains("bool") && !file.contains("boo"))
        #expect(file.shape(of: "boo") == nil && file.dtype(of: "boo") == nil)
        #expect(file.metadata == ["format": "pt"])
        #expect(file.dataByteCount == 198)
        let error = try #require(throws: SafetensorsError.self) { try file.tensor("boo") }
        #expect(error.place == #"tensor "boo""#)
    }

    @Test("is the same for the same contents, in whatever order they come")
    func determinism() throws {
        func bytes(_ tensors: [(name: String, tensor: Tensor)], _ metadata: [String: String]) throws -> Data {
            try withTemporaryFile { url in
                try Safetensors.write(tensors, metadata: metadata, to: url)
                return try Data(contentsOf: url)
            }
        }
        let tensors = try SafetensorsGoldens.everyType()
        let metadata = Dictionary(uniqueKeysWithValues: (0..<20).map { ("key \($0)", "value\n\($0)") })
        let first = try bytes(tensors, metadata)
        var random = SplitMix64(state: 5)
        for _ in 0..<5 { #expect(try bytes(tensors.shuffled(using: &random), metadata) == first) }
        #expect(try withFile([UInt8](first)) { try SafetensorsFile($0).metadata } == metadata)
    }

    @Test("lays every tensor at a multiple of its element size")
    func alignment() throws {
        try withTemporaryFile { url in
            for odd in 1...9 {
                try Safetensors.write(
                    [("b", Tensor.zeros([odd], dtype: .bool)), ("w", Tensor.ones([1], dtype: .float64)),
                     (String(repeating: "n", count: odd), Tensor.zeros([3], dtype: .bfloat16))], to: url)
                let bytes = [UInt8](try Data(contentsOf: url))
                let length = Int(bytes[0]) + Int(bytes[1]) << 8
                #expect(length % 8 == 0)
                #expect(bytes.count == 8 + length + 8 + 6 + odd)
            }
        }
    }

    @Test("keeps names apart that differ only in their Unicode spelling")
    func spelling() throws {
        try withTemporaryFile { url in
            try Safetensors.write([("caf\u{E9}", vector(1)), ("cafe\u{301}", vector(2))], to: url)
            let file = try SafetensorsFile(url)
            #expect(try file.tensor("caf\u{E9}").item() == 1)
            #expect(try file.tensor("cafe\u{301}").item() == 2)
        }
    }

    @Test("replaces the old one whole, and leaves it alone when writing fails")
    func replacement() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "x.safetensors")
            try Safetensors.write([("x", vector(1))], to: url)
            let open = try SafetensorsFile(url)
            #expect(throws: SafetensorsError.self) { try Safetensors.write([("x", vector(2)), ("x", vector(3))], to: url) }
            #expect(try SafetensorsFile(url).tensor("x").item() == 1)

            try Safetensors.write([("x", vector(4))], to: url)
            #expect(try SafetensorsFile(url).tensor("x").item() == 4)
            #expect(try open.tensor("x").item() == 1)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["x.safetensors"])
        }
    }

    @Test("is refused when it could not be read back", arguments: ["", "__metadata__", String(repeating: "n", count: 513)])
    func refusedNames(name: String) throws {
        try withTemporaryFile { url in
            let error = try #require(throws: SafetensorsError.self) { try Safetensors.write([(name, vector(1))], to: url) }
            #expect(error.reason == "a name has 1 to 512 bytes and is not __metadata__")
            #expect(!FileManager.default.fileExists(atPath: url.path))
        }
    }

    @Test("is refused beyond the limits of rank, count and header")
    func refusedSizes() throws {
        try withTemporaryFile { url in
            let one = try vector(1)
            #expect(throws: SafetensorsError.self) {
                try Safetensors.write([("x", one.reshaped([Int](repeating: 1, count: 9)))], to: url)
            }
            try Safetensors.write([("x", one.reshaped([Int](repeating: 1, count: 8)))], to: url)
            let two = [("a", one), ("b", one)]
            #expect(throws: SafetensorsError.self) {
                try Safetensors.write(two, to: url, limits: SafetensorsLimits(maximumTensors: 1))
            }
            #expect(throws: SafetensorsError.self) {
                try Safetensors.write(two, to: url, limits: SafetensorsLimits(maximumHeaderBytes: 100))
            }
        }
    }
}

/// By golden, in both directions.
@Suite("The reference library")
struct SafetensorsGoldenTests {
    init() { Engine.threadCount = 1 }

    @Test("wrote what is read here")
    func reading() throws {
        let file = try SafetensorsFile(SafetensorsGoldens.url("every_type.safetensors"))
        for (name, expected) in try SafetensorsGoldens.everyType() {
            let found = try file.tensor(name)
            #expect(found.signature == expected.signature)
            #expect(try bits(found) == bits(expected), "\(name)")
        }
        #expect(try SafetensorsFile(SafetensorsGoldens.url("nothing.safetensors")).names.isEmpty)
    }

    @Test("would write the same bytes")
    func writing() throws {
        try withTemporaryFile { url in
            try Safetensors.write(SafetensorsGoldens.everyType(), metadata: ["format": "pt"], to: url)
            let golden = try Data(contentsOf: SafetensorsGoldens.url("every_type.safetensors"))
            #expect(try Data(contentsOf: url) == golden)
        }
    }

    /// A Python that has safetensors and torch: the one named by SAFE_RLHF_V_PYTHON, or python3.
    private static let python: String? = {
        let named = ProcessInfo.processInfo.environment["SAFE_RLHF_V_PYTHON"]
        return [named, "/usr/bin/python3", "/usr/local/bin/python3"].compactMap { $0 }.first { path in
            FileManager.default.isExecutableFile(atPath: path) && (try? run(path, ["-c", "import safetensors.torch"])) != nil
        }
    }()

    @Test("reads what is written here", .enabled(if: python != nil, "no Python with safetensors; name one in SAFE_RLHF_V_PYTHON"))
    func pythonReads() throws {
        let script = """
            import sys; from safetensors import safe_open
            with safe_open(sys.argv[1], "pt") as f:
                print(f.metadata())
                for name in sorted(f.keys()):
                    t = f.get_tensor(name); print(name, t.dtype, list(t.shape), t.flatten().tolist())
            """
        let python = try #require(Self.python)
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "x.safetensors")
            try Safetensors.write(
                [("a", vector(1.5, -2)), ("b", Tensor([[true], [false]].map { $0 })), ("c", ids(1 << 40).to(.int64)),
                 ("d", vector(0.5).to(.bfloat16))], metadata: ["k": "v"], to: url)
            let printed = try Self.run(python, ["-c", script, url.path])
            #expect(printed == """
                {'k': 'v'}
                a torch.float32 [2] [1.5, -2.0]
                b torch.bool [2, 1] [True, False]
                c torch.int64 [1] [1099511627776]
                d torch.bfloat16 [1] [0.5]

                """)
        }
    }

    /// What the program printed; throws unless it ended well.
    private static func run(_ program: String, _ arguments: [String]) throws -> String {
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let printed = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
        return String(decoding: printed, as: UTF8.self)
    }
}
