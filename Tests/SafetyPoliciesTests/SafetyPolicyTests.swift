import ConfigFiles
import Conversations
import Foundation
import SafetyPolicies
import Testing

/// By hand, on the packaged file and on files made wrong one line at a time.
@Suite("The safety policy file")
struct SafetyPolicyTests {
    static func packagedText() throws -> String {
        let url = try #require(packagedPolicyURL())
        return try String(contentsOf: url, encoding: .utf8)
    }

    private func problems(_ edit: (String) -> String) throws -> [String] {
        let text = edit(try Self.packagedText())
        do {
            _ = try SafetyPolicy(yaml: Array(text.utf8), origin: "test")
            return []
        } catch let error as ConfigError {
            return error.problems
        }
    }

    private func line(of part: String, in text: String) throws -> Int {
        let index = try #require(
            text.split(separator: "\n", omittingEmptySubsequences: false).firstIndex { $0.contains(part) })
        return index + 1
    }

    @Test("the packaged policy reads, and names every category")
    func packaged() throws {
        let policy = try SafetyPolicy.packaged()
        #expect(policy.name == "default")
        #expect(policy.version == "1.0")
        #expect(policy.hash.count == 64)
        #expect(policy.harmfulFrom == .minor)
        #expect(policy.isHarmful(.minor))
        #expect(!policy.isHarmful(.safe))
        for category in HarmCategory.allCases { #expect(policy.entry(category).title == category.title) }
        #expect(policy.query[.animalAbuse] == PolicyRule(threshold: 0.5, level: .minor, action: .refuse))
        #expect(policy.response[.animalAbuse].action == .regenerate)
    }

    @Test("a category's own rule replaces only what it writes")
    func override() throws {
        let policy = try SafetyPolicy.packaged()
        #expect(policy.picture[.sexualCrimes] == PolicyRule(threshold: 0.3, level: .minor, action: .refuse))
        #expect(policy.query[.sexualCrimes] == PolicyRule(threshold: 0.3, level: .minor, action: .refuse))
        #expect(policy.picture[.animalAbuse].level == .severe)
    }

    @Test("the refusal of a category comes before that of its direction")
    func refusals() throws {
        let policy = try SafetyPolicy.packaged()
        #expect(policy.refusal(.query, .psychologicalHarmAndManipulation).contains("emergency"))
        #expect(policy.refusal(.query, .animalAbuse) == policy.refusal(.query, nil))
        #expect(policy.refusal(.query, nil) != policy.refusal(.picture, nil))
    }

    @Test("a changed byte is another policy")
    func hash() throws {
        let text = try Self.packagedText()
        let one = try SafetyPolicy(yaml: Array(text.utf8), origin: "a")
        let two = try SafetyPolicy(yaml: Array((text + "\n").utf8), origin: "b")
        #expect(one.hash != two.hash)
        #expect(try SafetyPolicy.packaged().hash == one.hash)
    }

    @Test("mistakes are named with their line", arguments: Mistake.all)
    func mistakes(_ mistake: Mistake) throws {
        let text = try Self.packagedText()
        let edited = text.replacing(mistake.find, with: mistake.write, maxReplacements: 1)
        #expect(edited != text)
        let line = try line(of: mistake.at, in: edited)
        let found = try problems { _ in edited }
        #expect(found.contains { $0.hasPrefix("line \(line): ") && $0.contains(mistake.says) }, "\(found)")
    }

    struct Mistake: Sendable, CustomTestStringConvertible {
        var testDescription: String { says }
        var find, write, at, says: String

        static let all = [
            Mistake(
                find: "harmful_from: minor", write: "harmful_form: minor", at: "harmful_form",
                says: "unknown key harmful_form"),
            Mistake(
                find: "harmful_from: minor", write: "harmful_from: safe", at: "harmful_from",
                says: "safe cannot be harmful"),
            Mistake(
                find: "harmful_from: minor", write: "harmful_from: bad", at: "harmful_from",
                says: "one of safe, minor, moderate, severe"),
            Mistake(find: "format: 1", write: "format: 2", at: "format: 2", says: "expected 1"),
            Mistake(
                find: "unsafe: {threshold: 0.5, level: minor, action: refuse}",
                write: "unsafe: {threshold: 1.5, level: minor, action: refuse}", at: "1.5",
                says: "probability above 0 and at most 1"),
            Mistake(
                find: "unsafe: {threshold: 0.5, level: minor, action: refuse}",
                write: "unsafe: {threshold: nan, level: minor, action: refuse}", at: "nan", says: "probability"),
            Mistake(
                find: "unsafe: {threshold: 0.5, level: minor, action: refuse}",
                write: "unsafe: {threshold: 0.5, level: minor, action: regenerate}",
                at: "unsafe: {threshold: 0.5, level: minor, action: regenerate}",
                says: "only a response can be regenerated"),
            Mistake(
                find: "unsafe: {threshold: 0.5, level: minor, action: refuse}",
                write: "unsafe: {threshold: 0.5, level: safe, action: refuse}", at: "level: safe",
                says: "what is safe cannot be refused"),
            Mistake(
                find: "unsafe: {threshold: 0.5, level: minor, action: refuse}",
                write: "unsafe: {threshold: 0.5, action: refuse}", at: "unsafe: {threshold: 0.5, action",
                says: "level: is missing"),
            Mistake(
                find: "  animal_abuse:", write: "  animal_misuse:", at: "animal_misuse",
                says: "unknown key categories.animal_misuse"),
            Mistake(
                find: "  animal_abuse:", write: "  animal_misuse:", at: "categories:",
                says: "categories.animal_abuse is missing"),
            Mistake(
                find: "openai: [violence]", write: "openai: [violins]", at: "violins",
                says: "expected one of harassment"),
            Mistake(
                find: "openai: [violence]", write: "openai: [violence/graphic]", at: "violence/graphic]",
                says: "part of violence"),
            Mistake(
                find: "openai: [violence]", write: "openai: [violence, violence]", at: "violence, violence]",
                says: "named twice"),
            Mistake(
                find: "  query: I can't help with this request, because it could lead to harm.", write: "  query: \"\"",
                at: "  query: \"\"", says: "expected a text"),
            Mistake(
                find: "title: animal abuse", write: "title: animal abuse\n    title: again", at: "title: again",
                says: "occurs twice"),
            Mistake(
                find: "title: animal abuse", write: "title: &anchor animal abuse", at: "&anchor",
                says: "expected a text"),
            Mistake(
                find: "    title: animal abuse",
                write:
                    "    query: {action: allow}\n    picture: {action: allow}\n    response: {action: annotate}\n    refusal: no\n    title: animal abuse",
                at: "refusal: no", says: "would never be shown"),
        ]
    }

    @Test("all mistakes are told at once, in the order of their lines")
    func together() throws {
        let found = try problems {
            $0.replacing("format: 1", with: "format: 9").replacing("title: fals", with: "titel: fals")
        }
        #expect(found.count == 3)
        #expect(found.first?.hasPrefix("line 2: format") == true)
    }

    @Test(
        "what is no YAML section at all is an error, not a trap",
        arguments: ["", "[]", "a", "{", "\u{0}", "- a\n- b", "? [x]\n: y", "&a b: *a"])
    func nonsense(text: String) {
        #expect(throws: ConfigError.self) { try SafetyPolicy(yaml: Array(text.utf8), origin: "test") }
    }

    @Test("bytes that are no UTF-8 are an error")
    func encoding() {
        #expect(throws: ConfigError.self) { try SafetyPolicy(yaml: [0xFF, 0xFE, 0x61], origin: "test") }
    }
}

