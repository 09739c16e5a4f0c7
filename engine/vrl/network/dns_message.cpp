#include "engine/vrl/network/dns_message.hpp"

#include <arpa/nameser.h>
#include <fmt/format.h>
#include <resolv.h>

#include <array>
#include <string>
#include <vector>

#include "engine/vrl/network/dns_query.hpp"
#include "engine/vrl/network/dns_record.hpp"

namespace engine::vrl {
namespace {

constexpr std::array<std::string_view, 11> response_codes = {
    "NOERROR",  "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED",
    "YXDOMAIN", "YXRRSET", "NXRRSET",  "NOTAUTH",  "NOTZONE"};

std::string_view domain_of(const ns_rr& record) {
    const std::string_view name = ns_rr_name(record);
    return name == "." ? std::string_view() : name;
}

Value text(std::string_view bytes, Arena& arena) {
    return Value::copy_of(bytes, arena);
}

Value question(const ns_rr& record, Arena& arena) {
    Member members[] = {{"class", text(dns_class_name(record_class(record)), arena)},
                        {"domainName", text(domain_of(record), arena)},
                        {"questionType", text(dns_type_name(record_type(record)), arena)},
                        {"questionTypeId", Value::integer(record_type(record))}};
    return object_of(members, arena);
}

Value resource(ns_msg& message, const ns_rr& record, Arena& arena) {
    const std::uint16_t type = record_type(record);
    Member members[] = {{"class", text(dns_class_name(record_class(record)), arena)},
                        {"domain", text(domain_of(record), arena)},
                        {"rData", text(dns_record_text(message, record, {}), arena)},
                        {"recordType", text(dns_type_name(type), arena)},
                        {"recordTypeId", Value::integer(type)},
                        {"ttl", Value::integer(ns_rr_ttl(record))}};
    return object_of(members, arena);
}

std::optional<Value> section(ns_msg& message, ns_sect which, Arena& arena) {
    std::vector<Value> items;
    for (int i = 0; i < ns_msg_count(message, which); ++i) {
        ns_rr record;
        if (ns_parserr(&message, which, i, &record) != 0) {
            return std::nullopt;
        }
        items.push_back(which == ns_s_qd ? question(record, arena)
                                         : resource(message, record, arena));
    }
    return array_of(items, arena);
}

Value header(ns_msg& message, Arena& arena) {
    const auto flag = [&](ns_flag which) {
        return Value::boolean(ns_msg_getflag(message, which) != 0);
    };
    const auto count = [&](ns_sect which) { return Value::integer(ns_msg_count(message, which)); };
    Member members[] = {{"aa", flag(ns_f_aa)},
                        {"ad", flag(ns_f_ad)},
                        {"anCount", count(ns_s_an)},
                        {"arCount", count(ns_s_ar)},
                        {"cd", flag(ns_f_cd)},
                        {"id", Value::integer(ns_msg_id(message))},
                        {"nsCount", count(ns_s_ns)},
                        {"opcode", Value::integer(ns_msg_getflag(message, ns_f_opcode))},
                        {"qdCount", count(ns_s_qd)},
                        {"qr", flag(ns_f_qr)},
                        {"ra", flag(ns_f_ra)},
                        {"rcode", Value::integer(ns_msg_getflag(message, ns_f_rcode))},
                        {"rd", flag(ns_f_rd)},
                        {"tc", flag(ns_f_tc)}};
    return object_of(members, arena);
}

}  // namespace

std::optional<Value> dns_message_object(std::span<const std::uint8_t> bytes, Arena& arena) {
    ns_msg message;
    if (ns_initparse(bytes.data(), static_cast<int>(bytes.size()), &message) != 0) {
        return std::nullopt;
    }
    const auto questions = section(message, ns_s_qd, arena);
    const auto answers = section(message, ns_s_an, arena);
    const auto authority = section(message, ns_s_ns, arena);
    const auto additional = section(message, ns_s_ar, arena);
    if (!questions || !answers || !authority || !additional) {
        return std::nullopt;
    }
    const auto code = static_cast<std::size_t>(ns_msg_getflag(message, ns_f_rcode));
    Member members[] = {
        {"additional", *additional},
        {"answers", *answers},
        {"authority", *authority},
        {"fullRcode", Value::integer(static_cast<std::int64_t>(code))},
        {"header", header(message, arena)},
        {"question", *questions},
        {"rcodeName", code < response_codes.size() ? Value::bytes(response_codes[code])
                                                   : text(fmt::format("RCODE{}", code), arena)}};
    return object_of(members, arena);
}

}  // namespace engine::vrl
