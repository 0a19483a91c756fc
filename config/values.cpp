#include "config/values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <limits>
#include <optional>
#include <utility>

#include "gateway/base/language.h"
#include "gateway/reading/ids.h"
#include "gateway/reading/local_time.h"

namespace mg {
namespace {

struct Unit {
    std::string_view name;
    std::int64_t factor;
};
constexpr std::array kDurations{Unit{"d", 86'400'000}, Unit{"h", 3'600'000}, Unit{"m", 60'000},
                                Unit{"s", 1000}, Unit{"ms", 1}};
constexpr std::array kSizes{Unit{"GiB", std::int64_t{1} << 30U}, Unit{"MiB", std::int64_t{1} << 20U},
                            Unit{"KiB", std::int64_t{1} << 10U}, Unit{"B", 1}};

Complaint complaint(std::string_view en, std::string_view zh, std::string allowed) {
    return {std::string(tr(en, zh)), std::move(allowed)};
}

std::string duration_examples() {
    return std::string(tr("such as 500ms, 60s, 15m, 2h, 180d", "如 500ms、60s、15m、2h、180d"));
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// Sums "<number><unit>" pairs; nothing when the text is not made of them or the sum does not fit.
std::optional<std::int64_t> sum_of_units(std::string_view text, std::span<const Unit> units) {
    std::int64_t sum = 0;
    if (text.empty()) return std::nullopt;
    while (!text.empty()) {
        std::int64_t number = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (error != std::errc{} || number < 0) return std::nullopt;
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        while (text.starts_with(' ')) text.remove_prefix(1);
        const auto letters = std::ranges::find_if(text, is_digit);
        const std::string_view name =
            trimmed(text.substr(0, static_cast<std::size_t>(letters - text.begin())));
        const auto unit = std::ranges::find(units, name, &Unit::name);
        if (unit == units.end()) return std::nullopt;
        text.remove_prefix(static_cast<std::size_t>(letters - text.begin()));
        std::int64_t part = 0;
        if (__builtin_mul_overflow(number, unit->factor, &part) || __builtin_add_overflow(sum, part, &sum)) {
            return std::nullopt;
        }
    }
    return sum;
}

std::string print_in(std::int64_t value, std::span<const Unit> units) {
    const auto fits = std::ranges::find_if(units, [&](const Unit& unit) { return value % unit.factor == 0; });
    if (value == 0 || fits == units.end()) return std::to_string(value) + std::string(units.back().name);
    return std::to_string(value / fits->factor) + std::string(fits->name);
}

Parsed<Value> within(const Field& field, const Parsed<std::int64_t>& value) {
    if (!value) return tl::unexpected(value.error());
    if (*value < field.limits.least || *value > field.limits.most) {
        return tl::unexpected(complaint("out of range", "超出范围", allowed_values(field)));
    }
    return Value{*value};
}

Parsed<Value> parse_integer(const Field& field, std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) {
        return tl::unexpected(complaint("not a whole number", "不是整数", allowed_values(field)));
    }
    return within(field, value);
}

Parsed<Value> parse_decimal(const Field& field, std::string_view text) {
    const auto value = Decimal::parse(text);
    constexpr int kMostPlaces = 30;
    if (!value || value->exponent() < -kMostPlaces || value->exponent() > kMostPlaces) {
        return tl::unexpected(complaint("not a decimal number", "不是十进制数", allowed_values(field)));
    }
    if (field.type == ValueType::positive && value->mantissa() <= 0) {
        return tl::unexpected(complaint("must be above 0", "必须大于 0", allowed_values(field)));
    }
    return Value{*value};
}

/// The key of the choice that `text` names.
std::optional<std::string> find_choice(const Field& field, std::string_view text) {
    std::string_view rest = field.choices;
    while (!rest.empty()) {
        std::string_view choice = rest.substr(0, rest.find('|'));
        rest.remove_prefix(std::min(rest.size(), choice.size() + 1));
        const std::string_view key = choice.substr(0, choice.find('='));
        while (!choice.empty()) {
            const std::string_view name = choice.substr(0, choice.find('='));
            choice.remove_prefix(std::min(choice.size(), name.size() + 1));
            if (name == text) return std::string(key);
        }
    }
    return std::nullopt;
}

Parsed<Value> parse_choice(const Field& field, std::string_view text) {
    if (auto key = find_choice(field, text)) return Value{std::move(*key)};
    return tl::unexpected(complaint("not one of the choices", "不在可选范围内", allowed_values(field)));
}

Parsed<Value> parse_choices(const Field& field, std::string_view text) {
    std::vector<std::string> keys;
    for (const std::string_view part : list_parts(text)) {
        auto key = find_choice(field, part);
        if (!key) {
            return tl::unexpected(Complaint{trf("'{}' is not one of the choices", "“{}”不在可选范围内", part),
                                            allowed_values(field)});
        }
        if (std::ranges::find(keys, *key) == keys.end()) keys.push_back(std::move(*key));
    }
    return Value{std::move(keys)};
}

/// Digits alone are minutes.
Parsed<std::int64_t> parse_minutes(std::string_view text) {
    const bool bare = std::ranges::all_of(text, is_digit);
    return parse_duration(bare ? std::string(text) + "m" : std::string(text));
}

/// Which instant it is depends on the site's offset.
Parsed<Value> parse_moment(const Field& field, std::string_view text) {
    if (auto key = find_choice(field, text)) return Value{std::move(*key)};
    if (moment_from(text, PeriodEnd::begin, std::chrono::minutes{0})) return Value{std::string(text)};
    return tl::unexpected(complaint("not a time", "不是时间", allowed_values(field)));
}

/// year, month, day of "2026-03-02" or "2026/3/2" (a time 0:00 behind it is dropped: spreadsheets append it).
Parsed<Value> parse_date(const Field& field, std::string_view text) {
    const auto bad = [&] {
        return tl::unexpected(complaint("not a date", "不是日期", allowed_values(field)));
    };
    for (const std::string_view midnight : {" 00:00:00", " 0:00:00", " 0:00", " 00:00"}) {
        if (text.ends_with(midnight)) text.remove_suffix(midnight.size());
    }
    std::array<int, 3> parts{};
    const char separator = text.find('/') == std::string_view::npos ? '-' : '/';
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), parts[i]);
        if (error != std::errc{} || parts[i] < 0) return bad();
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        if (i + 1 < parts.size()) {
            if (!text.starts_with(separator)) return bad();
            text.remove_prefix(1);
        }
    }
    if (!text.empty() || parts[0] < 1950 || parts[0] > 2200) return bad();
    const std::chrono::year_month_day date{std::chrono::year{parts[0]},
                                           std::chrono::month{static_cast<unsigned>(parts[1])},
                                           std::chrono::day{static_cast<unsigned>(parts[2])}};
    if (parts[1] > 12 || parts[2] > 31 || !date.ok()) return bad();
    return Value{fmt::format("{:04}-{:02}-{:02}", parts[0], parts[1], parts[2])};
}

