#include "engine/config/configuration.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include <fmt/format.h>

#include "engine/config/known_components.hpp"
#include "engine/config/resources.hpp"
#include "engine/config/secret_backends.hpp"
#include "engine/config/suggestion.hpp"

namespace engine::config {

std::string_view name_of(ComponentKind kind) {
    switch (kind) {
        case ComponentKind::Source:
            return "source";
        case ComponentKind::Transform:
            return "transform";
        case ComponentKind::Sink:
            return "sink";
    }
    return {};
}

std::string_view section_of(ComponentKind kind) {
    switch (kind) {
        case ComponentKind::Source:
            return "sources";
        case ComponentKind::Transform:
            return "transforms";
        case ComponentKind::Sink:
            return "sinks";
    }
    return {};
}

std::string Component::path() const {
    return fmt::format("{}.{}", section_of(kind), id.value);
}

std::string Component::title() const {
    std::string name(name_of(kind));
    name[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(name[0])));
    return fmt::format("{} \"{}\"", name, id.value);
}

const Component* Configuration::find(std::string_view id) const {
    const auto found = std::ranges::find_if(
        components, [id](const Component& component) { return component.id.value == id; });
    return found == components.end() ? nullptr : &*found;
}

namespace {

constexpr std::array<ComponentKind, 3> kinds{ComponentKind::Source, ComponentKind::Transform,
                                             ComponentKind::Sink};

/// What a component has beside its own options, by kind.
OptionTable<Component> common_table(ComponentKind kind) {
    using C = Component;
    OptionTable<C> table{
        required("type", &C::type, "Which component this is."),
        optional("graph", &C::graph, "How `engine graph` draws it.", graph_options()),
    };
    if (kind != ComponentKind::Source)
        table.add(required("inputs", &C::inputs,
                           "Ids of the components whose events it takes; "
                           "`*` matches any characters.")
                      .example("[\"my-source\"]"));
    if (kind != ComponentKind::Transform)
        table.add(optional("proxy", &C::proxy, "Proxies of its requests.", proxy_options()));
    if (kind != ComponentKind::Sink)
        return table;
    table.add(optional("buffer", &C::buffer, "Where events wait for the sink.", buffer()));
    table.add(optional("healthcheck", &C::healthcheck, "Check of the destination at start.",
                       healthcheck()));
    table.add(optional("condition", &C::condition, "Which events the sink takes."));
    return table;
}

class ConfigurationReader {
public:
    ConfigurationReader(Configuration& configuration, const ComponentCatalog& catalog,
                        Problems& problems)
        : configuration_(configuration), catalog_(catalog), problems_(problems) {}

    void run(EmptyConfiguration empty) {
        const Node& root = configuration_.document.root();
        OptionContext context("", problems_);
        configuration_.globals = read_global_options(root, context);
        for (const ComponentKind kind : kinds)
            read_section(root, kind);
        (void)read_secret_backends(root, context);
        configuration_.enrichment_tables = read_enrichment_tables(root, context);
        if (const Node::Entry* tests = root.find("tests")) {
            configuration_.tests = tests->value;
            const OptionPath path(context, "tests");
            (void)option_type::expect_array(tests->value, context);
        }
        if (empty == EmptyConfiguration::Refused)
            for (const ComponentKind kind : {ComponentKind::Source, ComponentKind::Sink})
                require_some(kind);
        check_ids();
        check_resources(configuration_.components, problems_);
    }

private:
    void read_section(const Node& root, ComponentKind kind) {
        const Node::Entry* section = root.find(section_of(kind));
        if (section == nullptr)
            return;
        OptionContext context(std::string(section_of(kind)), problems_);
        if (!option_type::expect_table(section->value, context))
            return;
        for (const Node::Entry& entry : section->value.entries()) {
            const OptionPath path(context, entry.key);
            if (!option_type::expect_table(entry.value, context))
                continue;
            configuration_.components.push_back(read_component(entry, kind, context));
        }
    }

