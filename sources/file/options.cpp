#include "sources/file/options.hpp"

#include "engine/event/path.hpp"
#include "engine/vrl/encoding/charset.hpp"

namespace engine::sources::file {

namespace {

using config::Node;
using config::optional;
using config::OptionContext;
using config::OptionTable;
using config::required;
using config::Type;

/// A field's path; empty for none.
Type<std::string> field_path() {
    auto type = config::parsed<std::string>([](const std::string& text) -> Result<std::string> {
        if (!text.empty()) {
            ENGINE_TRY(Path::parse(text));
        }
        return text;
    });
    type.show = config::type_of<std::string>().show;
    return type;
}

Type<Pattern> pattern() {
    return config::parsed<Pattern>([](const std::string& text) -> Result<Pattern> {
        auto compiled = regex::Regex::compile(text);
        if (!compiled) {
            return failure(regex::one_line(compiled.error()));
        }
        return *compiled;
    });
}

Type<std::string> charset() {
    return config::parsed<std::string>([](const std::string& text) -> Result<std::string> {
        if (!vrl::charset_of(text)) {
            return failure("unknown charset `" + text + "`");
        }
        return text;
    });
}

/// `read_from` is the only word that older configurations write as a table or not at all.
Type<ReadFrom> read_from() {
    return config::choice<ReadFrom>(
        {{"beginning", ReadFrom::Beginning, "At its first byte."},
         {"end", ReadFrom::End, "At its end: only what is added later is taken in."}});
}

OptionTable<FingerprintOptions> fingerprint_options() {
    using O = FingerprintOptions;
    return {
        optional(
            "strategy", &O::strategy, "What a file is recognised by.",
            config::choice<FingerprintStrategy>(
                {{"checksum", FingerprintStrategy::Checksum,
                  "By a checksum of its first lines: copies and compressed copies count as the "
                  "same file."},
                 {"device_and_inode", FingerprintStrategy::DeviceAndInode,
                  "By its place in the file system: contents do not matter."}})),
        optional("ignored_header_bytes", &O::ignored_header_bytes,
                 "Bytes at the beginning that the checksum leaves out.", config::bytes()),
        optional("lines", &O::lines, "Lines that the checksum is made of.").min(1).unit("lines"),
        optional("bytes", &O::bytes, "Bytes that old checksums were made of.", config::bytes())
            .deprecated("checksums are made of `lines`"),
    };
}

OptionTable<MultilineOptions> multiline_options() {
    using O = MultilineOptions;
    return {
        required("start_pattern", &O::start_pattern, "Matches the first line of an event.",
                 pattern())
            .example("'^\\S'"),
        required("condition_pattern", &O::condition_pattern,
                 "Tells, by `mode`, which further lines belong to it.", pattern())
            .example("'^\\s'"),
        required("mode", &O::mode, "What `condition_pattern` says.",
                 config::choice<GroupingMode>(
                     {{"continue_through", GroupingMode::ContinueThrough,
                       "All lines in a row that match belong to the event."},
                      {"continue_past", GroupingMode::ContinuePast,
                       "All lines in a row that match, and the one after them."},
                      {"halt_before", GroupingMode::HaltBefore, "All lines until one matches."},
                      {"halt_with", GroupingMode::HaltWith,
                       "All lines until one matches, and that one."}}))
            .example("\"continue_through\""),
        required("timeout_ms", &O::timeout,
                 "How long the event waits for its next line before it is sent as it is.",
                 config::in_milliseconds())
            .example("1000"),
    };
}

OptionTable<EncodingOptions> encoding_options() {
    return {required("charset", &EncodingOptions::charset,
                     "Charset of the files, by its label in the WHATWG Encoding Standard; events "
                     "are UTF-8.",
                     charset())
                .example("\"utf-16le\"")};
}

OptionTable<InternalMetricsOptions> internal_metrics_options() {
    return {optional("include_file_tag", &InternalMetricsOptions::include_file_tag,
                     "Whether the source's own metrics carry the file's path as the tag `file`.")};
}

void check(const Options& options, const Node& table, OptionContext& context) {
    if (options.message_start_indicator && options.multiline) {
        context.error(table.find("message_start_indicator")->value.location(),
                      "`multiline` and `message_start_indicator` exclude each other");
    }
}

void add_reading_options(OptionTable<Options>& table) {
    using O = Options;
    table.add(optional("start_at_beginning", &O::start_at_beginning,
                       "Whether files are read from their beginning, whatever was read before.")
                  .deprecated("use `ignore_checkpoints` and `read_from`"));
    table.add(optional("ignore_checkpoints", &O::ignore_checkpoints,
                       "Whether to begin anew instead of going on where the last run stopped."));
    table.add(optional("read_from", &O::read_from,
                       "Where to begin in files that are there at the start and were never read.",
                       read_from()));
    table.add(optional("ignore_older_secs", &O::ignore_older,
                       "Of files that were not changed for so long, only what is added is read.",
                       config::in_seconds<std::chrono::seconds>())
                  .alias("ignore_older"));
    table.add(optional("max_line_bytes", &O::max_line_bytes,
                       "Longer lines are dropped with an error.", config::bytes())
                  .min(1));
    table.add(optional("max_read_bytes", &O::max_read_bytes,
                       "How much of one file is read before the next one's turn, rounded up to "
                       "blocks of 256 KiB.",
                       config::bytes())
                  .min(1));
    table.add(optional("oldest_first", &O::oldest_first,
                       "Whether older files are read to their end before younger ones."));
    table.add(optional("line_delimiter", &O::line_delimiter, "What ends a line.").non_empty());
    table.add(optional("encoding", &O::encoding, "Charset of the files, when it is not UTF-8.",
                       encoding_options()));
    table.add(optional("multiline", &O::multiline, "Which lines make one event together.",
                       multiline_options()));
    table.add(optional("message_start_indicator", &O::message_start_indicator,
                       "Matches the first line of each event.", pattern())
                  .deprecated("use `multiline` with the mode `halt_before`"));
    table.add(optional("multi_line_timeout", &O::multi_line_timeout,
                       "How long an event of `message_start_indicator` waits for its next line.",
                       config::in_milliseconds())
                  .deprecated("use `multiline.timeout_ms`"));
}

void add_discovery_options(OptionTable<Options>& table) {
    using O = Options;
    table.add(optional("glob_minimum_cooldown_ms", &O::glob_minimum_cooldown,
                       "Time between two searches for files.", config::in_milliseconds())
                  .alias("glob_minimum_cooldown"));
    table.add(optional("fingerprint", &O::fingerprint,
                       "How a file is recognised again when its name has changed.",
                       fingerprint_options())
                  .alias("fingerprinting"));
    table.add(optional("ignore_not_found", &O::ignore_not_found,
                       "Whether to keep silent about files that vanish while they are opened."));
    table.add(optional("remove_after_secs", &O::remove_after,
                       "Files that were read, and delivered where acknowledgements are on, are "
                       "removed after so long without new lines.",
                       config::in_seconds<std::chrono::seconds>())
                  .alias("remove_after"));
    table.add(optional("rotate_wait_secs", &O::rotate_wait,
                       "How long a file that was renamed or removed is read on at most. It is let "
                       "go of earlier once nothing was added to it for a minute (removed: for 5 "
                       "seconds).",
                       config::in_seconds<std::chrono::seconds>()));
    table.add(optional("data_dir", &O::data_dir,
                       "Folder of the checkpoints; the global `data_dir` when not set."));
}

}  // namespace

std::optional<MultilineOptions> Options::grouping() const {
    if (multiline || !message_start_indicator) {
        return multiline;
    }
    return MultilineOptions{*message_start_indicator, *message_start_indicator,
                            GroupingMode::HaltBefore, multi_line_timeout};
}

OptionTable<Options> options() {
    using O = Options;
    OptionTable<O> table{
        required("include", &O::include,
                 "Files to read: paths with `*`, `?`, `[…]`, and `**` for any folders.")
            .example("[\"/var/log/**/*.log\"]"),
        optional("exclude", &O::exclude,
                 "Files to leave out, as patterns of whole paths in which `*` also matches `/`."),
        optional("file_key", &O::file_key, "Field for the file's path; none when empty.",
                 field_path()),
        optional("host_key", &O::host_key,
                 "Field for the host's name; `log_schema.host_key` when not set, none when empty.",
                 field_path()),
        optional("offset_key", &O::offset_key,
                 "Field for the position of the event's first byte in its file.", field_path()),
    };
    add_reading_options(table);
    add_discovery_options(table);
    table.add(optional("acknowledgements", &O::acknowledgements,
                       "Whether checkpoints wait until events are delivered.",
                       config::acknowledgements())
                  .deprecated("set `acknowledgements` on sinks"));
    table.add(optional("internal_metrics", &O::internal_metrics, "The source's own metrics.",
                       internal_metrics_options()));
    table.add(optional("log_namespace", &O::log_namespace,
                       "Whether what the source knows goes to the metadata, not into the event."));
    return table.check(check);
}

}  // namespace engine::sources::file
