#include "gateway/base/log.h"

#include <algorithm>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace mg::log {
namespace {

spdlog::logger& logger() {
    static spdlog::logger instance = [] {
        spdlog::logger made{"metergate", std::make_shared<spdlog::sinks::stderr_sink_mt>()};
        made.set_pattern("%v");
        made.set_level(spdlog::level::info);
        return made;
    }();
    return instance;
}

struct Named {
    spdlog::level::level_enum level;
    std::string_view journal_prefix;
};

Named named(Level level) {
    switch (level) {
        case Level::debug:
            return {spdlog::level::debug, "<7>"};
        case Level::info:
            return {spdlog::level::info, "<6>"};
        case Level::warning:
            return {spdlog::level::warn, "<4>"};
        case Level::error:
            return {spdlog::level::err, "<3>"};
    }
    return {spdlog::level::err, "<3>"};
}

}  // namespace

void set_level(Level level) {
    logger().set_level(named(level).level);
}

void write(Level level, std::string_view line) {
    const Named name = named(level);
    if (!logger().should_log(name.level)) return;
    // A line break inside a message would let foreign bytes forge a second journal entry.
    std::string single{line};
    std::replace(single.begin(), single.end(), '\n', ' ');
    logger().log(name.level, "{}{}", name.journal_prefix, single);
}

}  // namespace mg::log
