import ConfigFiles

/// A configuration with one property of every kind that configurations have.
struct ExampleConfig: Codable, Equatable, Checkable {
    struct Lagrange: Codable, Equatable {
        var costLimit = -0.5
        var bound = 20.0
        var windowSize = 128
        var learningRate = 0.1
    }

    struct Optimizer: Codable, Equatable {
        var stepSize = 1e-5
        var warmupFraction: Float = 0.03
        var schedule = Schedule.cosine
        var maximumNorm = Double.infinity
    }

    enum Schedule: String, Codable, CaseIterable {
        case cosine, linear
        case constantWithWarmup = "constant_with_warmup"
    }

    enum Sampling: Codable, Equatable {
        case greedy
        case topP(share: Double, temperature: Double)
    }

    struct DataSource: Codable, Equatable {
        var path: String
        var weight: Double
    }

    var title = "run 1"
    var seed: UInt32 = 42
    var isDeterministic = true
    var lagrange = Lagrange()
    var optimizer = Optimizer()
    var sampling = Sampling.topP(share: 0.9, temperature: 1)
    var targets = ["q_proj", "v_proj"]
    var sources: [DataSource] = []
    var thresholds = ["violence": 0.5, "hate": 0.25]

    func problems() -> [String] {
        var problems: [String] = []
        if lagrange.windowSize < 1 {
            problems.append("lagrange.windowSize must be ≥ 1, found \(lagrange.windowSize)")
        }
        if !(lagrange.bound > 0) { problems.append("lagrange.bound must be > 0, found \(lagrange.bound)") }
        return problems
    }
}
