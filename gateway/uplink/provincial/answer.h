#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "config/options.h"

namespace mg {

inline constexpr std::size_t kLongestPlatformWords = 300;   ///< bytes of a platform's message that are kept
inline constexpr std::size_t kLongestAnswer = 32UL << 20U;  ///< bytes that are looked into
inline constexpr std::size_t kMostAnswerFields = 200;       ///< that are kept of one answer
inline constexpr std::size_t kLongestAnswerField = 4096;    ///< bytes; longer ones are not kept
inline constexpr std::size_t kDeepestAnswer = 64;           ///< objects and arrays in one another

/// What came back over HTTP.
struct HttpReply {
    int status{0};
    std::string_view content_type;
    std::string_view body;
    bool complete{
        true};  ///< false: the connection ended before the body did, or the body was beyond the limit
};

/// What the caller does with what it sent.
///
/// accepted: HTTP 2xx and a code of success; or the platform says that it has the record already
/// (taken_words). expired: a code or an HTTP status of profile.verdicts.expired. Renew token or registration
/// once, then send again. refused: a code of `refused` or a message with one of `refused_words`; a redirect
/// (never followed); HTTP
///   401, 403, 404, 405, 407, 410, 415, 421, 495 … 497, 511. Nothing will be accepted until somebody acts:
///   hold.
/// rejected: any other code; any other HTTP 4xx. This batch, or one record of it: bisect. A batch whose
/// halves
///   both fail, or a record that was accepted before, is a refusal: only the caller can know.
/// transient: HTTP 408, 425, 429, 5xx; a code of `transient`; an answer that says nothing: cut off, not JSON
///   (HTML with 200), no object, no code, a code that is no text or number. Send the same again later.
enum class PlatformVerdict : std::uint8_t { accepted, rejected, refused, expired, transient };

/// A text, number or truth value of an answer; numbers as they were written.
struct AnswerField {
    std::string text;
    bool is_text{true};    ///< false: it was a number or a truth value
    bool twice{false};     ///< the name was there more than once; `text` is the first
    bool too_long{false};  ///< `text` is empty
};

struct PlatformAnswer {
    PlatformVerdict verdict{PlatformVerdict::transient};
    int status{0};
    std::string code;     ///< as text; empty: none
    std::string message;  ///< the platform's words: valid UTF-8 without control characters, at most 300 bytes
    std::string trouble;  ///< what is wrong with the answer itself, in the language of the user; mostly empty
    /// Of the wrapper, or where the profile has none, what stands beside the code.
    std::map<std::string, AnswerField> fields;

    /// Text of a field that is there once, is not empty and not too long.
    [[nodiscard]] std::optional<std::string_view> text(std::string_view name) const;
    /// "HTTP 200, code 1: 解密失败": one line for logs and people.
    [[nodiscard]] std::string to_string() const;
};

/// Pure; never throws, whatever came.
PlatformAnswer read_answer(const HttpReply& reply, const ProfileOptions& profile);

/// Valid UTF-8 without control characters and line breaks, at most `most` bytes, whole characters.
std::string printable_words(std::string_view text, std::size_t most);

}  // namespace mg
