#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/reading/decimal.h"

/// How an authority judges data, as a file says it (config/quality/*.toml): other provinces and later
/// editions are other files.
namespace mg {

/// What can be measured, each as a share.
enum class QualityIndexKind : std::uint8_t {
    completeness,  ///< of what was due of items, what has a value
    timeliness,    ///< of the values of items, those that are not late
    consistency,   ///< of the months from elsewhere, those whose days come to within `within` percent
    validity,  ///< of the values of items, those that were read and that nothing casts doubt on, or entered
    boundary_time,  ///< of the boundaries that were read, those within a minute
    online_days,    ///< of the days, those with a value of any metering point
};
/// "completeness": as in the files, stable.
std::string_view to_string(QualityIndexKind kind);
std::string_view label(QualityIndexKind kind);

struct QualityIndex {
    QualityIndexKind kind{};
    Decimal at_least;               ///< percent
    std::int64_t weight{0};         ///< 0: does not count in the score
    Decimal within{Decimal{5, 0}};  ///< of consistency: percent of the month
};

struct QualityRule {
    std::string id;  ///< "national", "site"
    std::string name_zh;
    std::string name_en;
    std::string edition;
    std::string source;
    bool verified{false};  ///< held against the text of the standard
    std::vector<QualityIndex> indices;
};

/// invalid_config: what is wrong with it, each as file:line:column, a line each.
Result<QualityRule> load_quality_rule(std::string_view text, const std::string& id,
                                      const std::string& file_name);
/// The ids of those that come with the program.
std::vector<std::string> shipped_quality_rules();
/// `id`: one that comes with the program; empty: the site's quality.toml in `directory`, or "national" where
/// there is none. invalid_config: unknown, names the nearest, or as load_quality_rule().
Result<QualityRule> quality_rule(const std::string& id, const std::filesystem::path& directory);

}  // namespace mg
