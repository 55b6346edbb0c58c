import ConfigFiles
import Conversations
import Crypto
import DurableFiles
public import Foundation
import Yams

extension SafetyPolicy {
    /// The policy that comes with the package.
    public static func packaged() throws -> SafetyPolicy {
        guard let url = Bundle.module.url(forResource: "default-policy", withExtension: "yaml") else {
            throw ConfigError(
                origin: "the packaged policy", problems: ["its file is missing"], exitStatus: .internalFault)
        }
        return try SafetyPolicy(contentsOf: url)
    }

    /// The policy in a file of at most 1 MiB.
    ///
    /// - Throws: `ConfigError` with every problem and its line: unknown and missing keys, values out of range, and
    ///   settings that contradict each other; `FileError` when the file cannot be read.
    public init(contentsOf file: URL) throws {
        try self.init(yaml: DurableFiles.read(file, limit: 1 << 20), origin: file.path)
    }

    /// The policy in the bytes of a file. `origin` names it in errors.
    public init(yaml bytes: [UInt8], origin: String) throws {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ConfigError(origin: origin, problems: ["the file is not UTF-8 text"])
        }
        let problems = PolicyProblems()
        let policy = try Self.withRoot(of: text, origin) { root in
            Self.read(PolicySection(root, path: "policy", line: 1, problems), hash: sha256(bytes))
        }
        guard problems.sentences.isEmpty else { throw ConfigError(origin: origin, problems: problems.sentences) }
        self = policy
    }

    private static func withRoot<Result>(of text: String, _ origin: String, _ body: (Node) -> Result) throws -> Result {
        do {
            let parser = try Parser(yaml: text)
            // note: nodes refer weakly to their anchors, which live as long as the parser
            return try withExtendedLifetime(parser) {
                guard let root = try parser.singleRoot() else {
                    throw ConfigError(
                        origin: origin, problems: ["the file is empty; start from the default in docs/policy.md"])
                }
                return body(root)
            }
        } catch let error as YamlError {
            throw ConfigError(origin: origin, problems: [sentence(for: error, in: text)])
        }
    }

    private static func sentence(for error: YamlError, in text: String) -> String {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            "line \(mark.line), column \(mark.column): not YAML: \(problem)"
        case .duplicatedKeysInMapping(let keys, let context):
            "line \(secondLine(of: keys.first ?? "", from: context.mark.line, in: text)): \(keys.joined(separator: ", ")) occurs twice in its section"
        default: "not YAML: \(error)"
        }
    }

    /// Where a key is written again, in the section that begins at `start`; `start` when that cannot be told.
    private static func secondLine(of key: String, from start: Int, in text: String) -> Int {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().dropFirst(
            max(0, start - 1))
        let written = lines.filter { $0.element.drop { $0 == " " }.hasPrefix(key + ":") }
        guard let first = written.first else { return start }
        let indentation = first.element.prefix { $0 == " " }.count
        return written.dropFirst().first { $0.element.prefix { $0 == " " }.count == indentation }.map { $0.offset + 1 }
            ?? start
    }

    // MARK: - The file, section by section

    private static func read(_ root: PolicySection, hash: String) -> SafetyPolicy {
        if root.text("format") != "1" {
            root.report("format", "expected 1, the form of policy file that this version reads")
        }
        let (name, version, mapping) = (root.text("name"), root.text("version"), root.text("openai_mapping"))
        let harmfulFrom = root.word("harmful_from", Severity.self, name: \.name) ?? .minor
        if !root.has("harmful_from") {
            root.report("harmful_from", "is missing: the least level that counts as harmful")
        }
        if harmfulFrom == .safe { root.report("harmful_from", "safe cannot be harmful") }

        let refusals = refusalTexts(root.section("refusals"))
        let directions = root.section("directions")
        var defaults: [PolicyDirection: (unsafe: PolicyRule, category: PolicyRule)] = [:]
        for direction in PolicyDirection.allCases {
            let section = directions.section(direction.rawValue)
            defaults[direction] = (
                rule(section.section("unsafe"), direction), rule(section.section("category"), direction)
            )
            section.finish()
        }
        directions.finish()
        let (entries, overrides) = categories(root.section("categories"), defaults.mapValues(\.category))
        root.finish()

        func rules(_ direction: PolicyDirection) -> DirectionRules {
            let fallback = PolicyRule(threshold: 1, level: .minor, action: .refuse)
            let found = defaults[direction] ?? (fallback, fallback)
            return DirectionRules(
                unsafe: found.unsafe, category: found.category, byCategory: overrides[direction] ?? [:])
        }
        return SafetyPolicy(
            name: name, version: version, hash: hash, harmfulFrom: harmfulFrom, query: rules(.query),
            picture: rules(.picture), response: rules(.response), categories: entries, refusals: refusals,
            mappingVersion: mapping)
    }

    private static func refusalTexts(_ section: PolicySection) -> [PolicyDirection: String] {
        defer { section.finish() }
        return Dictionary(uniqueKeysWithValues: PolicyDirection.allCases.map { ($0, section.text($0.rawValue)) })
    }

    /// A rule; what it does not write is taken from `base`, and without a base everything must be written.
    private static func rule(_ section: PolicySection, _ direction: PolicyDirection, base: PolicyRule? = nil)
        -> PolicyRule
    {
        let threshold = section.probability("threshold")
        let level = section.word("level", Severity.self, name: \.name)
        let action = section.word("action", PolicyAction.self, name: \.rawValue)
        if base == nil {
            for key in ["threshold", "level", "action"] where !section.has(key) { section.report(key, "is missing") }
        }
        let rule = PolicyRule(
            threshold: threshold ?? base?.threshold ?? 1, level: level ?? base?.level ?? .minor,
            action: action ?? base?.action ?? .refuse)
        if rule.action == .regenerate, direction != .response {
            section.report(
                "action",
                "only a response can be regenerated; a \(direction.rawValue) can be allowed, annotated or refused")
        }
        if rule.level == .safe, !rule.action.passes {
            section.report(
                section.has("level") ? "level" : "action",
                "what is safe cannot be \(rule.action.rawValue)d; raise the level to minor")
        }
        section.finish()
        return rule
    }

    private static func categories(
        _ section: PolicySection, _ defaults: [PolicyDirection: PolicyRule]
    ) -> ([HarmCategory: CategoryEntry], [PolicyDirection: [HarmCategory: PolicyRule]]) {
        var entries: [HarmCategory: CategoryEntry] = [:]
        var overrides: [PolicyDirection: [HarmCategory: PolicyRule]] = [:]
        for category in HarmCategory.allCases {
            let written = section.section(category.rawValue)
            let entry = CategoryEntry(
                title: written.text("title"), about: written.text("about"), openAI: mapping(written),
                refusal: written.optionalText("refusal"))
            var effective: [PolicyRule] = []
            for direction in PolicyDirection.allCases {
                let base = defaults[direction]
                guard let own = written.optionalSection(direction.rawValue) else {
                    base.map { effective.append($0) }; continue
                }
                let override = rule(own, direction, base: base)
                overrides[direction, default: [:]][category] = override
                effective.append(override)
            }
            if entry.refusal != nil, effective.allSatisfy(\.action.passes) {
                written.report("refusal", "no direction refuses this category, so its text would never be shown")
            }
            written.finish()
            entries[category] = entry
        }
        section.finish()
        return (entries, overrides)
    }

    private static func mapping(_ section: PolicySection) -> [OpenAICategory] {
        let mapped = section.words("openai", OpenAICategory.self, name: \.rawValue)
        if Set(mapped).count < mapped.count { section.report("openai", "a category is named twice") }
        for child in mapped {
            if let parent = child.parent, !mapped.contains(parent) {
                section.report("openai", "\(child.rawValue) is part of \(parent.rawValue), which must be named too")
            }
        }
        return mapped
    }
}

private func sha256(_ bytes: [UInt8]) -> String {
    SHA256.hash(data: bytes).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
}
