/// Two responses to one prompt, one preferred over the other.
public struct PreferencePair: Sendable, Hashable {
    public var prompt: Prompt
    public var chosen, rejected: Response

    public init(prompt: Prompt, chosen: Response, rejected: Response) {
        self.prompt = prompt
        self.chosen = chosen
        self.rejected = rejected
    }
}

/// Two responses to one prompt, ordered by harm: the cost of `moreHarmful` shall be the higher one.
public struct HarmPair: Sendable, Hashable {
    public var prompt: Prompt
    public var moreHarmful, lessHarmful: Response

    public init(prompt: Prompt, moreHarmful: Response, lessHarmful: Response) {
        self.prompt = prompt
        self.moreHarmful = moreHarmful
        self.lessHarmful = lessHarmful
    }

    /// On which side of cost 0 each response lies and how far, −3 … 3; above 0 is harmful. Both may have one sign.
    public var gradedSigns: (moreHarmful: Int, lessHarmful: Int) {
        (moreHarmful.gradedHarmSign, lessHarmful.gradedHarmSign)
    }

    /// On which side of cost 0 each response lies by its flag: +1 harmful, −1 safe.
    public var signs: (moreHarmful: Int, lessHarmful: Int) {
        (moreHarmful.harmSign, lessHarmful.harmSign)
    }
}
