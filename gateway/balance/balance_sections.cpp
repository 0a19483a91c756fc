#include "gateway/balance/balance_sections.h"

#include <algorithm>
#include <utility>

#include "gateway/balance/flow_picture.h"
#include "gateway/base/language.h"

namespace mg {
namespace {

constexpr int kMostDecimals = 9;

std::string text(std::string_view en, std::string_view zh) {
    return std::string(tr(en, zh));
}

Cell cell(std::string words, Tone tone = Tone::plain) {
    return {.value = std::move(words), .tone = tone};
}

Cell cell(const std::optional<Exact>& amount) {
    if (!amount) return {};
    const auto number = Decimal::parse(amount_text(*amount));
    if (number && number->exponent() >= -kMostDecimals) return {.value = *number};
    const auto rounded = amount->rounded(kMostDecimals);
    return rounded ? Cell{.value = *rounded} : Cell{};
}

Cell share_cell(const std::optional<Decimal>& share, Tone tone) {
    if (!share) return {};
    return {.value = ShareCell{.share = *share, .decimals = 2}, .tone = tone};
}

std::string joined(const std::vector<std::string>& words) {
    std::string line;
    for (const std::string& word : words) {
        if (!line.empty()) line += tr(", ", "、");
        line += word;
    }
    return line;
}

std::string in_words(OpenReason reason, int days_missing) {
    switch (reason) {
        case OpenReason::ledger_only:
            return text("not on a wire", "未联网");
        case OpenReason::no_index:
            return text("no index", "无累计量");
        case OpenReason::no_figure:
            return text("no figure", "无数据");
        case OpenReason::days_missing:
            return trf("{} days missing", "缺 {} 天", days_missing);
        case OpenReason::out_of_service:
            return text("out of service", "停用");
        case OpenReason::other_unit:
            return text("unit of another quantity", "计量单位不可换算");
    }
    return {};
}

Tone tone_of(NodeState state) {
    switch (state) {
        case NodeState::within:
            return Tone::good;
        case NodeState::beyond:
            return Tone::bad;
        case NodeState::open:
            return Tone::warning;
    }
    return Tone::plain;
}

std::string in_words(const NodeBalance& node) {
    switch (node.state) {
        case NodeState::within:
            return text("within", "平衡");
        case NodeState::beyond:
            return text("beyond the threshold", "超出允许偏差");
        case NodeState::open:
            return trf("not closed: {}", "不闭合：{}", joined(node.open_because));
    }
    return {};
}

Table node_table(const MediumBalance& medium) {
    Table table{.title = text("Balance of the nodes", "节点平衡")};
    table.columns = {{.heading = text("Node", "节点")},
                     {.heading = text("In", "流入"), .unit = medium.unit, .number = true},
                     {.heading = text("Out", "流出"), .unit = medium.unit, .number = true},
                     {.heading = text("Difference", "差额"), .unit = medium.unit, .number = true},
                     {.heading = text("Of in", "偏差率"), .unit = {}, .number = true},
                     {.heading = text("State", "结论")}};
    for (const NodeBalance& node : medium.nodes) {
        const Tone tone = tone_of(node.state);
        table.rows.push_back({cell(node.node), cell(node.incoming), cell(node.outgoing),
                              cell(node.difference), share_cell(node.share, tone),
                              cell(in_words(node), tone)});
    }
    return table;
}

Table edge_table(const MediumBalance& medium) {
    const bool two_way = std::ranges::any_of(medium.edges, &MeasuredEdge::two_way);
    Table table{.title = text("What each metering point measured", "各计量点计量结果")};
    table.columns = {{.heading = text("Metering point", "计量点")},
                     {.heading = text("Name", "名称")},
                     {.heading = text("From", "来源")},
                     {.heading = text("To", "去向")},
                     {.heading = text("Amount", "计量值"), .unit = medium.unit, .number = true}};
    if (two_way)
        table.columns.push_back({.heading = text("Reverse", "反向"), .unit = medium.unit, .number = true});
    table.columns.push_back({.heading = text("Remark", "说明")});
    for (const MeasuredEdge& edge : medium.edges) {
        std::vector<std::string> remarks;
        for (const OpenReason reason : edge.reasons) remarks.push_back(in_words(reason, edge.days_missing));
        if (edge.doubtful) remarks.push_back(text("doubtful", "存疑"));
        std::vector<Cell> row{cell(edge.meter), cell(edge.name), cell(edge.from), cell(edge.to),
                              cell(edge.forward)};
        if (two_way) row.push_back(cell(edge.reverse));
        row.push_back(cell(joined(remarks), remarks.empty() ? Tone::plain : Tone::warning));
        table.rows.push_back(std::move(row));
    }
    return table;
}

/// The share of the difference, day by day.
Table day_table(const MediumBalance& medium) {
    Table table{.title = text("Difference of each day, of what came in", "逐日偏差率")};
    table.columns = {{.heading = text("Day", "日期")}};
    for (const NodeBalance& node : medium.nodes)
        table.columns.push_back({.heading = node.node, .unit = {}, .number = true});
    for (const DayBalance& day : medium.days) {
        std::vector<Cell> row{{.value = DateCell{day.day}}};
        for (const NodeBalance& node : day.nodes) row.push_back(share_cell(node.share, tone_of(node.state)));
        table.rows.push_back(std::move(row));
    }
    return table;
}

void add_nodes(Facts& facts, std::string what, const std::vector<std::string>& nodes) {
    if (!nodes.empty()) facts.facts.emplace_back(std::move(what), joined(nodes));
}

Section medium_section(const MediumBalance& medium, bool in_short) {
    Section section{.heading =
                        trf("Balance: {}", "能源平衡：{}",
                            medium.energy.empty() ? text("energy not stated", "未注明品种") : medium.energy)};
    if (!medium.nodes.empty()) section.blocks.emplace_back(node_table(medium));
    section.blocks.emplace_back(edge_table(medium));
    // Where nothing is distributed the table says it all.
    if (std::string svg = medium.nodes.empty() ? std::string{} : flow_picture(medium); !svg.empty())
        section.blocks.emplace_back(Picture{.title = text("Energy flow", "能流图"), .svg = std::move(svg)});
    if (!in_short && !medium.days.empty()) section.blocks.emplace_back(day_table(medium));
    Facts facts;
    facts.facts.emplace_back(text("Threshold", "允许偏差"),
                             amount_text(Exact{medium.threshold.shifted(2)}) + " %");
    add_nodes(facts, text("Sources", "源"), medium.sources);
    add_nodes(facts, text("Consumers", "用户"), medium.sinks);
    add_nodes(facts, text("Without meters on one side", "单侧无在线计量"), medium.unmetered);
    section.blocks.emplace_back(std::move(facts));
    return section;
}

}  // namespace

std::vector<Section> balance_sections(const Balance& balance, bool in_short) {
    std::vector<Section> sections;
    for (const MediumBalance& medium : balance.media) sections.push_back(medium_section(medium, in_short));
    if (sections.empty()) return sections;
    std::string basis =
        trf("Threshold: {0}, {1}", "允许偏差依据：{0}，{1}", balance.rules.edition, balance.rules.source);
    if (!balance.rules.verified) basis += text("; not verified", "；未经核实");
    sections.back().blocks.emplace_back(Paragraph{.text = std::move(basis)});
    if (!balance.without_place.empty()) {
        sections.back().blocks.emplace_back(Paragraph{
            .text = trf("Not in any balance, since meters.csv does not say from where to where: {}",
                        "以下计量点未注明来源和去向，未纳入平衡：{}", joined(balance.without_place)),
            .tone = Tone::warning});
    }
    return sections;
}

}  // namespace mg
