#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "engine/config/options.hpp"
#include "engine/config/secret_references.hpp"

namespace engine::config {

/// `type = "file"`: a JSON file of texts by key.
struct FileSecretOptions {
    Located<std::string> path;
};

/// `type = "directory"`: a folder with one file a key.
struct DirectorySecretOptions {
    Located<std::string> path;
    bool remove_trailing_whitespace = false;
};

enum class SecretProtocolVersion : std::uint8_t { V1, V1_1 };

/// What a program is told; type and configuration only with V1_1.
struct SecretProtocolOptions {
    SecretProtocolVersion version = SecretProtocolVersion::V1;
    std::optional<std::string> backend_type;
    Node backend_config;
};

/// `type = "exec"`: a program that reads the keys as JSON from stdin and writes values to stdout.
struct ExecSecretOptions {
    std::vector<std::string> command;
    std::uint64_t timeout = 5;
    SecretProtocolOptions protocol;
};

using SecretBackendOptions =
    std::variant<FileSecretOptions, DirectorySecretOptions, ExecSecretOptions>;

/// What a backend below `secret` may have.
[[nodiscard]] Type<SecretBackendOptions> secret_backend();

/// One backend as configured.
struct SecretBackend {
    std::string id;
    SecretBackendOptions options;
};

/// The backends of a document; reports what is wrong with them, and touches nothing else.
[[nodiscard]] std::vector<SecretBackend> read_secret_backends(const Node& root,
                                                              OptionContext& context);

/// Asks each backend for what the references want of it. What can't be had is reported at the
/// reference; no message holds a secret.
[[nodiscard]] SecretValues retrieve_secrets(const std::vector<SecretBackend>& backends,
                                            const std::vector<SecretReference>& references,
                                            Problems& problems);

}  // namespace engine::config
