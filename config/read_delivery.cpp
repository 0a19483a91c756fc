#include <algorithm>

#include "config/loaders.h"
#include "gateway/base/language.h"
#include "gateway/reading/local_time.h"

namespace mg {
namespace {

template <class Id>
std::vector<Id> ids_of(const Record& record, std::string_view key) {
    std::vector<Id> ids;
    if (const auto* listed = record.get<std::vector<Listed>>(key)) {
        for (const Listed& entry : *listed) ids.push_back(Id{entry.text});
    }
    return ids;
}

Carries carries_of(std::string_view text) {
    if (text == "boundary") return Carries::boundary;
    return text == "other" ? Carries::other : Carries::all;
}

void check_interval(const Record& record, milliseconds every, Reporter& report) {
    if (every == milliseconds{0} || std::chrono::hours{24} % every == milliseconds{0}) return;
    report.error(record.place_of("every"), record.field_name("every"),
                 {std::string(tr("does not divide 24 hours", "不能整除 24 小时")), "10s, 1m, 5m, 15m, 1h, …"},
                 record.text("every"));
}

void check_meaning(const Record& record, const DeliveryOptions& delivery, Reporter& report) {
    if (record.has("budget_per") && delivery.budget.bytes == 0) {
        report.error(record.place_of("budget_per"), record.field_name("budget_per"),
                     {std::string(tr("means nothing without `budget`", "未设 budget 时没有意义")), {}},
                     record.text("budget_per"));
    }
}

StartOptions start_of(const Record& record, const SiteOptions& site) {
    using At = StartOptions::At;
    const std::string text = record.get_or<std::string>("start", "oldest");
    if (text == "now") return {.at = At::now, .slot = {}};
    const auto moment = moment_from(text, PeriodEnd::begin, site.utc_offset);
    return moment ? StartOptions{.at = At::slot, .slot = *moment} : StartOptions{};
}

std::uint64_t number_of(const Record& record, std::string_view key) {
    return static_cast<std::uint64_t>(record.get_or<std::int64_t>(key, 0));
}

}  // namespace

DeliveryOptions read_delivery(const Record& record, const SiteOptions& site, Reporter& report) {
    DeliveryOptions delivery;
    SelectionOptions& selection = delivery.selection;
    selection.carries = carries_of(record.get_or<std::string>("class", "all"));
    selection.meters = ids_of<MeterId>(record, "meters");
    selection.lines = ids_of<LineId>(record, "lines");
    selection.points = ids_of<PointId>(record, "points");
    selection.every = milliseconds{record.get_or<std::int64_t>("every", 0)};
    selection.gaps = record.get_or<bool>("gaps", true);
    check_interval(record, selection.every, report);
    delivery.start = start_of(record, site);
    if (record.get_or<std::string>("order", "strict") == "live-first") {
        delivery.order = UplinkOrder::live_first;
    }
    delivery.backlog_share =
        static_cast<int>(record.get_or<std::int64_t>("backlog_share", delivery.backlog_share));
    if (record.get_or<std::string>("compression", "none") == "gzip") {
        delivery.compression = Compression::gzip;
    }
    delivery.budget.bytes = number_of(record, "budget");
    if (record.get_or<std::string>("budget_per", "month") == "day") {
        delivery.budget.period = BudgetPeriod::day;
    }
    delivery.most_messages_per_second = number_of(record, "max_messages_per_second");
    delivery.most_bytes_per_second = number_of(record, "max_bytes_per_second");
    check_meaning(record, delivery, report);
    return delivery;
}

}  // namespace mg
