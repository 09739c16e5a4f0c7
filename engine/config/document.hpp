#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/config/interpolation.hpp"
#include "engine/config/node.hpp"
#include "engine/config/problems.hpp"
#include "engine/config/secret_references.hpp"

namespace engine::config {

/// Syntax by a file name's ending (toml, yaml, yml, json); nothing for others.
[[nodiscard]] std::optional<Syntax> syntax_of(std::string_view file_name);

/// One or more configuration files as one tree. Owns the files' texts, to which every location
/// points: keep it as long as anything that came from it. Movable; immutable once built.
class Document {
public:
    Document() = default;
    Document(Document&&) = default;
    Document& operator=(Document&&) = default;

    /// Adds a file; its components, tables and tests join those of the files before it. Reports bad
    /// syntax, missing environment variables, ids that an earlier file has ("duplicate sink id
    /// found: out") and options that contradict an earlier file; false when anything was reported.
    /// `environment` empty: no interpolation.
    /// `secrets` null: `SECRET[backend.key]` stays, and is only noted.
    bool add(std::string name, std::string text, Syntax syntax, const Environment& environment,
             Problems& problems, const SecretValues* secrets = nullptr);
    /// Adds one component under `section` (as folders of components do); false when reported.
    bool add_component(std::string_view section, std::string id, std::string name, std::string text,
                       Syntax syntax, const Environment& environment, Problems& problems,
                       const SecretValues* secrets = nullptr);

    /// References to secrets in all files.
    [[nodiscard]] const std::vector<SecretReference>& secret_references() const {
        return secret_references_;
    }
    [[nodiscard]] const Node& root() const { return root_; }
    [[nodiscard]] const std::vector<std::unique_ptr<const SourceText>>& files() const {
        return files_;
    }

private:
    std::optional<Node> read(std::string name, std::string text, Syntax syntax,
                             const Environment& environment, Problems& problems,
                             const SecretValues* secrets);

    std::vector<SecretReference> secret_references_;
    std::vector<std::unique_ptr<const SourceText>> files_;
    Node root_ = Node::table({});
};

}  // namespace engine::config
