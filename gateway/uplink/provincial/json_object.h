#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "gateway/uplink/json_text.h"

namespace mg {

/// The members of one JSON object, in the order in which they are given. Numbers keep their digits.
class JsonObject {
public:
    /// numbers_as_text: "4" instead of 4.
    explicit JsonObject(bool numbers_as_text = false) : numbers_as_text_{numbers_as_text} {}

    JsonObject& text(std::string_view name, std::string_view value) {
        begin(name);
        json::string(out_, value);
        return *this;
    }
    /// Nothing where there is nothing to say.
    JsonObject& optional(std::string_view name, std::string_view value) {
        return value.empty() ? *this : text(name, value);
    }
    /// A plain number, digit for digit.
    JsonObject& number(std::string_view name, std::string_view digits) {
        if (numbers_as_text_) return text(name, digits);
        return ready(name, digits);
    }
    JsonObject& number(std::string_view name, std::int64_t value) {
        return number(name, std::to_string(value));
    }
    /// JSON that is written already.
    JsonObject& ready(std::string_view name, std::string_view json_text) {
        begin(name);
        json::text(out_, json_text);
        return *this;
    }
    [[nodiscard]] std::string str() const {
        return fmt::format("{{{}}}", std::string_view{out_.data(), out_.size()});
    }

private:
    void begin(std::string_view name) {
        if (out_.size() > 0) out_.push_back(',');
        json::string(out_, name);
        out_.push_back(':');
    }

    bool numbers_as_text_;
    json::Buffer out_;
};

}  // namespace mg
