#include "gateway/daemon/receipt_pages.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "gateway/base/language.h"
#include "gateway/base/utc_text.h"
#include "gateway/daemon/item_versions.h"
#include "gateway/reading/stat_period.h"

namespace mg {
namespace {

/// "day 2026-11-21T16:00:00.000Z 2026-11-22T16:00:00.000Z elec".
std::string place_text(const RecordName& record) {
    return fmt::format("{} {} {} {}", to_string(record.period.type), utc_text(record.period.from),
                       utc_text(record.period.to), record.item);
}

/// The same behind revision and line.
std::string place_text(const ReceiptName& receipt) {
    return fmt::format("{} {} {}", receipt.revision, receipt.line, place_text(receipt.record));
}

/// Takes the word away.
std::string_view next_word(std::string_view& text) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return word;
}

std::optional<std::uint32_t> number_from(std::string_view word) {
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (error != std::errc{} || end != word.data() + word.size()) return std::nullopt;
    return number;
}

Result<RecordName> record_place(std::string_view text) {
    const auto type = stat_type_from(next_word(text));
    const auto from = utc_from_text(next_word(text));
    const auto to = utc_from_text(next_word(text));
    if (type && from && to && !text.empty()) {
        return RecordName{.item = std::string(text), .period = {*type, *from, *to}};
    }
    return fail(Failure::rejected,
                std::string(tr("\"after\" is not what \"next\" was", "“after”不是先前“next”的值")));
}

Result<ReceiptName> receipt_place(const UplinkId& uplink, std::string_view text) {
    const auto revision = number_from(next_word(text));
    const auto line = number_from(next_word(text));
    auto record = record_place(revision && line ? text : std::string_view{});
    if (!record) return pass_on(record.error());
    return ReceiptName{.uplink = uplink, .record = std::move(*record), .revision = *revision, .line = *line};
}

}  // namespace

ReceiptPages::ReceiptPages(const Options& options, Outbox& outbox) : options_{options}, outbox_{outbox} {
    for (const ItemOptions& item : options.items) versions_[item.id].push_back(&item);
}

SentRecord ReceiptPages::shown(const ItemRecord& record) const {
    const auto versions = versions_.find(record.item);
    const ItemOptions* version = versions == versions_.end() ? nullptr : version_of(record, versions->second);
    return {.item = record.item,
            .period = record.period,
            .period_text = SiteCalendar{.utc_offset = options_.site.utc_offset}.text(record.period),
            .revision = record.revision,
            .value = record.value,
            .unit = version == nullptr ? std::string{} : version->unit};
}

/// A misspelt item would give an empty table that looks like an answer.
Result<> ReceiptPages::look_for(const ReceiptQuestion& question, const std::string& item) {
    if (versions_.contains(item)) return {};
    ReceiptQuery any;
    any.uplink = question.uplink;
    any.items = {item};
    any.most = 1;
    const auto found = outbox_.history(any);
    if (!found) return pass_on(found.error());
    if (!found->empty()) return {};
    return versions_of(options_, item).map([](const auto&) {});
}

Result<ReceiptsReport> ReceiptPages::receipts(const ReceiptQuestion& question, std::string_view after,
                                              std::size_t most) {
    ReceiptQuery query{.uplink = question.uplink,
                       .items = question.items,
                       .type = question.type,
                       .from = question.from,
                       .to = question.to,
                       .most = most,
                       .after = std::nullopt};
    if (after.empty()) {
        for (const std::string& item : question.items) {
            if (auto known = look_for(question, item); !known) return pass_on(known.error());
        }
    } else {
        auto place = receipt_place(question.uplink, after);
        if (!place) return pass_on(place.error());
        query.after = std::move(*place);
    }
    const auto page = outbox_.history(query);
    if (!page) return pass_on(page.error());
    ReceiptsReport report;
    for (const RecordReceipt& receipt : *page) {
        report.receipts.push_back({.record = shown(receipt.record),
                                   .outcome = std::string(to_string(receipt.outcome)),
                                   .words = receipt.words,
                                   .at = receipt.at,
                                   .last_at = receipt.last_at,
                                   .times = receipt.times});
    }
    if (!page->empty() && page->size() >= most) report.next = place_text(page->back().name());
    return report;
}

Result<SetAsideRecords> ReceiptPages::set_aside(const UplinkId& uplink, std::string_view after,
                                                std::size_t most) {
    WaitingQuery query;
    query.most = most;
    if (!after.empty()) {
        auto place = record_place(after);
        if (!place) return pass_on(place.error());
        query.after = std::move(*place);
    }
    const auto page = outbox_.set_aside(uplink, query);
    if (!page) return pass_on(page.error());
    SetAsideRecords report;
    for (const RecordSetAside& each : *page) {
        report.records.push_back({.record = shown(each.record), .words = each.words, .at = each.at});
    }
    if (!page->empty() && page->size() >= most) {
        const ItemRecord& last = page->back().record;
        report.next = place_text(RecordName{last.item, last.period});
    }
    return report;
}

}  // namespace mg
