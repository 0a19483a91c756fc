#include "gateway/completeness/completeness.h"

#include <gtest/gtest.h>

#include "gateway/completeness/completeness_sections.h"
#include "tests/support/temporary_folder.h"

namespace mg {
namespace {

using namespace std::chrono_literals;

constexpr UtcTime kMonday{1'795'363'200'000ms};  // 2026-11-23 00:00 at a site at +08:00

/// A site of hours with two metering points and three items, and books that know some of them.
class CompletenessTest : public ::testing::Test {
protected:
    void SetUp() override {
        options_.site.boundary = 1h;
        for (const char* id : {"hv_in", "hv_kiln"}) {
            MeterOptions meter;
            meter.id = MeterId{id};
            meter.line = LineId{"line_1"};
            options_.meters.push_back(meter);
        }
        options_.items.push_back(item("elec", ItemMethod::difference, {StatType::real_time, StatType::day}));
        options_.items.push_back(item("lime", ItemMethod::manual, {StatType::day}));
        ItemOptions coal = item("coal", ItemMethod::difference, {StatType::day, StatType::month});
        coal.month_source = InputType::manual;
        options_.items.push_back(coal);
        auto opened = Books::open(folder_.path() / kBooksFile);
        ASSERT_TRUE(opened) << opened.error().what;
        books_ = std::move(*opened);
    }
    static ItemOptions item(const std::string& id, ItemMethod method, std::set<StatType> periods) {
        ItemOptions made;
        made.id = id;
        made.method = method;
        made.periods = std::move(periods);
        made.interval = 1h;
        made.codes.standard = ItemCode{};
        return made;
    }
    void boundary(const std::string& meter, UtcTime at, Quality quality) {
        BoundaryFound found{.meter = MeterId{meter}, .from = at, .to = at + 1ms, .slot = {true, quality}};
        change_.boundaries->found.push_back(found);
    }
    void boundaries(const std::string& meter, UtcTime from, UtcTime to, Quality quality) {
        for (UtcTime at = from; at < to; at += 1h) boundary(meter, at, quality);
    }
    void record(const std::string& name, StatType type, UtcTime from, UtcTime to, int value) {
        record(name, type, from, to, Decimal{value, 0}, {}, to);
    }
    void record(const std::string& name, StatType type, UtcTime from, UtcTime to,
                const std::optional<Decimal>& value, Marks marks, UtcTime computed_at) {
        ItemRecord made;
        made.item = name;
        made.period = {type, from, to};
        made.value = value;
        made.marks = marks;
        made.computed_at = computed_at;
        change_.records.push_back(made);
    }
    Completeness shown(UtcTime from, UtcTime to, UtcTime now) {
        const auto stored = books_->commit(change_);
        EXPECT_TRUE(stored) << stored.error().what;
        auto found = completeness_of(*books_, options_, {.from = from, .to = to, .now = now});
        EXPECT_TRUE(found) << found.error().what;
        return *found;
    }

