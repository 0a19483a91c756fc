#include "gateway/reading/quality.h"

#include <algorithm>
#include <array>

#include "gateway/base/language.h"

namespace mg {
namespace {

struct Named {
    Quality quality;
    std::string_view name;
    std::string_view en;
    std::string_view zh;
};

constexpr std::array kQualities{
    Named{Quality::good, "good", "good", "正常"},
    Named{Quality::clock_untrusted, "clock_untrusted", "clock in doubt", "时钟存疑"},
    Named{Quality::implausible, "implausible", "implausible", "数值可疑"},
    Named{Quality::no_reply, "no_reply", "no reply", "无应答"},
    Named{Quality::corrupt_reply, "corrupt_reply", "corrupt reply", "应答错误"},
    Named{Quality::refused, "refused", "refused by the meter", "仪表拒绝"},
    Named{Quality::unsupported, "unsupported", "no such register", "无此寄存器"},
    Named{Quality::not_available, "not_available", "not available", "仪表无此值"},
    Named{Quality::line_down, "line_down", "line down", "线路断开"},
    Named{Quality::not_asked, "not_asked", "not asked in time", "未及采集"},
    Named{Quality::stopped, "stopped", "gateway stopped", "网关停机"},
    Named{Quality::clock_step, "clock_step", "clock was set", "时钟跳变"},
    Named{Quality::storage_lost, "storage_lost", "storage failed", "存储失败"},
    Named{Quality::before_start, "before_start", "not yet in operation", "尚未投用"},
};

const Named& named(Quality quality) {
    const auto found = std::ranges::find(kQualities, quality, &Named::quality);
    return found == kQualities.end() ? kQualities[4] : *found;
}

}  // namespace

std::string_view to_string(Quality quality) {
    return named(quality).name;
}

std::optional<Quality> quality_from(std::string_view name) {
    const auto found = std::ranges::find(kQualities, name, &Named::name);
    if (found == kQualities.end()) return std::nullopt;
    return found->quality;
}

std::string_view label(Quality quality) {
    return tr(named(quality).en, named(quality).zh);
}

}  // namespace mg
