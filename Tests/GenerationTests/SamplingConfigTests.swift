import Generation
import Testing

@Suite("Sampling settings")
struct SamplingConfigTests {
    @Test("are in order by default")
    func byDefault() {
        let config = SamplingConfig()
        #expect(config.problems("sampling").isEmpty)
        #expect(!config.isGreedy)
        #expect((config.maximumNewTokens, config.topK) == (512, 0))
        #expect((config.temperature, config.topP, config.repetitionPenalty) == (1, 1, 1))
    }

    @Test("name everything that is wrong at once")
    func problems() {
        var config = SamplingConfig()
        (config.maximumNewTokens, config.minimumNewTokens, config.topK) = (0, 4, -1)
        (config.temperature, config.topP, config.repetitionPenalty) = (-1, 0, .infinity)
        let problems = config.problems("sampling")
        #expect(problems.count == 6)
        #expect(problems.contains("sampling.topP must be in (0, 1], found 0.0"))
        #expect(problems.contains("sampling.minimumNewTokens must be in 0...maximumNewTokens = 0, found 4"))
    }
}
