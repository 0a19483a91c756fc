#include "gateway/buffer/column_codec.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "gateway/base/check.h"
#include "gateway/base/language.h"
#include "gateway/buffer/column_forms.h"

namespace mg {
namespace {

/// What is expected to come next. On disk: never renumber.
enum class Predictor : std::uint8_t {
    last = 0,  ///< the same again
    line = 1,  ///< as much more as last time: counters
    mean = 2,  ///< the mean of the last four: noise around a level
};
constexpr std::array kPredictors{Predictor::last, Predictor::line, Predictor::mean};

constexpr std::uint8_t kEscape = 255;
constexpr unsigned kMostShift = 56;     // what one unaligned load of 64 bits always has
constexpr unsigned kSymbolBits = 6;     // the common upper parts; two more bits for the tail
constexpr std::size_t kTailPart = 32;   // one value of so many may lie beyond
constexpr std::size_t kGradeNoisy = 7;  // of columns that have lower bits

std::uint64_t zigzag(std::int64_t number) {
    return (static_cast<std::uint64_t>(number) << 1U) ^ static_cast<std::uint64_t>(number >> 63U);
}
std::uint64_t unzigzag(std::uint64_t number) {
    return (number >> 1U) ^ (~(number & 1U) + 1U);
}

/// The last four values, and what each predictor makes of them.
class Expected {
public:
    Expected(std::uint64_t first, int bits) : seen_{first, first, first, first}, bits_{bits} {}
    template <Predictor predictor>
    [[nodiscard]] std::uint64_t next() const {
        if constexpr (predictor == Predictor::last) return seen_[0];
        if constexpr (predictor == Predictor::line) return 2 * seen_[0] - seen_[1];
        if constexpr (predictor == Predictor::mean) {
            const auto sum = static_cast<std::uint64_t>(widened(seen_[1] - seen_[0], bits_)) +
                             static_cast<std::uint64_t>(widened(seen_[2] - seen_[0], bits_)) +
                             static_cast<std::uint64_t>(widened(seen_[3] - seen_[0], bits_));
            return seen_[0] + static_cast<std::uint64_t>(static_cast<std::int64_t>(sum) / 4);
        }
    }
    void saw(std::uint64_t value) {
        seen_[3] = seen_[2];
        seen_[2] = seen_[1];
        seen_[1] = seen_[0];
        seen_[0] = value;
    }

private:
    std::array<std::uint64_t, 4> seen_;
    int bits_;
};

template <Predictor predictor>
void differ(std::span<const std::uint64_t> values, int bits, std::vector<std::uint64_t>& residuals) {
    residuals.clear();
    Expected expected{values.front(), bits};
    for (const std::uint64_t value : values.subspan(1)) {
        residuals.push_back(zigzag(widened(value - expected.next<predictor>(), bits)));
        expected.saw(value);
    }
}

void differ(Predictor predictor, std::span<const std::uint64_t> values, int bits,
            std::vector<std::uint64_t>& residuals) {
    switch (predictor) {
        case Predictor::last:
            return differ<Predictor::last>(values, bits, residuals);
        case Predictor::line:
            return differ<Predictor::line>(values, bits, residuals);
        case Predictor::mean:
            return differ<Predictor::mean>(values, bits, residuals);
    }
}

/// About the bits that a perfect coder needs, in sixteenths.
std::uint64_t weight_of(std::span<const std::uint64_t> residuals) {
    std::uint64_t weight = 0;
    for (const std::uint64_t residual : residuals) {
        const auto width = static_cast<unsigned>(std::bit_width(residual));
        const std::uint64_t fraction = width > 4 ? residual >> (width - 5) : residual << (5 - width);
        weight += std::uint64_t{width} * 16 + (fraction & 15U);
    }
    return weight;
}

/// So that nearly all upper parts fit into a few bits.
unsigned shift_for(std::span<const std::uint64_t> residuals) {
    std::array<std::size_t, 65> widths{};
    for (const std::uint64_t residual : residuals)
        ++widths[static_cast<std::size_t>(std::bit_width(residual))];
    std::size_t beyond = 0;
    unsigned width = 64;
    while (width > 0 && beyond + widths[width] <= residuals.size() / kTailPart) beyond += widths[width--];
    return std::min(kMostShift, width > kSymbolBits ? width - kSymbolBits : 0U);
}

/// Columns whose upper parts are of like size.
std::size_t grade_for(std::span<const std::uint64_t> residuals, unsigned shift) {
    if (shift > 0) return kGradeNoisy;
    std::uint64_t sum = 0;
    for (const std::uint64_t residual : residuals) sum += std::min<std::uint64_t>(residual, kEscape);
    if (sum == 0) return 0;
    const auto eighths = 8 * sum / residuals.size();
    return std::min<std::size_t>(kGradeNoisy - 1, 1 + static_cast<std::size_t>(std::bit_width(eighths)) / 2);
}

void put_number(std::vector<std::uint8_t>& bytes, std::uint64_t number) {
    for (; number >= 128; number >>= 7U) bytes.push_back(static_cast<std::uint8_t>(number | 128U));
    bytes.push_back(static_cast<std::uint8_t>(number));
}

bool take_number(const std::vector<std::uint8_t>& bytes, std::size_t& at, std::uint64_t& number) {
    number = 0;
    for (unsigned shift = 0; shift < 64 && at < bytes.size(); shift += 7) {
        const std::uint8_t byte = bytes[at++];
        number |= std::uint64_t{byte & 127U} << shift;
        if (byte < 128) return true;
    }
    return false;
}

/// The low bits from any bit on; eight bytes beyond are there.
std::uint64_t low_bits(const std::uint8_t* bytes, std::size_t bit, std::uint64_t mask) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes + bit / 8, sizeof word);
    if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
    return (word >> (bit % 8)) & mask;
}

