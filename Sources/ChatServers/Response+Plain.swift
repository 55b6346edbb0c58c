package import HTTPTypes
package import Hummingbird
package import StrictJSON

extension Response {
    /// The answer to a known path with another method than it takes.
    package static func wrongMethod(allowed: String, requestID: String) -> Response {
        var response = WireError(
            status: .methodNotAllowed, message: "this route takes \(allowed)", type: "invalid_request_error",
            code: "method_not_allowed"
        ).response(extra: [.xRequestID: requestID])
        response.headers[.allow] = allowed
        return response
    }

    package static func json(_ value: JSONValue, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) -> Response {
        var headers = headers
        headers[.contentType] = "application/json"
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: value.serializedBytes())))
    }

    package static func plain(_ text: String) -> Response { plain(text, type: "text/plain; charset=utf-8") }

    /// What was counted so far, in Prometheus' text format.
    package static func metrics(_ text: String) -> Response { plain(text, type: "text/plain; version=0.0.4; charset=utf-8") }

    private static func plain(_ text: String, type: String) -> Response {
        Response(status: .ok, headers: [.contentType: type], body: .init(byteBuffer: ByteBuffer(string: text)))
    }
}
