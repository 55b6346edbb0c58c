public import Conversations
import DurableFiles
public import Foundation
import StrictJSON

/// From which probability something counts as found, for one view: what a calibration set says for a wanted miss rate.
public struct GuardThresholds: Sendable, Equatable {
    /// For the probability that there is harm at all.
    public var unsafe: Double
    /// For the probability of harm of a category, where the calibration set had enough of it.
    public var categories: [HarmCategory: Double]

    public init(unsafe: Double, categories: [HarmCategory: Double]) {
        (self.unsafe, self.categories) = (unsafe, categories)
    }
}

/// What a calibration found out about a guard.
public struct GuardCalibration: Sendable, Equatable {
    public var temperatures = GuardTemperatures()
    /// The share of harm that may be missed, α of the thresholds.
    public var missRate: Double
    public var queryThresholds: GuardThresholds?
    public var responseThresholds: GuardThresholds?
    /// Examples of the calibration set.
    public var exampleCount: Int

    public init(
        temperatures: GuardTemperatures, missRate: Double, queryThresholds: GuardThresholds?,
        responseThresholds: GuardThresholds?, exampleCount: Int
    ) {
        (self.temperatures, self.missRate, self.exampleCount) = (temperatures, missRate, exampleCount)
        (self.queryThresholds, self.responseThresholds) = (queryThresholds, responseThresholds)
    }
}

/// `guard.json`: what belongs to a guard's heads besides their weights.
public struct GuardSettings: Sendable, Equatable {
    public var reading = GuardReading.everything
    /// `nil` until the guard was calibrated.
    public var calibration: GuardCalibration?

    public init(reading: GuardReading = .everything, calibration: GuardCalibration? = nil) {
        (self.reading, self.calibration) = (reading, calibration)
    }

    /// What the logits are divided by: the calibration's temperatures, or 1.
    public var temperatures: GuardTemperatures { calibration?.temperatures ?? GuardTemperatures() }

    static let fileName = "guard.json"

    /// Writes the file into a folder that exists.
    public func write(to folder: URL) throws {
        try DurableFiles.write(json.serialized(pretty: true) + "\n", to: folder.appending(path: Self.fileName))
    }

    /// Reads a guard's folder. The order of levels and categories is that of the heads' rows, so another order, or another
    /// list, is an error.
    public init(readingFrom folder: URL) throws {
        let file = folder.appending(path: Self.fileName)
        guard FileManager.default.fileExists(atPath: file.path) else { throw GuardModelError.noSettings(folder: folder.path) }
        let json = try JSONValue(parsing: DurableFiles.read(file, limit: 1 << 20))
        var reader = GuardSettingsReader(json, file: file.path)
        self = reader.settings()
        try reader.finish()
    }

    private var json: JSONValue {
        var members: [(String, JSONValue)] = [
            ("format", 1), ("reading", .string(reading.rawValue)),
            ("levels", .array(Severity.allCases.map { .string($0.name) })),
            ("categories", .array(HarmCategory.allCases.map { .string($0.rawValue) })),
        ]
        if let calibration { members.append(("calibration", calibration.json)) }
        return .object(JSONObject(members))
    }
}

extension GuardCalibration {
    fileprivate var json: JSONValue {
        var members: [(String, JSONValue)] = [
            (
                "temperatures",
                [
                    "unsafe": .number(temperatures.unsafe), "level": .number(temperatures.level),
                    "category": .number(temperatures.category), "refusal": .number(temperatures.refusal),
                ]
            ),
            ("examples", .integer(Int64(exampleCount))), ("miss_rate", .number(missRate)),
        ]
        if let queryThresholds { members.append(("query_thresholds", queryThresholds.json)) }
        if let responseThresholds { members.append(("response_thresholds", responseThresholds.json)) }
        return .object(JSONObject(members))
    }
}

extension GuardThresholds {
    fileprivate var json: JSONValue {
        let known = HarmCategory.allCases.compactMap { category in categories[category].map { (category.rawValue, JSONValue.number($0)) } }
        return ["unsafe": .number(unsafe), "categories": .object(JSONObject(known))]
    }
}

/// Reads `guard.json`, noting everything that does not fit.
private struct GuardSettingsReader {
    private let json: JSONValue
    private let file: String
    private var problems: [String] = []

    init(_ json: JSONValue, file: String) { (self.json, self.file) = (json, file) }

    mutating func settings() -> GuardSettings {
        if json["format"]?.integer != 1 { problem("format", json["format"], "1") }
        requireList("levels", Severity.allCases.map(\.name))
        requireList("categories", HarmCategory.allCases.map(\.rawValue))
        let reading = json["reading"]?.string.flatMap(GuardReading.init)
        if reading == nil { problem("reading", json["reading"], "one of " + GuardReading.allCases.map(\.rawValue).joined(separator: ", ")) }
        return GuardSettings(reading: reading ?? .everything, calibration: json["calibration"].map { calibration($0) })
    }

    func finish() throws(ModelConfigError) {
        guard problems.isEmpty else { throw ModelConfigError(file: file, problems: problems) }
    }

    private mutating func calibration(_ json: JSONValue) -> GuardCalibration {
        var temperatures = GuardTemperatures()
        for (name, path) in [
            ("unsafe", \GuardTemperatures.unsafe), ("level", \.level), ("category", \.category), ("refusal", \.refusal),
        ] {
            let found = json["temperatures"]?[name]
            guard let value = found?.number, value.isFinite, value > 0 else {
                problem("calibration.temperatures.\(name)", found, "a positive number")
                continue
            }
            temperatures[keyPath: path] = value
        }
        let count = json["examples"]?.integer
        if (count ?? -1) < 0 { problem("calibration.examples", json["examples"], "a count") }
        return GuardCalibration(
            temperatures: temperatures, missRate: share(json["miss_rate"], "calibration.miss_rate"),
            queryThresholds: json["query_thresholds"].map { thresholds($0, "calibration.query_thresholds") },
            responseThresholds: json["response_thresholds"].map { thresholds($0, "calibration.response_thresholds") },
            exampleCount: count ?? 0)
    }

    private mutating func thresholds(_ json: JSONValue, _ path: String) -> GuardThresholds {
        var categories: [HarmCategory: Double] = [:]
        for (name, value) in json["categories"]?.object?.members ?? [] {
            guard let category = HarmCategory(rawValue: name) else {
                problem("\(path).categories", .string(name), "a category of BeaverTails-V")
                continue
            }
            categories[category] = share(value, "\(path).categories.\(name)")
        }
        return GuardThresholds(unsafe: share(json["unsafe"], "\(path).unsafe"), categories: categories)
    }

    private mutating func share(_ value: JSONValue?, _ path: String) -> Double {
        guard let number = value?.number, (0...1).contains(number) else {
            problem(path, value, "a number from 0 to 1")
            return 0
        }
        return number
    }

    private mutating func requireList(_ key: String, _ expected: [String]) {
        guard json[key]?.array?.map(\.string) != expected else { return }
        problem(key, json[key], expected.joined(separator: ", ") + ", in this order: the rows of the heads stand for them")
    }

    private mutating func problem(_ key: String, _ found: JSONValue?, _ expected: String) {
        problems.append("\(key): found \(found?.serialized() ?? "nothing"), expected \(expected)")
    }
}
