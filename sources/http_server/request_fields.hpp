#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/component/source_fields.hpp"
#include "engine/io/http_message.hpp"
#include "sources/http_server/options.hpp"

namespace engine::sources::http_server {

/// Whether `text` matches a pattern of `*` (any characters) and `?` (one).
[[nodiscard]] bool matches_wildcard(std::string_view pattern, std::string_view text);

/// A parameter of a query, decoded from application/x-www-form-urlencoded.
struct QueryParameter {
    std::string name;
    std::string value;
};
/// In order, repetitions included.
[[nodiscard]] std::vector<QueryParameter> parse_query(std::string_view query);

/// Adds what the configuration wants to know about a request to its events. Built once; immutable,
/// any thread.
class RequestFields {
public:
    RequestFields(const Options& options, const config::GlobalOptions& globals);

    /// Adds to every event of the batch; `now` is the time of receipt.
    void add(Batch& batch, const io::HttpRequest& request, Timestamp now) const;

private:
    /// A configured header or parameter: its name or pattern, and where it goes.
    struct Wanted {
        std::string name;
        bool wildcard;
        std::optional<Path> path;
        std::vector<PathSegment> metadata;
    };
    class Collector;

    [[nodiscard]] std::vector<Wanted> wanted(const std::vector<std::string>& names,
                                             std::string_view group) const;
    void add_headers(Collector& fields, const io::HttpRequest& request) const;
    void add_query(Collector& fields, const io::HttpRequest& request) const;

    component::SourceFields fields_;
    bool unwrap_;
    std::optional<Path> path_key_;
    std::vector<PathSegment> path_metadata_;
    std::optional<Path> host_key_;
    std::vector<PathSegment> host_metadata_;
    std::vector<Wanted> headers_;
    std::vector<Wanted> query_;
};

}  // namespace engine::sources::http_server
