#include "engine/vrl/network/dnstap.hpp"

#include <arpa/inet.h>
#include <resolv.h>

#include <array>
#include <vector>

#include "engine/vrl/encoding/base64.hpp"
#include "engine/vrl/network/dns_query.hpp"
#include "engine/vrl/network/dnstap_frame.hpp"

namespace engine::vrl {

namespace {

constexpr std::array<std::string_view, 14> message_types = {
    "AuthQuery",      "AuthResponse",   "ResolverQuery",     "ResolverResponse", "ClientQuery",
    "ClientResponse", "ForwarderQuery", "ForwarderResponse", "StubQuery",        "StubResponse",
    "ToolQuery",      "ToolResponse",   "UpdateQuery",       "UpdateResponse"};
constexpr std::array<std::string_view, 2> families = {"INET", "INET6"};
constexpr std::array<std::string_view, 7> protocols = {"UDP",         "TCP",         "DOT", "DOH",
                                                       "DNSCryptUDP", "DNSCryptTCP", "DOQ"};
constexpr std::array<std::string_view, 24> response_codes = {
    "NoError", "FormErr", "ServFail", "NXDomain",  "NotImp",  "Refused", "YXDomain", "YXRRSet",
    "NXRRSet", "NotAuth", "NotZone",  "DSOTYPENI", "",        "",        "",         "",
    "BADSIG",  "BADKEY",  "BADTIME",  "BADMODE",   "BADNAME", "BADALG",  "BADTRUNC", "BADCOOKIE"};
constexpr std::array<std::string_view, 14> option_names = {
    "",    "LLQ",    "UL",     "NSID",   "",          "DAU",     "DHU",
    "N3U", "Subnet", "Expire", "Cookie", "Keepalive", "Padding", "Chain"};
/// RFC 8914, section 5.2, and the registry that goes on with it.
constexpr std::array<std::string_view, 30> extended_errors = {"Other Error",
                                                              "Unsupported DNSKEY Algorithm",
                                                              "Unsupported DS Digest Type",
                                                              "Stale Answer",
                                                              "Forged Answer",
                                                              "DNSSEC Indeterminate",
                                                              "DNSSEC Bogus",
                                                              "Signature Expired",
                                                              "Signature Not Yet Valid",
                                                              "DNSKEY Missing",
                                                              "RRSIGs Missing",
                                                              "No Zone Key Bit Set",
                                                              "NSEC Missing",
                                                              "Cached Error",
                                                              "Not Ready",
                                                              "Blocked",
                                                              "Censored",
                                                              "Filtered",
                                                              "Prohibited",
                                                              "Stale NXDOMAIN Answer",
                                                              "Not Authoritative",
                                                              "Not Supported",
                                                              "No Reachable Authority",
                                                              "Network Error",
                                                              "Invalid Data",
                                                              "Signature Expired before Valid",
                                                              "Too Early",
                                                              "Unsupported NSEC3 Iterations Value",
                                                              "Unable to conform to policy",
                                                              "Synthesized"};
constexpr std::uint16_t extended_error_option = 15;
constexpr std::uint32_t dnssec_ok = 0x8000;

/// Empty where the number has no name.
template <std::size_t N>
std::string_view name_of(const std::array<std::string_view, N>& names, std::uint64_t number) {
    return number < N ? names[static_cast<std::size_t>(number)] : std::string_view();
}

using Members = std::vector<Member>;

/// Writes DNS messages and what is around them into one arena.
class DnstapWriter {
public:
    DnstapWriter(DnsNameForm names, Arena& arena) : names_(names), arena_(arena) {}

    Value frame(const DnstapFrame& frame, std::string_view bytes) {
        Members members = {{"dataType", Value::bytes("Message")},
                           {"dataTypeId", Value::integer(1)},
                           {"messageTypeId", integer(frame.message_type)}};
        put_name(members, "messageType", name_of(message_types, frame.message_type - 1));
        put_bytes(members, "serverId", frame.identity);
        put_bytes(members, "serverVersion", frame.version);
        put_bytes(members, "extraInfo", frame.extra);
        sockets(members, frame);
        const bool is_query = frame.message_type % 2 == 1;
        put_time(members, is_query ? frame.query_time : frame.response_time);
        std::string error;
        put_message(members, "requestData", frame.query_message, frame.query_time, error);
        put_message(members, "responseData", frame.response_message, frame.response_time, error);
        put_zone(members, frame.query_zone, error);
        if (!error.empty()) {
            members.push_back({"error", text(error)});
            members.push_back({"rawData", in_base64(bytes)});
        }
        return object_of(members, arena_);
    }

private:
    static Value integer(std::uint64_t number) {
        return Value::integer(static_cast<std::int64_t>(number));
    }
    Value text(std::string_view bytes) { return Value::copy_of(bytes, arena_); }
    Value in_base64(std::string_view bytes) {
        return Value::bytes(
            base64(bytes, *base64_alphabet("standard"), Base64Padding::With, arena_));
    }
    Value name(std::string_view domain) { return text(dns_name_text(domain, names_)); }

