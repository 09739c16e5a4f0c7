#include "engine/vrl/enrichment/table_lookup.hpp"

#include <algorithm>

namespace engine::vrl {

namespace {

/// What a call site keeps.
struct PreparedLookup {
    enrichment::Question question;
    std::shared_ptr<const enrichment::Lookup> lookup;
};

CompileError table_error(std::string message, std::string_view label) {
    return {.code = 111,
            .message = std::move(message),
            .labels = {fmt::format("enrichment table error: {}", label)},
            .is_documented = false};
}

/// `{ "from": …, "to": … }`, or one of them.
bool is_range(const ast::Expression& expression) {
    const auto* object = expression.as<ast::ObjectLiteral>();
    return object != nullptr && !object->entries.empty() &&
           std::ranges::all_of(object->entries, [](const ast::ObjectEntry& entry) {
               return entry.key.text == "from" || entry.key.text == "to";
           });
}

std::expected<const enrichment::Table*, CompileError> table_of(const Preparation& call) {
    if (call.tables() == nullptr) {
        return std::unexpected(table_error("enrichment tables not loaded", "tables not loaded"));
    }
    const std::optional<Value>& name = call.constant(0);
    if (!name || !name->is_bytes()) {
        return std::unexpected(CompileError::unexpected_expression("table", "literal",
                                                                   form_name(*call.expression(0))));
    }
    const enrichment::Table* table = call.tables()->find(name->as_bytes());
    if (table == nullptr) {
        return std::unexpected(CompileError::enum_variant("table", call.tables()->names(), *name));
    }
    return table;
}

std::expected<enrichment::Question, CompileError> question_of(const Preparation& call) {
    const auto* condition = call.expression(1)->as<ast::ObjectLiteral>();
    if (condition == nullptr) {
        return std::unexpected(CompileError::unexpected_expression("condition", "object",
                                                                   form_name(*call.expression(1))));
    }
    enrichment::Question question;
    for (const ast::ObjectEntry& entry : condition->entries) {
        auto& fields = is_range(entry.value) ? question.range_fields : question.fields;
        std::erase(question.fields, entry.key.text);
        std::erase(question.range_fields, entry.key.text);
        fields.push_back(entry.key.text);
    }
    const std::optional<Value>& case_sensitive = call.constant(3);
    if (!case_sensitive) {
        return std::unexpected(CompileError::unexpected_expression("case_sensitive", "literal",
                                                                   form_name(*call.expression(3))));
    }
    question.case_rule = case_sensitive->as_boolean() ? enrichment::CaseRule::Sensitive
                                                      : enrichment::CaseRule::Insensitive;
    return question;
}

/// One end of a range; false after failing the call.
bool read_bound(const Call& call, const Value& range, std::string_view name,
                std::optional<Timestamp>& bound) {
    const Value* value = range.as_object().find(name);
    if (value == nullptr) {
        return true;
    }
    if (!value->is_timestamp()) {
        (void)call.wrong_kind(kinds::timestamp, *value);
        return false;
    }
    bound = value->as_timestamp();
    return true;
}

}  // namespace

std::vector<Parameter> table_lookup_parameters() {
    return {required("table", kinds::bytes, "The table's name in the configuration."),
            required("condition", kinds::object,
                     "What a row has to have: values by field, or for fields of times "
                     "`{\"from\": …, \"to\": …}`, either of which may be left out."),
            optional("select", kinds::array, "The fields of the result; all by default."),
            optional("case_sensitive", kinds::boolean,
                     "Whether letter case counts when texts are compared.", Value::boolean(true)),
            optional("wildcard", kinds::bytes,
                     "What a field of the table may have instead of the condition's value.")};
}

Prepared prepare_table_lookup(Preparation& call) {
    const auto table = table_of(call);
    if (!table) {
        return std::unexpected(table.error());
    }
    auto question = question_of(call);
    if (!question) {
        return std::unexpected(std::move(question.error()));
    }
    auto lookup = (*table)->prepare(*question);
    if (!lookup) {
        return std::unexpected(table_error(lookup.error().message, lookup.error().message));
    }
    auto prepared = std::make_shared<PreparedLookup>();
    prepared->question = std::move(*question);
    prepared->lookup = std::move(*lookup);
    return prepared;
}

std::expected<std::vector<Value>, Value> find_table_rows(Call& call, std::size_t limit) {
    const auto& prepared = *call.state<PreparedLookup>();
    const ObjectNode& condition = call.object(1);
    std::vector<Value> values;
    for (const std::string& field : prepared.question.fields) {
        values.push_back(*condition.find(field));
    }
    std::vector<enrichment::TimeRange> ranges;
    for (const std::string& field : prepared.question.range_fields) {
        enrichment::TimeRange& range = ranges.emplace_back();
        const Value& bounds = *condition.find(field);
        if (!read_bound(call, bounds, "from", range.from) ||
            !read_bound(call, bounds, "to", range.to)) {
            return std::unexpected(Value::failure());
        }
    }
    enrichment::Probe probe;
    probe.values = values;
    probe.ranges = ranges;
    probe.limit = limit;
    if (call.given(2)) {
        probe.select = call.items(2);
    }
    const Value wildcard = call[4];
    if (call.given(4)) {
        probe.wildcard = &wildcard;
    }
    Result<std::vector<Value>> rows = prepared.lookup->find(probe, call.arena());
    if (!rows) {
        return std::unexpected(call.fail(rows.error().message));
    }
    return std::move(*rows);
}

}  // namespace engine::vrl
