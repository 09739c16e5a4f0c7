#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "engine/event/container.hpp"

namespace engine::vrl {

/// The object that tells a DNS message: header, question, answers, authority, additional, and the
/// response code by number and name. None where the message is malformed.
[[nodiscard]] std::optional<Value> dns_message_object(std::span<const std::uint8_t> message,
                                                      Arena& arena);

}  // namespace engine::vrl
