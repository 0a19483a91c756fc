#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/options.h"

namespace mg {

/// Takes what is secret out of what people are shown: by the name of the member that it stands in, and what
/// is known to be secret wherever it stands, also in the words of a platform that repeats it. Pure; one
/// thread.
class Masking {
public:
    enum class Part : std::uint8_t { shown, partly, hidden };

    /// Hides nothing.
    Masking() = default;
    /// Knows the names under which the platform speaks of keys, passwords, tokens and device ids.
    explicit Masking(const ProfileOptions& profile);

    /// From now on hidden everywhere. What is shorter than four characters is hidden by its name only: it
    /// would be found in every other word.
    void hide(std::string secret);
    /// From now on shown by its ends: "3f2a…9c1d".
    void hide_partly(std::string id);
    /// Hides the values of members with secret names in a JSON text, and of headers.
    void learn(std::string_view member, std::string_view value);

    [[nodiscard]] Part of_member(std::string_view name) const;
    [[nodiscard]] std::string value(std::string_view member, std::string_view value) const;
    /// Everything that is known taken out.
    [[nodiscard]] std::string text(std::string_view text) const;

private:
    std::set<std::string, std::less<>> hidden_names_;  ///< in lower case
    std::set<std::string, std::less<>> partly_names_;
    std::vector<std::string> hidden_;  ///< the longest first
    std::vector<std::string> partly_;
};

/// What stands where a secret was.
inline constexpr std::string_view kMasked = "******";

}  // namespace mg
