#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/component/context.hpp"
#include "engine/component/sink.hpp"
#include "engine/component/source.hpp"
#include "engine/component/transform.hpp"
#include "engine/config/options.hpp"
#include "engine/config/problems.hpp"

namespace engine::component {

/// Something that only one component can have: a listening port.
struct Resource {
    std::string protocol;  // tcp, udp, unix
    std::string address;   // "0.0.0.0:8080"
    config::Location location;
};

enum class EventTypes : std::uint8_t { Logs = 1, Metrics = 2, Traces = 4, All = 7 };

/// How a component of one type is described, checked and built. `C` is Source, Transform or Sink.
template <typename C>
struct Registration {
    std::string_view type;
    std::string_view summary;
    std::function<std::vector<config::OptionDescription>()> describe;
    /// Reads the options from the component's table and builds it; null after reporting problems.
    /// Keys that all components of the kind have (`type`, `inputs`, `buffer` …) are in `common`.
    std::function<std::unique_ptr<C>(const config::Node&, config::KnownKeys& common, BuildContext&)>
        build;
    /// Names of the outputs beside the default one, from the options.
    std::function<std::vector<std::string>(const config::Node&)> outputs;
    std::function<std::vector<Resource>(const config::Node&)> resources;
    EventTypes accepts = EventTypes::All;  // sinks and transforms
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
    std::vector<std::string> (*outputs)(const Options&) = nullptr;
    std::vector<Resource> (*resources)(const Options&) = nullptr;
    EventTypes accepts = EventTypes::All;
};

template <typename C, typename Options>
struct Registrar {
    explicit Registrar(Definition<C, Options> definition) {
        Registration<C> registration;
        registration.type = definition.type;
        registration.summary = definition.summary;
        registration.accepts = definition.accepts;
        registration.describe = [definition] { return definition.options().describe(); };
        registration.build = [definition](const config::Node& node, config::KnownKeys& common,
                                          BuildContext& context) -> std::unique_ptr<C> {
            const auto table = definition.options();
            Options options{};
            const bool good = table.read_keys(node, options, context.problems, common);
            if (!table.report_unknown(node, context.problems, common) || !good) {
                return nullptr;
            }
            return definition.build(std::move(options), context);
        };
        if (definition.outputs != nullptr) {
            registration.outputs = [definition](const config::Node& node) {
                return with_options<std::vector<std::string>>(definition, node, definition.outputs);
            };
        }
        if (definition.resources != nullptr) {
            registration.resources = [definition](const config::Node& node) {
                return with_options<std::vector<Resource>>(definition, node, definition.resources);
            };
        }
        Registry<C>::instance().add(std::move(registration));
    }

private:
    /// Reads what can be read; problems are reported by `build`.
    template <typename R>
    static R with_options(const Definition<C, Options>& definition, const config::Node& node,
                          R (*function)(const Options&)) {
        config::Problems ignored;
        config::OptionContext context("", ignored);
        config::KnownKeys keys;
        Options options{};
        (void)definition.options().read_keys(node, options, context, keys);
        return function(options);
    }
};

}  // namespace engine::component

/// The last line of a component's file.
#define ENGINE_REGISTER_SOURCE(Options, ...)                                          \
    static const ::engine::component::Registrar<::engine::component::Source, Options> \
    engine_registrar(__VA_ARGS__)
#define ENGINE_REGISTER_TRANSFORM(Options, ...)                                          \
    static const ::engine::component::Registrar<::engine::component::Transform, Options> \
    engine_registrar(__VA_ARGS__)
#define ENGINE_REGISTER_SINK(Options, ...)                                          \
    static const ::engine::component::Registrar<::engine::component::Sink, Options> \
    engine_registrar(__VA_ARGS__)
