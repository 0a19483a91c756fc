#pragma once

#include <map>
#include <string>
#include <string_view>

#include "gateway/uplink/provincial/answer.h"

namespace mg {

/// What stands in the JSON of an answer, as far as it is looked at.
struct AnswerContent {
    std::string trouble;                         ///< why it cannot be read; empty when it can
    std::map<std::string, AnswerField> top;      ///< scalars of the object
    std::map<std::string, AnswerField> wrapped;  ///< scalars of its member `wrapper`
    bool odd_code{false};  ///< the member `code` is there, and is an object, array or null
};

/// Piece by piece, so that an answer costs no more than what is kept of it. Never throws. Bytes that are no
/// UTF-8 (an old platform that answers in GBK) are replaced before: codes and addresses are ASCII.
AnswerContent read_content(std::string_view body, std::string_view wrapper, std::string_view code);

}  // namespace mg
