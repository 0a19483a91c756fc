#include "tests/integration/uplink/provincial_plant.h"

#include <algorithm>
#include <fstream>
#include <numeric>
#include <stdexcept>

#include <fmt/format.h>

#include "config/load.h"
#include "gateway/uplink/provincial/platform_time.h"

namespace mg::test {
namespace {

constexpr std::chrono::hours kChina{8};

ItemOptions item(const std::string& id, const std::string& code, std::set<StatType> periods) {
    ItemOptions made;
    made.id = id;
    made.name = id;
    made.codes.standard = parse_item_code(code).value();
    made.periods = std::move(periods);
    made.interval = std::chrono::minutes{15};
    made.unit = "万kWh";
    return made;
}

std::string key_of(const std::string& code, StatType type, UtcTime from) {
    return fmt::format("{} {} {}", code, static_cast<int>(type),
                       platform_time(from, kChina, DateForm::dashes));
}

}  // namespace

ProvincialPlant::ProvincialPlant(std::size_t items) {
    options.site.utc_offset = kChina;
    options.storage.path = folder_.path();
    options.directory = folder_.path();
    options.profiles = shipped_profiles();
    const std::set<StatType> both{StatType::real_time, StatType::day};
    options.items = {item("elec", "00-00-0000-023300-11", both), item("gas", "00-00-0000-011500-11", both),
                     item("steam", "00-00-0000-023200-11", both)};
    for (std::size_t i = options.items.size(); i < items; ++i) {
        const auto process = static_cast<unsigned>(i) % 99 + 1;
        const auto unit = static_cast<unsigned>(i) / 99;
        options.items.push_back(
            item(fmt::format("item_{}", i), fmt::format("{:02}-{:02}-0000-023300-11", process, unit), both));
    }
    options.items.resize(items);
    EnterpriseOptions enterprise;
    enterprise.id = "plant";
    enterprise.name = "样例水泥";
    enterprise.code = "91130000XXXXXXXX0Y";
    enterprise.region_code = "130100";
    enterprise.industry_code = "C3011";
    enterprise.type_code = "170";
    enterprise.consumption_level = 3;
    enterprise.latitude = Decimal::parse("38.04").value();
    enterprise.longitude = Decimal::parse("114.51").value();
    enterprise.row = TableRow{"gateway.toml", 1, {{"phone", 1, "0311-80000000"}, {"type_name", 1, "私营"}}};
    options.enterprises = {enterprise};
    books = std::move(Books::open(folder_.path() / "books.db").value());
    std::ofstream{folder_.path() / "credentials"} << "password = Pass2026\n";
    std::filesystem::permissions(folder_.path() / "credentials",
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    options.provincial.reserve(4);
}

ProvincialOptions& ProvincialPlant::connect(const SimulatedPlatform& platform, const std::string& sim_profile,
                                            const std::string& id) {
    ProvincialOptions uplink;
    uplink.id.text = id;
    uplink.enterprise = "plant";
    uplink.tls.ca_file = platform.file("ca");
    uplink.timeout = milliseconds{5000};
    if (sim_profile == "p3") {
        uplink.profile = "yunnan";
        uplink.url = platform.url() + "/YNEnergy";
        uplink.credentials = (folder_.path() / "credentials").string();
    } else {
        uplink.profile = sim_profile == "p1" ? "national" : "shandong";
        uplink.url = platform.address("register");
    }
    options.provincial.push_back(uplink);
    return options.provincial.back();
}

std::unique_ptr<ProvincialUplink> ProvincialPlant::start(const std::string& id) {
    const auto found = std::ranges::find(options.provincial, UplinkId{id}, &ProvincialOptions::id);
    return std::make_unique<ProvincialUplink>(ProvincialUplink::Setup{
        .options = options,
        .uplink = *found,
        .outbox = books->outbox(),
        .clock = clock_,
        .factor = [](const ItemRecord&) -> Result<std::string> { return std::string{"1.229"}; },
        .clock_is_trusted = [this] { return clock_is_trusted.load(); },
        .replacements = [this] { return books->dated(DatedQuery{.kind = "replacement"}); },
        .differences = differences,
        .retry = {.first = milliseconds{50}, .most = milliseconds{200}},
        .hold = {.first = milliseconds{200}, .most = milliseconds{400}}});
}

ItemRecord ProvincialPlant::invented(const std::string& item, const StatPeriod& period) {
    ItemRecord record;
    record.item = item;
    record.period = period;
    ++invented_;
    record.value = Decimal::parse(fmt::format("{}.{:02}", invented_ % 10'000, invented_ % 100)).value();
    record.exact = record.value->to_string();
    record.computed_at = clock_.utc();
    return record;
}

void ProvincialPlant::commit(const BooksChange& change) {
    if (auto kept = books->commit(change); !kept) throw std::runtime_error{kept.error().what};
}

void ProvincialPlant::keep_records(std::size_t quarters, std::size_t days) {
    const SiteCalendar calendar;
    for (const ItemOptions& each : options.items) {
        BooksChange change;
        for (const auto& [type, count] :
             {std::pair{StatType::real_time, quarters}, std::pair{StatType::day, days}}) {
            StatPeriod period = calendar.containing(type, clock_.utc());
            for (std::size_t i = 0; i < count; ++i) {
                period = calendar.before(period);
                change.records.push_back(invented(each.id, period));
            }
        }
        commit(change);
    }
}

void ProvincialPlant::keep_older_quarter(std::size_t quarters_before) {
    const SiteCalendar calendar;
    StatPeriod period = calendar.before(calendar.containing(StatType::real_time, clock_.utc()));
    for (std::size_t i = 0; i < quarters_before; ++i) period = calendar.before(period);
    BooksChange change;
    for (const ItemOptions& each : options.items) change.records.push_back(invented(each.id, period));
    commit(change);
}

void ProvincialPlant::revise(const std::string& item, StatType type) {
    auto newest = books->newest(item, type, clock_.utc()).value().value();
    newest.value = Decimal::parse(fmt::format("4711.{:02}", ++invented_ % 100)).value();
    newest.exact = newest.value->to_string();
    newest.cause = "test";
    BooksChange change;
    change.records = {newest};
    commit(change);
}

OutboxStatus ProvincialPlant::outbox(const std::string& id) const {
    return books->outbox().status({id}).value();
}

std::size_t ProvincialPlant::waiting(const std::string& id) const {
    const auto status = outbox(id);
    return std::accumulate(status.waiting.begin(), status.waiting.end(), std::size_t{0});
}

std::size_t ProvincialPlant::receipts(RecordOutcome outcome, const std::string& id) const {
    std::size_t count = 0;
    ReceiptQuery query;
    query.uplink = UplinkId{id};
    const auto read = books->outbox().each_receipt(query, [&](const RecordReceipt& receipt) {
        count += receipt.outcome == outcome ? 1 : 0;
        return true;
    });
    if (!read) throw std::runtime_error{read.error().what};
    return count;
}

std::map<std::string, std::string> ProvincialPlant::owed(const std::string& id) const {
    std::map<std::string, std::string> all;
    const auto code_of = [&](const std::string& name) {
        return std::ranges::find(options.items, name, &ItemOptions::id)->codes.standard->hyphenated();
    };
    const auto records = books->records(RecordQuery{}).value();
    for (const ItemRecord& record : records)
        all[key_of(code_of(record.item), record.period.type, record.period.from)] = record.value->to_string();
    const auto set_aside = books->outbox().set_aside({id}, WaitingQuery{}).value();
    for (const auto& aside : set_aside)
        all.erase(key_of(code_of(aside.record.item), aside.record.period.type, aside.record.period.from));
    return all;
}

std::map<std::string, std::string> ProvincialPlant::held(SimulatedPlatform& platform,
                                                         const std::string& sim_profile) {
    std::map<std::string, std::string> all;
    const auto arrived = platform.look("arrivals?profile=" + sim_profile + "&limit=1000000").at("arrivals");
    for (const auto& each : arrived) {
        std::string code = each.at("dataCode");
        if (code.size() == 16) code = parse_item_code(code).value().hyphenated();
        all[fmt::format("{} {} {}", code, each.at("statType").get<int>(),
                        each.at("statDate").get<std::string>())] = each.at("dataValue").get<std::string>();
    }
    return all;
}

}  // namespace mg::test
