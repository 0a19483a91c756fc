#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/buffer/zstd_frames.h"

namespace mg {

/// How the bits of a column are to be taken, so that neighbours in time become neighbours in number.
enum class ColumnForm : std::uint8_t {
    number16,  ///< two's complement or unsigned: differences wrap
    number32,
    number64,
    signed16,  ///< the top bit is the sign, the rest the size; floats have that order too
    signed32,
    signed64,
    float32,  ///< as signed32, or as decimal number where every value is a short one
    bcd16,
    bcd32,
    bcd64,
};

/// Bits of a value of this form: 16, 32 or 64.
int bits_of(ColumnForm form);

inline constexpr std::size_t kColumnGrades = 8;

/// The columns of one block, in parts of a kind that compress together. A column is not kept in one piece:
///
///   of each column   one byte each in `mapping`, `predictor`, `shift` and `grade`, and its first value
///   of each value    the difference to what the predictor expected, zigzag: its upper part as one byte in
///                    the symbols of the column's grade (255: follows in `escapes`), its lower `shift` bits
///                    in `lows`
///
/// The lower bits of a measured value are noise that no compressor can shorten; what is above them looks the
/// same for every noisy column whatever it measures, so all columns of a grade share one Huffman table.
struct ColumnParts {
    std::vector<std::uint8_t> mapping;
    std::vector<std::uint8_t> predictor;
    std::vector<std::uint8_t> shift;
    std::vector<std::uint8_t> grade;
    std::vector<std::uint8_t> firsts;
    std::vector<std::uint8_t> lows;
    std::vector<std::uint8_t> escapes;
    std::array<std::vector<std::uint8_t>, kColumnGrades> symbols;

    /// Every part, in the order of the disk.
    [[nodiscard]] std::array<std::vector<std::uint8_t>*, 7 + kColumnGrades> all();
};

/// Takes columns one after another and gives them as frames. Pure.
class ColumnEncoder {
public:
    /// Bits beyond those of the form must be zero. An empty column leaves no trace.
    void add(ColumnForm form, std::span<const std::uint64_t> values);
    /// Writes what was added; the encoder is empty again.
    void finish(FrameWriter& frames);
    /// Bytes of working memory.
    [[nodiscard]] std::size_t memory();

private:
    void put_low(std::uint64_t bits, unsigned count);
    void put(std::span<const std::uint64_t> residuals);

    ColumnParts parts_;
    std::uint64_t pending_{0};  ///< low bits that do not fill a byte yet
    unsigned pending_bits_{0};
    std::vector<std::uint64_t> mapped_;
    std::vector<std::uint64_t> residuals_;
    std::vector<std::uint64_t> best_mapped_;
    std::vector<std::uint64_t> best_residuals_;
};

/// Gives the columns back in the order they were added. Pure. Damage is an error, never a crash.
class ColumnDecoder {
public:
    [[nodiscard]] static Result<ColumnDecoder> open(FrameReader& frames);

    /// As many values as `values` has room for, which is what add() got. corrupt: there are not as many.
    [[nodiscard]] Result<> next(ColumnForm form, std::span<std::uint64_t> values);

private:
    ColumnParts parts_;
    std::size_t column_{0};
    std::size_t first_{0};
    std::size_t low_bit_{0};
    std::size_t low_bits_{0};
    std::size_t escape_{0};
    std::array<std::size_t, kColumnGrades> symbol_{};
};

}  // namespace mg