struct Coded {
    std::span<const std::uint8_t> symbols;
    const std::uint8_t* lows;
    std::size_t low_bit;
    unsigned shift;
    const std::vector<std::uint8_t>& escapes;
    std::size_t& escape;
};

template <Predictor predictor>
bool undo(const Coded& coded, int bits, std::span<std::uint64_t> values) {
    const std::uint64_t mask = mask_of(bits);
    const std::uint64_t low_mask = (std::uint64_t{1} << coded.shift) - 1;
    Expected expected{values.front(), bits};
    std::size_t low_bit = coded.low_bit;
    for (std::size_t i = 1; i < values.size(); ++i) {
        std::uint64_t upper = coded.symbols[i - 1];
        if (upper == kEscape && !take_number(coded.escapes, coded.escape, upper)) return false;
        std::uint64_t residual = upper << coded.shift;
        if (low_mask != 0) residual |= low_bits(coded.lows, low_bit, low_mask);
        low_bit += coded.shift;
        values[i] = (expected.next<predictor>() + unzigzag(residual)) & mask;
        expected.saw(values[i]);
    }
    return true;
}

tl::unexpected<Error> damaged() {
    return fail(Failure::corrupt, std::string(tr("a packed column is damaged", "打包的列已损坏")));
}

}  // namespace

std::array<std::vector<std::uint8_t>*, 7 + kColumnGrades> ColumnParts::all() {
    std::array<std::vector<std::uint8_t>*, 7 + kColumnGrades> parts{&mapping, &predictor, &shift,  &grade,
                                                                    &firsts,  &lows,      &escapes};
    for (std::size_t i = 0; i < kColumnGrades; ++i) parts[7 + i] = &symbols[i];
    return parts;
}

void ColumnEncoder::add(ColumnForm form, std::span<const std::uint64_t> values) {
    if (values.empty()) return;
    const int bits = bits_of(form);
    std::uint64_t best_weight = std::numeric_limits<std::uint64_t>::max();
    std::uint8_t best_mapping = kPlain;
    Predictor best_predictor = Predictor::last;
    const auto try_mapping = [&](std::uint8_t mapping) {
        if (!map_all(mapping, bits, values, mapped_)) return false;
        for (const Predictor predictor : kPredictors) {
            differ(predictor, mapped_, bits, residuals_);
            const std::uint64_t weight = weight_of(residuals_);
            if (weight >= best_weight) continue;
            best_weight = weight;
            best_mapping = mapping;
            best_predictor = predictor;
            best_residuals_ = residuals_;
            best_mapped_ = mapped_;
        }
        return true;
    };
    const bool numbers = is_bcd(form) && try_mapping(kBcd);
    if (!numbers) try_mapping(is_sign_magnitude(form) ? kSignMagnitude : kPlain);
    for (int digits = 0; form == ColumnForm::float32 && digits <= kMostDigits; ++digits) {
        if (try_mapping(static_cast<std::uint8_t>(kDecimal + digits))) break;
    }
    parts_.mapping.push_back(best_mapping);
    parts_.predictor.push_back(static_cast<std::uint8_t>(best_predictor));
    for (int at = 0; at < bits; at += 8) {
        parts_.firsts.push_back(static_cast<std::uint8_t>(best_mapped_.front() >> static_cast<unsigned>(at)));
    }
    put(best_residuals_);
}

