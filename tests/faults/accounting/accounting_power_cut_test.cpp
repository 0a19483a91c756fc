#include <algorithm>
#include <cstdlib>
#include <exception>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/crash_vfs.h"
#include "tests/support/stepped_clock.h"
#include "tests/unit/accounting/accounting_plant.h"
#include "tests/unit/buffer/store_fixture.h"

// The power fails between buffer and books: both are on one disk that forgets what was not synced. Whenever
// it happens, the books come to say what those of a plant without a cut say, word for word: no period twice,
// none skipped, and no revision that the other plant has not.
namespace mg::test {
namespace {

/// What happens at the plant. A step whose power failed happens again: meters are read again, people look
/// whether what they put is there.
using Step = std::function<void(AccountingPlant&)>;

constexpr const char* kMeters =
    "a,hv,1,test,,,1000000,40000,SN-A\n"
    "b,hv,2,test,400,5,1000000,400000,SN-B\n";
constexpr const char* kItems =
    "elec,电,电力,实时 日 月 年,15,现场仪表,累计差,a.energy + b.energy,kWh,2,,,,不计,,,\n"
    "part,分项,电力,日 月,15,现场仪表,累计差,elec - b.energy,kWh,2,,,,不计,,,\n"
    "load,负荷,电力,实时 日,15,现场仪表,平均,a.power,kW,2,,,,不计,,,\n"
    "diesel,柴油,柴油,日 月 年,,手工填报,手工,,t,3,,,,不计,,,\n";

void put_once(AccountingPlant& plant, const DatedBody& body) {
    const auto there = plant.books().dated({.kind = std::string(kind_of(body)), .subject = {}}).value();
    if (there.empty()) plant.records(body);
}

Replacement exchange_of_a(const AccountingPlant& plant) {
    Replacement replacement;
    replacement.meter = {"a"};
    replacement.removed_at = plant.at("2026-12-31 23:35");
    replacement.installed_at = plant.at("2026-12-31 23:37");
    replacement.old_serial = "SN-A";
    replacement.new_serial = "SN-C";
    replacement.registers = {{{"energy"}, Decimal{1028, 0}, Decimal{2, 0}, Decimal{1, 0}}};
    return replacement;
}

/// A year ends, and its last reading fails; an instrument is exchanged, which nobody says until the next day;
/// readings come late, of the same day and of the day before; a value is entered, a day closed, and a
/// multiplier corrected behind it.
std::vector<Step> turn_of_the_year() {
    return {
        [](AccountingPlant& plant) {
            plant.runs("a", "2026-12-31 23:00", "2026-12-31 23:15", "1000", "10");
            plant.runs("b", "2026-12-31 23:00", "2026-12-31 23:15", "5", "0.25");
        },
        [](AccountingPlant& plant) {
            plant.reads("a", "2026-12-31 23:30", "-");
            plant.reads("b", "2026-12-31 23:30", "5.5", "7");
            plant.reads("b", "2026-12-31 23:37", "5.6", "8");
        },
        [](AccountingPlant& plant) {
            plant.reads("a", "2026-12-31 23:45", "7");
            plant.reads("b", "2026-12-31 23:45", "5.75");
            plant.reads("a", "2026-12-31 23:52", "-");
        },
        [](AccountingPlant& plant) { plant.reads("a", "2026-12-31 23:30", "1025.5", "33"); },
        [](AccountingPlant& plant) {
            plant.reads("a", "2027-01-01 00:00", "17");
            plant.reads("b", "2027-01-01 00:00", "-");
            plant.reads("a", "2027-01-01 00:15", "-");
            plant.reads("b", "2027-01-01 00:15", "6.25");
        },
        [](AccountingPlant& plant) {
            plant.runs("a", "2027-01-01 00:30", "2027-01-01 01:00", "37", "10");
            plant.runs("b", "2027-01-01 00:30", "2027-01-01 01:00", "6.5", "0.25");
        },
        [](AccountingPlant& plant) {
            plant.reads("a", "2026-12-31 23:52", "12", "50");
            plant.reads("a", "2027-01-01 00:15", "27", "20");
        },
        [](AccountingPlant& plant) { plant.reads("b", "2027-01-01 00:00", "6.1"); },
        [](AccountingPlant& plant) { put_once(plant, exchange_of_a(plant)); },
        [](AccountingPlant& plant) {
            put_once(plant, OpeningAmount{"elec", plant.at("2026-01-01"), plant.at("2026-12-31 23:00"),
                                          Decimal{5000, 0}});
        },
        [](AccountingPlant& plant) {
            put_once(plant, EnteredValue{"diesel", plant.period("2027-01-01"), Decimal{2, 0}, 5, "weighed"});
        },
        [](AccountingPlant& plant) { put_once(plant, PeriodLock{plant.period("2026-12-31")}); },
        [](AccountingPlant& plant) {
            put_once(plant,
                     MultiplierChange{{"b"}, plant.at("2026-12-31 23:15"), {.ct = Decimal{120, 0}}, {}});
        },
        [](AccountingPlant& plant) {
            plant.runs("a", "2027-01-01 01:30", "2027-01-01 02:00", "77", "10");
            plant.runs("b", "2027-01-01 01:30", "2027-01-01 02:00", "7.25", "0.25");
        },
    };
}

/// A gateway's data folder, store and books in it, on a disk whose power may fail.
class CutPlant {
public:
    CutPlant() { disk_.watch(folder_.path()); }
    CutPlant(const CutPlant&) = delete;
    CutPlant& operator=(const CutPlant&) = delete;
    ~CutPlant() {
        close();
        disk_.heal();
    }

