import DurableFiles
import Foundation
import Testing
import Torch

@Suite("Weights in several files")
struct ShardedSafetensorsTests {
    init() { Engine.threadCount = 1 }

    /// Four vectors of 8, 8, 4 and 40 bytes.
    private func tensors() throws -> [(name: String, tensor: Tensor)] {
        [("a", try vector(1, 2)), ("b", try vector(3, 4)), ("c", try vector(5)), ("d", try Tensor.full([10], 6))]
    }

    private func names(in folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    @Test("are filled one after the other, never beyond the limit but for a single larger tensor")
    func split() throws {
        try withTemporaryFolder { folder in
            try Safetensors.writeSharded(tensors(), to: folder, maximumShardBytes: 16)
            #expect(try names(in: folder) == [
                "model-00001-of-00003.safetensors", "model-00002-of-00003.safetensors", "model-00003-of-00003.safetensors",
                "model.safetensors.index.json",
            ])
            let shards = try (1...3).map { number in
                try SafetensorsFile(folder.appending(path: "model-0000\(number)-of-00003.safetensors"))
            }
            #expect(shards.map(\.names) == [["a", "b"], ["c"], ["d"]])
            #expect(shards.allSatisfy { $0.metadata == ["format": "pt"] })
            #expect(try String(contentsOf: folder.appending(path: "model.safetensors.index.json"), encoding: .utf8) == """
                {
                  "metadata": {
                    "total_size": 60
                  },
                  "weight_map": {
                    "a": "model-00001-of-00003.safetensors",
                    "b": "model-00001-of-00003.safetensors",
                    "c": "model-00002-of-00003.safetensors",
                    "d": "model-00003-of-00003.safetensors"
                  }
                }

                """)
        }
    }

    @Test("are read as one", arguments: [1, 16, 20, 60, 61, 5_000_000_000])
    func roundTrip(maximumShardBytes: Int) throws {
        try withTemporaryFolder { folder in
            try Safetensors.writeSharded(tensors(), to: folder, maximumShardBytes: maximumShardBytes)
            let read = try ShardedSafetensors(folder)
            #expect(read.names.sorted() == ["a", "b", "c", "d"])
            #expect(read.unlisted.isEmpty)
            for (name, tensor) in try tensors() {
                #expect(try read.tensor(name).floats() == tensor.floats())
                #expect(read.shape(of: name) == tensor.shape)
                #expect(read.dtype(of: name) == .float32)
                #expect(read.contains(name))
            }
            #expect(!read.contains("e") && read.shape(of: "e") == nil)
            #expect(throws: SafetensorsError.self) { try read.tensor("e") }
            #expect(try read.tensor("a", dtype: .bfloat16).dtype == .bfloat16)
            let isSingle = maximumShardBytes >= 60
            #expect(try (names(in: folder) == ["model.safetensors"]) == isSingle)
            #expect(read.path.hasSuffix(isSingle ? "model.safetensors" : "model.safetensors.index.json"))
        }
    }

    @Test("are opened by folder, by index or by file")
    func ways() throws {
        try withTemporaryFolder { folder in
            try Safetensors.writeSharded(tensors(), to: folder, maximumShardBytes: 16)
            #expect(try ShardedSafetensors(folder.appending(path: "model.safetensors.index.json")).names.count == 4)
            #expect(try ShardedSafetensors(folder.appending(path: "model-00001-of-00003.safetensors")).names == ["a", "b"])
        }
    }

    @Test("are not written over other weights, nor with a name twice")
    func refusals() throws {
        try withTemporaryFolder { folder in
            try Safetensors.writeSharded(tensors(), to: folder)
            let error = try #require(throws: SafetensorsError.self) { try Safetensors.writeSharded(tensors(), to: folder) }
            #expect(error.reason == "already holds model.safetensors; write into a new folder")
        }
        try withTemporaryFolder { folder in
            #expect(throws: SafetensorsError.self) {
                try Safetensors.writeSharded([("a", vector(1)), ("a", vector(2))], to: folder, maximumShardBytes: 4)
            }
            let left = try names(in: folder)
            #expect(!left.contains("model.safetensors.index.json"))
        }
    }

    @Test("are published as a whole or not at all")
    func publishing() throws {
        try withTemporaryFolder { folder in
            let model = folder.appending(path: "model")
            try DurableFiles.publishDirectory(at: model) {
                try Safetensors.writeSharded(tensors(), to: $0, maximumShardBytes: 16)
            }
            #expect(try ShardedSafetensors(model).tensor("d").sum().item() == 60)
        }
    }
}

@Suite("An index of weights")
struct ShardIndexTests {
    init() { Engine.threadCount = 1 }

    /// The error of an index with these contents beside `one.safetensors`, which holds `a` and `b`.
    private func refusal(_ index: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> SafetensorsError {
        var error: SafetensorsError?
        try withIndex(index) { folder in
            error = #expect(throws: SafetensorsError.self, sourceLocation: sourceLocation) { try ShardedSafetensors(folder) }
        }
        return try #require(error, sourceLocation: sourceLocation)
    }

    private func withIndex(_ index: String, _ body: (URL) throws -> Void) throws {
        try withTemporaryFolder { outside in
            let folder = outside.appending(path: "model")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            for name in ["one.safetensors", "../one.safetensors", ".hidden.safetensors"] {
                try Safetensors.write([("a", vector(1)), ("b", vector(2))], to: folder.appending(path: name))
            }
            try Data(index.utf8).write(to: folder.appending(path: "model.safetensors.index.json"))
            try body(folder)
        }
    }

    @Test("must name plain files of its own folder", arguments: [
        "../one.safetensors", "/etc/passwd", "./one.safetensors", "sub/one.safetensors", "..", "", ".hidden.safetensors",
        "one.bin", "..\\\\one.safetensors", "one.safetensors\\u0000", "file:///one.safetensors", "one\\n.safetensors",
    ])
    func pathTricks(shard: String) throws {
        let error = try refusal(#"{"weight_map":{"a":"\#(shard)"}}"#)
        #expect(error.place == #"weight_map "a""#)
        #expect(error.reason.hasPrefix("expected the name of a .safetensors file in the same folder, found"))
    }

    @Test("must be strict JSON with a map of names", arguments: [
        "", "[]", "{}", #"{"weight_map":[]}"#, #"{"weight_map":{"a":1}}"#, #"{"weight_map":{"a":"one.safetensors",}}"#,
        #"{"weight_map":{"a":"one.safetensors","a":"one.safetensors"}}"#,
    ])
    func malformed(index: String) throws {
        _ = try refusal(index)
    }

    @Test("must not promise what its files do not hold")
    func broken() throws {
        let error = try refusal(#"{"weight_map":{"a":"one.safetensors","z":"one.safetensors"}}"#)
        #expect(error.place == #"weight_map "z""#)
        #expect(error.reason == #""one.safetensors" does not hold it"#)
        try withIndex(#"{"weight_map":{"a":"two.safetensors"}}"#) { folder in
            #expect(throws: FileError.self) { try ShardedSafetensors(folder) }
        }
    }

    @Test("reports what its files hold beyond it")
    func unlisted() throws {
        try withIndex(#"{"metadata":{"total_size":1.5},"weight_map":{"a":"one.safetensors"}}"#) { folder in
            let read = try ShardedSafetensors(folder)
            #expect(read.names == ["a"])
            #expect(read.unlisted.map(\.name) == ["b"])
            #expect(read.unlisted.map(\.file) == ["one.safetensors"])
            #expect(throws: SafetensorsError.self) { try read.tensor("b") }
        }
    }

    @Test("may name 512 files and no more")
    func limits() throws {
        let map = (0..<3).map { #""\#($0)":"\#($0).safetensors""# }.joined(separator: ",")
        try withTemporaryFolder { folder in
            for number in 0..<3 {
                try Safetensors.write([("\(number)", vector(1))], to: folder.appending(path: "\(number).safetensors"))
            }
            try Data(#"{"weight_map":{\#(map)}}"#.utf8).write(to: folder.appending(path: "model.safetensors.index.json"))
            #expect(try ShardedSafetensors(folder, limits: SafetensorsLimits(maximumShards: 3)).names.count == 3)
            let error = try #require(throws: SafetensorsError.self) {
                try ShardedSafetensors(folder, limits: SafetensorsLimits(maximumShards: 2))
            }
            #expect(error.reason == "3 files, at most 2 are read")
            #expect(SafetensorsLimits.default.maximumShards == 512)
        }
    }

    @Test("is not there: the folder says so, and what to do about pickled weights")
    func nothing() throws {
        try withTemporaryFolder { folder in
            var error = try #require(throws: SafetensorsError.self) { try ShardedSafetensors(folder) }
            #expect(error.reason == "holds neither model.safetensors nor model.safetensors.index.json")
            try Data([0x50, 0x4B]).write(to: folder.appending(path: "pytorch_model.bin"))
            error = try #require(throws: SafetensorsError.self) { try ShardedSafetensors(folder) }
            #expect(error.file.hasSuffix("pytorch_model.bin"))
            #expect(error.reason.contains("save_pretrained(folder, safe_serialization=True)"))
        }
    }
}
