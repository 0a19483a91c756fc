#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/inbound/entry_desk.h"

/// Values and what became of them as JSON: docs/inbound.schema.json. Pure; nothing here throws.
namespace mg {

/// Reads one value, a list of them, or {"values": [ … ]}. Numbers keep their digits. rejected: not JSON, or
/// not of that form, in one line that says where; more than `most` values.
Result<std::vector<GivenValue>> values_from_json(std::string_view json, std::size_t most);
std::string values_to_json(std::span<const GivenValue> values);

/// How many of each fate, and every answer in its order.
std::string answers_to_json(std::span<const EntryAnswer> answers);
/// corrupt: something else.
Result<std::vector<EntryAnswer>> answers_from_json(std::string_view json);

/// {"error":{"kind":"rejected","text":"…"}}
std::string error_to_json(std::string_view kind, std::string_view text);

}  // namespace mg
