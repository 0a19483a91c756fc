#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/format.h>

/// One line an event, to stderr, with the journal's priority prefix (`<6>` info, `<4>` warning, `<3>` error).
/// Log state changes, not repetitions. Library code returns errors; polling, forwarder and daemon log them.
/// Thread-safe; blocks for one write() to stderr.
namespace mg::log {

enum class Level : std::uint8_t { debug, info, warning, error };

/// Messages below `level` are dropped. Default: info.
void set_level(Level level);
void write(Level level, std::string_view line);

template <class... Args>
void debug(fmt::format_string<Args...> format, Args&&... args) {
    write(Level::debug, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void info(fmt::format_string<Args...> format, Args&&... args) {
    write(Level::info, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void warning(fmt::format_string<Args...> format, Args&&... args) {
    write(Level::warning, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void error(fmt::format_string<Args...> format, Args&&... args) {
    write(Level::error, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace mg::log
