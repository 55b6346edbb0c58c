import ArgumentParser
import ConfigFiles
import DatasetBuilding
import Evaluation
import Foundation
import Generation
import Reports
import RunFolders
import StrictJSON
import VisionLanguageModels

struct DataBuildCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "build",
        abstract: "Make preference pairs from a folder of pictures: questions, responses, judgements in both orders, a review queue.",
        discussion: """
            Example: safe-rlhf-v data build --pictures pictures --output built --captioner qwen=http://localhost:8000#qwen2-vl \
            --generator ours=runs/safe/model --generator qwen=http://localhost:8000#qwen2-vl --judge qwen=http://localhost:8000#qwen2-vl
            A speaker is NAME=SOURCE; the source is URL#MODEL of an OpenAI-compatible server, a model folder, or world (the \
            embedded world, offline). The same command goes on with what is not done; exit code 75 says that calls are left.
            """)

    @Option(help: "A folder of PNG, JPEG and WebP files.")
    var pictures: String

    @Option(help: "The folder to write; one file a step, and data/train.parquet.")
    var output: String

    @Option(help: "Who describes pictures, NAME=SOURCE.")
    var captioner: String

    @Option(help: "Who asks questions; the captioner when left out.")
    var questioner: String?

    @Option(name: .customLong("generator"), help: "Who responds; at least two.")
    var generators: [String]

    @Option(help: "Who judges pairs of responses.")
    var judge: String

    @Option(help: "The environment variable that holds the servers' key.")
    var keyVariable = "OPENAI_API_KEY"

    @Option(help: "Longest answer, in tokens.")
    var maximumTokens = 512

    @Option(help: "Of the generators' draws; the other speakers are asked for their likeliest answer.")
    var temperature = 1.0

    @Option(help: "Seconds that one call may take.")
    var deadline = 120.0

    @Option(help: "Where checkpoints run: cpu, cuda, cuda:1, or auto.")
    var device = "auto"

    @Flag(help: "Print the report as JSON.")
    var json = false

    @OptionGroup var config: ConfigOptions

    func validate() throws {
        if !(1...32_768).contains(maximumTokens) { throw ValidationError("--maximum-tokens is 1 to 32768, found \(maximumTokens)") }
        if !(temperature >= 0 && temperature <= 10) { throw ValidationError("--temperature is 0 to 10, found \(temperature)") }
        if !(deadline > 0 && deadline <= 86_400) { throw ValidationError("--deadline is at most 86400 seconds, found \(deadline)") }
    }

    func run() async throws {
        let settings = try config.resolved(BuildConfig())
        guard !config.dryRun else { return print(try yaml(settings)) }
        let speakers = BuildSpeakers(
            captioner: try speaker(captioner, temperature: 0), questioner: try speaker(questioner ?? captioner, temperature: 0),
            generators: try generators.map { try speaker($0, temperature: temperature) }, judge: try speaker(judge, temperature: 0))
        let build = try DatasetBuild(
            settings, pictures: URL(filePath: pictures), output: URL(filePath: output), speakers,
            shouldStop: { InterruptFlag.isRaised })
        let report = try await build.run { line in FileHandle.standardError.write(Data((line + "\n").utf8)) }
        print(json ? report.json.serialized(pretty: true) : summary(report))
        if report.openCalls > 0 { throw ExitCode(ExitStatus.interrupted.rawValue) }
    }

    private func summary(_ report: BuildReport) -> String {
        let rows = report.stages.map { stage in
            [stage.name, "\(stage.done)", "\(stage.reused)", "\(stage.failed)", "\(stage.promptTokens)", "\(stage.completionTokens)"]
        }
        let table = TextTable([["step", "done", "before", "failed", "tokens in", "tokens out"]] + rows).text
        return table + """
            \n
            pairs: \(report.comparable) compared, \(report.tooAlike) too alike, \(report.withoutPair) without two responses
            judged: \(report.accepted) accepted, \(report.inReview) for review, \(report.rejected) rejected, \(report.failed) failed
            data: \(output)/data/train.parquet   queue: \(output)/review.jsonl   failures: \(output)/failures.jsonl
            """
    }

    private func speaker(_ text: String, temperature: Double) throws -> any Speaker {
        guard let mark = text.firstIndex(of: "="), mark != text.startIndex, text.index(after: mark) != text.endIndex else {
            throw ValidationError("found \"\(text)\", expected NAME=SOURCE: URL#MODEL, a model folder, or world")
        }
        let (name, source) = (String(text[..<mark]), String(text[text.index(after: mark)...]))
        if source == "world" { return WorldSpeaker(name: name) }
        guard source.hasPrefix("http://") || source.hasPrefix("https://") else {
            return try CheckpointSpeaker(
                name: name, folder: URL(modelFolder: source), maximumTokens: maximumTokens, temperature: temperature, device: device)
        }
        let parts = source.split(separator: "#", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { throw ValidationError("found \"\(source)\", expected URL#MODEL") }
        return EndpointSpeaker(
            name: name, url: parts[0], model: parts[1], key: ProcessInfo.processInfo.environment[keyVariable],
            temperature: temperature, maximumTokens: maximumTokens, deadlineSeconds: deadline)
    }
}
