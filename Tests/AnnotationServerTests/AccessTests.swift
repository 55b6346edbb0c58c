import Annotation
import Foundation
import HTTPTypes
import NIOHTTP1
import StrictJSON
import TestPeers
import Testing

@testable import AnnotationServer

@Suite("Who may do what")
struct AccessTests {
    /// A status for each person: nobody, an annotator whose thing it is, their colleague, the project's reviewer, a reviewer of
    /// another project, an admin.
    struct Expectation: Sendable {
        var method: HTTPMethod
        var path: String
        var fields: [String: String]?
        var statuses: [Int]

        init(_ method: HTTPMethod, _ path: String, form fields: [String: String]? = nil, gives statuses: [Int]) {
            (self.method, self.path, self.fields, self.statuses) = (method, path, fields, statuses)
        }
    }

    static let people: [String?] = [nil, "annotator", "colleague", "reviewer", "stranger", "admin"]

    @Test("follows the table for every route, every role, and other people's things")
    func matrix() async throws {
        try await Rig.run { rig in
            let own = try await rig.next(as: "annotator")
            _ = try await rig.postJSON("/assignments/\(own)/label", Rig.body(), as: "annotator")
            let item = try await rig.store.labels(of: rig.project).items.first { !$0.answers.isEmpty }?.item.id ?? 0
            let project = rig.project.id
            let colleague = rig.people["colleague"]?.user.id ?? 0
            let settings = Dictionary(uniqueKeysWithValues: SettingsForm.fields(ProjectSettings()).map { ($0.name, $0.value) })
                .merging(["name": "pilot", "order": "random"]) { first, _ in first }
            let table = [
                Expectation(.GET, "/health", gives: [200, 200, 200, 200, 200, 200]),
                Expectation(.GET, "/annotate.js", gives: [200, 200, 200, 200, 200, 200]),
                Expectation(.GET, "/annotate.css", gives: [200, 200, 200, 200, 200, 200]),
                Expectation(.GET, "/login", gives: [200, 200, 200, 200, 200, 200]),
                Expectation(.GET, "/none", gives: [404, 404, 404, 404, 404, 404]),
                Expectation(.GET, "/", gives: [303, 200, 200, 200, 200, 200]),
                Expectation(.GET, "/projects/\(project)", gives: [303, 200, 200, 200, 404, 200]),
                Expectation(.GET, "/projects/\(project)/history", gives: [303, 200, 200, 200, 404, 200]),
                Expectation(.GET, "/assignments/\(own)", gives: [303, 200, 404, 404, 404, 404]),
                Expectation(.GET, "/assignments/\(own)/covered.png", gives: [303, 200, 404, 404, 404, 404]),
                Expectation(.GET, "/assignments/\(own)/picture.png", gives: [303, 403, 404, 404, 404, 404]),
                Expectation(.POST, "/assignments/\(own)/uncover", gives: [401, 200, 404, 404, 404, 404]),
                Expectation(.GET, "/assignments/\(own)/picture.png", gives: [303, 200, 404, 404, 404, 404]),
                Expectation(.POST, "/assignments/\(own)/label", gives: [401, 409, 404, 404, 404, 404]),
                Expectation(.POST, "/assignments/\(own)/skip", form: [:], gives: [401, 403, 404, 404, 404, 404]),
                Expectation(.GET, "/projects/\(project)/agreement", gives: [303, 403, 403, 200, 404, 200]),
                Expectation(.GET, "/projects/\(project)/review", gives: [303, 403, 403, 200, 404, 200]),
                Expectation(.GET, "/items/\(item)", gives: [303, 403, 403, 200, 404, 200]),
                Expectation(.GET, "/items/\(item)/picture.png", gives: [303, 403, 403, 200, 404, 200]),
                Expectation(.POST, "/items/\(item)/decision", gives: [401, 403, 403, 422, 404, 422]),
                Expectation(.POST, "/projects/\(project)/clear", form: ["user": "\(colleague)"], gives: [401, 403, 403, 303, 404, 303]),
                Expectation(.GET, "/admin", gives: [303, 403, 403, 403, 403, 200]),
                Expectation(.GET, "/admin/audit", gives: [303, 403, 403, 403, 403, 200]),
                Expectation(.GET, "/projects/\(project)/ratings.jsonl", gives: [303, 403, 403, 403, 403, 200]),
                Expectation(.GET, "/projects/\(project)/pairs.parquet", gives: [303, 403, 403, 403, 403, 200]),
                Expectation(.POST, "/admin/projects", form: settings.merging(["name": "new"]) { $1 }, gives: [401, 403, 403, 403, 403, 303]),
                Expectation(.POST, "/projects/\(project)/settings", form: settings, gives: [401, 403, 403, 403, 403, 303]),
                Expectation(.POST, "/admin/invitations", form: ["role": "annotator", "project": ""], gives: [401, 403, 403, 403, 403, 200]),
                Expectation(.POST, "/projects/\(project)/members", form: ["user": "\(colleague)", "member": "1"], gives: [401, 403, 403, 403, 403, 303]),
                Expectation(.POST, "/users/\(colleague)", form: ["role": "annotator", "active": "1"], gives: [401, 403, 403, 403, 403, 303]),
                Expectation(.POST, "/admin/backup", form: [:], gives: [401, 403, 403, 403, 403, 200]),
                Expectation(.POST, "/projects/\(project)/next", form: [:], gives: [401, 303, 303, 303, 404, 303]),
                Expectation(.POST, "/logout", form: [:], gives: [401, 303, 303, 303, 303, 303]),
            ]
            for row in table {
                for (name, expected) in zip(Self.people, row.statuses) {
                    // A route for scripts gets a body that nothing is done with, so that the table can be gone through in order.
                    let answer =
                        if row.method == .GET { try await rig.get(row.path, as: name) } else if let fields = row.fields {
                            try await rig.post(row.path, fields, as: name)
                        } else {
                            try await rig.postJSON(row.path, row.path.hasSuffix("uncover") ? [:] : Rig.body(99), as: name)
                        }
                    #expect(answer.status == expected, "\(row.method) \(row.path) as \(name ?? "nobody")")
                    #expect(answer.headers["content-security-policy"].first?.contains("script-src 'self'") == true)
                }
            }
        }
    }

