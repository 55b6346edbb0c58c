import Testing
import Torch

/// By hand.
@Suite("Gradients")
struct AutogradTests {
    init() { Engine.threadCount = 1 }

    @Test("flow back to every leaf, and gather there")
    func backward() throws {
        let (x, w) = (try vector(1, 2), try vector(3, 4).requireGradient())
        #expect(w.requiresGradient)
        #expect(try w.gradient() == nil)
        try (x * w * w).sum().backward()
        #expect(try w.gradient()?.floats() == [6, 16])
        try (x * w).sum().backward()
        #expect(try w.gradient()?.floats() == [7, 18])
        #expect(try x.gradient() == nil)
    }

    @Test("are set, and forgotten")
    func setting() throws {
        let w = try vector(3, 4).requireGradient()
        try w.setGradient(vector(1, 1))
        #expect(try w.gradient()?.floats() == [1, 1])
        try w.setGradient(nil)
        #expect(try w.gradient() == nil)
        #expect(throws: TorchError.self) { try w.setGradient(vector(1, 2, 3)) }
    }

    @Test("of chosen inputs leave every parameter's own gradient alone")
    func gradientsOf() throws {
        let (x, y, z) = (
            try vector(1, 2).requireGradient(), try vector(3, 4).requireGradient(), try vector(5).requireGradient())
        let loss = try (x * y).sum()
        let gradients = try loss.gradients(of: [x, z, y], retainingGraph: true)
        #expect(try gradients[0]?.floats() == [3, 4])
        #expect(gradients[1] == nil)
        #expect(try gradients[2]?.floats() == [1, 2])
        #expect(try x.gradient() == nil)
        #expect(try loss.gradients(of: [x])[0]?.floats() == [3, 4])
        #expect(throws: TorchError.self) { try loss.gradients(of: [x]) }
    }

    @Test("are not recorded inside withoutGradient, on this thread, until it ends or throws")
    func scope() throws {
        struct Stop: Error {}
        let w = try vector(1).requireGradient()
        #expect(isRecordingGradients)
        let inside = try withoutGradient {
            #expect(!isRecordingGradients)
            return try w * 2
        }
        #expect(!inside.requiresGradient)
        #expect(isRecordingGradients)
        #expect(throws: Stop.self) { try withoutGradient { throw Stop() } }
        #expect(isRecordingGradients)
        withoutGradient { withoutGradient {} ; #expect(!isRecordingGradients) }
        #expect(try (w * 2).requiresGradient)
    }

    @Test("need a scalar that depends on something")
    func refusals() throws {
        #expect(throws: TorchError.self) { try vector(1, 2).requireGradient().squared().backward() }
        #expect(throws: TorchError.self) { try vector(1).sum().backward() }
        #expect(throws: TorchError.self) { try ids(1).requireGradient() }
        let loss = try vector(2).requireGradient().squared().sum()
        try loss.backward()
        #expect(throws: TorchError.self) { try loss.backward() }
    }

    @Test("can be asked for twice when the graph is retained")
    func retained() throws {
        let w = try vector(2).requireGradient()
        let loss = try w.squared().sum()
        try loss.backward(retainingGraph: true)
        try loss.backward()
        #expect(try w.gradient()?.floats() == [8])
    }

    @Test("stop at detached tensors and are cut off by requireGradient(false)")
    func cutting() throws {
        let w = try vector(2).requireGradient()
        try (w.detached() * w).sum().backward()
        #expect(try w.gradient()?.floats() == [2])
        try w.requireGradient(false)
        #expect(try !(w * 2).requiresGradient)
    }
}

/// By law: a checkpointed block has the values and the gradients of the plain one.
@Suite("A checkpointed block")
struct CheckpointedTests {
    private let first, second, weight: Tensor

    init() throws {
        Engine.threadCount = 1
        let generator = try RandomGenerator(seed: 17)
        first = try Tensor.randn([3, 4], using: generator).requireGradient()
        second = try Tensor.randn([3, 4], using: generator).requireGradient()
        weight = try Tensor.randn([4, 4], using: generator).requireGradient()
    }

    private func block(_ inputs: [Tensor]) throws -> Tensor {
        try (inputs[0].linear(weight).tanh() * inputs[1]).linear(weight)
    }

    /// Value and gradients of the sum of squares of `outcome`.
    private func gradients(_ outcome: () throws -> Tensor) throws -> [[Float]] {
        for leaf in [first, second, weight] { try leaf.setGradient(nil) }
        let result = try outcome()
        try result.squared().sum().backward()
        return try [result.floats()] + [first, second, weight].map { try $0.gradient()?.floats() ?? [] }
    }

