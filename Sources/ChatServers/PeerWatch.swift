import HTTPTypes
package import NIOCore
import NIOHTTPTypes
import Synchronization

/// What connections may take their time for.
package struct PeerLimits: Sendable {
    var head: TimeAmount
    var body: TimeAmount
    var stall: TimeAmount
    var idle: TimeAmount

    package init(_ config: LimitsConfig) {
        func amount(_ seconds: Double) -> TimeAmount { .nanoseconds(Int64(seconds * 1e9)) }
        (head, body, stall, idle) = (
            amount(config.headerSeconds), amount(config.bodySeconds), amount(config.writeStallSeconds),
            amount(config.idleSeconds)
        )
    }
}

/// Who is connected: work for a client that left is cancelled.
package final class Peers: Sendable {
    private struct State {
        var watched: Set<ObjectIdentifier> = []
        var cancellations: [ObjectIdentifier: [Int: @Sendable () -> Void]] = [:]
        var nextID = 0
    }

    private let state = Mutex(State())

    package init() {}

    package func appeared(_ channel: any Channel) { state.withLock { _ = $0.watched.insert(ObjectIdentifier(channel)) } }

    package func left(_ channel: any Channel) {
        let cancellations = state.withLock { state in
            state.watched.remove(ObjectIdentifier(channel))
            return state.cancellations.removeValue(forKey: ObjectIdentifier(channel))
        }
        for cancel in (cancellations ?? [:]).values { cancel() }
    }

    /// Runs `cancel` when the client leaves; at once when it has left. The number takes the wish back.
    package func whenGone(_ channel: any Channel, _ cancel: @escaping @Sendable () -> Void) -> Int {
        let (id, isHere) = state.withLock { state in
            state.nextID += 1
            let isHere = state.watched.contains(ObjectIdentifier(channel))
            if isHere { state.cancellations[ObjectIdentifier(channel), default: [:]][state.nextID] = cancel }
            return (state.nextID, isHere)
        }
        if !isHere { cancel() }
        return id
    }

    package func forget(_ channel: any Channel, _ id: Int) {
        state.withLock { state in
            state.cancellations[ObjectIdentifier(channel)]?[id] = nil
            if state.cancellations[ObjectIdentifier(channel)]?.isEmpty == true {
                state.cancellations[ObjectIdentifier(channel)] = nil
            }
        }
    }

    package var count: Int { state.withLock { $0.watched.count } }
}

/// Closes connections of clients that are too slow, and tells when one has left.
///
/// The server's own idle timer does not run while a body trickles in or an answer is not read; these clocks do.
final class PeerWatch: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let limits: PeerLimits
    private let peers: Peers
    private let metrics: Metrics
    private let slowCounter: String
    private var reading: Scheduled<Void>?
    private var writing: Scheduled<Void>?
    private var requestsOpen = 0

    /// - Parameter slowCounter: the counter of connections closed because of a slow client.
    init(_ limits: PeerLimits, _ peers: Peers, _ metrics: Metrics, slowCounter: String) {
        (self.limits, self.peers, self.metrics, self.slowCounter) = (limits, peers, metrics, slowCounter)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        peers.appeared(context.channel)
        reading = close(context, after: limits.head, "head")
    }

    func handlerRemoved(context: ChannelHandlerContext) { end(context) }

    func channelInactive(context: ChannelHandlerContext) {
        end(context)
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // note: a client that closes its side does not wait for an answer; clients of chat servers do not half-close
        if case ChannelEvent.inputClosed? = event as? ChannelEvent {
            peers.left(context.channel)
            context.close(promise: nil)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            requestsOpen += 1
            reading?.cancel()
            reading = close(context, after: limits.body, "body")
        case .body: break
        case .end:
            reading?.cancel()
            // note: an answer can be complete before its request's body is
            reading = requestsOpen == 0 ? close(context, after: limits.idle, "idle") : nil
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) {
            requestsOpen -= 1
            if requestsOpen == 0, reading == nil { reading = close(context, after: limits.idle, "idle") }
        }
        context.write(data, promise: promise)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        writing?.cancel()
        writing = context.channel.isWritable ? nil : close(context, after: limits.stall, "answer")
        context.fireChannelWritabilityChanged()
    }

    private func close(_ context: ChannelHandlerContext, after limit: TimeAmount, _ what: String) -> Scheduled<Void> {
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        let (metrics, counter) = (metrics, slowCounter)
        return context.eventLoop.scheduleTask(in: limit) {
            metrics.count(counter, [("slow", what)])
            bound.value.close(promise: nil)
        }
    }

    private func end(_ context: ChannelHandlerContext) {
        reading?.cancel()
        writing?.cancel()
        (reading, writing) = (nil, nil)
        peers.left(context.channel)
    }
}

/// Runs `work`, and cancels it when the client of `channel` leaves or the surrounding task is cancelled.
package func whileConnected<Result: Sendable>(
    _ channel: any Channel, _ peers: Peers, _ work: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    let task = Task { try await work() }
    let id = peers.whenGone(channel) { task.cancel() }
    defer { peers.forget(channel, id) }
    return try await withTaskCancellationHandler {
        try await task.value
    } onCancel: {
        task.cancel()
    }
}
