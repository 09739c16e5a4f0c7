#include "engine/cli/load.hpp"

#include <fmt/format.h>
#include <glob.h>

#include <fstream>
#include <iterator>

#include "engine/component/registry.hpp"

namespace engine::cli {

namespace {

struct ConfigFile {
    std::string name;
    config::Syntax syntax;
};

constexpr const char* default_files[] = {"/etc/engine/engine.toml", "/etc/vector/vector.yaml",
                                         "/etc/vector/vector.toml"};

/// Files that a path or pattern names; a path without a match stands for itself.
std::vector<std::string> expand(const std::string& pattern) {
    std::vector<std::string> names;
    glob_t matches{};
    if (pattern.find_first_of("*?[") != std::string::npos &&
        ::glob(pattern.c_str(), 0, nullptr, &matches) == 0) {
        names.assign(matches.gl_pathv, matches.gl_pathv + matches.gl_pathc);
    } else {
        names.push_back(pattern);
    }
    ::globfree(&matches);
    return names;
}

std::vector<ConfigFile> named_files(const Arguments& arguments, config::Problems& problems) {
    std::vector<ConfigFile> files;
    const auto add_all = [&](const std::vector<std::filesystem::path>& paths, config::Syntax syntax) {
        for (const auto& path : paths) {
            for (std::string& name : expand(path.string())) {
                files.push_back({std::move(name), syntax});
            }
        }
    };
    for (const auto& path : arguments.config) {
        for (std::string& name : expand(path.string())) {
            if (const auto syntax = config::syntax_of(name)) {
                files.push_back({std::move(name), *syntax});
            } else {
                // Vector takes a name without a known ending for TOML.
                files.push_back({std::move(name), config::Syntax::Toml});
            }
        }
    }
    add_all(arguments.config_toml, config::Syntax::Toml);
    add_all(arguments.config_yaml, config::Syntax::Yaml);
    add_all(arguments.config_json, config::Syntax::Json);
    if (files.empty()) {
        for (const char* name : default_files) {
            if (std::filesystem::exists(name)) {
                files.push_back({name, *config::syntax_of(name)});
                return files;
            }
        }
        problems.error({}, fmt::format("no configuration: name a file with --config (looked for {})",
                                       fmt::join(default_files, ", ")));
    }
    return files;
}

}  // namespace

std::unique_ptr<topology::Topology> LoadedConfiguration::build() {
    if (problems.has_errors()) {
        return nullptr;
    }
    auto topology = topology::Topology::build(configuration, graph, problems);
    return problems.has_errors() ? nullptr : std::move(topology);
}

std::unique_ptr<LoadedConfiguration> load_configuration(const Arguments& arguments) {
    auto loaded = std::make_unique<LoadedConfiguration>();
    config::Problems& problems = loaded->problems;
    const config::Environment environment = arguments.disable_env_var_interpolation
                                                ? config::Environment()
                                                : config::process_environment();
    config::Document document;
    for (const ConfigFile& file : named_files(arguments, problems)) {
        loaded->names.push_back(file.name);
        std::ifstream stream(file.name, std::ios::binary);
        if (!stream) {
            problems.error({}, fmt::format("Config file not found in path. path=\"{}\"", file.name));
            continue;
        }
        std::string text{std::istreambuf_iterator<char>(stream), {}};
        (void)document.add(file.name, std::move(text), file.syntax, environment, problems);
    }
    if (problems.has_errors()) {
        return loaded;
    }
    loaded->configuration = config::read_configuration(
        std::move(document), component::registered_components(), problems,
        arguments.allow_empty_config ? config::EmptyConfiguration::Allowed
                                     : config::EmptyConfiguration::Refused);
    loaded->configuration.globals.max_decompressed_size = arguments.max_decompressed_size_bytes;
    loaded->graph = topology::resolve_graph(loaded->configuration, problems);
    problems.sort();
    return loaded;
}

}  // namespace engine::cli
