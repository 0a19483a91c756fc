#include "gateway/buffer/row_group.h"

#include <algorithm>
#include <deque>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "gateway/buffer/packing.h"
#include "tests/unit/buffer/store_fixture.h"

namespace mg::test {
namespace {

/// Rows with what they point to, and the layouts by number.
struct Table {
    std::deque<Packed> data;
    std::vector<SampleRow> rows;
    std::vector<LayoutRef> layouts;

    [[nodiscard]] RowGroup::LayoutOf layout_of() const {
        return [this](std::int64_t number) -> Result<LayoutRef> {
            if (number < 1 || number > static_cast<std::int64_t>(layouts.size())) {
                return fail(Failure::corrupt, "no such layout");
            }
            return layouts[static_cast<std::size_t>(number) - 1];
        };
    }
    void add(SampleRow row, const std::vector<Reading>& readings) {
        data.push_back(pack(*layouts[static_cast<std::size_t>(row.layout) - 1], readings));
        row.data = data.back();
        rows.push_back(row);
    }
};

Quality some_quality() {
    return *rc::gen::weightedElement<Quality>({{20, Quality::good},
                                               {2, Quality::clock_untrusted},
                                               {2, Quality::no_reply},
                                               {1, Quality::unsupported},
                                               {1, Quality::storage_lost}});
}

std::uint64_t some_bits(WireType type) {
    const auto bits = *rc::gen::resize(*rc::gen::inRange(1, 500), rc::gen::arbitrary<std::uint64_t>());
    const int width = size_of(type) * 8;
    return width == 64 ? bits : bits & ((std::uint64_t{1} << static_cast<unsigned>(width)) - 1);
}

void some_layouts(Table& table) {
    for (int i = *rc::gen::inRange(1, 6); i > 0; --i) {
        Layout layout{.meter = MeterId{fmt::format("m{}", i % 3)}, .model = "x", .points = {}};
        const int points =
            *rc::gen::weightedOneOf<int>({{9, rc::gen::inRange(0, 6)}, {1, rc::gen::inRange(6, 257)}});
        for (int point = 0; point < points; ++point) {
            const auto type = *rc::gen::inRange(0, static_cast<int>(WireType::f32_hundreds) + 1);
            layout.points.push_back({.id = PointId{"p"}, .type = static_cast<WireType>(type), .unit = ""});
        }
        table.layouts.push_back(std::make_shared<const Layout>(std::move(layout)));
    }
}

void some_rows(Table& table, int rows) {
    Sequence sequence = *rc::gen::inRange<Sequence>(0, 1'000'000);
    for (int i = 0; i < rows; ++i) {
        sequence += *rc::gen::weightedElement<Sequence>({{9, 1}, {2, 3}, {1, 70'000}});
        const auto number = *rc::gen::inRange<std::size_t>(1, table.layouts.size() + 1);
        const Layout& layout = *table.layouts[number - 1];
        const Quality one = some_quality();
        const bool same = *rc::gen::inRange(0, 3) > 0;
        std::vector<Reading> readings;
        for (const LayoutPoint& point : layout.points) {
            const Quality quality = same ? one : some_quality();
            readings.push_back({has_value(quality) ? some_bits(point.type) : 0, quality});
        }
        const std::int64_t slot = 1'795'312'800'000 + 60'000 * (i / 5) - (i % 11 == 0 ? 86'400'000 : 0);
        table.add({.sequence = sequence,
                   .slot = slot,
                   .layout = static_cast<std::int64_t>(number),
                   .taken_at = slot + *rc::gen::inRange(-5, 5000),
                   .epoch = *rc::gen::element<std::int64_t>(0, 0, 1, 4'294'967'295),
                   .revision = *rc::gen::element<std::int64_t>(0, 0, 2, 4'294'967'295),
                   .data = {}},
                  readings);
    }
}

EncodedGroup encoded(const Table& table) {
    RowGroupEncoder encoder;
    for (const SampleRow& row : table.rows) {
        encoder.add(row, *table.layouts[static_cast<std::size_t>(row.layout) - 1]);
    }
    return encoder.finish();
}

bool same(const SampleRow& one, const SampleRow& other) {
    return one.sequence == other.sequence && one.slot == other.slot && one.layout == other.layout &&
           one.taken_at == other.taken_at && one.epoch == other.epoch && one.revision == other.revision &&
           std::ranges::equal(one.data, other.data);
}

TEST(RowGroup, GivesBackEveryRowToTheBit) {
    const bool held = rc::check([] {
        Table table;
        some_layouts(table);
        some_rows(table, *rc::gen::inRange(1, 60));
        const EncodedGroup on_disk = encoded(table);
        RC_ASSERT(on_disk.items == static_cast<std::int64_t>(table.rows.size()));

        auto group = RowGroup::open(on_disk.head, on_disk.items, on_disk.first, on_disk.last);
        RC_ASSERT(group.has_value());
        RC_ASSERT(group->unfold(on_disk.body, table.layout_of()).has_value());
        RC_ASSERT(group->size() == table.rows.size());
        for (std::size_t i = 0; i < table.rows.size(); ++i) {
            RC_ASSERT(same(group->row(i), table.rows[i]));
            RC_ASSERT(table.rows[i].slot >= on_disk.first_slot && table.rows[i].slot <= on_disk.last_slot);
            const auto mine = group->rows_of(table.rows[i].layout);
            RC_ASSERT(std::ranges::count(mine, static_cast<std::uint32_t>(i)) == 1);
        }
    });
    EXPECT_TRUE(held);
}

TEST(RowGroup, AnEncoderIsEmptyAgainAfterAGroup) {
    Table table;
    table.layouts = {layout("m1"), layout("m2", 3, WireType::u64)};
    table.add({.sequence = 5, .slot = 60'000, .layout = 1, .taken_at = 60'040, .data = {}},
              {{1, Quality::good}, {2, Quality::good}});
    Table second;
    second.layouts = table.layouts;
    second.add({.sequence = 9, .slot = 120'000, .layout = 2, .taken_at = 120'040, .data = {}},
               {{1, Quality::good}, {2, Quality::good}, {3, Quality::no_reply}});
    second.rows.front().data = second.data.front();
    RowGroupEncoder encoder;
    encoder.add(table.rows.front(), *table.layouts[0]);
    static_cast<void>(encoder.finish());
    encoder.add(second.rows.front(), *table.layouts[1]);
    const EncodedGroup after = encoder.finish();

    const EncodedGroup alone = encoded(second);
    EXPECT_EQ(after.head, alone.head);
    EXPECT_EQ(after.body, alone.body);
}

TEST(RowGroup, IsFullBeforeItIsTooLargeToRead) {
    // Rows with a quality of their own for each point among rows with one for all: they have other lengths.
    for (int mixed = 0; mixed < 8; ++mixed) {
        Table table;
        table.layouts = {layout("m1", 256, WireType::u16)};
        std::vector<Reading> readings(256, Reading{0x4567, Quality::good});
        RowGroupEncoder encoder;
        std::size_t bytes = 0;
        for (int row = 0;; ++row) {
            readings.front() = row < mixed ? Reading{0, Quality::no_reply} : Reading{0x89AB, Quality::good};
            const Packed data = pack(*table.layouts.front(), readings);
            if (!encoder.fits(data.size())) break;
            encoder.add({.sequence = row + 1, .layout = 1, .data = data}, *table.layouts.front());
            bytes += data.size();
        }
        const EncodedGroup full = encoder.finish();

        EXPECT_GT(bytes, kMostGroupBytes - 800);
        auto group = RowGroup::open(full.head, full.items, full.first, full.last);
        ASSERT_TRUE(group);
        EXPECT_TRUE(group->unfold(full.body, table.layout_of())) << mixed;
    }
}

TEST(RowGroup, DamageIsAnErrorNeverACrash) {
    Table table;
    table.layouts = {layout("m1"), layout("m2", 3, WireType::bcd32)};
    for (int i = 0; i < 40; ++i) {
        const auto number = static_cast<std::int64_t>(1 + i % 2);
        table.add(
            {.sequence = i + 1, .slot = 60'000 * i, .layout = number, .taken_at = 60'000 * i + 7, .data = {}},
            std::vector<Reading>(static_cast<std::size_t>(1 + number),
                                 {static_cast<std::uint64_t>(i), i % 7 ? Quality::good : Quality::no_reply}));
    }
    const EncodedGroup whole = encoded(table);
    const auto reads = [&](std::span<const std::uint8_t> head, std::span<const std::uint8_t> body) {
        auto group = RowGroup::open(head, whole.items, whole.first, whole.last);
        return group && group->unfold(body, table.layout_of());
    };
    ASSERT_TRUE(reads(whole.head, whole.body));
    for (std::size_t at = 0; at < whole.head.size(); ++at) {
        auto damaged = whole.head;
        damaged[at] ^= 0x10U;
        const auto group = RowGroup::open(damaged, whole.items, whole.first, whole.last);
        // Bits that mean nothing may turn; what is read is then what was written.
        if (group) {
            EXPECT_EQ(group->sequence(7), 8) << at;
        }
        EXPECT_FALSE(reads(std::span{whole.head}.first(at), whole.body)) << at;
    }
    for (std::size_t at = 0; at < whole.body.size(); ++at) {
        auto damaged = whole.body;
        damaged[at] ^= 0x10U;
        static_cast<void>(reads(whole.head, damaged));
        EXPECT_FALSE(reads(whole.head, std::span{whole.body}.first(at))) << at;
    }
    EXPECT_FALSE(reads(whole.body, whole.head));
    EXPECT_FALSE(RowGroup::open(whole.head, whole.items + 1, whole.first, whole.last));
    EXPECT_FALSE(RowGroup::open(whole.head, whole.items, whole.first, whole.last + 1));
}

}  // namespace
}  // namespace mg::test
