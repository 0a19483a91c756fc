#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/acceptance/masking.h"

/// JSON as people read it. Pure; never throws, whatever it is given.
namespace mg {

struct ShownLimits {
    std::size_t lines{60};
    std::size_t width{100};  ///< objects and lists that fit into it stand on one line
    std::size_t text{400};   ///< bytes of one value
};

/// Indented, numbers digit for digit, \u escapes as characters, secrets masked; cut with a line that says how
/// much was left out. What is no JSON comes as it is, printable.
std::string shown_json(std::string_view json, const Masking& masking, const ShownLimits& limits = {});

/// Has `masking` remember the secrets in it.
void learn_secrets(std::string_view json, Masking& masking);

/// The lists of objects in it, by name, and how many are in each: what a table of base data came to.
std::vector<std::pair<std::string, std::size_t>> lists_in(std::string_view json);

}  // namespace mg
