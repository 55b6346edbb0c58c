import Conversations
import PreferenceData

/// Turns a format's own category names into ours. A name counts, in this order: as given by the user, as ours, by the
/// table of its format. The tables are our reading: the nearest of the twenty categories for each of theirs.
struct CategoryMapping {
    private let given: [String: HarmCategory]
    private let table: [String: HarmCategory]
    private let fallback: HarmCategory?

    init(_ format: DataFormat, given: [String: HarmCategory], fallback: HarmCategory?) {
        self.given = Dictionary(given.map { (Self.key($0.key), $0.value) }) { first, _ in first }
        table = Self.tables[format] ?? [:]
        self.fallback = fallback
    }

    /// The category of a row; the row error says what to do about a name that nothing maps.
    func category(_ label: String?, at position: RowPosition) throws(RowError) -> HarmCategory {
        guard let label else {
            if let fallback { return fallback }
            throw RowError(
                .missingValue, at: position, column: "category", found: "no value", expected: "a category; name one for such rows with --category")
        }
        let key = Self.key(label)
        if let category = given[key] ?? HarmCategory(label: label) ?? table[key] { return category }
        throw RowError(
            .valueNotAllowed, at: position, column: "category", found: quoted(label),
            expected: "a known category; map it with --map-category \"\(label)=CATEGORY\"")
    }

    /// Letters alone, lower case: `01-Illegal_Activitiy` and "Illegal Activitiy" are one name.
    private static func key(_ label: String) -> String { String(label.lowercased().filter(\.isLetter)) }
}

extension CategoryMapping {
    private static let tables: [DataFormat: [String: HarmCategory]] = [
        .pkuSafeRLHF: [
            "endangeringnationalsecurity": .terrorismOrExtremism, "insultingbehavior": .insultingAndHarassingBehavior,
            "discriminatorybehavior": .discriminatoryDepictions, "endangeringpublichealth": .harmfulHealthContent,
            "copyrightissues": .identityMisuseAndImpersonation, "violence": .violenceAndPhysicalHarm,
            "drugs": .harmfulHealthContent, "privacyviolation": .privacyInvasionAndSurveillance,
            "economiccrime": .financialAndAcademicFraud, "mentalmanipulation": .psychologicalHarmAndManipulation,
            "humantrafficking": .violenceAndPhysicalHarm, "physicalharm": .violenceAndPhysicalHarm,
            "sexualcontent": .pornographicContent, "cybercrime": .hackingOrDigitalCrime,
            "disruptingpublicorder": .sensitiveInformationInKeyAreas, "environmentaldamage": .environmentalDamage,
            "psychologicalharm": .psychologicalHarmAndManipulation, "whitecollarcrime": .financialAndAcademicFraud,
            "animalabuse": .animalAbuse,
        ],
        .vlGuard: [
            "personaldata": .privacyInvasionAndSurveillance, "privacy": .privacyInvasionAndSurveillance,
            "professionaladvice": .harmfulHealthContent, "political": .sensitiveInformationInKeyAreas,
            "sexuallyexplicit": .pornographicContent, "violence": .violenceAndPhysicalHarm,
            "riskybehavior": .dangerousBehavior, "disinformation": .falseInformation, "deception": .falseInformation,
            "sex": .discriminatoryDepictions, "race": .discriminatoryDepictions, "other": .insultingAndHarassingBehavior,
            "hatefulspeech": .discriminatoryDepictions, "discriminatory": .discriminatoryDepictions,
        ],
        .mmSafetyBench: [
            "illegalactivitiy": .dangerousBehavior, "illegalactivity": .dangerousBehavior,
            "hatespeech": .insultingAndHarassingBehavior, "malwaregeneration": .hackingOrDigitalCrime,
            "physicalharm": .violenceAndPhysicalHarm, "economicharm": .financialAndAcademicFraud,
            "fraud": .financialAndAcademicFraud, "sex": .pornographicContent,
            "politicallobbying": .sensitiveInformationInKeyAreas, "privacyviolence": .privacyInvasionAndSurveillance,
            "legalopinion": .falseInformation, "financialadvice": .financialAndAcademicFraud,
            "healthconsultation": .harmfulHealthContent, "govdecision": .sensitiveInformationInKeyAreas,
        ],
        .vlsBench: [
            "violent": .violenceAndPhysicalHarm, "violence": .violenceAndPhysicalHarm, "illegalactivity": .dangerousBehavior,
            "selfharm": .psychologicalHarmAndManipulation, "erotic": .pornographicContent,
            "hate": .discriminatoryDepictions, "privacy": .privacyInvasionAndSurveillance,
        ],
    ]
}
