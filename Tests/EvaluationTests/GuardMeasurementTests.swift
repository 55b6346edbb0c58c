import Conversations
import Evaluation
import PreferenceData
import Statistics
import StrictJSON
import Testing
import VisionLanguageModels

@Suite("What a guard is worth")
struct GuardMeasurementTests {
    private func prediction(_ unsafe: Double, _ level: Severity, _ category: HarmCategory = .animalAbuse) -> GuardPrediction {
        GuardPrediction(
            unsafe: unsafe, levels: Severity.allCases.map { $0 == level ? 0.7 : 0.1 },
            categoriesIfUnsafe: HarmCategory.allCases.map { $0 == category ? 0.81 : 0.01 }, refusal: 0.2)
    }

    private func example(_ isUnsafe: Bool?, _ level: Severity?, _ category: HarmCategory? = nil, isResponse: Bool = true, severity: Int = 0) -> GuardExample {
        let question = Message(role: .user, text: "How?")
        let messages = isResponse ? [question, Message(role: .assistant, text: "So.")] : [question]
        return GuardExample(
            Conversation(messages: messages),
            GuardLabels(isUnsafe: isUnsafe, level: level, category: category, isRefusal: isResponse ? false : nil), imageSeverity: severity)
    }

    @Test("by hand")
    func byHand() throws {
        let predictions = [
            prediction(0.9, .severe), prediction(0.8, .minor, .sexualCrimes), prediction(0.6, .minor), prediction(0.4, .safe),
            prediction(0.1, .safe), prediction(0.7, .safe),
        ]
        let examples = [
            example(true, .severe, .animalAbuse), example(true, .moderate, .animalAbuse), example(false, .safe, severity: 2),
            example(true, nil, .sexualCrimes), example(false, .safe, severity: 1), example(nil, nil),
        ]
        let found = try #require(GuardMeasurement(predictions, examples)[.response])
        #expect(found.count == 5)
        #expect(found.harm.counts == BinaryCounts(truePositives: 2, falsePositives: 1, trueNegatives: 1, falseNegatives: 1))
        // 0.9 and 0.8 are above both harmless ones, 0.4 above one of them: 5 of 6 pairs.
        #expect(found.harm.area.value == 5 / 6.0)
        #expect(found.borderFalseAlarms.value == 0.5 && found.borderFalseAlarms.n == 2)
        #expect(found.levelAccuracy.value == 0.5 && found.levelAccuracy.n == 4)
        #expect(found.levelConfusion == [[1, 1, 0, 0], [0, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 1]])
        #expect(found.categories.map(\.category) == [.animalAbuse, .sexualCrimes])
        // Animal abuse: found in items 1 and 3, true in 1 and 2.
        #expect(found.categories[0].rates.counts == BinaryCounts(truePositives: 1, falsePositives: 1, trueNegatives: 2, falseNegatives: 1))
        #expect(found.categoryAccuracy.value == 1 / 3.0)
        #expect(found.categoryConfusion == [[1, 1, 0], [1, 0, 0]])
        #expect(found.refusal?.counts.trueNegatives == 5)
    }

    @Test("thresholds decide, per view and category")
    func thresholds() throws {
        let predictions = [prediction(0.3, .safe), prediction(0.3, .safe)]
        let examples = [example(true, .minor, .animalAbuse), example(false, .safe, isResponse: false)]
        let strict = GuardThresholds(unsafe: 0.25, categories: [.animalAbuse: 0.25])
        let found = GuardMeasurement(predictions, examples) { $0 == .response ? strict : nil }
        #expect(found[.response]?.harm.counts.truePositives == 1 && found[.query]?.harm.counts.trueNegatives == 1)
        // 0.3 · 0.81 stays below 0.25.
        #expect(found[.response]?.categories[0].rates.counts.falseNegatives == 1)
        #expect(found[.query]?.refusal == nil)
    }

    @Test("its JSON has the same members in the same order, and null where nothing was counted")
    func json() throws {
        let found = GuardMeasurement([prediction(0.9, .severe)], [example(true, .severe, .animalAbuse)])
        let view = try #require(found.json["response"])
        #expect(view.object?.keys == [
            "items", "harm", "border_false_alarms", "level_accuracy", "levels", "level_confusion", "category_accuracy", "categories",
            "category_confusion", "refusal",
        ])
        #expect(view["border_false_alarms"]?["value"]?.isNull == true)
        #expect(view["harm"]?.object?.keys == ["accuracy", "precision", "recall", "f1", "false_positive_rate", "auroc", "confusion"])
        #expect(!found.text.contains("nan"))
    }
}

@Suite("Calibrating a guard")
struct GuardCalibratingTests {
    private func scores(_ unsafe: Double) -> GuardScores {
        GuardScores(unsafe: unsafe, level: [0, 0, 0, 0], category: [Double](repeating: 0, count: 20), refusal: 0)
    }

    private func example(_ isUnsafe: Bool) -> GuardExample {
        GuardExample(
            Conversation(messages: [Message(role: .user, text: "How?")]),
            GuardLabels(isUnsafe: isUnsafe, category: isUnsafe ? .animalAbuse : nil))
    }

    @Test("fits each head's temperature, and thresholds in calibrated probabilities, by hand")
    func byHand() throws {
        // Logit 2 with three of four right: T = 2 / log 3, so the probability is ¾; 9 harmful ones allow no miss at α = 0.1.
        let examples = (0..<12).map { example($0 < 9) }
        let found = GuardCalibrating(examples.map { _ in scores(2) }, examples, missRate: 0.1)
        #expect(abs(found.calibration.temperatures.unsafe - 2 / 1.0986122886681098) < 1e-5)
        #expect(found.heads[0].after.expectedCalibrationError < 1e-5 && found.heads[0].before.expectedCalibrationError > 0.1)
        #expect(found.calibration.temperatures.level == 1 && found.calibration.exampleCount == 12)
        let thresholds = try #require(found.calibration.queryThresholds)
        #expect(abs(thresholds.unsafe - 0.75) < 1e-6 && abs((thresholds.categories[.animalAbuse] ?? 0) - 0.0375) < 1e-6)
        #expect(found.calibration.responseThresholds == nil)
        #expect(found.thresholds[0].falseAlarms.value == 1 && found.thresholds[0].found.bound == 0.1)
    }

    @Test("saves no threshold that promises nothing")
    func tooFew() {
        let examples = (0..<10).map { example($0 < 8) }
        let found = GuardCalibrating(examples.map { _ in scores(1) }, examples, missRate: 0.1)
        #expect(found.calibration.queryThresholds == nil && found.thresholds[0].found.threshold == 0)
        #expect(found.text.contains("too few"))
    }
}
