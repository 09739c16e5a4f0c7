#include "engine/config/secret_backends.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>

#include "engine/config/secret_command.hpp"

namespace engine::config {

namespace {

using Json = nlohmann::json;
/// Values by key, or what went wrong with the backend as a whole.
using Answer = Result<std::map<std::string, Result<std::string>>>;

OptionTable<FileSecretOptions> file_options() {
    return {required("path", &FileSecretOptions::path, "JSON file with an object of texts.")
                .non_empty()
                .example("\"/run/secrets/engine.json\"")};
}

OptionTable<DirectorySecretOptions> directory_options() {
    using O = DirectorySecretOptions;
    return {
        required("path", &O::path, "Folder with one file a secret, named after its key.")
            .non_empty()
            .example("\"/run/secrets\""),
        optional("remove_trailing_whitespace", &O::remove_trailing_whitespace,
                 "Whether white space at the end of a file is no part of the secret."),
    };
}

OptionTable<ExecSecretOptions> exec_options() {
    using P = SecretProtocolOptions;
    OptionTable<P> protocol{
        optional("version", &P::version, "What the program understands.",
                 choice<SecretProtocolVersion>(
                     {{"v1", SecretProtocolVersion::V1, "Keys only."},
                      {"v1_1", SecretProtocolVersion::V1_1, "Keys, type and configuration."}})),
        optional("backend_type", &P::backend_type, "Passed on as `type` (v1_1)."),
        optional("backend_config", &P::backend_config, "Passed on as `config` (v1_1)."),
    };
    protocol.check([](const P& options, const Node& node, OptionContext& context) {
        if (options.version == SecretProtocolVersion::V1_1 && !options.backend_type) {
            context.error(node.location(), "missing field `backend_type`");
        }
    });
    using O = ExecSecretOptions;
    return {
        required("command", &O::command, "The program and its arguments.")
            .non_empty()
            .example("[\"/usr/local/bin/secrets\"]"),
        optional("timeout", &O::timeout, "How long it may take.").min(1).unit("seconds"),
        optional("protocol", &O::protocol, "What the program is told.", protocol),
    };
}

Result<std::string> read_file(const std::filesystem::path& path) {
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    if (!file) {
        return failure(
            fmt::format("{}: {}", path.string(), std::strerror(errno != 0 ? errno : EIO)));
    }
    return text;
}

/// The object that a text holds. What the parser says is dropped: it may quote secrets.
Result<Json> parse_object(const std::string& text, std::string_view source) {
    Json json = Json::parse(text, nullptr, false);
    if (!json.is_object()) {
        return failure(fmt::format("{} gave no JSON object", source));
    }
    return json;
}

Answer ask(const FileSecretOptions& options, const std::set<std::string>& keys) {
    const std::string text = ENGINE_TRY(read_file(options.path.value));
    const Json json = ENGINE_TRY(parse_object(text, options.path.value));
    std::map<std::string, Result<std::string>> values;
    for (const std::string& key : keys) {
        const auto found = json.find(key);
        if (found != json.end() && found->is_string()) {
            values.emplace(key, found->get<std::string>());
        }
    }
    return values;
}

/// Keys stay below the folder.
bool leaves_folder(const std::filesystem::path& key) {
    return key.is_absolute() || std::ranges::find(key, "..") != key.end();
}

Answer ask(const DirectorySecretOptions& options, const std::set<std::string>& keys) {
    std::map<std::string, Result<std::string>> values;
    for (const std::string& key : keys) {
        if (leaves_folder(key)) {
            values.emplace(key, failure("its key leads out of the folder"));
            continue;
        }
        std::string text = ENGINE_TRY(read_file(std::filesystem::path(options.path.value) / key));
        if (options.remove_trailing_whitespace) {
            text.erase(text.find_last_not_of(" \t\r\n\v\f") + 1);
        }
        values.emplace(key, std::move(text));
    }
    return values;
}

Json to_json(const Node& node) {
    switch (node.kind()) {
        case Node::Kind::Null:
            return nullptr;
        case Node::Kind::Boolean:
            return node.as_boolean();
        case Node::Kind::Integer:
            return node.as_integer();
        case Node::Kind::Float:
            return node.as_float();
        case Node::Kind::String:
        case Node::Kind::DateTime:
            return node.as_string();
        case Node::Kind::Array: {
            Json array = Json::array();
            for (const Node& item : node.items()) {
                array.push_back(to_json(item));
            }
            return array;
        }
        case Node::Kind::Table:
            break;
    }
    Json object = Json::object();
    for (const Node::Entry& entry : node.entries()) {
        object[entry.key] = to_json(entry.value);
    }
    return object;
}

Answer ask(const ExecSecretOptions& options, const std::set<std::string>& keys) {
    Json query{{"version", "1.0"}, {"secrets", keys}};
    if (options.protocol.version == SecretProtocolVersion::V1_1) {
        query["version"] = "1.1";
        query["type"] = *options.protocol.backend_type;
        query["config"] = to_json(options.protocol.backend_config);
    }
    const std::string text = ENGINE_TRY(
        run_secret_command(options.command, query.dump(), std::chrono::seconds(options.timeout)));
    const Json json = ENGINE_TRY(parse_object(text, options.command.front()));
    std::map<std::string, Result<std::string>> values;
    for (const std::string& key : keys) {
        const auto found = json.find(key);
        if (found == json.end() || !found->is_object()) {
            continue;
        }
        const Json error = found->value("error", Json());
        const Json value = found->value("value", Json());
        if (error.is_string()) {
            values.emplace(key, failure(error.get<std::string>()));
        } else if (value.is_string()) {
            values.emplace(key, value.get<std::string>());
        }
    }
    return values;
}

class SecretRetrieval {
public:
    SecretRetrieval(const std::vector<SecretReference>& references, Problems& problems)
        : references_(references), problems_(problems) {}

