import Foundation
import Testing
import Torch

@testable import TorchNN

/// Parameters and gradients of `record_optimizer.py`: multiples of 1/16 by integer formulas.
private struct Recorded {
    static let shapes: [(name: String, shape: [Int])] = [
        ("layer.weight", [3, 4]), ("layer.bias", [4]), ("input_norm.weight", [4]),
    ]
    static let steps = 8

    static var config: AdamWConfig {
        var config = AdamWConfig()
        (config.learningRate, config.beta1, config.beta2) = (0.01, 0.9, 0.95)
        (config.epsilon, config.weightDecay, config.maximumGradientNorm) = (1e-8, 0.1, 1)
        return config
    }

    /// Two of the eight steps.
    static let schedule = LearningRateSchedule(.cosine, warmupFraction: 0.25)

    static func start(_ index: Int) throws -> Tensor {
        let shape = shapes[index].shape
        let flat = (0..<shape.reduce(1, *)).map { Float(($0 * 5 + 3 + index) % 11 - 5) / 8 }
        return try Tensor(flat, shape: shape)
    }

    static func gradient(_ index: Int, step: Int) throws -> Tensor? {
        let (name, shape) = shapes[index]
        if name == "layer.bias", step == 3 { return nil }
        let divisor: Float = step.isMultiple(of: 2) ? 16 : 256
        let flat = (0..<shape.reduce(1, *)).map { Float(($0 * 7 + step * 13 + index * 5) % 17 - 8) / divisor }
        return try Tensor(flat, shape: shape)
    }

    let optimizer: AdamW

    init(_ dtype: DType, config: AdamWConfig = Recorded.config) throws {
        let parameters = try Self.shapes.indices.map {
            NamedTensor(Self.shapes[$0].name, try Self.start($0).to(dtype).requireGradient())
        }
        optimizer = try AdamW(parameters, config)
    }

    @discardableResult
    func take(_ step: Int) throws -> Double {
        for (index, member) in optimizer.parameters.enumerated() {
            try member.tensor.setGradient(Self.gradient(index, step: step)?.to(member.tensor.dtype))
        }
        return try optimizer.step(scheduleFactor: Self.schedule.factor(step: step, of: Self.steps))
    }
}

@Suite("AdamW")
struct AdamWTests {
    init() { Engine.threadCount = 1 }

    /// By golden. The reference scales gradients by a float32 factor, we by a double rounded once: a unit in the last
    /// place on parameters of size 1 and steps of size 0.01.
    @Test("goes where torch.optim.AdamW goes, with schedule, decay exemption, clipping and a missing gradient")
    func float32() throws {
        let (golden, run) = (try Goldens.optimizer(), try Recorded(.float32))
        for step in 0..<Recorded.steps {
            let norm = try run.take(step)
            #expect(try abs(norm - golden.tensor("float32.\(step).norm").item()) < 1e-6)
            for member in run.optimizer.parameters {
                let expected = try golden.tensor("float32.\(step).\(member.name)")
                #expect(try distance(member.tensor, expected) < 2e-7, "step \(step), \(member.name)")
                #expect(try member.tensor.gradient() == nil)
            }
        }
    }

    /// By golden, bit by bit: the script rounds where we do.
    @Test("steps on float32 masters when parameters are bfloat16")
    func bfloat16() throws {
        let (golden, run) = (try Goldens.optimizer(), try Recorded(.bfloat16))
        for step in 0..<Recorded.steps {
            try run.take(step)
            let masters = Dictionary(uniqueKeysWithValues: run.optimizer.state().map { ($0.name, $0.tensor) })
            for member in run.optimizer.parameters {
                let key = "bfloat16.\(step).\(member.name)"
                #expect(member.tensor.dtype == .bfloat16)
                #expect(try member.tensor.floats() == golden.tensor(key).floats(), "step \(step), \(member.name)")
                let master = try #require(masters[member.name + ".master"])
                #expect(try master.floats() == golden.tensor(key + ".master").floats(), "step \(step), \(member.name)")
            }
        }
    }

