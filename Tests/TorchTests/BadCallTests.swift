import CTorch
import Testing
import Torch

/// By law: whatever is asked of the engine, a refusal is an error with words, and the process goes on.
@Suite("Bad calls")
struct BadCallTests {
    init() { Engine.threadCount = 1 }

    /// Calls that cannot be right for any of the shapes and types below, each with a tensor in place.
    private static let calls: [(name: String, call: @Sendable (Tensor) throws -> Any)] = [
        ("add", { try $0 + Tensor.zeros([7, 11]) }),
        ("subtract", { try $0 - Tensor.zeros([7, 11]) }),
        ("multiply", { try $0 * Tensor.zeros([7, 11]) }),
        ("divide", { try $0 / Tensor.zeros([7, 11]) }),
        ("minimum", { try minimum($0, Tensor.zeros([7, 11])) }),
        ("equals", { try $0.equals(Tensor.zeros([7, 11])) }),
        ("select", { try Tensor.ones([7, 11], dtype: .bool).select($0, else: $0) }),
        ("fill where", { try $0.filled(1, where: Tensor.ones([7, 11], dtype: .bool)) }),
        ("add in place", { try $0.add(Tensor.zeros([7, 11])) }),
        ("assign", { try $0.assign(Tensor.zeros([7, 11])) }),
        ("matmul", { try $0.matmul(Tensor.zeros([13, 13])) }),
        ("reshape", { try $0.reshaped(13, 17) }),
        ("reshape twice unknown", { try $0.reshaped(-1, -1) }),
        ("reshape negative", { try $0.reshaped(-7) }),
        ("transpose", { try $0.transposed(0, 9) }),
        ("permute", { try $0.permuted(9, 0, 1, 2, 3) }),
        ("expand", { try $0.expanded(-9) }),
        ("unsqueeze", { try $0.unsqueezed(-9) }),
        ("flip", { try $0.flipped(8) }),
        ("repeat", { try $0.repeated(-1, dim: 0) }),
        ("slice", { try $0.sliced(9, 0..<1) }),
        ("select position", { try $0.selected(0, 1 << 40) }),
        ("pick", { try $0.picked(Tensor([1 << 40] as [Int64])) }),
        ("pick by floats", { try $0.picked(Tensor.zeros([1])) }),
        ("gather", { try $0.gathered(Tensor([1 << 40] as [Int64]), dim: 7) }),
        ("write", { try $0.write($0, at: Tensor([-5] as [Int64]), dim: 0) }),
        ("sum over", { try $0.sum(dim: 9) }),
        ("argmax over", { try $0.argmax(dim: -9) }),
        ("cumulative sum", { try $0.cumulativeSum(dim: 9) }),
        ("largest", { try $0.largest(1 << 40) }),
        ("sort", { try $0.sorted(dim: 9) }),
        ("softmax", { try $0.softmax(dim: 9) }),
        ("embedding", { try $0.embedding(Tensor([1 << 40] as [Int64])) }),
        ("linear", { try $0.linear(Tensor.zeros([3, 13])) }),
        ("layer norm", { try $0.layerNorm(Tensor.zeros([13]), bias: nil, eps: 1) }),
        ("RMS norm", { try $0.rmsNorm(Tensor.zeros([13]), eps: 1) }),
        ("convolution", { try $0.conv2d(Tensor.zeros([1, 1, 2, 2]), bias: nil, stride: 0) }),
        ("attention", { try scaledDotProductAttention($0, Tensor.zeros([13, 13]), Tensor.zeros([13, 13]), .none) }),
        ("cross-entropy", { try $0.crossEntropy(Tensor([99] as [Int64])) }),
        ("binary cross-entropy", { try $0.binaryCrossEntropy(Tensor.zeros([7, 11])) }),
        ("concatenate", { try concatenated([$0, Tensor.zeros([7, 11, 13, 17])]) }),
        ("concatenate nothing", { _ in try concatenated([]) }),
        ("stack", { try stacked([$0, Tensor.zeros([7, 11])]) }),
        ("put", { try $0.putting($0, at: Tensor([1 << 40] as [Int64])) }),
        ("backward", { try $0.backward() }),
        ("gradients", { try $0.gradients(of: [Tensor.zeros([1])]) }),
        ("set gradient", { try $0.setGradient(Tensor.zeros([7, 11])) }),
        ("restore generator", { try RandomGenerator(seed: 1).restore($0) }),
        ("other device", { try $0.to(.cuda(Device.cudaCount)) }),
        ("a shape that overflows", { _ in try Tensor.zeros([1 << 62, 1 << 62]) }),
    ]

