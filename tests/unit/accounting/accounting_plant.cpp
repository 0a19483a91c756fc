#include "accounting_plant.h"

#include <bit>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "config/load.h"
#include "gateway/accounting/dated_record_json.h"
#include "gateway/accounting/metered_items.h"

namespace mg {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kGateway = R"([site]
id = "plant"
[[line]]
id = "hv"
kind = "modbus-tcp"
host = "127.0.0.1"
[[uplink]]
id = "broker"
kind = "mqtt"
url = "mqtt://localhost"
)";

constexpr std::string_view kModel = R"([model]
name = "meter of a test"
maker = "nobody"
source = "made up"
verified = false
point = [
  { id = "energy", name = "energy", at = "holding:0", as = "u32", scale = "0.01", unit = "kWh", kind = "index", ratio = "ct*pt" },
  { id = "power", name = "power", at = "holding:2", as = "f32", unit = "kW", ratio = "ct*pt" },
]
)";

void write(const std::filesystem::path& file, std::string_view text) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream{file} << text;
}

}  // namespace

AccountingPlant::AccountingPlant(std::string_view meters, std::string_view items,
                                 std::string_view coefficients)
    : clock_{std::chrono::sys_days{std::chrono::year{2027} / 6 / 1}} {
    write(folder_.path() / "gateway.toml", kGateway);
    write(folder_.path() / "models/test.toml", kModel);
    load_tables(meters, items, coefficients);
    open_books("books.db");
}

void AccountingPlant::takes_tables(std::string_view meters, std::string_view items,
                                   std::string_view coefficients) {
    accountant_.reset();
    load_tables(meters, items, coefficients);
    restart();
}

void AccountingPlant::load_tables(std::string_view meters, std::string_view items,
                                  std::string_view coefficients) {
    const auto& root = folder_.path();
    write(root / "meters.csv",
          fmt::format("id,line,address,model,ct_primary,ct_secondary,rollover,max_per_hour,serial_no\n{}",
                      meters));
    write(root / "items.csv",
          fmt::format(
              "id,name,energy,periods,interval_min,source,method,formula,unit,decimals,coal_factor,coal_unit,"
              "coal_basis,in_total,month_source,valid_from,valid_to\n{}",
              items));
    if (!coefficients.empty()) {
        write(root / "coefficients.csv", fmt::format("name,value,unit,valid_from\n{}", coefficients));
    }
    auto loaded = load_config(root);
    std::string problems;
    for (const auto& problem : loaded.problems) {
        if (problem.severity == Severity::error) problems += problem.to_string() + "\n";
    }
    if (!problems.empty()) throw std::invalid_argument(problems);
    options_ = std::move(loaded.options);
    plan();
}

void AccountingPlant::measures_each_meter() {
    accountant_.reset();
    measures_each_meter_ = true;
    plan();
    restart();
}

void AccountingPlant::plan() {
    if (measures_each_meter_) {
        std::erase_if(options_.items, [](const ItemOptions& item) { return is_metered_item(item.id); });
        add_metered_items(options_);
    }
    auto checked = check_items(options_);
    std::string problems;
    for (const auto& problem : checked.problems) {
        if (!problem.is_warning) problems += problem.what + "\n";
    }
    if (!problems.empty()) throw std::invalid_argument(problems);
    graph_ = std::move(checked.graph);
    plan_ = plan_site(options_, graph_);
}

void AccountingPlant::open_books(const std::string& file) {
    books_file_ = file;
    accountant_.reset();
    books_.reset();
    books_ = Books::open(folder_.path() / file).value();
    accountant_ =
        std::make_unique<Accountant>(AccountingBasis{options_, graph_, plan_}, *store_, *books_, clock_);
}

void AccountingPlant::restart() {
    open_books(books_file_);
}

UtcTime AccountingPlant::at(std::string_view moment) const {
    SiteCalendar minutes = calendar_;
    minutes.real_time = 1min;
    return minutes.parse(moment).value().from;
}

void AccountingPlant::reads(const std::string& meter, std::string_view moment, std::string_view index,
                            std::string_view power) {
    auto& layout = layouts_[meter];
    if (!layout) {
        layout = std::make_shared<Layout>(Layout{
            {meter},
            "test",
            {{{"energy"}, WireType::u32, PointKind::index, Ratio::ct_pt, Decimal{1, -2}, "kWh", {}, 0},
             {{"power"}, WireType::f32, PointKind::momentary, Ratio::ct_pt, Decimal{1, 0}, "kW", {}, 0}}});
    }
    Sample sample;
    sample.layout = layout;
    sample.slot = {at(moment)};
    sample.taken_at = sample.slot.at + 3s;
    sample.epoch = epoch_;
    sample.boundary = sample.slot.at.time_since_epoch() % 15min == 0ms;
    if (index == "-") {
        sample.readings = {{0, Quality::no_reply}, {0, Quality::no_reply}};
    } else {
        const auto hundredths = (Exact{Decimal::parse(index).value()} * Exact{100}).rounded(0).value();
        sample.readings = {{static_cast<std::uint64_t>(hundredths.mantissa()), Quality::good},
                           {std::bit_cast<std::uint32_t>(std::stof(std::string(power))), Quality::good}};
    }
    store_->append(std::move(sample));
}

