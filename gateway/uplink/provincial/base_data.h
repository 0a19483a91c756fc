#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/options.h"
#include "gateway/base/result.h"

namespace mg {

/// The pick-lists in a platform's base data (基础数据). Provinces name their arrays as they like; the profile
/// says which are which (base_lists). In each entry `code` and `name` are read, and unit, decimals and class
/// under the names that were seen: unit, qualityUnit, unitCh; precision, precisions, qualityPrecision;
/// classCode, industryCode.
struct BaseData {
    std::vector<std::pair<std::string, std::vector<CodeEntry>>> tables;  ///< by the names of codes/
    std::vector<std::string> unknown_lists;  ///< arrays of entries with a code that no base_lists names

    [[nodiscard]] bool empty() const { return tables.empty() && unknown_lists.empty(); }
    /// `codes` with the tables of the platform in place of its own.
    [[nodiscard]] CodeTables over(CodeTables codes) const;
};

/// Of answers as they came; several may be parts of one table. What is no JSON, or no entry, is passed over:
/// nothing may depend on base data. Pure.
BaseData read_base_data(std::span<const std::string> answers, const ProfileOptions& profile);

/// Of those that the gateway keeps in `folder` (base-data*.json). transient: there are none yet. Blocks for
/// the disk.
Result<BaseData> kept_base_data(const std::filesystem::path& folder, const ProfileOptions& profile);

/// Where the gateway keeps those of an uplink.
std::filesystem::path base_data_folder(const std::filesystem::path& storage, std::string_view uplink);
/// Of one answer: "base-data-8.json".
std::string base_data_file(std::string_view table);

}  // namespace mg
