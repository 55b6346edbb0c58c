import CTorch

/// Runs `body` without recording gradients on this thread. Never across an `await`: the mode belongs to the thread.
public func withoutGradient<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    let previous = ct_set_gradient_mode(false)
    defer { _ = ct_set_gradient_mode(previous) }
    return try body()
}

/// Whether operators record what the backward pass needs.
public var isRecordingGradients: Bool { ct_gradient_mode() }

extension Tensor {
    /// Makes this leaf a parameter (or not), in place.
    @discardableResult
    public func requireGradient(_ required: Bool = true) throws(TorchError) -> Tensor {
        guard ct_set_requires_grad(raw, required) == 0 else { throw TorchError.last("requireGradient", [self]) }
        return self
    }

    /// The gradient gathered so far, `nil` when none reached this tensor.
    public func gradient() throws(TorchError) -> Tensor? {
        var result: ct_tensor?
        guard ct_gradient(raw, &result) == 0 else { throw TorchError.last("gradient", [self]) }
        return result.map(Tensor.init(owning:))
    }

    public func setGradient(_ gradient: Tensor?) throws(TorchError) {
        guard ct_set_gradient(raw, gradient?.raw) == 0 else { throw TorchError.last("setGradient", [self]) }
    }

    /// Adds d(self)/d(leaf) to the gradient of every leaf behind this scalar.
    public func backward(retainingGraph: Bool = false) throws(TorchError) {
        guard ct_backward(raw, nil, retainingGraph) == 0 else { throw TorchError.last("backward", [self]) }
    }

    /// d(self)/d(input) for each input, without touching any parameter's gradient; `nil` where self does not depend on it.
    public func gradients(of inputs: [Tensor], retainingGraph: Bool = false) throws(TorchError) -> [Tensor?] {
        var results = [ct_tensor?](repeating: nil, count: inputs.count)
        let handles = inputs.map { Optional($0.raw) }
        let status = withExtendedLifetime(inputs) {
            ct_gradients_of(raw, handles, Int32(handles.count), retainingGraph, &results)
        }
        guard status == 0 else {
            throw TorchError.last("gradients", [self])
        }
        return results.map { $0.map(Tensor.init(owning:)) }
    }
}

/// Computes `block(inputs)` without remembering its activations; the backward pass computes them again.
///
/// `backward` gives the gradients of the plain call, for the inputs and for every parameter that the block captures;
/// `gradients(of:)` sees only the inputs. The block must give the same result twice, so any randomness in it has to come
/// from outside.
public func checkpointed(_ inputs: [Tensor], _ block: @escaping ([Tensor]) throws -> Tensor) throws(TorchError) -> Tensor {
    let handles = inputs.map { Optional($0.raw) }
    let context = Unmanaged.passRetained(CheckpointedBlock(block)).toOpaque()
    let raw = ct_checkpoint(
        { context, inputs, count in CheckpointedBlock.run(context, inputs, count) },
        context, { context in CheckpointedBlock.release(context) }, handles, Int32(handles.count))
    return try Tensor.owning(raw, "checkpointed", inputs)
}

/// The closure behind a pointer that the graph owns.
private final class CheckpointedBlock {
    let block: ([Tensor]) throws -> Tensor

    init(_ block: @escaping ([Tensor]) throws -> Tensor) { self.block = block }

    static func run(_ context: UnsafeMutableRawPointer?, _ inputs: UnsafePointer<ct_tensor?>?, _ count: Int32) -> ct_tensor? {
        guard let context else { return nil }
        let held = Unmanaged<CheckpointedBlock>.fromOpaque(context).takeUnretainedValue()
        let handles = UnsafeBufferPointer(start: inputs, count: inputs == nil ? 0 : Int(count))
        do {
            // The handles are only lent, so each gets a reference of its own; the result's goes to the graph.
            let tensors = handles.compactMap { $0.flatMap(ct_retain).map(Tensor.init(owning:)) }
            let result = try held.block(tensors)
            return withExtendedLifetime(result) { ct_retain(result.raw) }
        } catch {
            ct_set_last_error("\(error)")
            return nil
        }
    }

    static func release(_ context: UnsafeMutableRawPointer?) {
        guard let context else { return }
        Unmanaged<CheckpointedBlock>.fromOpaque(context).release()
    }
}