    const TemporaryFolder folder_;
    Options options_;
    std::unique_ptr<Books> books_;
    BooksChange change_{.boundaries = BoundaryChange{{"store", 1}, 1h, {}}};
};

TEST_F(CompletenessTest, CountsTheRunningDayUpToNowAndADayWithoutAnythingAsMissing) {
    boundaries("hv_in", kMonday + 6h, kMonday + 24h, Quality::good);  // 18
    boundaries("hv_in", kMonday + 48h, kMonday + 58h, Quality::good);
    boundary("hv_in", kMonday + 50h, Quality::no_reply);
    const Completeness all = shown(kMonday, kMonday + 72h, kMonday + 58h - 1min);
    const SubjectCompleteness& meter = all.subjects.at(0);
    EXPECT_EQ(meter.id, "hv_in");
    EXPECT_EQ(meter.days.at(0).due, 18);
    EXPECT_EQ(meter.days.at(0).missing, 0);
    EXPECT_EQ(meter.days.at(1).due, 24);
    EXPECT_EQ(meter.days.at(1).missing, 24);
    EXPECT_EQ(meter.days.at(2).due, 10);
    EXPECT_EQ(meter.days.at(2).missing, 1);
    EXPECT_EQ(meter.days.at(2).to_come, 14);
    EXPECT_EQ(meter.days.at(2).at_best(), 9583);                // 23 of 24
    EXPECT_EQ(meter.days.at(2).as_now(meter.is_silent), 9583);  // it is read
    EXPECT_EQ(meter.days.at(2).as_now(true), 3750);             // 9 of 24
    EXPECT_EQ(meter.total.share(), 5192);                       // 27 of 52
    EXPECT_TRUE(meter.below_bar());
    const std::vector<Hole> holes{{{kMonday + 24h, kMonday + 48h}, std::nullopt},
                                  {{kMonday + 50h, kMonday + 51h}, Quality::no_reply}};
    EXPECT_EQ(meter.total.holes, holes);
    EXPECT_EQ(all.subjects.at(1).total.due, 0);  // nothing was ever known of it
}

TEST_F(CompletenessTest, SaysSinceWhenAMeteringPointIsSilentAndWhy) {
    boundaries("hv_in", kMonday, kMonday + 34h, Quality::good);
    boundaries("hv_kiln", kMonday, kMonday + 8h, Quality::good);
    boundaries("hv_kiln", kMonday + 8h, kMonday + 34h, Quality::line_down);
    const Completeness all = shown(kMonday, kMonday + 48h, kMonday + 33h + 30min);
    ASSERT_EQ(all.faults.size(), 1U);
    EXPECT_EQ(all.faults[0].id, "hv_kiln");
    EXPECT_FALSE(all.subjects.at(0).is_silent);
    EXPECT_TRUE(all.subjects.at(1).is_silent);
    EXPECT_EQ(all.faults[0].since, kMonday + 8h);
    EXPECT_EQ(all.faults[0].hours_passed(), 24);
    EXPECT_EQ(all.faults[0].reason, Quality::line_down);
    EXPECT_EQ(all.faults[0].repair_until, kMonday + 80h);
}

TEST_F(CompletenessTest, DoesNotAskForWhatIsOnRecordAsStopped) {
    boundaries("hv_kiln", kMonday, kMonday + 8h, Quality::good);
    boundaries("hv_kiln", kMonday + 8h, kMonday + 24h, Quality::no_reply);
    DatedRecord out;
    out.body = OutOfService{MeterId{"hv_kiln"}, kMonday + 9h, std::nullopt};
    out.author = "Li";
    ASSERT_TRUE(books_->put(out));
    const Completeness all = shown(kMonday, kMonday + 24h, kMonday + 30h);
    EXPECT_EQ(all.subjects.at(1).total.due, 9);
    EXPECT_EQ(all.subjects.at(1).total.missing, 1);
    EXPECT_EQ(all.subjects.at(1).total.excused, 15);
    EXPECT_TRUE(all.faults.empty());
}

TEST_F(CompletenessTest, HoldsEnteredItemsToTheDayAndMonthsFromElsewhereToTheirDays) {
    const UtcTime november = kMonday - 22 * 24h;
    record("lime", StatType::day, kMonday, kMonday + 24h, Decimal{5, 0}, Mark::entered, kMonday + 33h);
    record("lime", StatType::day, kMonday - 24h, kMonday, 5);  // before the site began: not due
    record("elec", StatType::real_time, kMonday, kMonday + 1h, 5);
    record("coal", StatType::day, kMonday, kMonday + 24h, 95);
    record("coal", StatType::month, november, november + 30 * 24h, 100);
    const Completeness month = shown(november, november + 30 * 24h, kMonday + 10 * 24h);
    const SubjectCompleteness& lime = month.subjects.at(3);
    EXPECT_EQ(lime.total.due, 8);  // Monday to the 30th
    EXPECT_EQ(lime.total.entered, 1);
    EXPECT_EQ(lime.total.late, 1);  // 9 h after its day
    EXPECT_EQ(lime.total.missing, 7);
    EXPECT_EQ(lime.days.at(22).share(), 10'000);
    EXPECT_EQ(lime.days.at(23).share(), 0);
    const SubjectCompleteness& coal = month.subjects.at(4);
    ASSERT_EQ(coal.months.size(), 1U);
    EXPECT_TRUE(coal.months[0].within);  // 5 of 100
    EXPECT_EQ(month.subjects.at(2).total.due, 8 * 24);
    EXPECT_EQ(month.subjects.at(2).total.measured, 1);

    record("coal", StatType::day, kMonday, kMonday + 24h, 94);
    const Completeness again = shown(november, november + 30 * 24h, kMonday + 10 * 24h);
    EXPECT_FALSE(again.subjects.at(4).months.at(0).within);
}

TEST_F(CompletenessTest, AsksForARatioOnceADayButNotWhileNothingWasMade) {
    record("elec", StatType::real_time, kMonday, kMonday + 1h, 5);
    options_.items.push_back(item("unit", ItemMethod::ratio, {StatType::day, StatType::month}));
    record("unit", StatType::day, kMonday, kMonday + 24h, 5);
    record("unit", StatType::day, kMonday + 24h, kMonday + 48h, std::nullopt, Mark::no_divisor,
           kMonday + 48h);
    const Completeness days = shown(kMonday, kMonday + 96h, kMonday + 72h + 4min);
    const SubjectCompleteness& unit = days.subjects.at(5);
    EXPECT_EQ(unit.total.due, 1);  // Wednesday is not asked for before 00:05
    EXPECT_EQ(unit.total.measured, 1);
    EXPECT_EQ(unit.total.excused, 1);
    EXPECT_EQ(shown(kMonday, kMonday + 96h, kMonday + 72h + 5min).subjects.at(5).total.missing, 1);
}

TEST_F(CompletenessTest, SaysAYearByTheMonth) {
    boundaries("hv_in", kMonday, kMonday + 24h, Quality::good);
    const UtcTime year = kMonday - 326 * 24h;
    const auto sections = completeness_sections(shown(year, year + 365 * 24h, kMonday + 24h), false);
    const auto& map = std::get<Table>(sections.back().blocks.back());
    EXPECT_EQ(map.columns.size(), 13U);
    EXPECT_EQ(std::get<ShareCell>(map.rows.at(0).at(11).value).share, (Decimal{1, 0}));
    EXPECT_TRUE(std::holds_alternative<std::monostate>(map.rows.at(0).at(10).value));
}

}  // namespace
}  // namespace mg
