#include "gateway/buffer/zstd_frames.h"

#include <utility>

#include <zstd.h>

#include "gateway/base/check.h"
#include "gateway/base/language.h"

namespace mg {
namespace {

// What is compressed here is what differencing left over: noise, and long runs of zeros. A search for
// repetitions beyond this level finds none (docs/adr/0008); reading costs the same at every level.
constexpr int kLevel = 3;

tl::unexpected<Error> damaged() {
    return fail(Failure::corrupt, std::string(tr("a compressed block is damaged", "压缩块已损坏")));
}

}  // namespace

void FrameWriter::Free::operator()(ZSTD_CCtx_s* context) const {
    ZSTD_freeCCtx(context);
}

FrameWriter::FrameWriter() : context_{ZSTD_createCCtx()} {
    MG_CHECK(context_ != nullptr);
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, kLevel);
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1);
}

void FrameWriter::add(std::span<const std::uint8_t> content) {
    const std::size_t before = frames_.size();
    frames_.resize(before + ZSTD_compressBound(content.size()));
    const std::size_t size = ZSTD_compress2(context_.get(), frames_.data() + before, frames_.size() - before,
                                            content.data(), content.size());
    // With a destination of that size only the want of memory can fail.
    MG_CHECK(ZSTD_isError(size) == 0);
    frames_.resize(before + size);
}

std::vector<std::uint8_t> FrameWriter::take() {
    return std::exchange(frames_, {});
}

std::size_t FrameWriter::memory() const {
    return ZSTD_sizeof_CCtx(context_.get());
}

void FrameReader::Free::operator()(ZSTD_DCtx_s* context) const {
    ZSTD_freeDCtx(context);
}

FrameReader::FrameReader(std::span<const std::uint8_t> frames, std::size_t most)
    : context_{ZSTD_createDCtx()}, frames_{frames}, allowed_{most} {
    MG_CHECK(context_ != nullptr);
}

Result<std::vector<std::uint8_t>> FrameReader::next() {
    const std::size_t size = ZSTD_findFrameCompressedSize(frames_.data(), frames_.size());
    if (ZSTD_isError(size) != 0) return damaged();
    const unsigned long long stated = ZSTD_getFrameContentSize(frames_.data(), frames_.size());
    // Ours all have a checksum; one whose header says otherwise is damaged there (RFC 8878, 3.1.1.1.1).
    constexpr std::uint8_t kHasChecksum = 4;
    if ((frames_[4] & kHasChecksum) == 0) return damaged();
    if (stated == ZSTD_CONTENTSIZE_ERROR || stated == ZSTD_CONTENTSIZE_UNKNOWN || stated > allowed_) {
        return damaged();
    }
    std::vector<std::uint8_t> content(static_cast<std::size_t>(stated));
    const std::size_t unfolded =
        ZSTD_decompressDCtx(context_.get(), content.data(), content.size(), frames_.data(), size);
    if (ZSTD_isError(unfolded) != 0 || unfolded != content.size()) return damaged();
    allowed_ -= content.size();
    frames_ = frames_.subspan(size);
    return content;
}

}  // namespace mg
