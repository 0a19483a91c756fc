#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>

namespace mg {

/// Whether a write-ahead log has lost transactions that were committed. SQLite's recovery stops at the first
/// frame whose checksum is wrong, and what lies behind it is gone without a word: it cannot tell a damaged
/// log from the end of one. We can, because every commit is synced before the next begins (synchronous=FULL):
/// behind the last good commit a power cut leaves at most one transaction, whole or in pieces, and a commit
/// that failed and was written over leaves pieces of one each. Two commits that follow each other there were
/// both on the disk once.
///
/// Format: https://sqlite.org/fileformat2.html#the_write_ahead_log. Each frame has the running checksum up to
/// its end, so that a frame behind a damaged one can still be proved with the checksum beside the damaged
/// one. Pure.
class LogScan {
public:
    static constexpr std::size_t kHeaderSize = 32;
    static constexpr std::size_t kFrameHeaderSize = 24;

    /// The first bytes of the log, and the page size that the database itself states: it holds where the
    /// header is damaged. False: neither is a page size.
    bool begin(std::span<const std::uint8_t, kHeaderSize> header, std::size_t stated_page_size);
    [[nodiscard]] std::size_t page_size() const { return page_size_; }
    /// The frames one after another; those of an earlier use of the log are passed over.
    void frame(std::span<const std::uint8_t, kFrameHeaderSize> header, std::span<const std::uint8_t> page);

    /// Commits that SQLite finds.
    [[nodiscard]] std::int64_t commits() const { return commits_; }
    /// Commits that were on the disk and that SQLite does not find; 0: none for certain.
    [[nodiscard]] std::int64_t lost_commits() const { return proved_loss_ ? commits_behind_ : 0; }

private:
    using Pair = std::array<std::uint32_t, 2>;
    [[nodiscard]] Pair sum(Pair from, std::span<const std::uint8_t> bytes) const;

    bool little_endian_{false};
    std::size_t page_size_{0};
    std::optional<Pair> salts_;  ///< none: the header is damaged, and the first frame says it
    Pair running_{};             ///< as stored beside the frame before
    bool chained_{false};        ///< running_ is what the next frame continues
    bool damaged_{false};        ///< a frame was wrong
    std::int64_t commits_{0};
    std::int64_t commits_behind_{0};
    int commits_in_run_{0};  ///< behind the damage, in frames that follow each other and are proved
    bool proved_loss_{false};
};

/// Reads the log of the database at `path`. One that is absent, or that cannot be read, has lost nothing.
LogScan scan_log(const std::filesystem::path& path);

}  // namespace mg
