#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "engine/enrichment/table.hpp"

namespace engine::enrichment {

class MmdbFile;

/// A MaxMind database, asked for one address. `Record` gives what the database holds for it,
/// whatever that is; `Geo` the fields that programs expect of the known kinds of databases (city
/// and country, autonomous system, connection type, anonymous addresses), names in one language.
class MmdbTable final : public Table {
public:
    enum class View : std::uint8_t { Record, Geo };

    /// `locale` is the language of names, such as `en`. The error says why the file can't be read,
    /// or that it holds no kind that `Geo` knows.
    [[nodiscard]] static Result<std::shared_ptr<const MmdbTable>> open(const std::string& path,
                                                                       View view,
                                                                       std::string locale);

    [[nodiscard]] Result<std::shared_ptr<const Lookup>> prepare(
        const Question& question) const override;

private:
    MmdbTable(std::shared_ptr<const MmdbFile> file, View view, std::string locale)
        : file_(std::move(file)), view_(view), locale_(std::move(locale)) {}

    std::shared_ptr<const MmdbFile> file_;
    View view_;
    std::string locale_;
};

}  // namespace engine::enrichment
