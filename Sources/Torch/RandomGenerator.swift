import CTorch

/// A stream of random numbers with a state that can be saved and restored. Nothing in the package reads a global seed.
public final class RandomGenerator {
    let raw: ct_generator

    public init(seed: UInt64, device: Device = .cpu) throws(TorchError) {
        guard let raw = ct_generator_new(device.code.type, device.code.index, seed) else {
            throw TorchError.last("RandomGenerator(\(device))", [])
        }
        self.raw = raw
    }

    deinit { ct_generator_release(raw) }

    /// The whole state, a vector of bytes; setting it continues the stream exactly there.
    public func state() throws(TorchError) -> Tensor { try Tensor.owning(ct_generator_state(raw), "generator state") }

    public func restore(_ state: Tensor) throws(TorchError) {
        guard ct_generator_set_state(raw, state.raw) == 0 else { throw TorchError.last("restore generator", [state]) }
    }
}
