#include "engine/config/resources.hpp"

#include <string>
#include <string_view>

#include <fmt/format.h>

namespace engine::config {
namespace {

struct Claim {
    const Component* component;
    const ClaimedResource* resource;
};

std::string_view host(std::string_view address) {
    return address.substr(0, address.rfind(':'));
}
std::string_view port(std::string_view address) {
    const std::size_t colon = address.rfind(':');
    return colon == std::string_view::npos ? std::string_view() : address.substr(colon + 1);
}

bool unspecified(std::string_view host) {
    return host == "0.0.0.0" || host == "[::]";
}

bool same(const ClaimedResource& a, const ClaimedResource& b) {
    return a.kind == b.kind && a.name == b.name && port(a.name) != "0";
}

bool covers(const ClaimedResource& a, const ClaimedResource& b) {
    return a.kind == b.kind && !port(a.name).empty() && port(a.name) == port(b.name) &&
           port(a.name) != "0" && (unspecified(host(a.name)) || unspecified(host(b.name)));
}

void compare(const Claim& earlier, const Claim& later, Problems& problems) {
    const auto note = fmt::format("\"{}\" claims `{}` at {}", earlier.component->id.value,
                                  earlier.resource->name, place(earlier.resource->location));
    if (same(*earlier.resource, *later.resource))
        problems.error(later.resource->location,
                       fmt::format("Resource `{} {}` is claimed by multiple components: \"{}\" "
                                   "and \"{}\"",
                                   later.resource->kind, later.resource->name,
                                   earlier.component->id.value, later.component->id.value),
                       "already taken", note);
    else if (covers(*earlier.resource, *later.resource))
        problems.warning(
            later.resource->location,
            fmt::format("`{} {}` and `{}` cannot both be bound on most systems",
                        later.resource->kind, later.resource->name, earlier.resource->name),
            "the same port", note);
}

}  // namespace

void check_resources(const std::vector<Component>& components, Problems& problems) {
    std::vector<Claim> claims;
    for (const Component& component : components)
        for (const ClaimedResource& resource : component.shape.resources) {
            const Claim claim{&component, &resource};
            for (const Claim& earlier : claims)
                compare(earlier, claim, problems);
            claims.push_back(claim);
        }
}

}  // namespace engine::config
