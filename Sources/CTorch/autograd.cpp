// Gradients: the backward pass, gradient mode, and blocks that are recomputed instead of remembered.
#include "internal.h"

#include <ATen/core/grad_mode.h>
#include <ATen/core/ivalue.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/csrc/autograd/variable.h>

namespace {
using torch::autograd::variable_list;

// The caller's block; released together with the graph that refers to it.
struct Block : torch::CustomClassHolder {
    ct_block run;
    void *context;
    ct_context_release release;

    Block(ct_block run, void *context, ct_context_release release) : run(run), context(context), release(release) {}
    ~Block() override { release(context); }

    at::Tensor operator()(const variable_list &inputs) const {
        std::vector<ct_tensor> handles;
        for (auto &input : inputs) handles.push_back(reinterpret_cast<ct_tensor>(input.unsafeGetTensorImpl()));
        auto result = run(context, handles.data(), static_cast<int32_t>(handles.size()));
        if (!result) throw std::runtime_error(ct_last_error());
        return at::Tensor(c10::intrusive_ptr<c10::TensorImpl>::reclaim(reinterpret_cast<c10::TensorImpl *>(result)));
    }
};

// `anchor` requires a gradient, so that the block's own parameters are reached even when none of its inputs needs one.
// TensorList, not std::vector: only then does autograd see the inputs as differentiable.
struct Recomputed : torch::autograd::Function<Recomputed> {
    static at::Tensor forward(torch::autograd::AutogradContext *context, c10::intrusive_ptr<Block> block, at::Tensor anchor,
                              at::TensorList inputs) {
        variable_list saved(inputs.begin(), inputs.end());
        context->save_for_backward(saved);
        context->saved_data["block"] = c10::IValue::make_capsule(block);
        // Detached: autograd writes its history onto the result, which may be a parameter that the block hands back.
        return (*block)(saved).detach();
    }

    static variable_list backward(torch::autograd::AutogradContext *context, variable_list gradients) {
        auto block = c10::static_intrusive_pointer_cast<Block>(context->saved_data["block"].toCapsule());
        variable_list inputs;
        for (auto &saved : context->get_saved_variables()) {
            inputs.push_back(saved.detach().set_requires_grad(saved.requires_grad()));
        }
        {
            at::AutoGradMode enabled(true);
            auto result = (*block)(inputs);
            if (result.requires_grad()) torch::autograd::backward({result}, {gradients[0]});
        }
        variable_list all(2);  // nothing for the block and the anchor
        for (auto &input : inputs) all.push_back(input.requires_grad() ? input.grad() : at::Tensor());
        return all;
    }
};
}  // namespace

extern "C" {

int ct_set_requires_grad(ct_tensor tensor, bool requires_grad) {
    return guarded([&] { borrow(tensor).set_requires_grad(requires_grad); });
}

int ct_gradient(ct_tensor tensor, ct_tensor *gradient) {
    return guarded([&] {
        auto found = borrow(tensor).grad();
        *gradient = found.defined() ? own(std::move(found)) : nullptr;
    });
}

int ct_set_gradient(ct_tensor tensor, ct_tensor gradient_or_null) {
    return guarded([&] {
        auto &leaf = borrow(tensor);
        auto gradient = gradient_or_null ? borrow(gradient_or_null) : at::Tensor();
        // LibTorch takes any gradient here and would fail, or read beyond it, much later.
        TORCH_CHECK(!gradient.defined() || (gradient.sizes() == leaf.sizes() && gradient.scalar_type() == leaf.scalar_type() &&
                                            gradient.device() == leaf.device()),
                    "the gradient is ", gradient.sizes(), " ", gradient.scalar_type(), " on ", gradient.device(),
                    ", its tensor is ", leaf.sizes(), " ", leaf.scalar_type(), " on ", leaf.device());
        leaf.mutable_grad() = gradient;
    });
}

int ct_backward(ct_tensor root, ct_tensor gradient_or_null, bool retain_graph) {
    return guarded([&] {
        variable_list gradients;
        if (gradient_or_null) gradients.push_back(borrow(gradient_or_null));
        torch::autograd::backward({borrow(root)}, gradients, retain_graph);
    });
}

int ct_gradients_of(ct_tensor root, const ct_tensor *inputs, int32_t count, bool retain_graph, ct_tensor *gradients) {
    return guarded([&] {
        variable_list wanted;
        for (auto &input : list_of(inputs, count)) wanted.push_back(borrow(input));
        auto found = torch::autograd::grad({borrow(root)}, wanted, {}, retain_graph, false, true);
        for (int32_t i = 0; i < count; i++) gradients[i] = found[i].defined() ? own(std::move(found[i])) : nullptr;
    });
}

bool ct_set_gradient_mode(bool enabled) {
    bool previous = at::GradMode::is_enabled();
    at::GradMode::set_enabled(enabled);
    return previous;
}

bool ct_gradient_mode(void) { return at::GradMode::is_enabled(); }

ct_tensor ct_checkpoint(ct_block block, void *context, ct_context_release release, const ct_tensor *inputs, int32_t count) {
    return guarded_tensor([&] {
        auto held = c10::make_intrusive<Block>(block, context, release);
        variable_list list;
        for (auto &input : list_of(inputs, count)) list.push_back(borrow(input));
        if (!at::GradMode::is_enabled()) return (*held)(list);
        auto anchor = at::zeros({1}).set_requires_grad(true);
        return Recomputed::apply(held, anchor, at::TensorList(list));
    });
}
}
