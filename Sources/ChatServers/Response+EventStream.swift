package import Guardrails
package import HTTPTypes
package import Hummingbird
package import NIOCore

extension Response {
    /// An event stream. The work runs by itself; when the client leaves it is cancelled, and nothing it emits is lost
    /// before that. The permit is given back when the stream has ended, however it ends.
    package static func eventStream(
        headers: HTTPFields, channel: any Channel, peers: Peers, pingSeconds: Double, time: TimeSource, permit: Permit,
        _ work: @escaping @Sendable (@escaping @Sendable ([UInt8]) -> Void) async -> Void
    ) -> Response {
        var headers = headers
        headers[.contentType] = "text/event-stream; charset=utf-8"
        headers[.cacheControl] = "no-cache"
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in
                let (events, continuation) = AsyncStream<ByteBuffer>.makeStream()
                let task = Task {
                    await work { continuation.yield(ByteBuffer(bytes: $0)) }
                    continuation.finish()
                }
                let pings = Task {
                    while !Task.isCancelled {
                        try await time.sleep(.seconds(pingSeconds))
                        continuation.yield(ByteBuffer(string: ": ping\n\n"))
                    }
                }
                let id = peers.whenGone(channel) {
                    task.cancel()
                    continuation.finish()
                }
                defer {
                    task.cancel()
                    pings.cancel()
                    peers.forget(channel, id)
                    permit.giveBack()
                }
                for await event in events { try await writer.write(event) }
                try await writer.finish(nil)
            })
    }
}
