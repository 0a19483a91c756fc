#pragma once

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/options.h"
#include "config/problem.h"

namespace mg {

struct Loaded {
    Options options;
    std::vector<Problem> problems;  ///< of all files, by file and position

    /// Warnings do not count. When false, `options` is incomplete and must not be used.
    [[nodiscard]] bool ok() const {
        return std::ranges::none_of(problems, [](const Problem& p) { return p.severity == Severity::error; });
    }
};

/// Reads gateway.toml, meters.csv, models/*.toml, profiles/*.toml and, where they are there, units.csv,
/// codes/*.csv, coefficients.csv, calendars.csv and items.csv of `directory` and reports every problem of all
/// of them at once. Never throws; blocks for the disk; about 50 µs a metering point.
Loaded load_config(const std::filesystem::path& directory);

/// What options.codes say against the codes, words, units and decimals of the items that `uplink` carries:
/// warnings of items.csv. Pure.
std::vector<Problem> check_code_words_of(const Options& options, const UplinkId& uplink);

struct LoadedModel {
    std::optional<ModelOptions> model;  ///< none where there is an error
    std::vector<Problem> problems;
};

/// One model file from its text. `file_name` is "eastron-sdm630.toml": the model's id, and how problems name
/// it.
LoadedModel load_model(std::string_view text, const std::string& file_name);

/// The models that are built into the program, by id.
const std::vector<ModelOptions>& shipped_models();

struct LoadedProfile {
    std::optional<ProfileOptions> profile;  ///< none where there is an error
    std::vector<Problem> problems;
};

/// One profile of a provincial platform from its text. `file_name` is "national.toml": the profile's id, and
/// how problems name it.
LoadedProfile load_profile(std::string_view text, const std::string& file_name);

/// The profiles that are built into the program, by id.
const std::vector<ProfileOptions>& shipped_profiles();

}  // namespace mg
