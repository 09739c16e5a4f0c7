#include "engine/cli/load.hpp"

#include <fmt/format.h>
#include <glob.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "engine/component/registry.hpp"
#include "engine/config/secret_backends.hpp"

namespace engine::cli {

namespace {

/// A file to read; one in a folder of components holds a single one.
struct ConfigFile {
    std::string name;
    config::Syntax syntax = config::Syntax::Toml;
    std::string section;    // "sources" …; empty: a whole configuration
    std::string component;  // its id
    std::string text = {};
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

std::vector<std::string> expand_all(const std::vector<std::filesystem::path>& paths) {
    std::vector<std::string> names;
    for (const auto& path : paths) {
        std::ranges::move(expand(path.string()), std::back_inserter(names));
    }
    return names;
}

/// Files that are named one by one, sorted as the reference does.
std::vector<ConfigFile> named_files(const Arguments& arguments) {
    std::vector<ConfigFile> files;
    for (std::string& name : expand_all(arguments.config)) {
        // Vector takes a name without a known ending for TOML.
        const auto syntax = config::syntax_of(name).value_or(config::Syntax::Toml);
        files.push_back({std::move(name), syntax, {}, {}});
    }
    const auto add_all = [&](const std::vector<std::filesystem::path>& paths,
                             config::Syntax syntax) {
        for (std::string& name : expand_all(paths)) {
            files.push_back({std::move(name), syntax, {}, {}});
        }
    };
    add_all(arguments.config_toml, config::Syntax::Toml);
    add_all(arguments.config_yaml, config::Syntax::Yaml);
    add_all(arguments.config_json, config::Syntax::Json);
    std::ranges::stable_sort(files, {}, &ConfigFile::name);
    const auto again = std::ranges::unique(files, {}, &ConfigFile::name);
    files.erase(again.begin(), again.end());
    return files;
}

/// Folders of components below a configuration folder.
constexpr std::string_view component_folders[] = {"sources", "transforms", "sinks",
                                                  "enrichment_tables"};

/// The files of a folder that end in a known syntax, hidden ones included, sorted.
std::vector<std::filesystem::path> configuration_files(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> paths;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
        if (entry.is_regular_file(error) && config::syntax_of(entry.path().string())) {
            paths.push_back(entry.path());
        }
    }
    std::ranges::sort(paths);
    return paths;
}

/// A folder's own files first, since a component's file replaces what they say of it.
void add_folder(const std::filesystem::path& folder, std::vector<ConfigFile>& files) {
    for (const auto& path : configuration_files(folder)) {
        files.push_back({path.string(), *config::syntax_of(path.string()), {}, {}});
    }
    for (const std::string_view section : component_folders) {
        for (const auto& path : configuration_files(folder / section)) {
            files.push_back({path.string(), *config::syntax_of(path.string()), std::string(section),
                             path.stem().string()});
        }
    }
}

std::vector<ConfigFile> files_to_read(const Arguments& arguments, config::Problems& problems) {
    std::vector<ConfigFile> files = named_files(arguments);
    for (const auto& folder : arguments.config_dir) {
        if (!std::filesystem::is_directory(folder)) {
            problems.error(
                {}, fmt::format("Config file not found in path. path=\"{}\"", folder.string()));
            continue;
        }
        add_folder(folder, files);
    }
    if (!files.empty() || !arguments.config_dir.empty()) {
        return files;
    }
    for (const char* name : default_files) {
        if (std::filesystem::exists(name)) {
            return {{name, *config::syntax_of(name), {}, {}}};
        }
    }
    problems.error({}, fmt::format("no configuration: name a file with --config (looked for {})",
                                   fmt::join(default_files, ", ")));
    return files;
}

/// The files to read, with their texts; tells whether one was missing.
std::vector<ConfigFile> read_texts(const Arguments& arguments, std::vector<std::string>& names,
                                   bool& missing_files, config::Problems& problems) {
    std::vector<ConfigFile> files;
    for (ConfigFile& file : files_to_read(arguments, problems)) {
        names.push_back(file.name);
        std::ifstream stream(file.name, std::ios::binary);
        if (!stream) {
            problems.error({},
                           fmt::format("Config file not found in path. path=\"{}\"", file.name));
            missing_files = true;
            continue;
        }
        file.text.assign(std::istreambuf_iterator<char>(stream), {});
        files.push_back(std::move(file));
    }
    return files;
}

/// Secrets that messages are not to show. What is shorter than four bytes is none: hiding it would
/// only spoil the messages.
std::vector<config::Problems::Concealed> concealed(const config::SecretValues& values) {
    std::vector<config::Problems::Concealed> result;
    for (const auto& [name, value] : values) {
        if (value.size() >= 4) {
            result.push_back({value, fmt::format("SECRET[{}.{}]", name.first, name.second)});
        }
    }
    return result;
}

config::Document parse(const std::vector<ConfigFile>& files, const config::Environment& environment,
                       const config::SecretValues* secrets, config::Problems& problems) {
    config::Document document;
    for (const ConfigFile& file : files) {
        if (file.section.empty()) {
            (void)document.add(file.name, file.text, file.syntax, environment, problems, secrets);
        } else {
            (void)document.add_component(file.section, file.component, file.name, file.text,
                                         file.syntax, environment, problems, secrets);
        }
    }
    return document;
}

}  // namespace

std::unique_ptr<topology::Topology> LoadedConfiguration::build(enrichment::TableFiles files) {
    if (problems.has_errors()) {
        return nullptr;
    }
    configuration.globals.tables = enrichment::load_tables(configuration, files, problems);
    if (problems.has_errors()) {
        return nullptr;
    }
    auto topology = topology::Topology::build(configuration, graph, problems);
    return problems.has_errors() ? nullptr : std::move(topology);
}

std::unique_ptr<LoadedConfiguration> load_configuration(const Arguments& arguments,
                                                        SecretPolicy secrets) {
    auto loaded = std::make_unique<LoadedConfiguration>();
    config::Problems& problems = loaded->problems;
    const config::Environment environment = arguments.disable_env_var_interpolation
                                                ? config::Environment()
                                                : config::process_environment();
    const std::vector<ConfigFile> files =
        read_texts(arguments, loaded->names, loaded->missing_files, problems);
    config::Document document = parse(files, environment, nullptr, problems);
    if (secrets == SecretPolicy::Retrieve && !problems.has_errors() &&
        !document.secret_references().empty()) {
        config::OptionContext context("", problems);
        const auto backends = config::read_secret_backends(document.root(), context);
        if (!problems.has_errors()) {
            const auto values =
                config::retrieve_secrets(backends, document.secret_references(), problems);
            if (!problems.has_errors()) {
                // Warnings of the first reading come again with the second.
                problems = {};
                problems.conceal(concealed(values));
                document = parse(files, environment, &values, problems);
            }
        }
    }
    loaded->configuration.document = std::move(document);
    if (problems.has_errors()) {
        problems.sort();
        return loaded;
    }
    loaded->configuration = config::read_configuration(
        std::move(loaded->configuration.document), component::registered_components(), problems,
        arguments.allow_empty_config ? config::EmptyConfiguration::Allowed
                                     : config::EmptyConfiguration::Refused);
    loaded->configuration.globals.max_decompressed_size = arguments.max_decompressed_size_bytes;
    loaded->graph = topology::resolve_graph(loaded->configuration, problems);
    problems.sort();
    return loaded;
}

}  // namespace engine::cli
