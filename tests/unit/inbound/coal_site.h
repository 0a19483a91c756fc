#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "gateway/inbound/entry_desk.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/accounting/books_fixture.h"

namespace mg::test {

/// Noon of 2026-11-22 at a site that weighs its coal, with real books.
struct CoalSite : testing::Test {
    CoalSite() {
        ItemOptions bought;
        bought.id = "coal_bought";
        bought.periods = {StatType::day, StatType::month, StatType::year};
        bought.source = bought.month_source = InputType::manual;
        bought.method = ItemMethod::manual;
        bought.unit = "t";
        bought.day_min = Decimal{0, 0};
        bought.day_max = Decimal{3000, 0};
        ItemOptions used = bought;
        used.id = "coal_used";
        used.source = InputType::field_meter;
        used.method = ItemMethod::difference;
        ItemOptions factor = bought;
        factor.id = "coal_factor";
        factor.method = ItemMethod::last;
        factor.formula = "coef.coal_tce";
        options.items = {bought, used, factor};
    }

    static GivenValue given(const std::string& item, const std::string& period, const std::string& value) {
        return {.item = item,
                .type = {},
                .period = period,
                .value = value,
                .evidence = "磅单 7",
                .input_type = {}};
    }
    std::vector<EntryAnswer> take(const std::vector<GivenValue>& values,
                                  EntryTaking taking = EntryTaking::each) {
        auto answers = desk.take(values, source, taking);
        EXPECT_TRUE(answers) << answers.error().what;
        return answers.value_or(std::vector<EntryAnswer>{});
    }
    [[nodiscard]] std::vector<DatedRecord> entries() const {
        return books->dated(DatedQuery{.kind = "entry", .subject = {}, .also_void = true}).value();
    }

    const TemporaryFolder folder;
    Options options;
    FakeClock clock{kMidnight + std::chrono::hours{12}};
    std::unique_ptr<Books> books{open_books_or_fail(folder.path() / "books.db")};
    int looks{0};
    EntrySource source{.author = "zhang", .remark = {}, .input_type = InputType::manual};
    EntryDesk desk{options, *books, clock, [this] { ++looks; }};
};

}  // namespace mg::test
