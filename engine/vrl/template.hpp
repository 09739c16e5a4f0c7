#pragma once

#include <absl/time/time.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/config/global_options.hpp"
#include "engine/config/option_context.hpp"
#include "engine/config/options.hpp"
#include "engine/diagnostic/error.hpp"
#include "engine/event/batch.hpp"
#include "engine/event/path.hpp"

namespace engine::vrl {

/// What bare names mean. In `Request`, `headers.<name>`, `query.<name>`, `method` and `path` read
/// the request and never the event; `.headers.x` reads the event.
enum class TemplateScope { Event, Request };

/// A text with fields of the event and of its time: `logs/{{ host }}/%Y-%m-%d`. `\{{` is not a
/// field, `%%` is a per cent sign. Immutable; all threads may render it at once.
class Template {
public:
    /// Nullopt after reporting to `problems`.
    [[nodiscard]] static std::optional<Template> compile(const config::Located<std::string>& source,
                                                         TemplateScope scope,
                                                         const config::GlobalOptions& globals,
                                                         config::OptionContext& problems);
    [[nodiscard]] static Result<Template> parse(std::string_view text, TemplateScope scope,
                                                absl::TimeZone timezone);

    /// Appends the text to `out`. The error names the fields that the event lacks; `out` is then
    /// as it was. In `Request`, an empty value counts as missing.
    Result<void> render(const Batch& batch, std::size_t index, std::string& out) const;

    [[nodiscard]] bool reads_request() const { return reads_request_; }
    /// Whether it differs from event to event.
    [[nodiscard]] bool is_dynamic() const;
    /// What stands before the first field or time.
    [[nodiscard]] std::string_view literal_prefix() const;
    /// The fields as they were written.
    [[nodiscard]] std::vector<std::string_view> fields() const;
    [[nodiscard]] const std::string& source() const { return source_; }

private:
    struct Part {
        enum class Kind : std::uint8_t {
            Text,
            Time,
            Field,
            Header,
            Parameter,
            Method,
            RequestPath
        };
        Kind kind = Kind::Text;
        /// Text, time format, field as written, name of the header or parameter.
        std::string text;
        Path path;
    };
    [[nodiscard]] static Result<Part> field(std::string_view name, TemplateScope scope);
    /// Begin and end of the first field that does not parse; of the whole text when all do.
    [[nodiscard]] static std::pair<std::size_t, std::size_t> malformed_field(std::string_view text,
                                                                             TemplateScope scope);
    [[nodiscard]] static bool render_part(const Part& part, const Batch& batch, std::size_t index,
                                          std::string& out);
    Result<void> add_text(std::string_view text);
    void render_time(const Part& part, const Batch& batch, std::size_t index,
                     std::string& out) const;

    std::string source_;
    std::vector<Part> parts_;
    absl::TimeZone timezone_;
    bool reads_request_ = false;
};

}  // namespace engine::vrl
