#include "gateway/daemon/item_versions.h"

#include <algorithm>

#include "gateway/base/language.h"
#include "gateway/base/nearest.h"

namespace mg {

Result<std::vector<const ItemOptions*>> versions_of(const Options& options, const std::string& id) {
    std::vector<const ItemOptions*> versions;
    std::vector<std::string> ids;
    for (const ItemOptions& item : options.items) {
        if (item.id == id) versions.push_back(&item);
        if (ids.empty() || ids.back() != item.id) ids.push_back(item.id);
    }
    if (!versions.empty()) return versions;
    return fail(Failure::rejected, trf("no item \"{}\"; the nearest is \"{}\"",
                                       "没有采集项“{}”；最接近的是“{}”", id, nearest_of(id, ids)));
}

const ItemOptions* version_of(const ItemRecord& record, const std::vector<const ItemOptions*>& versions) {
    const auto same = [&](const ItemOptions* each) { return each->valid_from == record.item_version; };
    const auto found = std::ranges::find_if(versions, same);
    if (found != versions.end()) return *found;
    const auto valid = std::ranges::find_if(versions, [&](const ItemOptions* each) {
        return each->valid_at(record.period.to - milliseconds{1});
    });
    return valid == versions.end() ? nullptr : *valid;
}

}  // namespace mg
