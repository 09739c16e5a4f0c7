#pragma once

#include "engine/vrl/syslog/syslog_message.hpp"

namespace engine::vrl {

/// The message as an event's fields; those that it lacks are left out. Texts are views.
[[nodiscard]] Value syslog_object(const SyslogMessage& message, Arena& arena);

}  // namespace engine::vrl