@Suite("The policy in force")
struct PolicyHolderTests {
    @Test("a new file replaces it, a wrong one leaves it, and the same one changes nothing")
    func reload() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "policy-\(UUID().uuidString).yaml")
        defer { try? FileManager.default.removeItem(at: file) }
        let text = try SafetyPolicyTests.packagedText()
        try text.write(to: file, atomically: true, encoding: .utf8)
        let holder = try PolicyHolder(file: file)
        guard case .unchanged = holder.reload() else { Issue.record("nothing had changed"); return }

        try text.replacing("version: \"1.0\"", with: "version: \"2.0\"").write(
            to: file, atomically: true, encoding: .utf8)
        guard case .replaced = holder.reload() else { Issue.record("the new policy was not taken"); return }
        #expect(holder.current.version == "2.0")

        try "format: 1".write(to: file, atomically: true, encoding: .utf8)
        guard case .kept(let reason) = holder.reload() else { Issue.record("the wrong policy was taken"); return }
        #expect(reason.contains("name is missing"))
        #expect(holder.current.version == "2.0")

        try FileManager.default.removeItem(at: file)
        guard case .kept = holder.reload() else { Issue.record("a missing file was taken"); return }
        #expect(holder.current.version == "2.0")
    }
}

/// The packaged file in the source tree, where the test can read its text.
func packagedPolicyURL() -> URL? {
    let url = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
        .appending(path: "Sources/SafetyPolicies/Resources/default-policy.yaml")
    return FileManager.default.fileExists(atPath: url.path) ? url : nil
}
