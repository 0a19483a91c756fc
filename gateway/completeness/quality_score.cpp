#include "gateway/completeness/quality_score.h"

#include <algorithm>
#include <utility>

#include "gateway/base/language.h"

namespace mg {
namespace {

std::optional<std::int64_t> share_of(std::int64_t part, std::int64_t whole) {
    if (whole == 0) return std::nullopt;
    return part * 10'000 / whole;
}

SlotTally sum_of(const Completeness& all, StripKind kind) {
    SlotTally sum;
    for (const SubjectCompleteness& subject : all.subjects) {
        if (subject.kind != kind) continue;
        SlotTally numbers = subject.total;
        numbers.holes.clear();
        sum += numbers;
    }
    return sum;
}

Decimal size_of(const Decimal& value) {
    return value < Decimal{} ? value.negated() : value;
}

bool is_within(const MonthAgainstDays& month, const Decimal& percent) {
    const auto difference = month.month_value.minus(month.day_sum);
    if (!difference) return false;
    const auto hundredfold = size_of(*difference).times(Decimal{100, 0});
    const auto allowed = size_of(month.month_value).times(percent);
    return hundredfold && allowed && *hundredfold <= *allowed;
}

std::optional<std::int64_t> consistency_of(const Completeness& all, const Decimal& within) {
    std::int64_t compared = 0;
    std::int64_t good = 0;
    for (const SubjectCompleteness& subject : all.subjects) {
        for (const MonthAgainstDays& month : subject.months) {
            ++compared;
            if (is_within(month, within)) ++good;
        }
    }
    return share_of(good, compared);
}

std::optional<std::int64_t> online_days_of(const Completeness& all) {
    const auto days = static_cast<std::size_t>((all.to - all.from) / std::chrono::days{1});
    std::int64_t due = 0;
    std::int64_t online = 0;
    for (std::size_t i = 0; i < days; ++i) {
        const auto asked = [&](const SubjectCompleteness& each) {
            return each.kind == StripKind::meter && each.days[i].due > 0;
        };
        const auto has_value = [&](const SubjectCompleteness& each) {
            return asked(each) && each.days[i].missing < each.days[i].due;
        };
        if (std::ranges::any_of(all.subjects, asked)) ++due;
        if (std::ranges::any_of(all.subjects, has_value)) ++online;
    }
    return share_of(online, due);
}

std::optional<std::int64_t> measured(const Completeness& all, const QualityIndex& index) {
    const SlotTally items = sum_of(all, StripKind::item);
    const std::int64_t values = items.due - items.missing;
    switch (index.kind) {
        case QualityIndexKind::completeness:
            return share_of(values, items.due);
        case QualityIndexKind::timeliness:
            return share_of(values - items.late, values);
        case QualityIndexKind::consistency:
            return consistency_of(all, index.within);
        case QualityIndexKind::validity:
            return share_of(values - items.doubtful - items.interpolated, values);
        case QualityIndexKind::boundary_time: {
            const SlotTally meters = sum_of(all, StripKind::meter);
            const std::int64_t read = meters.due - meters.missing;
            return share_of(read - meters.off_boundary, read);
        }
        case QualityIndexKind::online_days:
            return online_days_of(all);
    }
    return std::nullopt;
}

Cell share_cell(const std::optional<std::int64_t>& share, Tone tone) {
    if (!share) return {};
    return {ShareCell{Decimal{*share, -4}, 2}, tone};
}

}  // namespace

std::optional<bool> IndexScore::passes() const {
    if (!share) return std::nullopt;
    return Decimal{*share, -2} >= index.at_least;
}

std::optional<std::int64_t> QualityScore::total() const {
    std::int64_t weights = 0;
    std::int64_t sum = 0;
    for (const IndexScore& each : indices) {
        if (!each.share) continue;
        weights += each.index.weight;
        sum += each.index.weight * *each.share;
    }
    if (weights == 0) return std::nullopt;
    return sum / weights;
}

QualityScore quality_score(const Completeness& completeness, const QualityRule& rule) {
    QualityScore score{.rule = rule, .indices = {}};
    for (const QualityIndex& index : rule.indices)
        score.indices.push_back({index, measured(completeness, index)});
    return score;
}

Section quality_section(const QualityScore& score) {
    Section section{std::string(tr("Quality by rule", "数据质量指标")), {}};
    Table table{.title = std::string(tr(score.rule.name_en, score.rule.name_zh)),
                .columns = {{std::string(tr("index", "指标")), {}, false},
                            {std::string(tr("measured", "实际")), {}, true},
                            {std::string(tr("at least", "不低于")), {}, true},
                            {std::string(tr("weight", "权重")), {}, true}},
                .rows = {},
                .note = {}};
    for (const IndexScore& each : score.indices) {
        const auto passes = each.passes();
        const Tone tone = !passes ? Tone::plain : (*passes ? Tone::good : Tone::bad);
        const Cell weight =
            each.index.weight == 0 ? Cell{} : Cell{Decimal{each.index.weight, 0}, Tone::plain};
        table.rows.push_back({{std::string(label(each.index.kind)), Tone::plain},
                              share_cell(each.share, tone),
                              {each.index.at_least.to_string() + " %", Tone::plain},
                              weight});
    }
    if (const auto total = score.total()) {
        table.rows.push_back({{std::string(tr("weighted mean", "加权平均")), Tone::plain},
                              share_cell(total, Tone::plain),
                              {},
                              {}});
        table.total_rows = 1;
    }
    table.note = trf("{0}. {1}{2}", "{0}。{1}{2}", score.rule.edition, score.rule.source,
                     score.rule.verified ? "" : tr(" (not verified)", "（未核对原文）"));
    section.blocks.emplace_back(std::move(table));
    return section;
}

}  // namespace mg
