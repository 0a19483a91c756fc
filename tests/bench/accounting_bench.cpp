// What accounting costs: a store on disk with minute readings of a site, computed as it comes and then
// computed again as a whole.
//   accounting_bench [meters] [days] [folder] [metered]     default 500 meters, 31 days
// "metered": with the items that each metering point implies, as a running gateway has them.
// Each meter has an index and a power, and an item of its own; totals of 200 add them up, one total those.
// Prints the CPU time for each part; the folder must lie on a real disk and takes some 100 bytes a reading.
#include <bit>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "config/load.h"
#include "gateway/accounting/accountant.h"
#include "gateway/accounting/metered_items.h"
#include "gateway/buffer/open_store.h"
#include "tests/bench/own_use.h"
#include "tests/support/temporary_folder.h"

namespace {

using namespace mg;
using namespace std::chrono_literals;

// 2026-10-01 00:00 at +08:00.
constexpr int kMinutes = 24 * 60;
constexpr int kLive = 60;
constexpr UtcTime kBegin = std::chrono::sys_days{std::chrono::year{2026} / 9 / 30} + 16h;

void write(const std::filesystem::path& file, std::string_view text) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream{file} << text;
}

Options site_of(int meters, const std::filesystem::path& folder) {
    constexpr int kOnALine = 240;
    std::string gateway = "[site]\nid = \"plant\"\n";
    for (int line = 0; line * kOnALine < meters; ++line) {
        gateway +=
            fmt::format("[[line]]\nid = \"hv{}\"\nkind = \"modbus-tcp\"\nhost = \"127.0.0.1\"\nport = {}\n",
                        line, 502 + line);
    }
    write(folder / "gateway.toml", gateway);
    write(folder / "models/bench.toml", R"([model]
name = "meter of a benchmark"
maker = "nobody"
source = "made up"
verified = false
point = [
  { id = "energy", name = "energy", at = "holding:0", as = "u32", scale = "0.01", unit = "kWh", kind = "index", ratio = "ct*pt" },
  { id = "power", name = "power", at = "holding:2", as = "f32", unit = "kW", ratio = "ct*pt" },
]
)");
    std::string rows = "id,line,address,model,ct_primary,ct_secondary,every\n";
    std::string items = "id,name,periods,source,method,formula,unit,decimals\n";
    constexpr int kOfATotal = 200;  // a formula has a limited length
    std::string sum;
    std::string totals;
    for (int i = 0; i < meters; ++i) {
        rows += fmt::format("m{0},hv{1},{2},bench,400,5,60s\n", i, i / kOnALine, 1 + i % kOnALine);
        items += fmt::format("e{0},e{0},实时 日 月 年,现场仪表,累计差,m{0}.energy,kWh,2\n", i);
        sum += fmt::format("{}e{}", sum.empty() ? "" : " + ", i);
        if ((i + 1) % kOfATotal != 0 && i + 1 != meters) continue;
        const int part = i / kOfATotal;
        items += fmt::format("total{0},total{0},日 月 年,现场仪表,累计差,{1},万kWh,4\n", part, sum);
        totals += fmt::format("{}total{}", totals.empty() ? "" : " + ", part);
        sum.clear();
    }
    items += fmt::format("total,total,日 月 年,现场仪表,累计差,{},万kWh,4\n", totals);
    write(folder / "meters.csv", rows);
    write(folder / "items.csv", items);
    auto loaded = load_config(folder);
    for (const auto& problem : loaded.problems) {
        if (problem.severity != Severity::error) continue;
        fmt::print("{}\n", problem.to_string());
        std::exit(1);
    }
    return std::move(loaded.options);
}

class Bench {
public:
    Bench(Options options, int days) : options_{std::move(options)}, days_{days} {
        for (const auto& meter : options_.meters) {
            layouts_.push_back(std::make_shared<Layout>(Layout{
                meter.id,
                "bench",
                {{{"energy"}, WireType::u32, PointKind::index, Ratio::ct_pt, Decimal{1, -2}, "kWh", {}, 0},
                 {{"power"},
                  WireType::f32,
                  PointKind::momentary,
                  Ratio::ct_pt,
                  Decimal{1, 0},
                  "kW",
                  {},
                  0}}}));
        }
    }

