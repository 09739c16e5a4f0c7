#include "engine/vrl/network/dns_record.hpp"

#include <absl/strings/ascii.h>
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <resolv.h>

#include <algorithm>
#include <cstdint>

namespace engine::vrl {

namespace {

/// The data of one record, as zone files write it.
class RecordText {
public:
    RecordText(ns_msg& message, const ns_rr& record, DnsNameForm form)
        : message_(message),
          form_(form),
          at_(ns_rr_rdata(record)),
          end_(at_ + ns_rr_rdlen(record)) {}

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
            case ns_t_ds: {
                const std::uint32_t tag = number(2);
                const std::uint32_t algorithm = number(1);
                const std::uint32_t digest = number(1);
                return fmt::format("{} {} {} {}", tag, algorithm, digest, hexadecimal());
            }
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
        return size < 0 ? std::string() : dns_name_text(text, form_);
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
        return text + hexadecimal();
    }
    std::string hexadecimal() {
        std::string text;
        while (at_ < end_) {
            text += fmt::format("{:02X}", *at_++);
        }
        return text;
    }

    ns_msg& message_;
    DnsNameForm form_;
    const std::uint8_t* at_;
    const std::uint8_t* end_;
};

}  // namespace

std::string dns_name_text(std::string_view name, DnsNameForm form) {
    std::string text(name);
    if (form.trailing_dot && !text.ends_with('.')) {
        text += '.';
    }
    if (form.lowercase) {
        absl::AsciiStrToLower(&text);
    }
    return text;
}

std::string dns_record_text(ns_msg& message, const ns_rr& record, DnsNameForm form) {
    return RecordText(message, record, form).write(record_type(record));
}

}  // namespace engine::vrl
