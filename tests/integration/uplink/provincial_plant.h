#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "config/options.h"
#include "gateway/accounting/books.h"
#include "gateway/accounting/outbox.h"
#include "gateway/uplink/provincial/provincial_uplink.h"
#include "tests/support/simulated_platform.h"
#include "tests/support/temporary_folder.h"

namespace mg::test {

/// A plant with books and a few items, whose periods ended in the last days, and uplinks of it.
class ProvincialPlant {
public:
    /// The three items of most tests, or so many.
    explicit ProvincialPlant(std::size_t items = 3);

    Options options;
    std::unique_ptr<Books> books;
    /// A clock that is not trusted sends nothing.
    std::atomic<bool> clock_is_trusted{true};
    /// Compares the platform's base data with the items; none: nobody does.
    std::function<std::vector<std::string>(const BaseData&)> differences;

    /// Adds an uplink "province" (or `id`) to that platform: "p1" is asked by profile national, "p2" by
    /// shandong, "p3" by yunnan.
    ProvincialOptions& connect(const SimulatedPlatform& platform, const std::string& sim_profile,
                               const std::string& id = "province");
    /// Its thread; short times between tries.
    std::unique_ptr<ProvincialUplink> start(const std::string& id = "province");

    /// The last `quarters` of an hour and the last days of each item, all with invented values.
    void keep_records(std::size_t quarters, std::size_t days);
    /// Of each item the quarter of an hour that ended so many quarters before the last one.
    void keep_older_quarter(std::size_t quarters_before);
    /// A new revision of the newest record of `item` and type, with another value.
    void revise(const std::string& item, StatType type);

    [[nodiscard]] OutboxStatus outbox(const std::string& id = "province") const;
    [[nodiscard]] std::size_t waiting(const std::string& id = "province") const;
    /// How many receipts of this outcome are in the books.
    [[nodiscard]] std::size_t receipts(RecordOutcome outcome, const std::string& id = "province") const;
    /// What the platform ought to hold: "code statType statDate" → value, of the newest revisions; without
    /// those that are set aside for `id`.
    [[nodiscard]] std::map<std::string, std::string> owed(const std::string& id = "province") const;
    /// What it holds.
    static std::map<std::string, std::string> held(SimulatedPlatform& platform,
                                                   const std::string& sim_profile);

private:
    ItemRecord invented(const std::string& item, const StatPeriod& period);
    void commit(const BooksChange& change);

    TemporaryFolder folder_;
    SystemClock clock_;
    int invented_{0};
};

}  // namespace mg::test