    @Test("has every route in the table above")
    func complete() throws {
        // A new case of Route has to be added here, and then there.
        let routes: [Route] = [
            .health, .file(""), .loginForm, .logIn, .logOut, .invitation(""), .accept(""), .projects, .project(1), .next(1), .history(1),
            .assignment(1), .coveredPicture(1), .picture(1), .uncover(1), .skip(1), .save(1), .review(1), .reviewedItem(1), .itemPicture(1),
            .decide(1), .clear(1), .admin, .newProject, .saveProject(1), .invite, .changeUser(1), .member(1), .audit, .ratings(1), .pairs(1),
            .backup, .unknown, .wrongMethod(allowed: ""),
        ]
        #expect(Set(routes.map(\.label)).count == routes.count)
        for route in routes where route.changes { #expect(route.access != .everybody) }
    }

    @Test(
        "knows exact paths only",
        arguments: [
            "//", "/login/", "/Login", "/projects/01", "/projects/-1", "/projects/9223372036854775808", "/projects/1/",
            "/assignments/1/picture.png/x", "/invitations/zz", "/../admin", "/%61dmin",
        ])
    func paths(path: String) { #expect(Route(method: .get, path: path) == .unknown) }

    @Test("refuses what another site's page sends, and forms without their token")
    func forgery() async throws {
        try await Rig.run { rig in
            let path = "/projects/\(rig.project.id)/next"
            for token in ["", "0", try await rig.token("colleague")] {
                #expect(try await rig.post(path, as: "annotator", csrf: token).status == 403)
            }
            let form = "csrf=\(try await rig.token("annotator"))"
            let plain = rig.cookie("annotator") + [("content-type", "application/x-www-form-urlencoded")]
            for header in [("origin", "https://evil.example"), ("origin", "null"), ("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site")] {
                #expect(try await rig.send(.POST, path, form, headers: plain + [header]).status == 403, "\(header)")
            }
            #expect(try await rig.send(.POST, path, form, headers: rig.cookie("annotator") + [("content-type", "text/plain")]).status == 415)
            #expect(try await rig.send(.POST, path, form, headers: plain + [("origin", "http://127.0.0.1:\(rig.port)")]).status == 303)
            let own = try await rig.next(as: "annotator")
            let json = rig.cookie("annotator") + [("content-type", "application/json")]
            #expect(try await rig.send(.POST, "/assignments/\(own)/label", Rig.body().serialized(), headers: json).status == 403)
            #expect(try await rig.get(path, as: "annotator").status == 405)
        }
    }

    @Test("starts a session with a new secret that scripts cannot read, ends it, and slows guessing down")
    func sessions() async throws {
        try await Rig.run { rig in
            let right = "name=annotator&password=a+long+password", wrong = "name=annotator&password=wrong"
            let plain = [("content-type", "application/x-www-form-urlencoded"), ("cookie", "session=" + String(repeating: "a", count: 64))]
            let answer = try await rig.send(.POST, "/login", right, headers: plain)
            let cookie = answer.headers["set-cookie"].first ?? ""
            #expect(answer.status == 303 && cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && !cookie.contains("aaaa"))
            let mine = [("cookie", String(cookie.prefix { $0 != ";" }))]
            #expect(try await rig.send(.GET, "/", headers: mine).status == 200)
            #expect(try await rig.post("/logout", as: "annotator").status == 303)
            #expect(try await rig.get("/", as: "annotator").status == 303)
            #expect(try await rig.send(.GET, "/", headers: mine).status == 200)

            for _ in 0..<10 { #expect(try await rig.send(.POST, "/login", wrong, headers: plain).status == 401) }
            #expect(try await rig.send(.POST, "/login", right, headers: plain).status == 429)
            #expect(try await rig.send(.POST, "/login", right, headers: plain + [("origin", "https://evil.example")]).status == 403)
        }
    }
}
