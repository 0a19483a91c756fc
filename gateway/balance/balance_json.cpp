#include <nlohmann/json.hpp>

#include "gateway/balance/balance.h"
#include "gateway/reading/local_time.h"

namespace mg {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kMostDecimals = 12;

Json amount(const std::optional<Exact>& amount) {
    return amount ? Json(amount_text(*amount)) : Json();
}

Json json(const MeasuredEdge& edge) {
    Json reasons = Json::array();
    for (const OpenReason reason : edge.reasons) reasons.push_back(to_string(reason));
    return {{"meter", edge.meter},
            {"name", edge.name},
            {"from", edge.from},
            {"to", edge.to},
            {"two_way", edge.two_way},
            {"forward", amount(edge.forward)},
            {"reverse", amount(edge.reverse)},
            {"doubtful", edge.doubtful},
            {"reasons", reasons},
            {"days_missing", edge.days_missing}};
}

Json json(const std::vector<NodeBalance>& nodes) {
    Json list = Json::array();
    for (const NodeBalance& node : nodes) {
        list.push_back({{"node", node.node},
                        {"incoming", amount_text(node.incoming)},
                        {"outgoing", amount_text(node.outgoing)},
                        {"difference", amount_text(node.difference)},
                        {"share", node.share ? Json(node.share->to_string()) : Json()},
                        {"state", to_string(node.state)},
                        {"open_because", node.open_because}});
    }
    return list;
}

Json json(const MediumBalance& medium, std::chrono::minutes utc_offset) {
    Json edges = Json::array();
    for (const MeasuredEdge& edge : medium.edges) edges.push_back(json(edge));
    Json days = Json::array();
    for (const DayBalance& day : medium.days)
        days.push_back({{"day", iso_local(day.day, utc_offset).substr(0, 10)}, {"nodes", json(day.nodes)}});
    return {{"energy", medium.energy},
            {"unit", medium.unit},
            {"threshold", medium.threshold.to_string()},
            {"edges", edges},
            {"nodes", json(medium.nodes)},
            {"sources", medium.sources},
            {"sinks", medium.sinks},
            {"unmetered", medium.unmetered},
            {"days", days}};
}

}  // namespace

std::string amount_text(const Exact& amount) {
    const auto rounded = amount.rounded(kMostDecimals);
    if (!rounded) return amount.to_string();
    std::string text = rounded->to_string();
    while (text.ends_with('0')) text.pop_back();
    if (text.ends_with('.')) text.pop_back();
    return text == "-0" ? "0" : text;
}

std::string to_json(const Balance& balance) {
    Json media = Json::array();
    for (const MediumBalance& medium : balance.media) media.push_back(json(medium, balance.utc_offset));
    const Json all{{"type", to_string(balance.period.type)},
                   {"from", iso_local(balance.period.from, balance.utc_offset)},
                   {"to", iso_local(balance.period.to, balance.utc_offset)},
                   {"rules",
                    {{"edition", balance.rules.edition},
                     {"source", balance.rules.source},
                     {"verified", balance.rules.verified}}},
                   {"energies", media},
                   {"without_place", balance.without_place}};
    return all.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace mg
