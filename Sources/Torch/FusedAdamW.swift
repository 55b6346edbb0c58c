private enum Op {
    static let adamW = Operator("_fused_adamw_")
}

/// One AdamW step (Loshchilov & Hutter 2019) over all tensors, in place, by the engine's fused kernel.
///
///     m ← β₁m + (1 − β₁)g     v ← β₂v + (1 − β₂)g²     θ ← θ − η·(m̂ / (√v̂ + ε) + w·θ)
///
/// `steps` are float32 scalars, one per parameter; they must already count this step.
public func fusedAdamW(
    parameters: [Tensor], gradients: [Tensor], firstMoments: [Tensor], secondMoments: [Tensor], steps: [Tensor],
    learningRate: Double, betas: (Double, Double), weightDecay: Double, epsilon: Double
) throws(TorchError) {
    _ = try Op.adamW.results(
        .tensors(parameters), .tensors(gradients), .tensors(firstMoments), .tensors(secondMoments), .tensors([]),
        .tensors(steps), .double(learningRate), .double(betas.0), .double(betas.1), .double(weightDecay), .double(epsilon),
        .bool(false), .bool(false))
}
