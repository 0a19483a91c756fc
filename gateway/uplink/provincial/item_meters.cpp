#include "gateway/uplink/provincial/item_meters.h"

#include <string>

namespace mg {
namespace {

bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

}  // namespace

std::map<MeterId, Enters> meters_in(std::string_view formula) {
    std::map<MeterId, Enters> found;
    char before = '+';
    for (std::size_t i = 0; i < formula.size();) {
        const char c = formula[i];
        if (!is_word(c)) {
            if (c != ' ' && c != '(') before = c;
            ++i;
            continue;
        }
        std::size_t end = i;
        while (end < formula.size() && is_word(formula[end])) ++end;
        if (end < formula.size() && formula[end] == '.')
            found.emplace(MeterId{std::string(formula.substr(i, end - i))},
                          before == '-' ? Enters::subtracted : Enters::added);
        while (end < formula.size() && (is_word(formula[end]) || formula[end] == '.')) ++end;
        i = end;
    }
    return found;
}

std::set<MeterId> meters_sent(const ConfigurationScene& scene) {
    std::set<MeterId> meters;
    for_each_sent_item(scene, [&](const ItemOptions& item, const ItemCode&) {
        for (const auto& [id, enters] : meters_in(item.formula)) {
            if (scene.options.meter(id) != nullptr) meters.insert(id);
        }
    });
    return meters;
}

}  // namespace mg
