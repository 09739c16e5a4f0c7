#include "engine/enrichment/mmdb_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>

#include "engine/enrichment/mmdb_file.hpp"
#include "engine/event/container.hpp"
#include "engine/event/shape.hpp"

namespace engine::enrichment {

namespace {

/// A result's field and where a database has it; `*` stands for the language, a number counts array
/// items.
struct GeoField {
    std::string_view name;
    std::array<std::string_view, 4> path;
};

constexpr GeoField city_fields[] = {
    {"city_name", {"city", "names", "*"}},
    {"continent_code", {"continent", "code"}},
    {"country_code", {"country", "iso_code"}},
    {"country_name", {"country", "names", "*"}},
    {"region_code", {"subdivisions", "0", "iso_code"}},
    {"region_name", {"subdivisions", "0", "names", "*"}},
    {"timezone", {"location", "time_zone"}},
    {"latitude", {"location", "latitude"}},
    {"longitude", {"location", "longitude"}},
    {"metro_code", {"location", "metro_code"}},
    {"postal_code", {"postal", "code"}},
};
constexpr GeoField isp_fields[] = {
    {"autonomous_system_number", {"autonomous_system_number"}},
    {"autonomous_system_organization", {"autonomous_system_organization"}},
    {"isp", {"isp"}},
    {"organization", {"organization"}},
};
constexpr GeoField connection_fields[] = {{"connection_type", {"connection_type"}}};
constexpr GeoField anonymous_fields[] = {
    {"is_anonymous", {"is_anonymous"}},
    {"is_anonymous_vpn", {"is_anonymous_vpn"}},
    {"is_hosting_provider", {"is_hosting_provider"}},
    {"is_public_proxy", {"is_public_proxy"}},
    {"is_residential_proxy", {"is_residential_proxy"}},
    {"is_tor_exit_node", {"is_tor_exit_node"}},
};

/// The fields of a database by its type's name; none for unknown ones.
std::span<const GeoField> fields_of(std::string_view type) {
    const auto has = [type](std::string_view part) { return type.find(part) != type.npos; };
    if (has("City") || has("Country") || has("Enterprise")) {
        return city_fields;
    }
    if (has("ASN") || has("ISP")) {
        return isp_fields;
    }
    if (has("Connection-Type")) {
        return connection_fields;
    }
    return has("Anonymous-IP") ? std::span<const GeoField>(anonymous_fields)
                               : std::span<const GeoField>();
}

Value value_at(const Value& record, const GeoField& field, std::string_view locale) {
    Value value = record;
    for (const std::string_view step : field.path) {
        if (step.empty()) {
            break;
        }
        if (value.is_array()) {
            const auto items = value.as_array().view();
            value = items.empty() ? Value::null() : items.front();
            continue;
        }
        const Value* member =
            value.is_object() ? value.as_object().find(step == "*" ? locale : step) : nullptr;
        value = member == nullptr ? Value::null() : *member;
    }
    return value;
}

bool is_selected(const std::optional<std::span<const Value>>& select, std::string_view name) {
    return !select || std::ranges::any_of(*select, [name](const Value& each) {
        return each.is_bytes() && each.as_bytes() == name;
    });
}

class MmdbLookup final : public Lookup {
public:
    MmdbLookup(std::shared_ptr<const MmdbFile> file, MmdbTable::View view, std::string locale)
        : file_(std::move(file)), view_(view), locale_(std::move(locale)) {}

    [[nodiscard]] Result<std::vector<Value>> find(const Probe& probe, Arena& arena) const override {
        const Value& address = probe.values.front();
        if (!address.is_bytes()) {
            return failure("the IP address is no string");
        }
        const Value record = ENGINE_TRY(file_->find(address.as_bytes(), arena));
        std::vector<Value> rows;
        if (!record.is_null()) {
            rows.push_back(view_ == MmdbTable::View::Geo ? geo(record, probe, arena)
                                                         : selected(record, probe, arena));
        }
        return rows;
    }

private:
    [[nodiscard]] Value geo(const Value& record, const Probe& probe, Arena& arena) const {
        std::vector<Member> members;
        for (const GeoField& field : fields_of(file_->type())) {
            if (is_selected(probe.select, field.name)) {
                members.push_back({field.name, value_at(record, field, locale_)});
            }
        }
        return object_of(members, arena);
    }

    static Value selected(const Value& record, const Probe& probe, Arena& arena) {
        if (!probe.select || !record.is_object()) {
            return record;
        }
        std::vector<Member> members;
        const ObjectNode& object = record.as_object();
        for (std::uint32_t i = 0; i < object.size(); ++i) {
            if (is_selected(probe.select, object.shape->key(i))) {
                members.push_back({object.shape->key(i), object.values[i]});
            }
        }
        return object_of(members, arena);
    }

    std::shared_ptr<const MmdbFile> file_;
    MmdbTable::View view_;
    std::string locale_;
};

}  // namespace

Result<std::shared_ptr<const MmdbTable>> MmdbTable::open(const std::string& path, View view,
                                                         std::string locale) {
    auto file = ENGINE_TRY(MmdbFile::open(path));
    if (view == View::Geo && fields_of(file->type()).empty()) {
        return failure(
            fmt::format("{}: a table of type geoip has no fields for databases of type "
                        "\"{}\"; type mmdb gives all that they hold",
                        path, file->type()));
    }
    return std::shared_ptr<const MmdbTable>(
        new MmdbTable(std::move(file), view, std::move(locale)));
}

Result<std::shared_ptr<const Lookup>> MmdbTable::prepare(const Question& question) const {
    if (!question.range_fields.empty()) {
        return failure("Only equality condition is allowed");
    }
    if (question.fields.size() != 1) {
        return failure("Only one condition is allowed");
    }
    return std::make_shared<const MmdbLookup>(file_, view_, locale_);
}

}  // namespace engine::enrichment
