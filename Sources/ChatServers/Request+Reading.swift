import Foundation
import HTTPTypes
package import Hummingbird
import NIOCore
import NIOHTTP1
package import StrictJSON

extension Request {
    /// The body as JSON, read within the limits.
    package func json(_ limits: LimitsConfig) async throws -> JSONValue {
        let type = headers[.contentType]?.lowercased().filter { $0 != " " } ?? ""
        guard ["application/json", "application/json;charset=utf-8"].contains(type) else {
            throw WireError(
                status: .unsupportedMediaType, message: "the content type must be application/json",
                type: "invalid_request_error",
                code: "unsupported_media_type")
        }
        guard headers[.contentEncoding] == nil || headers[.contentEncoding] == "identity" else {
            throw WireError(
                status: .unsupportedMediaType, message: "the body must not be compressed",
                type: "invalid_request_error",
                code: "unsupported_media_type")
        }
        let limit = limits.bodyBytes
        if let length = headers[.contentLength].flatMap(Int.init), length > limit { throw tooLarge(limit) }
        let buffer: ByteBuffer
        do {
            buffer = try await self.body.collect(upTo: limit)
        } catch is NIOTooManyBytesError {
            throw tooLarge(limit)
        } catch let error as HTTPParserError {
            throw error
        } catch {
            throw WireError.badRequest("the body broke off", code: "invalid_body")
        }
        return try JSONValue(
            parsing: buffer.readableBytesView,
            limits: JSONLimits(maximumBytes: limit, maximumDepth: 64, maximumNodes: 1 << 18))
    }

    private func tooLarge(_ limit: Int) -> WireError { .tooLarge("the body has more than the \(limit) bytes allowed") }

    /// The client's own id where it is harmless in a log, else a new one.
    package var requestID: String {
        let written = headers[.xRequestID] ?? ""
        let isPlain =
            (1...64).contains(written.utf8.count)
            && written.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || byte == 0x2D || byte == 0x5F
            }
        return isPlain ? written : UUID().uuidString.lowercased()
    }
}

extension HTTPField.Name {
    package static let xRequestID = HTTPField.Name("x-request-id") ?? .server
}
