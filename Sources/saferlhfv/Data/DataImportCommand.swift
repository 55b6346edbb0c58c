import ArgumentParser
import ConfigFiles
import Conversations
import DataFormats
import Foundation
import PreferenceData
import StrictJSON

struct DataImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Read safety data of another format into ours.",
        discussion: """
            Example: safe-rlhf-v data import spa-vl/data --from spa-vl --category violence_and_physical_harm --output data/spa-vl
            """)

    @Argument(help: "A folder, a .parquet, .jsonl or .json file, or hf://OWNER/NAME that data get has brought.")
    var source: String

    @Option(name: .customLong("from"), help: "\(list(DataFormat.allCases)).")
    var format: DataFormat

    @Option(help: "The folder to write; it must not exist yet.")
    var output: String

    @Option(help: "pairwise, question-answer or prompts; what the format usually becomes unless given.")
    var form: FormName?

    @Option(help: "train or evaluation for all rows; what the files' names say unless given.")
    var split: Split?

    @Option(help: "The folder below which picture paths lead; each file's own unless given.")
    var pictures: String?

    @Option(help: "What to do about records that cannot be used: stop, skip, or quarantine (skip, and keep them in quarantine.jsonl).")
    var onError = ErrorPolicy.stop

    @Option(help: "The category of rows that have none.")
    var category: HarmCategory?

    @Option(help: ArgumentHelp("Another name for a category; may be given again.", valueName: "name=category"))
    var mapCategory: [String] = []

    @Option(help: "What \"chosen\" means where the format does not say: \(list(PreferenceMeaning.allCases)).")
    var preference = PreferenceMeaning.both

    @Option(help: "yes or no: the flag of single responses that have none.")
    var assumeSafe: YesNo?

    @Flag(help: "Give rows without a picture a blank one.")
    var blankPictures = false

    @Option(help: "The pictures of MM-SafetyBench: \(list(MMSafetyBenchVariant.allCases)).")
    var variant = MMSafetyBenchVariant.both

    @Flag(help: "Write data/<category>/<split>.parquet instead of <split>.parquet.")
    var byCategory = false

    @Option(help: "The licence for the card, such as cc-by-nc-4.0.")
    var license: String?

    @Option(help: "test-only: train refuses the result.")
    var usage: Usage?

    @Flag(help: "Print the counts as JSON.")
    var json = false

    func run() throws {
        let report = try DataImport(DataLocation.url(source), settings()).write(to: URL(filePath: output))
        print(json ? report.json.serialized(pretty: true) : report.description)
        if !report.brokenFiles.isEmpty { throw ExitCode(ExitStatus.badData.rawValue) }
    }

    private func settings() throws -> ImportSettings {
        var settings = ImportSettings(format: format)
        settings.form = form?.form
        settings.split = split
        settings.pictures = pictures.map { URL(filePath: $0) }
        settings.onError = onError
        settings.category = category
        settings.categories = try categories()
        settings.preference = preference
        settings.assumedSafety = assumeSafe.map { $0 == .yes }
        settings.blankPictures = blankPictures ? true : nil
        settings.variant = variant
        settings.isByCategory = byCategory
        settings.license = license
        settings.isTestOnly = usage == .testOnly
        return settings
    }

    private func categories() throws -> [String: HarmCategory] {
        var categories: [String: HarmCategory] = [:]
        for text in mapCategory {
            guard let mark = text.lastIndex(of: "="), let category = HarmCategory(label: String(text[text.index(after: mark)...])) else {
                throw ValidationError("--map-category takes NAME=CATEGORY with one of \(list(HarmCategory.allCases)), found \(text)")
            }
            categories[String(text[..<mark])] = category
        }
        return categories
    }
}

struct DataExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write a data set of ours in another format.",
        discussion: "Example: safe-rlhf-v data export runs/quickstart/data/pairs --to trl --output shared/trl")

    @Argument(help: "A data set's folder, one file, or hf://OWNER/NAME that data get has brought.")
    var data: String

    @Option(name: .customLong("to"), help: "\(list(DataFormat.exports(of: .pairwise))).")
    var format: DataFormat

    @Option(help: "The folder to write; it must not exist yet.")
    var output: String

    @Option(help: "Which preference stands as chosen: \(list(ExportPreference.allCases)).")
    var preference = ExportPreference.helpfulness

    @Option(help: "What stands before the pictures' paths in Label Studio's tasks.")
    var picturePrefix = "/data/local-files/?d="

    @Option(help: "What to do about rows that cannot be exported: stop or skip.")
    var onError = ErrorPolicy.stop

    func run() throws {
        var export = DataExport(format: format)
        export.preference = preference
        export.picturePrefix = picturePrefix
        export.onError = onError
        print(try export.write(DataLocation.url(data), to: URL(filePath: output)))
    }
}
