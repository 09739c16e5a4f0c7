# Third-party packages, all from Debian 12. One target each; why each was chosen stands in CONTRIBUTING.md.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS url)
find_package(OpenSSL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(fmt REQUIRED)
find_package(absl REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(CLI11 REQUIRED)
find_package(simdjson REQUIRED)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(LZ4 REQUIRED IMPORTED_TARGET liblz4)
pkg_check_modules(RE2 REQUIRED IMPORTED_TARGET re2)
pkg_check_modules(ONIGURUMA REQUIRED IMPORTED_TARGET oniguruma)
pkg_check_modules(ICU REQUIRED IMPORTED_TARGET icu-uc icu-i18n)
pkg_check_modules(PSL REQUIRED IMPORTED_TARGET libpsl)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(TOMLPLUSPLUS REQUIRED IMPORTED_TARGET tomlplusplus)
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(LIBYAML REQUIRED IMPORTED_TARGET yaml-0.1)
pkg_check_modules(EXPAT REQUIRED IMPORTED_TARGET expat)
pkg_check_modules(PROTOBUF REQUIRED IMPORTED_TARGET protobuf)
pkg_check_modules(LIBEDIT REQUIRED IMPORTED_TARGET libedit)
pkg_check_modules(MAXMINDDB REQUIRED IMPORTED_TARGET libmaxminddb)
find_library(SNAPPY_LIBRARY snappy REQUIRED)

add_library(engine_dependencies INTERFACE)
target_link_libraries(engine_dependencies INTERFACE
    Threads::Threads Boost::url OpenSSL::SSL OpenSSL::Crypto ZLIB::ZLIB fmt::fmt yaml-cpp
    simdjson::simdjson PkgConfig::ZSTD PkgConfig::LZ4 PkgConfig::RE2 PkgConfig::ONIGURUMA
    PkgConfig::XXHASH PkgConfig::PSL PkgConfig::ICU PkgConfig::LIBEDIT PkgConfig::MAXMINDDB PkgConfig::TOMLPLUSPLUS ${SNAPPY_LIBRARY}
    PkgConfig::SODIUM PkgConfig::LIBYAML PkgConfig::EXPAT PkgConfig::PROTOBUF
    absl::time absl::flat_hash_map absl::strings resolv)
# Asio: coroutines only, one copy of the non-template parts would need a TU of its own (io/asio.cpp).
target_compile_definitions(engine_dependencies INTERFACE
    BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED
    TOML_EXCEPTIONS=0)
