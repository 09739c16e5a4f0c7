#include "engine/enrichment/mmdb_file.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>

#include <cmath>
#include <limits>
#include <vector>

#include "engine/event/container.hpp"

namespace engine::enrichment {

namespace {

/// Walks libmaxminddb's flat list, in which the entries of a container follow it.
class EntryReader {
public:
    EntryReader(const MMDB_entry_data_list_s* list, Arena& arena) : next_(list), arena_(arena) {}

    Value read() {
        const MMDB_entry_data_s& data = next_->entry_data;
        next_ = next_->next;
        switch (data.type) {
            case MMDB_DATA_TYPE_MAP:
                return map(data.data_size);
            case MMDB_DATA_TYPE_ARRAY:
                return array(data.data_size);
            default:
                return scalar(data);
        }
    }

private:
    Value map(std::uint32_t count) {
        std::vector<Member> members;
        for (std::uint32_t i = 0; i < count && next_ != nullptr; ++i) {
            const MMDB_entry_data_s& key = next_->entry_data;
            const std::string_view name = arena_.copy({key.utf8_string, key.data_size});
            next_ = next_->next;
            members.push_back({name, next_ == nullptr ? Value::null() : read()});
        }
        return object_of(members, arena_);
    }

    Value array(std::uint32_t count) {
        std::vector<Value> items;
        for (std::uint32_t i = 0; i < count && next_ != nullptr; ++i) {
            items.push_back(read());
        }
        return array_of(items, arena_);
    }

    Value scalar(const MMDB_entry_data_s& data) {
        switch (data.type) {
            case MMDB_DATA_TYPE_UTF8_STRING:
                return Value::copy_of({data.utf8_string, data.data_size}, arena_);
            case MMDB_DATA_TYPE_BYTES:
                return Value::copy_of({reinterpret_cast<const char*>(data.bytes), data.data_size},
                                      arena_);
            case MMDB_DATA_TYPE_DOUBLE:
                return floating(data.double_value);
            case MMDB_DATA_TYPE_FLOAT:
                return floating(static_cast<double>(data.float_value));
            case MMDB_DATA_TYPE_UINT16:
                return Value::integer(data.uint16);
            case MMDB_DATA_TYPE_UINT32:
                return Value::integer(data.uint32);
            case MMDB_DATA_TYPE_INT32:
                return Value::integer(data.int32);
            case MMDB_DATA_TYPE_UINT64:
                return large(data.uint64);
            case MMDB_DATA_TYPE_UINT128:
                return Value::copy_of(fmt::format("{}", data.uint128), arena_);
            case MMDB_DATA_TYPE_BOOLEAN:
                return Value::boolean(data.boolean);
            default:
                return Value::null();
        }
    }

    /// Events have no NaN.
    static Value floating(double value) {
        return std::isnan(value) ? Value::null() : Value::floating(value);
    }
    Value large(std::uint64_t value) {
        return value <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())
                   ? Value::integer(static_cast<std::int64_t>(value))
                   : Value::copy_of(std::to_string(value), arena_);
    }

    const MMDB_entry_data_list_s* next_;
    Arena& arena_;
};

struct FreeList {
    void operator()(MMDB_entry_data_list_s* list) const { ::MMDB_free_entry_data_list(list); }
};

/// The address for libmaxminddb; false when the text is none.
bool parse_address(std::string_view text, sockaddr_storage& address) {
    const std::string copy(text);
    auto* v4 = reinterpret_cast<sockaddr_in*>(&address);
    if (::inet_pton(AF_INET, copy.c_str(), &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        return true;
    }
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&address);
    v6->sin6_family = AF_INET6;
    return ::inet_pton(AF_INET6, copy.c_str(), &v6->sin6_addr) == 1;
}

}  // namespace

Result<std::shared_ptr<const MmdbFile>> MmdbFile::open(const std::string& path) {
    std::shared_ptr<MmdbFile> file(new MmdbFile());
    const int status = ::MMDB_open(path.c_str(), MMDB_MODE_MMAP, &file->database_);
    if (status != MMDB_SUCCESS) {
        return failure(fmt::format("{}: {}", path,
                                   status == MMDB_FILE_OPEN_ERROR || status == MMDB_IO_ERROR
                                       ? std::strerror(errno)
                                       : ::MMDB_strerror(status)));
    }
    return std::shared_ptr<const MmdbFile>(std::move(file));
}

MmdbFile::~MmdbFile() {
    if (database_.filename != nullptr) {
        ::MMDB_close(&database_);
    }
}

Result<Value> MmdbFile::find(std::string_view address, Arena& arena) const {
    sockaddr_storage socket_address{};
    if (!parse_address(address, socket_address)) {
        return failure(fmt::format("invalid IP address \"{}\"", address));
    }
    int status = MMDB_SUCCESS;
    MMDB_lookup_result_s found = ::MMDB_lookup_sockaddr(
        &database_, reinterpret_cast<const sockaddr*>(&socket_address), &status);
    if (status == MMDB_IPV6_LOOKUP_IN_IPV4_DATABASE_ERROR) {
        return Value::null();
    }
    MMDB_entry_data_list_s* list = nullptr;
    if (status == MMDB_SUCCESS && found.found_entry) {
        status = ::MMDB_get_entry_data_list(&found.entry, &list);
    }
    const std::unique_ptr<MMDB_entry_data_list_s, FreeList> owner(list);
    if (status != MMDB_SUCCESS) {
        return failure(::MMDB_strerror(status));
    }
    return list == nullptr ? Value::null() : EntryReader(list, arena).read();
}

}  // namespace engine::enrichment
