#include "engine/vrl/growth.hpp"

#include <algorithm>
#include <bit>

namespace engine::vrl {

namespace {

enum class Verdict : std::uint8_t { Good, TooDeep, TooLarge };

/// Adds up what values stand for. Ends, in recursion and in time, at the limits.
class Scale {
public:
    Verdict add(const Value& value, std::uint32_t levels) {
        weight_ += weight_of_value;
        if (value.is_bytes()) {
            weight_ += value.as_bytes().size();
        } else if (value.is_array()) {
            return add_all(value.as_array().view(), levels);
        } else if (value.is_object()) {
            const ObjectNode& object = value.as_object();
            return add_all({object.values, object.size()}, levels);
        }
        return Verdict::Good;
    }
    [[nodiscard]] std::size_t weight() const { return weight_; }

private:
    Verdict add_all(std::span<const Value> items, std::uint32_t levels) {
        if (levels == 0) {
            return Verdict::TooDeep;
        }
        for (const Value& item : items) {
            if (const Verdict verdict = add(item, levels - 1); verdict != Verdict::Good) {
                return verdict;
            }
            if (weight_ > maximum_weight) {
                return Verdict::TooLarge;
            }
        }
        return Verdict::Good;
    }

    std::size_t weight_ = 0;
};

/// How often values may double until they are looked at again: what walks them in between must end
/// soon, and small values, which most are, must cost nothing.
std::uint32_t interval_after(std::size_t weight) {
    constexpr std::size_t kilobyte = 1024;
    if (weight < 64 * kilobyte) {
        return 16;
    }
    if (weight < 4 * kilobyte * kilobyte) {
        return 8;
    }
    return weight < 64 * kilobyte * kilobyte ? 4 : 1;
}

}  // namespace

bool check_growth(Context& context) {
    Scale scale;
    Verdict verdict = Verdict::Good;
    const auto add = [&](const Value& value) {
        if (verdict == Verdict::Good) {
            verdict = scale.add(value, maximum_nesting);
        }
    };
    add(context.target().event);
    add(context.target().metadata);
    std::ranges::for_each(context.variables(), add);
    switch (verdict) {
        case Verdict::TooDeep:
            static_cast<void>(context.failf("values nest deeper than {} levels", maximum_nesting));
            return false;
        case Verdict::TooLarge:
            static_cast<void>(context.failf("values are larger than {} MiB", maximum_weight >> 20));
            return false;
        case Verdict::Good:
            break;
    }
    context.growth_checked(interval_after(scale.weight()));
    return true;
}

void count_shared(Context& context, std::size_t count) {
    if (count > 1) {
        static_cast<void>(
            context.growth_is_due(static_cast<std::uint32_t>(std::bit_width(count) - 1)));
    }
}

}  // namespace engine::vrl
