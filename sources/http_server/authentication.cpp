#include "sources/http_server/authentication.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "engine/event/batch.hpp"
#include "engine/event/container.hpp"
#include "engine/io/base64.hpp"
#include "engine/vrl/condition.hpp"

namespace engine::sources::http_server {

namespace {

/// Takes as long for equal as for different bytes, so that its time does not tell how many of them
/// were right.
bool same_secret(std::string_view given, std::string_view expected) {
    std::size_t difference = given.size() ^ expected.size();
    for (std::size_t i = 0; i < given.size(); ++i) {
        const char other = expected.empty() ? '\0' : expected[i % expected.size()];
        difference |= static_cast<unsigned char>(given[i] ^ other);
    }
    const volatile std::size_t result = difference;
    return result == 0;
}

class BasicAuthentication final : public Authentication {
public:
    explicit BasicAuthentication(const BasicAuth& options)
        : expected_("Basic " + io::base64(options.username + ":" + options.password)) {}

    [[nodiscard]] std::optional<std::string_view> refuse(
        const io::HttpRequest& request) const override {
        const auto given = request.header("authorization");
        if (!given) {
            return "No authorization header";
        }
        if (!same_secret(*given, expected_)) {
            return "Invalid username/password";
        }
        return std::nullopt;
    }

private:
    std::string expected_;
};

/// A VRL condition over an event made of the request's head.
class CustomAuthentication final : public Authentication {
public:
    explicit CustomAuthentication(vrl::Condition condition) : condition_(std::move(condition)) {}

    [[nodiscard]] std::optional<std::string_view> refuse(
        const io::HttpRequest& request) const override {
        const BatchRef batch = Batch::make(EventKind::Log);
        Arena& arena = batch->arena();
        Member members[] = {
            {"address", Value::bytes(request.remote_address)},
            {"headers", headers(request, arena)},
            {"path", Value::bytes(request.path)},
        };
        batch->push(object_of(members, arena));
        if (condition_.matches(*batch, 0)) {
            return std::nullopt;
        }
        return "Auth failed";
    }

private:
    /// Names in lower case; of repeated headers the first counts.
    static Value headers(const io::HttpRequest& request, Arena& arena) {
        std::vector<Member> members;
        for (auto header = request.headers.rbegin(); header != request.headers.rend(); ++header) {
            char* name = arena.allocate_array<char>(header->name.size());
            std::ranges::transform(header->name, name, [](char c) {
                return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
            });
            members.push_back({{name, header->name.size()}, Value::bytes(header->value)});
        }
        return object_of(members, arena);
    }

    vrl::Condition condition_;
};

}  // namespace

std::unique_ptr<const Authentication> Authentication::make(const Auth& options,
                                                           component::BuildContext& context) {
    if (const auto* basic = std::get_if<BasicAuth>(&options)) {
        return std::make_unique<BasicAuthentication>(*basic);
    }
    const config::ConditionSource source{"vrl", std::get<CustomAuth>(options).source};
    auto condition = vrl::Condition::compile(source, {}, context.globals, context.problems);
    if (!condition) {
        return nullptr;
    }
    return std::make_unique<CustomAuthentication>(std::move(*condition));
}

}  // namespace engine::sources::http_server
