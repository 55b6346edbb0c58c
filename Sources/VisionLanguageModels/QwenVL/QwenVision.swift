import Torch
import TorchNN

/// Qwen2-VL's and Qwen2.5-VL's eyes (Wang et al. 2024; Bai et al. 2025): a vision transformer over the patches of pictures
/// of any size, with rotary positions of two axes, and a merger that makes one place of neighbouring patches.
///
/// `N` patches of one picture, in the order of places; `D` the tower's size, `H` heads, `E` = D / H.
struct QwenVision: VisionEncoder {
    private let patches: Tensor  // [D, C·t·p·p]
    private let layers: [QwenVisionLayer]
    private let merger: QwenMerger
    private let frequencies: Tensor  // [E / 4]
    private let config: QwenVisionConfig

    init(_ config: QwenVisionConfig, _ weights: Weights) throws {
        let side = config.patchSize
        patches = try weights["patch_embed"]["proj"].parameter(
            "weight", [config.hiddenSize, config.channelCount, config.temporalPatchSize, side, side],
            .normal(config.initializerRange)
        ).reshaped(config.hiddenSize, config.patchLength)
        layers = try (0..<config.layerCount).map { try QwenVisionLayer(config, weights["blocks"][$0]) }
        merger = try QwenMerger(config, weights["merger"])
        let half = config.hiddenSize / config.headCount / 2
        let exponents = (0..<(half / 2)).map { Float(2 * $0) / Float(half) }
        frequencies = try (1 / Tensor(exponents).asExponent(of: 10000)).to(patches.device)
        self.config = config
    }

    /// Patches `[N, C·t·p·p]` of each picture → `[N, D]` of each. A picture never sees another one.
    func features(_ pictures: [PixelTensor]) throws -> [VisionFeatures] {
        try pictures.map { picture in VisionFeatures(try features(picture.pixels, picture.layout), picture.layout) }
    }

    func embeddings(_ features: [VisionFeatures]) throws -> Tensor { try merger(concatenated(features.map(\.states))) }

    func placeCount(_ layout: PictureLayout) -> Int { layout.rows * layout.columns }

    private func features(_ pixels: Tensor, _ layout: PictureLayout) throws -> Tensor {
        let windows = Windows(layout, config)
        let order = try Tensor(windows.patchOrder.map(Int64.init)).to(pixels.device)
        var x = try pixels.linear(patches).picked(order)  // [N, D]
        let rotation = try self.rotation(layout, order)
        for (index, layer) in layers.enumerated() {
            x = try layer(x, rotation, windows.runs(inLayer: index, config.kind, patchCount: pixels.size(0)))
        }
        return try x.picked(Tensor(windows.placeOfPatch.map(Int64.init)).to(pixels.device))
    }

    /// Rotations by each patch's row and column, half of the frequencies each.
    private func rotation(_ layout: PictureLayout, _ order: Tensor) throws -> Rotation {
        let merge = config.mergeSize
        var positions: [Float] = []
        for place in 0..<(layout.rows * layout.columns) {
            for patch in 0..<(merge * merge) {
                positions.append(Float(place / layout.columns * merge + patch / merge))
                positions.append(Float(place % layout.columns * merge + patch % merge))
            }
        }
        let axes = try Tensor(positions, shape: [positions.count / 2, 2, 1]).to(frequencies.device).picked(order)
        return try Rotation(angles: (axes * frequencies).reshaped(1, positions.count / 2, -1))
    }
}

/// The order in which patches are laid so that those of a window are neighbours, and where windows end.
private struct Windows {
    /// Which patch comes at each position.
    var patchOrder: [Int] = []
    /// Patches of each window, in that order.
    var lengths: [Int] = []

    init(_ layout: PictureLayout, _ config: QwenVisionConfig) {
        let unit = config.mergeSize * config.mergeSize
        guard case .windowed(let side, _) = config.kind else {
            patchOrder = Array(0..<(layout.rows * layout.columns * unit))
            return
        }
        let places = side / config.mergeSize / config.patchSize
        for top in stride(from: 0, to: layout.rows, by: places) {
            for left in stride(from: 0, to: layout.columns, by: places) {
                let start = patchOrder.count
                for row in top..<min(top + places, layout.rows) {
                    for column in left..<min(left + places, layout.columns) {
                        let place = row * layout.columns + column
                        patchOrder += (place * unit)..<((place + 1) * unit)
                    }
                }
                lengths.append(patchOrder.count - start)
            }
        }
    }

    /// Where each patch came to lie.
    var placeOfPatch: [Int] {
        var places = patchOrder
        for (position, patch) in patchOrder.enumerated() { places[patch] = position }
        return places
    }

    /// How many neighbours see one another in a layer, run after run.
    func runs(inLayer index: Int, _ kind: QwenVisionConfig.Kind, patchCount: Int) -> [Int] {
        if case .windowed(_, let fullLayers) = kind, !fullLayers.contains(index) { return lengths }
        return [patchCount]
    }
}

