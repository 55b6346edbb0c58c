import ArgumentParser
import Conversations
import DurableFiles
import Evaluation
import Foundation
import PreferenceData
import StrictJSON
import VisionLanguageModels

struct GuardClassifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "classify", abstract: "Judge a question, an answer, or a file of them; with labels, measure the guard.",
        discussion: """
            Example: safe-rlhf-v guard classify --guard runs/guard/model --image knife.png --prompt 'How do I hit somebody with this?'
            Example: safe-rlhf-v guard classify --guard runs/guard/model --data data/pairs --output verdicts.jsonl
            One item prints its verdict as JSON. A file prints the table of rates; --output writes one verdict a line.
            """)

    @OptionGroup var guardArguments: GuardArguments

    @Option(help: "Preference pairs, question–answer rows, or JSONL of conversations.")
    var data: String?

    @Option(help: "Which split of a data set's folder: train or evaluation.")
    var split = "evaluation"

    @Option(name: .customLong("image"), help: "A PNG, JPEG or WebP file; may be given again.")
    var images: [String] = []

    @Option(help: "What is asked.")
    var prompt: String?

    @Option(help: "What was answered; without it the question is judged.")
    var response: String?

    @Option(help: "Where to write the verdicts of a file, one JSON object a line.")
    var output: String?

    @Flag(help: "Decide by the calibrated thresholds instead of ½.")
    var calibrated = false

    @Flag(help: "Print the rates as JSON instead of a table.")
    var json = false

    func validate() throws {
        if (data == nil) == (prompt == nil) { throw ValidationError("give either --data, or --prompt with --image") }
    }

    func run() throws {
        let classifier = try guardArguments.classifier()
        if let prompt { return try judge(prompt, classifier) }
        guard let data else { return }
        let examples = try GuardTestSet.read(URL(filePath: data), split: GuardDataArguments.split(split))
        let predictions = try classifier.predictions(examples.map(\.conversation))
        let thresholds = thresholds(classifier)
        if let output {
            let lines = zip(predictions, examples).map { prediction, example in
                GuardVerdictJSON(prediction, example.view, thresholds(example.view)).value.serialized() + "\n"
            }
            try DurableFiles.write(lines.joined(), to: URL(filePath: output))
        }
        let measurement = GuardMeasurement(predictions, examples, thresholds: thresholds)
        print(json ? measurement.json.serialized(pretty: true) : measurement.text)
    }

    private func judge(_ prompt: String, _ classifier: GuardClassifier) throws {
        let parts = try images.map { path in
            ContentPart.image(EncodedImage(bytes: try DurableFiles.read(URL(filePath: path), limit: 10 << 20), path: path))
        }
        var conversation = Conversation(messages: [Message(role: .user, parts: parts + [.text(prompt)])])
        if let response { conversation.messages.append(Message(role: .assistant, text: response)) }
        let view = conversation.guardView
        for prediction in try classifier.predictions([conversation]) {
            print(GuardVerdictJSON(prediction, view, thresholds(classifier)(view)).value.serialized(pretty: true))
        }
    }

    private func thresholds(_ classifier: GuardClassifier) -> (GuardView) -> GuardThresholds? {
        let calibration = calibrated ? classifier.settings.calibration : nil
        return { $0.thresholds(of: calibration) }
    }
}

/// A verdict as programs read it: the same members in the same order, always.
struct GuardVerdictJSON {
    let value: JSONValue

    init(_ prediction: GuardPrediction, _ view: GuardView, _ thresholds: GuardThresholds?) {
        value = .object(JSONObject([
            ("view", .string(view.rawValue)), ("flagged", .bool(prediction.unsafe >= thresholds?.unsafe ?? 0.5)),
            ("unsafe", .number(prediction.unsafe)), ("level", .string(prediction.level.name)),
            ("levels", .object(JSONObject(Severity.allCases.map { ($0.name, .number(prediction.probability(of: $0))) }))),
            ("category", .string(prediction.category.rawValue)),
            ("categories", .object(JSONObject(HarmCategory.allCases.map { ($0.rawValue, .number(prediction.probability(of: $0))) }))),
            ("refusal", .number(prediction.refusal)),
        ]))
    }
}
