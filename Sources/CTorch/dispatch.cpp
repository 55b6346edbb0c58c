// One call for every operator: the dispatcher's boxed form, reached by name.
#include "internal.h"

#include <ATen/core/Generator.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/ivalue.h>
#include <ATen/core/jit_type.h>
#include <ATen/core/stack.h>
#include <ATen/ScalarOps.h>

#include <string>

namespace {
struct Operator {
    c10::OperatorHandle handle;
    const c10::FunctionSchema *schema;
};

c10::IValue tensor_list(const ct_value &value, const c10::Argument &argument) {
    auto *list_type = argument.type()->castRaw<c10::ListType>();
    if (list_type && list_type->getElementType()->kind() == c10::TypeKind::OptionalType) {
        c10::List<std::optional<at::Tensor>> list;
        for (auto &handle : list_of(value.value.tensors, value.count)) {
            list.push_back(handle ? std::optional<at::Tensor>(borrow(handle)) : std::nullopt);
        }
        return list;
    }
    c10::List<at::Tensor> list;
    for (auto &handle : list_of(value.value.tensors, value.count)) list.push_back(borrow(handle));
    return list;
}

c10::IValue default_of(const c10::FunctionSchema &schema, const c10::Argument &argument) {
    TORCH_CHECK(argument.default_value().has_value(), schema.name(), ": argument '", argument.name(), "' is missing");
    return *argument.default_value();
}

// Where a tensor is expected, the number becomes one as in Python: without a type of its own, and not rounded to the type
// of the other operand first.
c10::IValue number(const c10::Scalar &value, const c10::Argument &argument) {
    bool wrapped = argument.type()->kind() == c10::TypeKind::TensorType;
    return wrapped ? c10::IValue(at::native::wrapped_scalar_tensor(value)) : c10::IValue(value);
}

c10::IValue boxed(const ct_value &value, const c10::FunctionSchema &schema, const c10::Argument &argument) {
    switch (value.tag) {
    case CT_NONE: return {};
    case CT_TENSOR: return c10::IValue(borrow(value.value.tensor));
    case CT_INT: return number(value.value.integer, argument);
    case CT_DOUBLE: return number(value.value.real, argument);
    case CT_BOOL: return c10::IValue(value.value.integer != 0);
    case CT_STRING:
        TORCH_CHECK(value.value.string, schema.name(), ": argument '", argument.name(), "' is a NULL string");
        return c10::IValue(std::string(value.value.string));
    case CT_INTS: return c10::IValue(list_of(value.value.integers, value.count));
    case CT_DOUBLES: return c10::IValue(list_of(value.value.reals, value.count));
    case CT_TENSORS: return tensor_list(value, argument);
    case CT_GENERATOR:
        TORCH_CHECK(value.value.generator, schema.name(), ": argument '", argument.name(), "' is a NULL generator");
        return c10::IValue(*reinterpret_cast<at::Generator *>(value.value.generator));
    case CT_DEVICE:
        return c10::IValue(c10::Device(static_cast<c10::DeviceType>(value.value.integer),
                                       static_cast<c10::DeviceIndex>(value.count)));
    default: return default_of(schema, argument);
    }
}

void push_arguments(const Operator &op, const ct_value *values, int32_t count, torch::jit::Stack &stack) {
    auto &arguments = op.schema->arguments();
    TORCH_CHECK(count >= 0 && static_cast<size_t>(count) <= arguments.size(), op.schema->name(), ": ", count, " arguments for ", *op.schema);
    stack.reserve(arguments.size());
    for (int32_t i = 0; i < count; i++) stack.emplace_back(boxed(values[i], *op.schema, arguments[i]));
    for (size_t i = count; i < arguments.size(); i++) stack.emplace_back(default_of(*op.schema, arguments[i]));
}

// Tensors of the results in order, lists flattened; other kinds of result are dropped.
std::vector<at::Tensor> tensors_of(torch::jit::Stack &stack) {
    std::vector<at::Tensor> tensors;
    for (auto &value : stack) {
        if (value.isTensor()) {
            tensors.push_back(std::move(value).toTensor());
        } else if (value.isTensorList()) {
            for (auto &&tensor : value.toTensorVector()) tensors.push_back(tensor);
        }
    }
    return tensors;
}
}  // namespace

extern "C" {

ct_op ct_find_op(const char *name, const char *overload) {
    try {
        TORCH_CHECK(name && overload, "the operator's name is NULL");
        auto handle = c10::Dispatcher::singleton().findSchemaOrThrow(name, overload);
        return reinterpret_cast<ct_op>(new Operator{handle, &handle.schema()});
    } catch (const std::exception &error) {
        record_failure(&error);
    } catch (...) {
        record_failure(nullptr);
    }
    return nullptr;
}

int ct_call(ct_op op, const ct_value *arguments, int32_t count, ct_tensor *results, int32_t capacity, int32_t *result_count) {
    return guarded([&] {
        TORCH_CHECK(op, "the operator is NULL");
        auto &target = *reinterpret_cast<const Operator *>(op);
        torch::jit::Stack stack;
        push_arguments(target, arguments, count, stack);
        target.handle.callBoxed(stack);
        auto tensors = tensors_of(stack);
        TORCH_CHECK(capacity >= 0 && tensors.size() <= static_cast<size_t>(capacity), target.schema->name(), " returned ", tensors.size(),
                    " tensors, room for ", capacity);
        for (size_t i = 0; i < tensors.size(); i++) results[i] = own(std::move(tensors[i]));
        *result_count = static_cast<int32_t>(tensors.size());
    });
}
}
