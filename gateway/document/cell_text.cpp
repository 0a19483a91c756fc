#include "gateway/document/cell_text.h"

#include <algorithm>
#include <type_traits>

#include <fmt/format.h>

#include "gateway/base/language.h"

namespace mg {
namespace {

constexpr std::string_view kUnknown = "–";

std::string day_text(UtcTime midnight, std::chrono::minutes utc_offset) {
    const auto day = std::chrono::floor<std::chrono::days>(midnight + utc_offset);
    const std::chrono::year_month_day date{day};
    return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

bool all_digits(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// mantissa / 10^digits, half-even.
Int128 divided(Int128 mantissa, int digits) {
    for (; digits > 38; --digits) mantissa /= 10;
    if (digits <= 0) return mantissa;
    Int128 divisor = 1;
    for (int i = 0; i < digits; ++i) divisor *= 10;
    const bool negative = mantissa < 0;
    const Int128 size = negative ? -mantissa : mantissa;
    Int128 whole = size / divisor;
    const Int128 rest = size % divisor;
    const Int128 to_next = divisor - rest;
    if (rest > to_next || (rest == to_next && whole % 2 != 0)) ++whole;
    return negative ? -whole : whole;
}

bool is_wide(char32_t c) {
    return (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) || (c >= 0xAC00 && c <= 0xD7A3) ||
           (c >= 0xF900 && c <= 0xFAFF) || (c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF60) ||
           (c >= 0xFFE0 && c <= 0xFFE6) || (c >= 0x20000 && c <= 0x3FFFD);
}

}  // namespace

Decimal percent_of(const ShareCell& share) {
    const Decimal percent = share.share.shifted(2);
    const int surplus = -share.decimals - percent.exponent();
    if (surplus <= 0) {
        // Fewer digits than wanted: zeros are added by exact addition.
        const auto longer = percent.plus(Decimal{0, -share.decimals});
        return longer ? *longer : percent;
    }
    return {divided(percent.mantissa(), surplus), -share.decimals};
}

std::string grouped_digits(std::string_view number) {
    const std::size_t sign = number.starts_with('-') ? 1 : 0;
    const std::size_t point = std::min(number.find('.'), number.size());
    const std::string_view whole = number.substr(sign, point - sign);
    if (!all_digits(whole)) return std::string(number);
    std::string grouped{number.substr(0, sign)};
    for (std::size_t i = 0; i < whole.size(); ++i) {
        if (i > 0 && (whole.size() - i) % 3 == 0) grouped += ',';
        grouped += whole[i];
    }
    return grouped + std::string(number.substr(point));
}

std::string cell_text(const Cell& cell, std::chrono::minutes utc_offset, Digits digits) {
    return std::visit(
        [&](const auto& value) -> std::string {
            using Value = std::decay_t<decltype(value)>;
            if constexpr (std::is_same_v<Value, std::monostate>) {
                return std::string(kUnknown);
            } else if constexpr (std::is_same_v<Value, std::string>) {
                return value;
            } else if constexpr (std::is_same_v<Value, Decimal>) {
                const std::string text = value.to_string();
                return digits == Digits::grouped ? grouped_digits(text) : text;
            } else if constexpr (std::is_same_v<Value, ShareCell>) {
                return percent_of(value).to_string() + (digits == Digits::grouped ? " %" : "%");
            } else {
                return day_text(value.midnight, utc_offset);
            }
        },
        cell.value);
}

std::string_view mark_of(Tone tone) {
    switch (tone) {
        case Tone::plain:
            return {};
        case Tone::good:
            return "√";
        case Tone::warning:
            return "△";
        case Tone::bad:
            return "▲";
    }
    return {};
}

std::string_view label(Tone tone) {
    switch (tone) {
        case Tone::plain:
            return {};
        case Tone::good:
            return tr("fine", "正常");
        case Tone::warning:
            return tr("to be looked at", "需关注");
        case Tone::bad:
            return tr("out of order", "异常");
    }
    return {};
}

std::size_t columns_of(std::string_view text) {
    std::size_t columns = 0;
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        char32_t code = length == 1 ? lead : lead & (0xFFU >> (length + 1));
        for (std::size_t k = 1; k < length && i + k < text.size(); ++k)
            code = (code << 6U) | (static_cast<unsigned char>(text[i + k]) & 0x3FU);
        columns += is_wide(code) ? 2 : 1;
        i += length;
    }
    return columns;
}

}  // namespace mg
