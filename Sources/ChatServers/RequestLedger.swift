package import Guardrails
import HTTPTypes
package import Hummingbird
package import Logging
import NIOHTTP1

/// Counts, times and logs every request, and gives every error its answer.
package struct RequestLedger: Sendable {
    private let prefix: String
    private let metrics: Metrics
    private let time: TimeSource
    private let logger: Logger

    /// A request that is being answered.
    package struct Entry {
        package let requestID: String
        package let start: Duration
        /// The name of the key that the request came with, once it is known.
        package var keyName = "-"
    }

    /// - Parameter prefix: of the metrics' names: `…_requests_total`, `…_request_seconds`, `…_clients_gone_total`.
    package init(prefix: String, metrics: Metrics, time: TimeSource, logger: Logger) {
        (self.prefix, self.metrics, self.time, self.logger) = (prefix, metrics, time, logger)
    }

    /// - Parameters:
    ///   - route: its name in metrics and logs.
    ///   - told: what a client is told of an error.
    ///   - details: what the log says of an answer besides.
    package func record(
        _ request: Request, route: String, told: (any Error) -> WireError,
        details: (Response) -> Logger.Metadata = { _ in [:] }, _ answer: (inout Entry) async throws -> Response
    ) async throws -> Response {
        var entry = Entry(requestID: request.requestID, start: time.now())
        var response: Response
        do {
            response = try await answer(&entry)
        } catch let error as HTTPParserError {
            // note: the server answers 400 and closes, since nobody knows where the next request would begin
            metrics.count("\(prefix)_requests_total", [("route", route), ("status", "400")])
            throw error
        } catch {
            if error is CancellationError { metrics.count("\(prefix)_clients_gone_total") }
            let told = told(error)
            if told.status == .internalServerError {
                logger.error(
                    "unexpected failure", metadata: ["request_id": "\(entry.requestID)", "type": "\(type(of: error))"])
            }
            response = told.response(extra: [.xRequestID: entry.requestID])
        }
        let seconds = (time.now() - entry.start).inSeconds
        metrics.count("\(prefix)_requests_total", [("route", route), ("status", String(response.status.code))])
        metrics.observe("\(prefix)_request_seconds", [("route", route)], seconds: seconds)
        let metadata: Logger.Metadata = [
            "request_id": "\(entry.requestID)", "route": "\(route)", "status": "\(response.status.code)",
            "key": "\(entry.keyName)", "ms": "\(Int(seconds * 1000))",
        ]
        logger.info("request", metadata: metadata.merging(details(response)) { known, _ in known })
        return response
    }
}
