import PreferenceData

extension DataFormat {
    /// What a record of this format says: one row, or several where the format keeps several questions together.
    func rows(_ record: SourceRecord, _ settings: ImportSettings) throws(RowError) -> [ExchangeRow] {
        switch self {
        case .pairwise, .questionAnswer: [try LabelColumns.row(record)]
        case .pkuSafeRLHF: [try PKUSafeRLHF.row(record)]
        case .spaVL: [try SPAVL.row(record, settings.preference)]
        case .vlGuard: try VLGuard.rows(record)
        case .mmSafetyBench: [try MMSafetyBench.row(record, settings.variant)]
        case .vlsBench: [try VLSBench.row(record)]
        case .mmSafePO: [try MMSafePO.row(record, settings.preference)]
        case .trl: [try TRL.row(record, settings.preference)]
        case .shareGPT: [try ShareGPT.row(record, settings.preference)]
        case .msSwift: [try MSSwift.row(record, settings.preference)]
        case .labelStudio: [try LabelStudio.row(record)]
        case .argilla: [try Argilla.row(record)]
        }
    }
}