    int run() {
        auto opened = open_store(options_.storage, options_.site, clock_);
        if (!opened) return failed(opened.error());
        store_ = std::move(*opened);
        if (!store_->begin(kAccounting, 0)) return 1;
        auto checked = check_items(options_);
        if (!checked.ok()) return failed({Failure::invalid_config, checked.problems.front().what});
        graph_ = std::move(checked.graph);
        plan_ = plan_site(options_, graph_);
        return compute_as_it_comes() && compute_again() ? 0 : 1;
    }

private:
    static int failed(const Error& error) {
        fmt::print("{}\n", error.what);
        return 1;
    }

    /// One of `parts` parts of the site's meters, as lines deliver them over the minute.
    bool append(int minute, std::size_t part, std::size_t parts) {
        for (std::size_t i = part; i < layouts_.size(); i += parts) {
            Sample sample{.layout = layouts_[i],
                          .slot = {kBegin + std::chrono::minutes{minute}},
                          .taken_at = kBegin + std::chrono::minutes{minute} + 200ms,
                          .boundary = minute % 15 == 0};
            const auto grows =
                static_cast<std::uint32_t>(3 + (i + static_cast<std::size_t>(minute / 60)) % 5);
            indexes_[i] += grows;
            sample.readings = {
                {indexes_[i], Quality::good},
                {std::bit_cast<std::uint32_t>(static_cast<float>(grows) * 0.6F), Quality::good}};
            store_->append(std::move(sample));
        }
        store_->commit_soon();
        return store_->flush(clock_.steady() + 60s);
    }

    bool step_until_idle(Accountant& accountant) {
        while (true) {
            const auto more = accountant.step();
            if (!more) return failed(more.error()) == 0;
            if (!*more) return true;
        }
    }

    /// The first hour second for second, as a running gateway does at commits of 1 s, and that is measured;
    /// the others in one piece a minute. The store's own share is not counted.
    bool compute_as_it_comes() {
        indexes_.assign(layouts_.size(), 100'000);
        auto books = Books::open(options_.storage.path / kBooksFile);
        if (!books) return failed(books.error()) == 0;
        books_ = std::move(*books);
        Accountant accountant{{options_, graph_, plan_}, *store_, *books_, clock_};
        double cpu = 0;
        for (int minute = 0; minute <= days_ * kMinutes; ++minute) {
            const std::size_t parts = minute < kLive ? 60 : 1;
            for (std::size_t part = 0; part < parts; ++part) {
                if (!append(minute, part, parts)) return false;
                const double before = thread_cpu_seconds();
                if (!step_until_idle(accountant)) return false;
                if (minute < kLive) cpu += thread_cpu_seconds() - before;
            }
        }
        fmt::print(
            "as it comes: {} meters at 1 minute, an hour, looked at every second: {:.1f} CPU-s, {:.3f} % of "
            "a "
            "core\n",
            layouts_.size(), cpu, cpu / (kLive * 60.0) * 100);
        fmt::print("{} records in {} days\n", accountant.status().records, days_);
        return true;
    }

    bool compute_again() {
        Accountant accountant{{options_, graph_, plan_}, *store_, *books_, clock_};
        BooksChange change;
        change.to_do.push_back({.id = 0, .from = kBegin, .to = {}, .items = {}, .cause = "benchmark"});
        if (!books_->commit(change)) return false;
        const auto begin = std::chrono::steady_clock::now();
        const double before = cpu_seconds();
        if (!step_until_idle(accountant)) return false;
        fmt::print("computed again, all of it: {:.1f} s, {:.1f} CPU-s, {} revisions (0 is right)\n",
                   seconds_since(begin), cpu_seconds() - before, accountant.status().revisions);
        return accountant.status().revisions == 0;
    }

    Options options_;
    int days_;
    SystemClock clock_;
    ItemGraph graph_;
    SitePlan plan_;
    std::unique_ptr<SampleStore> store_;
    std::unique_ptr<Books> books_;
    std::vector<LayoutRef> layouts_;
    std::vector<std::uint64_t> indexes_;
};

}  // namespace

int main(int argc, char** argv) {
    const int meters = argc > 1 ? std::atoi(argv[1]) : 500;
    const int days = argc > 2 ? std::atoi(argv[2]) : 31;
    const TemporaryFolder temporary;
    auto options = site_of(meters, temporary.path() / "site");
    options.storage.path = argc > 3 ? std::filesystem::path{argv[3]} : temporary.path() / "data";
    options.storage.allow_tmpfs = true;
    if (argc > 4) add_metered_items(options);
    return Bench{std::move(options), days}.run();
}
