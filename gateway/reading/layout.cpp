#include "gateway/reading/layout.h"

#include <algorithm>
#include <array>

namespace mg {
namespace {

template <class Value>
struct Named {
    Value value;
    std::string_view name;
};

constexpr std::array kKinds{Named{PointKind::index, "index"}, Named{PointKind::momentary, "momentary"},
                            Named{PointKind::state, "state"}};
constexpr std::array kRatios{Named{Ratio::none, "none"}, Named{Ratio::ct, "ct"}, Named{Ratio::pt, "pt"},
                             Named{Ratio::ct_pt, "ct*pt"}};

template <class Value, std::size_t size>
std::optional<Value> find_in(const std::array<Named<Value>, size>& table, std::string_view name) {
    const auto found = std::ranges::find(table, name, &Named<Value>::name);
    if (found == table.end()) return std::nullopt;
    return found->value;
}

}  // namespace

std::string_view to_string(PointKind kind) {
    return kKinds[static_cast<std::size_t>(kind)].name;
}
std::optional<PointKind> point_kind_from(std::string_view name) {
    return find_in(kKinds, name);
}
std::string_view to_string(Ratio ratio) {
    return kRatios[static_cast<std::size_t>(ratio)].name;
}
std::optional<Ratio> ratio_from(std::string_view name) {
    return find_in(kRatios, name);
}

}  // namespace mg
