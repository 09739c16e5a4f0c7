#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/component/context.hpp"
#include "engine/delivery/uri.hpp"
#include "engine/vrl/template.hpp"
#include "sinks/http/options.hpp"

namespace engine::sinks::http {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// Puts a header in place of those of that name, compared without case.
void set_header(Headers& headers, std::string_view name, std::string value);
void remove_header(Headers& headers, std::string_view name);
[[nodiscard]] std::string* find_header(Headers& headers, std::string_view name);

/// Where an event goes: what must be the same for events to share a request. A plain value.
struct Destination {
    delivery::Uri uri;
    Headers headers;  // of `request.headers`
};

/// Why an event has no destination.
struct DestinationError {
    enum class Kind : std::uint8_t {
        Template,     // a field is missing
        Confinement,  // the rendered URI leaves what the template says literally, or is none
        Header,       // the rendered value cannot be a header's
    };
    Kind kind;
    std::string field;  // "uri" or "headers"
    std::string message;
};

/// The templates `uri` and `request.headers` of a sink. Immutable; any thread.
class DestinationTemplate {
public:
    /// Reports what is wrong with them; null then.
    [[nodiscard]] static std::unique_ptr<const DestinationTemplate> compile(
        const Options& options, component::BuildContext& context);

    /// Every event has the same destination.
    [[nodiscard]] bool is_constant() const { return is_constant_; }
    [[nodiscard]] bool reads_request() const;
    /// Appends the rendered text that tells destinations apart.
    [[nodiscard]] std::optional<DestinationError> render_key(const Batch& batch, std::size_t index,
                                                             std::string& key) const;
    /// The destination that a key stands for; the key comes from `render_key`, without error.
    [[nodiscard]] Destination resolve(std::string_view key) const;
    /// The value of `Authorization`, from the option or the URI; empty without either.
    [[nodiscard]] std::string authorization(const delivery::Uri& uri) const;

private:
    /// What `uri` says literally about scheme and host.
    struct Confinement {
        std::string scheme_prefix;     // "http://", when that much is literal
        std::string authority_prefix;  // literal beginning of user, host and port
        std::string authority_suffix;  // literal end, when `closed`
        bool closed = false;           // a literal slash ends the authority
        bool whole = false;            // all of the authority is literal
    };
    void derive_confinement();
    [[nodiscard]] std::optional<std::string> violation(std::string_view rendered) const;

    std::optional<vrl::Template> uri_;  // empty while it is compiled
    std::vector<std::pair<std::string, vrl::Template>> headers_;
    std::string authorization_;
    Confinement confinement_;
    bool confined_ = true;
    bool is_constant_ = true;
};

}  // namespace engine::sinks::http
