#include "gateway/daemon/item_versions.h"

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

}  // namespace mg
