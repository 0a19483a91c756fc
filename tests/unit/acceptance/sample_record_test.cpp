#include "gateway/acceptance/sample_record.h"

#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"
#include "tests/unit/acceptance/small_site.h"

namespace mg::test {
namespace {

struct SampleRecords : testing::Test {
    SmallSite site;
    TemporaryFolder folder;
    std::unique_ptr<Books> books{std::move(Books::open(folder.path() / kBooksFile).value())};
    const SiteCalendar calendar;

    void keep(const std::string& item, StatType type, int back, std::optional<Decimal> value) const {
        ItemRecord record;
        record.item = item;
        record.period = calendar.containing(type, site.clock.utc());
        for (int i = 0; i < back; ++i) record.period = calendar.before(record.period);
        record.value = value;
        ASSERT_TRUE(books->commit({.records = {record}}));
    }
    [[nodiscard]] SampleRecord newest(const std::string& item = {}) const {
        return newest_record(
            site.options, site.options.provincial.front(), site.profile_of(0), item, books.get(),
            [](const ItemRecord&) -> Result<std::string> { return std::string{"1.229"}; }, site.clock.utc());
    }
};

TEST_F(SampleRecords, TheNewestOfTheFirstItemThatHasOneIsTaken) {
    keep("steel", StatType::day, 1, Decimal{7, 0});
    keep("elec", StatType::day, 1, Decimal{5, 0});
    keep("elec", StatType::real_time, 1, Decimal{1, -1});
    keep("elec", StatType::real_time, 2, Decimal{2, -1});

    const SampleRecord sample = newest();

    ASSERT_TRUE(sample.record) << sample.why_none;
    EXPECT_EQ(sample.item, "elec");
    EXPECT_EQ(sample.record->record.value->to_string(), "0.1");
    EXPECT_EQ(sample.record->factor, "1.229");
    EXPECT_FALSE(sample.is_invented);
}

TEST_F(SampleRecords, APeriodThatHasNotEndedOrHasNoValueIsNotTaken) {
    keep("elec", StatType::day, 0, Decimal{5, 0});
    keep("elec", StatType::real_time, 1, std::nullopt);
    keep("steel", StatType::month, 1, Decimal{7, 0});

    EXPECT_EQ(newest().item, "steel");
    const SampleRecord none = newest("elec");
    EXPECT_FALSE(none.record);
    EXPECT_NE(none.why_none.find("no record of elec"), std::string::npos) << none.why_none;
}

TEST_F(SampleRecords, BooksThatAreOpenElsewhereAreReadAndNotWritten) {
    keep("elec", StatType::day, 1, Decimal{5, 0});
    const auto looked = Books::look_into(folder.path() / kBooksFile);

    ASSERT_TRUE(looked) << looked.error().what;
    ASSERT_TRUE((*looked)->newest("elec", StatType::day, site.clock.utc()).value());
    EXPECT_TRUE((*looked)->outbox().state({"p1"}).value().empty());
    EXPECT_FALSE((*looked)->outbox().put_state({"p1"}, {{"a", "b"}}));
    EXPECT_FALSE((*looked)->commit({}));
    EXPECT_EQ(Books::look_into(folder.path() / "absent").value(), nullptr);
    EXPECT_FALSE(std::filesystem::exists(folder.path() / "absent"));
}

TEST_F(SampleRecords, AnInventedOneIsOfAPeriodThatHasEndedAndSaysThatItIsInvented) {
    const SampleRecord sample = invented_record(
        newest("steel"), site.options, site.options.provincial.front(), site.profile_of(0), site.clock.utc());

    ASSERT_TRUE(sample.record);
    EXPECT_TRUE(sample.is_invented);
    EXPECT_EQ(sample.record->record.value->to_string(), "123");
    EXPECT_LE(sample.record->record.period.to, site.clock.utc());
    EXPECT_EQ(sample.record->record.input_type, 5);
}

}  // namespace
}  // namespace mg::test
