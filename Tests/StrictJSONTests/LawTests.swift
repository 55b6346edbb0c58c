import StrictJSON
import Testing

@Suite("Laws of JSON")
struct LawTests {
    @Test("what is written reads back as the same value")
    func roundTrip() throws {
        var random = SplitMix(state: 1)
        for _ in 0..<500 {
            let value = randomValue(depth: 4, &random)
            #expect(try JSONValue(parsing: value.serialized()) == value)
            #expect(try JSONValue(parsing: value.serialized(pretty: true)) == value)
        }
    }

    @Test("a number reads as the nearest double, whatever its spelling")
    func nearestDouble() throws {
        var random = SplitMix(state: 2)
        for _ in 0..<20_000 {
            let digits = String(random.next() >> UInt64.random(in: 0..<60, using: &random))
            let point = Int.random(in: 1...digits.count, using: &random)
            let exponent = Int.random(in: -320...300, using: &random)
            let fraction = point == digits.count ? "" : "." + digits.dropFirst(point)
            let text = String(digits.prefix(point)) + fraction + (Bool.random(using: &random) ? "e\(exponent)" : "e0")
            guard let expected = Double(text), expected.isFinite else { continue }
            #expect(try JSONValue(parsing: text).number?.bitPattern == expected.bitPattern, "\(text)")
        }
    }

    @Test("every finite double survives writing and reading")
    func bitPatterns() throws {
        var random = SplitMix(state: 3)
        for _ in 0..<20_000 {
            let value = Double(bitPattern: random.next())
            guard value.isFinite else { continue }
            #expect(try JSONValue(parsing: JSONValue.number(value).serialized()).number?.bitPattern == value.bitPattern)
        }
    }

    @Test("damaged documents are read or refused, and what is read can be written and read again")
    func damage() throws {
        let seed = Array(#"{"a":[1,-2.5e3,"x\u00e9\ud83d\ude00\n",true,null],"grün":{"k":[[],{}]}}"#.utf8)
        var random = SplitMix(state: 4)
        var readable = 0
        for _ in 0..<30_000 {
            var bytes = seed
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: place)
                default: bytes.insert(seed[Int.random(in: 0..<seed.count, using: &random)], at: place)
                }
            }
            guard let value = try? JSONValue(parsing: bytes) else { continue }
            readable += 1
            #expect(try JSONValue(parsing: value.serialized()) == value)
        }
        #expect(readable > 1000)
    }

    @Test("time grows with the length of a document, also with very many keys")
    func linearTime() throws {
        let clock = ContinuousClock()
        func seconds(_ count: Int) throws -> Double {
            let text = "{" + (0..<count).map { "\"key\($0)\":\($0)" }.joined(separator: ",") + "}"
            var value = JSONValue.null
            let elapsed = try clock.measure { value = try JSONValue(parsing: text) }
            #expect(value.object?.count == count)
            return elapsed / .seconds(1)
        }
        _ = try seconds(1_000)
        // Ten times the keys: a quadratic search would take a hundred times as long.
        #expect(try seconds(50_000) < 40 * seconds(5_000) + 0.05)
    }

    private func randomValue(depth: Int, _ random: inout SplitMix) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 7 : 5), using: &random) {
        case 0: return .null
        case 1: return .bool(.random(using: &random))
        case 2: return .integer(Int64(truncatingIfNeeded: random.next()))
        case 3: return .number(Double.random(in: -1e6...1e6, using: &random))
        case 4: return .string(randomText(&random))
        case 5:
            let count = Int.random(in: 0..<5, using: &random)
            return .array((0..<count).map { _ in randomValue(depth: depth - 1, &random) })
        default:
            var object = JSONObject()
            for _ in 0..<Int.random(in: 0..<12, using: &random) {
                object[randomText(&random)] = randomValue(depth: depth - 1, &random)
            }
            return .object(object)
        }
    }

    private func randomText(_ random: inout SplitMix) -> String {
        let limits: [UInt32] = [0x20, 0x7F, 0x7FF, 0xFFFF, 0x10FFFF]
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0..<10, using: &random) {
            let limit = limits.randomElement(using: &random) ?? 0x7F
            if let scalar = Unicode.Scalar(UInt32.random(in: 0...limit, using: &random)) { text.append(scalar) }
        }
        return String(text)
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): enough randomness for test documents, the same on every run.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