    void put_bytes(Members& members, std::string_view key,
                   const std::optional<std::string_view>& bytes) {
        if (bytes) {
            members.push_back({key, text(*bytes)});
        }
    }
    static void put_name(Members& members, std::string_view key, std::string_view name) {
        if (!name.empty()) {
            members.push_back({key, Value::bytes(name)});
        }
    }

    void sockets(Members& members, const DnstapFrame& frame) {
        put_name(members, "socketFamily", name_of(families, frame.socket_family.value_or(0) - 1));
        put_name(members, "socketProtocol",
                 name_of(protocols, frame.socket_protocol.value_or(0) - 1));
        address(members, "sourceAddress", frame.query_address);
        address(members, "responseAddress", frame.response_address);
        if (frame.query_port) {
            members.push_back({"sourcePort", integer(*frame.query_port)});
        }
        if (frame.response_port) {
            members.push_back({"responsePort", integer(*frame.response_port)});
        }
    }
    void address(Members& members, std::string_view key,
                 const std::optional<std::string_view>& bytes) {
        char written[INET6_ADDRSTRLEN];
        const int family = bytes && bytes->size() == 4 ? AF_INET : AF_INET6;
        if (bytes && (bytes->size() == 4 || bytes->size() == 16) &&
            inet_ntop(family, bytes->data(), written, sizeof(written)) != nullptr) {
            members.push_back({key, text(written)});
        }
    }

    void put_time(Members& members, const DnstapTime& time) {
        constexpr std::uint64_t latest = 9'223'372'035;  // in nanoseconds that fit an integer
        constexpr std::uint32_t second = 1'000'000'000;
        if (!time.seconds || *time.seconds > latest || time.nanoseconds >= second) {
            return;
        }
        members.push_back({"time", integer(*time.seconds * second + time.nanoseconds)});
        members.push_back({"timePrecision", Value::bytes("ns")});
        members.push_back({"timestamp", Value::timestamp({static_cast<std::int64_t>(*time.seconds),
                                                          time.nanoseconds})});
    }

    void put_zone(Members& members, const std::optional<std::string_view>& zone,
                  std::string& error) {
        if (!zone) {
            return;
        }
        char written[NS_MAXDNAME];
        const auto* bytes = reinterpret_cast<const unsigned char*>(zone->data());
        if (dn_expand(bytes, bytes + zone->size(), bytes, written, sizeof(written)) < 0) {
            error = "malformed name of the query zone";
            return;
        }
        members.push_back({"queryZone", name(*written == '\0' ? "." : written)});
    }

    void put_message(Members& members, std::string_view key,
                     const std::optional<std::string_view>& bytes, const DnstapTime& time,
                     std::string& error) {
        if (!bytes) {
            return;
        }
        Members parts;
        if (!message(*bytes, parts)) {
            error = "malformed DNS message";
            parts.clear();
        }
        put_time(parts, time);
        members.push_back({key, object_of(parts, arena_)});
    }

    bool message(std::string_view bytes, Members& parts) {
        ns_msg message;
        if (ns_initparse(reinterpret_cast<const unsigned char*>(bytes.data()),
                         static_cast<int>(std::min<std::size_t>(bytes.size(), 1 << 20)),
                         &message) != 0) {
            return false;
        }
        std::uint64_t code = static_cast<std::uint64_t>(ns_msg_getflag(message, ns_f_rcode));
        const std::pair<ns_sect, std::string_view> sections[] = {{ns_s_qd, "question"},
                                                                 {ns_s_an, "answers"},
                                                                 {ns_s_ns, "authority"},
                                                                 {ns_s_ar, "additional"}};
        for (const auto& [which, key] : sections) {
            std::vector<Value> items;
            for (int i = 0; i < ns_msg_count(message, which); ++i) {
                ns_rr record;
                if (ns_parserr(&message, which, i, &record) != 0) {
                    return false;
                }
                if (which == ns_s_ar && record_type(record) == ns_t_opt) {
                    code |= (ns_rr_ttl(record) >> 24U) << 4U;
                    parts.push_back({"opt", extension(record)});
                } else {
                    items.push_back(which == ns_s_qd ? question(record)
                                                     : resource(message, record));
                }
            }
            if (!items.empty()) {
                parts.push_back({key, array_of(items, arena_)});
            }
        }
        parts.push_back({"header", header(message)});
        parts.push_back({"fullRcode", integer(code)});
        put_name(parts, "rcodeName", name_of(response_codes, code));
        return true;
    }

