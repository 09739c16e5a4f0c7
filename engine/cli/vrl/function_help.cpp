#include "engine/cli/vrl/function_help.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace engine::cli {

namespace {

std::string parameter_help(const vrl::Parameter& parameter) {
    std::string text = fmt::format("  {:<16} {}", parameter.name, vrl::describe(parameter.accepts));
    if (parameter.fallback) {
        text += fmt::format(", default {}", vrl::display(*parameter.fallback));
    } else if (!parameter.is_required) {
        text += ", optional";
    }
    text += fmt::format("\n  {:<16} {}", "", parameter.description);
    if (!parameter.variants.empty()) {
        text += fmt::format(" One of {}.", fmt::join(parameter.variants, ", "));
    }
    return text + "\n";
}

std::string example_help(const vrl::Example& example) {
    std::string text = fmt::format("  {}:\n", example.title);
    if (!example.event.empty()) {
        text += fmt::format("    event: {}\n", example.event);
    }
    return text + fmt::format("    {}\n    => {}\n", example.source, example.result);
}

}  // namespace

std::string signature(const vrl::Function& function) {
    std::string parameters;
    for (const vrl::Parameter& each : function.parameters) {
        parameters += fmt::format("{}{}{}", parameters.empty() ? "" : ", ", each.name,
                                  each.is_required ? "" : "?");
    }
    return fmt::format("{}({}){}", function.name, parameters,
                       function.closure ? " -> |…| { … }" : "");
}

std::string function_help(const vrl::Function& function) {
    const bool may_fail = function.fallible || function.may_fail != nullptr;
    std::string text =
        fmt::format("{}\n\n{}\nReturns {}.{}\n", signature(function), function.summary,
                    vrl::describe(function.returns.kinds()), may_fail ? " May fail." : "");
    if (!function.deprecated.empty()) {
        text += fmt::format("Deprecated: {}\n", function.deprecated);
    }
    if (!function.parameters.empty()) {
        text += "\nParameters:\n";
    }
    for (const vrl::Parameter& parameter : function.parameters) {
        text += parameter_help(parameter);
    }
    text += "\nExamples:\n";
    for (const vrl::Example& example : function.examples) {
        text += example_help(example);
    }
    return text;
}

std::string function_list(std::size_t width) {
    const auto functions = vrl::FunctionRegistry::all();
    std::size_t longest = 1;
    for (const vrl::Function* function : functions) {
        longest = std::max(longest, function->name.size());
    }
    const std::size_t columns = std::max<std::size_t>(1, width / (longest + 2));
    const std::size_t rows = (functions.size() + columns - 1) / columns;
    std::string text;
    for (std::size_t row = 0; row < rows; ++row) {
        std::string line;
        for (std::size_t i = row; i < functions.size(); i += rows) {
            line += fmt::format("{:<{}}", functions[i]->name, longest + 2);
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + "\n";
    }
    return text;
}

}  // namespace engine::cli
