#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "config/options.h"
#include "gateway/uplink/json_text.h"

namespace mg {

/// The members of one JSON object, in the order in which they are given. Numbers keep their digits.
class JsonObject {
public:
    /// numbers_as_text: "4" instead of 4.
    explicit JsonObject(bool numbers_as_text = false) : numbers_as_text_{numbers_as_text} {}
    /// One of the objects that a platform is told of, under the names that this platform has for its fields
    /// (profile.renames, which outlives it). With tokens every number is text.
    JsonObject(const ProfileOptions& profile, std::string_view object)
        : numbers_as_text_{profile.flow == PlatformFlow::token},
          object_{object},
          renames_{&profile.renames} {}

    JsonObject& text(std::string_view name, std::string_view value) {
        if (begin(name)) json::string(out_, value);
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
        if (begin(name)) json::text(out_, json_text);
        return *this;
    }
    [[nodiscard]] std::string str() const {
        return fmt::format("{{{}}}", std::string_view{out_.data(), out_.size()});
    }

private:
    /// False: this platform does not have it.
    bool begin(std::string_view name) {
        if (renames_ != nullptr) {
            const auto other = renames_->find(fmt::format("{}.{}", object_, name));
            if (other != renames_->end()) name = other->second;
        }
        if (name.empty()) return false;
        if (out_.size() > 0) out_.push_back(',');
        json::string(out_, name);
        out_.push_back(':');
        return true;
    }

    bool numbers_as_text_;
    std::string_view object_;
    const std::map<std::string, std::string, std::less<>>* renames_{nullptr};
    json::Buffer out_;
};

}  // namespace mg
