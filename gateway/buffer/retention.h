#pragma once

#include <chrono>
#include <vector>

#include "gateway/buffer/catalogue.h"

namespace mg {

struct RetentionRule {
    std::chrono::days keep_boundary{};
    std::chrono::days keep_other{};
};

/// At most so many files of a kind go at a time. A wall clock that jumps ten years ahead must not take all
/// the data with it before anybody has seen the alarm; in normal life one file a day is due.
inline constexpr std::size_t kMostDroppedAtOnce = 4;

/// The files whose day lies further back than their kind is kept, oldest first. Only closed ones. Pure.
std::vector<FileEntry> overdue(const std::vector<FileEntry>& files, std::chrono::local_days today,
                               RetentionRule rule);

}  // namespace mg
