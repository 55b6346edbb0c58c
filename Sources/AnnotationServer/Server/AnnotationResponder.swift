import Annotation
import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import StrictJSON

/// Takes every request: an exact table of routes, then the session, then the role, then the token of the form, and only then the
/// work. Whether a thing is the person's own is for the store, which looks in the same transaction that does the work.
struct AnnotationResponder: HTTPResponder {
    typealias Context = BasicRequestContext

    let store: AnnotationStore
    let config: AnnotationServerConfig
    let files: [String: [UInt8]]
    let limiter = LoginLimiter()
    let logger: Logger

    func respond(to request: Request, context: Context) async throws -> Response {
        let path = String((request.head.path ?? "").prefix { $0 != "?" })
        let route = Route(method: request.head.method, path: path)
        var asker: Session?
        do {
            asker = try await session(request)
            let response = try await answer(request, route, asker)
            log(route, response.status.code, asker)
            return response
        } catch {
            let told = RequestError(error)
            if told.status == .serviceUnavailable {
                logger.error("not done", metadata: ["route": "\(route.label)", "error": "\(error)"])
            }
            log(route, told.status.code, asker)
            if route.isForScripts { return Answers.json(["error": .string(told.message)], status: told.status) }
            return Answers.page(page(asker).problem(told.message), status: told.status)
        }
    }

    private func log(_ route: Route, _ status: Int, _ asker: Session?) {
        logger.info("request", metadata: ["route": "\(route.label)", "status": "\(status)", "user": "\(asker?.user.alias ?? "-")"])
    }

    // MARK: - Admission

    private func answer(_ request: Request, _ route: Route, _ asker: Session?) async throws -> Response {
        switch route.access {
        case .everybody: return try await openAnswer(request, route, asker)
        case .role(let least):
            guard let asker else {
                if route.changes || route.isForScripts { throw RequestError(status: .unauthorized, message: "log in first; your draft is kept") }
                return Answers.seeOther("/login")
            }
            guard asker.user.role >= least else { throw RequestError(status: .forbidden, message: "this is for the role \(least.rawValue)") }
            guard route.changes else { return try await read(route, asker) }
            try checkOrigin(request)
            if route.isForScripts {
                guard request.headers[HTTPField.csrf].map({ isToken($0, of: asker) }) == true else { throw RequestError.wrongToken }
                return try await script(route, try await json(request), asker.user)
            }
            let form = try await form(request)
            guard isToken(try form("csrf"), of: asker) else { throw RequestError.wrongToken }
            return try await change(route, form, asker)
        }
    }

    private func session(_ request: Request) async throws -> Session? {
        for header in request.headers[values: .cookie] {
            for cookie in header.split(separator: ";") {
                let parts = cookie.trimmingCharacters(in: .whitespaces).split(separator: "=", maxSplits: 1)
                if parts.count == 2, parts[0] == "session", parts[1].utf8.count == 64 { return try await store.session(token: String(parts[1])) }
            }
        }
        return nil
    }

    /// A browser says where a form came from; another site's is refused before anything else is looked at.
    private func checkOrigin(_ request: Request) throws {
        if let site = request.headers[HTTPField.fetchSite], site != "same-origin", site != "none" { throw RequestError.wrongToken }
        guard let origin = request.headers[.origin] else { return }
        let host = origin.split(separator: "/").last.map(String.init)
        guard let host, host == request.head.authority ?? request.headers[HTTPField.host] else { throw RequestError.wrongToken }
    }

    /// The token of a session's forms: made from its secret, so that nothing has to be kept.
    private func csrf(_ session: Session?) -> String {
        guard let session else { return "" }
        let code = HMAC<SHA256>.authenticationCode(for: Array("forms".utf8), using: SymmetricKey(data: Array(session.token.utf8)))
        return code.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }

