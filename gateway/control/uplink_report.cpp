#include "gateway/control/uplink_report.h"

#include <utility>

#include "gateway/control/json_fields.h"

namespace mg {

using namespace control_json;

std::string receipts_to_json(const std::vector<Receipt>& receipts) {
    Json list = Json::array();
    for (const Receipt& receipt : receipts) {
        list.push_back({{"first", receipt.items.first},
                        {"last", receipt.items.last},
                        {"samples", receipt.samples},
                        {"gaps", receipt.gaps},
                        {"lane", to_string(receipt.lane)},
                        {"first_at", utc_text(receipt.first_at)},
                        {"last_at", utc_text(receipt.last_at)},
                        {"answer", receipt.answer}});
    }
    return to_line({{"receipts", std::move(list)}});
}

Result<std::vector<Receipt>> receipts_from_json(std::string_view json) {
    return read_as<std::vector<Receipt>>(json, [](const Json& answer) {
        std::vector<Receipt> receipts;
        for (const Json& one : answer.at("receipts")) {
            receipts.push_back(
                {.items = {whole_from<Sequence>(one.at("first")), whole_from<Sequence>(one.at("last"))},
                 .samples = whole_from<std::uint64_t>(one.at("samples")),
                 .gaps = whole_from<std::uint64_t>(one.at("gaps")),
                 .lane = enum_from(one.at("lane"), kLanes),
                 .first_at = time_from(one.at("first_at")),
                 .last_at = time_from(one.at("last_at")),
                 .answer = one.at("answer").get<std::string>()});
        }
        return receipts;
    });
}

std::string set_aside_to_json(const std::vector<SetAside>& items) {
    Json list = Json::array();
    for (const SetAside& item : items) {
        list.push_back({{"seq", item.sequence}, {"why", item.why}, {"at", utc_text(item.at)}});
    }
    return to_line({{"items", std::move(list)}});
}

Result<std::vector<SetAside>> set_aside_from_json(std::string_view json) {
    return read_as<std::vector<SetAside>>(json, [](const Json& answer) {
        std::vector<SetAside> items;
        for (const Json& one : answer.at("items")) {
            items.push_back({whole_from<Sequence>(one.at("seq")), one.at("why").get<std::string>(),
                             time_from(one.at("at"))});
        }
        return items;
    });
}

std::string order_to_json(std::uint64_t order) {
    return to_line({{"order", order}});
}

Result<std::uint64_t> order_from_json(std::string_view json) {
    return read_as<std::uint64_t>(
        json, [](const Json& answer) { return whole_from<std::uint64_t>(answer.at("order")); });
}

}  // namespace mg