    Component read_component(const Node::Entry& entry, ComponentKind kind, OptionContext& context) {
        Component component;
        component.kind = kind;
        component.id = {entry.key, entry.key_location};
        component.options = entry.value;
        if (const Node::Entry* inputs = entry.value.find("inputs"))
            component.inputs_location = inputs->value.location();
        KnownKeys keys;
        (void)common_table(kind).read_keys(entry.value, component, context, keys);
        drop_malformed_inputs(component);
        if (component.type.value.empty())
            return component;
        component.type.value = current_type(kind, component.type.value);
        const std::vector<std::string> types = catalog_.types(kind);
        component.available = std::ranges::find(types, component.type.value) != types.end();
        if (!component.available) {
            report_unknown_type(component, types, context);
            return component;
        }
        component.shape = catalog_.shape(kind, component.type.value, entry.value);
        for (ClaimedResource& resource : component.shape.resources)
            if (resource.location.file == nullptr)
                resource.location = component.type.location;
        KnownKeys common = common_keys(kind);
        catalog_.check_options(kind, component.type.value, entry.value, common, context);
        return component;
    }

    /// What is no string has been reported as such and names nothing.
    static void drop_malformed_inputs(Component& component) {
        const Node::Entry* entry = component.options.find("inputs");
        if (entry == nullptr || !entry->value.is(Node::Kind::Array))
            return;
        component.inputs.clear();
        for (const Node& item : entry->value.items())
            if (item.is(Node::Kind::String))
                component.inputs.push_back({item.as_string(), item.location()});
    }

    void report_unknown_type(const Component& component, const std::vector<std::string>& types,
                             OptionContext& context) const {
        const std::string& type = component.type.value;
        const std::string_view kind = name_of(component.kind);
        if (is_known_component(component.kind, type)) {
            context.error(component.type.location,
                          fmt::format("the {} `{}` is not supported by this build yet", kind, type),
                          "Vector has it, this build does not");
            return;
        }
        std::vector<std::string> all = types;
        const auto known = known_components(component.kind);
        all.insert(all.end(), known.begin(), known.end());
        std::string hint = did_you_mean(type, all);
        if (hint.empty())
            for (const ComponentKind other : kinds)
                if (is_known_component(other, type))
                    hint = fmt::format("`{}` is a {}", type, name_of(other));
        context.error(component.type.location,
                      fmt::format("unknown variant `{}`, expected {}", type, one_of(types)),
                      std::move(hint));
    }

    void require_some(ComponentKind kind) const {
        if (std::ranges::none_of(configuration_.components,
                                 [kind](const Component& each) { return each.kind == kind; }))
            problems_.error({}, fmt::format("No {} defined in the config.", section_of(kind)));
    }

    void check_ids() const {
        const auto& components = configuration_.components;
        for (std::size_t i = 0; i < components.size(); ++i) {
            const Component& component = components[i];
            if (component.id.value.find('.') != std::string::npos)
                problems_.error(component.id.location,
                                fmt::format("Component name \"{}\" should not contain a \".\"",
                                            component.id.value),
                                "a dot separates a component from its output");
            if (component.id.value.empty())
                problems_.error(component.id.location, "a component's name must not be empty");
            const Component* earlier = configuration_.find(component.id.value);
            if (earlier != &component)
                report_same_id(*earlier, component);
        }
    }

    void report_same_id(const Component& earlier, const Component& later) const {
        problems_.error(
            later.id.location,
            fmt::format("More than one component with name \"{}\" ({}, {}).", later.id.value,
                        name_of(earlier.kind), name_of(later.kind)),
            "this name is taken",
            fmt::format("the {} is at {}", name_of(earlier.kind), place(earlier.id.location)));
    }

    Configuration& configuration_;
    const ComponentCatalog& catalog_;
    Problems& problems_;
};

}  // namespace

KnownKeys common_keys(ComponentKind kind) {
    KnownKeys keys;
    for (const OptionDescription& option : common_options(kind))
        keys.accept(option.name);
    return keys;
}

std::vector<OptionDescription> common_options(ComponentKind kind) {
    return common_table(kind).describe();
}

std::vector<OptionDescription> section_options() {
    const auto section = [](std::string name, std::string description, TypeDescription entry) {
        OptionDescription option;
        option.name = std::move(name);
        option.description = std::move(description);
        option.type = option_type::plain(TypeDescription::Kind::Map);
        option.type.parts = {std::move(entry)};
        return option;
    };
    return {section("enrichment_tables", "Tables that programs look events up in, by name.",
                    enrichment_table().description),
            section("secret", "Where the values of `SECRET[name.key]` come from, by name.",
                    secret_backend().description)};
}

Configuration read_configuration(Document document, const ComponentCatalog& catalog,
                                 Problems& problems, EmptyConfiguration empty) {
    Configuration configuration;
    configuration.document = std::move(document);
    ConfigurationReader(configuration, catalog, problems).run(empty);
    return configuration;
}

}  // namespace engine::config