    private func isToken(_ text: String, of session: Session) -> Bool {
        let (sent, right) = (Array(text.utf8), Array(csrf(session).utf8))
        return sent.count == right.count && zip(sent, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    func page(_ session: Session?) -> Page { Page(user: session?.user, csrf: csrf(session)) }

    private func form(_ request: Request) async throws -> Form {
        guard request.headers[.contentType]?.lowercased().hasPrefix("application/x-www-form-urlencoded") == true else {
            throw RequestError(status: .unsupportedMediaType, message: "a form is expected here")
        }
        return try Form(urlEncoded: String(buffer: try await request.body.collect(upTo: Form.byteLimit)))
    }

    private func json(_ request: Request) async throws -> JSONValue {
        guard request.headers[.contentType]?.lowercased().hasPrefix("application/json") == true else {
            throw RequestError(status: .unsupportedMediaType, message: "JSON is expected here")
        }
        let body = try await request.body.collect(upTo: Form.byteLimit)
        return try JSONValue(
            parsing: body.readableBytesView, limits: JSONLimits(maximumBytes: Form.byteLimit, maximumDepth: 8, maximumNodes: 256))
    }

    // MARK: - Without a session

    private func openAnswer(_ request: Request, _ route: Route, _ asker: Session?) async throws -> Response {
        switch route {
        case .health: return Answers.text("ok\n")
        case .file(let name):
            guard let bytes = files[name] else { throw RequestError.notHere }
            return Answers.bytes(bytes, type: name.hasSuffix(".js") ? "text/javascript; charset=utf-8" : "text/css; charset=utf-8")
        case .loginForm: return Answers.page(AccountPages(page: page(nil)).login())
        case .logIn:
            try checkOrigin(request)
            return try await logIn(try await form(request))
        case .invitation(let token):
            return Answers.page(AccountPages(page: page(nil)).invitation(try await store.invitation(token: token), token: token))
        case .accept(let token):
            try checkOrigin(request)
            return try await accept(token, try await form(request))
        case .wrongMethod(let allowed):
            var response = Answers.page(page(asker).problem("this address takes \(allowed)"), status: .methodNotAllowed)
            response.headers[.allow] = allowed
            return response
        default: throw RequestError.notHere
        }
    }

    private func logIn(_ form: Form) async throws -> Response {
        let (name, pages) = (try form("name"), AccountPages(page: page(nil)))
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        guard limiter.isAllowed(name, now: now) else {
            return Answers.page(pages.login(problem: "Too many wrong passwords for this name: wait a quarter of an hour."), status: .tooManyRequests)
        }
        do {
            let session = try await store.logIn(name: name, password: try form("password"))
            limiter.succeeded(name)
            return starting(session)
        } catch AnnotationError.wrongCredentials {
            limiter.failed(name, now: now)
            return Answers.page(pages.login(problem: "The name and the password do not fit."), status: .unauthorized)
        }
    }

    private func accept(_ token: String, _ form: Form) async throws -> Response {
        let offer = try await store.invitation(token: token)
        do {
            return starting(try await store.accept(invitation: token, name: try form("name"), password: try form("password")))
        } catch AnnotationError.invalid(let problem) {
            let html = AccountPages(page: page(nil)).invitation(offer, token: token, problem: problem)
            return Answers.page(html, status: .unprocessableContent)
        }
    }

    private func starting(_ session: Session) -> Response {
        var response = Answers.seeOther("/")
        response.headers[.setCookie] = cookie("session=\(session.token); Max-Age=43200")
        return response
    }

    func cookie(_ start: String) -> String { start + "; Path=/; HttpOnly; SameSite=Lax" + (config.usesSecureCookies ? "; Secure" : "") }
}

extension HTTPField {
    static let csrf = name("X-CSRF-Token"), fetchSite = name("Sec-Fetch-Site"), host = name("Host")

    private static func name(_ text: String) -> HTTPField.Name {
        // note: the names above are valid; any other would be a mistake in this line
        HTTPField.Name(text) ?? .accept
    }
}
