#include "gateway/polling/hearing_watch.h"

#include "gateway/base/language.h"

namespace mg {

void HearingWatch::opened(SteadyTime now) {
    since_ = now;
}

std::optional<std::string> HearingWatch::look(std::uint64_t bytes, std::uint64_t frames, SteadyTime now) {
    if (!since_) return std::nullopt;
    if (frames != frames_) {
        frames_ = frames;
        bytes_ = bytes;
        since_ = now;
        if (trouble_.empty()) return std::nullopt;
        trouble_.clear();
        return trf("line {}: another master is heard", "线路 {}：已听到其他主站", line_);
    }
    if (now < *since_ + kQuiet || !trouble_.empty()) return std::nullopt;
    trouble_ =
        bytes == bytes_
            ? trf("nothing heard for {} s: is the other master running, are A and B connected and not "
                  "swapped?",
                  "已 {} 秒没有听到任何数据：其他主站在运行吗？A、B 线接好了吗，是否接反？", kQuiet.count())
            : trf("{} bytes heard and no frame in {} s: do baud rate and parity agree with the other "
                  "master's, are A and B swapped?",
                  "{1} 秒内收到 {0} 字节，但没有一帧完整：波特率、校验与其他主站一致吗？A、B 是否接反？",
                  bytes - bytes_, kQuiet.count());
    return trf("line {}: {}", "线路 {}：{}", line_, trouble_);
}

}  // namespace mg
