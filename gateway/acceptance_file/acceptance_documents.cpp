#include "gateway/acceptance_file/acceptance_documents.h"

#include <algorithm>
#include <utility>

#include "config/shipped_files.h"
#include "config/toml_tree.h"
#include "gateway/acceptance_file/comparison_tables.h"
#include "gateway/acceptance_file/site_tables.h"
#include "gateway/base/language.h"
#include "gateway/base/utc_text.h"

namespace mg {
namespace {

constexpr std::string_view kDocumentsFile = "documents.toml";
constexpr std::string_view kTemplateEnding = ".md";

std::string text(std::string_view en, std::string_view zh) {
    return std::string(tr(en, zh));
}
Cell words(std::string text, Tone tone = Tone::plain) {
    return {.value = std::move(text), .tone = tone};
}

tl::unexpected<Error> wrong(const Place& place, std::string_view what) {
    return fail(Failure::invalid_config,
                trf("{0} line {1}: {2}", "{0} 第 {1} 行：{2}", kDocumentsFile, place.line, what));
}

Result<std::string> text_of(const TomlNode& table, std::string_view key) {
    const TomlNode* node = table.find(key);
    if (node == nullptr || node->kind != TomlKind::text) {
        return wrong(node == nullptr ? table.place : node->place,
                     trf("{} has to be a text", "{} 应为文字", key));
    }
    return node->text;
}

Result<std::vector<std::string>> texts_of(const TomlNode& table, std::string_view key) {
    const TomlNode* node = table.find(key);
    const bool is_list =
        node != nullptr && node->kind == TomlKind::array && !node->items.empty() &&
        std::ranges::all_of(node->items, [](const TomlNode& each) { return each.kind == TomlKind::text; });
    if (!is_list) {
        return wrong(node == nullptr ? table.place : node->place,
                     trf("{} has to be a list of texts", "{} 应为文字列表", key));
    }
    std::vector<std::string> texts;
    for (const TomlNode& each : node->items) texts.push_back(each.text);
    return texts;
}

Result<RequiredDocuments> standard_of(const TomlNode& table) {
    RequiredDocuments standard;
    const std::pair<std::string_view, std::string*> texts[] = {{"name", &standard.standard},
                                                               {"region_zh", &standard.region_zh},
                                                               {"region_en", &standard.region_en},
                                                               {"source", &standard.source}};
    for (const auto& [key, into] : texts) {
        auto found = text_of(table, key);
        if (!found) return tl::unexpected<Error>(found.error());
        *into = std::move(*found);
    }
    const std::pair<std::string_view, std::vector<std::string>*> lists[] = {
        {"documents_zh", &standard.documents_zh}, {"documents_en", &standard.documents_en}};
    for (const auto& [key, into] : lists) {
        auto found = texts_of(table, key);
        if (!found) return tl::unexpected<Error>(found.error());
        *into = std::move(*found);
    }
    const TomlNode* verified = table.find("verified");
    standard.verified =
        verified != nullptr && verified->kind == TomlKind::boolean && verified->text == "true";
    return standard;
}

Table document_table(const AcceptanceFacts& facts, const std::vector<AcceptanceTemplate>& templates) {
    Table table;
    table.columns = {{.heading = text("Document", "资料")}, {.heading = text("File", "文件")}};
    for (const AcceptanceTemplate& each : templates)
        table.rows.push_back({words(title_of(each)), words(page_name(each))});
    table.rows.push_back({words(text("Conformity test report", "符合性测试报告")),
                          facts.conformity.empty() ? words(text("not there: metergate platform test --report",
                                                                "缺：metergate platform test --report"),
                                                           Tone::warning)
                                                   : words(facts.conformity)});
    return table;
}

Table required_table(const std::vector<RequiredDocuments>& standards) {
    Table table;
    table.columns = {{.heading = text("Standard", "标准")},
                     {.heading = text("Region", "地区")},
                     {.heading = text("Documents", "资料")},
                     {.heading = text("Source", "来源")}};
    const bool chinese = language() == Language::zh;
    for (const RequiredDocuments& each : standards) {
        std::string listed;
        for (const std::string& document : chinese ? each.documents_zh : each.documents_en)
            listed += (listed.empty() ? std::string{} : text("; ", "；")) + document;
        std::string source = each.source;
        if (!each.verified) source += text("; not verified", "；未经核实");
        table.rows.push_back({words(each.standard), words(chinese ? each.region_zh : each.region_en),
                              words(std::move(listed)), words(std::move(source))});
    }
    return table;
}

/// "15 min".
std::string minutes_text(milliseconds span) {
    const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(span);
    if (minutes == span) return trf("{} min", "{} 分钟", minutes.count());
    return trf("{} s", "{} 秒", std::chrono::duration_cast<std::chrono::seconds>(span).count());
}

/// Of the first platform, or of the first enterprise where there is none.
void add_enterprise(const AcceptanceFacts& facts, TemplateWords& words) {
    const Options& options = facts.options;
    const ProvincialOptions* uplink = options.provincial.empty() ? nullptr : &options.provincial.front();
    const EnterpriseOptions* enterprise =
        uplink == nullptr ? nullptr : options.enterprise(uplink->enterprise);
    if (enterprise == nullptr && !options.enterprises.empty()) enterprise = &options.enterprises.front();
    for (const std::string_view key : {"enterprise", "credit_code", "region_code", "industry_code", "phone",
                                       "platform", "platform_url", "profile"})
        words.texts.emplace(key, std::string{});
    if (enterprise != nullptr) {
        words.texts["enterprise"] = enterprise->name;
        words.texts["credit_code"] = enterprise->code_at(facts.now);
        words.texts["region_code"] = enterprise->region_code;
        words.texts["industry_code"] = enterprise->industry_code;
        words.texts["phone"] = enterprise->text("phone");
    }
    if (uplink == nullptr) return;
    words.texts["platform"] = uplink->name.empty() ? uplink->id.text : uplink->name;
    words.texts["platform_url"] = uplink->url;
    if (const ProfileOptions* profile = options.profile(uplink->profile)) {
        words.texts["profile"] = language() == Language::zh ? profile->name_zh : profile->name_en;
    }
}

}  // namespace

std::vector<AcceptanceTemplate> shipped_templates() {
    const std::string_view prefix = language() == Language::zh ? "zh-" : "en-";
    std::vector<AcceptanceTemplate> templates;
    for (const ShippedFile& file : shipped_acceptance_files()) {
        if (!file.name.starts_with(prefix) || !file.name.ends_with(kTemplateEnding)) continue;
        templates.push_back({std::string(file.name.substr(prefix.size())), std::string(file.text)});
    }
    std::ranges::sort(templates, {}, &AcceptanceTemplate::name);
    return templates;
}

Result<std::vector<RequiredDocuments>> parse_required_documents(std::string_view text) {
    const auto root = parse_toml(text);
    if (!root) return wrong(root.error().place, root.error().complaint.what);
    const TomlNode* standards = root->find("standard");
    if (standards == nullptr || standards->kind != TomlKind::array)
        return wrong(root->place, tr("[[standard]] is missing", "缺少 [[standard]]"));
    std::vector<RequiredDocuments> required;
    for (const TomlNode& each : standards->items) {
        auto standard = standard_of(each);
        if (!standard) return tl::unexpected<Error>(standard.error());
        required.push_back(std::move(*standard));
    }
    return required;
}

Result<std::vector<RequiredDocuments>> shipped_required_documents() {
    const auto files = shipped_acceptance_files();
    const auto found = std::ranges::find(files, kDocumentsFile, &ShippedFile::name);
    return found == files.end() ? std::vector<RequiredDocuments>{} : parse_required_documents(found->text);
}

TemplateWords acceptance_words(const AcceptanceFacts& facts,
                               const std::vector<AcceptanceTemplate>& templates) {
    const Options& options = facts.options;
    TemplateWords words;
    add_enterprise(facts, words);
    const auto offset = options.site.utc_offset;
    words.texts["site"] = options.site.name.empty() ? options.site.id : options.site.name;
    words.texts["program"] = "metergate " + facts.version;
    words.texts["time"] = local_text(facts.now, offset);
    words.texts["date"] = words.texts["time"].substr(0, 10);
    words.texts["boundary"] = minutes_text(options.site.boundary);
    words.texts["line_count"] = std::to_string(options.lines.size());
    words.texts["meter_count"] = std::to_string(options.meters.size());
    words.texts["wired_count"] = std::to_string(std::ranges::count_if(
        options.meters, [](const MeterOptions& each) { return each.line.has_value(); }));
    words.texts["item_count"] = std::to_string(std::ranges::count_if(
        options.items, [&](const ItemOptions& each) { return each.valid_at(facts.now); }));
    words.blocks["documents"] = {document_table(facts, templates)};
    words.blocks["required_documents"] = {required_table(facts.required)};
    words.blocks["lines"] = {line_table(options)};
    words.blocks["meters"] = {meter_table(options)};
    words.blocks["items"] = {item_table(options, facts.now)};
    words.blocks["destinations"] = {destination_table(options)};
    words.blocks["network"] = facts.network;
    words.blocks["display_comparison"] = {display_table(facts.displays, offset)};
    words.blocks["platform_comparison"] = {platform_table(facts.records, offset)};
    return words;
}

std::string page_name(const AcceptanceTemplate& given) {
    std::string name = given.name;
    if (name.ends_with(kTemplateEnding)) name.erase(name.size() - kTemplateEnding.size());
    return name + ".html";
}

}  // namespace mg
