#pragma once

#include "engine/codec/decoding_options.hpp"
#include "engine/codec/encoding_options.hpp"
#include "engine/config/options.hpp"

namespace engine {

// Option tables that sources and sinks embed: `optional("decoding", &Options::decoding, "…",
// decoding_options())`. Codecs and framings of the reference that this build lacks are errors that
// say so.

[[nodiscard]] config::OptionTable<DecodingOptions> decoding_options();
/// A source's `framing`.
[[nodiscard]] config::OptionTable<FramingOptions> framing_options();
/// A sink's `encoding`; the codec is required.
[[nodiscard]] config::OptionTable<EncodingOptions> encoding_options();
/// A sink's `framing`.
[[nodiscard]] config::OptionTable<EventFramingOptions> event_framing_options();

}  // namespace engine
