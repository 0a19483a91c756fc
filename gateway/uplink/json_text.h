#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include <fmt/format.h>

#include "gateway/base/clock.h"
#include "gateway/reading/decimal.h"

/// Pieces of JSON, appended to a buffer. Written by hand because a tree of JSON nodes per message costs more
/// than everything else between the store and the broker together.
namespace mg::json {

using Buffer = fmt::memory_buffer;

inline void text(Buffer& out, std::string_view ready) {
    out.append(ready.data(), ready.data() + ready.size());
}
void integer(Buffer& out, std::int64_t value);
/// Quoted and escaped; the bytes are UTF-8 already.
void string(Buffer& out, std::string_view value);
/// All digits, as Decimal::to_string() writes them.
void decimal(Buffer& out, const Decimal& value);
/// Quoted, "2026-11-22T08:15:00.412+08:00"; without the fraction when it is zero and `always_millis` is
/// false.
void time(Buffer& out, UtcTime value, std::chrono::minutes utc_offset, bool always_millis);

}  // namespace mg::json
