#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "engine/event/value.hpp"

namespace engine::vrl::datadog {

struct SearchNode;

/// A query in Datadog's search syntax, such as `status:error @http.code:>=500 -env:dev`, compiled.
/// Bare words look into `message`, `@a.b` names a path of the event, `host`, `source`, `status`,
/// `service`, `trace_id` and `timestamp` are fields of the same name, and any other name is a tag:
/// an item `name:value` of the array `tags`. Immutable; any thread may match with it.
class Search {
public:
    /// The error is the reference's: a picture of the query and what was expected where.
    [[nodiscard]] static std::expected<std::shared_ptr<const Search>, std::string> compile(
        std::string_view query);
    ~Search();
    Search(const Search&) = delete;
    Search& operator=(const Search&) = delete;

    [[nodiscard]] bool matches(const Value& event) const;

private:
    explicit Search(std::unique_ptr<const SearchNode> root);
    std::unique_ptr<const SearchNode> root_;
};

}  // namespace engine::vrl::datadog
