#include "gateway/polling/line_health.h"

#include <chrono>
#include <utility>

#include "gateway/base/language.h"

namespace mg {
namespace {

constexpr int kSilentAfter = 3;

std::string spoken(SteadyTime::duration duration) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration).count();
    if (seconds < 120) return trf("{} s", "{} 秒", seconds);
    return trf("{} min", "{} 分钟", seconds / 60);
}

}  // namespace

LineHealth::LineHealth(std::string line, std::vector<std::string> instruments) : line_{std::move(line)} {
    for (auto& name : instruments) states_.push_back(State{.name = std::move(name)});
}

std::optional<std::string> LineHealth::polled(std::size_t instrument, bool answered,
                                              const std::string& trouble, SteadyTime now) {
    State& state = states_[instrument];
    if (answered) {
        state.failures = 0;
        state.first_failure.reset();
        if (!state.silent_since) return std::nullopt;
        const auto since = *std::exchange(state.silent_since, std::nullopt);
        return trf("line {}: meter {} answers again after {}", "线路 {}：仪表 {} 在 {} 后恢复应答", line_,
                   state.name, spoken(now - since));
    }
    if (!state.first_failure) state.first_failure = now;
    if (++state.failures < kSilentAfter || state.silent_since) return std::nullopt;
    state.silent_since = state.first_failure;
    return trf("line {}: meter {} is silent ({} polls in a row): {}",
               "线路 {}：仪表 {} 连续 {} 次无有效应答：{}", line_, state.name, state.failures, trouble);
}

std::optional<std::string> LineHealth::channel_failed(const std::string& trouble, SteadyTime now) {
    if (line_down_since_) return std::nullopt;
    line_down_since_ = now;
    return trf("line {} is down: {}", "线路 {} 断开：{}", line_, trouble);
}

std::optional<std::string> LineHealth::channel_opened(SteadyTime now) {
    if (!line_down_since_) return std::nullopt;
    const auto since = *std::exchange(line_down_since_, std::nullopt);
    return trf("line {} is up again after {}", "线路 {} 在 {} 后恢复", line_, spoken(now - since));
}

}  // namespace mg
