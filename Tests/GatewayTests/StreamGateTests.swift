import ChatServers
import Conversations
import Foundation
import Testing

@testable import Gateway

/// Reliability test G6, on the gate itself: the canary at many places, text cut anywhere, windows of five sizes.
@Suite("G6: text is held back until it is judged")
struct StreamGateTests {
    static let windows = [(8, 8), (16, 8), (64, 32), (5, 40), (128, 16)]

    private func config(_ mode: StreamingConfig.Mode, window: Int, overlap: Int) -> StreamingConfig {
        var config = StreamingConfig()
        (config.mode, config.windowTokens, config.overlapTokens, config.contextTokens) = (
            mode, window, overlap, max(overlap, 64)
        )
        return config
    }

    /// What leaves of `text`, cut into pieces, when whatever has `canary` is stopped.
    private func released(
        _ text: String, canary: String, _ config: StreamingConfig, using random: inout SystemRandomNumberGenerator
    ) -> (text: String, isStopped: Bool, gate: StreamGate) {
        var gate = StreamGate(config)
        var out = ""
        var rest = Substring(text)
        while !rest.isEmpty {
            let piece = rest.prefix(Int.random(in: 1...12, using: &random))
            rest = rest.dropFirst(piece.count)
            gate.append(.init(field: "content", text: String(piece)))
            while let span = gate.nextSpan(isEnd: rest.isEmpty) {
                if span.text.contains(canary) { return (out, true, gate) }
                out += gate.release(span).map(\.text).joined()
            }
        }
        return (out, false, gate)
    }

    @Test("nothing of the canary leaves, at 400 places, however the text is cut", arguments: windows.indices)
    func canary(index: Int) {
        var random = SystemRandomNumberGenerator()
        let letters = Array("abc déf 漢字 👩🏽‍🔬")
        let canary = "CANARY-\(Int.random(in: 1000...9999))"
        for place in 0..<400 {
            let before = String((0..<place).map { letters[$0 % letters.count] })
            let text = before + canary + " and what follows it, for a while, until the end."
            let (window, overlap) = Self.windows[index]
            for mode in [StreamingConfig.Mode.window, .sentence, .hold] {
                let (out, isStopped, gate) = released(
                    text, canary: canary, config(mode, window: window, overlap: overlap), using: &random)
                #expect(isStopped)
                // note: by bytes, since what is released may end inside a cluster of characters
                #expect(before.utf8.starts(with: out.utf8))
                #expect(gate.unjudgedBytes == 0)
            }
        }
    }

    @Test("what is safe leaves whole and in order", arguments: windows.indices)
    func whole(index: Int) {
        var random = SystemRandomNumberGenerator()
        let letters = Array("One. Two! é 漢字 👩🏽‍🔬\n")
        for length in 0..<200 {
            let text = String((0..<length).map { letters[$0 % letters.count] })
            for mode in [StreamingConfig.Mode.window, .sentence, .hold] {
                let (out, isStopped, gate) = released(
                    text, canary: "never", config(mode, window: Self.windows[index].0, overlap: Self.windows[index].1),
                    using: &random)
                #expect(!isStopped)
                #expect(out == text)
                #expect(gate.unjudgedBytes == 0)
                #expect(gate.released == text.utf8.count)
            }
        }
    }

    @Test("in window mode the overlap stays back; in hold mode all does; sentences leave whole")
    func modes() {
        var gate = StreamGate(config(.window, window: 4, overlap: 2))
        gate.append(.init(field: "content", text: "0123456789abcdef"))
        let span = gate.nextSpan(isEnd: false)
        #expect(span?.text == "0123456789abcdef")
        #expect(span.map { gate.release($0) } == [.init(field: "content", text: "01234567")])
        #expect(gate.nextSpan(isEnd: false) == nil)

        var hold = StreamGate(config(.hold, window: 1, overlap: 0))
        hold.append(.init(field: "content", text: String(repeating: "x", count: 1000)))
        #expect(hold.nextSpan(isEnd: false) == nil)
        #expect(hold.nextSpan(isEnd: true)?.text.count == 1000)

        var sentence = StreamGate(config(.sentence, window: 2, overlap: 0))
        sentence.append(.init(field: "content", text: "It rains. It po"))
        #expect(
            sentence.nextSpan(isEnd: false).map { sentence.release($0) } == [
                .init(field: "content", text: "It rains. ")
            ])
    }

    @Test("fields keep their places, and are judged together")
    func fields() {
        var gate = StreamGate(config(.window, window: 1, overlap: 0))
        gate.append(.init(field: "reasoning_content", text: "CAN"))
        gate.append(.init(field: "content", text: "ARY"))
        let span = gate.nextSpan(isEnd: true)
        #expect(span?.text == "CANARY")
        #expect(
            span.map { gate.release($0) } == [
                .init(field: "reasoning_content", text: "CAN"), .init(field: "content", text: "ARY"),
            ])
    }
}

@Suite("Event streams")
struct EventStreamParserTests {
    @Test("events are the same however the bytes are cut, with every kind of line end", arguments: 1...17)
    func cuts(size: Int) throws {
        for end in ["\n", "\r\n", "\r"] {
            let text = [
                "data: {\"a\": \"漢\"}", "", ": comment", "event: x", "data:two", "data: lines", "", "", "data: [DONE]",
                "", "",
            ].joined(separator: end)
            var parser = EventStreamParser()
            var events: [String] = []
            let bytes = Array(text.utf8)
            for start in stride(from: 0, to: bytes.count, by: size) {
                events += try parser.append(bytes[start..<min(start + size, bytes.count)]).map {
                    String(decoding: $0, as: UTF8.self)
                }
            }
            #expect(events == ["{\"a\": \"漢\"}", "two\nlines", "[DONE]"])
            #expect(parser.isBetweenEvents)
        }
    }

    @Test("a line without end is an error, not memory")
    func endless() throws {
        var parser = EventStreamParser(maximumLineBytes: 1000)
        _ = try parser.append([UInt8](repeating: 65, count: 1000))
        #expect(throws: WireError.self) { try parser.append([65]) }
    }
}
