public import Torch

/// Settings of AdamW (Loshchilov & Hutter 2019).
public struct AdamWConfig: Codable, Equatable, Sendable {
    /// η: the highest learning rate; the schedule scales it.
    public var learningRate = 1e-5
    public var beta1 = 0.9
    public var beta2 = 0.95
    /// ε in the denominator.
    public var epsilon = 1e-8
    /// Decay per step, times η. Biases and norms are exempt.
    public var weightDecay = 0.0
    /// Gradients are scaled down to this global norm; 0 leaves them alone.
    public var maximumGradientNorm = 1.0

    public init() {}
}

/// AdamW over a model's trainable parameters, by the engine's fused kernel. Parameters in 16-bit types have float32
/// masters, which the steps are taken on.
public final class AdamW {
    public let config: AdamWConfig
    private var slots: [Slot] = []

    /// One parameter's state.
    private struct Slot {
        let name: String
        let parameter: Tensor
        let master: Tensor
        let firstMoment, secondMoment, step: Tensor
        var decays: Bool { !isExemptFromDecay(name) }
        var hasOwnMaster: Bool { master !== parameter }
    }

    public init(_ parameters: [NamedTensor], _ config: AdamWConfig) throws(TorchError) {
        self.config = config
        for member in parameters {
            let tensor = member.tensor
            let isNarrow = tensor.dtype == .bfloat16 || tensor.dtype == .float16
            slots.append(Slot(
                name: member.name, parameter: tensor,
                master: isNarrow ? try tensor.detached().to(.float32) : tensor,
                firstMoment: try Tensor.zeros(tensor.shape, on: tensor.device),
                secondMoment: try Tensor.zeros(tensor.shape, on: tensor.device),
                step: try Tensor.zeros([], on: tensor.device)))
        }
    }

    public var parameters: [NamedTensor] { slots.map { NamedTensor($0.name, $0.parameter) } }

    /// The norm of all gradients together; NaN or infinite when one of them is.
    public func gradientNorm() throws(TorchError) -> Double {
        var gradients: [Tensor] = []
        for slot in slots { if let gradient = try slot.parameter.gradient() { gradients.append(gradient) } }
        return try globalNorm(gradients).item()
    }

    /// Scales all gradients by `factor`, in place.
    public func scaleGradients(by factor: Double) throws(TorchError) {
        for slot in slots { try slot.parameter.gradient()?.multiply(by: factor) }
    }

    /// Clips to the configured norm, takes one step with η · `scheduleFactor`, forgets the gradients. Parameters without
    /// a gradient stay as they are. Returns the norm before clipping.
    @discardableResult
    public func step(scheduleFactor: Double = 1) throws(TorchError) -> Double {
        let norm = try gradientNorm()
        if config.maximumGradientNorm > 0, norm > config.maximumGradientNorm {
            try scaleGradients(by: config.maximumGradientNorm / (norm + 1e-6))
        }
        try withoutGradient { () throws(TorchError) in
            for decays in [true, false] { try step(decaying: decays, learningRate: config.learningRate * scheduleFactor) }
        }
        try clearGradients()
        return norm
    }

    public func clearGradients() throws(TorchError) {
        for slot in slots { try slot.parameter.setGradient(nil) }
    }

    private func step(decaying: Bool, learningRate: Double) throws(TorchError) {
        var moving: [(slot: Slot, gradient: Tensor)] = []
        for slot in slots where slot.decays == decaying {
            guard let gradient = try slot.parameter.gradient() else { continue }
            try slot.step.add(Tensor.ones([], on: slot.step.device))
            moving.append((slot, try gradient.to(.float32)))
        }
        guard !moving.isEmpty else { return }
        try fusedAdamW(
            parameters: moving.map(\.slot.master), gradients: moving.map(\.gradient),
            firstMoments: moving.map(\.slot.firstMoment), secondMoments: moving.map(\.slot.secondMoment),
            steps: moving.map(\.slot.step), learningRate: learningRate, betas: (config.beta1, config.beta2),
            weightDecay: decaying ? config.weightDecay : 0, epsilon: config.epsilon)
        for (slot, _) in moving where slot.hasOwnMaster { try slot.parameter.assign(slot.master) }
    }
}

extension AdamW {
    /// Everything a resumed run needs: moments and step per parameter, and the float32 masters where there are any.
    public func state() -> [NamedTensor] {
        slots.flatMap { slot in
            [
                NamedTensor(slot.name + ".first_moment", slot.firstMoment),
                NamedTensor(slot.name + ".second_moment", slot.secondMoment),
                NamedTensor(slot.name + ".step", slot.step),
            ] + (slot.hasOwnMaster ? [NamedTensor(slot.name + ".master", slot.master)] : [])
        }
    }

    /// Continues exactly where `source` was saved. Missing, misshapen and left-over tensors are all listed, and then
    /// nothing has changed.
    public func restore(from source: any WeightSource) throws {
        let weights = Weights(source, dtype: .float32)
        let members = state()
        for member in members { _ = try weights.parameter(member.name, member.tensor.shape, .zeros) }
        let saved = try weights.finish()
        try withoutGradient {
            for (member, saved) in zip(members, saved.members) { try member.tensor.assign(saved.tensor) }
        }
    }
}

/// Biases and the scales of norms do not decay.
func isExemptFromDecay(_ name: String) -> Bool {
    name.hasSuffix("bias") || name.split(separator: ".").contains { $0.contains("norm") }
}