Parsed<Value> parse_utc_offset(const Field& field, std::string_view text) {
    const bool shaped = text.size() == 6 && (text[0] == '+' || text[0] == '-') && text[3] == ':' &&
                        is_digit(text[1]) && is_digit(text[2]) && is_digit(text[4]) && is_digit(text[5]);
    const auto minutes = [&] {
        const int size = ((text[1] - '0') * 10 + text[2] - '0') * 60 + (text[4] - '0') * 10 + text[5] - '0';
        return text[0] == '-' ? -size : size;
    };
    constexpr int kLeast = -12 * 60;
    constexpr int kMost = 14 * 60;
    if (!shaped || text[4] > '5' || minutes() < kLeast || minutes() > kMost) {
        return tl::unexpected(complaint("not an offset from UTC", "不是时区偏移", allowed_values(field)));
    }
    return Value{std::int64_t{minutes()}};
}

bool is_model_id(std::string_view text) {
    std::string without_hyphens(text);
    std::ranges::replace(without_hyphens, '-', '_');
    return is_valid_id(without_hyphens) && !text.starts_with('-');
}

std::string choice_names(std::string_view choices) {
    std::string names;
    for (std::size_t i = 0; i < choices.size(); ++i) {
        if (choices[i] == '|')
            names += ", ";
        else if (choices[i] == '=')
            names += '/';
        else
            names += choices[i];
    }
    return names;
}

