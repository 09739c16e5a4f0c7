#include "engine/cli/docs.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "engine/cli/vrl/function_help.hpp"
#include "engine/component/registry.hpp"
#include "engine/config/configuration.hpp"
#include "engine/config/global_options.hpp"
#include "engine/config/reference.hpp"
#include "engine/vrl/display.hpp"
#include "engine/vrl/function.hpp"

// Everything here is printed from the declarations that the program itself works with, so that the
// reference cannot say anything else than the program does.
namespace engine::cli {

namespace {

/// The components of one kind, by type, each with the options of its kind first.
template <typename C>
std::vector<config::ComponentReference> references(config::ComponentKind kind) {
    std::vector<config::ComponentReference> result;
    for (const auto& registration : component::Registry<C>::instance().all()) {
        std::vector<config::OptionDescription> own = registration.describe();
        std::vector<config::OptionDescription> options = config::common_options(kind);
        // A component may say more about an option of its kind.
        std::erase_if(options, [&own](const config::OptionDescription& each) {
            return std::ranges::find(own, each.name, &config::OptionDescription::name) != own.end();
        });
        std::ranges::move(own, std::back_inserter(options));
        result.push_back({std::string(registration.type), std::string(registration.summary),
                          std::move(options)});
    }
    std::ranges::sort(result, {}, &config::ComponentReference::type);
    return result;
}

struct AllReferences {
    std::vector<config::ComponentReference> sources =
        references<component::Source>(config::ComponentKind::Source);
    std::vector<config::ComponentReference> transforms =
        references<component::Transform>(config::ComponentKind::Transform);
    std::vector<config::ComponentReference> sinks =
        references<component::Sink>(config::ComponentKind::Sink);
};

/// A page of ours is one level below the heading of its part.
void print_page(const config::ComponentReference& reference) {
    fmt::print("#{}\n", config::reference_page(reference));
}

void print_components() {
    const AllReferences all;
    const std::pair<const char*, const std::vector<config::ComponentReference>*> parts[] = {
        {"Sources", &all.sources}, {"Transforms", &all.transforms}, {"Sinks", &all.sinks}};
    for (const auto& [heading, components] : parts) {
        fmt::print("# {}\n\n", heading);
        for (const config::ComponentReference& each : *components) {
            print_page(each);
        }
    }
}

/// Everything at the top of a configuration but components and tests.
std::vector<config::OptionDescription> top_level_options() {
    std::vector<config::OptionDescription> options = config::global_options().describe();
    std::ranges::move(config::section_options(), std::back_inserter(options));
    return options;
}

void print_global_options() {
    fmt::print("# Configuration\n\n");
    print_page({"global options", "Keys at the top of a configuration, beside its components.",
                top_level_options()});
}

void print_parameters(const vrl::Function& function) {
    if (function.parameters.empty()) {
        return;
    }
    fmt::print("| parameter | accepts | default | |\n| --- | --- | --- | --- |\n");
    for (const vrl::Parameter& each : function.parameters) {
        const std::string fallback = each.is_required ? "required"
                                     : each.fallback
                                         ? fmt::format("`{}`", vrl::display(*each.fallback))
                                         : "";
        const std::string variants =
            each.variants.empty() ? ""
                                  : fmt::format(" One of `{}`.", fmt::join(each.variants, "`, `"));
        fmt::print("| `{}` | {} | {} | {}{} |\n", each.name, vrl::describe(each.accepts), fallback,
                   each.description, variants);
    }
    fmt::print("\n");
}

void print_examples(const vrl::Function& function) {
    for (const vrl::Example& each : function.examples) {
        fmt::print("{}:\n```coffee\n", each.title);
        if (!each.event.empty()) {
            fmt::print("# event: {}\n", each.event);
        }
        if (!each.file.empty()) {
            fmt::print("# file {}: {}\n", each.file, each.file_text);
        }
        fmt::print("{}\n# {}\n```\n", each.source, each.result);
    }
    fmt::print("\n");
}

void print_functions() {
    fmt::print("# Functions\n\nA `?` marks parameters that may be left out.\n\n");
    for (const vrl::Function* function : vrl::FunctionRegistry::all()) {
        fmt::print("## `{}`\n\n{}\n\n", signature(*function), function->summary);
        fmt::print(
            "{}. Returns {}.{}{}\n\n", function->category, vrl::describe(function->returns.kinds()),
            function->fallible || function->may_fail != nullptr ? " May fail." : "",
            function->deprecated.empty() ? std::string()
                                         : fmt::format(" Deprecated: {}", function->deprecated));
        print_parameters(*function);
        print_examples(*function);
    }
}

/// One entry of a `generate` expression.
struct Wanted {
    std::string id;
    std::string type;
};

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts(1);
    for (const char character : text) {
        if (character == separator) {
            parts.emplace_back();
        } else {
            parts.back() += character;
        }
    }
    return parts;
}

std::vector<Wanted> wanted(const std::string& list, std::string_view kind) {
    std::vector<Wanted> result;
    for (const std::string& each : split(list, ',')) {
        if (each.empty()) {
            continue;
        }
        const std::size_t colon = each.find(':');
        result.push_back(colon == std::string::npos
                             ? Wanted{fmt::format("{}{}", kind, result.size()), each}
                             : Wanted{each.substr(0, colon), each.substr(colon + 1)});
    }
    return result;
}

std::vector<std::string> ids(const std::vector<Wanted>& components) {
    std::vector<std::string> result;
    for (const Wanted& each : components) {
        result.push_back(each.id);
    }
    return result;
}

/// Appends a component's table; false after saying that there is no such type.
template <typename C>
bool append(std::string_view kind, const Wanted& component, const std::vector<std::string>& inputs,
            std::string& text) {
    const auto* registration = component::Registry<C>::instance().find(component.type);
    if (registration == nullptr) {
        fmt::print(stderr, "there is no {} of type \"{}\" in this build\n", kind, component.type);
        return false;
    }
    text += fmt::format("\n[{}s.{}]\ntype = \"{}\"\n", kind, component.id, component.type);
    if (kind != "source") {
        text += inputs.empty() ? std::string("inputs = []\n")
                               : fmt::format("inputs = [\"{}\"]\n", fmt::join(inputs, "\", \""));
    }
    text += config::toml_snippet(registration->describe(), config::SnippetDetail::Required);
    return true;
}

}  // namespace

