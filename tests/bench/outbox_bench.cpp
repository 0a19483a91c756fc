// What the outbox costs: a month of an outage waits for one destination, is enrolled at once, and settled in
// batches as a platform that answers at once would allow; bytes a record, and looking at it meanwhile.
// Usage: outbox_bench [items] [days] [records a batch] [folder on a real disk]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "gateway/accounting/books.h"
#include "gateway/accounting/outbox.h"
#include "gateway/base/sqlite.h"
#include "tests/support/temporary_folder.h"

namespace {

using namespace mg;
using std::chrono::days;
using std::chrono::minutes;

constexpr UtcTime kMidnight{milliseconds{1'795'276'800'000}};  // 2026-11-22 at the site, +08:00
constexpr minutes kQuarter{15};
constexpr int kQuartersADay = 96;
const UplinkId kProvince{"province"};

double seconds_since(std::chrono::steady_clock::time_point begun) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

/// Processor time: what a busy machine does not lengthen.
double cpu_seconds() {
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

std::string item_name(int item) {
    return fmt::format("item_{:04}", item);
}

ItemRecord figure(int item, StatType type, UtcTime from, UtcTime to) {
    ItemRecord record;
    record.item = item_name(item);
    record.period = {type, from, to};
    record.value = Decimal{1'000 + (from.time_since_epoch().count() / 900'000 * 7 + item) % 9'000, -4};
    record.exact = "1234/625";
    record.total = "123456789/2500";
    record.item_version = kMidnight - days{325};
    record.computed_at = to + milliseconds{1'234};
    return record;
}

template <class T>
const T& must(const Result<T>& result) {
    if (!result) {
        fmt::print(stderr, "{}\n", result.error().what);
        std::exit(1);
    }
    return *result;
}

/// As large as the books are with nothing in their log.
double bytes(const std::filesystem::path& file) {
    must(sqlite::Database::open(file, sqlite::Access::write).and_then([](sqlite::Database database) {
        return database.checkpoint(true).map([] { return true; });
    }));
    return static_cast<double>(std::filesystem::file_size(file));
}

struct Stopwatch {
    std::chrono::steady_clock::time_point begun = std::chrono::steady_clock::now();
    double cpu_begun = cpu_seconds();
    [[nodiscard]] double wall() const { return seconds_since(begun); }
    [[nodiscard]] double cpu() const { return cpu_seconds() - cpu_begun; }
};

/// Quarter-hour by quarter-hour, as the accounting commits them; gives their number.
std::size_t fill(Books& books, int items, int first_day, int day_count) {
    std::size_t records = 0;
    const int first = first_day * kQuartersADay;
    for (int quarter = first; quarter < first + day_count * kQuartersADay; ++quarter) {
        const UtcTime from = kMidnight + quarter * kQuarter;
        const UtcTime to = from + kQuarter;
        BooksChange change{.cursor = BooksCursor{"store", quarter}};
        for (int item = 0; item < items; ++item) {
            change.records.push_back(figure(item, StatType::real_time, from, to));
            if ((quarter + 1) % kQuartersADay == 0)
                change.records.push_back(figure(item, StatType::day, to - days{1}, to));
        }
        records += must(books.commit(change)).size();
    }
    return records;
}

struct Drained {
    std::size_t records{0};
    double wall{0};
    double cpu{0};
    double slowest{0};      ///< page and settling of one batch
    double status_most{0};  ///< looking in between, every hundred batches
};

Drained drain(Outbox& outbox, std::size_t batch) {
    Drained drained;
    const Stopwatch all;
    WaitingQuery query{.types = {StatType::day, StatType::real_time}, .most = batch};
    for (int round = 0;; ++round) {
        const Stopwatch one;
        const auto records = must(outbox.waiting(kProvince, query));
        if (records.empty()) break;
        std::vector<Settlement> settlements;
        for (const ItemRecord& each : records) {
            settlements.push_back({.record = {each.item, each.period},
                                   .revision = each.revision,
                                   .outcome = RecordOutcome::accepted,
                                   .words = "成功",
                                   .at = kMidnight + days{30} + milliseconds{round}});
        }
        must(outbox.settle(kProvince, settlements).map([] { return true; }));
        query.after = RecordName{records.back().item, records.back().period};
        drained.records += records.size();
        drained.slowest = std::max(drained.slowest, one.wall());
        if (round % 100 != 0) continue;
        const Stopwatch look;
        must(outbox.status(kProvince));
        drained.status_most = std::max(drained.status_most, look.wall());
    }
    drained.wall = all.wall();
    drained.cpu = all.cpu();
    return drained;
}

}  // namespace

int main(int argc, char** argv) {
    const int items = argc > 1 ? std::stoi(argv[1]) : 200;
    const int day_count = argc > 2 ? std::stoi(argv[2]) : 30;
    const std::size_t batch = argc > 3 ? std::stoul(argv[3]) : 500;
    const TemporaryFolder folder{argc > 4 ? argv[4] : "/var/tmp"};
    const auto file = folder.path() / kBooksFile;
    auto books = Books::open(file);
    must(books.map([](const auto&) { return true; }));
    OutboxPlan plan;
    for (int item = 0; item < items; ++item)
        plan.items.push_back({.item = item_name(item), .types = {StatType::real_time, StatType::day}});

    const Stopwatch filling;
    const std::size_t records = fill(**books, items, 0, day_count);
    const double quarter_ms = filling.cpu() * 1000 / (day_count * kQuartersADay);
    const double bare = bytes(file);
    const auto per_record = [&](double more) { return more / static_cast<double>(records); };
    fmt::print("{} items, {} days: {} records, {:.0f} bytes each in the books\n", items, day_count, records,
               per_record(bare));

    const Stopwatch enrolling;
    const Enrolment enrolment = must((*books)->outbox().enrol(kProvince, plan));
    fmt::print("enrolled: {} wait after {:.2f} s, processor {:.2f} s\n", enrolment.added, enrolling.wall(),
               enrolling.cpu());
    const double waiting = bytes(file);
    fmt::print("waiting: {:.1f} bytes each\n", per_record(waiting - bare));
    const Stopwatch again;
    must((*books)->outbox().enrol(kProvince, plan));
    const double again_ms = again.wall() * 1000;
    const Stopwatch first_look;
    must((*books)->outbox().status(kProvince));
    fmt::print("the same plan again: {:.1f} ms; status the first time: {:.1f} ms\n", again_ms,
               first_look.wall() * 1000);

    const Drained drained = drain((*books)->outbox(), batch);
    const auto rate = [&](double seconds) { return static_cast<double>(drained.records) / seconds; };
    fmt::print(
        "read and settled {} records in batches of {}: {:.1f} s, {:.0f} records/s; processor {:.1f} s, "
        "{:.0f} records/s; slowest batch {:.0f} ms; status at most {:.2f} ms\n",
        drained.records, batch, drained.wall, rate(drained.wall), drained.cpu, rate(drained.cpu),
        drained.slowest * 1000, drained.status_most * 1000);
    fmt::print("receipts, with the free pages of what waited: {:.1f} bytes each\n",
               per_record(bytes(file) - bare));

    std::size_t receipts = 0;
    const Stopwatch reading;
    must((*books)
             ->outbox()
             .each_receipt({.most = 2000}, [&](const RecordReceipt&) { return ++receipts > 0; })
             .map([] { return true; }));
    fmt::print("all {} receipts read: {:.1f} s\n", receipts, reading.wall());
    const Stopwatch resending;
    const std::size_t resent = must((*books)->outbox().resend(kProvince, {}));
    fmt::print("put back to be sent again: {} in {:.1f} s\n", resent, resending.wall());

    must((*books)->outbox().enrol({"group"}, plan));
    const Stopwatch more;
    fill(**books, items, day_count, day_count);
    fmt::print("commit of a quarter-hour, processor: {:.2f} ms without destinations, {:.2f} ms with two\n",
               quarter_ms, more.cpu() * 1000 / (day_count * kQuartersADay));
    return 0;
}
