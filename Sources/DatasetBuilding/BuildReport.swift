public import StrictJSON

/// What a build has come to.
public struct BuildReport: Sendable, Equatable {
    /// Pictures that can be used, and files that cannot.
    public var pictures, unusablePictures: Int
    public var stages: [StageTally]
    /// Questions that have two responses or more, those of them whose responses were too alike, and those with fewer.
    public var comparable, tooAlike, withoutPair: Int
    /// Pairs by what became of them; failed ones have no verdict.
    public var accepted, inReview, rejected, failed: Int

    public var promptTokens: Int { stages.reduce(0) { $0 + $1.promptTokens } }
    public var completionTokens: Int { stages.reduce(0) { $0 + $1.completionTokens } }
    /// Calls that have no answer yet; the same command tries them again.
    public var openCalls: Int { stages.reduce(0) { $0 + $1.failed } }

    public var json: JSONValue {
        func number(_ value: Int) -> JSONValue { .integer(Int64(value)) }
        return [
            "pictures": number(pictures), "unusable_pictures": number(unusablePictures),
            "stages": .array(
                stages.map {
                    [
                        "name": .string($0.name), "done": number($0.done), "reused": number($0.reused), "failed": number($0.failed),
                        "prompt_tokens": number($0.promptTokens), "completion_tokens": number($0.completionTokens),
                    ]
                }),
            "comparable": number(comparable), "too_alike": number(tooAlike), "without_pair": number(withoutPair),
            "accepted": number(accepted), "in_review": number(inReview), "rejected": number(rejected), "failed": number(failed),
            "prompt_tokens": number(promptTokens), "completion_tokens": number(completionTokens),
        ]
    }
}
