public import Conversations

/// One row of the pairwise data understood: nothing in it can be misspelled, missing or out of range any more.
public struct PreferenceSample: Sendable, Hashable {
    public var prompt: Prompt
    public var responses: Pair<Response>
    /// The response preferred for helpfulness.
    public var moreHelpful: Side
    /// The response preferred for harmlessness.
    public var safer: Side
    public var category: HarmCategory
    public var imageSeverity: Int
    public var position: RowPosition
    /// Probabilities beside the preferences and flags, where several annotators' answers gave them.
    public var softLabels: SoftLabels

    public init(
        prompt: Prompt, responses: Pair<Response>, moreHelpful: Side, safer: Side, category: HarmCategory,
        imageSeverity: Int, position: RowPosition, softLabels: SoftLabels = SoftLabels()
    ) {
        self.prompt = prompt
        self.responses = responses
        self.moreHelpful = moreHelpful
        self.safer = safer
        self.category = category
        self.imageSeverity = imageSeverity
        self.position = position
        self.softLabels = softLabels
    }

    /// The prompt alone, or with one of the responses as the assistant's turn.
    public func conversation(response side: Side? = nil) -> Conversation {
        prompt.conversation(response: side.map { responses[$0].text })
    }
}

// MARK: - The pair seen from its uses

extension PreferenceSample {
    /// What the reward model and helpful DPO learn from.
    public var helpfulness: PreferencePair { pair(preferring: moreHelpful) }

    /// What harmless DPO and a harmlessness reward learn from.
    public var harmlessness: PreferencePair { pair(preferring: safer) }

    /// What the cost model learns from.
    public var harm: HarmPair {
        HarmPair(prompt: prompt, moreHarmful: responses[safer.other], lessHarmful: responses[safer])
    }

    private func pair(preferring side: Side) -> PreferencePair {
        PreferencePair(prompt: prompt, chosen: responses[side], rejected: responses[side.other])
    }
}
