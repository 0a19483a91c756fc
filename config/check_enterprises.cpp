#include <map>

#include <fmt/ranges.h>

#include "config/loaders.h"
#include "gateway/base/language.h"

namespace mg {

void check_enterprises(const Options& options, Reporter& report) {
    for (const EnterpriseOptions& enterprise : options.enterprises) {
        std::map<std::string, std::vector<std::string>> asked_by;
        for (const ProvincialOptions& platform : options.provincial) {
            const ProfileOptions* profile = options.profile(platform.profile);
            if (platform.enterprise != enterprise.id || profile == nullptr) continue;
            if (!profile->steps.contains(PlatformStep::enterprise)) continue;
            for (std::string& key : unstated(enterprise, *profile)) {
                asked_by[std::move(key)].push_back(platform.id.text);
            }
        }
        for (const auto& [key, uplinks] : asked_by) {
            report.warning(
                {.line = enterprise.row.line(), .column = 0}, "enterprise." + key,
                {trf("is missing: required by the platform of {}; until then it is not told of the "
                     "enterprise",
                     "缺少此项：上传目标 {} 的平台必填；补上之前不报送单位信息", fmt::join(uplinks, ", ")),
                 {}});
        }
    }
}

}  // namespace mg
