#include "engine/vrl/network/dns_message.hpp"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <resolv.h>

#include <array>
#include <string>
#include <vector>

#include "engine/vrl/network/dns_query.hpp"

namespace engine::vrl {
namespace {

constexpr std::array<std::string_view, 11> response_codes = {
    "NOERROR",  "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED",
    "YXDOMAIN", "YXRRSET", "NXRRSET",  "NOTAUTH",  "NOTZONE"};

/// The data of one record, as zone files write it but without dots at the ends of names.
class RecordText {
public:
    RecordText(ns_msg& message, const ns_rr& record)
        : message_(message), at_(ns_rr_rdata(record)), end_(at_ + ns_rr_rdlen(record)) {}

    std::string write(std::uint16_t type) {
        switch (type) {
            case ns_t_a:
                return address(AF_INET, 4);
            case ns_t_aaaa:
                return address(AF_INET6, 16);
            case ns_t_ns:
            case ns_t_cname:
            case ns_t_ptr:
            case ns_t_dname:
                return name();
            case ns_t_mx: {
                const std::uint32_t preference = number(2);
                return fmt::format("{} {}", preference, name());
            }
            case ns_t_srv: {
                const std::uint32_t priority = number(2);
                const std::uint32_t weight = number(2);
                const std::uint32_t port = number(2);
                return fmt::format("{} {} {} {}", priority, weight, port, name());
            }
            case ns_t_soa: {
                std::string text = name();
                text += " " + name();
                for (int i = 0; i < 5; ++i) {
                    text += fmt::format(" {}", number(4));
                }
                return text;
            }
            case ns_t_txt:
                return texts();
            case ns_t_opt:
                return "OPT ...";
            default:
                return unknown();
        }
    }

private:
    [[nodiscard]] std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }

    std::uint32_t number(std::size_t size) {
        std::uint32_t value = 0;
        for (std::size_t i = 0; i < size && at_ < end_; ++i) {
            value = value << 8U | *at_++;
        }
        return value;
    }
    std::string name() {
        char text[NS_MAXDNAME];
        const int size =
            dn_expand(ns_msg_base(message_), ns_msg_end(message_), at_, text, sizeof(text));
        at_ = size < 0 || static_cast<std::size_t>(size) > left() ? end_ : at_ + size;
        return size < 0 ? std::string() : std::string(text);
    }
    std::string address(int family, std::size_t size) {
        char text[INET6_ADDRSTRLEN];
        return left() == size && inet_ntop(family, at_, text, sizeof(text)) != nullptr
                   ? std::string(text)
                   : unknown();
    }
    std::string texts() {
        std::string text;
        while (at_ < end_) {
            const std::size_t size = std::min<std::size_t>(*at_++, left());
            text += text.empty() ? "\"" : " \"";
            for (std::size_t i = 0; i < size; ++i) {
                const char c = static_cast<char>(*at_++);
                if (c == '"' || c == static_cast<char>(0x5c)) {
                    text += static_cast<char>(0x5c);
                }
                text += c;
            }
            text += '"';
        }
        return text;
    }
    /// As RFC 3597 writes data of unknown types.
    std::string unknown() {
        std::string text = fmt::format("\\# {}", left());
        if (at_ < end_) {
            text += ' ';
        }
        while (at_ < end_) {
            text += fmt::format("{:02X}", *at_++);
        }
        return text;
    }

    ns_msg& message_;
    const std::uint8_t* at_;
    const std::uint8_t* end_;
};

std::string_view domain_of(const ns_rr& record) {
    const std::string_view name = ns_rr_name(record);
    return name == "." ? std::string_view() : name;
}

Value text(std::string_view bytes, Arena& arena) {
    return Value::copy_of(bytes, arena);
}

Value question(const ns_rr& record, Arena& arena) {
    Member members[] = {{"class", text(dns_class_name(ns_rr_class(record)), arena)},
                        {"domainName", text(domain_of(record), arena)},
                        {"questionType", text(dns_type_name(ns_rr_type(record)), arena)},
                        {"questionTypeId", Value::integer(ns_rr_type(record))}};
    return object_of(members, arena);
}

Value resource(ns_msg& message, const ns_rr& record, Arena& arena) {
    const std::uint16_t type = ns_rr_type(record);
    Member members[] = {{"class", text(dns_class_name(ns_rr_class(record)), arena)},
                        {"domain", text(domain_of(record), arena)},
                        {"rData", text(RecordText(message, record).write(type), arena)},
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
