#include "engine/vrl/encoding/lz4_block_writer.hpp"

#include <array>
#include <cstdint>
#include <cstring>

namespace engine::vrl {

namespace {

constexpr std::size_t shortest_match = 4;
/// A match begins at least so many bytes before the end, by the format.
constexpr std::size_t match_limit = 12;
constexpr std::size_t end_offset = 6;
constexpr std::size_t farthest = 65'535;
/// After so many places without a match the search takes longer steps.
constexpr unsigned acceleration_shift = 5;
constexpr std::size_t table_size = 4096;
/// Inputs below are hashed by four bytes, longer ones by five.
constexpr std::size_t long_input = 65'535;

class BlockWriter {
public:
    BlockWriter(std::string_view bytes, std::string& out) : bytes_(bytes), out_(out) {}

    void run() {
        if (bytes_.size() <= match_limit) {
            literals(bytes_.size());
            return;
        }
        place(0);
        std::size_t current = 1;
        std::size_t candidate = 0;
        while (find(current, candidate)) {
            while (current > written_ && candidate > 0 &&
                   bytes_[current - 1] == bytes_[candidate - 1]) {
                --current;
                --candidate;
            }
            const std::size_t length = match_length(current, candidate);
            sequence(current, current - candidate, length);
            current += length;
            written_ = current;
            place(current - 2);
        }
        literals(bytes_.size());
    }

private:
    [[nodiscard]] std::uint32_t four(std::size_t at) const {
        std::uint32_t value = 0;
        std::memcpy(&value, bytes_.data() + at, sizeof value);
        return value;
    }
    [[nodiscard]] std::size_t hash(std::size_t at) const {
        if (bytes_.size() < long_input) {
            return (four(at) * 2'654'435'761U) >> 20;
        }
        std::uint64_t value = 0;
        std::memcpy(&value, bytes_.data() + at, sizeof value);
        return static_cast<std::size_t>(((value << 24) * 889'523'592'379ULL) >> 52);
    }
    void place(std::size_t at) { table_[hash(at)] = static_cast<std::uint32_t>(at); }

    /// The next place where something begins that occurred before.
    bool find(std::size_t& current, std::size_t& candidate) {
        std::size_t tries = std::size_t{1} << acceleration_shift;
        for (std::size_t next = current;; ++tries) {
            current = next;
            next += tries >> acceleration_shift;
            if (current > bytes_.size() - match_limit) {
                return false;
            }
            std::uint32_t& entry = table_[hash(current)];
            candidate = entry;
            entry = static_cast<std::uint32_t>(current);
            if (current - candidate <= farthest && four(candidate) == four(current)) {
                return true;
            }
        }
    }
    [[nodiscard]] std::size_t match_length(std::size_t current, std::size_t candidate) const {
        std::size_t length = shortest_match;
        while (current + length < bytes_.size() - end_offset &&
               bytes_[current + length] == bytes_[candidate + length]) {
            ++length;
        }
        return length;
    }
    void byte(std::size_t value) { out_ += static_cast<char>(value); }
    void rest_of_length(std::size_t length) {
        if (length < 15) {
            return;
        }
        for (length -= 15; length >= 255; length -= 255) {
            byte(255);
        }
        byte(length);
    }
    void literals_with(std::size_t end, std::size_t match) {
        const std::size_t count = end - written_;
        byte(std::min<std::size_t>(count, 15) << 4 | std::min<std::size_t>(match, 15));
        rest_of_length(count);
        out_.append(bytes_.substr(written_, count));
    }
    void literals(std::size_t end) { literals_with(end, 0); }
    void sequence(std::size_t end, std::size_t offset, std::size_t length) {
        const std::size_t match = length - shortest_match;
        literals_with(end, match);
        byte(offset & 0xff);
        byte(offset >> 8);
        rest_of_length(match);
    }

    std::string_view bytes_;
    std::string& out_;
    std::size_t written_ = 0;
    std::array<std::uint32_t, table_size> table_{};
};

}  // namespace

void append_lz4_block(std::string_view bytes, std::string& out) {
    BlockWriter(bytes, out).run();
}

}  // namespace engine::vrl
