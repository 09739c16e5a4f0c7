#include "engine/component/registry.hpp"

#include <algorithm>

namespace engine::component {

namespace {

/// Calls `visit` with the registry of the kind.
template <typename Visit>
auto with_registry(config::ComponentKind kind, Visit visit) {
    switch (kind) {
        case config::ComponentKind::Source:
            return visit(Registry<Source>::instance());
        case config::ComponentKind::Transform:
            return visit(Registry<Transform>::instance());
        case config::ComponentKind::Sink:
            break;
    }
    return visit(Registry<Sink>::instance());
}

class RegisteredComponents final : public config::ComponentCatalog {
public:
    [[nodiscard]] std::vector<std::string> types(config::ComponentKind kind) const override {
        return with_registry(kind, [](const auto& registry) {
            std::vector<std::string> types;
            for (const auto& registration : registry.all()) {
                types.emplace_back(registration.type);
            }
            std::ranges::sort(types);
            return types;
        });
    }
    [[nodiscard]] config::ComponentShape shape(config::ComponentKind kind, const std::string& type,
                                               const config::Node& options) const override {
        return with_registry(
            kind, [&](const auto& registry) { return registry.find(type)->shape(options); });
    }
    void check_options(config::ComponentKind kind, const std::string& type,
                       const config::Node& options, config::KnownKeys& common,
                       config::OptionContext& context) const override {
        with_registry(kind, [&](const auto& registry) {
            registry.find(type)->check(options, common, context);
        });
    }
};

}  // namespace

const config::ComponentCatalog& registered_components() {
    static const RegisteredComponents components;
    return components;
}

}  // namespace engine::component
