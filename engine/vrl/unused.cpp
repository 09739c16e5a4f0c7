#include "engine/vrl/compiler.hpp"

namespace engine::vrl {

std::vector<Diagnostic> unused_expressions(const ast::Program&) {
    return {};
}

}  // namespace engine::vrl