std::string range(const Limits& limits, std::string (*print)(std::int64_t)) {
    return print(limits.least) + " … " + print(limits.most);
}

/// Without spaces, and with 3 for what people write for it.
std::string plain_unit(std::string_view unit) {
    std::string plain(unit);
    for (const auto& [from, to] :
         {std::pair<std::string_view, std::string_view>{" ", ""}, {"³", "3"}, {"㎥", "m3"}, {"^3", "3"}}) {
        for (auto at = plain.find(from); at != std::string::npos; at = plain.find(from))
            plain.replace(at, from.size(), to);
    }
    return plain;
}

}  // namespace

bool is_same_unit(std::string_view a, std::string_view b) {
    return plain_unit(a) == plain_unit(b);
}

std::string_view trimmed(std::string_view text) {
    constexpr std::array<std::string_view, 6> kSpaces{" ", "\t", "\r", "\n", "\u3000", "\u00A0"};
    const auto strip = [&] {
        for (const auto space : kSpaces) {
            if (text.starts_with(space)) return text.remove_prefix(space.size()), true;
            if (text.ends_with(space)) return text.remove_suffix(space.size()), true;
        }
        return false;
    };
    while (!text.empty() && strip()) {
    }
    return text;
}

std::vector<std::string_view> list_parts(std::string_view text) {
    constexpr std::array<std::string_view, 10> kBetween{" ",      "\t", ",",  ";",  "\n",
                                                        "\u3000", "，", "；", "、", "/"};
    std::vector<std::string_view> parts;
    std::size_t begin = 0;
    for (std::size_t at = 0; at < text.size();) {
        const auto sign = std::ranges::find_if(
            kBetween, [&](std::string_view between) { return text.substr(at).starts_with(between); });
        if (sign == kBetween.end()) {
            ++at;
            continue;
        }
        if (at > begin) parts.push_back(text.substr(begin, at - begin));
        at += sign->size();
        begin = at;
    }
    if (begin < text.size()) parts.push_back(text.substr(begin));
    return parts;
}

Parsed<std::int64_t> parse_duration(std::string_view text) {
    if (text == "0") return 0;
    if (const auto sum = sum_of_units(text, kDurations)) return *sum;
    const bool bare = std::ranges::all_of(text, is_digit);
    return tl::unexpected(bare ? complaint("the unit is missing", "缺少单位", duration_examples())
                               : complaint("not a duration", "不是时长", duration_examples()));
}

Parsed<std::int64_t> parse_size(std::string_view text) {
    if (const auto sum = sum_of_units(text, kSizes)) return *sum;
    return tl::unexpected(complaint("not a size with its unit", "不是带单位的容量",
                                    std::string(tr("such as 512B, 64KiB, 16MiB", "如 512B、64KiB、16MiB"))));
}

Parsed<std::uint64_t> parse_unsigned(std::string_view text) {
    const bool hexadecimal = text.starts_with("0x") || text.starts_with("0X");
    const std::string_view digits = hexadecimal ? text.substr(2) : text;
    std::uint64_t value = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value, hexadecimal ? 16 : 10);
    if (error != std::errc{} || end != digits.data() + digits.size()) {
        return tl::unexpected(complaint("not a number", "不是数", "0x000A, 10"));
    }
    return value;
}

std::string print_duration(std::int64_t amount) {
    return print_in(amount, kDurations);
}
std::string print_size(std::int64_t bytes) {
    return print_in(bytes, kSizes);
}

