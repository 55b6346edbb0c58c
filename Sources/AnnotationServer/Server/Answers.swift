import Annotation
import HTTPTypes
import Hummingbird
import NIOCore
import StrictJSON

/// Answers of the server, all with the headers that keep pages from running anything but the server's own script.
enum Answers {
    private static let security: HTTPFields = {
        var fields = HTTPFields()
        fields[.contentSecurityPolicy] =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        fields[.xContentTypeOptions] = "nosniff"
        if let frames = HTTPField.Name("X-Frame-Options") { fields[frames] = "DENY" }
        if let referrer = HTTPField.Name("Referrer-Policy") { fields[referrer] = "same-origin" }
        if let opener = HTTPField.Name("Cross-Origin-Opener-Policy") { fields[opener] = "same-origin" }
        if let resource = HTTPField.Name("Cross-Origin-Resource-Policy") { fields[resource] = "same-origin" }
        fields[.cacheControl] = "no-store"
        return fields
    }()

    static func bytes(_ bytes: [UInt8], type: String, status: HTTPResponse.Status = .ok) -> Response {
        var headers = security
        headers[.contentType] = type
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    static func page(_ html: HTML, status: HTTPResponse.Status = .ok) -> Response {
        bytes(Array(html.text.utf8), type: "text/html; charset=utf-8", status: status)
    }

    static func json(_ value: JSONValue, status: HTTPResponse.Status = .ok) -> Response {
        bytes(value.serializedBytes(), type: "application/json", status: status)
    }

    static func text(_ text: String) -> Response { bytes(Array(text.utf8), type: "text/plain; charset=utf-8") }

    /// After a form was taken: to a page that can be loaded again.
    static func seeOther(_ path: String) -> Response {
        var headers = security
        headers[.location] = path
        return Response(status: .seeOther, headers: headers)
    }

    /// A file to keep, sent piece by piece; removed afterwards by whoever made it.
    static func download(_ file: ServedFile, type: String, name: String) -> Response {
        var headers = security
        headers[.contentType] = type
        headers[.contentLength] = String(file.byteCount)
        if let disposition = HTTPField.Name("Content-Disposition") { headers[disposition] = "attachment; filename=\"\(name)\"" }
        let body = ResponseBody(contentLength: file.byteCount) { writer in
            var start = 0
            while start < file.byteCount {
                let piece = try file.bytes(from: start, count: min(1 << 20, file.byteCount - start))
                try await writer.write(ByteBuffer(bytes: piece))
                start += piece.count
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: headers, body: body)
    }
}

/// Why a request was not done, as a status and a sentence.
struct RequestError: Error {
    var status: HTTPResponse.Status
    var message: String

    static let wrongToken = RequestError(status: .forbidden, message: "this page is too old: load it again, then send the form once more")
    static let notHere = RequestError(status: .notFound, message: "there is no such page")

    static func invalid(_ message: String) -> RequestError { RequestError(status: .unprocessableContent, message: message) }

    /// What a person is told of any error. Nothing of the inside goes out.
    init(_ error: any Error) {
        switch error {
        case let error as RequestError: self = error
        case let error as AnnotationError: self.init(status: Self.status(error), message: "\(error)")
        case let error as LabelFieldError: self.init(status: .unprocessableContent, message: "\(error)")
        case let error as JSONError: self.init(status: .badRequest, message: "the body is not JSON: \(error)")
        case is NIOTooManyBytesError: self.init(status: .contentTooLarge, message: "the body is too large")
        default:
            self.init(
                status: .serviceUnavailable, message: "nothing was saved, because the store did not take it; your draft is kept: try again")
        }
    }

    init(status: HTTPResponse.Status, message: String) {
        self.status = status
        self.message = message
    }

    private static func status(_ error: AnnotationError) -> HTTPResponse.Status {
        switch error {
        case .notFound: .notFound
        case .refused: .forbidden
        case .wrongCredentials: .unauthorized
        case .invalid, .clientIDReused: .unprocessableContent
        case .exposureLimit: .tooManyRequests
        }
    }
}
