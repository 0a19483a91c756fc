#pragma once

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "gateway/base/result.h"
#include "gateway/base/utc_text.h"
#include "gateway/buffer/sample_store.h"
#include "gateway/reading/stat_period.h"

/// How the control socket's JSON is read and written. For the .cpp files of this folder only.
namespace mg::control_json {

using Json = nlohmann::ordered_json;

/// What the reading functions throw, besides nlohmann's own exceptions; read_as() catches both.
struct NotAsDocumented : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// One line. Bytes that are not UTF-8 (a device that lies about its name) become U+FFFD instead of an
/// exception.
inline std::string to_line(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

inline constexpr std::array kLanes{Lane::live, Lane::backlog, Lane::resend};
inline constexpr std::array kStatTypes{StatType::real_time, StatType::day, StatType::month, StatType::year};

inline Json time_json(const std::optional<UtcTime>& time) {
    return time ? Json(utc_text(*time)) : Json(nullptr);
}

inline UtcTime time_from(const Json& json) {
    const auto time = utc_from_text(json.get_ref<const std::string&>());
    if (!time) throw NotAsDocumented("not a time: " + json.dump());
    return *time;
}
inline std::optional<UtcTime> optional_time_from(const Json& json) {
    if (json.is_null()) return std::nullopt;
    return time_from(json);
}

/// A whole number that fits. nlohmann's get() casts what does not, and a cast of 1e300 is undefined.
template <std::integral T>
T whole_from(const Json& json) {
    const bool fits = json.is_number_unsigned()  ? std::in_range<T>(json.get<std::uint64_t>())
                      : json.is_number_integer() ? std::in_range<T>(json.get<std::int64_t>())
                                                 : false;
    if (!fits) throw NotAsDocumented("not a whole number, or too large");
    return json.get<T>();
}

inline Json milliseconds_json(const std::optional<milliseconds>& time) {
    return time ? Json(time->count()) : Json(nullptr);
}
inline std::optional<milliseconds> optional_milliseconds_from(const Json& json) {
    if (json.is_null()) return std::nullopt;
    return milliseconds{whole_from<std::int64_t>(json)};
}

inline Json number_or_null(const std::optional<int>& number) {
    return number ? Json(*number) : Json(nullptr);
}
inline std::optional<int> optional_number_from(const Json& json) {
    if (json.is_null()) return std::nullopt;
    return whole_from<int>(json);
}

/// The enumerator among `all` whose to_string() is in the JSON.
template <class Enum, std::size_t N>
Enum enum_from(const Json& json, const std::array<Enum, N>& all) {
    const auto& name = json.get_ref<const std::string&>();
    for (const Enum candidate : all) {
        if (to_string(candidate) == name) return candidate;
    }
    throw NotAsDocumented("unknown code: " + name);
}

/// Runs `read` on the parsed text; every exception on the way becomes `corrupt`.
template <class T, class Read>
Result<T> read_as(std::string_view text, Read read) {
    try {
        return read(Json::parse(text));
    } catch (const std::exception& error) {
        return fail(Failure::corrupt, error.what());
    }
}

}  // namespace mg::control_json
