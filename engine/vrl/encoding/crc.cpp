#include "engine/vrl/encoding/crc.hpp"

#include <algorithm>

namespace engine::vrl {

namespace {

constexpr Wide wide(std::uint64_t high, std::uint64_t low) {
    return Wide{high} << 64 | low;
}

constexpr CrcBitOrder high_first = CrcBitOrder::HighFirst;
constexpr CrcBitOrder low_first = CrcBitOrder::LowFirst;
constexpr CrcBitOrder reversed = CrcBitOrder::Reversed;

constexpr CrcAlgorithm algorithms[] = {
    {"CRC_3_GSM", 3, 0x3, 0x0, high_first, 0x7},
    {"CRC_3_ROHC", 3, 0x3, 0x7, low_first, 0x0},
    {"CRC_4_G_704", 4, 0x3, 0x0, low_first, 0x0},
    {"CRC_4_INTERLAKEN", 4, 0x3, 0xf, high_first, 0xf},
    {"CRC_5_EPC_C1G2", 5, 0x9, 0x9, high_first, 0x0},
    {"CRC_5_G_704", 5, 0x15, 0x0, low_first, 0x0},
    {"CRC_5_USB", 5, 0x5, 0x1f, low_first, 0x1f},
    {"CRC_6_CDMA2000_A", 6, 0x27, 0x3f, high_first, 0x0},
    {"CRC_6_CDMA2000_B", 6, 0x7, 0x3f, high_first, 0x0},
    {"CRC_6_DARC", 6, 0x19, 0x0, low_first, 0x0},
    {"CRC_6_GSM", 6, 0x2f, 0x0, high_first, 0x3f},
    {"CRC_6_G_704", 6, 0x3, 0x0, low_first, 0x0},
    {"CRC_7_MMC", 7, 0x9, 0x0, high_first, 0x0},
    {"CRC_7_ROHC", 7, 0x4f, 0x7f, low_first, 0x0},
    {"CRC_7_UMTS", 7, 0x45, 0x0, high_first, 0x0},
    {"CRC_8_AUTOSAR", 8, 0x2f, 0xff, high_first, 0xff},
    {"CRC_8_BLUETOOTH", 8, 0xa7, 0x0, low_first, 0x0},
    {"CRC_8_CDMA2000", 8, 0x9b, 0xff, high_first, 0x0},
    {"CRC_8_DARC", 8, 0x39, 0x0, low_first, 0x0},
    {"CRC_8_DVB_S2", 8, 0xd5, 0x0, high_first, 0x0},
    {"CRC_8_GSM_A", 8, 0x1d, 0x0, high_first, 0x0},
    {"CRC_8_GSM_B", 8, 0x49, 0x0, high_first, 0xff},
    {"CRC_8_HITAG", 8, 0x1d, 0xff, high_first, 0x0},
    {"CRC_8_I_432_1", 8, 0x7, 0x0, high_first, 0x55},
    {"CRC_8_I_CODE", 8, 0x1d, 0xfd, high_first, 0x0},
    {"CRC_8_LTE", 8, 0x9b, 0x0, high_first, 0x0},
    {"CRC_8_MAXIM_DOW", 8, 0x31, 0x0, low_first, 0x0},
    {"CRC_8_MIFARE_MAD", 8, 0x1d, 0xc7, high_first, 0x0},
    {"CRC_8_NRSC_5", 8, 0x31, 0xff, high_first, 0x0},
    {"CRC_8_OPENSAFETY", 8, 0x2f, 0x0, high_first, 0x0},
    {"CRC_8_ROHC", 8, 0x7, 0xff, low_first, 0x0},
    {"CRC_8_SAE_J1850", 8, 0x1d, 0xff, high_first, 0xff},
    {"CRC_8_SMBUS", 8, 0x7, 0x0, high_first, 0x0},
    {"CRC_8_TECH_3250", 8, 0x1d, 0xff, low_first, 0x0},
    {"CRC_8_WCDMA", 8, 0x9b, 0x0, low_first, 0x0},
    {"CRC_10_ATM", 10, 0x233, 0x0, high_first, 0x0},
    {"CRC_10_CDMA2000", 10, 0x3d9, 0x3ff, high_first, 0x0},
    {"CRC_10_GSM", 10, 0x175, 0x0, high_first, 0x3ff},
    {"CRC_11_FLEXRAY", 11, 0x385, 0x1a, high_first, 0x0},
    {"CRC_11_UMTS", 11, 0x307, 0x0, high_first, 0x0},
    {"CRC_12_CDMA2000", 12, 0xf13, 0xfff, high_first, 0x0},
    {"CRC_12_DECT", 12, 0x80f, 0x0, high_first, 0x0},
    {"CRC_12_GSM", 12, 0xd31, 0x0, high_first, 0xfff},
    {"CRC_12_UMTS", 12, 0x80f, 0x0, reversed, 0x0},
    {"CRC_13_BBC", 13, 0x1cf5, 0x0, high_first, 0x0},
    {"CRC_14_DARC", 14, 0x805, 0x0, low_first, 0x0},
    {"CRC_14_GSM", 14, 0x202d, 0x0, high_first, 0x3fff},
    {"CRC_15_CAN", 15, 0x4599, 0x0, high_first, 0x0},
    {"CRC_15_MPT1327", 15, 0x6815, 0x0, high_first, 0x1},
    {"CRC_16_ARC", 16, 0x8005, 0x0, low_first, 0x0},
    {"CRC_16_CDMA2000", 16, 0xc867, 0xffff, high_first, 0x0},
    {"CRC_16_CMS", 16, 0x8005, 0xffff, high_first, 0x0},
    {"CRC_16_DDS_110", 16, 0x8005, 0x800d, high_first, 0x0},
    {"CRC_16_DECT_R", 16, 0x589, 0x0, high_first, 0x1},
    {"CRC_16_DECT_X", 16, 0x589, 0x0, high_first, 0x0},
    {"CRC_16_DNP", 16, 0x3d65, 0x0, low_first, 0xffff},
    {"CRC_16_EN_13757", 16, 0x3d65, 0x0, high_first, 0xffff},
    {"CRC_16_GENIBUS", 16, 0x1021, 0xffff, high_first, 0xffff},
    {"CRC_16_GSM", 16, 0x1021, 0x0, high_first, 0xffff},
    {"CRC_16_IBM_3740", 16, 0x1021, 0xffff, high_first, 0x0},
    {"CRC_16_IBM_SDLC", 16, 0x1021, 0xffff, low_first, 0xffff},
    {"CRC_16_ISO_IEC_14443_3_A", 16, 0x1021, 0xc6c6, low_first, 0x0},
    {"CRC_16_KERMIT", 16, 0x1021, 0x0, low_first, 0x0},
    {"CRC_16_LJ1200", 16, 0x6f63, 0x0, high_first, 0x0},
    {"CRC_16_M17", 16, 0x5935, 0xffff, high_first, 0x0},
    {"CRC_16_MAXIM_DOW", 16, 0x8005, 0x0, low_first, 0xffff},
    {"CRC_16_MCRF4XX", 16, 0x1021, 0xffff, low_first, 0x0},
    {"CRC_16_MODBUS", 16, 0x8005, 0xffff, low_first, 0x0},
    {"CRC_16_NRSC_5", 16, 0x80b, 0xffff, low_first, 0x0},
    {"CRC_16_OPENSAFETY_A", 16, 0x5935, 0x0, high_first, 0x0},
    {"CRC_16_OPENSAFETY_B", 16, 0x755b, 0x0, high_first, 0x0},
    {"CRC_16_PROFIBUS", 16, 0x1dcf, 0xffff, high_first, 0xffff},
    {"CRC_16_RIELLO", 16, 0x1021, 0xb2aa, low_first, 0x0},
    {"CRC_16_SPI_FUJITSU", 16, 0x1021, 0x1d0f, high_first, 0x0},
    {"CRC_16_T10_DIF", 16, 0x8bb7, 0x0, high_first, 0x0},
    {"CRC_16_TELEDISK", 16, 0xa097, 0x0, high_first, 0x0},
    {"CRC_16_TMS37157", 16, 0x1021, 0x89ec, low_first, 0x0},
    {"CRC_16_UMTS", 16, 0x8005, 0x0, high_first, 0x0},
    {"CRC_16_USB", 16, 0x8005, 0xffff, low_first, 0xffff},
    {"CRC_16_XMODEM", 16, 0x1021, 0x0, high_first, 0x0},
    {"CRC_17_CAN_FD", 17, 0x1685b, 0x0, high_first, 0x0},
    {"CRC_21_CAN_FD", 21, 0x102899, 0x0, high_first, 0x0},
    {"CRC_24_BLE", 24, 0x65b, 0x555555, low_first, 0x0},
    {"CRC_24_FLEXRAY_A", 24, 0x5d6dcb, 0xfedcba, high_first, 0x0},
    {"CRC_24_FLEXRAY_B", 24, 0x5d6dcb, 0xabcdef, high_first, 0x0},
    {"CRC_24_INTERLAKEN", 24, 0x328b63, 0xffffff, high_first, 0xffffff},
    {"CRC_24_LTE_A", 24, 0x864cfb, 0x0, high_first, 0x0},
    {"CRC_24_LTE_B", 24, 0x800063, 0x0, high_first, 0x0},
    {"CRC_24_OPENPGP", 24, 0x864cfb, 0xb704ce, high_first, 0x0},
    {"CRC_24_OS_9", 24, 0x800063, 0xffffff, high_first, 0xffffff},
    {"CRC_30_CDMA", 30, 0x2030b9c7, 0x3fffffff, high_first, 0x3fffffff},
    {"CRC_31_PHILIPS", 31, 0x4c11db7, 0x7fffffff, high_first, 0x7fffffff},
    {"CRC_32_AIXM", 32, 0x814141ab, 0x0, high_first, 0x0},
    {"CRC_32_AUTOSAR", 32, 0xf4acfb13, 0xffffffff, low_first, 0xffffffff},
    {"CRC_32_BASE91_D", 32, 0xa833982b, 0xffffffff, low_first, 0xffffffff},
    {"CRC_32_BZIP2", 32, 0x4c11db7, 0xffffffff, high_first, 0xffffffff},
    {"CRC_32_CD_ROM_EDC", 32, 0x8001801b, 0x0, low_first, 0x0},
    {"CRC_32_CKSUM", 32, 0x4c11db7, 0x0, high_first, 0xffffffff},
    {"CRC_32_ISCSI", 32, 0x1edc6f41, 0xffffffff, low_first, 0xffffffff},
    {"CRC_32_ISO_HDLC", 32, 0x4c11db7, 0xffffffff, low_first, 0xffffffff},
    {"CRC_32_JAMCRC", 32, 0x4c11db7, 0xffffffff, low_first, 0x0},
    {"CRC_32_MEF", 32, 0x741b8cd7, 0xffffffff, low_first, 0x0},
    {"CRC_32_MPEG_2", 32, 0x4c11db7, 0xffffffff, high_first, 0x0},
    {"CRC_32_XFER", 32, 0xaf, 0x0, high_first, 0x0},
    {"CRC_40_GSM", 40, 0x4820009, 0x0, high_first, 0xffffffffff},
    {"CRC_64_ECMA_182", 64, 0x42f0e1eba9ea3693, 0x0, high_first, 0x0},
    {"CRC_64_GO_ISO", 64, 0x1b, 0xffffffffffffffff, low_first, 0xffffffffffffffff},
    {"CRC_64_MS", 64, 0x259c84cba6426349, 0xffffffffffffffff, low_first, 0x0},
    {"CRC_64_REDIS", 64, 0xad93d23594c935a9, 0x0, low_first, 0x0},
    {"CRC_64_WE", 64, 0x42f0e1eba9ea3693, 0xffffffffffffffff, high_first, 0xffffffffffffffff},
    {"CRC_64_XZ", 64, 0x42f0e1eba9ea3693, 0xffffffffffffffff, low_first, 0xffffffffffffffff},
    {"CRC_82_DARC", 82, wide(0x308c, 0x111011401440411), 0x0, low_first, 0x0},
};

Wide reflected(Wide bits, unsigned width) {
    Wide result = 0;
    for (unsigned i = 0; i < width; ++i) {
        result = result << 1 | (bits >> i & 1);
    }
    return result;
}

}  // namespace

std::span<const CrcAlgorithm> crc_algorithms() {
    return algorithms;
}

const CrcAlgorithm* find_crc(std::string_view name) {
    const auto* const found = std::ranges::find(algorithms, name, &CrcAlgorithm::name);
    return found == std::end(algorithms) ? nullptr : found;
}

CrcTable::CrcTable(const CrcAlgorithm& algorithm) : algorithm_(algorithm) {
    const bool is_low_first = algorithm.order == CrcBitOrder::LowFirst;
    const Wide low_polynomial = reflected(algorithm.polynomial, algorithm.width);
    const Wide high_polynomial = algorithm.polynomial << (128 - algorithm.width);
    for (unsigned byte = 0; byte < 256; ++byte) {
        Wide crc = is_low_first ? Wide{byte} : Wide{byte} << 120;
        for (int bit = 0; bit < 8; ++bit) {
            if (is_low_first) {
                crc = (crc & 1) != 0 ? crc >> 1 ^ low_polynomial : crc >> 1;
            } else {
                crc = crc >> 127 != 0 ? crc << 1 ^ high_polynomial : crc << 1;
            }
        }
        table_[byte] = crc;
    }
}

Wide CrcTable::of(std::string_view bytes) const {
    const unsigned unused = 128 - algorithm_.width;
    if (algorithm_.order == CrcBitOrder::LowFirst) {
        Wide crc = reflected(algorithm_.initial, algorithm_.width);
        for (const char c : bytes) {
            crc = crc >> 8 ^
                  table_[static_cast<unsigned char>(c) ^ static_cast<unsigned>(crc & 0xff)];
        }
        return crc ^ algorithm_.final_xor;
    }
    Wide crc = algorithm_.initial << unused;
    for (const char c : bytes) {
        crc = crc << 8 ^ table_[static_cast<unsigned char>(c) ^ static_cast<unsigned>(crc >> 120)];
    }
    crc >>= unused;
    if (algorithm_.order == CrcBitOrder::Reversed) {
        crc = reflected(crc, algorithm_.width);
    }
    return crc ^ algorithm_.final_xor;
}

std::string decimal(Wide number) {
    std::string digits;
    do {
        digits += static_cast<char>('0' + static_cast<int>(number % 10));
        number /= 10;
    } while (number != 0);
    std::ranges::reverse(digits);
    return digits;
}

}  // namespace engine::vrl
