#include "gateway/completeness/completeness_sections.h"

#include <algorithm>

#include <fmt/format.h>

#include "gateway/base/language.h"
#include "gateway/reading/local_time.h"

namespace mg {
namespace {

constexpr std::size_t kMostDayColumns = 31;

std::string text(std::string_view en, std::string_view zh) {
    return std::string(tr(en, zh));
}

std::string minute(UtcTime time, std::chrono::minutes utc_offset) {
    std::string written = iso_local(time, utc_offset).substr(0, 16);
    std::ranges::replace(written, 'T', ' ');
    return written;
}

Cell share_cell(std::optional<std::int64_t> share) {
    if (!share) return {};
    const Tone tone = *share < kCompletenessBar ? Tone::bad : (*share < 10'000 ? Tone::plain : Tone::good);
    // Rounded down: 89.99 % is not to look like 90 %.
    return {ShareCell{Decimal{*share / 10, -3}, 1}, tone};
}

Cell number_cell(std::int64_t number) {
    return {Decimal{number, 0}, Tone::plain};
}

Cell text_cell(std::string written, Tone tone = Tone::plain) {
    return {std::move(written), tone};
}

Column counted(std::string_view en, std::string_view zh) {
    return {text(en, zh), {}, true};
}

std::string reason_text(const std::optional<Quality>& reason) {
    return reason ? std::string(label(*reason)) : text("nothing stored", "无存储数据");
}

std::string lost_text(milliseconds lost) {
    return lost.count() == 0 ? std::string{}
                             : fmt::format("{:.2f} h", static_cast<double>(lost.count()) / 3'600'000);
}

Section faults_section(const Completeness& all) {
    Section section{text("Without a value now", "当前无数据"), {}};
    if (all.faults.empty()) {
        section.blocks.emplace_back(Paragraph{text("Everything has a value.", "全部有数据。"), Tone::good});
        return section;
    }
    Table table{.title = {}, .columns = {}, .rows = {}, .note = {}};
    table.columns = {{text("what", "对象"), {}, false},
                     {text("since", "起始"), {}, false},
                     {text("hours", "小时"), {}, true},
                     {text("reason", "原因"), {}, false},
                     {text("repair until", "修复期限"), {}, false}};
    for (const Fault& fault : all.faults) {
        const bool over = all.now > fault.repair_until;
        const Tone tone = over || fault.hours_passed() >= 48 ? Tone::bad
                          : fault.hours_passed() >= 24       ? Tone::warning
                                                             : Tone::plain;
        const std::string since = minute(fault.since, all.utc_offset);
        table.rows.push_back(
            {text_cell(fault.id),
             text_cell(fault.or_longer ? trf("{} or before", "{} 或更早", since) : since),
             {Decimal{fault.lasts.count() / 360'000, -1}, tone},
             text_cell(fault.kind == StripKind::item && !fault.reason ? text("no figure", "无数值")
                                                                      : reason_text(fault.reason)),
             text_cell(minute(fault.repair_until, all.utc_offset), over ? Tone::bad : Tone::plain)});
    }
    table.note =
        text("Repair within 3 working days: Saturday and Sunday do not count, public holidays are not known.",
             "3 个工作日内修复：不计周六、周日，未考虑法定节假日。");
    section.blocks.emplace_back(std::move(table));
    return section;
}

std::string hole_text(const SlotTally& total, std::chrono::minutes utc_offset) {
    const auto holes = longest_of(total.holes, 1);
    if (holes.empty()) return {};
    const Hole& hole = holes.front();
    const std::string span =
        fmt::format("{} … {}", minute(hole.span.from, utc_offset), minute(hole.span.to, utc_offset));
    return hole.reason ? fmt::format("{} ({})", span, label(*hole.reason)) : span;
}

/// The day that is still under way; where there is none, one of which nothing is due.
DayShare running_day(const SubjectCompleteness& subject) {
    const auto day =
        std::ranges::find_if(subject.days, [](const DayShare& each) { return each.to_come > 0; });
    return day == subject.days.end() ? DayShare{} : *day;
}

Table subjects_table(const Completeness& all, StripKind kind, std::string title) {
    Table table{.title = std::move(title), .columns = {}, .rows = {}, .note = {}};
    const bool meters = kind == StripKind::meter;
    table.columns = {{meters ? text("metering point", "计量点") : text("item", "采集项"), {}, false},
                     {text("name", "名称"), {}, false},
                     counted("complete", "完整率"),
                     counted("due", "应有"),
                     counted("measured", "实测"),
                     meters ? counted("back-filled", "补采") : counted("interpolated", "插补"),
                     meters ? counted("off the boundary", "偏离整点") : counted("entered", "填报"),
                     counted("doubtful", "可疑"),
                     meters ? counted("excused", "停产停用") : counted("late", "迟到"),
                     counted("missing", "缺失"),
                     counted("lost", "缺失时长"),
                     counted("today at best", "今日最高可达"),
                     counted("as it goes", "照此下去"),
                     {text("longest hole", "最长中断"), {}, false}};
    for (const SubjectCompleteness& subject : all.subjects) {
        if (subject.kind != kind) continue;
        const SlotTally& total = subject.total;
        table.rows.push_back({text_cell(subject.id), text_cell(subject.name), share_cell(total.share()),
                              number_cell(total.due), number_cell(total.measured),
                              number_cell(meters ? total.back_filled : total.interpolated + total.estimated),
                              number_cell(meters ? total.off_boundary : total.entered),
                              number_cell(total.doubtful), number_cell(meters ? total.excused : total.late),
                              number_cell(total.missing), text_cell(lost_text(total.lost)),
                              share_cell(running_day(subject).at_best()),
                              share_cell(running_day(subject).as_now(subject.is_silent)),
                              text_cell(hole_text(total, all.utc_offset))});
    }
    return table;
}

Section subjects_section(const Completeness& all) {
    Section section{text("What is there of what was due", "数据完整率"), {}};
    for (const StripKind kind : {StripKind::meter, StripKind::item}) {
        Table table = subjects_table(all, kind,
                                     kind == StripKind::meter
                                         ? text("Metering points, by boundary", "计量点（按整点）")
                                         : text("Items, by real-time period", "采集项（按实时周期）"));
        if (!table.rows.empty()) section.blocks.emplace_back(std::move(table));
    }
    if (section.blocks.empty()) {
        section.blocks.emplace_back(Paragraph{text("Nothing to show.", "无内容。"), Tone::plain});
        return section;
    }
    section.blocks.emplace_back(Paragraph{
        trf("Bar: 90 %. An item's figure is late when it was first computed more than {0} min after the end "
            "of its "
            "day{1}.",
            "阈值 90 %。采集项数值在当日结束 {0} 分钟后才首次算出的计为迟到{1}。", all.late_after.count(),
            all.late_after_is_stated
                ? ""
                : text(" (assumed: no upload time is configured)", "（假定值：未配置上传时间）")),
        Tone::plain});
    return section;
}

Section months_section(const Completeness& all) {
    Section section{text("Days against months", "日数据与月数据一致性"), {}};
    Table table{.title = {}, .columns = {}, .rows = {}, .note = {}};
    table.columns = {{text("item", "采集项"), {}, false},
                     {text("month", "月份"), {}, false},
                     counted("month's value", "月值"),
                     counted("sum of days", "日值之和"),
                     counted("days", "天数"),
                     {text("within 5 %", "偏差≤5 %"), {}, false}};
    table.leading_columns = 2;
    for (const SubjectCompleteness& subject : all.subjects) {
        for (const MonthAgainstDays& each : subject.months) {
            table.rows.push_back({text_cell(subject.id),
                                  text_cell(minute(each.month.from, all.utc_offset).substr(0, 7)),
                                  {each.month_value, Tone::plain},
                                  {each.day_sum, Tone::plain},
                                  number_cell(static_cast<std::int64_t>(each.days)),
                                  each.within ? text_cell(text("yes", "是"), Tone::good)
                                              : text_cell(text("no", "否"), Tone::bad)});
        }
    }
    if (!table.rows.empty()) section.blocks.emplace_back(std::move(table));
    return section;
}

/// Days, or months where there are many days.
struct Stretch {
    std::string heading;
    std::size_t begin{0};  ///< of the days
    std::size_t end{0};
};

std::vector<Stretch> columns_of(const Completeness& all) {
    std::vector<Stretch> columns;
    const auto days = static_cast<std::size_t>((all.to - all.from) / std::chrono::days{1});
    for (std::size_t i = 0; i < days; ++i) {
        const std::string day =
            minute(all.from + static_cast<std::int64_t>(i) * std::chrono::days{1}, all.utc_offset);
        const std::string heading = days <= kMostDayColumns ? day.substr(5, 5) : day.substr(0, 7);
        if (columns.empty() || columns.back().heading != heading) columns.push_back({heading, i, i});
        columns.back().end = i + 1;
    }
    return columns;
}

DayShare sum_of(const SubjectCompleteness& subject, const Stretch& column) {
    DayShare sum;
    for (std::size_t i = column.begin; i < column.end; ++i) {
        sum.due += subject.days[i].due;
        sum.missing += subject.days[i].missing;
    }
    return sum;
}

Section map_section(const Completeness& all) {
    const std::vector<Stretch> columns = columns_of(all);
    Section section{text("Day by day", "逐日完整率"), {}};
    Table table{.title = {}, .columns = {{text("what", "对象"), {}, false}}, .rows = {}, .note = {}};
    Chart chart{.kind = Chart::Kind::lines,
                .title = text("Complete, all together", "总体完整率"),
                .unit = "%",
                .categories = {},
                .series = {},
                .bar = static_cast<double>(kCompletenessBar) / 100,
                .bar_name = text("bar", "阈值")};
    for (const StripKind kind : {StripKind::meter, StripKind::item}) {
        const auto is_one = [&](const SubjectCompleteness& subject) { return subject.kind == kind; };
        if (std::ranges::none_of(all.subjects, is_one)) continue;
        chart.series.push_back(
            {kind == StripKind::meter ? text("metering points", "计量点") : text("items", "采集项"), {}});
        for (const Stretch& column : columns) {
            DayShare sum;
            for (const SubjectCompleteness& subject : all.subjects) {
                if (!is_one(subject)) continue;
                const DayShare one = sum_of(subject, column);
                sum.due += one.due;
                sum.missing += one.missing;
            }
            const auto share = sum.share();
            chart.series.back().values.push_back(share ? std::optional{static_cast<double>(*share) / 100}
                                                       : std::nullopt);
        }
    }
    for (const Stretch& column : columns) {
        table.columns.push_back({column.heading, {}, true});
        chart.categories.push_back(column.heading);
    }
    for (const SubjectCompleteness& subject : all.subjects) {
        std::vector<Cell> row{text_cell(subject.id)};
        for (const Stretch& column : columns) {
            row.push_back(share_cell(sum_of(subject, column).share()));
            // Where nearly all are good, a mark on each would hide those that are not.
            if (row.back().tone == Tone::good) row.back().tone = Tone::plain;
        }
        table.rows.push_back(std::move(row));
    }
    section.blocks.emplace_back(std::move(chart));
    section.blocks.emplace_back(std::move(table));
    return section;
}

}  // namespace

std::vector<Section> completeness_sections(const Completeness& completeness, bool in_short) {
    std::vector<Section> sections;
    if (completeness.now < completeness.to) sections.push_back(faults_section(completeness));
    sections.push_back(subjects_section(completeness));
    Section months = months_section(completeness);
    if (!months.blocks.empty()) sections.push_back(std::move(months));
    if (!in_short && !completeness.subjects.empty()) sections.push_back(map_section(completeness));
    return sections;
}

}  // namespace mg