    private static let operands: [@Sendable () throws -> Tensor] = [
        { try Tensor.zeros([2, 3]) },
        { try Tensor.zeros([5], dtype: .int64) },
        { try Tensor.zeros([2, 3, 4], dtype: .bfloat16) },
        { try Tensor.zeros([3, 2], dtype: .bool) },
        { try Tensor.zeros([2, 2], dtype: .float64).transposed(0, 1) },
        { try Tensor.zeros([2, 3, 4, 5], dtype: .uint8) },
    ]

    @Test("are 300 errors with words, none the end of the process")
    func swiftCalls() throws {
        var count = 0
        for (name, call) in Self.calls {
            for operand in Self.operands {
                let tensor = try operand()
                let error = #expect(throws: TorchError.self, "\(name) on \(tensor.signature)") { _ = try call(tensor) }
                #expect(error?.message.isEmpty == false, "\(name) on \(tensor.signature)")
                count += 1
            }
        }
        #expect(count == 300)
        #expect(try vector(1, 2).sum().item() == 3)
    }

    @Test("with NULL in place of a tensor, an operator or a generator are errors")
    func nullHandles() {
        var (result, count): (ct_tensor?, Int32) = (nil, 0)
        var value = 0.0
        #expect(ct_retain(nil) == nil)
        ct_release(nil)
        #expect(ct_copy_to_bytes(nil, 6, nil, 0) == -1)
        #expect([ct_rank(nil), ct_dtype(nil)] == [-1, -1])
        #expect([ct_size(nil, 0), ct_count(nil)] == [-1, -1])
        #expect(!ct_requires_grad(nil))
        #expect(ct_item(nil, &value) == -1)
        #expect(ct_call(nil, nil, 0, &result, 1, &count) == -1)
        #expect(ct_set_requires_grad(nil, true) == -1)
        #expect(ct_gradient(nil, &result) == -1)
        #expect(ct_set_gradient(nil, nil) == -1)
        #expect(ct_backward(nil, nil, false) == -1)
        #expect(ct_gradients_of(nil, nil, 0, false, &result) == -1)
        #expect(ct_generator_state(nil) == nil)
        #expect(ct_generator_set_state(nil, nil) == -1)
        ct_generator_release(nil)
        #expect(String(cString: ct_last_error()).contains("NULL"))
        ct_set_last_error(nil)
        #expect(String(cString: ct_last_error()).isEmpty)
    }

    @Test("with counts, types and names that mean nothing are errors")
    func nonsense() throws {
        var (memory, size): (UnsafeMutableRawPointer?, Int) = (nil, 0)
        let sizes: [Int64] = [2]
        for dtype in [-1, 99, 200, 1 << 20] as [Int32] {
            #expect(ct_empty_cpu(sizes, 1, dtype, &memory, &size) == nil)
            #expect(ct_from_bytes(nil, 0, sizes, 1, dtype) == nil)
        }
        #expect(ct_empty_cpu(sizes, -1, 6, &memory, &size) == nil)
        #expect(ct_empty_cpu(nil, 3, 6, &memory, &size) == nil)
        #expect(ct_from_bytes(nil, 8, sizes, 1, 6) == nil)
        #expect(ct_find_op("aten::no_such_operator", "") == nil)
        #expect(ct_find_op(nil, nil) == nil)
        #expect(ct_generator_new(77, 0, 1) == nil)
        #expect(ct_synchronize(77, 0) == -1)
        #expect(ct_device_count(77) == 0)
    }

    @Test("with arguments of the wrong kind or number are errors")
    func wrongArguments() throws {
        let concatenate = try #require(ct_find_op("aten::cat", ""))
        var (result, count): (ct_tensor?, Int32) = (nil, 0)
        let tags = [CT_NONE, CT_TENSOR, CT_INT, CT_DOUBLE, CT_BOOL, CT_STRING, CT_INTS, CT_DOUBLES, CT_TENSORS, CT_GENERATOR]
        for tag in tags {
            // Every union member is NULL or 0, so only the tag varies.
            var value = ct_value()
            value.tag = Int32(tag)
            for argumentCount in [0, 1, 2, 3, 9, -1] as [Int32] {
                let values = Array(repeating: value, count: max(1, Int(argumentCount)))
                #expect(ct_call(concatenate, values, argumentCount, &result, 1, &count) == -1)
            }
        }
        #expect(result == nil)
    }
}
