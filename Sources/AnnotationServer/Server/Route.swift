import Annotation
import HTTPTypes

/// Every route there is, with who may take it. Whether the thing it names is the person's own is for the store to say.
enum Route: Equatable, Sendable {
    case health, file(String)
    case loginForm, logIn, logOut
    case invitation(String), accept(String)
    case projects
    case project(Int64), next(Int64), history(Int64)
    case assignment(Int64), coveredPicture(Int64), picture(Int64), uncover(Int64), skip(Int64), save(Int64)
    case agreement(Int64), review(Int64), reviewedItem(Int64), itemPicture(Int64), decide(Int64), clear(Int64)
    case admin, newProject, saveProject(Int64), invite, changeUser(Int64), member(Int64), audit
    case ratings(Int64), pairs(Int64), backup
    case unknown
    /// The path is known, but takes another method.
    case wrongMethod(allowed: String)

    enum Access: Equatable, Sendable {
        case everybody
        case role(UserRole)
    }

    init(method: HTTPRequest.Method, path: String) {
        guard let (route, wanted) = Self.table(path, method) else {
            self = .unknown
            return
        }
        self = method == wanted || (method == .head && wanted == .get) ? route : .wrongMethod(allowed: wanted.rawValue)
    }

    private static func table(_ path: String, _ method: HTTPRequest.Method) -> (Route, HTTPRequest.Method)? {
        let isPost = method == .post
        switch path {
        case "/": return (.projects, .get)
        case "/health": return (.health, .get)
        case "/annotate.js", "/annotate.css": return (.file(String(path.dropFirst())), .get)
        case "/login": return isPost ? (.logIn, .post) : (.loginForm, .get)
        case "/logout": return (.logOut, .post)
        case "/admin": return (.admin, .get)
        case "/admin/projects": return (.newProject, .post)
        case "/admin/invitations": return (.invite, .post)
        case "/admin/audit": return (.audit, .get)
        case "/admin/backup": return (.backup, .post)
        default: break
        }
        let parts = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard path.hasPrefix("/"), (2...3).contains(parts.count) else { return nil }
        if parts.count == 2, parts[0] == "invitations", isToken(parts[1]) {
            return isPost ? (.accept(parts[1]), .post) : (.invitation(parts[1]), .get)
        }
        guard let id = Int64(parts[1]), id > 0, String(id) == parts[1] else { return nil }
        return numbered(parts[0], id, parts.dropFirst(2).first)
    }

    private static func numbered(_ kind: String, _ id: Int64, _ what: String?) -> (Route, HTTPRequest.Method)? {
        switch (kind, what) {
        case ("projects", nil): (.project(id), .get)
        case ("projects", "next"): (.next(id), .post)
        case ("projects", "history"): (.history(id), .get)
        case ("projects", "agreement"): (.agreement(id), .get)
        case ("projects", "review"): (.review(id), .get)
        case ("projects", "clear"): (.clear(id), .post)
        case ("projects", "settings"): (.saveProject(id), .post)
        case ("projects", "members"): (.member(id), .post)
        case ("projects", "ratings.jsonl"): (.ratings(id), .get)
        case ("projects", "pairs.parquet"): (.pairs(id), .get)
        case ("assignments", nil): (.assignment(id), .get)
        case ("assignments", "covered.png"): (.coveredPicture(id), .get)
        case ("assignments", "picture.png"): (.picture(id), .get)
        case ("assignments", "uncover"): (.uncover(id), .post)
        case ("assignments", "skip"): (.skip(id), .post)
        case ("assignments", "label"): (.save(id), .post)
        case ("items", nil): (.reviewedItem(id), .get)
        case ("items", "picture.png"): (.itemPicture(id), .get)
        case ("items", "decision"): (.decide(id), .post)
        case ("users", nil): (.changeUser(id), .post)
        default: nil
        }
    }

    private static func isToken(_ text: String) -> Bool { text.utf8.count == 64 && text.allSatisfy(\.isHexDigit) }

    var access: Access {
        switch self {
        case .health, .file, .loginForm, .logIn, .invitation, .accept, .unknown, .wrongMethod: .everybody
        case .logOut, .projects, .project, .next, .history, .assignment, .coveredPicture, .picture, .uncover, .skip, .save:
            .role(.annotator)
        case .agreement, .review, .reviewedItem, .itemPicture, .decide, .clear: .role(.reviewer)
        case .admin, .newProject, .saveProject, .invite, .changeUser, .member, .audit, .ratings, .pairs, .backup: .role(.admin)
        }
    }

    /// Whether it changes something for somebody who is logged in, and so needs the token of their session.
    var changes: Bool {
        switch self {
        case .logOut, .next, .uncover, .skip, .save, .decide, .clear, .newProject, .saveProject, .invite, .changeUser, .member, .backup:
            true
        default: false
        }
    }

    /// Whether it is asked by the page's script, and answers with JSON.
    var isForScripts: Bool {
        switch self {
        case .save, .decide, .uncover: true
        default: false
        }
    }

    /// The name in logs: one of few, whatever a client sends.
    var label: String { String("\(self)".prefix { $0 != "(" }) }
}
