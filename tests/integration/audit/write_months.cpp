// Writes the data folder of a site that lived through a plan of plan_months.py:
//   write_months FOLDER      reads FOLDER/plan.json, site-first/ and site/; writes FOLDER/data
// The store, the accounting and the books are the real ones, driven some hours at a time with a clock that
// the plan sets; nothing here knows what comes out of it.
#include <algorithm>
#include <bit>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "config/load.h"
#include "gateway/accounting/accountant.h"
#include "gateway/accounting/dated_record_json.h"
#include "gateway/accounting/metered_items.h"
#include "gateway/base/utc_text.h"
#include "gateway/buffer/open_store.h"
#include "tests/support/set_clock.h"

namespace mg {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

constexpr milliseconds kQuarter = 15min;
/// So much is collected between two looks of the accounting; midnights are among them.
constexpr milliseconds kRound = 3h;

[[noreturn]] void stop(const std::string& why) {
    fmt::print(stderr, "write_months: {}\n", why);
    std::exit(1);
}

template <class T>
T value_or_stop(Result<T> result) {
    if (!result) stop(result.error().what);
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

UtcTime time_in(const Json& text) {
    const auto time = utc_from_iso(text.get<std::string>());
    if (!time) stop("no time: " + text.dump());
    return *time;
}

/// What the wire carries when the display stands at so many of its steps.
std::uint64_t wire_bits(WireType type, std::uint64_t steps) {
    switch (type) {
        case WireType::bcd32: {
            std::uint64_t bits = 0;
            for (unsigned digit = 0; digit < 8; ++digit, steps /= 10) bits |= (steps % 10) << (4 * digit);
            return bits;
        }
        case WireType::f32_hundreds: {  // steps of a quarter, exact in both floats
            const auto hundreds = static_cast<float>(steps / 400);
            const auto rest = static_cast<float>(steps % 400) / 4;
            return (std::uint64_t{std::bit_cast<std::uint32_t>(hundreds)} << 32U) |
                   std::bit_cast<std::uint32_t>(rest);
        }
        default:
            return steps;
    }
}

struct Series {
    LayoutRef layout;
    std::vector<std::vector<std::uint64_t>> shown;  ///< of each point, at each boundary
};

/// The plan as it is told.
class Plan {
public:
    explicit Plan(const std::filesystem::path& file) : json_(Json::parse(std::ifstream{file})) {
        begin_ = time_in(json_["begin"]);
    }
    [[nodiscard]] const Json& operator[](const char* key) const { return json_.at(key); }
    [[nodiscard]] UtcTime at(std::size_t boundary) const {
        return begin_ + kQuarter * static_cast<int>(boundary);
    }
    [[nodiscard]] std::size_t boundaries() const { return json_.at("boundaries").get<std::size_t>(); }

    [[nodiscard]] std::map<std::string, Series> series(const Options& options) const {
        std::map<std::string, Series> all;
        for (const auto& [id, points] : json_.at("meters").items()) all[id] = series_of(options, id, points);
        return all;
    }

private:
    static Series series_of(const Options& options, const std::string& id, const Json& points) {
        const auto meter = std::ranges::find(options.meters, MeterId{id}, &MeterOptions::id);
        if (meter == options.meters.end()) stop("no meter " + id);
        const ModelOptions* model = options.model(meter->model);
        auto layout = std::make_shared<Layout>(Layout{MeterId{id}, model->id, {}});
        Series series;
        for (const auto& point : model->points) {
            const bool other_circuit = point.circuit != 0 && point.circuit != meter->circuit;
            if (other_circuit || !points.contains(point.id.text)) continue;
            layout->points.push_back(
                {point.id, point.type, point.kind, point.ratio, point.scale, point.unit, {}, 0});
            series.shown.push_back(points.at(point.id.text).get<std::vector<std::uint64_t>>());
        }
        if (series.shown.size() != points.size()) stop("a point of " + id + " is not in its model");
        series.layout = std::move(layout);
        return series;
    }

    Json json_;
    UtcTime begin_;
};

/// The part of the gateway between its lines and its books, with one configuration.
class Life {
public:
    Life(const std::filesystem::path& site, const std::filesystem::path& data, Clock& clock)
        : options_{options_of(site, data)}, clock_{clock} {
        auto checked = check_items(options_);
        if (!checked.ok()) stop(checked.problems.front().what);
        graph_ = std::move(checked.graph);
        plan_ = plan_site(options_, graph_);
        store_ = value_or_stop(open_store(options_.storage, options_.site, clock_));
        if (!store_->knows(kAccounting)) value_or_stop(store_->begin(kAccounting, 0));
        books_ = value_or_stop(Books::open(data / kBooksFile));
        accountant_ =
            std::make_unique<Accountant>(AccountingBasis{options_, graph_, plan_}, *store_, *books_, clock_);
        settle();
    }

    [[nodiscard]] const Options& options() const { return options_; }
    SampleStore& store() { return *store_; }

    void settle() {
        store_->commit_soon();
        if (!store_->flush(clock_.steady() + 60s)) stop("the store took more than a minute");
        while (value_or_stop(accountant_->step())) {
        }
    }
    void put(const Json& record) {
        DatedRecord made;
        made.body =
            value_or_stop(dated_body_from_json(record["kind"].get<std::string>(), record["body"].dump()));
        made.author = "张示例";
        made.remark = "审计样例";
        made.entered_at = clock_.utc();
        value_or_stop(books_->put(made));
    }

private:
    static Options options_of(const std::filesystem::path& site, const std::filesystem::path& data) {
        auto loaded = load_config(site);
        for (const auto& problem : loaded.problems) {
            if (problem.severity == Severity::error) stop(problem.to_string());
        }
        loaded.options.storage.path = data;
        loaded.options.storage.allow_tmpfs = true;
        add_metered_items(loaded.options);
        return std::move(loaded.options);
    }

    Options options_;
    Clock& clock_;
    ItemGraph graph_;
    SitePlan plan_;
    std::unique_ptr<SampleStore> store_;
    std::unique_ptr<Books> books_;
    std::unique_ptr<Accountant> accountant_;
};

class Months {
public:
    explicit Months(const std::filesystem::path& folder)
        : folder_{folder}, plan_{folder / "plan.json"}, clock_{plan_.at(0)} {}

    void live() {
        begin_life("site-first");
        series_ = plan_.series(life_->options());
        const UtcTime second = time_in(plan_["second_site_from"]);
        const UtcTime end = time_in(plan_["end"]);
        for (UtcTime now = plan_.at(0); now <= end; now += kRound) {
            if (!in_second_ && now >= second) {
                begin_life("site");
                in_second_ = true;
            }
            clock_.set(now + 5s);
            for (; next_ < plan_.boundaries() && plan_.at(next_) <= now; ++next_) read(next_);
            bring_late(now);
            life_->settle();
            put_on_record(now + kRound);
        }
        life_.reset();
    }

private:
    void begin_life(const char* site) {
        life_.reset();
        life_ = std::make_unique<Life>(folder_ / site, folder_ / "data", clock_);
    }

    Sample sample(const std::string& meter, std::size_t boundary) const {
        const Series& series = series_.at(meter);
        Sample made{.layout = series.layout,
                    .slot = {plan_.at(boundary)},
                    .taken_at = plan_.at(boundary) + 2s,
                    .boundary = true};
        for (std::size_t point = 0; point < series.shown.size(); ++point) {
            made.readings.push_back(
                {wire_bits(series.layout->points[point].type, series.shown[point][boundary]), Quality::good});
        }
        for (const auto& tardy : plan_["tardy"]) {
            if (tardy["meter"] == meter && tardy["at"] == boundary)
                made.taken_at = made.slot.at + std::chrono::seconds{tardy["seconds"].get<int>()};
        }
        return made;
    }

    /// What a sweep at this boundary leaves in the store.
    void read(std::size_t boundary) {
        std::set<std::string> silent;
        for (const auto& each : plan_["silences"]) {
            const auto from = each["from"].get<std::size_t>();
            const auto to = each["to"].get<std::size_t>();
            if (boundary < from || boundary >= to) continue;
            const auto reason = quality_from(each["reason"].get<std::string>());
            for (const auto& meter : each["meters"]) {
                const auto id = meter.get<std::string>();
                silent.insert(id);
                const auto& layout = series_.at(id).layout;
                if (each["as"] == "missing") {
                    Sample made = missing_sample(layout, {plan_.at(boundary)}, *reason);
                    made.boundary = true;
                    made.taken_at = plan_.at(boundary) + 3s;
                    life_->store().append(std::move(made));
                } else if (each["as"] == "gap" && boundary + 1 == to) {
                    life_->store().append(Gap{{id}, {plan_.at(from)}, {plan_.at(to)}, *reason, 0});
                }
            }
        }
        for (const auto& [meter, series] : series_) {
            if (!silent.contains(meter)) life_->store().append(sample(meter, boundary));
        }
    }

    void bring_late(UtcTime now) {
        for (const auto& each : plan_["silences"]) {
            if (each["came"].is_null()) continue;
            const UtcTime came = time_in(each["came"]);
            if (came > now || came <= now - kRound) continue;
            for (const auto& meter : each["meters"]) {
                for (auto k = each["from"].get<std::size_t>(); k < each["to"].get<std::size_t>(); ++k) {
                    life_->store().append(sample(meter.get<std::string>(), k));
                }
            }
        }
    }

    void put_on_record(UtcTime until) {
        const auto& records = plan_["records"];
        for (; next_record_ < records.size(); ++next_record_) {
            const UtcTime at = time_in(records[next_record_]["at"]);
            if (at >= until) break;
            clock_.set(std::max(at, clock_.utc()));
            life_->put(records[next_record_]);
            life_->settle();
        }
    }

    std::filesystem::path folder_;
    Plan plan_;
    SetClock clock_;
    std::unique_ptr<Life> life_;
    std::map<std::string, Series> series_;
    bool in_second_{false};
    std::size_t next_{0};
    std::size_t next_record_{0};
};

}  // namespace
}  // namespace mg

int main(int argc, char** argv) {
    if (argc != 2) return 64;
    mg::Months{argv[1]}.live();
    return 0;
}
