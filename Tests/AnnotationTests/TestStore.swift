import Conversations
import Foundation
import ImageProcessing
import PreferenceData
import SafetyPolicies
import Synchronization

@testable import Annotation

/// A folder that is removed with its owner; in memory where the system has such a place, since these tests are not about the device.
final class TestFolder: Sendable {
    let url: URL

    init() throws {
        let memory = URL(filePath: "/dev/shm")
        let parent = FileManager.default.isWritableFile(atPath: memory.path) ? memory : FileManager.default.temporaryDirectory
        url = parent.appending(path: "annotation-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func callAsFunction(_ name: String) -> URL { url.appending(path: name) }
}

/// A clock that tests move.
final class TestClock: Sendable {
    private let time = Mutex<Int64>(1_800_000_000_000)

    func now() -> Int64 { time.withLock { $0 } }
    func advance(minutes: Int64) { time.withLock { $0 += minutes * 60_000 } }
}

/// A store with an admin, a project, and as many annotators as a test wants.
struct TestStore: Sendable {
    let folder: TestFolder
    let clock = TestClock()
    let store: AnnotationStore
    let admin: User

    init() async throws {
        folder = try TestFolder()
        store = try Self.open(folder("store"), clock, creating: true)
        admin = try await store.addUser(name: "admin", password: "a long password", role: .admin)
    }

    static func open(_ url: URL, _ clock: TestClock = TestClock(), creating: Bool = false, readers: Int = 0) throws -> AnnotationStore {
        var options = AnnotationStore.Options()
        options.passwordCost = PasswordCost(logRounds: 4, parallelism: 1)
        options.now = { clock.now() }
        options.readers = readers
        return try AnnotationStore(url, creating: creating, policies: PolicyHolder(SafetyPolicy.packaged()), options: options)
    }

    func annotator(_ name: String, in project: Project, role: UserRole = .annotator) async throws -> User {
        let user = try await store.addUser(name: name, password: "a long password", role: role)
        try await store.setMember(user.id, of: project.id, isMember: true, by: admin)
        return user
    }

    /// A project with items of one picture.
    func project(
        _ name: String = "pilot", items: Int = 3, kind: ItemKind = .work, _ change: (inout ProjectSettings) -> Void = { _ in }
    ) async throws -> Project {
        var settings = ProjectSettings()
        settings.goldEvery = 0
        change(&settings)
        let project = try await store.saveProject(name: name, settings, by: admin.alias)
        try await add(items, to: project, kind: kind)
        return project
    }

    func add(_ items: Int, to project: Project, kind: ItemKind = .work, _ change: (inout ItemImport) -> Void = { _ in }) async throws {
        let file = folder("\(kind.rawValue)-\(UUID().uuidString.prefix(8)).parquet")
        try RowWriter.write((0..<items).map(Self.row), to: file)
        var how = ItemImport()
        how.kind = kind
        change(&how)
        _ = try await store.importItems(BeaverTailsVDataset.load(file), into: project, how, actor: "program")
    }

    static let picture = (try? Image(width: 24, height: 12, pixels: Array(repeating: 90, count: 24 * 12 * 3)).encodedPNG()) ?? []

    static func row(_ number: Int) -> BeaverTailsVRow {
        BeaverTailsVRow(
            question: "What is in picture \(number)?", image: EncodedImage(bytes: picture, path: "a.png"), category: "animal_abuse",
            imageSeverity: 1, responses: Pair("first \(number)", "second \(number)"), sources: Pair("model-a", "model-b"),
            moreHelpfulResponseID: "1", areResponsesSafe: Pair("yes", "no"), saferResponseID: "1", harmlessRates: Pair(1, -2),
            helpfulRates: Pair(3, 1))
    }

    /// What the rows above say.
    static let truth = PairLabel(
        moreHelpful: .first, safer: .first, helpfulRates: Pair(3, 1), harmlessRates: Pair(1, -2), areSafe: Pair(true, false),
        severities: Pair(.safe, .moderate), category: .animalAbuse, imageSeverity: .minor)

    static func submission(_ base: Int = 0, id: String = UUID().uuidString, _ change: (inout PairLabel) -> Void = { _ in }) -> LabelSubmission {
        var label = truth
        change(&label)
        return LabelSubmission(clientID: id, baseVersion: base, label: label, confirmsContradictions: true)
    }

    /// Takes the next item and answers it; nil when there was none.
    @discardableResult
    func answerNext(_ project: Project, _ user: User, _ change: (inout PairLabel) -> Void = { _ in }) async throws -> Int64? {
        guard case .assignment(let id) = try await store.next(in: project.id, for: user) else { return nil }
        _ = try await store.save(Self.submission(0, change), for: id, by: user)
        return id
    }
}
