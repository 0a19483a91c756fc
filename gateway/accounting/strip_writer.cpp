#include "gateway/accounting/strip_writer.h"

#include <algorithm>
#include <span>

#include "gateway/accounting/books_rows.h"
#include "gateway/accounting/record_key.h"

namespace mg::books {
namespace {

constexpr std::string_view kFindSubject =
    "SELECT number, first FROM strip_subjects WHERE kind = ? AND name = ?";
constexpr std::string_view kAddSubject =
    "INSERT INTO strip_subjects(kind, name) VALUES(?, ?) RETURNING number";
constexpr std::string_view kPutFirst = "UPDATE strip_subjects SET first = ? WHERE number = ?";
constexpr std::string_view kReadRow = "SELECT slots FROM strips WHERE day = ? AND subject = ? AND length = ?";
constexpr std::string_view kPutRow =
    "INSERT OR REPLACE INTO strips(day, subject, length, slots) VALUES(?, ?, ?, ?)";
constexpr std::string_view kAllRecords =
    "SELECT name, start, length, revision, value IS NULL, marks, computed_at FROM records "
    "JOIN items ON item = number WHERE type = 0 ORDER BY type, bucket, item, start, length, revision";
/// Any midnight of the site; 0: there is none, then it is taken to be at +08:00.
constexpr std::string_view kMidnight = "SELECT start FROM records WHERE type = 1 LIMIT 1";
/// Rows that the making keeps in memory: some 10 MB.
constexpr std::size_t kMostRows = 50'000;

}  // namespace

Result<StripWriter::Subject*> StripWriter::subject(StripKind kind, std::string_view name) {
    const auto [place, is_new] = subjects_.try_emplace({kind, std::string(name)});
    if (!is_new) return &place->second;
    auto find = file_.prepare(kFindSubject);
    if (!find) return pass_on(find.error());
    const auto known = find->bind(1, static_cast<std::int64_t>(kind)).bind(2, name).step();
    if (!known) return pass_on(known.error());
    if (*known) {
        place->second.number = find->integer(0);
        if (!find->is_null(1)) place->second.first = time(find->integer(1));
        find->reset();
        return &place->second;
    }
    auto add = file_.prepare(kAddSubject);
    if (!add) return pass_on(add.error());
    const auto number = returned(add->bind(1, static_cast<std::int64_t>(kind)).bind(2, name));
    if (!number) return pass_on(number.error());
    place->second.number = *number;
    return &place->second;
}

Result<StripWriter::Row*> StripWriter::row(const RowKey& key) {
    const auto [place, is_new] = rows_.try_emplace(key);
    if (!is_new) return &place->second;
    auto read = file_.prepare(kReadRow);
    if (!read) return pass_on(read.error());
    const auto found = read->bind(1, number(key.day)).bind(2, key.subject).bind(3, key.each.count()).step();
    if (!found) return pass_on(found.error());
    auto& slots = place->second.slots;
    if (*found) {
        const auto bytes = read->bytes(0);
        slots.assign(bytes.begin(), bytes.end());
        read->reset();
    }
    slots.resize(static_cast<std::size_t>(kDay / key.each));
    return &place->second;
}

void StripWriter::put(Row& row, std::size_t slot, std::uint8_t byte) {
    if (row.slots[slot] == byte) return;
    row.slots[slot] = byte;
    row.changed = true;
}

Result<> StripWriter::take(const ItemRecord& revision) {
    const StatPeriod& period = revision.period;
    const milliseconds each = period.to - period.from;
    if (period.type != StatType::real_time || kDay % each != milliseconds{0} || kDay / each > kMostSlotsADay)
        return {};
    const auto its = subject(StripKind::item, revision.item);
    if (!its) return pass_on(its.error());
    const UtcTime day = site_midnight_before(period.from, utc_offset_);
    const auto found = row({day, (*its)->number, each});
    if (!found) return pass_on(found.error());
    const auto slot = static_cast<std::size_t>((period.from - day) / each);
    ItemSlot now = slot_of(revision, revision.computed_at, day + kDay);
    if (revision.revision > 0) now.after_day = ItemSlot::from_byte((*found)->slots[slot]).after_day;
    put(**found, slot, now.byte());
    if (period.from < (*its)->first) {
        (*its)->first = period.from;
        (*its)->first_is_new = true;
    }
    return {};
}

Result<> StripWriter::take(const BoundaryFound& found, milliseconds each) {
    if (kDay % each != milliseconds{0} || kDay / each > kMostSlotsADay) return {};
    const auto its = subject(StripKind::meter, found.meter.text);
    if (!its) return pass_on(its.error());
    const UtcTime first_day = site_midnight_before(found.from, utc_offset_);
    for (UtcTime day = first_day; day < found.to; day += kDay) {
        // The first boundary of this day that is not before the begin.
        const milliseconds in_day = std::max(found.from - day, milliseconds{0});
        auto slot = static_cast<std::size_t>((in_day + each - milliseconds{1}) / each);
        const auto slots = static_cast<std::size_t>(kDay / each);
        if (slot >= slots || day + each * static_cast<std::int64_t>(slot) >= found.to) continue;
        const auto its_row = row({day, (*its)->number, each});
        if (!its_row) return pass_on(its_row.error());
        const UtcTime first = day + each * static_cast<std::int64_t>(slot);
        for (; slot < slots && day + each * static_cast<std::int64_t>(slot) < found.to; ++slot) {
            const auto before = BoundarySlot::from_byte((*its_row)->slots[slot]);
            put(**its_row, slot, after(before, found).byte());
        }
        if (found.slot.quality != Quality::before_start && first < (*its)->first) {
            (*its)->first = first;
            (*its)->first_is_new = true;
        }
    }
    return {};
}

Result<> StripWriter::flush() {
    auto put_row = file_.prepare(kPutRow);
    if (!put_row) return pass_on(put_row.error());
    for (auto& [key, row] : rows_) {
        if (!row.changed) continue;
        put_row->bind(1, number(key.day))
            .bind(2, key.subject)
            .bind(3, key.each.count())
            .bind(4, std::span<const std::uint8_t>{row.slots});
        if (auto written = put_row->run(); !written) return written;
        row.changed = false;
    }
    rows_.clear();
    auto put_first = file_.prepare(kPutFirst);
    if (!put_first) return pass_on(put_first.error());
    for (auto& [name, each] : subjects_) {
        if (!each.first_is_new) continue;
        if (auto written = put_first->bind(1, number(each.first)).bind(2, each.number).run(); !written)
            return written;
        each.first_is_new = false;
    }
    return {};
}

Result<> make_strips(sqlite::Database& file) {
    const auto midnight = file.integer(kMidnight);
    if (!midnight) return pass_on(midnight.error());
    const auto into_day =
        *midnight == 0 ? milliseconds{std::chrono::hours{16}} : milliseconds{*midnight} % kDay;
    StripWriter writer{file, std::chrono::floor<std::chrono::minutes>(-into_day)};
    auto rows = file.prepare(kAllRecords);
    if (!rows) return pass_on(rows.error());
    ItemRecord record;
    const auto made = each_row(*rows, [&]() -> Result<> {
        record.item = rows->text(0);
        const UtcTime from = time(rows->integer(1));
        record.period = {StatType::real_time, from, from + milliseconds{rows->integer(2)}};
        record.revision = static_cast<std::uint32_t>(rows->integer(3));
        record.value = rows->integer(4) != 0 ? std::nullopt : std::optional{Decimal{}};
        record.marks = Marks{static_cast<std::uint32_t>(rows->integer(5))};
        record.computed_at = time(rows->integer(6));
        if (auto taken = writer.take(record); !taken) return taken;
        return writer.rows() < kMostRows ? Result<>{} : writer.flush();
    });
    if (!made) return made;
    return writer.flush();
}

}  // namespace mg::books
