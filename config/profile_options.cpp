#include "config/profile_options.h"

namespace mg {
namespace {

constexpr std::array<std::string_view, kRecordFields> kRecordFieldNames{
    "data_code",   "data_value", "input_type", "stat_type", "stat_date",
    "upload_date", "scope",      "valid",      "factor",    "remark"};

constexpr std::array<std::string_view, kPlatformCalls> kCallNames{
    "registration", "working_key",  "application", "application_update",
    "token",        "addresses",    "version",     "public_base_data",
    "base_data",    "enterprise",   "process",     "process_unit",
    "equipment",    "product",      "items",       "ledger",
    "replacement",  "verification", "data",        "own_configuration",
    "own_data"};

}  // namespace

std::string_view to_string(RecordField field) {
    return kRecordFieldNames[static_cast<std::size_t>(field)];
}

std::string_view to_string(PlatformCall call) {
    return kCallNames[static_cast<std::size_t>(call)];
}

}  // namespace mg
