#include "gateway/buffer/sample_rows.h"

namespace mg {
namespace {

constexpr std::string_view kSamples =
    "SELECT seq, slot, layout, taken_at, epoch, revision, data FROM samples WHERE seq > ? AND seq <= ? ORDER "
    "BY seq";

}  // namespace

Result<PlainRows> PlainRows::open(sqlite::Database& file) {
    PlainRows rows;
    auto prepared = file.prepare(kSamples);
    if (!prepared) return tl::unexpected<Error>(prepared.error());
    rows.rows_ = std::move(*prepared);
    return rows;
}

Result<> PlainRows::begin(Sequence after, Sequence through) {
    end();
    rows_.bind(1, after).bind(2, through);
    return step();
}

std::optional<Sequence> PlainRows::next() const {
    return at_;
}

Result<SampleRow> PlainRows::row() {
    return SampleRow{.sequence = *at_,
                     .slot = rows_.integer(1),
                     .layout = rows_.integer(2),
                     .taken_at = rows_.integer(3),
                     .epoch = rows_.integer(4),
                     .revision = rows_.integer(5),
                     .data = rows_.bytes(6)};
}

DamagedItems PlainRows::damaged() const {
    return {.first = at_.value_or(0), .items = 1};
}

Result<> PlainRows::step() {
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
