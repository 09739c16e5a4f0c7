#pragma once

#include "engine/vrl/syslog/syslog_message.hpp"
#include "engine/vrl/type.hpp"

namespace engine::vrl {

/// The message as an event's fields; those that it lacks are left out. Texts are views.
[[nodiscard]] Value syslog_object(const SyslogMessage& message, Arena& arena);

/// Type of that object; elements of structured data are not known by name.
[[nodiscard]] Type syslog_type();

}  // namespace engine::vrl
