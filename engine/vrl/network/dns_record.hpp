#pragma once

#include <arpa/nameser.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace engine::vrl {

/// The numbers of a record's type and class; the resolver library's macros make enumerators of
/// them.
[[nodiscard]] inline std::uint16_t record_type(const ns_rr& record) {
    return record.type;
}
[[nodiscard]] inline std::uint16_t record_class(const ns_rr& record) {
    return record.rr_class;
}

/// How names of domains are written.
struct DnsNameForm {
    bool trailing_dot = false;
    bool lowercase = false;
};

/// A name as the resolver library expands it (`example.com`, `.`), in another form.
[[nodiscard]] std::string dns_name_text(std::string_view name, DnsNameForm form);

/// The data of a record as zone files write it; unknown types as RFC 3597 does.
[[nodiscard]] std::string dns_record_text(ns_msg& message, const ns_rr& record, DnsNameForm form);

}  // namespace engine::vrl
