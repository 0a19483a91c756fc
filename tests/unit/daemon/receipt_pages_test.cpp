#include "gateway/daemon/receipt_pages.h"

#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "gateway/daemon/release_items.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/accounting/books_fixture.h"

namespace mg {
namespace {

using test::kMidnight;
using test::kQuarter;

const UplinkId kProvince{"province"};

/// Real books with some hundred records of two items, and a platform that took one item and refuses the
/// other.
struct ReceiptPagesTest : testing::Test {
    static constexpr int kQuarters = 700;

    ReceiptPagesTest() {
        for (const char* id : {"elec", "gas"}) {
            ItemOptions item;
            item.id = id;
            item.unit = std::string(id) == "gas" ? "万m³" : "万kWh";
            options.items.push_back(item);
        }
        BooksChange change;
        std::vector<Settlement> answers;
        for (int n = 0; n < kQuarters; ++n) {
            for (const std::string item : {"elec", "gas"}) {
                const StatPeriod period{StatType::real_time, kMidnight + n * kQuarter,
                                        kMidnight + (n + 1) * kQuarter};
                change.records.push_back({.item = item, .period = period, .value = Decimal{n, -1}});
                answers.push_back(
                    {.record = {item, period},
                     .outcome = item == "gas" ? RecordOutcome::set_aside : RecordOutcome::accepted,
                     .words = item == "gas" ? "编码未备案" : "成功",
                     .at = period.to});
            }
        }
        OutboxPlan plan;
        for (const char* id : {"elec", "gas"})
            plan.items.push_back({.item = id, .types = {StatType::real_time}});
        EXPECT_TRUE(outbox().enrol(kProvince, plan));
        EXPECT_TRUE(books->commit(change));
        EXPECT_TRUE(outbox().settle(kProvince, answers));
    }
    [[nodiscard]] Outbox& outbox() const { return books->outbox(); }
    [[nodiscard]] std::size_t waiting() const { return outbox().status(kProvince)->waiting[0]; }
    /// "gas 0 0.0 set_aside" of each line of all pages.
    std::vector<std::string> all(const ReceiptQuestion& question, std::size_t most) {
        ReceiptPages pages{options, outbox()};
        std::vector<std::string> lines;
        std::string after;
        do {
            const auto page = pages.receipts(question, after, most);
            EXPECT_TRUE(page) << page.error().what;
            if (!page) break;
            EXPECT_LE(page->receipts.size(), most);
            for (const ReceiptReport& each : page->receipts) {
                lines.push_back(fmt::format("{} {} {} {}", each.record.item, each.record.period_text,
                                            each.record.value->to_string(), each.outcome));
            }
            after = page->next;
        } while (!after.empty() && lines.size() <= 2U * kQuarters + 10);
        return lines;
    }

