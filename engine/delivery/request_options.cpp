#include "engine/delivery/request_options.hpp"

#include <fmt/format.h>

namespace engine::delivery {

namespace {

using config::choice;
using config::Node;
using config::optional;
using config::OptionContext;
using config::OptionTable;
using config::Type;

OptionTable<AdaptiveConcurrencyOptions> adaptive_options() {
    using O = AdaptiveConcurrencyOptions;
    return {
        optional("initial_concurrency", &O::initial_concurrency, "Limit at the start.").min(1),
        optional("max_concurrency_limit", &O::max_concurrency_limit,
                 "The limit never grows beyond this.")
            .min(1),
        optional("decrease_ratio", &O::decrease_ratio,
                 "What remains of the limit when answers get slower.")
            .min(0)
            .max(1),
        optional("ewma_alpha", &O::ewma_alpha,
                 "Weight of new measurements against the past; smaller is steadier.")
            .min(0)
            .max(1),
        optional("rtt_deviation_scale", &O::rtt_deviation_scale,
                 "Standard deviations by which answers must be slower to lower the limit.")
            .min(0),
    };
}

/// "adaptive", "none" (one at a time) or a number.
Type<std::optional<std::size_t>> concurrency() {
    config::TypeDescription description =
        config::option_type::plain(config::TypeDescription::Kind::AnyOf);
    config::TypeDescription words =
        config::option_type::plain(config::TypeDescription::Kind::Choice);
    words.choices = {{"adaptive", "As many as the destination takes without getting slower."},
                     {"none", "One after the other."}};
    config::TypeDescription number =
        config::option_type::plain(config::TypeDescription::Kind::Integer);
    number.minimum = 1;
    description.parts = {std::move(words), std::move(number)};
    return config::custom<std::optional<std::size_t>>(
        std::move(description),
        [](const Node& node, std::optional<std::size_t>& value, OptionContext& context) {
            if (node.is(Node::Kind::Integer)) {
                if (node.as_integer() < 1) {
                    return context.wrong_value(node, "positive integer");
                }
                value = static_cast<std::size_t>(node.as_integer());
                return true;
            }
            if (!node.is(Node::Kind::String)) {
                return context.wrong_type(node, "`adaptive`, `none` or a positive integer");
            }
            if (node.as_string() == "adaptive") {
                value.reset();
                return true;
            }
            value = 1;
            return node.as_string() == "none" ||
                   context.unknown_variant(node, {"adaptive", "none"});
        });
}

OptionTable<RequestOptions> request_options() {
    using O = RequestOptions;
    return {
        optional("adaptive_concurrency", &O::adaptive_concurrency,
                 "Tuning of the adaptive concurrency limit.", adaptive_options()),
        optional("concurrency", &O::concurrency, "How many requests are under way at once.",
                 concurrency()),
        optional("rate_limit_num", &O::rate_limit_num,
                 "Most requests within each `rate_limit_duration_secs`.")
            .min(1),
        optional("rate_limit_duration_secs", &O::rate_limit_duration, "Period of the rate limit.")
            .min(1),
        optional("retry_attempts", &O::retry_attempts, "Most retries of one request."),
        optional("retry_initial_backoff_secs", &O::retry_initial_backoff,
                 "Delay before the first retry; later ones follow the Fibonacci sequence.")
            .min(1),
        optional("retry_jitter_mode", &O::retry_jitter_mode, "How delays are varied.",
                 choice<Jitter>({
                     {"Full", Jitter::Full, "Between nothing and the delay."},
                     {"None", Jitter::None, "Not at all."},
                 })),
        optional("retry_max_duration_secs", &O::retry_max_duration, "Longest delay.").min(1),
        optional("timeout_secs", &O::timeout, "Longest that one attempt may take.").min(1),
        optional("headers", &O::headers, "Headers to add; values are templates."),
    };
}

Type<RetryStrategy> retry_strategy() {
    using Kind = RetryStrategy::Kind;
    const Type<Kind> kind = choice<Kind>({
        {"default", Kind::Default, "408, 429 and 5xx except 501; time-outs, broken connections."},
        {"all", Kind::All, "Whatever is no success."},
        {"none", Kind::None, "Nothing."},
        {"custom", Kind::Custom, "`status_codes`; time-outs, broken connections."},
    });
    OptionTable<RetryStrategy> table{
        optional("type", &RetryStrategy::kind, "What is tried again.", kind),
        optional("status_codes", &RetryStrategy::status_codes, "Statuses that are tried again."),
    };
    table.check([](const RetryStrategy& strategy, const Node& node, OptionContext& context) {
        const bool custom = strategy.kind == RetryStrategy::Kind::Custom;
        const Node::Entry* codes = node.find("status_codes");
        if (custom && codes == nullptr) {
            context.error(node.location(), "missing field `status_codes`");
        } else if (!custom && codes != nullptr) {
            context.error(codes->key_location, "unknown field `status_codes`",
                          "only `type = \"custom\"` has it");
        }
    });
    return table.type();
}

Type<BackoffStrategy> backoff_strategy() {
    return choice<BackoffStrategy>({
        {"exponential", BackoffStrategy::Exponential, "1, 2, 4, 8 … times the initial delay."},
        {"fibonacci", BackoffStrategy::Fibonacci, "1, 2, 3, 5 … times the initial delay."},
        {"constant", BackoffStrategy::Constant, "The initial delay each time."},
    });
}

/// A word, or a table.
Type<BackoffOptions> backoff() {
    using O = BackoffOptions;
    OptionTable<O> table{
        optional("strategy", &O::strategy, "How delays grow.", backoff_strategy()),
        optional("initial_secs", &O::initial, "Delay before the first retry.",
                 config::in_seconds<std::chrono::milliseconds>()),
        optional("max_secs", &O::max, "Longest delay.",
                 config::in_seconds<std::chrono::milliseconds>()),
        optional("jitter", &O::jitter, "How delays are varied.",
                 choice<Jitter>({
                     {"full", Jitter::Full, "Between nothing and the delay."},
                     {"none", Jitter::None, "Not at all."},
                 })),
    };
    table.check([](const O& options, const Node& node, OptionContext& context) {
        if (options.initial <= std::chrono::milliseconds::zero()) {
            context.error(node.find("initial_secs")->value.location(),
                          "`initial_secs` must be greater than zero");
        }
        if (options.max < options.initial) {
            context.error(node.location(), "`max_secs` must not be less than `initial_secs`");
        }
    });
    const Type<O> table_type = table.type();
    const Type<BackoffStrategy> word = backoff_strategy();
    config::TypeDescription description =
        config::option_type::plain(config::TypeDescription::Kind::AnyOf);
    description.parts = {word.description, table_type.description};
    return config::custom<O>(std::move(description), [table_type, word](const Node& node, O& value,
                                                                        OptionContext& context) {
        return node.is(Node::Kind::String) ? word.read(node, value.strategy, context)
                                           : table_type.read(node, value, context);
    });
}

Type<OnExhausted> on_exhausted() {
    return choice<OnExhausted>({
        {"requeue", OnExhausted::Requeue, "A new round begins, at the last delay."},
        {"drop", OnExhausted::Drop, "The events are dropped."},
        {"dead_letter", OnExhausted::DeadLetter,
         "The events go to the sink's `rejected` output; without a consumer they are dropped."},
    });
}

void report_conflict(const Node& table, std::string_view shorthand, std::string_view full,
                     OptionContext& context) {
    const Node::Entry* shorter = table.find(shorthand);
    const Node::Entry* request = table.find("request");
    const Node::Entry* longer = request == nullptr ? nullptr : request->value.find(full);
    if (shorter != nullptr && longer != nullptr) {
        context.error(longer->key_location,
                      fmt::format("`{}` and `request.{}` are mutually exclusive", shorthand, full),
                      fmt::format("`{}` says the same: keep one of them", shorthand));
    }
}

}  // namespace

OptionTable<DeliveryOptions> delivery_options() {
    using O = DeliveryOptions;
    OptionTable<O> table{
        optional("request", &O::request, "How requests are sent.", request_options()),
        optional("retry_strategy", &O::retry_strategy, "Which answers are tried again.",
                 retry_strategy()),
        optional("retries", &O::retries, "Short form of `request.retry_attempts`."),
        optional("backoff", &O::backoff, "Delays between retries.", backoff())
            .example("\"exponential\""),
        optional("on_exhausted", &O::on_exhausted,
                 "What happens after the last retry; `requeue` by default with a disk buffer, else "
                 "`drop`.",
                 on_exhausted()),
    };
    table.check([](const O&, const Node& node, OptionContext& context) {
        report_conflict(node, "retries", "retry_attempts", context);
        report_conflict(node, "backoff", "retry_initial_backoff_secs", context);
        report_conflict(node, "backoff", "retry_max_duration_secs", context);
        report_conflict(node, "backoff", "retry_jitter_mode", context);
    });
    return table;
}

SendingOptions sending_options(const DeliveryOptions& options, BufferKind buffer) {
    const RequestOptions& request = options.request;
    SendingOptions sending;
    sending.concurrency = {request.concurrency, request.adaptive_concurrency};
    sending.rate_limit = {request.rate_limit_num, request.rate_limit_duration};
    sending.retry.strategy = options.retry_strategy;
    sending.retry.attempts = options.retries.value_or(request.retry_attempts);
    sending.retry.backoff = options.backoff.value_or(
        BackoffOptions{BackoffStrategy::Fibonacci, request.retry_initial_backoff,
                       request.retry_max_duration, request.retry_jitter_mode});
    sending.retry.on_exhausted = options.on_exhausted.value_or(
        buffer == BufferKind::Disk ? OnExhausted::Requeue : OnExhausted::Drop);
    return sending;
}

OptionTable<BatchLimits> batch_options() {
    using O = BatchLimits;
    const auto positive = [](const char* name) {
        return [name](const Node& node, OptionContext& context) {
            const bool zero = (node.is(Node::Kind::Integer) && node.as_integer() <= 0) ||
                              (node.is(Node::Kind::Float) && node.as_float() <= 0);
            if (zero) {
                context.error(node.location(), fmt::format("`{}` must be greater than zero", name));
            }
            return !zero;
        };
    };
    return {
        optional("max_events", &O::max_events, "Most events of one request.")
            .check(positive("max_events")),
        optional("max_bytes", &O::max_bytes, "Most bytes of one request, before compression.",
                 config::bytes<std::size_t>())
            .check(positive("max_bytes")),
        optional("timeout_secs", &O::timeout, "Longest that events wait for a batch to fill.",
                 config::in_seconds<std::chrono::nanoseconds>())
            .check(positive("timeout_secs")),
    };
}

}  // namespace engine::delivery
