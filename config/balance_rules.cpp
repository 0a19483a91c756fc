#include "config/balance_rules.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "config/problem.h"
#include "config/shipped_files.h"
#include "config/text_file.h"
#include "config/toml_tree.h"
#include "gateway/base/check.h"
#include "gateway/base/language.h"

namespace mg {
namespace {

tl::unexpected<Error> wrong(const Place& place, std::string_view what) {
    return fail(Failure::invalid_config,
                trf("{0} line {1}: {2}", "{0} 第 {1} 行：{2}", kBalanceRulesFile, place.line, what));
}

std::string text_of(const TomlNode& table, std::string_view key) {
    const TomlNode* node = table.find(key);
    return node == nullptr || node->kind != TomlKind::text ? std::string{} : node->text;
}

/// `percent` of a table, as a share.
Result<Decimal> share_of(const TomlNode& table) {
    const TomlNode* node = table.find("percent");
    const bool is_number =
        node != nullptr && (node->kind == TomlKind::integer || node->kind == TomlKind::decimal);
    const auto percent = is_number ? Decimal::parse(node->text) : Result<Decimal>{Decimal{}};
    if (!percent || *percent <= Decimal{} || *percent > Decimal{100, 0}) {
        return wrong(
            node == nullptr ? table.place : node->place,
            tr("percent has to be a number above 0, at most 100", "percent 应为大于 0、不大于 100 的数"));
    }
    return percent->shifted(-2);
}

const TomlNode* table_in(const TomlNode& root, std::string_view key, TomlKind kind) {
    const TomlNode* node = root.find(key);
    return node == nullptr || node->kind != kind ? nullptr : node;
}

}  // namespace

const Decimal& BalanceRules::threshold(std::string_view energy) const {
    const auto found = std::ranges::find(of_energies, energy, &OfEnergy::energy);
    return found == of_energies.end() ? share : found->share;
}

Result<BalanceRules> parse_balance_rules(std::string_view text) {
    const auto root = parse_toml(text);
    if (!root) return wrong(root.error().place, root.error().complaint.what);
    BalanceRules rules;
    rules.edition = text_of(*root, "edition");
    rules.source = text_of(*root, "source");
    const TomlNode* verified = table_in(*root, "verified", TomlKind::boolean);
    rules.verified = verified != nullptr && verified->text == "true";
    const TomlNode* threshold = table_in(*root, "threshold", TomlKind::table);
    if (threshold == nullptr) return wrong(root->place, tr("[threshold] is missing", "缺少 [threshold]"));
    const auto share = share_of(*threshold);
    if (!share) return tl::unexpected<Error>(share.error());
    rules.share = *share;
    const TomlNode* energies = table_in(*root, "energy", TomlKind::array);
    if (energies == nullptr) return rules;
    for (const TomlNode& each : energies->items) {
        BalanceRules::OfEnergy of{.energy = text_of(each, "name"), .share = {}};
        if (of.energy.empty())
            return wrong(each.place, tr("name of an energy is missing", "缺少能源品种名称 name"));
        const auto own = share_of(each);
        if (!own) return tl::unexpected<Error>(own.error());
        of.share = *own;
        rules.of_energies.push_back(std::move(of));
    }
    return rules;
}

Result<BalanceRules> balance_rules(const std::filesystem::path& directory) {
    const std::filesystem::path file = directory / kBalanceRulesFile;
    std::error_code unknown;
    if (directory.empty() || !std::filesystem::exists(file, unknown)) {
        const auto shipped = shipped_balance_files();
        MG_CHECK(shipped.size() == 1);
        return parse_balance_rules(shipped.front().text);
    }
    std::vector<Problem> problems;
    Reporter report{file.string(), problems};
    const auto text = read_text_file(file, report);
    if (!text) {
        return fail(Failure::invalid_config,
                    problems.empty() ? file.string() : file.string() + ": " + problems.front().what);
    }
    return parse_balance_rules(*text);
}

}  // namespace mg
