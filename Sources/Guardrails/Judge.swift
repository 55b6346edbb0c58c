import Conversations
public import SafetyPolicies

/// The one path by which anything is judged: every route, streaming or not, one choice or many.
///
/// What is judged is taken apart into everything that a model could understand by it: the question, the whole
/// conversation, the pictures by themselves and together, and all of it again in each view of the texts. The verdicts of
/// one direction are joined to the strictest, and the policy decides.
public struct Judge: Sendable {
    public let guardModel: any Guard
    public var normalizer: TextNormalizer

    public init(_ guardModel: any Guard, normalizer: TextNormalizer = TextNormalizer()) {
        self.guardModel = guardModel
        self.normalizer = normalizer
    }

    /// Judges a request: all its turns, of every role.
    public func request(_ turns: [Turn], under policy: SafetyPolicy) async throws -> Judgement {
        try await judgement(queryInputs(turns) + pictureInputs(turns.flatMap(\.images)), under: policy)
    }

    /// Judges a response of the assistant to `prompt`. Text that was already judged as part of the prompt is judged again
    /// with it: a harmless answer can be harmful after the right question.
    public func response(_ text: String, to prompt: [Turn], under policy: SafetyPolicy) async throws -> Judgement {
        let answer = Turn(.assistant, text: text)
        let inputs = variants(of: prompt + [answer]).map { GuardInput(.response, $0) }
        // note: the response by itself, too: a long prompt must not hide what is said
        let alone = variants(of: [answer]).map { GuardInput(.conversation, $0) }
        return try await judgement((inputs + (prompt.isEmpty ? [] : alone)).map { (.response, $0) }, under: policy)
    }

    // MARK: - What is looked at

    private typealias Task = (direction: PolicyDirection, input: GuardInput)

    private func queryInputs(_ turns: [Turn]) -> [Task] {
        let question = turns.last { $0.speaker == .user }.map { [$0] } ?? turns
        var inputs = variants(of: question).map { GuardInput(.query, $0) }
        if turns != question { inputs += variants(of: turns).map { GuardInput(.conversation, $0) } }
        return inputs.map { (.query, $0) }
    }

    private func pictureInputs(_ images: [EncodedImage]) -> [Task] {
        var seen: Set<EncodedImage> = []
        let distinct = images.filter { seen.insert($0).inserted }
        var groups = distinct.map { [$0] }
        if distinct.count > 1 { groups.append(distinct) }
        return groups.map { (.picture, GuardInput(.query, [Turn(.user, $0.map(ContentPart.image))])) }
    }

    /// The turns as written, then with every text in its next view, until no text has another.
    private func variants(of turns: [Turn]) -> [[Turn]] {
        let views = turns.map { turn in turn.parts.map(partViews) }
        // note: words that are split over parts of one turn are read together as well
        let joined = turns.map { normalizer.views(of: $0.text) }
        let count = views.joined().map(\.count).max() ?? 1
        var variants = (0..<count).map { index in
            zip(turns, views).map { turn, views in Turn(turn.speaker, views.map { $0[min(index, $0.count - 1)] }) }
        }
        if turns.contains(where: { $0.parts.count > 1 }) {
            for index in 1..<max(1, joined.map(\.count).max() ?? 1) {
                variants.append(
                    zip(turns, joined).map { turn, views in
                        Turn(
                            turn.speaker,
                            [.text(views[min(index, views.count - 1)])] + turn.images.map(ContentPart.image))
                    })
            }
        }
        return variants
    }

    private func partViews(_ part: ContentPart) -> [ContentPart] {
        switch part {
        case .text(let text): normalizer.views(of: text).map(ContentPart.text)
        case .image: [part]
        }
    }

    // MARK: - Asking and deciding

    private func judgement(_ tasks: [Task], under policy: SafetyPolicy) async throws -> Judgement {
        var distinct: [GuardInput: Int] = [:]
        var inputs: [GuardInput] = []
        for task in tasks where distinct[task.input] == nil {
            try check(task.input)
            distinct[task.input] = inputs.count
            inputs.append(task.input)
        }
        let verdicts = try await guardModel.judge(inputs)
        guard verdicts.count == inputs.count else {
            throw GuardError.wrongCount(expected: inputs.count, found: verdicts.count)
        }

        var joined: [PolicyDirection: Verdict] = [:]
        for task in tasks {
            guard let index = distinct[task.input] else { continue }
            joined[task.direction] = joined[task.direction]?.joined(with: verdicts[index]) ?? verdicts[index]
        }
        return try Judgement(joined, guardModel.identity, policy)
    }

    private func check(_ input: GuardInput) throws {
        let limits = guardModel.limits
        if input.textByteCount > limits.textBytes {
            throw GuardError.tooLong(found: input.textByteCount, limit: limits.textBytes, unit: "bytes of text")
        }
        if input.imageCount > limits.images {
            throw GuardError.tooLong(found: input.imageCount, limit: limits.images, unit: "pictures")
        }
    }
}

/// What was found in one thing that was judged, and what the policy says to it.
public struct Judgement: Sendable, Equatable {
    /// The strictest verdict of each direction that was looked at; never empty.
    public let verdicts: [PolicyDirection: Verdict]
    public let decision: PolicyDecision
    public let guardIdentity: GuardIdentity

    init(_ verdicts: [PolicyDirection: Verdict], _ identity: GuardIdentity, _ policy: SafetyPolicy) throws(GuardError) {
        let decisions = PolicyDirection.allCases.compactMap { direction in
            verdicts[direction].map { PolicyDecision($0, in: direction, under: policy) }
        }
        guard let first = decisions.first else { throw .wrongCount(expected: 1, found: 0) }
        self.verdicts = verdicts
        decision = decisions.dropFirst().reduce(first) { $0.stricter($1) }
        guardIdentity = identity
    }

    /// The verdicts of all directions as one, at least as strict as each.
    public var verdict: Verdict {
        let all = PolicyDirection.allCases.compactMap { verdicts[$0] }
        // note: never empty, as the initialiser makes sure
        return all.dropFirst().reduce(all[0]) { $0.joined(with: $1) }
    }
}
