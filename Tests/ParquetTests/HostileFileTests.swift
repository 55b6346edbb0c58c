import Foundation
import Parquet
import Testing

@Suite("Hostile and broken files")
struct HostileFileTests {
    let folder: TemporaryFolder
    let good: [UInt8]

    init() throws {
        folder = try TemporaryFolder()
        try write((0..<7).map(everyRow), everyColumn, to: folder.file("good.parquet"), groupRows: 4)
        good = try [UInt8](Data(contentsOf: folder.file("good.parquet")))
    }

    private func rowsOrError(_ bytes: [UInt8], _ limits: ParquetLimits = .default) throws -> Result<Int, any Error> {
        let file = folder.file("bad.parquet")
        try Data(bytes).write(to: file)
        return Result { try rows(of: file, limits: limits).count }
    }

    @Test("a file cut short anywhere is an error")
    func truncated() throws {
        for count in stride(from: 0, to: good.count, by: 7) {
            guard case .failure(let error) = try rowsOrError(Array(good.prefix(count))) else {
                Issue.record("read a file cut to \(count) bytes")
                continue
            }
            #expect(error is ParquetError)
        }
    }

    @Test("random bytes are an error, framed as Parquet or not")
    func randomBytes() throws {
        var random = SplitMix(seed: 1)
        for count in 0..<200 {
            let noise = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            let mark = Array("PAR1".utf8)
            let length = [UInt8(count), 0, 0, 0]
            for bytes in [noise, mark + noise + length + mark] {
                guard case .failure(let error) = try rowsOrError(bytes) else {
                    Issue.record("read \(count) random bytes")
                    continue
                }
                #expect(error is ParquetError)
            }
        }
    }

    @Test("a changed byte gives an error or values, never a crash")
    func mutated() throws {
        var random = SplitMix(seed: 2)
        for _ in 0..<400 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                bytes[place] = UInt8.random(in: 0...255, using: &random)
            }
            if case .failure(let error) = try rowsOrError(bytes) { #expect(error is ParquetError) }
        }
    }

    @Test("a damaged page is noticed by its checksum")
    func checksum() throws {
        let text = String(repeating: "abcdefgh", count: 8)
        try write([[.string(text)]], [ParquetColumn("text", .string)], to: folder.file("good.parquet"))
        var bytes = try [UInt8](Data(contentsOf: folder.file("good.parquet")))
        let place = try #require(bytes.firstRange(of: Array("abcdefgh".utf8))).lowerBound
        bytes[place] = UInt8(ascii: "X")
        guard case .failure(let error) = try rowsOrError(bytes) else {
            Issue.record("read a damaged page")
            return
        }
        #expect("\(error)".contains("row group 0"))
    }

    @Test("folders, pipes and missing files are errors, without waiting")
    func irregular() throws {
        mkfifo(folder.file("pipe").path, 0o600)
        for name in ["", "pipe", "none"] {
            #expect {
                _ = try ParquetFile(url: folder.file(name))
            } throws: { error in
                if case ParquetError.unreadable = error { true } else { false }
            }
        }
    }

    @Test("a row group of more rows than allowed is refused, one at the limit is read")
    func rowLimit() throws {
        var limits = ParquetLimits()
        for (limit, isAllowed) in [(3, false), (4, true), (5, true)] {
            limits.rowGroupRows = limit
            let result = try rowsOrError(good, limits)
            #expect((try? result.get()) == (isAllowed ? 7 : nil))
        }
    }

    @Test("a footer of more bytes than allowed is refused, one at the limit is read")
    func footerLimit() throws {
        let length = good.suffix(8).prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
        var limits = ParquetLimits()
        for (limit, isAllowed) in [(length - 1, false), (length, true), (length + 1, true)] {
            limits.footerBytes = limit
            let result = try rowsOrError(good, limits)
            #expect((try? result.get()) == (isAllowed ? 7 : nil))
        }
    }

    @Test("pages that decode to more than the memory allowed are refused")
    func bomb() throws {
        let zeros = [UInt8](repeating: 0, count: 8 << 20)
        let file = folder.file("bomb.parquet")
        try write([[.image(ParquetImage(bytes: zeros))]], [ParquetColumn("image", .image)], to: file)
        #expect(try Data(contentsOf: file).count < 64 << 10)
        var limits = ParquetLimits()
        limits.memoryBytes = 4 << 20
        #expect {
            _ = try rows(of: file, limits: limits)
        } throws: { error in
            if case ParquetError.overLimit(_, 0, _) = error { true } else { false }
        }
    }
}

/// A small generator with a seed (Steele et al. 2014), so that the same files are tried each time.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
