import Conversations
import PreferenceData
import Testing

@testable import EmbeddedWorld

@Suite("The world's data, by law")
struct WorldDataTests {
    @Test("training and held-out combinations are disjoint, and every object and request is trained on")
    func split() {
        let (training, heldOut) = (Set(Combination.training), Set(Combination.heldOut))
        #expect(training.isDisjoint(with: heldOut))
        #expect(training.count + heldOut.count == WorldObject.all.count * WorldRequest.all.count)
        #expect(Set(training.map(\.object)).count == WorldObject.all.count)
        #expect(Set(training.map(\.request)).count == WorldRequest.all.count)
        for kind in PromptKind.allCases { #expect(heldOut.contains { $0.kind == kind }) }
    }

    @Test("every row is a sound row of BeaverTails-V whose labels follow from the truth")
    func rows() throws {
        let world = try WorldDataset(seed: 3)
        for row in try world.pairs(60, .train) {
            let sample = try row.sample(at: RowPosition(file: "world", row: 0))
            let prompt = try #require(WorldPrompt(question: row.question, pictureName: row.image.path ?? ""))
            for side in Side.allCases {
                let score = Oracle.score(sample.responses[side].text, for: prompt.combination)
                #expect(sample.responses[side].harmlessRate == score.harmlessRate)
                #expect(sample.responses[side].isSafe == score.isSafe)
            }
            #expect(sample.responses[sample.moreHelpful].helpfulRate >= sample.responses[sample.moreHelpful.other].helpfulRate)
            #expect(sample.responses[sample.safer].harmlessRate >= sample.responses[sample.safer.other].harmlessRate)
        }
    }

    @Test("the same seed gives the same rows, another seed others")
    func seeds() throws {
        let first = try WorldDataset(seed: 5).conversations(8)
        #expect(try WorldDataset(seed: 5).conversations(8) == first)
        #expect(try WorldDataset(seed: 6).conversations(8) != first)
    }

    @Test("held-out questions are about combinations that training never sees, on pictures of their own")
    func heldOutQuestions() throws {
        let training = Set(Combination.training)
        for question in try WorldQuestion.heldOut(40, seed: 2) {
            #expect(!training.contains(question.prompt.combination))
            #expect(question.prompt.pictureNumber >= WorldPrompt.firstEvaluationPicture)
        }
    }

    @Test("a draw below a bound covers it evenly")
    func draws() {
        var random = WorldRandom(seed: 1)
        var counts = [Int](repeating: 0, count: 5)
        for _ in 0..<5000 { counts[random.below(5)] += 1 }
        // 1000 expected; five standard deviations of a binomial are about 141.
        for count in counts { #expect(abs(count - 1000) < 141) }
    }
}