    TemporaryFolder folder{"/dev/shm"};
    Options options;
    std::unique_ptr<Books> books{test::open_books_or_fail(folder.path() / kBooksFile)};
};

TEST_F(ReceiptPagesTest, NoLineIsSkippedOrDoubledHoweverLongAPageIs) {
    const auto at_once = all({.uplink = kProvince}, 1'000'000);
    ASSERT_EQ(at_once.size(), 2U * kQuarters);
    EXPECT_EQ(at_once.front(), "elec 2026-11-22 00:00 0.0 accepted");

    for (const std::size_t most : {1U, 7U, 2U * kQuarters, 2U * kQuarters + 1}) {
        EXPECT_EQ(all({.uplink = kProvince}, most), at_once) << most;
    }
    EXPECT_EQ(all({.uplink = kProvince, .items = {"gas"}}, 13).size(), std::size_t{kQuarters});
    EXPECT_EQ(
        all({.uplink = kProvince, .from = kMidnight + 10 * kQuarter, .to = kMidnight + 12 * kQuarter}, 3)
            .size(),
        4U);
    EXPECT_TRUE(all({.uplink = kProvince, .type = StatType::day}, 3).empty());
}

TEST_F(ReceiptPagesTest, APageMayEndBetweenTheAnswersToOneRecord) {
    const StatPeriod first{StatType::real_time, kMidnight, kMidnight + kQuarter};
    const auto say = [&](std::uint32_t revision, RecordOutcome outcome) {
        Settlement answer;
        answer.record = RecordName{"elec", first};
        answer.revision = revision;
        answer.outcome = outcome;
        answer.words = "系统维护";
        answer.at = first.to;
        EXPECT_TRUE(outbox().settle(kProvince, {answer}));
    };
    say(0, RecordOutcome::kept);
    say(0, RecordOutcome::accepted);
    EXPECT_TRUE(books->commit({.records = {{.item = "elec", .period = first, .value = Decimal{7, 0}}}}));
    say(1, RecordOutcome::kept);
    say(1, RecordOutcome::accepted);
    const ReceiptQuestion question{.uplink = kProvince, .items = {"elec"}, .to = first.to};

    const auto at_once = all(question, 100);

    EXPECT_EQ(at_once.size(), 5U);
    for (const std::size_t most : {1U, 2U, 3U, 4U}) EXPECT_EQ(all(question, most), at_once) << most;
}

TEST_F(ReceiptPagesTest, ARecordHasTheUnitOfItsItemAsLongAsItIsConfigured) {
    ReceiptPages pages{options, outbox()};
    EXPECT_EQ(pages.receipts({.uplink = kProvince, .items = {"gas"}}, "", 1)->receipts[0].record.unit,
              "万m³");

    options.items.pop_back();

    ReceiptPages without{options, outbox()};
    const auto of_gas = without.receipts({.uplink = kProvince, .items = {"gas"}}, "", 1);
    ASSERT_TRUE(of_gas) << "receipts stay when an item leaves the configuration";
    EXPECT_EQ(of_gas->receipts[0].record.unit, "");
}

TEST_F(ReceiptPagesTest, WhatCannotBeMeantIsRejected) {
    ReceiptPages pages{options, outbox()};
    const auto slip = pages.receipts({.uplink = kProvince, .items = {"gass"}}, "", 1);
    ASSERT_FALSE(slip);
    EXPECT_EQ(slip.error().kind, Failure::rejected);
    EXPECT_NE(slip.error().what.find("\"gas\""), std::string::npos) << slip.error().what;
    for (const char* place : {"x", "0 0", "0 0 day", "0 0 real_time 2026-11-22T16:00:00.000Z now gas",
                              "-1 0 real_time 2026-11-22T16:00:00.000Z 2026-11-22T16:15:00.000Z gas",
                              "0 0 real_time 2026-11-22T16:00:00.000Z 2026-11-22T16:15:00.000Z "}) {
        const auto page = pages.receipts({.uplink = kProvince}, place, 1);
        ASSERT_FALSE(page) << place;
        EXPECT_EQ(page.error().kind, Failure::rejected) << place;
        EXPECT_FALSE(pages.set_aside(kProvince, place, 1)) << place;
    }
}

TEST_F(ReceiptPagesTest, WhatIsSetAsideIsListedInPages) {
    ReceiptPages pages{options, outbox()};
    std::size_t listed = 0;
    std::string after;
    do {
        const auto page = pages.set_aside(kProvince, after, 99);
        ASSERT_TRUE(page) << page.error().what;
        for (const SetAsideReport& each : page->records) {
            EXPECT_EQ(each.record.item, "gas");
            EXPECT_EQ(each.words, "编码未备案");
        }
        listed += page->records.size();
        after = page->next;
    } while (!after.empty());
    EXPECT_EQ(listed, std::size_t{kQuarters});
}

TEST_F(ReceiptPagesTest, OfMoreThanATransactionTakesAllOfTheItemsThatAreNamedAreReleased) {
    EXPECT_EQ(release_items(outbox(), kProvince, {"elec"}, kMidnight), 0U);
    EXPECT_EQ(waiting(), 0U);

    EXPECT_EQ(release_items(outbox(), kProvince, {"elec", "gas"}, kMidnight), std::size_t{kQuarters});

    EXPECT_EQ(waiting(), std::size_t{kQuarters});
    EXPECT_EQ(outbox().status(kProvince)->set_aside, 0U);
    EXPECT_EQ(all({.uplink = kProvince}, 500).size(), 2U * kQuarters) << "nothing was answered by that";
}

TEST_F(ReceiptPagesTest, BooksThatAreOpenElsewhereAreReadAndNotWritten) {
    const auto file = folder.path() / kBooksFile;
    const auto reader = Books::look_into(file);
    ASSERT_TRUE(reader) << reader.error().what;

    ReceiptPages pages{options, (*reader)->outbox()};
    EXPECT_EQ(pages.receipts({.uplink = kProvince}, "", 2000)->receipts.size(), 2U * kQuarters);
    EXPECT_EQ((*reader)->outbox().destinations(), (std::vector<UplinkId>{kProvince}));
    EXPECT_FALSE((*reader)->outbox().release(kProvince, std::nullopt));
    EXPECT_FALSE((*reader)->put({.body = InitialInstrument{{"hv"}, "SN-A", {}}, .author = "li"}));
    EXPECT_EQ(Books::look_into(folder.path() / "absent.db").value(), nullptr);
    EXPECT_FALSE(std::filesystem::exists(folder.path() / "absent.db"));
}

}  // namespace
}  // namespace mg