Parsed<Decimal> exact_ratio(const Decimal& a, const Decimal& b) {
    constexpr int kMostPlaces = 12;
    const auto bad = [] {
        return tl::unexpected(complaint("the ratio does not come out even", "变比除不尽",
                                        std::string(tr("at most 12 decimals", "不超过 12 位小数"))));
    };
    if (b.mantissa() == 0) return bad();
    Int128 rest = a.mantissa();
    Int128 divisor = b.mantissa();
    // Both mantissas to one exponent, then long division digit by digit until nothing is left.
    for (int shift = a.exponent() - b.exponent(); shift != 0; shift += shift > 0 ? -1 : 1) {
        Int128& larger = shift > 0 ? rest : divisor;
        if (__builtin_mul_overflow(larger, static_cast<Int128>(10), &larger)) return bad();
    }
    Int128 quotient = rest / divisor;
    rest %= divisor;
    int places = 0;
    while (rest != 0) {
        if (++places > kMostPlaces || __builtin_mul_overflow(rest, static_cast<Int128>(10), &rest) ||
            __builtin_mul_overflow(quotient, static_cast<Int128>(10), &quotient)) {
            return bad();
        }
        quotient += rest / divisor;
        rest %= divisor;
    }
    return Decimal{quotient, -places};
}

std::string allowed_values(const Field& field) {
    switch (field.type) {
        case ValueType::id:
            return std::string(tr("1 to 64 of a-z 0-9 _", "1 到 64 个 a-z 0-9 _"));
        case ValueType::model_id:
            return std::string(tr("1 to 64 of a-z 0-9 - _", "1 到 64 个 a-z 0-9 - _"));
        case ValueType::prose:
        case ValueType::code:
            return {};
        case ValueType::integer:
            return range(field.limits, [](std::int64_t n) { return std::to_string(n); });
        case ValueType::decimal:
            return std::string(tr("a decimal such as 0.01", "十进制数，如 0.01"));
        case ValueType::positive:
            return std::string(
                tr("a decimal above 0, such as 1000 or 0.5", "大于 0 的十进制数，如 1000、0.5"));
        case ValueType::duration:
            return range(field.limits, print_duration);
        case ValueType::size:
            return range(field.limits, print_size);
        case ValueType::choice:
            return choice_names(field.choices);
        case ValueType::choices:
            return choice_names(field.choices);
        case ValueType::minutes:
            return range(field.limits, print_duration);
        case ValueType::boolean:
            return "true, false";
        case ValueType::date:
            return std::string(tr("2026-03-02 or 2026/3/2", "2026-03-02 或 2026/3/2"));
        case ValueType::moment:
            return choice_names(field.choices) + ", 2026-11-01, \"2026-11-01 08:30\"";
        case ValueType::utc_offset:
            return "-12:00 … +14:00";
        case ValueType::bilingual:
            return "\"…\", { zh = \"…\", en = \"…\" }";
        case ValueType::hex_marks:
            return "[ \"0xFFFF\", … ]";
        case ValueType::code_list:
            return "\"…\", [ \"…\", … ]";
        case ValueType::ids:
            return "[ \"…\", … ]";
    }
    return {};
}

Parsed<Value> parse_value(const Field& field, std::string_view text) {
    switch (field.type) {
        case ValueType::id:
            if (is_valid_id(text)) return Value{std::string(text)};
            return tl::unexpected(complaint("not a valid id", "编号不合规则", allowed_values(field)));
        case ValueType::model_id:
            if (is_model_id(text)) return Value{std::string(text)};
            return tl::unexpected(complaint("not a valid model id", "模板名不合规则", allowed_values(field)));
        case ValueType::integer:
            return parse_integer(field, text);
        case ValueType::decimal:
        case ValueType::positive:
            return parse_decimal(field, text);
        case ValueType::duration:
            return within(field, parse_duration(text));
        case ValueType::size:
            return within(field, parse_size(text));
        case ValueType::choice:
            return parse_choice(field, text);
        case ValueType::choices:
            return parse_choices(field, text);
        case ValueType::minutes:
            return within(field, parse_minutes(text));
        case ValueType::date:
            return parse_date(field, text);
        case ValueType::moment:
            return parse_moment(field, text);
        case ValueType::utc_offset:
            return parse_utc_offset(field, text);
        case ValueType::prose:
        case ValueType::code:
        case ValueType::boolean:
        case ValueType::bilingual:
        case ValueType::hex_marks:
        case ValueType::code_list:
        case ValueType::ids:
            return Value{std::string(text)};
    }
    return Value{std::string(text)};
}

}  // namespace mg
