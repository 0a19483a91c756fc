#include "gateway/completeness/quality_rule.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "config/problem.h"
#include "config/shipped_files.h"
#include "config/text_file.h"
#include "config/toml_tree.h"
#include "gateway/base/language.h"
#include "gateway/base/nearest.h"

namespace mg {
namespace {

constexpr std::string_view kEnding = ".toml";
constexpr std::string_view kSiteFile = "quality.toml";
constexpr std::size_t kMostIndices = 50;
constexpr std::int64_t kMostWeight = 1000;

struct KindText {
    QualityIndexKind kind;
    std::string_view id;
    std::string_view en;
    std::string_view zh;
};
constexpr std::array kKinds{
    KindText{QualityIndexKind::completeness, "completeness", "completeness", "完整性"},
    KindText{QualityIndexKind::timeliness, "timeliness", "timeliness", "及时性"},
    KindText{QualityIndexKind::consistency, "consistency", "consistency of days and month", "日月一致性"},
    KindText{QualityIndexKind::validity, "validity", "validity", "有效性"},
    KindText{QualityIndexKind::boundary_time, "boundary_time", "boundaries read in time", "整点时刻偏差"},
    KindText{QualityIndexKind::online_days, "online_days", "days online", "在线天数"},
};

const KindText& text_of(QualityIndexKind kind) {
    return *std::ranges::find(kKinds, kind, &KindText::kind);
}

/// One [rule] or [[index]].
class TableReading {
public:
    TableReading(const TomlNode& table, std::vector<std::string> keys, Reporter& report)
        : table_{table}, report_{report} {
        for (const auto& member : table.members) {
            if (std::ranges::find(keys, member.key) != keys.end()) continue;
            report.error(member.place, member.key,
                         {trf("unknown key, nearest is '{}'", "没有这个字段，最接近的是“{}”",
                              nearest_of(member.key, keys)),
                          {}});
        }
    }

    std::string text(std::string_view key) {
        const TomlNode* node = required(key);
        if (node == nullptr || !is(*node, key, {TomlKind::text})) return {};
        return node->text;
    }
    bool boolean(std::string_view key) {
        const TomlNode* node = required(key);
        return node != nullptr && is(*node, key, {TomlKind::boolean}) && node->text == "true";
    }
    std::optional<Decimal> percent(std::string_view key) {
        const TomlNode* node = table_.find(key);
        if (node == nullptr || !is(*node, key, {TomlKind::integer, TomlKind::decimal})) return std::nullopt;
        const auto number = Decimal::parse(node->text);
        if (!number || *number < Decimal{} || Decimal{100, 0} < *number) {
            refuse(*node, key, "0 … 100");
            return std::nullopt;
        }
        return *number;
    }
    std::int64_t weight(std::string_view key) {
        const TomlNode* node = table_.find(key);
        if (node == nullptr || !is(*node, key, {TomlKind::integer})) return 0;
        std::int64_t number{};
        const auto read = std::from_chars(node->text.data(), node->text.data() + node->text.size(), number);
        if (read.ec == std::errc{} && 0 <= number && number <= kMostWeight) return number;
        refuse(*node, key, "0 … 1000");
        return 0;
    }
    const TomlNode* required(std::string_view key) {
        const TomlNode* node = table_.find(key);
        if (node == nullptr) report_.error(table_.place, key, {std::string(tr("missing", "缺少")), {}});
        return node;
    }
    void refuse(const TomlNode& node, std::string_view key, std::string allowed) {
        report_.error(node.place, key, {std::string(tr("not allowed", "不允许")), std::move(allowed)},
                      node.text);
    }

private:
    bool is(const TomlNode& node, std::string_view key, std::initializer_list<TomlKind> kinds) {
        if (std::ranges::find(kinds, node.kind) != kinds.end()) return true;
        report_.error(node.place, key,
                      {trf("wrong type: {}", "类型不对：是{}", describe(node.kind)),
                       std::string(describe(*kinds.begin()))});
        return false;
    }