    @Test("goes on after a saved state exactly as if it had not stopped", arguments: [DType.float32, .bfloat16])
    func resumption(dtype: DType) throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).safetensors")
        defer { try? FileManager.default.removeItem(at: url) }
        let through = try Recorded(dtype)
        let resumed = try Recorded(dtype)
        for step in 0..<Recorded.steps {
            if step == 4 {
                for (target, source) in zip(resumed.optimizer.parameters, through.optimizer.parameters) {
                    try target.tensor.detached().assign(source.tensor)
                }
                try Safetensors.write(through.optimizer.state().map { ($0.name, $0.tensor) }, to: url)
                try resumed.optimizer.restore(from: FileTensors(file: SafetensorsFile(url)))
            }
            try through.take(step)
            if step >= 4 { try resumed.take(step) }
        }
        for (left, right) in zip(resumed.optimizer.parameters, through.optimizer.parameters) {
            #expect(try left.tensor.floats() == right.tensor.floats())
        }
        for (left, right) in zip(resumed.optimizer.state(), through.optimizer.state()) {
            #expect(try left.tensor.floats() == right.tensor.floats(), "\(left.name)")
        }
    }

    @Test("refuses a state that lacks something, has too much, or has other shapes")
    func wrongStates() throws {
        let optimizer = try Recorded(.float32).optimizer
        var tensors = Dictionary(uniqueKeysWithValues: optimizer.state().map { ($0.name, $0.tensor) })
        tensors["layer.bias.step"] = nil
        tensors["layer.weight.first_moment"] = try Tensor.zeros([4, 3])
        tensors["other.step"] = try Tensor.zeros([])
        let error = try #require(throws: WeightsError.self) { try optimizer.restore(from: TensorsByName(tensors)) }
        #expect(error.problems == [
            .misshapen(name: "layer.weight.first_moment", found: [4, 3], expected: [3, 4]),
            .missing(name: "layer.bias.step", shape: []), .leftOver(name: "other.step"),
        ])
    }

    @Test("is as it was after a state that it refused")
    func refusedStates() throws {
        let run = try Recorded(.float32)
        try run.take(0)
        let before = try run.optimizer.state().map { try $0.tensor.floats() }
        var tensors = try Dictionary(
            uniqueKeysWithValues: run.optimizer.state().map { ($0.name, try Tensor.full($0.tensor.shape, 9)) })
        tensors["layer.bias.step"] = nil
        #expect(throws: WeightsError.self) { try run.optimizer.restore(from: TensorsByName(tensors)) }
        #expect(try run.optimizer.state().map { try $0.tensor.floats() } == before)
    }

    /// By hand: at step 1 an element moves by η·(sign(g) + w·θ).
    @Test("decays weights, but neither biases nor norms")
    func decay() throws {
        var config = AdamWConfig()
        (config.learningRate, config.weightDecay, config.maximumGradientNorm) = (0.125, 0.5, 0)
        let names = ["a.weight", "a.bias", "post_attention_layernorm.weight", "norm1.weight", "pre_layrnorm.weight"]
        let parameters = try names.map { NamedTensor($0, try vector(2).requireGradient()) }
        let optimizer = try AdamW(parameters, config)
        for member in parameters { try member.tensor.setGradient(vector(1)) }
        try optimizer.step()
        let values = try parameters.map { try $0.tensor.item() }
        for (value, expected) in zip(values, [1.75, 1.875, 1.875, 1.875, 1.875]) { #expect(abs(value - expected) < 1e-6) }
    }

    @Test("clips only what is beyond the norm, and returns the norm before")
    func clipping() throws {
        var config = AdamWConfig()
        config.maximumGradientNorm = 1
        let parameter = NamedTensor("w", try vector(0, 0).requireGradient())
        let optimizer = try AdamW([parameter], config)
        try parameter.tensor.setGradient(vector(0.3, 0.4))
        #expect(try abs(optimizer.step() - 0.5) < 1e-7)
        try parameter.tensor.setGradient(vector(30, 40))
        #expect(try optimizer.gradientNorm() == 50)
        try optimizer.scaleGradients(by: 0.5)
        #expect(try parameter.tensor.gradient()?.floats() == [15, 20])
        #expect(try optimizer.step() == 25)
        // m = (1 − β₁)·g₂ + β₁·(1 − β₁)·g₁ with g₂ scaled to norm 1.
        let moment = try #require(optimizer.state().first).tensor
        #expect(try distance(moment, vector(0.1 * 0.6 + 0.09 * 0.3, 0.1 * 0.8 + 0.09 * 0.4)) < 1e-6)
    }

    @Test("shows a gradient that is not a number in the norm")
    func notANumber() throws {
        let parameter = NamedTensor("w", try vector(1, 1).requireGradient())
        let optimizer = try AdamW([parameter], AdamWConfig())
        try parameter.tensor.setGradient(vector(.nan, 1))
        #expect(try optimizer.gradientNorm().isNaN)
        try optimizer.clearGradients()
        #expect(try optimizer.gradientNorm() == 0)
        #expect(try optimizer.step() == 0)
        #expect(try parameter.tensor.floats() == [1, 1])
    }
}

@Suite("A learning-rate schedule")
struct LearningRateScheduleTests {
    /// By golden: transformers' three schedules.
    @Test("is transformers', step by step", arguments: LearningRateSchedule.Shape.allCases, [(0, 7), (3, 10), (10, 10)])
    func golden(shape: LearningRateSchedule.Shape, steps: (warmup: Int, total: Int)) throws {
        let expected = try Goldens.optimizer().tensor("schedule.\(shape).\(steps.warmup).\(steps.total)").values(as: Double.self)
        let schedule = LearningRateSchedule(shape, warmupFraction: Double(steps.warmup) / Double(steps.total))
        let found = (0..<steps.total).map { schedule.factor(step: $0, of: steps.total) }
        for (value, wanted) in zip(found, expected) { #expect(abs(value - wanted) < 1e-15) }
    }

    /// By hand.
    @Test("rises along a line and falls along a line or half a cosine")
    func byHand() {
        let linear = LearningRateSchedule(.linear, warmupFraction: 0.2)
        #expect((0..<10).map { linear.factor(step: $0, of: 10) } == [0, 0.5, 1, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125])
        let cosine = LearningRateSchedule(.cosine, warmupFraction: 0)
        #expect(abs(cosine.factor(step: 2, of: 8) - (0.5 + 0.25 * 2.0.squareRoot())) < 1e-15)
        #expect(abs(cosine.factor(step: 4, of: 8) - 0.5) < 1e-15)
    }

    @Test("stays at its end beyond the last step, and is a number for no steps at all", arguments: LearningRateSchedule.Shape.allCases)
    func ends(shape: LearningRateSchedule.Shape) {
        let schedule = LearningRateSchedule(shape, warmupFraction: 0.5)
        #expect(schedule.factor(step: 100, of: 8) == (shape == .constant ? 1 : 0))
        for total in [0, 1] { #expect((0...1).contains(schedule.factor(step: 0, of: total))) }
    }

    @Test("rounds its warm-up up")
    func rounding() {
        let schedule = LearningRateSchedule(.constant, warmupFraction: 0.03)
        #expect(schedule.factor(step: 0, of: 10) == 0)
        #expect(schedule.factor(step: 1, of: 10) == 1)
    }
}
