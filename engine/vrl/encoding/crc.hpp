#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace engine::vrl {

__extension__ using Wide = unsigned __int128;

/// In which order a CRC takes the bits of a byte and gives its own.
enum class CrcBitOrder : std::uint8_t {
    HighFirst,
    LowFirst,
    /// Takes the highest first, gives the lowest first.
    Reversed,
};

/// A CRC by the parameters of Williams' model (the catalogue is at
/// reveng.sourceforge.io/crc-catalogue). Constant data.
struct CrcAlgorithm {
    std::string_view name;
    unsigned width;
    Wide polynomial;
    Wide initial;
    CrcBitOrder order;
    Wide final_xor;
};

[[nodiscard]] std::span<const CrcAlgorithm> crc_algorithms();
/// Null when none is named so.
[[nodiscard]] const CrcAlgorithm* find_crc(std::string_view name);

/// An algorithm with the table that takes a byte at a time. Immutable.
class CrcTable {
public:
    explicit CrcTable(const CrcAlgorithm& algorithm);

    [[nodiscard]] Wide of(std::string_view bytes) const;

private:
    const CrcAlgorithm& algorithm_;
    /// For HighFirst the register stands at the top of the word, otherwise at the bottom.
    std::array<Wide, 256> table_{};
};

/// Decimal digits.
[[nodiscard]] std::string decimal(Wide number);

}  // namespace engine::vrl
