import Annotation
import Hummingbird
import SafetyPolicies

extension AnnotationResponder {
    /// Routes that show something.
    func read(_ route: Route, _ asker: Session) async throws -> Response {
        let (user, page) = (asker.user, page(asker))
        let projects = ProjectPages(page: page)
        switch route {
        case .projects:
            var found: [(project: Project, complete: Int, items: Int, own: Int)] = []
            for project in try await store.projects(of: user) {
                let share = try await store.share(of: project.id, for: user)
                found.append((project, share.complete, share.items, share.own))
            }
            return Answers.page(projects.list(found))
        case .project(let id): return try await projectPage(id, asker)
        case .history(let id):
            let project = try await store.project(id, for: user)
            return Answers.page(projects.history(project, try await store.history(in: id, of: user)))
        case .assignment(let id):
            let assignment = try await store.assignment(id, of: user)
            let project = try await store.project(assignment.item.project, for: user)
            return Answers.page(
                AnnotatePage(page: page, policy: store.policies.current).assignment(
                    assignment, versions: try await store.versions(of: id, by: user), minutes: try await store.minutesWithoutBreak(of: user),
                    breakMinutes: project.settings.breakMinutes))
        case .coveredPicture(let id): return Answers.bytes(try await store.picture(of: id, .covered, for: user), type: "image/png")
        case .picture(let id): return Answers.bytes(try await store.picture(of: id, .whole, for: user), type: "image/png")
        case .agreement, .review, .reviewedItem, .itemPicture: return try await reviewPage(route, asker)
        default: return try await adminPage(route, asker)
        }
    }

    /// A project's page, with a word about what just happened.
    func projectPage(_ id: Int64, _ asker: Session, notice: String? = nil) async throws -> Response {
        let project = try await store.project(id, for: asker.user)
        let progress = asker.user.role >= .reviewer ? try await store.progress(of: id, for: asker.user) : nil
        let share = try await store.share(of: id, for: asker.user)
        return Answers.page(
            ProjectPages(page: page(asker)).project(project, share: share, progress: progress, user: asker.user, notice: notice))
    }

    private func reviewPage(_ route: Route, _ asker: Session) async throws -> Response {
        let pages = AnnotatePage(page: page(asker), policy: store.policies.current)
        switch route {
        case .agreement(let id):
            let project = try await store.project(id, for: asker.user)
            return Answers.page(AgreementPage(page: page(asker), project: project, try await store.labels(of: project)).html())
        case .review(let id):
            let project = try await store.project(id, for: asker.user)
            return Answers.page(pages.reviewList(project, try await store.disagreements(in: id, for: asker.user)))
        case .reviewedItem(let id): return Answers.page(pages.review(try await store.reviewedItem(id, for: asker.user)))
        case .itemPicture(let id): return Answers.bytes(try await store.picture(ofItem: id, .whole, for: asker.user), type: "image/png")
        default: throw RequestError.notHere
        }
    }

    private func adminPage(_ route: Route, _ asker: Session) async throws -> Response {
        switch route {
        case .admin: return try await overview(asker)
        case .audit: return Answers.page(AdminPages(page: page(asker)).audit(try await store.events()))
        case .ratings(let id):
            let project = try await store.project(id, for: asker.user)
            let file = try await ServedFile("ratings.jsonl") { _ = try await store.export(project, pairs: nil, ratings: $0) }
            return Answers.download(file, type: "application/jsonl", name: "ratings.jsonl")
        case .pairs(let id):
            let project = try await store.project(id, for: asker.user)
            let file = try await ServedFile("train.parquet") { _ = try await store.export(project, pairs: $0, ratings: nil) }
            return Answers.download(file, type: "application/vnd.apache.parquet", name: "train.parquet")
        default: throw RequestError.notHere
        }
    }

    func overview(_ asker: Session, link: String? = nil, notice: String? = nil) async throws -> Response {
        let (users, projects) = (try await store.users(), try await store.projects(of: asker.user))
        return Answers.page(
            AdminPages(page: page(asker)).overview(users, projects, members: try await store.members(), link: link, notice: notice))
    }
}
