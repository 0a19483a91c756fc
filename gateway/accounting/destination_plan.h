#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <vector>

#include "gateway/accounting/record_key.h"

namespace mg::books {

/// What a destination carries, in the numbers of the file: times in milliseconds, items by number.
class DestinationPlan {
public:
    struct Span {
        std::int64_t from{std::numeric_limits<std::int64_t>::min()};
        std::int64_t to{std::numeric_limits<std::int64_t>::max()};
        std::int64_t types{0};  ///< a bit for each, 1 << StatType
        auto operator<=>(const Span&) const = default;
    };
    using Spans = std::vector<Span>;  ///< in order

    /// None: it has not been enrolled.
    bool enrolled{false};
    std::int64_t start{std::numeric_limits<std::int64_t>::min()};
    std::map<std::int64_t, Spans> items;

    /// Whether the record is sent, wherever the destination started.
    [[nodiscard]] bool covers(const RecordKey& key) const;
    /// The same for records that end after the start: they wait by themselves.
    [[nodiscard]] bool carries(const RecordKey& key) const {
        return enrolled && key.start + key.length > start && covers(key);
    }
    /// Those whose spans differ between the two, or that only one of them has.
    [[nodiscard]] static std::vector<std::int64_t> changed(const DestinationPlan& before,
                                                           const DestinationPlan& now);
};

}  // namespace mg::books
