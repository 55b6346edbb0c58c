import DurableFiles
import Foundation
import GGUF
import Tokenizers

/// Encodes and decodes texts on one core and prints the best of three rounds, in MB of CPU time.
@main
struct TokenizerBenchmark {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst().map { URL(filePath: $0) }
        guard let model = arguments.first, arguments.count > 1 else {
            print("usage: TokenizerBenchmark <model folder or GGUF file> <text file>…")
            exit(64)
        }
        let loading = cpuSeconds()
        let tokenizer = try model.pathExtension == "gguf" ? Tokenizer(GGUFFile(model)) : Tokenizer(directory: model)
        let loaded = cpuSeconds() - loading
        let texts = try arguments.dropFirst().map { String(decoding: try DurableFiles.read($0, limit: 1 << 28), as: UTF8.self) }
        let megabytes = Double(texts.reduce(0) { $0 + $1.utf8.count }) / 1e6

        var (ids, encoding, decoding) = ([[Int32]](), Double.infinity, Double.infinity)
        for _ in 0..<3 {
            encoding = min(encoding, seconds { ids = texts.map { tokenizer.encode($0, controlTokens: true, addSpecial: false) } })
            decoding = min(decoding, seconds { for row in ids { _ = tokenizer.decode(row, skipSpecial: false) } })
        }
        print(
            model.lastPathComponent, "load \(rounded(loaded)) s,", "\(rounded(megabytes)) MB, \(ids.reduce(0) { $0 + $1.count }) ids,",
            "encode \(rounded(megabytes / encoding)) MB/s,", "decode \(rounded(megabytes / decoding)) MB/s")
    }

    private static func seconds(_ body: () -> Void) -> Double {
        let start = cpuSeconds()
        body()
        return cpuSeconds() - start
    }

    /// CPU time of the process, which other programs on the machine do not change much.
    private static func cpuSeconds() -> Double { Double(clock()) / Double(CLOCKS_PER_SEC) }

    private static func rounded(_ number: Double) -> Double { (number * 100).rounded() / 100 }
}
