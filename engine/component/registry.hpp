#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "engine/component/context.hpp"
#include "engine/component/sink.hpp"
#include "engine/component/source.hpp"
#include "engine/component/transform.hpp"
#include "engine/config/component_catalog.hpp"
#include "engine/config/options.hpp"
#include "engine/config/problems.hpp"

namespace engine::component {

/// How a component of one type is described, checked and built. `C` is Source, Transform or Sink.
template <typename C>
struct Registration {
    std::string_view type;
    std::string_view summary;
    std::function<std::vector<config::OptionDescription>()> describe;
    /// Reports every problem of the component's own options; `common` knows the keys that all
    /// components of the kind have (`type`, `inputs`, `buffer` …).
    std::function<void(const config::Node&, config::KnownKeys& common, config::OptionContext&)>
        check;
    /// Outputs, accepted events and claimed resources, from the options.
    std::function<config::ComponentShape(const config::Node&)> shape;
    /// Builds it from options that `check` found good; null after reporting problems.
    std::function<std::unique_ptr<C>(const config::Node&, BuildContext&)> build;
};

/// All registered components of one kind, by type. Filled before main by the registrars.
template <typename C>
class Registry {
public:
    static Registry& instance() {
        static Registry registry;
        return registry;
    }
    void add(Registration<C> registration) { registrations_.push_back(std::move(registration)); }
    [[nodiscard]] const Registration<C>* find(std::string_view type) const {
        for (const auto& registration : registrations_) {
            if (registration.type == type)
                return &registration;
        }
        return nullptr;
    }
    [[nodiscard]] const std::vector<Registration<C>>& all() const { return registrations_; }

private:
    std::vector<Registration<C>> registrations_;
};

/// What a component's file declares; `Options` is its plain struct.
template <typename C, typename Options>
struct Definition {
    std::string_view type;
    std::string_view summary;  // one sentence for the reference
    config::OptionTable<Options> (*options)();
    /// Null after reporting problems to `context.problems`.
    std::unique_ptr<C> (*build)(Options options, BuildContext& context);
    /// Unset: one default output of all kinds of events (none for a sink), no resources.
    config::ComponentShape (*shape)(const Options&) = nullptr;
};

template <typename C, typename Options>
class Registrar {
public:
    explicit Registrar(Definition<C, Options> definition) {
        Registration<C> registration;
        registration.type = definition.type;
        registration.summary = definition.summary;
        registration.describe = [definition] { return definition.options().describe(); };
        registration.check = [definition](const config::Node& node, config::KnownKeys& common,
                                          config::OptionContext& context) {
            const auto table = definition.options();
            Options options{};
            (void)table.read_keys(node, options, context, common);
            (void)table.report_unknown(node, context, common);
        };
        registration.shape = [definition](const config::Node& node) {
            return definition.shape != nullptr ? definition.shape(read(definition, node))
                                               : default_shape();
        };
        registration.build = [definition](const config::Node& node, BuildContext& context) {
            return definition.build(read(definition, node), context);
        };
        Registry<C>::instance().add(std::move(registration));
    }

private:
    /// Reads what can be read; its problems are reported by `check`.
    static Options read(const Definition<C, Options>& definition, const config::Node& node) {
        config::Problems ignored;
        config::OptionContext context("", ignored);
        config::KnownKeys keys;
        Options options{};
        (void)definition.options().read_keys(node, options, context, keys);
        return options;
    }
    static config::ComponentShape default_shape() {
        config::ComponentShape shape;
        if (!std::is_same_v<C, Sink>) {
            shape.outputs.emplace_back();
        }
        return shape;
    }
};

/// The registry as the configuration layer sees it.
[[nodiscard]] const config::ComponentCatalog& registered_components();

}  // namespace engine::component

/// The last line of a component's file: its options type, then its Definition.
#define ENGINE_REGISTER_SOURCE(Options, ...)                                                     \
    namespace {                                                                                  \
    const ::engine::component::Registrar<::engine::component::Source, Options> engine_registrar( \
        __VA_ARGS__);                                                                            \
    }
#define ENGINE_REGISTER_TRANSFORM(Options, ...)                                   \
    namespace {                                                                   \
    const ::engine::component::Registrar<::engine::component::Transform, Options> \
        engine_registrar(__VA_ARGS__);                                            \
    }
#define ENGINE_REGISTER_SINK(Options, ...)                                                     \
    namespace {                                                                                \
    const ::engine::component::Registrar<::engine::component::Sink, Options> engine_registrar( \
        __VA_ARGS__);                                                                          \
    }
