#pragma once

#include <string_view>
#include <vector>

#include "config/problem.h"
#include "config/text_file.h"
#include "gateway/base/check.h"

namespace mg {

/// What a user sees of any broken file: each problem on one line, in text that a terminal can show.
inline void check_problems(const std::vector<Problem>& problems) {
    for (const Problem& problem : problems) {
        const auto line = problem.to_string();
        MG_CHECK(line.find_first_of("\r\n") == std::string::npos);
        MG_CHECK(first_invalid_utf8(line) == std::string::npos);
    }
}

}  // namespace mg
