#include "gateway/health/watchdog.h"

#include <utility>

#include "gateway/base/language.h"
#include "gateway/base/log.h"

namespace mg {

bool Watchdog::tick() {
    std::set<std::string> late;
    for (const Heartbeats::Overdue& overdue : heartbeats_.overdue()) {
        late.insert(overdue.name);
        if (late_.contains(overdue.name)) continue;
        log::error("{}", trf("watchdog: thread {} made no progress for {} ms, allowed: {} ms",
                             "看门狗：线程 {} 已 {} 毫秒没有进展，允许 {} 毫秒", overdue.name,
                             overdue.silence.count(), overdue.allowed.count()));
    }
    for (const std::string& name : late_) {
        if (!late.contains(name)) {
            log::info("{}",
                      trf("watchdog: thread {} makes progress again", "看门狗：线程 {} 恢复进展", name));
        }
    }
    late_ = std::move(late);
    return late_.empty() && notifier_.alive().has_value();
}

}  // namespace mg
