// The engine around the tensors: random generators, devices, threads, memory and matrix-product settings.
#include "internal.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <torch/version.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace {
at::Generator &generator_of(ct_generator handle) {
    TORCH_CHECK(handle, "the generator is NULL");
    return *reinterpret_cast<at::Generator *>(handle);
}
}  // namespace

extern "C" {

ct_generator ct_generator_new(int32_t device_type, int32_t device_index, uint64_t seed) {
    ct_generator result = nullptr;
    guarded([&] {
        auto type = static_cast<c10::DeviceType>(device_type);
        auto generator = type == c10::DeviceType::CPU
                             ? at::detail::createCPUGenerator(seed)
                             : at::globalContext().getAcceleratorHooksInterface(type).getNewGenerator(
                                   static_cast<c10::DeviceIndex>(device_index));
        generator.set_current_seed(seed);
        result = reinterpret_cast<ct_generator>(new at::Generator(std::move(generator)));
    });
    return result;
}

void ct_generator_release(ct_generator generator) { delete reinterpret_cast<at::Generator *>(generator); }

ct_tensor ct_generator_state(ct_generator generator) {
    return guarded_tensor([&] { return generator_of(generator).get_state(); });
}

int ct_generator_set_state(ct_generator generator, ct_tensor state) {
    return guarded([&] { generator_of(generator).set_state(borrow(state)); });
}

const char *ct_version(void) { return TORCH_VERSION; }

int32_t ct_device_count(int32_t device_type) {
    int32_t count = 0;
    guarded([&] {
        auto type = static_cast<c10::DeviceType>(device_type);
        if (type == c10::DeviceType::CPU) {
            count = 1;
        } else if (type == c10::DeviceType::CUDA && at::hasCUDA()) {
            count = at::detail::getCUDAHooks().deviceCount();
        }
    });
    return count;
}

int ct_synchronize(int32_t device_type, int32_t device_index) {
    return guarded([&] {
        auto type = static_cast<c10::DeviceType>(device_type);
        if (type == c10::DeviceType::CPU) return;
        c10::impl::VirtualGuardImpl(type).synchronizeDevice(static_cast<c10::DeviceIndex>(device_index));
    });
}

void ct_set_thread_count(int32_t count) {
    guarded([&] { at::set_num_threads(count); });
}

int32_t ct_thread_count(void) { return at::get_num_threads(); }

void ct_tune_malloc(void) {
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, 1 << 30);
    mallopt(M_TRIM_THRESHOLD, 0x7fffffff);
    mallopt(M_TOP_PAD, 64 << 20);
#endif
}

int ct_set_float32_onednn(bool enabled) {
    return guarded([&] {
        at::globalContext().setFloat32Precision(at::Float32Backend::MKLDNN, at::Float32Op::MATMUL,
                                                enabled ? at::Float32Precision::BF16 : at::Float32Precision::IEEE);
    });
}
}
