import NIOHTTP1
import StrictJSON
import Testing

@testable import struct Gateway.TraceContext

@Suite("Traces", .serialized)
struct TraceContextTests {
    private let trace = "4bf92f3577b34da6a3ce929d0e0e4736"

    @Test("go on to the upstream server with a span of the gateway's own, for chat and streams")
    func propagated() async throws {
        try await Rig.run { rig in
            let headers = [
                ("content-type", "application/json"), ("traceparent", "00-\(trace)-00f067aa0ba902b7-01"),
                ("tracestate", "a=1"), ("tracestate", "b=2"),
            ]
            for stream in [false, true] {
                let body: JSONValue = [
                    "model": "mock", "stream": .bool(stream), "messages": [["role": "user", "content": "hi"]],
                ]
                _ = try await rig.send(.POST, "/v1/chat/completions", body.serializedBytes(), headers: headers)
            }
            _ = try await rig.chat("without a trace")
            let traces = rig.upstream.traces
            #expect(traces.count == 3)
            for found in traces.prefix(2) {
                #expect(found.hasPrefix("00-\(trace)-") && found.hasSuffix("-01 a=1,b=2"))
                #expect(!found.contains("00f067aa0ba902b7"))
            }
            let fresh = try #require(traces.last)
            #expect(!fresh.contains(trace) && fresh.wholeMatch(of: /00-[0-9a-f]{32}-[0-9a-f]{16}-00 -/) != nil)
        }
    }

    @Test(
        "that are malformed are not believed",
        arguments: [
            "", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7", "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0é",
        ])
    func malformed(parent: String) {
        let found = TraceContext(parents: [parent], states: ["a=1"])
        #expect(found.traceID != trace && found.state == nil)
        #expect(found.parent.wholeMatch(of: /00-[0-9a-f]{32}-[0-9a-f]{16}-00/) != nil)
    }

    @Test("of later versions are read as far as they are known, two at once not at all")
    func versions() {
        let later = "cc-\(trace)-00f067aa0ba902b7-01-what-the-future-holds"
        #expect(TraceContext(parents: [later], states: []).traceID == trace)
        #expect(TraceContext(parents: [later, later], states: []).traceID != trace)
        #expect(TraceContext(parents: [later], states: ["a=\u{1}"]).state == nil)
    }
}
