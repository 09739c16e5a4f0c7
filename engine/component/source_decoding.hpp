#pragma once

#include <optional>
#include <string_view>

#include "engine/codec/decoding_options.hpp"
#include "engine/component/context.hpp"
#include "engine/config/component_catalog.hpp"
#include "engine/config/node.hpp"
#include "engine/diagnostic/error.hpp"

namespace engine::component {

/// Kinds of events that a decoding codec makes.
[[nodiscard]] config::EventTypes decoded_types(std::string_view codec);

/// Reports options of `decoding` and `framing`, keys of `table`, that no decoder can be made of.
void check_decoding(const std::optional<DecodingOptions>& decoding,
                    const std::optional<FramingOptions>& framing, const config::Node& table,
                    config::OptionContext& context);

/// Logs and counts a frame that could not be decoded.
void report_undecodable(const RunContext& context, const Error& error);

}  // namespace engine::component
