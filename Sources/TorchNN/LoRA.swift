import Torch

/// Low-rank adaptation (Hu et al. 2021): y = x·Wᵀ + (α/r)·x·Aᵀ·Bᵀ with W frozen, A `[r, in]` random, B `[out, r]` zero.
public struct LoRAConfig: Codable, Equatable, Sendable {
    /// r: the rank of the update.
    public var rank = 8
    /// α: the update is scaled by α / r.
    public var alpha = 16.0
    /// Last components of the names of the linear layers that get an adapter.
    public var targets = ["q_proj", "v_proj"]
    /// Seed of A; one stream per layer, by its name.
    public var seed: UInt64 = 42

    public init() {}

    public var scale: Double { alpha / Double(rank) }

    func applies(to path: String) -> Bool {
        path.split(separator: ".").last.map { targets.contains(String($0)) } ?? false
    }
}

/// The trainable part beside a frozen linear layer.
struct LoRAAdapter {
    let down: Tensor  // A, [r, in]
    let up: Tensor  // B, [out, r]
    let scale: Double

    init(_ config: LoRAConfig, inputs: Int, outputs: Int, _ weights: Weights) throws {
        down = try weights["lora_A"].adapterParameter("weight", [config.rank, inputs], .normal(1 / Double(inputs).squareRoot()))
        up = try weights["lora_B"].adapterParameter("weight", [outputs, config.rank], .zeros)
        scale = config.scale
    }

    /// (α/r)·x·Aᵀ·Bᵀ, `[…, in]` → `[…, out]`
    func callAsFunction(_ x: Tensor) throws(TorchError) -> Tensor { try x.linear(down).linear(up) * scale }

    /// (α/r)·B·A, `[out, in]`: what merging adds to the frozen weight.
    func delta() throws(TorchError) -> Tensor { try up.matmul(down) * scale }
}

extension LoRAConfig {
    /// Whether a parameter belongs to an adapter, by its name.
    public static func isAdapter(_ name: String) -> Bool { name.contains(".lora_A.") || name.contains(".lora_B.") }
}
