#include "gateway/commands/span_view.h"

#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "gateway/base/language.h"
#include "gateway/base/utc_text.h"
#include "gateway/commands/labels.h"
#include "gateway/commands/terminal.h"

namespace mg {
namespace {

std::string text(std::string_view en, std::string_view zh) {
    return std::string(tr(en, zh));
}

std::string value_text(const std::optional<Decimal>& value) {
    return value ? value->to_string() : "–";
}

/// "743.25"; nothing behind the point where nothing is.
std::string hours_text(std::chrono::seconds length) {
    constexpr std::int64_t kHour = 3600;
    const auto hundredths = length.count() % kHour * 100 / kHour;
    const std::string hours = std::to_string(length.count() / kHour);
    return hundredths == 0 ? hours : fmt::format("{}.{:02}", hours, hundredths);
}

std::string marks_text(const std::vector<std::string>& marks) {
    std::string words;
    for (const std::string& mark : marks) {
        if (!words.empty()) words += tr(", ", "、");
        words += printable(mark_label(mark));
    }
    return words;
}

/// "3 / 2976"
std::string out_of(std::size_t some, std::size_t all) {
    return fmt::format("{} / {}", some, all);
}

/// What the sum does not say of itself.
std::string notes(const SpanReport& span) {
    std::string view;
    if (span.whole.missing > 0) {
        view += trf("{}: {} of {} values are missing; the sum is that of the others\n",
                    "{}：{} 个值缺失(共 {} 个)，合计只含其余的值\n", span.item, span.whole.missing,
                    span.whole.periods);
    }
    if (span.entered > 0) {
        view += trf("{}: values that were entered for days or months are not in this sum: {}\n",
                    "{}：合计不含为日、月补录的值，此期间有 {} 个\n", span.item, span.entered);
    }
    return view;
}

std::string sums_table(const std::vector<SpanReport>& spans, std::chrono::minutes utc_offset) {
    TextTable table{{{text("item", "采集项")},
                     {text("from", "起")},
                     {text("to", "止")},
                     {text("amount", "数量"), Align::right},
                     {text("unit", "单位")},
                     {text("hours", "小时"), Align::right},
                     {text("missing", "缺失"), Align::right},
                     {text("doubtful", "存疑"), Align::right},
                     {text("marks", "标记")}}};
    for (const SpanReport& span : spans) {
        const SpanPartReport& whole = span.whole;
        table.add({span.item, local_text(span.from, utc_offset), local_text(span.to, utc_offset),
                   value_text(whole.sum), printable(span.unit), hours_text(whole.length),
                   out_of(whole.missing, whole.periods), out_of(whole.doubtful, whole.periods),
                   marks_text(whole.marks)});
    }
    return table.to_string();
}

std::string split_table(const SpanReport& span, std::chrono::minutes utc_offset) {
    TextTable table{{{text("slot", "时段")},
                     {trf("amount ({})", "数量({})", printable(span.unit)), Align::right},
                     {text("share", "占比"), Align::right},
                     {text("hours", "小时"), Align::right},
                     {text("missing", "缺失"), Align::right},
                     {text("doubtful", "存疑"), Align::right},
                     {text("marks", "标记")}}};
    const auto add = [&](const std::string& name, const SpanPartReport& part, const std::string& share) {
        table.add({name, value_text(part.sum), share, hours_text(part.length),
                   out_of(part.missing, part.periods), out_of(part.doubtful, part.periods),
                   marks_text(part.marks)});
    };
    for (const SpanPartReport& slot : span.slots) {
        add(printable(slot.slot), slot, slot.percent ? fmt::format("{}%", slot.percent->to_string()) : "–");
    }
    add(text("all", "合计"), span.whole, "");
    return trf("{} by {}, {} … {}\n", "{} 按 {}，{} … {}\n", span.item, span.calendar,
               local_text(span.from, utc_offset), local_text(span.to, utc_offset)) +
           table.to_string();
}

}  // namespace

std::string spans_view(const std::vector<SpanReport>& spans, std::chrono::minutes utc_offset) {
    std::string view;
    std::string below;
    for (const SpanReport& span : spans) {
        if (span.calendar.empty()) {
            below += notes(span);
            continue;
        }
        if (!view.empty()) view += '\n';
        view += split_table(span, utc_offset);
        view += notes(span);
    }
    // One question is about one calendar, or none.
    return view.empty() ? sums_table(spans, utc_offset) + below : view;
}

}  // namespace mg
