#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "gateway/base/result.h"
#include "gateway/base/sqlite.h"
#include "gateway/reading/ids.h"
#include "gateway/reading/sample.h"

namespace mg {

struct DayFormat;

/// A stored sample as a file holds it; layout is the file's own number for it.
struct SampleRow {
    Sequence sequence{0};
    std::int64_t slot{0};
    std::int64_t meter{0};  ///< the file's number; 0 in a group, where the layout says it
    std::int64_t layout{0};
    std::int64_t taken_at{0};
    std::int64_t epoch{0};
    std::int64_t revision{0};
    std::span<const std::uint8_t> data;  ///< buffer/packing.h
};

/// Items that cannot be read, in one piece.
struct DamagedItems {
    Sequence first{0};  ///< names the piece: the same whenever it is met
    Sequence last{0};
    std::int64_t items{0};
};

/// The samples of one file by sequence, however the file keeps them. One thread at a time; blocks for the
/// disk.
class SampleRows {
public:
    virtual ~SampleRows() = default;

    /// Stands before the first row in (after, through].
    virtual Result<> begin(Sequence after, Sequence through) = 0;
    /// Of the row, or of the damage, that stands next; none at the end.
    [[nodiscard]] virtual std::optional<Sequence> next() const = 0;
    /// The row that stands next; good until step(). corrupt: it is damaged, and damaged() says what cannot be
    /// read. Other failures end the reading.
    virtual Result<SampleRow> row() = 0;
    [[nodiscard]] virtual DamagedItems damaged() const = 0;
    /// On to the next. Any failure ends the reading.
    virtual Result<> step() = 0;
    /// Lets go of what a reader that rests must not hold.
    virtual void end() = 0;
};

/// The rows of the table `samples`. Where they carry checksums, a row that is not what was written is
/// damaged; and so is one that comes out of order, because it stands in the place of another.
class PlainRows final : public SampleRows {
public:
    [[nodiscard]] static Result<PlainRows> open(sqlite::Database& file, const DayFormat& format);

    Result<> begin(Sequence after, Sequence through) override;
    [[nodiscard]] std::optional<Sequence> next() const override;
    Result<SampleRow> row() override;
    [[nodiscard]] DamagedItems damaged() const override;
    Result<> step() override;
    void end() override;
    /// The same whether it is damaged or not.
    [[nodiscard]] SampleRow as_it_is() const;
    /// What it carries; 0 where rows carry nothing.
    [[nodiscard]] std::int64_t carried_sum() const;

private:
    Result<> read_next();

    bool proved_{true};
    sqlite::Statement rows_;
    std::optional<Sequence> at_;
    Sequence before_{0};  ///< of the row before it
};

}  // namespace mg