private struct QwenVisionLayer {
    let firstNorm, secondNorm: QwenVisionNorm
    let queryKeyValue, out: Linear
    let mlp: QwenVisionMLP
    let headCount: Int

    init(_ config: QwenVisionConfig, _ weights: Weights) throws {
        let (width, start) = (config.hiddenSize, InitialValues.normal(config.initializerRange))
        firstNorm = try QwenVisionNorm(config, weights["norm1"])
        secondNorm = try QwenVisionNorm(config, weights["norm2"])
        queryKeyValue = try Linear(width, 3 * width, bias: true, weights["attn"]["qkv"], initial: start)
        out = try Linear(width, width, bias: true, weights["attn"]["proj"], initial: start)
        mlp = try QwenVisionMLP(config, weights["mlp"])
        headCount = config.headCount
    }

    /// `[N, D]` → `[N, D]`
    ///
    /// - Parameter runs: lengths of neighbours that see one another.
    func callAsFunction(_ x: Tensor, _ rotation: Rotation, _ runs: [Int]) throws -> Tensor {
        let h = try x + attention(firstNorm(x), rotation, runs)
        return try h + mlp(secondNorm(h))
    }

    private func attention(_ x: Tensor, _ rotation: Rotation, _ runs: [Int]) throws -> Tensor {
        let count = x.size(0)
        let all = try queryKeyValue(x).reshaped(1, count, 3, headCount, -1)
        // [1, H, N, E]; turned in float32 whatever the weights are
        func heads(_ index: Int) throws -> Tensor { try all.selected(2, index).transposed(1, 2) }
        let queries = try rotation(heads(0).to(.float32)).to(x.dtype)
        let keys = try rotation(heads(1).to(.float32)).to(x.dtype)
        let values = try heads(2)
        var (mixed, start): ([Tensor], Int) = ([], 0)
        for length in runs {
            let run = start..<(start + length)
            mixed.append(
                try scaledDotProductAttention(queries.sliced(2, run), keys.sliced(2, run), values.sliced(2, run), .none))
            start += length
        }
        return try out(concatenated(mixed, dim: 2).transposed(1, 2).reshaped(count, -1))
    }
}

/// A layer norm in Qwen2-VL, an RMS norm in Qwen2.5-VL.
private enum QwenVisionNorm {
    case layer(LayerNorm)
    case rms(RMSNorm)

    init(_ config: QwenVisionConfig, _ weights: Weights) throws {
        switch config.kind {
        case .full: self = .layer(try LayerNorm(config.hiddenSize, eps: 1e-6, weights))
        case .windowed: self = .rms(try RMSNorm(config.hiddenSize, eps: 1e-6, weights))
        }
    }

    func callAsFunction(_ x: Tensor) throws -> Tensor {
        switch self {
        case .layer(let norm): try norm(x)
        case .rms(let norm): try norm(x)
        }
    }
}

/// Two layers in Qwen2-VL, a gated one in Qwen2.5-VL.
private struct QwenVisionMLP {
    let gate: Linear?
    let up, down: Linear
    let activation: Activation

    init(_ config: QwenVisionConfig, _ weights: Weights) throws {
        let (width, inner) = (config.hiddenSize, config.intermediateSize)
        func linear(_ inputs: Int, _ outputs: Int, _ name: String) throws -> Linear {
            try Linear(inputs, outputs, bias: true, weights[name], initial: .normal(config.initializerRange))
        }
        switch config.kind {
        case .full: (gate, up, down) = (nil, try linear(width, inner, "fc1"), try linear(inner, width, "fc2"))
        case .windowed:
            (gate, up) = (try linear(width, inner, "gate_proj"), try linear(width, inner, "up_proj"))
            down = try linear(inner, width, "down_proj")
        }
        activation = config.activation
    }

    func callAsFunction(_ x: Tensor) throws -> Tensor {
        if let gate { try down(activation(gate(x)) * up(x)) } else { try down(activation(up(x))) }
    }
}

/// One place of the patches of a square: normalised, laid side by side, and mapped into the decoder's space.
private struct QwenMerger {
    let norm: QwenVisionNorm
    let first, second: Linear
    let width: Int

    init(_ config: QwenVisionConfig, _ weights: Weights) throws {
        width = config.hiddenSize * config.mergeSize * config.mergeSize
        let start = InitialValues.normal(config.initializerRange)
        norm = try QwenVisionNorm(config, weights["ln_q"])
        first = try Linear(width, width, bias: true, weights["mlp"]["0"], initial: start)
        second = try Linear(width, config.outputSize, bias: true, weights["mlp"]["2"], initial: start)
    }

    /// `[N, Dv]` → `[places, D]`
    func callAsFunction(_ x: Tensor) throws -> Tensor { try second(first(norm(x).reshaped(-1, width)).gelu()) }
}
