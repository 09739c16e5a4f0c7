#include "engine/vrl/logs/log_format.hpp"

#include <algorithm>
#include <charconv>

#include "engine/diagnostic/assert.hpp"
#include "engine/event/layout.hpp"

namespace engine::vrl {

LogFormat::LogFormat(std::string_view pattern, std::vector<Field> fields, Split split)
    : split_(split) {
    auto regex = regex::Regex::compile(pattern);
    ENGINE_ASSERT(regex.has_value(), "log formats are constants");
    regex_ = *regex;
    for (const std::string& name : regex_->group_names()) {
        const auto field = std::ranges::find(fields, std::string_view(name), &Field::name);
        kinds_.push_back(field == fields.end() ? FieldKind::Text : field->kind);
    }
}

Value LogFormat::convert(Call& call, std::size_t group, std::string_view text,
                         const TimePattern& times) const {
    switch (kinds_[group]) {
        case FieldKind::Integer: {
            std::int64_t number = 0;
            const auto [end, error] =
                std::from_chars(text.data(), text.data() + text.size(), number);
            return error == std::errc() && end == text.data() + text.size()
                       ? Value::integer(number)
                       : call.fail("failed parsing {}", regex_->group_names()[group]);
        }
        case FieldKind::Float: {
            double number = 0;
            const auto [end, error] =
                std::from_chars(text.data(), text.data() + text.size(), number);
            return error == std::errc() && end == text.data() + text.size()
                       ? Value::floating(number)
                       : call.fail("failed parsing {}", regex_->group_names()[group]);
        }
        case FieldKind::Time: {
            const auto time = times.parse(text, call.timezone());
            return time ? Value::timestamp(*time)
                        : call.fail("failed parsing timestamp {} using format {}: {}", text,
                                    times.format(), time.error());
        }
        case FieldKind::Text:
            break;
    }
    return Value::bytes(text);
}

std::optional<Value> LogFormat::parse(Call& call, std::string_view line,
                                      const TimePattern& times) const {
    std::string buffer;
    std::string_view text = utf8_lossy(line, buffer);
    if (text.data() == buffer.data()) {
        text = call.arena().copy(text);
    }
    const std::span<std::string_view> groups(
        call.arena().allocate_array<std::string_view>(regex_->group_count()),
        regex_->group_count());
    const bool is_split = split_ != nullptr && split_(text, groups);
    if (!is_split && !regex_->find(text, 0, groups)) {
        return std::nullopt;
    }
    return object(call, groups, times);
}

Value LogFormat::object(Call& call, std::span<const std::string_view> groups,
                        const TimePattern& times) const {
    auto* keys = call.arena().allocate_array<std::string_view>(groups.size());
    auto* values = call.arena().allocate_array<Value>(groups.size());
    std::size_t count = 0;
    LayoutCache& layouts = LayoutCache::local();
    layouts.renew();
    LayoutCache::Node* layout = layouts.root();
    for (std::size_t i = 1; i < groups.size(); ++i) {
        if (groups[i].data() == nullptr || regex_->group_names()[i].empty()) {
            continue;
        }
        const Value value = convert(call, i, groups[i], times);
        if (value.is_failure()) {
            return value;
        }
        keys[count] = regex_->group_names()[i];
        values[count] = value;
        layout = layouts.step(layout, keys[count++]);
    }
    return layouts.finish(layout, {keys, count}, {values, count}, call.arena());
}

Type LogFormat::type(std::initializer_list<std::string_view> always) const {
    constexpr std::array kinds = {kinds::bytes, kinds::integer, kinds::floating, kinds::timestamp};
    Type::Fields fields;
    for (std::size_t i = 0; i < kinds_.size(); ++i) {
        const std::string& name = regex_->group_names()[i];
        if (name.empty()) {
            continue;
        }
        const Kinds kind = kinds[static_cast<std::size_t>(kinds_[i])];
        const bool is_certain = std::ranges::find(always, name) != always.end();
        fields.emplace(name, Type(is_certain ? kind : kind | kinds::null));
    }
    return Type::object(std::move(fields));
}

}  // namespace engine::vrl
