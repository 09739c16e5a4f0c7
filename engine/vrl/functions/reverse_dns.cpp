#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

// Like the reference's, the call waits for the system's resolver, with the resolver's time-outs.
Value name_of(const sockaddr* address, socklen_t size, Call& call) {
    char name[NI_MAXHOST];
    const int error = getnameinfo(address, size, name, sizeof(name), nullptr, 0, 0);
    return error == 0 ? call.text(name)
                      : call.fail("unable to perform a lookup : {}", gai_strerror(error));
}

Value run(Call& call) {
    const std::string text(call.bytes(0));
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    if (text.find('\0') == std::string::npos) {
        if (inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1) {
            return name_of(reinterpret_cast<const sockaddr*>(&v4), sizeof(v4), call);
        }
        if (inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) == 1) {
            return name_of(reinterpret_cast<const sockaddr*>(&v6), sizeof(v6), call);
        }
    }
    return call.fail("unable to parse IP address: invalid IP address syntax");
}

const Function reverse_dns_function{
    .name = "reverse_dns",
    .category = "System",
    .summary =
        "The host name that the name service has for an IP address. Blocks until it answers.",
    .parameters = {required("value", kinds::bytes, "The IP address.")},
    .returns = kinds::bytes,
    .fallible = true,
    .deterministic = false,
    .examples = {{"This host", R"(reverse_dns!("127.0.0.1"))", R"("localhost")"},
                 {"Not an address", R"(reverse_dns!("localhost"))",
                  R"(function call error for "reverse_dns" at (0:25): unable to parse IP address: )"
                  R"(invalid IP address syntax)"},
                 {"Nor is this", R"(reverse_dns("") ?? "unknown")", R"("unknown")"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(reverse_dns_function);
}  // namespace engine::vrl
