#include "gateway/uplink/provincial/answer_reader.h"

#include <cstdint>
#include <utility>

#include <nlohmann/json.hpp>

#include "gateway/base/language.h"

namespace mg {
namespace {

/// Length of the UTF-8 character at the front; 0: none.
std::size_t character_size(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(0);
    if (first < 0x80) return 1;
    const std::size_t size = first >= 0xF0 && first <= 0xF4 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 0;
    if (size == 0 || first > 0xF4 || text.size() < size) return 0;
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xC0U) != 0x80U) return 0;
    }
    const unsigned char second = byte(1);
    const bool overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
    const bool surrogate = first == 0xED && second >= 0xA0;
    const bool beyond = first == 0xF4 && second >= 0x90;
    return overlong || surrogate || beyond ? 0 : size;
}

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const std::size_t size = character_size(text);
        if (size == 0) return false;
        text.remove_prefix(size);
    }
    return true;
}

/// Every pair of a GBK character becomes "?": its second byte may be a backslash, which must not reach JSON.
std::string without_gbk(std::string_view text) {
    std::string plain;
    plain.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte < 0x80) {
            plain += text[i];
            continue;
        }
        plain += '?';
        const bool pair =
            i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) >= 0x40 && byte > 0x80;
        if (pair) ++i;
    }
    return plain;
}

/// nlohmann's SAX interface; false ends the parse.
class ContentReader {
public:
    ContentReader(std::string_view wrapper, std::string_view code) : wrapper_{wrapper}, code_{code} {}

    AnswerContent content() && { return std::move(content_); }

    // NOLINTBEGIN(readability-identifier-naming): the library names them
    bool null() { return nothing(); }
    bool boolean(bool value) { return scalar(value ? "true" : "false", false); }
    bool number_integer(std::int64_t value) { return scalar(std::to_string(value), false); }
    bool number_unsigned(std::uint64_t value) { return scalar(std::to_string(value), false); }
    bool number_float(double /*rounded*/, const std::string& digits) { return scalar(digits, false); }
    bool string(const std::string& text) { return scalar(text, true); }
    bool binary(const nlohmann::json::binary_t& /*never in text*/) { return false; }
    bool start_object(std::size_t /*unknown*/) {
        if (depth_ == 1 && !wrapper_.empty() && key_ == wrapper_) in_wrapper_ = true;
        if (depth_ > 0) nothing();
        return deeper();
    }
    bool end_object() { return shallower(); }
    bool start_array(std::size_t /*unknown*/) {
        if (depth_ == 0) return complain(tr("the answer is no JSON object", "应答不是 JSON 对象"));
        nothing();
        return deeper();
    }
    bool end_array() { return shallower(); }
    bool key(const std::string& key) {
        if (depth_ <= 2) key_ = key;
        return true;
    }
    bool parse_error(std::size_t position, const std::string& /*token*/,
                     const nlohmann::json::exception& /*why*/) {
        if (content_.trouble.empty()) {
            content_.trouble =
                trf("the answer is not JSON, at byte {}", "应答不是 JSON，第 {} 字节", position);
        }
        return false;
    }
    // NOLINTEND(readability-identifier-naming)

private:
    bool deeper() {
        if (++depth_ > kDeepestAnswer) return complain(tr("the answer is nested too deep", "应答嵌套过深"));
        return true;
    }
    bool shallower() {
        --depth_;
        if (depth_ == 1) in_wrapper_ = false;
        return true;
    }
    /// Of the code only its absence counts.
    bool nothing() {
        if (depth_ == 0) return complain(tr("the answer is no JSON object", "应答不是 JSON 对象"));
        if (depth_ == 1 && key_ == code_) content_.odd_code = true;
        return true;
    }
    bool scalar(std::string text, bool is_text) {
        if (depth_ == 0) return complain(tr("the answer is no JSON object", "应答不是 JSON 对象"));
        if (depth_ == 1) return keep(content_.top, std::move(text), is_text);
        if (depth_ == 2 && in_wrapper_) return keep(content_.wrapped, std::move(text), is_text);
        return true;
    }
    bool keep(std::map<std::string, AnswerField>& fields, std::string text, bool is_text) {
        if (key_.size() > kLongestAnswerField) return true;
        const auto known = fields.find(key_);
        if (known != fields.end()) {
            known->second.twice = true;
            return true;
        }
        if (fields.size() == kMostAnswerFields) return true;
        const bool too_long = text.size() > kLongestAnswerField;
        fields.emplace(key_, AnswerField{.text = too_long ? std::string{} : std::move(text),
                                         .is_text = is_text,
                                         .twice = false,
                                         .too_long = too_long});
        return true;
    }
    bool complain(std::string_view what) {
        content_.trouble = what;
        return false;
    }

    std::string_view wrapper_;
    std::string_view code_;
    std::size_t depth_{0};
    bool in_wrapper_{false};
    std::string key_;
    AnswerContent content_;
};

AnswerContent parse(std::string_view body, std::string_view wrapper, std::string_view code) {
    ContentReader reader{wrapper, code};
    try {
        if (nlohmann::json::sax_parse(body.begin(), body.end(), &reader)) return std::move(reader).content();
    } catch (const std::exception& error) {
        return {.trouble = error.what(), .top = {}, .wrapped = {}, .odd_code = false};
    }
    AnswerContent content = std::move(reader).content();
    if (content.trouble.empty()) content.trouble = tr("the answer is not JSON", "应答不是 JSON");
    return {.trouble = std::move(content.trouble), .top = {}, .wrapped = {}, .odd_code = false};
}

}  // namespace

AnswerContent read_content(std::string_view body, std::string_view wrapper, std::string_view code) {
    return is_utf8(body) ? parse(body, wrapper, code) : parse(without_gbk(body), wrapper, code);
}

std::string printable_words(std::string_view text, std::size_t most) {
    std::string words;
    while (!text.empty()) {
        const std::size_t size = character_size(text);
        const std::string_view character = text.substr(0, size == 0 ? 1 : size);
        text.remove_prefix(character.size());
        const auto first = static_cast<unsigned char>(character.front());
        // U+0080 … U+009F are control characters, U+2028 and U+2029 line breaks.
        const bool control =
            first < 0x20 || first == 0x7F ||
            (size == 2 && first == 0xC2 && static_cast<unsigned char>(character[1]) < 0xA0) ||
            character == "\u2028" || character == "\u2029";
        const std::string_view shown = size == 0 ? "?" : control ? " " : character;
        if (words.size() + shown.size() > most) break;
        words += shown;
    }
    while (words.ends_with(' ')) words.pop_back();
    return words.substr(std::min(words.find_first_not_of(' '), words.size()));
}

}  // namespace mg
