#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/diagnostic/span.hpp"

namespace engine::config {

/// Bytes of one configuration file. The file belongs to the `Document`, which outlives every
/// location; null only for nodes that no file contains (built by tests or defaults).
struct Location {
    const SourceText* file = nullptr;
    Span span;
};

/// One value of a configuration document, whatever the syntax of the file: null, boolean, integer,
/// float, string, date-time (kept as its text), array or table. Tables keep the order of the file.
/// Immutable once the document is read; shared read-only between threads.
class Node {
public:
    enum class Kind { Null, Boolean, Integer, Float, String, DateTime, Array, Table };
    struct Entry;

    Node() = default;
    static Node boolean(bool value, Location location = {});
    static Node integer(std::int64_t value, Location location = {});
    static Node floating(double value, Location location = {});
    static Node string(std::string value, Location location = {});
    static Node datetime(std::string text, Location location = {});
    static Node array(std::vector<Node> items, Location location = {});
    static Node table(std::vector<Entry> entries, Location location = {});
    static Node null(Location location = {});

    [[nodiscard]] Kind kind() const { return kind_; }
    [[nodiscard]] bool is(Kind kind) const { return kind_ == kind; }
    /// Where the value stands; of a table with a header, the header.
    [[nodiscard]] const Location& location() const { return location_; }

    /// The value; each requires the kind.
    [[nodiscard]] bool as_boolean() const;
    [[nodiscard]] std::int64_t as_integer() const;
    [[nodiscard]] double as_float() const;
    /// Of a string, or the text of a date-time.
    [[nodiscard]] const std::string& as_string() const;
    [[nodiscard]] const std::vector<Node>& items() const;
    [[nodiscard]] const std::vector<Entry>& entries() const;

    /// Entry of a table by key, null when absent (or when this is not a table).
    [[nodiscard]] const Entry* find(std::string_view key) const;
    /// For building and merging documents.
    void insert(Entry entry);
    void erase(std::string_view key);
    [[nodiscard]] Node* find_value(std::string_view key);

    /// As messages name it: "integer `3`", "string \"yes\"", "map", "sequence".
    [[nodiscard]] std::string describe() const;
    /// Location of bytes [begin, end) of a string's value. Exact where the file writes the string
    /// without escapes; otherwise the whole string.
    [[nodiscard]] Location location_within(std::size_t begin, std::size_t end) const;

    /// Same kind and value, wherever it stands.
    [[nodiscard]] bool equals(const Node& other) const;

private:
    Kind kind_ = Kind::Null;
    bool boolean_ = false;
    std::int64_t integer_ = 0;
    double float_ = 0;
    std::string string_;
    std::vector<Node> items_;
    std::vector<Entry> entries_;
    Location location_;
};

/// Key and value of a table.
struct Node::Entry {
    std::string key;
    Location key_location;
    Node value;
};

/// Location of bytes [begin, end) of a string that `whole` holds: exact where the file writes it
/// without escapes, otherwise `whole`.
[[nodiscard]] Location location_within(const Location& whole, std::string_view string,
                                       std::size_t begin, std::size_t end);

/// A value together with where it was written, for errors that appear after parsing.
template <typename T>
struct Located {
    T value{};
    Location location;
};

}  // namespace engine::config