ExitCode docs(const std::string& part) {
    if (part.empty() || part == "components") {
        print_components();
    }
    if (part.empty() || part == "functions") {
        print_functions();
    }
    if (part.empty() || part == "config") {
        print_global_options();
    }
    return ExitCode::Ok;
}

ExitCode generate_schema() {
    const AllReferences all;
    fmt::print("{}\n", config::configuration_schema(top_level_options(), all.sources,
                                                    all.transforms, all.sinks));
    return ExitCode::Ok;
}

ExitCode generate(const std::string& expression, GenerateScope scope) {
    std::vector<std::string> lists = split(expression, '/');
    if (lists.size() > 3) {
        fmt::print(stderr, "an expression has three lists at most: sources/transforms/sinks\n");
        return ExitCode::Configuration;
    }
    lists.resize(3);
    const std::vector<Wanted> sources = wanted(lists[0], "source");
    const std::vector<Wanted> transforms = wanted(lists[1], "transform");
    const std::vector<Wanted> sinks = wanted(lists[2], "sink");
    std::string text;
    if (scope == GenerateScope::Whole) {
        text = fmt::format("data_dir = \"{}\"\n", config::GlobalOptions{}.data_dir.value);
    }
    bool good = true;
    for (const Wanted& each : sources) {
        good &= append<component::Source>("source", each, {}, text);
    }
    std::vector<std::string> inputs = ids(sources);
    for (const Wanted& each : transforms) {
        good &= append<component::Transform>("transform", each, inputs, text);
        inputs = {each.id};
    }
    for (const Wanted& each : sinks) {
        good &= append<component::Sink>("sink", each, inputs, text);
    }
    if (!good) {
        return ExitCode::Configuration;
    }
    fmt::print("{}", text);
    return ExitCode::Ok;
}

}  // namespace engine::cli
