#include "gateway/buffer/sample_rows.h"

#include <algorithm>

#include "gateway/base/language.h"
#include "gateway/buffer/day_tables.h"

namespace mg {
namespace {

constexpr std::string_view kSamples =
    "SELECT seq, slot, meter, layout, slot + taken_after, epoch, revision, data, sum FROM samples WHERE seq "
    "> ? AND "
    "seq <= ? ORDER BY seq";
constexpr std::string_view kUnprovedSamples =
    "SELECT seq, slot, meter, layout, taken_at, epoch, revision, data FROM samples WHERE seq > ? AND seq <= "
    "? "
    "ORDER BY seq";

}  // namespace

Result<PlainRows> PlainRows::open(sqlite::Database& file, const DayFormat& format) {
    PlainRows rows;
    rows.proved_ = format.proved();
    auto prepared = file.prepare(rows.proved_ ? kSamples : kUnprovedSamples);
    if (!prepared) return tl::unexpected<Error>(prepared.error());
    rows.rows_ = std::move(*prepared);
    return rows;
}

Result<> PlainRows::begin(Sequence after, Sequence through) {
    end();
    before_ = after;
    rows_.bind(1, after).bind(2, through);
    return read_next();
}

std::optional<Sequence> PlainRows::next() const {
    return at_;
}

SampleRow PlainRows::as_it_is() const {
    return SampleRow{.sequence = *at_,
                     .slot = rows_.integer(1),
                     .meter = rows_.integer(2),
                     .layout = rows_.integer(3),
                     .taken_at = rows_.integer(4),
                     .epoch = rows_.integer(5),
                     .revision = rows_.integer(6),
                     .data = rows_.bytes(7)};
}

std::int64_t PlainRows::carried_sum() const {
    return proved_ ? rows_.integer(8) : 0;
}

Result<SampleRow> PlainRows::row() {
    const SampleRow row = as_it_is();
    // A damaged pointer in a page shows one row twice and hides another.
    if (row.sequence <= before_) {
        return fail(Failure::corrupt,
                    trf("sequence {0} follows {1}", "序号 {0} 排在 {1} 之后", row.sequence, before_));
    }
    if (proved_ && sum_of(row) != rows_.integer(8)) {
        return fail(Failure::corrupt,
                    std::string(tr("not what was written (checksum)", "与写入时不一致（校验和）")));
    }
    return row;
}

DamagedItems PlainRows::damaged() const {
    return {.first = at_.value_or(0), .last = at_.value_or(0), .items = 1};
}

Result<> PlainRows::step() {
    before_ = std::max(before_, *at_);
    return read_next();
}

Result<> PlainRows::read_next() {
    at_.reset();
    const auto row = rows_.step();
    if (!row) return tl::unexpected<Error>(row.error());
    if (*row) at_ = rows_.integer(0);
    return {};
}

void PlainRows::end() {
    rows_.reset();
    at_.reset();
}

}  // namespace mg