    CrashVfs& disk() { return disk_; }
    /// Whatever happens to the power, until everything has happened.
    void live(const std::vector<Step>& life, const std::function<void()>& before_each = [] {}) {
        until_it_is_done([] {});
        for (const Step& step : life) {
            before_each();
            until_it_is_done([&] {
                step(plant_);
                settle(*store_, clock_);
                plant_.account();
            });
        }
        until_it_is_done([&] { said_ = plant_.everything_said(); });
    }
    const std::string& said() const { return said_; }
    int cuts() const { return cuts_; }

private:
    void until_it_is_done(const std::function<void()>& act) {
        for (int attempts = 0;; ++attempts) {
            ASSERT_LT(attempts, 20) << "it does not come up again";
            try {
                if (!store_) open();
                act();
            } catch (const std::exception& error) {
                ASSERT_FALSE(disk_.powered()) << error.what();
            }
            if (disk_.powered()) return;
            close();
            disk_.power_on();
            ++cuts_;
        }
    }
    void open() {
        clock_.run_freely(true);
        store_ = open_or_fail(storage_in(folder_.path()), clock_);
        clock_.run_freely(false);
        plant_.keep_in(*store_, (folder_.path() / kBooksFile).native());
        plant_.account();
    }
    void close() {
        plant_.leave();
        clock_.run_freely(true);
        store_.reset();
        clock_.run_freely(false);
    }

    CrashVfs& disk_ = CrashVfs::install();
    AccountingPlant plant_{kMeters, kItems};
    TemporaryFolder folder_{"/dev/shm"};
    SteppedClock clock_{plant_.at("2026-12-31 23:00")};
    std::unique_ptr<SampleStore> store_;
    std::string said_;
    int cuts_{0};
};

/// The first line that differs.
std::string difference(const std::string& is, const std::string& ought) {
    const auto [one, other] = std::ranges::mismatch(is, ought);
    const auto line = [](const std::string& text, std::string::const_iterator at) {
        const auto place = static_cast<std::size_t>(at - text.begin());
        const auto begin = place == 0 ? std::string::npos : text.rfind('\n', place - 1);
        const auto from = begin == std::string::npos ? 0 : begin + 1;
        return text.substr(from, text.find('\n', place) - from);
    };
    if (one == is.end() && other == ought.end()) return {};
    return fmt::format("is: {} · ought to be: {}", line(is, one), line(ought, other));
}

/// MG_SWEEP=20 makes the sweeps twenty times as long.
std::uint64_t times_longer() {
    const char* said = std::getenv("MG_SWEEP");
    return said != nullptr ? std::strtoull(said, nullptr, 10) : 1;
}

/// What the books of a plant without a cut say, with every kind of record among it; and how many operations
/// that takes.
std::pair<std::string, std::uint64_t> undisturbed(const std::vector<Step>& life) {
    CutPlant plant;
    plant.live(life);
    for (const auto* part :
         {"elec year 2026", "opening", "late readings", "replacement", "entered", "request"}) {
        EXPECT_NE(plant.said().find(part), std::string::npos) << part << " is not in\n" << plant.said();
    }
    EXPECT_GT(plant.disk().operations(), 200U);
    return {plant.said(), plant.disk().operations()};
}

TEST(AccountingPowerCut, BeforeAnyOperationLeavesNoPeriodTwiceOrSkippedAndMakesNoRevision) {
    const auto life = turn_of_the_year();
    const auto [ought, operations] = undisturbed(life);
    constexpr std::uint64_t kStride = 7;
    for (std::uint64_t round = 0; round < times_longer(); ++round) {
        for (std::uint64_t operation = 1 + round % kStride; operation <= operations; operation += kStride) {
            SCOPED_TRACE(fmt::format("round {}, cut before operation {}", round, operation));
            CutPlant plant;
            plant.disk().cut_before(operation, round * 10'000 + operation);

            plant.live(life);

            ASSERT_EQ(plant.cuts(), 1);
            ASSERT_EQ(difference(plant.said(), ought), "");
        }
    }
}

TEST(AccountingPowerCut, AgainAndAgainInOneLifeDoesNoMore) {
    const auto life = turn_of_the_year();
    const auto ought = undisturbed(life).first;
    for (std::uint64_t round = 0; round < 8 * times_longer(); ++round) {
        SCOPED_TRACE(fmt::format("round {}", round));
        std::mt19937_64 random{round};
        CutPlant plant;

        // Some of the recoveries are cut as well.
        plant.live(life, [&] { plant.disk().cut_before(1 + random() % 60, random()); });

        ASSERT_GT(plant.cuts(), 1);
        ASSERT_EQ(difference(plant.said(), ought), "");
    }
}

}  // namespace
}  // namespace mg::test
