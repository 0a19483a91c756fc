#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/options.h"
#include "gateway/accounting/accountant.h"
#include "gateway/accounting/books.h"
#include "gateway/accounting/item_graph.h"
#include "gateway/accounting/site_plan.h"
#include "tests/support/fake_clock.h"
#include "tests/support/memory_store.h"
#include "tests/support/temporary_folder.h"

namespace mg {

/// A site with its tables, a store and books on disk: what a gateway is to the right of its lines. Meters
/// have the points energy (kWh, two decimals, index) and power (kW).
class AccountingPlant {
public:
    /// Rows of meters.csv behind the heading id,…; of items.csv; of coefficients.csv.
    AccountingPlant(std::string_view meters, std::string_view items, std::string_view coefficients = {});
    /// Starts again with other tables.
    void takes_tables(std::string_view meters, std::string_view items, std::string_view coefficients = {});

    /// Starts again as gateways do that compute what each metering point measured; from now on.
    void measures_each_meter();

    UtcTime at(std::string_view moment) const;
    StatPeriod period(std::string_view text) const { return calendar_.parse(text).value(); }

    /// A boundary sample; "-" is a failed poll.
    void reads(const std::string& meter, std::string_view moment, std::string_view index,
               std::string_view power = "0");
    /// One at every boundary of [from, to], growing by `each`.
    void runs(const std::string& meter, std::string_view from, std::string_view to, std::string_view start,
              std::string_view each);
    /// Samples are of a later clock epoch from now on.
    void clock_is_set_back() { ++epoch_; }
    /// Nobody asked the meter in [from, to).
    void stops(const std::string& meter, std::string_view from, std::string_view to);
    DatedId records(DatedBody body, const std::string& author = "张示例");
    DatedId enters(const std::string& item, std::string_view period, std::string_view value);

    /// From now on samples go into this store and are accounted for from there, by these books: a name, or a
    /// path elsewhere.
    void keep_in(SampleStore& store, const std::string& books);
    /// The books are closed and the store may go, until the next keep_in().
    void leave();

    /// Until there is nothing more to do.
    void account();
    /// The process ends and starts again.
    void restart();

    /// "12.50 end_bridged", "none".
    std::string value(const std::string& item, std::string_view period);
    std::vector<ItemRecord> revisions(const std::string& item, std::string_view period);
    /// Everything in the books but when it was computed, as text.
    std::string all_records();
    /// What anybody could ever be told by the books, but when it was computed: every revision with its cause,
    /// what is on record, requests, steps that wait for a ruling, work to do.
    std::string everything_said();
    /// Computes everything from samples and dated records into new books: the first line that differs.
    std::string what_computing_anew_changes();

    AccountingBasis basis() const { return {options_, graph_, plan_}; }
    MemoryStore& store() { return memory_; }
    Books& books() { return *books_; }
    Accountant& accountant() { return *accountant_; }

private:
    void load_tables(std::string_view meters, std::string_view items, std::string_view coefficients);
    void plan();
    void open_books(const std::string& file);
    std::string line_of(const ItemRecord& record) const;

    TemporaryFolder folder_;
    SiteCalendar calendar_;
    bool measures_each_meter_{false};
    Options options_;  ///< of the tables as they are now, as are the next two
    ItemGraph graph_;
    SitePlan plan_;
    FakeClock clock_;
    MemoryStore memory_;
    SampleStore* store_{&memory_};
    std::string books_file_;
    std::unique_ptr<Books> books_;
    std::unique_ptr<Accountant> accountant_;
    std::map<std::string, LayoutRef> layouts_;
    ClockEpoch epoch_{0};
};

}  // namespace mg
