#if os(Linux)
    import Foundation
    import StrictJSON
    import Testing
    import Torch
    import TorchNN

    @testable import VisionLanguageModels

    @Suite("Loading", .serialized)
    struct LoadingMemoryTests {
        /// A checkpoint of 200 MB in float32, in shards of 40 MB, needs 100 MB as bfloat16. While it is loaded the process may
        /// grow by that and one shard; what is measured is the kernel's own high-water mark.
        @Test("takes the size of the model and one shard, not two models")
        func peak() throws {
            var config = LLaVAConfig()
            config.vision = .forAbsentKeys
            (config.vision.hiddenSize, config.vision.intermediateSize, config.vision.layerCount) = (64, 128, 2)
            config.vision.headCount = 2
            (config.text.vocabularySize, config.text.hiddenSize, config.text.intermediateSize) = (4096, 1024, 2816)
            (config.text.layerCount, config.text.headCount, config.text.keyValueHeadCount) = (3, 8, 8)
            (config.text.maximumPositions, config.imageTokenID) = (64, 4095)
            let outline = try ModelOutline(config)
            let (target, shard) = (outline.count * 2, 40_000_000)
            #expect((45_000_000...55_000_000).contains(outline.count))
            try withTemporaryFolder { folder in
                let start = try RandomStart(seed: 1)
                let deferred = outline.parameters.map { parameter in
                    DeferredTensor(parameter.name, byteCount: parameter.count * 4) {
                        try #require(
                            try start.tensor(named: parameter.name, shape: parameter.shape, initial: .normal(0.02)))
                    }
                }
                try Safetensors.writeSharded(deferred, to: folder, maximumShardBytes: shard)
                try Data(config.json.serialized().utf8).write(to: folder.appending(path: "config.json"))

                try "5".write(toFile: "/proc/self/clear_refs", atomically: false, encoding: .utf8)
                let before = try statusBytes("VmRSS")
                let model = try VisionLanguageModel.load(folder, dtype: .bfloat16)
                let grown = try statusBytes("VmHWM") - before
                #expect(model.parameters.elementCount == outline.count)
                // 16 MB of slack: the table of contents, rotary tables, the allocator's own.
                #expect(grown <= target + shard + 16_000_000, "grew by \(grown) for \(target)")
                #expect(grown >= target / 2, "the measurement sees nothing: \(grown)")
            }
        }

        private func statusBytes(_ key: String) throws -> Int {
            let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
            let line = try #require(status.split(separator: "\n").first { $0.hasPrefix(key + ":") })
            return try #require(line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }) * 1024
        }
    }
#endif
