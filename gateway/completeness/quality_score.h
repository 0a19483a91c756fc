#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "gateway/completeness/completeness.h"
#include "gateway/completeness/quality_rule.h"
#include "gateway/document/document.h"

/// What a completeness is worth by a rule. Pure.
namespace mg {

struct IndexScore {
    QualityIndex index;
    std::optional<std::int64_t> share;  ///< hundredths of a percent, rounded down; none: nothing to measure

    /// None where nothing was to be measured.
    [[nodiscard]] std::optional<bool> passes() const;
};

struct QualityScore {
    QualityRule rule;
    std::vector<IndexScore> indices;

    /// The mean of the shares by their weights, of those that could be measured, in hundredths of a percent;
    /// none: nothing has a weight. No authority's formula: those are not known.
    [[nodiscard]] std::optional<std::int64_t> total() const;
};

/// Of all subjects that `completeness` has.
QualityScore quality_score(const Completeness& completeness, const QualityRule& rule);

Section quality_section(const QualityScore& score);

}  // namespace mg
