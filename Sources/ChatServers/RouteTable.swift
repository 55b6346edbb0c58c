package import HTTPTypes

/// The routes of a server. Paths are compared byte by byte as they were written: no doubled slashes, dots, escapes or
/// capitals lead anywhere.
package protocol RouteTable {
    /// The route of a path, and the one method that it takes; where that is GET, HEAD goes too.
    static func table(_ path: String) -> (Self, HTTPRequest.Method)?
    static var unknown: Self { get }
    /// The path is known, but takes another method.
    static func wrongMethod(allowed: String) -> Self
}

extension RouteTable {
    package init(_ head: HTTPRequest) {
        let path = String((head.path ?? "").prefix { $0 != "?" })
        guard let (route, method) = Self.table(path) else {
            self = .unknown
            return
        }
        let isRight = head.method == method || (head.method == .head && method == .get)
        self = isRight ? route : .wrongMethod(allowed: method.rawValue)
    }
}
