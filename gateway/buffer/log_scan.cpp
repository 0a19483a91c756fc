#include "gateway/buffer/log_scan.h"

#include <bit>
#include <fstream>
#include <vector>

namespace mg {
namespace {

constexpr std::uint32_t kMagic = 0x377F0682;  // the last bit says that checksums are of big-endian numbers
constexpr std::size_t kLeastPage = 512;
constexpr std::size_t kLargestPage = 65'536;
constexpr std::size_t kSummedHeader = 24;      // of the header of the log
constexpr std::size_t kSummedFrameHeader = 8;  // of the header of a frame

std::uint32_t number_at(std::span<const std::uint8_t> bytes, std::size_t at) {
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < 4; ++i) number = number << 8U | bytes[at + i];
    return number;
}

std::array<std::uint32_t, 2> pair_at(std::span<const std::uint8_t> bytes, std::size_t at) {
    return {number_at(bytes, at), number_at(bytes, at + 4)};
}

bool is_page_size(std::size_t size) {
    return size >= kLeastPage && size <= kLargestPage && (size & (size - 1)) == 0;
}

/// As the header of the database states it; 0: it does not.
std::size_t stated_page_size(const std::filesystem::path& database) {
    constexpr std::size_t kAt = 16;
    std::ifstream file{database, std::ios::binary};
    std::array<char, kAt + 2> header{};
    if (!file.read(header.data(), header.size())) return 0;
    const auto byte = [&](std::size_t at) {
        return static_cast<std::size_t>(static_cast<unsigned char>(header[at]));
    };
    const std::size_t size = byte(kAt) << 8U | byte(kAt + 1);
    return size == 1 ? kLargestPage : size;
}

}  // namespace

LogScan::Pair LogScan::sum(Pair from, std::span<const std::uint8_t> bytes) const {
    for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8) {
        Pair words = pair_at(bytes, at);
        if (little_endian_) words = {__builtin_bswap32(words[0]), __builtin_bswap32(words[1])};
        from[0] += words[0] + from[1];
        from[1] += words[1] + from[0];
    }
    return from;
}

bool LogScan::begin(std::span<const std::uint8_t, kHeaderSize> header, std::size_t stated_page_size) {
    const std::uint32_t magic = number_at(header, 0);
    little_endian_ = (magic & ~1U) == kMagic ? (magic & 1U) == 0 : std::endian::native == std::endian::little;
    page_size_ = number_at(header, 8);
    running_ = sum({}, header.first(kSummedHeader));
    chained_ =
        (magic & ~1U) == kMagic && is_page_size(page_size_) && running_ == pair_at(header, kSummedHeader);
    damaged_ = !chained_;
    if (chained_) {
        salts_ = pair_at(header, 16);
    } else {
        page_size_ = stated_page_size;
    }
    return is_page_size(page_size_);
}

void LogScan::frame(std::span<const std::uint8_t, kFrameHeaderSize> header,
                    std::span<const std::uint8_t> page) {
    if (!salts_) salts_ = pair_at(header, 8);
    const Pair stored = pair_at(header, 16);
    const bool ours = pair_at(header, 8) == *salts_;
    const bool proved =
        ours && chained_ && sum(sum(running_, header.first(kSummedFrameHeader)), page) == stored;
    running_ = stored;
    chained_ = ours;
    if (!proved) {
        damaged_ = true;
        commits_in_run_ = 0;
        return;
    }
    if (number_at(header, 4) == 0) return;
    if (!damaged_) {
        ++commits_;
        return;
    }
    ++commits_behind_;
    proved_loss_ = proved_loss_ || ++commits_in_run_ > 1;
}

LogScan scan_log(const std::filesystem::path& path) {
    LogScan scan;
    std::ifstream log{path.native() + "-wal", std::ios::binary};
    const auto read = [&](std::span<std::uint8_t> into) {
        log.read(reinterpret_cast<char*>(into.data()), static_cast<std::streamsize>(into.size()));
        return static_cast<std::size_t>(log.gcount()) == into.size();
    };
    std::array<std::uint8_t, LogScan::kHeaderSize> header{};
    if (!log || !read(header) || !scan.begin(header, stated_page_size(path))) return scan;
    std::array<std::uint8_t, LogScan::kFrameHeaderSize> frame{};
    std::vector<std::uint8_t> page(scan.page_size());
    while (read(frame) && read(page)) scan.frame(frame, page);
    return scan;
}

}  // namespace mg
