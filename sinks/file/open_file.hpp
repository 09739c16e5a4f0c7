#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "engine/codec/byte_buffer.hpp"
#include "engine/codec/stream_compressor.hpp"

namespace engine::file_sink {

/// An error of the operating system, and whether a later attempt may succeed.
struct FileError {
    int code = 0;  // errno; 0: `text` says all
    std::string text;
    [[nodiscard]] bool temporary() const;
    /// "Is a directory (os error 21)".
    [[nodiscard]] std::string message() const;
    [[nodiscard]] static FileError last();
};

/// A file that is appended to, compressed on the way. What a failed write left behind is taken back
/// (plain files) or kept and written first next time (compressed ones), so that a full disk tears
/// neither lines nor streams. Owned by the writer thread.
class OpenFile {
public:
    /// Opens or creates it, with the folders that are missing.
    [[nodiscard]] static std::expected<OpenFile, FileError> open(const std::string& path,
                                                                 Compression compression);
    OpenFile(OpenFile&& other) noexcept;
    OpenFile& operator=(OpenFile&& other) noexcept;
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;
    /// Closes; whoever wants to know of errors calls `finish` before.
    ~OpenFile();

    /// The number of bytes that reached the file.
    [[nodiscard]] std::expected<std::size_t, FileError> write(std::string_view bytes);
    /// Brings everything written so far into the file, so that a reader can expand it.
    [[nodiscard]] std::expected<std::size_t, FileError> flush();
    /// Ends the compressed stream.
    [[nodiscard]] std::expected<std::size_t, FileError> finish();
    /// Empties the file.
    [[nodiscard]] std::expected<void, FileError> truncate();

private:
    using Written = std::expected<std::size_t, FileError>;

    OpenFile(int descriptor, std::unique_ptr<StreamCompressor> compressor)
        : descriptor_(descriptor), compressor_(std::move(compressor)) {}
    Written compress(std::string_view bytes, StreamCompressor::Flush flush);
    Written write_pending();
    Written write_plain(std::string_view bytes);
    void take_back(std::size_t written) const;

    int descriptor_;
    std::unique_ptr<StreamCompressor> compressor_;
    ByteBuffer pending_;  // compressed bytes that are not in the file yet
};

}  // namespace engine::file_sink