    SecretValues run(const std::vector<SecretBackend>& backends) {
        std::set<std::string> asked;
        for (const SecretReference& reference : references_) {
            if (asked.insert(reference.backend).second) {
                const auto backend =
                    std::ranges::find(backends, reference.backend, &SecretBackend::id);
                backend == backends.end() ? no_backend(reference) : retrieve(*backend);
            }
        }
        return std::move(values_);
    }

private:
    void no_backend(const SecretReference& reference) {
        problems_.error(reference.location,
                        fmt::format("Backend \"{}\" is required for secret retrieval but was not "
                                    "found in config.",
                                    reference.backend));
    }

    void retrieve(const SecretBackend& backend) {
        std::map<std::string, Location> places;
        std::set<std::string> keys;
        for (const SecretReference& reference : references_) {
            if (reference.backend == backend.id) {
                places.emplace(reference.key, reference.location);
                keys.insert(reference.key);
            }
        }
        Answer answer =
            std::visit([&](const auto& options) { return ask(options, keys); }, backend.options);
        if (!answer) {
            return fail(backend, places.begin()->second, answer.error().message);
        }
        for (const auto& [key, place] : places) {
            const auto found = answer->find(key);
            if (found == answer->end()) {
                fail(backend, place, fmt::format("secret for key '{}' was not retrieved", key));
            } else if (!found->second) {
                fail(backend, place,
                     fmt::format("secret for key '{}' was not retrieved: {}", key,
                                 found->second.error().message));
            } else if (found->second->empty()) {
                fail(backend, place, fmt::format("secret for key '{}' was empty", key));
            } else {
                values_[{backend.id, key}] = std::move(*found->second);
            }
        }
    }

    void fail(const SecretBackend& backend, const Location& place, std::string_view why) {
        problems_.error(place, fmt::format("Error while retrieving secret from backend \"{}\": {}.",
                                           backend.id, why));
    }

    const std::vector<SecretReference>& references_;
    Problems& problems_;
    SecretValues values_;
};

}  // namespace

Type<SecretBackendOptions> secret_backend() {
    using V = SecretBackendOptions;
    return tagged<V>("type", {form<V>("file", "A JSON file.", file_options()),
                              form<V>("directory", "A folder of files.", directory_options()),
                              form<V>("exec", "A program.", exec_options())});
}

std::vector<SecretBackend> read_secret_backends(const Node& root, OptionContext& context) {
    std::vector<SecretBackend> backends;
    const Node::Entry* section = root.find("secret");
    if (section == nullptr || !section->value.is(Node::Kind::Table)) {
        return backends;  // what is no table is reported with the global options
    }
    const auto type = secret_backend();
    const OptionPath section_path(context, "secret");
    for (const Node::Entry& entry : section->value.entries()) {
        const OptionPath path(context, entry.key);
        const Node::Entry* name = entry.value.find("type");
        if (name != nullptr && name->value.is(Node::Kind::String) &&
            name->value.as_string() == "aws_secrets_manager") {
            context.error(
                name->value.location(),
                "the secret backend `aws_secrets_manager` is not supported by this build yet",
                "Vector has it, this build does not");
            continue;
        }
        SecretBackend backend{entry.key, {}};
        if (type.read(entry.value, backend.options, context)) {
            backends.push_back(std::move(backend));
        }
    }
    return backends;
}

SecretValues retrieve_secrets(const std::vector<SecretBackend>& backends,
                              const std::vector<SecretReference>& references, Problems& problems) {
    return SecretRetrieval(references, problems).run(backends);
}

}  // namespace engine::config
