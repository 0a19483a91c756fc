// What the books cost: bytes per record, one quarter-hour of all items in one transaction, bytes to the
// device for it, and reading back. Quarter-hours of made-up items, day by day, as the accounting commits
// them. Usage: books_bench [items] [days] [folder on a real disk]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "gateway/accounting/books.h"
#include "gateway/accounting/exact.h"
#include "tests/support/temporary_folder.h"

namespace {

using namespace mg;
using std::chrono::days;
using std::chrono::minutes;

constexpr UtcTime kMidnight{milliseconds{1'795'276'800'000}};  // 2026-11-22 at the site, +08:00
constexpr minutes kQuarter{15};
constexpr int kQuartersADay = 96;

double milliseconds_since(std::chrono::steady_clock::time_point begun) {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun).count();
}

/// Processor time: what a busy machine does not lengthen.
double cpu_milliseconds() {
    return 1000.0 * static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

/// Bytes that this process has caused to be written to a device.
double written_bytes() {
    std::ifstream io{"/proc/self/io"};
    for (std::string line; std::getline(io, line);) {
        if (line.starts_with("write_bytes:")) return std::stod(line.substr(12));
    }
    return 0;
}

std::string item_name(int item) {
    return fmt::format("item_{:04}", item);
}

/// A meter of 0.01 kWh × 2000, in 万kWh with four decimals.
ItemRecord figure(int item, StatType type, UtcTime from, UtcTime to, std::uint64_t& noise, Exact& total) {
    noise = noise * 6364136223846793005U + 1442695040888963407U;
    const Exact amount{static_cast<std::int64_t>((noise >> 40U) % 1'000) * 20, 10'000};
    ItemRecord record;
    record.item = item_name(item);
    record.period = {type, from, to};
    record.value = *amount.rounded(4);
    record.exact = amount.to_string();
    total += amount;
    record.total = total.to_string();
    record.item_version = kMidnight - days{325};
    record.computed_at = to + milliseconds{1'234};
    return record;
}

struct Spread {
    std::vector<double> all;
    [[nodiscard]] double at(double part) {
        std::ranges::sort(all);
        return all.at(static_cast<std::size_t>(part * static_cast<double>(all.size() - 1)));
    }
};

}  // namespace

int main(int argc, char** argv) {
    const int items = argc > 1 ? std::stoi(argv[1]) : 100;
    const int day_count = argc > 2 ? std::stoi(argv[2]) : 31;
    const TemporaryFolder folder{argc > 3 ? argv[3] : "/var/tmp"};
    const auto file = folder.path() / kBooksFile;
    auto books = Books::open(file);
    if (!books) {
        fmt::print(stderr, "{}\n", books.error().what);
        return 1;
    }
    std::vector<Exact> totals(static_cast<std::size_t>(items));
    std::uint64_t noise = 1;
    Spread commits;
    std::size_t records = 0;
    const double cpu_before = cpu_milliseconds();
    const double written_before = written_bytes();
    for (int quarter = 0; quarter < day_count * kQuartersADay; ++quarter) {
        const UtcTime from = kMidnight + quarter * kQuarter;
        BooksChange change{.cursor = BooksCursor{"store", quarter}};
        const bool midnight = (quarter + 1) % kQuartersADay == 0;
        for (int item = 0; item < items; ++item) {
            Exact& total = totals[static_cast<std::size_t>(item)];
            change.records.push_back(figure(item, StatType::real_time, from, from + kQuarter, noise, total));
            Exact ignored = total;
            if (midnight) {
                const UtcTime to = from + kQuarter;
                change.records.push_back(figure(item, StatType::day, to - days{1}, to, noise, ignored));
            }
        }
        records += change.records.size();
        const auto begun = std::chrono::steady_clock::now();
        if (const auto made = (*books)->commit(change); !made) {
            fmt::print(stderr, "{}\n", made.error().what);
            return 1;
        }
        commits.all.push_back(milliseconds_since(begun));
    }
    const double written = written_bytes() - written_before;

    const double commit_cpu = (cpu_milliseconds() - cpu_before) / static_cast<double>(commits.all.size());
    Spread months;
    Spread months_cpu;
    std::size_t read = 0;
    for (int item = 0; item < std::min(items, 50); ++item) {
        const auto begun = std::chrono::steady_clock::now();
        const double cpu_begun = cpu_milliseconds();
        const auto found = (*books)->records({.items = {item_name(item)},
                                              .type = StatType::real_time,
                                              .from = kMidnight,
                                              .to = kMidnight + days{31}});
        months.all.push_back(milliseconds_since(begun));
        months_cpu.all.push_back(cpu_milliseconds() - cpu_begun);
        read = found ? found->size() : 0;
    }
    const auto begun = std::chrono::steady_clock::now();
    const auto latest = (*books)->records({.items = {},
                                           .type = StatType::real_time,
                                           .from = kMidnight + days{day_count} - kQuarter,
                                           .to = kMidnight + days{day_count}});
    const double latest_ms = milliseconds_since(begun);
    books->reset();
    const auto reopening = std::chrono::steady_clock::now();
    const auto again = Books::open(file);
    const double open_ms = milliseconds_since(reopening);
    if (!latest || !again) return 1;

    fmt::print(
        "{} items, {} days: {} records, {:.0f} bytes each in the file, {:.0f} bytes each to the device\n",
        items, day_count, records,
        static_cast<double>(std::filesystem::file_size(file)) / static_cast<double>(records),
        written / static_cast<double>(records));
    fmt::print(
        "commit of a quarter-hour: p50 {:.1f} ms, p99 {:.1f} ms, most {:.1f} ms; processor {:.1f} ms with "
        "making it\n",
        commits.at(0.5), commits.at(0.99), commits.at(1), commit_cpu);
    fmt::print("one item, one month ({} records): p50 {:.2f} ms, most {:.2f} ms; processor p50 {:.2f} ms\n",
               read, months.at(0.5), months.at(1), months_cpu.at(0.5));
    fmt::print("the last quarter-hour of all items ({} records): {:.1f} ms\n", latest->size(), latest_ms);
    fmt::print("open: {:.1f} ms\n", open_ms);
    return 0;
}
