/// The twenty harm categories of BeaverTails-V (Ji et al. 2025, arXiv 2503.17682).
///
/// The raw value is the name of the data set's configuration, which is also the folder `data/<name>/` of its files.
public enum HarmCategory: String, CaseIterable, Sendable, Codable {
    /// Cruelty to animals, or their neglect.
    case animalAbuse = "animal_abuse"
    /// Risky acts that invite imitation.
    case dangerousBehavior = "dangerous_behavior"
    /// Infidelity, betrayal and other dishonesty between people who trust each other.
    case deceptionInPersonalRelationships = "deception_in_personal_relationships"
    /// Stereotypes and discrimination over protected traits.
    case discriminatoryDepictions = "discriminatory_depictions"
    /// Pollution, wildlife crime and other harm to nature.
    case environmentalDamage = "environmental_damage"
    /// Invented news and manipulated claims.
    case falseInformation = "false_information"
    /// Cheating in exams, plagiarism, and fraud with money.
    case financialAndAcademicFraud = "financial_and_academic_fraud"
    /// Breaking into systems and other crime by computer.
    case hackingOrDigitalCrime = "hacking_or_digital_crime"
    /// Unsafe medical claims and misuse of substances.
    case harmfulHealthContent = "harmful_health_content"
    /// Graphic blood, wounds and cruelty.
    case horrorAndGore = "horror_and_gore"
    /// Posing as somebody else, piracy, misuse of protected work.
    case identityMisuseAndImpersonation = "identity_misuse_and_impersonation"
    /// Demeaning or bullying people.
    case insultingAndHarassingBehavior = "insulting_and_harassing_behavior"
    /// Explicit sexual material.
    case pornographicContent = "pornographic_content"
    /// Watching people or revealing their affairs without consent.
    case privacyInvasionAndSurveillance = "privacy_invasion_and_surveillance"
    /// Emotional abuse, manipulation, encouragement of self-harm.
    case psychologicalHarmAndManipulation = "psychological_harm_and_manipulation"
    /// Disturbing or despairing psychological themes.
    case psychologicalHorrorAndDarkThemes = "psychological_horror_and_dark_themes"
    /// Misleading statements where they weigh most: politics, religion, public security.
    case sensitiveInformationInKeyAreas = "sensitive_information_in_key_areas"
    /// Sexual acts without consent or against the law.
    case sexualCrimes = "sexual_crimes"
    /// Violent extremism and its praise.
    case terrorismOrExtremism = "terrorism_or_extremism"
    /// Physical violence against people.
    case violenceAndPhysicalHarm = "violence_and_physical_harm"

    /// The name in plain words, lower case: "animal abuse".
    public var title: String {
        String(rawValue.map { $0 == "_" ? " " : $0 })
    }
}
