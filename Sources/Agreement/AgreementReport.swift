import Statistics

/// How far the answers to one question agree, over all items or those of one category.
public struct AgreementReport: Sendable {
    /// Which coefficient; the raw value names it in JSON.
    public enum Measure: String, CaseIterable, Sendable {
        /// The share of pairs of answers that are equal: not corrected for chance, for comparison only.
        case equalPairs = "equal_pairs"
        case cohen
        case cohenLinear = "cohen_linear"
        case cohenQuadratic = "cohen_quadratic"
        case fleiss
        case alphaNominal = "alpha_nominal"
        case alphaOrdinal = "alpha_ordinal"
        case alphaInterval = "alpha_interval"

        /// For a table's head.
        public var title: String {
            switch self {
            case .equalPairs: "equal pairs"
            case .cohen: "Cohen κ"
            case .cohenLinear: "Cohen κ linear"
            case .cohenQuadratic: "Cohen κ quadratic"
            case .fleiss: "Fleiss κ"
            case .alphaNominal: "α nominal"
            case .alphaOrdinal: "α ordinal"
            case .alphaInterval: "α interval"
            }
        }
    }

    public let question: String
    /// `nil` for all items.
    public let category: String?
    public let scale: RatingTable.Scale
    public let labels: [Label]
    public let itemCount, comparableItemCount, annotatorCount, answerCount, missingCount: Int
    /// The coefficients that the table has an answer to, in the order in which they were wanted.
    public let coefficients: [(measure: Measure, coefficient: Coefficient)]

    /// Every coefficient that fits the table: Cohen's κ for two annotators, Fleiss' κ for as many answers to one item as to
    /// another, α by the scale of the labels.
    ///
    /// - Parameter wanted: the coefficients to look for; each one costs time in proportion to answers and resamples.
    public init(
        _ table: RatingTable, category: String? = nil, only wanted: [Measure] = Measure.allCases,
        _ settings: BootstrapSettings = BootstrapSettings()
    ) {
        question = table.question
        self.category = category
        scale = table.scale
        labels = table.labels
        itemCount = table.items.count
        comparableItemCount = table.comparableItemCount
        annotatorCount = table.annotators.count
        answerCount = table.answerCount
        missingCount = table.missingCount
        let measures = wanted.filter { Self.fits($0, table) }
        let found = bootstrap(itemCount: table.items.count, settings, measures.map { Self.function($0, of: table) })
        coefficients = Array(zip(measures, found))
    }

    public subscript(measure: Measure) -> Coefficient? { coefficients.first { $0.measure == measure }?.coefficient }

    private static func fits(_ measure: Measure, _ table: RatingTable) -> Bool {
        switch measure {
        case .equalPairs, .alphaNominal: true
        case .cohen: table.annotators.count == 2
        case .cohenLinear, .cohenQuadratic: table.annotators.count == 2 && table.scale != .nominal
        case .fleiss: (try? Agreement.fleissKappa(table)) != nil
        case .alphaOrdinal: table.scale != .nominal
        case .alphaInterval: table.scale == .interval
        }
    }

    private static func function(_ measure: Measure, of table: RatingTable) -> (ItemWeights) -> Double {
        switch measure {
        case .equalPairs: { table.pairwiseAgreement($0) }
        case .cohen: { table.cohenKappa(.none, $0) }
        case .cohenLinear: { table.cohenKappa(.linear, $0) }
        case .cohenQuadratic: { table.cohenKappa(.quadratic, $0) }
        case .fleiss: { table.fleissKappa($0) }
        case .alphaNominal: { table.alpha(.nominal, $0) }
        case .alphaOrdinal: { table.alpha(.ordinal, $0) }
        case .alphaInterval: { table.alpha(.interval, $0) }
        }
    }
}

extension RatingTable.Scale {
    /// Krippendorff's α with the distance that fits the scale.
    public var alpha: AgreementReport.Measure {
        switch self {
        case .nominal: .alphaNominal
        case .ordinal: .alphaOrdinal
        case .interval: .alphaInterval
        }
    }
}

extension RatingFile {
    /// The report of a question over all items, then one for each category.
    ///
    /// - Parameter order: the labels, lowest first, of a question answered by words.
    public func agreement(
        on question: String, order: [String] = [], _ settings: BootstrapSettings = BootstrapSettings()
    ) throws(RatingError) -> [AgreementReport] {
        var reports = [AgreementReport(try table(of: question, order: order), settings)]
        for category in try categories(of: question) {
            reports.append(
                AgreementReport(try table(of: question, category: category, order: order), category: category, settings))
        }
        return reports
    }
}