    const TomlNode& table_;
    Reporter& report_;
};

void read_index(const TomlNode& node, QualityRule& rule, Reporter& report) {
    TableReading table{node, {"what", "at_least", "weight", "within"}, report};
    const std::string what = table.text("what");
    const auto* kind = std::ranges::find(kKinds, what, &KindText::id);
    if (kind == kKinds.end()) {
        std::vector<std::string> ids;
        for (const KindText& each : kKinds) ids.emplace_back(each.id);
        if (const TomlNode* given = node.find("what"); given != nullptr && given->kind == TomlKind::text) {
            report.error(
                given->place, "what",
                {trf("no such index, nearest is '{}'", "没有这个指标，最接近的是“{}”", nearest_of(what, ids)),
                 {}},
                what);
        }
        return;
    }
    if (std::ranges::find(rule.indices, kind->kind, &QualityIndex::kind) != rule.indices.end()) {
        report.error(node.place, "what", {std::string(tr("stands twice", "重复")), {}}, what);
        return;
    }
    QualityIndex index{.kind = kind->kind, .at_least = {}};
    table.required("at_least");
    index.at_least = table.percent("at_least").value_or(Decimal{});
    index.weight = table.weight("weight");
    index.within = table.percent("within").value_or(index.within);
    rule.indices.push_back(index);
}

void read_document(const TomlNode& document, QualityRule& rule, Reporter& report) {
    TableReading top{document, {"rule", "index"}, report};
    if (const TomlNode* node = top.required("rule"); node != nullptr) {
        if (node->kind != TomlKind::table) {
            top.refuse(*node, "rule", "[rule]");
        } else {
            TableReading table{*node, {"name_zh", "name_en", "edition", "source", "verified"}, report};
            rule.name_zh = table.text("name_zh");
            rule.name_en = table.text("name_en");
            rule.edition = table.text("edition");
            rule.source = table.text("source");
            rule.verified = table.boolean("verified");
        }
    }
    const TomlNode* indices = top.required("index");
    if (indices == nullptr) return;
    const auto is_table = [](const TomlNode& node) { return node.kind == TomlKind::table; };
    if (indices->kind != TomlKind::array || indices->items.size() > kMostIndices ||
        !std::ranges::all_of(indices->items, is_table)) {
        top.refuse(*indices, "index", "[[index]]");
        return;
    }
    for (const TomlNode& index : indices->items) read_index(index, rule, report);
}

Error error_of(std::vector<Problem> problems) {
    sort_by_position(problems);
    std::string lines;
    for (const Problem& problem : problems) lines += (lines.empty() ? "" : "\n") + problem.to_string();
    return {Failure::invalid_config, lines};
}

std::string id_of(const ShippedFile& file) {
    return std::string{file.name.substr(0, file.name.size() - kEnding.size())};
}

}  // namespace

std::string_view to_string(QualityIndexKind kind) {
    return text_of(kind).id;
}

std::string_view label(QualityIndexKind kind) {
    return tr(text_of(kind).en, text_of(kind).zh);
}

Result<QualityRule> load_quality_rule(std::string_view text, const std::string& id,
                                      const std::string& file_name) {
    std::vector<Problem> problems;
    Reporter report{file_name, problems};
    QualityRule rule{.id = id};
    const auto document = parse_toml(text);
    if (document) {
        read_document(*document, rule, report);
    } else {
        report.error(document.error().place, {}, document.error().complaint);
    }
    if (!problems.empty()) return pass_on(error_of(std::move(problems)));
    return rule;
}

std::vector<std::string> shipped_quality_rules() {
    std::vector<std::string> ids;
    for (const ShippedFile& file : shipped_quality_files()) ids.push_back(id_of(file));
    return ids;
}

Result<QualityRule> quality_rule(const std::string& id, const std::filesystem::path& directory) {
    const std::filesystem::path site_file = directory / kSiteFile;
    std::error_code ignored;
    if (id.empty() && !directory.empty() && std::filesystem::exists(site_file, ignored)) {
        std::vector<Problem> problems;
        Reporter report{std::string{kSiteFile}, problems};
        const auto text = read_text_file(site_file, report);
        if (!text) return pass_on(error_of(std::move(problems)));
        return load_quality_rule(*text, "site", std::string{kSiteFile});
    }
    const std::string wanted = id.empty() ? "national" : id;
    for (const ShippedFile& file : shipped_quality_files()) {
        if (id_of(file) == wanted) return load_quality_rule(file.text, wanted, std::string{file.name});
    }
    return fail(Failure::invalid_config,
                trf("no rule '{0}', nearest is '{1}'", "没有规则“{0}”，最接近的是“{1}”", wanted,
                    nearest_of(wanted, shipped_quality_rules())));
}

}  // namespace mg
