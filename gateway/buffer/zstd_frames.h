#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "gateway/base/result.h"

struct ZSTD_CCtx_s;
struct ZSTD_DCtx_s;

namespace mg {

/// Byte strings, compressed, one frame after another; each frame knows its size and a checksum of its
/// content. One thread at a time; keeps its working memory from one use to the next.
class FrameWriter {
public:
    FrameWriter();

    void add(std::span<const std::uint8_t> content);
    /// All frames since the last take().
    [[nodiscard]] std::vector<std::uint8_t> take();
    /// Bytes of working memory, without the frames.
    [[nodiscard]] std::size_t memory() const;

private:
    struct Free {
        void operator()(ZSTD_CCtx_s* context) const;
    };
    std::unique_ptr<ZSTD_CCtx_s, Free> context_;
    std::vector<std::uint8_t> frames_;
};

/// Reads what a FrameWriter wrote, or anything else, without harm. Does not own the bytes.
class FrameReader {
public:
    /// `most` bounds what all frames together may unfold to.
    FrameReader(std::span<const std::uint8_t> frames, std::size_t most);

    /// corrupt: no further frame, a damaged one, or more than was allowed. Nothing is allocated for a frame
    /// before its stated size was found to be allowed.
    [[nodiscard]] Result<std::vector<std::uint8_t>> next();
    [[nodiscard]] bool at_end() const { return frames_.empty(); }

private:
    struct Free {
        void operator()(ZSTD_DCtx_s* context) const;
    };
    std::unique_ptr<ZSTD_DCtx_s, Free> context_;
    std::span<const std::uint8_t> frames_;
    std::size_t allowed_;
};

}  // namespace mg
