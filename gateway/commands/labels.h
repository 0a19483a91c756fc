#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "config/code_tables.h"
#include "config/options.h"
#include "gateway/control/status.h"
#include "gateway/reading/stat_period.h"

/// Codes and quantities in words, in the language of the user.
namespace mg {

std::string_view label(LineState state);
std::string_view label(MeterState state);
std::string_view label(BufferState state);
std::string_view label(UplinkState state);
std::string_view label(Lane lane);
std::string_view label(LineKind kind);
std::string_view label(Protocol protocol);
std::string_view label(StatType type);
std::string_view label(ItemMethod method);
std::string_view label(CoalBasis basis);
std::string_view label(Certainty certainty);
/// The code itself where this program does not know it: a newer daemon may answer.
std::string clock_reason_label(std::string_view code);
/// Of a record, by its name; the name itself where this program does not know it.
std::string mark_label(std::string_view name);

/// "3 d 4 h", "12 min 5 s": the two largest units.
std::string duration_text(std::chrono::milliseconds duration);
/// "12.3 MiB".
std::string bytes_text(std::uint64_t bytes);

}  // namespace mg