    Value question(const ns_rr& record) {
        Member members[] = {{"class", text(dns_class_name(record_class(record)))},
                            {"domainName", name(ns_rr_name(record))},
                            {"questionType", text(dns_type_name(record_type(record)))},
                            {"questionTypeId", Value::integer(record_type(record))}};
        return object_of(members, arena_);
    }
    Value resource(ns_msg& message, const ns_rr& record) {
        Member members[] = {{"class", text(dns_class_name(record_class(record)))},
                            {"domainName", name(ns_rr_name(record))},
                            {"rData", text(dns_record_text(message, record, names_))},
                            {"recordType", text(dns_type_name(record_type(record)))},
                            {"recordTypeId", Value::integer(record_type(record))},
                            {"ttl", Value::integer(ns_rr_ttl(record))}};
        return object_of(members, arena_);
    }

    /// The pseudo-record of EDNS (RFC 6891): its fields stand where others have class and TTL.
    Value extension(const ns_rr& record) {
        const std::uint32_t flags = ns_rr_ttl(record);
        Members members = {{"do", Value::boolean((flags & dnssec_ok) != 0)},
                           {"ednsVersion", Value::integer(flags >> 16U & 0xffU)},
                           {"extendedRcode", Value::integer(flags >> 24U)},
                           {"udpPayloadSize", Value::integer(record_class(record))}};
        std::vector<Value> options;
        std::vector<Value> errors;
        std::string_view data(reinterpret_cast<const char*>(ns_rr_rdata(record)),
                              ns_rr_rdlen(record));
        while (data.size() >= 4) {
            const std::uint16_t code = number(data);
            const std::size_t size = std::min<std::size_t>(number(data.substr(2)), data.size() - 4);
            const std::string_view value = data.substr(4, size);
            data.remove_prefix(4 + size);
            if (code == extended_error_option && value.size() >= 2) {
                errors.push_back(extended_error(value));
            } else {
                options.push_back(option(code, value));
            }
        }
        if (!options.empty()) {
            members.push_back({"options", array_of(options, arena_)});
        }
        if (!errors.empty()) {
            members.push_back({"ede", array_of(errors, arena_)});
        }
        return object_of(members, arena_);
    }
    static std::uint16_t number(std::string_view bytes) {
        return static_cast<std::uint16_t>(static_cast<unsigned char>(bytes[0]) << 8 |
                                          static_cast<unsigned char>(bytes[1]));
    }
    Value option(std::uint16_t code, std::string_view value) {
        const std::string_view known = name_of(option_names, code);
        Member members[] = {
            {"optCode", Value::integer(code)},
            {"optName", known.empty() ? text(fmt::format("Unknown({})", code)) : text(known)},
            {"optValue", in_base64(value)}};
        return object_of(members, arena_);
    }
    Value extended_error(std::string_view value) {
        const std::uint16_t code = number(value);
        Members members = {{"infoCode", Value::integer(code)}};
        put_name(members, "purpose", name_of(extended_errors, code));
        if (value.size() > 2) {
            members.push_back({"extraText", text(value.substr(2))});
        }
        return object_of(members, arena_);
    }

    Value header(ns_msg& message) {
        const auto number = [&](ns_flag which) {
            return Value::integer(ns_msg_getflag(message, which));
        };
        const auto flag = [&](ns_flag which) {
            return Value::boolean(ns_msg_getflag(message, which) != 0);
        };
        const auto count = [&](ns_sect which) {
            return Value::integer(ns_msg_count(message, which));
        };
        Member members[] = {{"aa", flag(ns_f_aa)},       {"ad", flag(ns_f_ad)},
                            {"anCount", count(ns_s_an)}, {"arCount", count(ns_s_ar)},
                            {"cd", flag(ns_f_cd)},       {"id", Value::integer(ns_msg_id(message))},
                            {"nsCount", count(ns_s_ns)}, {"opcode", number(ns_f_opcode)},
                            {"qdCount", count(ns_s_qd)}, {"qr", number(ns_f_qr)},
                            {"ra", flag(ns_f_ra)},       {"rcode", number(ns_f_rcode)},
                            {"rd", flag(ns_f_rd)},       {"tc", flag(ns_f_tc)}};
        return object_of(members, arena_);
    }

    DnsNameForm names_;
    Arena& arena_;
};

}  // namespace

std::expected<Value, std::string> dnstap_object(std::string_view bytes, DnsNameForm names,
                                                Arena& arena) {
    const auto frame = read_dnstap_frame(bytes);
    if (!frame) {
        return std::unexpected(frame.error());
    }
    return DnstapWriter(names, arena).frame(*frame, bytes);
}

}  // namespace engine::vrl
