import PreferenceData

extension DatasetCard {
    /// The labels that stay assumed when rows are kept in another form: single responses have one flag for both of a pair's.
    func assumedLabels(in form: DatasetForm) -> Set<String> {
        guard form == .questionAnswer else { return Set(assumedLabels) }
        let flags: Set = ["is_response_1_safe", "is_response_2_safe"]
        return Set(assumedLabels.map { flags.contains($0) ? "is_response_safe" : $0 })
    }
}