void AccountingPlant::runs(const std::string& meter, std::string_view from, std::string_view to,
                           std::string_view start, std::string_view each) {
    Decimal index = Decimal::parse(start).value();
    for (UtcTime time = at(from); time <= at(to); time += 15min) {
        reads(meter, calendar_.text(calendar_.containing(StatType::real_time, time)), index.to_string());
        index = index.plus(Decimal::parse(each).value()).value();
    }
}

void AccountingPlant::stops(const std::string& meter, std::string_view from, std::string_view to) {
    store_->append(Gap{{meter}, {at(from)}, {at(to)}, Quality::stopped, epoch_});
}

DatedId AccountingPlant::records(DatedBody body, const std::string& author) {
    DatedRecord record;
    record.body = std::move(body);
    record.author = author;
    record.remark = "test";
    record.entered_at = clock_.utc();
    return books_->put(record).value();
}

DatedId AccountingPlant::enters(const std::string& item, std::string_view when, std::string_view value) {
    return records(EnteredValue{item, period(when), Decimal::parse(value).value(), 5, "weighed"});
}

void AccountingPlant::keep_in(SampleStore& store, const std::string& books) {
    store_ = &store;
    open_books(books);
}

void AccountingPlant::leave() {
    accountant_.reset();
    books_.reset();
    store_ = &memory_;
}

void AccountingPlant::account() {
    const auto idle_until = clock_.steady() + 10s;
    for (int steps = 0;; ++steps) {
        const auto more = accountant_->step();
        if (!more) throw std::runtime_error(more.error().what);
        if (!*more && clock_.steady() >= idle_until) return;
        // What waits for a commit with more to say waits no longer.
        if (!*more) clock_.advance(10s);
        if (steps > 10'000) throw std::runtime_error("accounting never ends");
    }
}

std::string AccountingPlant::value(const std::string& item, std::string_view when) {
    const auto wanted = period(when);
    const auto found =
        books_->records({.items = {item}, .type = wanted.type, .from = wanted.from, .to = wanted.to}).value();
    if (found.empty()) return "none";
    const auto& record = found.front();
    const auto names = names_of(record.marks);
    return fmt::format("{}{}{}", record.value ? record.value->to_string() : "no value",
                       names.empty() ? "" : " ", fmt::join(names, " "));
}

std::vector<ItemRecord> AccountingPlant::revisions(const std::string& item, std::string_view when) {
    const auto wanted = period(when);
    return books_
        ->records({.items = {item},
                   .type = wanted.type,
                   .from = wanted.from,
                   .to = wanted.to,
                   .all_revisions = true})
        .value();
}

std::string AccountingPlant::line_of(const ItemRecord& record) const {
    return fmt::format("{} {} {} {} {} {} {} {}", record.item, to_string(record.period.type),
                       calendar_.text(record.period), record.value ? record.value->to_string() : "no value",
                       record.marks.bits(), record.input_type, record.exact, record.total);
}

std::string AccountingPlant::all_records() {
    std::string text;
    const auto all = books_->records({}).value();
    for (const auto& record : all) text += line_of(record) + '\n';
    return text;
}

std::string AccountingPlant::everything_said() {
    std::string text;
    const auto add = [&](const auto& all, const auto& line) {
        for (const auto& each : all) text += line(each) + '\n';
    };
    add(books_->records({.items = {}, .type = {}, .all_revisions = true}).value(), [&](const auto& record) {
        return fmt::format("{} r{} {}", line_of(record), record.revision, record.cause);
    });
    add(books_->dated({.kind = {}, .subject = {}, .also_void = true}).value(), [](DatedRecord record) {
        record.entered_at = {};  // whoever was cut off enters it later
        return json_of(record);
    });
    add(books_->requests({}).value(), [&](const auto& request) {
        return fmt::format("request {} {}", line_of(request.wanted), request.wanted.cause);
    });
    add(books_->breaks().value(), [](const auto& each) {
        return fmt::format("break {}.{} {} → {}", each.meter.text, each.point.text,
                           each.index_before.to_string(), each.index_after.to_string());
    });
    add(books_->to_do().value(), [](const auto& work) { return "to do: " + work.cause; });
    return text;
}

std::string AccountingPlant::what_computing_anew_changes() {
    std::istringstream now{all_records()};
    auto dated = books_->dated(DatedQuery{}).value();
    const auto file = books_file_;
    open_books("anew.db");
    for (const auto& record : dated) {
        if (!books_->put(record)) throw std::runtime_error("cannot put a record");
    }
    account();
    std::istringstream anew{all_records()};
    open_books(file);
    std::filesystem::remove(folder_.path() / "anew.db");
    std::string is;
    std::string would_be;
    while (true) {
        const bool one = static_cast<bool>(std::getline(now, is));
        const bool other = static_cast<bool>(std::getline(anew, would_be));
        if (!one && !other) return {};
        if (one != other || is != would_be) {
            return fmt::format("is: {} · would be: {}", one ? is : "-", other ? would_be : "-");
        }
    }
}

}  // namespace mg
