import DurableFiles
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// The files that the gateway serves as they are: the page and the description of its routes.
struct StaticFiles: Sendable {
    private let files: [String: (type: String, bytes: [UInt8])]

    /// Reads them from the package's resources.
    init(servesPage: Bool) throws {
        let known = [("/openapi.json", "openapi.json", "application/json")]
        let page = [
            ("/", "index.html", "text/html; charset=utf-8"), ("/page.js", "page.js", "text/javascript; charset=utf-8"),
            ("/page.css", "page.css", "text/css; charset=utf-8"),
        ]
        files = try (known + (servesPage ? page : [])).reduce(into: [:]) { files, file in
            let (path, name, type) = file
            files[path] = (
                type,
                try DurableFiles.read(Bundle.module.bundleURL.appending(path: "ServedFiles/" + name), limit: 4 << 20)
            )
        }
    }

    func has(_ path: String) -> Bool { files[path] != nil }

    func response(_ path: String) -> Response? {
        guard let file = files[path] else { return nil }
        var headers: HTTPFields = [.contentType: file.type]
        headers[.contentSecurityPolicy] =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
        headers[.xContentTypeOptions] = "nosniff"
        headers[.cacheControl] = "no-cache"
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: file.bytes)))
    }
}
