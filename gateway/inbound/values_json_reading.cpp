#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

#include "gateway/base/language.h"
#include "gateway/base/nearest.h"
#include "gateway/inbound/values_json.h"

// How a body is read: piece by piece, so that numbers keep the digits they were written with and nothing is
// built of a body that is no list of values.
namespace mg {
namespace {

/// Of one text in a body.
constexpr std::size_t kLongestText = 4096;
/// Longer ones resemble nothing.
constexpr std::size_t kLongestKey = 64;

struct NamedText {
    std::string_view key;
    std::string GivenValue::* text;
};
constexpr std::array kTexts{
    NamedText{"item", &GivenValue::item},         NamedText{"type", &GivenValue::type},
    NamedText{"period", &GivenValue::period},     NamedText{"value", &GivenValue::value},
    NamedText{"evidence", &GivenValue::evidence}, NamedText{"input_type", &GivenValue::input_type}};
constexpr std::string_view kValues = "values";

std::string nearest_text(const std::string& key) {
    std::vector<std::string> keys;
    for (const NamedText& each : kTexts) keys.emplace_back(each.key);
    return nearest_of(key.substr(0, kLongestKey), keys);
}

/// nlohmann's SAX interface; false ends the parse.
class ValuesReader {
public:
    explicit ValuesReader(std::size_t most) : most_{most} {}

    [[nodiscard]] const std::string& complaint() const { return complaint_; }
    std::vector<GivenValue> values() && { return std::move(values_); }

    // NOLINTBEGIN(readability-identifier-naming): the library names them
    bool null() { return scalar({}); }
    bool boolean(bool value) { return of_type(value ? "true" : "false"); }
    bool number_integer(std::int64_t value) { return scalar(std::to_string(value)); }
    bool number_unsigned(std::uint64_t value) { return scalar(std::to_string(value)); }
    bool number_float(double /*rounded*/, const std::string& digits) { return scalar(digits); }
    bool string(const std::string& text) { return scalar(text); }
    bool binary(const nlohmann::json::binary_t& /*never in text*/) { return false; }

    bool start_object(std::size_t /*unknown*/) {
        if (level_ == Level::top) return begin_value(Level::only_value);
        if (level_ != Level::list) return of_type("{…}");
        return begin_value(Level::value);
    }
    bool key(const std::string& key) {
        if (level_ == Level::only_value && key == kValues && seen_.empty()) {
            values_.clear();
            level_ = Level::wrapper;
            return true;
        }
        if (level_ == Level::wrapper || level_ == Level::after_list) {
            return complain(tr("beside \"values\" there is nothing else", "“values” 之外不应有其他键"));
        }
        key_ = nullptr;
        const auto* known = std::ranges::find(kTexts, key, &NamedText::key);
        if (known == kTexts.end()) {
            return complain(
                trf("unknown key; the nearest is \"{}\"", "没有这个键；最接近的是“{}”", nearest_text(key)));
        }
        key_ = known;
        if (!seen_.insert(key).second) return complain(tr("given twice", "出现两次"));
        return true;
    }
    bool end_object() {
        level_ = level_ == Level::value ? Level::list : Level::end;
        key_ = nullptr;
        return true;
    }
    bool start_array(std::size_t /*unknown*/) {
        if (level_ != Level::top && level_ != Level::wrapper) return of_type("[…]");
        wrapped_ = level_ == Level::wrapper;
        level_ = Level::list;
        return true;
    }
    bool end_array() {
        level_ = wrapped_ ? Level::after_list : Level::end;
        return true;
    }
    bool parse_error(std::size_t position, const std::string& /*token*/,
                     const nlohmann::json::exception& /*why*/) {
        if (complaint_.empty()) {
            complaint_ = trf("not JSON, at byte {}", "不是 JSON，第 {} 字节", position);
        }
        return false;
    }
    // NOLINTEND(readability-identifier-naming)

private:
    enum class Level : std::uint8_t { top, only_value, wrapper, list, value, after_list, end };

    bool begin_value(Level level) {
        if (values_.size() == most_) {
            return complain(trf("too many values; at most {}", "数值过多；不超过 {} 个", most_));
        }
        level_ = level;
        values_.emplace_back();
        seen_.clear();
        key_ = nullptr;
        return true;
    }

    bool scalar(std::string text) {
        if (key_ == nullptr || (level_ != Level::value && level_ != Level::only_value)) {
            return complain(tr("values are expected: {\"item\": …}, a list of them, or {\"values\": [ … ]}",
                               "应为数值：{\"item\": …}、其列表，或 {\"values\": [ … ]}"));
        }
        if (text.size() > kLongestText) {
            return complain(
                trf("the text is too long; at most {} bytes", "文字过长；不超过 {} 字节", kLongestText));
        }
        values_.back().*(key_->text) = std::move(text);
        return true;
    }
    bool of_type(std::string_view found) {
        return complain(trf("a text or a number is expected, not {}", "应为文本或数，而不是 {}", found));
    }
    bool complain(std::string_view what) {
        const bool inside = (level_ == Level::value || level_ == Level::only_value) && !values_.empty();
        complaint_ = inside ? trf("value {}", "第 {} 个值", values_.size()) : std::string{};
        if (inside && key_ != nullptr) complaint_ += fmt::format(", {}", key_->key);
        if (inside) complaint_ += tr(": ", "：");
        complaint_ += what;
        return false;
    }

    std::size_t most_;
    Level level_{Level::top};
    bool wrapped_{false};
    const NamedText* key_{nullptr};
    std::set<std::string> seen_;
    std::vector<GivenValue> values_;
    std::string complaint_;
};

}  // namespace

Result<std::vector<GivenValue>> values_from_json(std::string_view json, std::size_t most) {
    ValuesReader reader{most};
    try {
        if (nlohmann::json::sax_parse(json.begin(), json.end(), &reader)) return std::move(reader).values();
    } catch (const std::exception& error) {
        return fail(Failure::rejected, error.what());
    }
    return fail(Failure::rejected, reader.complaint());
}

}  // namespace mg
