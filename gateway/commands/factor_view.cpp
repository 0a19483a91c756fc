#include "gateway/commands/factor_view.h"

#include <nlohmann/json.hpp>

#include "config/coal_basis.h"
#include "gateway/base/language.h"
#include "gateway/commands/labels.h"
#include "gateway/commands/terminal.h"

namespace mg {
namespace {

using Json = nlohmann::ordered_json;

std::string text(std::string_view en, std::string_view zh) {
    return std::string(tr(en, zh));
}

std::string title_of(FactorKind kind) {
    switch (kind) {
        case FactorKind::coal:
            return text("Factors to standard coal", "折标准煤系数");
        case FactorKind::heating_value:
            return text("Mean lower heating values", "平均低位发热量");
        case FactorKind::carbon:
            return text("CO2 emission factors", "二氧化碳排放因子");
    }
    return {};
}

std::string measured_first() {
    return text(
        "Measured values come first: nothing here is computed with unless coefficients.csv says it. Of a "
        "range the enterprise decides. Calorific (当量) and equivalent (等价) are never added up; the "
        "equivalent of electricity and heat has no fixed number, it follows the coal use of generation.",
        "实测优先：以下仅供参考，写入 coefficients.csv 才参与计算。区间值由企业自定。"
        "当量与等价绝不相加；电力、热力的等价值按发电、供热煤耗确定，没有固定数。");
}

std::string value_text(const ReferenceFactor& factor) {
    const std::string least = factor.value.to_string();
    return factor.most ? least + " – " + factor.most->to_string() : least;
}

std::string_view code_of(Certainty certainty) {
    switch (certainty) {
        case Certainty::platform:
            return "platform";
        case Certainty::standard:
            return "standard";
        case Certainty::in_use:
            return "in_use";
        case Certainty::unconfirmed:
            return "unconfirmed";
    }
    return {};
}

std::string table_view(const FactorTable& shown) {
    TextTable table{{{text("name", "名称")},
                     {text("value", "数值"), Align::right},
                     {text("unit", "单位")},
                     {text("basis", "折标口径")},
                     {text("year", "年份")},
                     {text("region", "地区")},
                     {text("how sure", "可信度")},
                     {text("source", "出处")},
                     {text("remark", "备注")}}};
    for (const ReferenceFactor& factor : shown.factors) {
        table.add({text(factor.name_en, factor.name_zh), value_text(factor), factor.unit,
                   factor.basis ? std::string(label(*factor.basis)) : "–", factor.year, factor.region,
                   std::string(label(factor.certainty)), factor.source, factor.remark});
    }
    return title_of(shown.kind) + '\n' + table.to_string();
}

Json to_json(const ReferenceFactor& factor) {
    return {{"name_zh", factor.name_zh},
            {"name_en", factor.name_en},
            {"value", factor.value.to_string()},
            {"most", factor.most ? Json(factor.most->to_string()) : Json(nullptr)},
            {"unit", factor.unit},
            {"basis", factor.basis ? Json(to_string(*factor.basis)) : Json(nullptr)},
            {"year", factor.year},
            {"region", factor.region},
            {"certainty", code_of(factor.certainty)},
            {"source", factor.source},
            {"remark", factor.remark}};
}

}  // namespace

std::vector<FactorKind> factor_kinds() {
    return {FactorKind::coal, FactorKind::heating_value, FactorKind::carbon};
}

std::string_view name_of(FactorKind kind) {
    switch (kind) {
        case FactorKind::coal:
            return "coal";
        case FactorKind::heating_value:
            return "heating-value";
        case FactorKind::carbon:
            return "carbon";
    }
    return {};
}

std::string factors_view(const std::vector<FactorTable>& tables) {
    std::string view;
    for (const FactorTable& table : tables) view += table_view(table) + '\n';
    return view + measured_first() + '\n';
}

std::string factors_to_json(const std::vector<FactorTable>& tables) {
    Json all = Json::array();
    for (const FactorTable& table : tables) {
        Json factors = Json::array();
        for (const ReferenceFactor& factor : table.factors) factors.push_back(to_json(factor));
        all.push_back(
            {{"kind", name_of(table.kind)}, {"name", title_of(table.kind)}, {"factors", std::move(factors)}});
    }
    return Json{{"remark", measured_first()}, {"tables", std::move(all)}}.dump();
}

}  // namespace mg
