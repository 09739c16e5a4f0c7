#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "engine/event/container.hpp"
#include "engine/vrl/network/dns_record.hpp"

namespace engine::vrl {

/// The object that tells one dnstap frame (github.com/dnstap/dnstap.pb, dnstap.proto): who asked
/// whom, when, and the DNS messages. A DNS message that is malformed gives `error` and the frame as
/// `rawData`; the error of the function says what is wrong with the frame itself.
[[nodiscard]] std::expected<Value, std::string> dnstap_object(std::string_view frame,
                                                              DnsNameForm names, Arena& arena);

}  // namespace engine::vrl
