#pragma once

#include <vector>

#include "engine/diagnostic/span.hpp"
#include "engine/vrl/function.hpp"
#include "engine/vrl/node.hpp"

namespace engine::vrl {

/// A compiled call: evaluates and checks its arguments, runs the function, and puts the call's name
/// and place before the text of its error.
class CallNode final : public Node {
public:
    struct Argument {
        /// Null when it is not given, or a place.
        NodePtr node;
        /// What run time must check; `any` when the types were proven.
        Kinds check;
        Value fallback;
    };

    CallNode(const Function& function, Span span, std::vector<Argument> arguments, CallSite site)
        : function_(function),
          run_(function.run),
          span_(span),
          arguments_(std::move(arguments)),
          site_(std::move(site)) {}

    Value resolve(Context& context) const override;

private:
    Value fail(Context& context) const;
    Value wrong_kind(Context& context, std::size_t argument, const Value& got) const;

    const Function& function_;
    Value (*run_)(Call&);
    Span span_;
    std::vector<Argument> arguments_;
    CallSite site_;
};

}  // namespace engine::vrl