    @Test("has the gradients of the plain call, for inputs and for captured parameters")
    func equality() throws {
        let plain = try gradients { try block([first, second]) }
        let again = try gradients { try checkpointed([first, second]) { try block($0) } }
        #expect(plain == again)
        #expect(plain.allSatisfy { !$0.isEmpty })
    }

    @Test("reaches captured parameters when no input needs a gradient")
    func parametersOnly() throws {
        let inputs = [try first.detached(), try second.detached()]
        let plain = try gradients { try block(inputs) }
        let again = try gradients { try checkpointed(inputs) { try block($0) } }
        #expect(plain == again)
        #expect(again[1].isEmpty && !again[3].isEmpty)
    }

    @Test("works without any input")
    func noInputs() throws {
        let plain = try gradients { try weight.squared() }
        #expect(try gradients { try checkpointed([]) { _ in try weight.squared() } } == plain)
    }

    @Test("may mix inputs with and without gradients, integers too")
    func mixedInputs() throws {
        let rows = try ids(2, 0, 1)
        let plain = try gradients { try block([first.picked(rows), second]) }
        let again = try gradients { try checkpointed([first, rows, second]) { try block([$0[0].picked($0[1]), $0[2]]) } }
        #expect(plain == again)
    }

    @Test("may hold another one")
    func nested() throws {
        let plain = try gradients { try block([block([first, second]), second]) }
        let again = try gradients {
            try checkpointed([first, second]) { outer in
                let inner = try checkpointed(outer) { try block($0) }
                return try block([inner, outer[1]])
            }
        }
        // The parts of a shared parameter's gradient are added in another order.
        for (left, right) in zip(plain.joined(), again.joined()) { #expect(abs(left - right) <= 1e-6 * max(1, abs(left))) }
    }

    @Test("may follow another one, sixty-fold")
    func deep() throws {
        func chain(_ step: (Tensor) throws -> Tensor) throws -> Tensor {
            try (0..<60).reduce(first) { x, _ in try step(x) }
        }
        let plain = try gradients { try chain { try ($0.linear(weight) * 0.5).tanh() } }
        let again = try gradients {
            try chain { x in try checkpointed([x]) { try ($0[0].linear(weight) * 0.5).tanh() } }
        }
        #expect(plain == again)
    }

    @Test("runs once forward and once more in the backward pass")
    func runs() throws {
        var count = 0
        let result = try checkpointed([first]) { count += 1; return try $0[0].squared() }
        #expect(count == 1)
        try result.sum().backward()
        #expect(count == 2)
    }

    @Test("runs once, and records nothing, where gradients are off")
    func withoutGradients() throws {
        var count = 0
        let result = try withoutGradient { try checkpointed([first]) { count += 1; return try $0[0].squared() } }
        #expect(count == 1)
        #expect(!result.requiresGradient)
    }

    @Test("may hand back an input or a captured parameter as it is")
    func identity() throws {
        let plain = try gradients { try first * 1 }
        #expect(try gradients { try checkpointed([first]) { $0[0] } } == plain)

        let held = try gradients { try weight * 1 }
        #expect(try gradients { try checkpointed([]) { _ in weight } } == held)
        // The parameter itself stays a leaf.
        #expect(try gradients { try weight * 1 } == held)
    }

    @Test("throws in the forward pass what its block throws")
    func forwardError() throws {
        let error = try #require(throws: TorchError.self) {
            try checkpointed([first, second]) { try $0[0].matmul($0[1]) }
        }
        #expect(error.operation == "checkpointed")
        #expect(error.operands == ["[3, 4] float32", "[3, 4] float32"])
        #expect(error.message.contains("aten::matmul on [3, 4] float32, [3, 4] float32: mat1 and mat2 shapes"))
    }

    @Test("throws in the backward pass what its block throws there")
    func backwardError() throws {
        struct SecondTime: Error, CustomStringConvertible { let description = "not a second time" }
        var count = 0
        let result = try checkpointed([first]) { inputs in
            count += 1
            guard count == 1 else { throw SecondTime() }
            return try inputs[0].squared()
        }
        let error = try #require(throws: TorchError.self) { try result.sum().backward() }
        #expect(error.message.contains("not a second time"))
        #expect(try vector(1).requireGradient().squared().requiresGradient)
    }

    @Test("lets go of what its block captured, with or without a backward pass")
    func release() throws {
        final class Witness {}
        weak var witness: Witness?
        for runsBackward in [true, false] {
            do {
                let held = Witness()
                witness = held
                let result = try checkpointed([first]) { inputs in
                    withExtendedLifetime(held) {}
                    return try inputs[0].squared()
                }
                if runsBackward { try result.sum().backward() }
            }
            #expect(witness == nil)
        }
    }
}
