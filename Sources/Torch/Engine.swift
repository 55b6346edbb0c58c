import CTorch

/// Settings of the whole process: threads, memory, and how matrix products are computed.
public enum Engine {
    /// LibTorch's version, as compiled against.
    public static var version: String { String(cString: ct_version()) }

    /// Threads that one operator may use, 1 to 1,024. Results of long sums depend on it, so a run records it.
    ///
    /// Setting it counts for the thread that sets it and for threads that have not run an operator yet.
    public static var threadCount: Int {
        get { Int(ct_thread_count()) }
        set { ct_set_thread_count(Int32(min(max(1, newValue), 1024))) }
    }

    /// Keeps freed blocks in the process instead of handing them back to the kernel at every step (glibc; elsewhere
    /// nothing). Call once, before the first tensor.
    public static func tuneMemory() { ct_tune_malloc() }

    /// Sends float32 matrix products on the CPU through oneDNN when that is as exact here as the default, and says
    /// whether it was. On some processors it is about twice as fast; on those with bfloat16 matrix units the same
    /// switch rounds to bfloat16, which the probe refuses.
    @discardableResult
    public static func useFastFloat32Products() throws(TorchError) -> Bool {
        let generator = try RandomGenerator(seed: 1)
        let left = try Tensor.randn([64, 512], using: generator)
        let right = try Tensor.randn([512, 64], using: generator)
        let exact = try left.to(.float64).matmul(right.to(.float64))

        guard ct_set_float32_onednn(true) == 0 else { return false }
        let error = try (left.matmul(right).to(.float64) - exact).abs().max().item()
        // float32 leaves about 1e-4 on sums of 512 unit normals, bfloat16 about 1e-1.
        if error < 1e-3 { return true }
        _ = ct_set_float32_onednn(false)
        return false
    }
}
