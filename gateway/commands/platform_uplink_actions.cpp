#include "gateway/commands/platform_uplink_actions.h"

#include <algorithm>
#include <memory>
#include <utility>

#include <fmt/ranges.h>

#include "gateway/accounting/books.h"
#include "gateway/base/language.h"
#include "gateway/base/nearest.h"
#include "gateway/base/utc_text.h"
#include "gateway/commands/exit_code.h"
#include "gateway/commands/platform_uplink_view.h"
#include "gateway/commands/terminal.h"
#include "gateway/control/platform_report.h"
#include "gateway/daemon/receipt_pages.h"
#include "gateway/reading/stat_period.h"

namespace mg {
namespace {

constexpr std::size_t kLinesAtOnce = 2'000;

std::string type_code(std::string type) {
    std::ranges::replace(type, '-', '_');
    return type;
}

struct Span {
    std::optional<UtcTime> from;
    std::optional<UtcTime> to;
};

Result<Span> span_of(const RecordsAsked& asked, std::chrono::minutes utc_offset) {
    Span span;
    if (!asked.from.empty()) {
        const auto from = begin_or_end(asked.from, PeriodEnd::begin, utc_offset);
        if (!from) return tl::unexpected<Error>(from.error());
        span.from = *from;
    }
    if (!asked.to.empty()) {
        const auto to = begin_or_end(asked.to, PeriodEnd::end, utc_offset);
        if (!to) return tl::unexpected<Error>(to.error());
        span.to = *to;
    }
    return span;
}

/// What was answered last: the day that ended this midnight is sent today.
Result<Span> receipts_span(const RecordsAsked& asked, std::chrono::minutes utc_offset, UtcTime now) {
    auto span = span_of(asked, utc_offset);
    if (!span || span->from || span->to) return span;
    const SiteCalendar calendar{.utc_offset = utc_offset};
    span->from = calendar.before(calendar.containing(StatType::day, now)).from;
    return span;
}

ControlClient::Arguments arguments_of(const RecordsAsked& asked, const Span& span) {
    ControlClient::Arguments arguments{{"uplink", asked.uplink}};
    const auto add = [&](const std::string& name, const std::string& value) {
        if (!value.empty()) arguments[name] = value;
    };
    add("items", fmt::format("{}", fmt::join(asked.items, " ")));
    add("type", type_code(asked.type));
    add("from", span.from ? utc_text(*span.from) : std::string{});
    add("to", span.to ? utc_text(*span.to) : std::string{});
    add("meters", asked.meters);
    add("since", asked.since);
    return arguments;
}

int say_how_many(const Result<std::string>& answer, bool json) {
    if (!answer) return complain(answer.error());
    const auto records = records_ordered_from_json(*answer);
    if (!records) return complain(records.error());
    print(json ? *answer + '\n' : trf("{} more records wait\n", "新增待传 {} 条\n", *records));
    return kExitOk;
}

bool knows(const std::vector<UplinkId>& destinations, const Options& options, const std::string& id) {
    return std::ranges::count(destinations, UplinkId{id}) > 0 ||
           std::ranges::count(options.provincial, UplinkId{id}, &ProvincialOptions::id) > 0;
}

int no_such_uplink(const std::vector<UplinkId>& destinations, const std::string& wanted) {
    std::vector<std::string> ids;
    for (const UplinkId& each : destinations) ids.push_back(each.text);
    print_error(trf("the books know no uplink \"{}\"; the nearest is \"{}\"",
                    "核算库中没有上传目标“{}”；最接近的是“{}”", wanted, nearest_of(wanted, ids)));
    return kExitUsage;
}

}  // namespace

int resend_records(RunningGateway& gateway, const RecordsAsked& asked, std::chrono::minutes utc_offset) {
    const auto span = span_of(asked, utc_offset);
    if (!span) return complain(span.error());
    return say_how_many(gateway.call("uplink-resend", arguments_of(asked, *span)), asked.form.json);
}

int release_records(RunningGateway& gateway, const RecordsAsked& asked) {
    return say_how_many(gateway.call("uplink-release", arguments_of(asked, {})), asked.form.json);
}

int show_records_set_aside(RunningGateway& gateway, const RecordsAsked& asked,
                           std::chrono::minutes utc_offset) {
    ControlClient::Arguments arguments{{"uplink", asked.uplink}};
    std::string_view before = "{\"records\":[";
    bool any = false;
    do {
        const auto answer = gateway.call("uplink-set-aside", arguments);
        if (!answer) return complain(answer.error());
        const auto page = records_set_aside_from_json(*answer);
        if (!page) return complain(page.error());
        any = any || !page->records.empty();
        for (const SetAsideReport& record : page->records) {
            if (!asked.form.json) break;
            print(std::string(std::exchange(before, ",")) + record_set_aside_to_json(record));
        }
        if (!asked.form.json && !page->records.empty())
            print(records_set_aside_view(page->records, utc_offset));
        arguments["after"] = page->next;
    } while (!arguments["after"].empty());
    if (asked.form.json) print((any ? std::string{} : std::string(before)) + "],\"next\":null}\n");
    if (!asked.form.json && !any) print(tr("nothing is set aside\n", "没有搁置的数据\n"));
    return kExitOk;
}

int show_record_receipts(RunningGateway& gateway, const RecordsAsked& asked, std::chrono::minutes utc_offset,
                         UtcTime now) {
    const auto span = receipts_span(asked, utc_offset, now);
    if (!span) return complain(span.error());
    auto arguments = arguments_of(asked, *span);
    const auto page = [&](const std::string& after) -> Result<ReceiptsReport> {
        if (!after.empty()) arguments["after"] = after;
        const auto answer = gateway.call("uplink-history", arguments);
        if (!answer) return tl::unexpected<Error>(answer.error());
        return record_receipts_from_json(*answer);
    };
    return show_receipts(page, asked.form, utc_offset);
}

int show_receipts_in_books(const DataPlace& place, const RecordsAsked& asked) {
    const auto offset = place.site.utc_offset;
    const auto span = receipts_span(asked, offset, SystemClock{}.utc());
    if (!span) return complain(span.error());
    const auto file = place.storage.path / kBooksFile;
    const auto books = Books::look_into(file);
    if (!books) return complain(books.error());
    if (*books == nullptr)
        return complain(
            {Failure::unsupported, trf("{}: there are no books", "{}：没有核算库", file.string())});
    Outbox& outbox = (*books)->outbox();
    const auto destinations = outbox.destinations();
    if (!destinations) return complain(destinations.error());
    if (!knows(*destinations, place.options, asked.uplink))
        return no_such_uplink(*destinations, asked.uplink);
    const ReceiptQuestion question{.uplink = {asked.uplink},
                                   .items = asked.items,
                                   .type = stat_type_from(type_code(asked.type)),
                                   .from = span->from.value_or(UtcTime::min()),
                                   .to = span->to.value_or(UtcTime::max())};
    ReceiptPages pages{place.options, outbox};
    return show_receipts(
        [&](const std::string& after) { return pages.receipts(question, after, kLinesAtOnce); }, asked.form,
        offset);
}

}  // namespace mg
