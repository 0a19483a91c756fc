#pragma once

#include <string>
#include <string_view>

#include "gateway/accounting/dated_record.h"
#include "gateway/base/result.h"

/// Dated records as JSON, the same in books.db and on the control socket, so that what an auditor finds with
/// any SQLite tool is what the commands show. Decimals are strings and keep their digits; times are written
/// in UTC ("2026-11-22T02:07:00.000Z") because the site's offset is a setting and may change, and are read
/// with any offset ("2026-11-22T10:07+08:00"), never without one.
namespace mg {

std::string json_of(const DatedBody& body);
std::string json_of(const DatedRecord& record);

/// rejected, in one line that names the field: unknown kind, unknown, missing or misshapen field, or what
/// sound() says. Absent: optional fields, texts, `unmetered` (0) and `input_type` (5) may be.
Result<DatedBody> dated_body_from_json(std::string_view kind, std::string_view json);
Result<DatedRecord> dated_record_from_json(std::string_view json);

}  // namespace mg
