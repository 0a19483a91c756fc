#pragma once

#include "gateway/accounting/books.h"
#include "gateway/accounting/explanation.h"
#include "gateway/base/result.h"

namespace mg {

/// Puts the dated records that an explanation names beside it, by id.
Result<> add_named_records(Explanation& explanation, Books& books);

}  // namespace mg
