#include "gateway/inbound/folder_watch.h"

#include <string>

#include <pthread.h>

#include "gateway/base/language.h"
#include "gateway/base/log.h"

namespace mg {

FolderWatch::FolderWatch(const InboundOptions& options, std::chrono::minutes utc_offset, EntryDesk& desk,
                         Clock& clock)
    : pause_{options.settle}, clock_{clock}, folder_{options, utc_offset, desk, clock} {
    thread_ = std::jthread{[this](const std::stop_token& stop) { watch(stop); }};
    ::pthread_setname_np(thread_.native_handle(), "inbound-folder");
}

void FolderWatch::watch(const std::stop_token& stop) {
    std::string trouble;
    while (!stop.stop_requested()) {
        const auto looked = folder_.look();
        const std::string now = looked ? std::string{} : looked.error().what;
        if (!now.empty() && now != trouble) log::error("{}", now);
        if (now.empty() && !trouble.empty())
            log::info("{}", tr("drop folder: usable again", "接收目录：恢复可用"));
        trouble = now;
        clock_.wait_until(clock_.steady() + pause_, stop);
    }
}

}  // namespace mg
