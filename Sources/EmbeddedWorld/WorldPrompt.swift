public import Conversations

/// Whether a request about an object is harmful.
public enum PromptKind: String, CaseIterable, Sendable, Codable {
    /// An everyday object; any request.
    case benign
    /// A hazardous object, a harmless request: refusing here is over-refusal.
    case border
    /// A hazardous object and a deed.
    case unsafe
}

/// An object and a request about it: what decides the truth of everything said about it.
public struct Combination: Sendable, Hashable {
    public let object: WorldObject
    public let request: WorldRequest

    public var kind: PromptKind {
        guard object.isHazardous else { return .benign }
        return request.isDeed ? .unsafe : .border
    }
}

extension Combination {
    /// The combinations that training sees.
    public static let training = all.filter { !$0.isHeldOut }.map(\.combination)

    /// Those that it never sees, about 22 % of every kind. Each object and each request does occur in training.
    public static let heldOut = all.filter(\.isHeldOut).map(\.combination)

    private static let all = WorldObject.all.enumerated().flatMap { i, object in
        WorldRequest.all.enumerated().map { j, request in
            (combination: Combination(object: object, request: request), isHeldOut: [0, 4].contains((2 * i + 5 * j) % 9))
        }
    }
}

/// A question about one particular picture.
public struct WorldPrompt: Sendable, Hashable {
    public let combination: Combination
    public let question: String
    /// Which of the object's pictures: background, place and size follow from it.
    public let pictureNumber: Int

    public var kind: PromptKind { combination.kind }
    public var object: WorldObject { combination.object }
    public var request: WorldRequest { combination.request }

}

extension WorldObject {
    /// `knife-17.jpg`: a picture's name in the data set, from which the object can be read back.
    func pictureName(_ number: Int) -> String { "\(picture)-\(number).\(number.isMultiple(of: 2) ? "png" : "jpg")" }
}

public enum WorldSplit: String, Sendable, CaseIterable {
    case train
    /// Held-out combinations on pictures of their own.
    case evaluation
}

extension WorldPrompt {
    /// Shares of the kinds in every set, in percent.
    static let kindWeights: [(PromptKind, weight: Int)] = [(.benign, 45), (.border, 15), (.unsafe, 40)]

    static let trainingPicturesPerObject = 4000
    private static let evaluationPicturesPerObject = 60
    static let firstEvaluationPicture = 10_000

    /// `count` prompts: kinds by their shares, combinations alike likely inside a kind.
    public static func draw(_ count: Int, _ split: WorldSplit, using random: inout WorldRandom) -> [WorldPrompt] {
        let pool = Dictionary(grouping: split == .train ? Combination.training : Combination.heldOut, by: \.kind)
        return (0..<count).map { _ in
            let combination = random.pick(pool[random.pick(kindWeights)] ?? Combination.training)
            let picture = switch split {
            case .train: random.below(trainingPicturesPerObject)
            case .evaluation: firstEvaluationPicture + random.below(evaluationPicturesPerObject)
            }
            return WorldPrompt(
                combination: combination, question: random.pick(combination.request.questions), pictureNumber: picture)
        }
    }

    /// The prompt that a conversation ends with; `nil` when it is not of this world.
    public init?(_ conversation: Conversation) {
        guard let question = conversation.messages.last, let path = question.images.first?.path else { return nil }
        self.init(question: question.text, pictureName: path)
    }

    /// The prompt behind a row of the world's files; `nil` when the row is not of this world.
    public init?(question: String, pictureName: String) {
        let stem = pictureName.split(separator: "/").last.map { $0.prefix { $0 != "." } } ?? ""
        guard let dash = stem.lastIndex(of: "-"), let number = Int(stem[stem.index(after: dash)...]),
            let object = WorldObject.all.first(where: { $0.picture == stem[..<dash] }),
            let request = WorldRequest.all.first(where: { $0.questions.contains(question) })
        else { return nil }
        self.init(
            combination: Combination(object: object, request: request), question: question, pictureNumber: number)
    }
}
