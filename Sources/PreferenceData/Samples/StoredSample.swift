public import Conversations

/// What all kinds of samples have, so that one check and one set of statistics serve them.
public protocol StoredSample: Sendable {
    var prompt: Prompt { get }
    /// The texts of the responses, in the order stored.
    var responseTexts: [String] { get }
    var category: HarmCategory { get }
    /// The data set's code for how severe the picture is; what its values mean is not published.
    var imageSeverity: Int { get }
    var position: RowPosition { get }

    /// What the sample says, for people.
    var text: String { get }

    /// Labels of this sample that contradict each other.
    var contradictions: [Contradiction] { get }

    /// Adds what is particular to this kind of sample to the statistics.
    func tally(into statistics: inout DataStatistics)
}

/// Two labels of one sample that cannot both be right.
public struct Contradiction: Sendable, Equatable {
    public var kind: Finding.Kind
    public var column: String
    /// What the labels say, in words.
    public var found: String
}
