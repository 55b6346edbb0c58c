/// How the supervised gradient is mixed into the policy's (InstructGPT's PTX term, Ouyang et al. 2022, eq. 2).
///
///     g = ½·(g_RL + k·g_PTX)          k = 16
///
/// The ½ is the official trainer's: the two losses are two micro-steps of one optimiser step, each divided by their
/// number.
struct SupervisedMixing {
    /// Factors of the two losses before their gradients are added up.
    let reinforcementWeight, supervisedWeight: Double

    /// - Parameter coefficient: k
    init(coefficient: Double) { (reinforcementWeight, supervisedWeight) = (0.5, 0.5 * coefficient) }
}