void ColumnEncoder::put(std::span<const std::uint64_t> residuals) {
    const unsigned shift = residuals.empty() ? 0 : shift_for(residuals);
    const std::size_t grade = residuals.empty() ? 0 : grade_for(residuals, shift);
    parts_.shift.push_back(static_cast<std::uint8_t>(shift));
    parts_.grade.push_back(static_cast<std::uint8_t>(grade));
    auto& symbols = parts_.symbols[grade];
    for (const std::uint64_t residual : residuals) {
        const std::uint64_t upper = residual >> shift;
        symbols.push_back(upper < kEscape ? static_cast<std::uint8_t>(upper) : kEscape);
        if (upper >= kEscape) put_number(parts_.escapes, upper);
        put_low(residual & ((std::uint64_t{1} << shift) - 1), shift);
    }
}

void ColumnEncoder::put_low(std::uint64_t bits, unsigned count) {
    pending_ |= bits << pending_bits_;
    pending_bits_ += count;
    for (; pending_bits_ >= 8; pending_bits_ -= 8) {
        parts_.lows.push_back(static_cast<std::uint8_t>(pending_));
        pending_ >>= 8U;
    }
}

void ColumnEncoder::finish(FrameWriter& frames) {
    if (pending_bits_ > 0) parts_.lows.push_back(static_cast<std::uint8_t>(pending_));
    pending_ = 0;
    pending_bits_ = 0;
    for (auto* part : parts_.all()) {
        frames.add(*part);
        part->clear();
    }
}

std::size_t ColumnEncoder::memory() {
    std::size_t bytes = 0;
    for (const auto* part : parts_.all()) bytes += part->capacity();
    for (const auto* column : {&mapped_, &residuals_, &best_mapped_, &best_residuals_}) {
        bytes += column->capacity() * sizeof(std::uint64_t);
    }
    return bytes;
}

Result<ColumnDecoder> ColumnDecoder::open(FrameReader& frames) {
    ColumnDecoder decoder;
    ColumnParts& parts = decoder.parts_;
    for (auto* part : parts.all()) {
        auto content = frames.next();
        if (!content) return tl::unexpected<Error>(content.error());
        *part = std::move(*content);
    }
    const std::size_t columns = parts.mapping.size();
    if (parts.predictor.size() != columns || parts.shift.size() != columns || parts.grade.size() != columns) {
        return damaged();
    }
    decoder.low_bits_ = parts.lows.size() * 8;
    parts.lows.resize(parts.lows.size() + sizeof(std::uint64_t));
    return decoder;
}

Result<> ColumnDecoder::next(ColumnForm form, std::span<std::uint64_t> values) {
    if (values.empty()) return {};
    if (column_ >= parts_.mapping.size()) return damaged();
    const int bits = bits_of(form);
    const auto first_size = static_cast<std::size_t>(bits) / 8;
    const unsigned shift = parts_.shift[column_];
    const std::size_t grade = parts_.grade[column_];
    const std::size_t rest = values.size() - 1;
    if (shift > kMostShift || grade >= kColumnGrades) return damaged();
    const std::span<const std::uint8_t> symbols{parts_.symbols[grade]};
    if (parts_.firsts.size() - first_ < first_size || symbols.size() - symbol_[grade] < rest ||
        (shift > 0 && (low_bits_ - low_bit_) / shift < rest)) {
        return damaged();
    }
    std::uint64_t first = 0;
    for (std::size_t i = 0; i < first_size; ++i) {
        first |= std::uint64_t{parts_.firsts[first_ + i]} << (8U * static_cast<unsigned>(i));
    }
    values.front() = first;
    const Coded coded{.symbols = symbols.subspan(symbol_[grade], rest),
                      .lows = parts_.lows.data(),
                      .low_bit = low_bit_,
                      .shift = shift,
                      .escapes = parts_.escapes,
                      .escape = escape_};
    bool whole = false;
    switch (static_cast<Predictor>(parts_.predictor[column_])) {
        case Predictor::last:
            whole = undo<Predictor::last>(coded, bits, values);
            break;
        case Predictor::line:
            whole = undo<Predictor::line>(coded, bits, values);
            break;
        case Predictor::mean:
            whole = undo<Predictor::mean>(coded, bits, values);
            break;
    }
    if (!whole || !unmap_all(parts_.mapping[column_], bits, values)) return damaged();
    first_ += first_size;
    symbol_[grade] += rest;
    low_bit_ += rest * shift;
    ++column_;
    return {};
}

}  // namespace mg
