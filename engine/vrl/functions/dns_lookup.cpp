#include "engine/vrl/function.hpp"
#include "engine/vrl/network/dns_message.hpp"
#include "engine/vrl/network/dns_query.hpp"

namespace engine::vrl {
namespace {

constexpr std::int64_t longest_timeout = 60;
constexpr std::int64_t most_attempts = 10;
constexpr std::size_t most_servers = 8;

/// Changes the resolver as the `options` argument says; what is wrong, or nothing.
class OptionReader {
public:
    OptionReader(const ObjectNode& options, DnsResolver& resolver)
        : options_(options), resolver_(resolver) {}

    std::string read() {
        std::int64_t timeout = resolver_.timeout.count();
        std::int64_t attempts = resolver_.attempts;
        std::int64_t dots = 1;  // of search lists, which queries for whole names do not use
        integer("timeout", 1, longest_timeout, timeout);
        integer("attempts", 1, most_attempts, attempts);
        integer("ndots", 0, 15, dots);
        boolean("aa_only", resolver_.only_authoritative);
        boolean("tcp", resolver_.use_tcp);
        boolean("recurse", resolver_.recurse);
        boolean("rotate", resolver_.rotate);
        servers();
        resolver_.timeout = std::chrono::seconds(timeout);
        resolver_.attempts = static_cast<int>(attempts);
        return error_;
    }

private:
    void integer(std::string_view key, std::int64_t least, std::int64_t most,
                 std::int64_t& target) {
        const Value* value = options_.find(key);
        if (value == nullptr || !error_.empty()) {
            return;
        }
        if (!value->is_integer() || value->as_integer() < least || value->as_integer() > most) {
            error_ =
                fmt::format("option \"{}\" must be an integer from {} to {}", key, least, most);
            return;
        }
        target = value->as_integer();
    }
    void boolean(std::string_view key, bool& target) {
        const Value* value = options_.find(key);
        if (value == nullptr || !error_.empty()) {
            return;
        }
        if (!value->is_boolean()) {
            error_ = fmt::format("option \"{}\" must be a boolean", key);
            return;
        }
        target = value->as_boolean();
    }
    void servers() {
        const Value* value = options_.find("servers");
        if (value == nullptr || !error_.empty()) {
            return;
        }
        std::vector<DnsServer> servers;
        const auto items = value->is_array() ? value->as_array().view() : std::span<const Value>();
        for (const Value& item : items) {
            const auto server = item.is_bytes() ? parse_dns_server(item.as_bytes()) : std::nullopt;
            if (!server) {
                break;
            }
            servers.push_back(*server);
        }
        if (servers.empty() || servers.size() != items.size() || servers.size() > most_servers) {
            error_ = fmt::format(
                "option \"servers\" must be an array of 1 to {} IP addresses, with or without a "
                "port",
                most_servers);
            return;
        }
        resolver_.servers = std::move(servers);
    }

    const ObjectNode& options_;
    DnsResolver& resolver_;
    std::string error_;
};

Value run(Call& call) {
    const auto type = dns_type(call.bytes(1));
    if (!type) {
        return call.fail("parsing query type failed: unknown record type");
    }
    const auto number = dns_class(call.bytes(2));
    if (!number) {
        return call.fail("parsing query class failed: unknown class");
    }
    DnsResolver resolver = DnsResolver::of_system();
    if (call.given(3)) {
        if (const std::string error = OptionReader(call.object(3), resolver).read();
            !error.empty()) {
            return call.fail("parsing options failed: {}", error);
        }
    }
    const auto answer = query_dns(resolver, call.bytes(0), *type, *number);
    if (!answer) {
        return call.fail("unable to perform a lookup: {}", answer.error());
    }
    const auto object = dns_message_object(*answer, call.arena());
    return object ? *object : call.fail("unable to read the answer: it is malformed");
}

const Function dns_lookup_function{
    .name = "dns_lookup",
    .category = "System",
    .summary =
        "What a name server answers about a domain name. Blocks the worker until it does, "
        "or until the time-out.",
    .parameters =
        {required("value", kinds::bytes, "The domain name, a whole one."),
         optional("qtype", kinds::bytes, "Type of the records, such as `A`, `MX`, `TYPE65`.",
                  Value::bytes("A")),
         optional("class", kinds::bytes, "Class of the records, such as `IN` or `CH`.",
                  Value::bytes("IN")),
         optional("options", kinds::object,
                  "`servers` (IP addresses; else those of /etc/resolv.conf), `timeout` (seconds "
                  "for one attempt, 5), `attempts` (2), `tcp`, `recurse`, `rotate`, `aa_only`, "
                  "`ndots`.")},
    .returns = kinds::object,
    .fallible = true,
    .deterministic = false,
    .examples =
        {{"Not a type", R"(dns_lookup!("a", qtype: "NOPE"))",
          R"(function call error for "dns_lookup" at (0:31): parsing query type failed: )"
          R"(unknown record type)"},
         {"Not a name", R"(dns_lookup!("a..b"))",
          R"(function call error for "dns_lookup" at (0:19): unable to perform a lookup: empty label)"},
         {"Not an option", R"(dns_lookup("a", options: {"timeout": 0}) ?? "none")", R"("none")"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(dns_lookup_function);
}  // namespace engine::vrl
