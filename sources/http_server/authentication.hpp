#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "engine/component/context.hpp"
#include "engine/io/http_message.hpp"
#include "sources/http_server/options.hpp"

namespace engine::sources::http_server {

/// Decides who may send. Immutable; any thread.
class Authentication {
public:
    virtual ~Authentication() = default;
    /// Unset: the request may enter; otherwise the message of a 401.
    [[nodiscard]] virtual std::optional<std::string_view> refuse(
        const io::HttpRequest& request) const = 0;

    /// Null after reporting why the options make none.
    [[nodiscard]] static std::unique_ptr<const Authentication> make(
        const Auth& options, component::BuildContext& context);
};

}  // namespace engine::sources::http_server
