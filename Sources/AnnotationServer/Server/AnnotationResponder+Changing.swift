import Annotation
import Foundation
import Hummingbird
import StrictJSON

extension AnnotationResponder {
    /// Routes that take a form.
    func change(_ route: Route, _ form: Form, _ asker: Session) async throws -> Response {
        let user = asker.user
        switch route {
        case .logOut:
            try await store.logOut(token: asker.token)
            var response = Answers.seeOther("/login")
            response.headers[.setCookie] = cookie("session=; Max-Age=0")
            return response
        case .next(let project): return try await next(project, asker)
        case .skip(let id):
            let project = try await store.assignment(id, of: user).item.project
            try await store.skip(id, by: user)
            return try await next(project, asker)
        case .clear(let project):
            try await store.clear(try form.id("user"), in: project, by: user)
            return Answers.seeOther("/projects/\(project)")
        default: return try await administer(route, form, asker)
        }
    }

    private func next(_ project: Int64, _ asker: Session) async throws -> Response {
        do {
            switch try await store.next(in: project, for: asker.user) {
            case .assignment(let id): return Answers.seeOther("/assignments/\(id)")
            case .done: return try await projectPage(project, asker, notice: "Nothing is left for you in this project. Thank you!")
            case .calibrationFailed(let share):
                let notice = "In the calibration round \(percent(share)) were right. Please talk it over with a reviewer, who can let you go on."
                return try await projectPage(project, asker, notice: notice)
            }
        } catch let error as AnnotationError {
            guard case .exposureLimit = error else { throw error }
            return try await projectPage(project, asker, notice: "\(error).".prefix(1).uppercased() + "\(error).".dropFirst())
        }
    }

    private func administer(_ route: Route, _ form: Form, _ asker: Session) async throws -> Response {
        let user = asker.user
        switch route {
        case .newProject: try await store.saveProject(name: try form("name"), try SettingsForm.read(form), by: user.alias)
        case .saveProject(let id): try await store.saveProject(id: id, name: try form("name"), try SettingsForm.read(form), by: user.alias)
        case .invite:
            let project = try form("project").isEmpty ? nil : form.id("project")
            let token = try await store.invite(try form.role(), to: project, by: user)
            return try await overview(asker, link: "/invitations/\(token)")
        case .changeUser(let id): try await store.change(id, role: try form.role(), isActive: try form("active") == "1", by: user)
        case .member(let project):
            try await store.setMember(try form.id("user"), of: project, isMember: try form("member") == "1", by: user)
        case .backup:
            let name = "backup-" + time(Int64(Date().timeIntervalSince1970 * 1000)).filter(\.isNumber) + "-" + UUID().uuidString.prefix(4)
            let folder = store.folder.appending(path: "backups/" + name)
            try FileManager.default.createDirectory(at: folder.deletingLastPathComponent(), withIntermediateDirectories: true)
            try await store.backUp(to: folder)
            return try await overview(asker, notice: "Backed up to \(folder.path).")
        default: throw RequestError.notHere
        }
        return Answers.seeOther("/admin")
    }

    // MARK: - Scripts

    /// Routes that the page's script asks, with JSON.
    func script(_ route: Route, _ body: JSONValue, _ user: User) async throws -> Response {
        switch route {
        case .uncover(let id):
            try await store.uncover(id, by: user)
            return Answers.json(["uncovered": true])
        case .save(let id):
            let names = try await store.assignment(id, of: user).names
            return answer(try await store.save(try submission(body, names), for: id, by: user), names)
        case .decide(let id):
            let names = SideNames.shown(isSwapped: false)
            return answer(try await store.decide(try submission(body, names), about: id, by: user), names)
        default: throw RequestError.notHere
        }
    }

    private func submission(_ body: JSONValue, _ names: SideNames) throws -> LabelSubmission {
        guard let id = body["client_id"]?.string, let base = body["base_version"]?.integer, let label = body["label"] else {
            throw RequestError.invalid("client_id, base_version and label are needed")
        }
        return LabelSubmission(
            clientID: id, baseVersion: base, label: try PairLabel(label, names), confirmsContradictions: body["confirm"]?.bool ?? false)
    }

    private func answer(_ outcome: LabelOutcome, _ names: SideNames) -> Response {
        switch outcome {
        case .saved(let version): Answers.json(["saved": .integer(Int64(version))])
        case .conflict(let stored, let version):
            Answers.json(["conflict": ["version": .integer(Int64(version)), "label": stored.json(names)]], status: .conflict)
        case .contradictory(let found):
            Answers.json(["contradictions": .array(found.map(JSONValue.string))], status: .unprocessableContent)
        }
    }
}
