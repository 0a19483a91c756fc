// How long the completeness of a year takes: books are filled with the boundaries of metering points and the
// quarter-hours of items, a hundredth of them missing, and then the year, its sections and its JSON are asked
// for three times. Usage: completeness_bench [metering points] [items] [days] [folder on a real disk]
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <string>

#include <fmt/format.h>

#include "gateway/accounting/books.h"
#include "gateway/completeness/completeness.h"
#include "gateway/completeness/completeness_sections.h"
#include "gateway/document/document.h"
#include "tests/support/temporary_folder.h"

namespace {

using namespace mg;
using namespace std::chrono_literals;

constexpr UtcTime kBegin{1'735'660'800'000ms};  // 2025-01-01 at the site, +08:00
constexpr int kSlotsADay = 96;

double milliseconds_since(std::chrono::steady_clock::time_point begun) {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun).count();
}

double cpu_milliseconds() {
    return 1000.0 * static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

struct Site {
    int meters{500};
    int items{100};
    int days{365};
};

std::string meter_name(int meter) {
    return fmt::format("em_{:04}", meter);
}

std::string item_name(int item) {
    return fmt::format("item_{:03}", item);
}

Options options_of(const Site& site) {
    Options options;
    options.site.boundary = 15min;
    for (int i = 0; i < site.meters; ++i) {
        MeterOptions meter;
        meter.id = MeterId{meter_name(i)};
        meter.line = LineId{"line_1"};
        options.meters.push_back(meter);
    }
    for (int i = 0; i < site.items; ++i) {
        ItemOptions item;
        item.id = item_name(i);
        item.method = ItemMethod::difference;
        item.periods = {StatType::real_time, StatType::day, StatType::month};
        item.interval = 15min;
        item.codes.standard = ItemCode{};
        options.items.push_back(item);
    }
    return options;
}

BooksChange day_of(const Site& site, UtcTime midnight, std::uint64_t& noise) {
    const auto one_of_hundred = [&] {
        noise = noise * 6364136223846793005U + 1442695040888963407U;
        return (noise >> 33U) % 100 == 0;
    };
    BooksChange change;
    change.boundaries = BoundaryChange{{"store", 1}, 15min, {}};
    for (int slot = 0; slot < kSlotsADay; ++slot) {
        const UtcTime at = midnight + slot * 15min;
        for (int i = 0; i < site.meters; ++i) {
            const Quality quality = one_of_hundred() ? Quality::no_reply : Quality::good;
            BoundaryFound found{
                .meter = MeterId{meter_name(i)}, .from = at, .to = at + 1ms, .slot = {true, quality}};
            change.boundaries->found.push_back(std::move(found));
        }
        for (int i = 0; i < site.items; ++i) {
            if (one_of_hundred()) continue;
            ItemRecord record;
            record.item = item_name(i);
            record.period = {StatType::real_time, at, at + 15min};
            record.value = Decimal{125, -2};
            record.computed_at = at + 15min;
            change.records.push_back(std::move(record));
        }
    }
    return change;
}

void stop_unless(bool done, std::string_view what) {
    if (done) return;
    fmt::print(stderr, "completeness_bench: {}\n", what);
    std::exit(1);
}

void run(const Site& site, const std::filesystem::path& folder) {
    const Options options = options_of(site);
    auto books = Books::open(folder / kBooksFile);
    stop_unless(books.has_value(), "no books");
    std::uint64_t noise = 1;
    for (int day = 0; day < site.days; ++day) {
        const auto kept = (*books)->commit(day_of(site, kBegin + day * 24h, noise));
        stop_unless(kept.has_value(), "not kept");
    }
    books->reset();
    const UtcTime end = kBegin + site.days * 24h;
    fmt::print("{} metering points, {} items, {} days, books of {:.0f} MB\n", site.meters, site.items,
               site.days, static_cast<double>(std::filesystem::file_size(folder / kBooksFile)) / 1e6);
    for (int i = 0; i < 3; ++i) {
        const auto begun = std::chrono::steady_clock::now();
        const double cpu = cpu_milliseconds();
        const auto looked = Books::look_into(folder / kBooksFile);
        stop_unless(looked.has_value() && *looked != nullptr, "no books");
        const auto found = completeness_of(**looked, options, {.from = kBegin, .to = end, .now = end});
        stop_unless(found.has_value(), "not counted");
        const double counted = milliseconds_since(begun);
        const std::size_t sections = completeness_sections(*found).size();
        const std::size_t json = to_json(*found).size();
        fmt::print("counted {:.0f} ms; with {} sections and {:.1f} MB of JSON {:.0f} ms, CPU {:.0f} ms\n",
                   counted, sections, static_cast<double>(json) / 1e6, milliseconds_since(begun),
                   cpu_milliseconds() - cpu);
    }
    const auto looked = Books::look_into(folder / kBooksFile);
    stop_unless(looked.has_value() && *looked != nullptr, "no books");
    const double cpu = cpu_milliseconds();
    stop_unless(faults_now(**looked, options, end).has_value(), "no faults");
    fmt::print("what has no value now: CPU {:.0f} ms\n", cpu_milliseconds() - cpu);
}

}  // namespace

int main(int argc, char** argv) {
    Site site;
    if (argc > 1) site.meters = std::atoi(argv[1]);
    if (argc > 2) site.items = std::atoi(argv[2]);
    if (argc > 3) site.days = std::atoi(argv[3]);
    const TemporaryFolder temporary;
    run(site, argc > 4 ? std::filesystem::path{argv[4]} : temporary.path());
    return 0;
}
