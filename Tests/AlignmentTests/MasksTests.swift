import Testing
import Torch

@testable import Alignment

@Suite("Masks and masked means")
struct MasksTests {
    init() { Engine.threadCount = 1 }

    @Test("the mask comes from lengths, also where padding looks like the end token")
    func fromLengths() throws {
        // Token 0 ends a response and pads the rows.
        let responses = try Scene(padding: 0, extraColumns: 2).responses
        #expect(try responses.mask.floats() == [1, 1, 1, 1, 1, 1, 0, 0, 1, 0, 0, 0])
    }

    @Test("a response's own mean comes first in sequenceMean, all tokens are alike in tokenMean")
    func means() throws {
        let x = try Tensor([[1, 3, 9, 9], [8, 9, 9, 9]] as [[Float]])
        let mask = try responseMask(ResponseSpans(promptLengths: [1, 1], responseLengths: [2, 1]))
        let wide = try Tensor([[1, 1, 0, 0], [1, 0, 0, 0]] as [[Float]]).isGreater(than: 0)
        #expect(try mask.floats() == [1, 1, 1, 0])
        #expect(try sequenceMean(x, wide).item() == 5)  // (2 + 8) / 2
        #expect(try tokenMean(x, wide).item() == 4)  // 12 / 3
        #expect(try sequenceSumMean(x, wide).item() == 6)  // (4 + 8) / 2
    }

    @Test("a legal zero stays counted in the denominator")
    func legalZero() throws {
        let x = try Tensor([[0, 4]] as [[Float]])
        let mask = try responseMask(ResponseSpans(promptLengths: [1], responseLengths: [2]))
        #expect(try sequenceMean(x, mask).item() == 2)
    }

    @Test(
        "what stands in the padding reaches neither the mean nor the gradient", arguments: [Float.nan, .infinity, 1e38])
    func junk(_ junk: Float) throws {
        let x = try Tensor([[1, 2, junk], [3, junk, junk]] as [[Float]]).requireGradient()
        let mask = try Tensor([[1, 1, 0], [1, 0, 0]] as [[Float]]).isGreater(than: 0)
        for mean in [sequenceMean, tokenMean] {
            try x.setGradient(nil)
            let value = try mean(x, mask)
            try value.backward()
            #expect(try value.item().isFinite)
            let gradient = try #require(try x.gradient()).rows()
            #expect(gradient[0][2] == 0 && gradient[1][1] == 0 && gradient[1][2] == 0)
            #expect(gradient[0][0] != 0)
        }
    }

    @Test("a score lands on each row's own last token, also in a response of one")
    func lastToken() throws {
        let placed = try atLastToken(Tensor([5, 6, 7] as [Float]), Scene().responses.spans)
        #expect(try placed.rows() == [[0, 0, 0, 5], [0, 6, 0, 0], [7, 0, 0, 0]])
    }
}
