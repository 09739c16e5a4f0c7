#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/component/context.hpp"
#include "engine/io/http_message.hpp"

namespace engine::sources::http_server {

/// An answer without a body.
[[nodiscard]] io::HttpResponse empty_answer(unsigned status);
/// `{"code":status,"message":"…"}`.
[[nodiscard]] io::HttpResponse error_answer(unsigned status, std::string_view message);
/// The same, for a request that the client should mend: logged and counted.
[[nodiscard]] io::HttpResponse bad_request(const component::RunContext& context,
                                           const io::HttpRequest& request, unsigned status,
                                           std::string_view message);
/// For a request whose events could not be delivered now.
[[nodiscard]] io::HttpResponse try_later();
/// 405, as the reference words it.
[[nodiscard]] io::HttpResponse not_allowed(const component::RunContext& context,
                                           const io::HttpRequest& request);
[[nodiscard]] io::HttpResponse not_found(const component::RunContext& context,
                                         const io::HttpRequest& request);

}  // namespace engine::sources::http_server
