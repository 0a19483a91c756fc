#include "gateway/uplink/json_text.h"

#include <array>
#include <charconv>
#include <limits>
#include <string>

namespace mg::json {
namespace {

constexpr Int128 kMost64 = std::numeric_limits<std::int64_t>::max();

void two_digits(char* at, int value) {
    at[0] = static_cast<char>('0' + value / 10);
    at[1] = static_cast<char>('0' + value % 10);
}

}  // namespace

void integer(Buffer& out, std::int64_t value) {
    std::array<char, 24> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    out.append(digits.data(), end);
}

void string(Buffer& out, std::string_view value) {
    out.push_back('"');
    for (const char c : value) {
        switch (c) {
            case '"':
                text(out, "\\\"");
                break;
            case '\\':
                text(out, "\\\\");
                break;
            case '\n':
                text(out, "\\n");
                break;
            case '\r':
                text(out, "\\r");
                break;
            case '\t':
                text(out, "\\t");
                break;
            default:
                if (static_cast<unsigned char>(c) < 0x20) {
                    fmt::format_to(fmt::appender(out), "\\u{:04x}", static_cast<unsigned>(c));
                } else {
                    out.push_back(c);
                }
        }
    }
    out.push_back('"');
}

void decimal(Buffer& out, const Decimal& value) {
    const Int128 mantissa = value.mantissa();
    const int exponent = value.exponent();
    // Nearly every reading fits here; 128-bit division in to_string() is ten times slower.
    if (exponent <= 0 && exponent >= -18 && mantissa <= kMost64 && mantissa >= -kMost64) {
        auto rest = static_cast<std::int64_t>(mantissa);
        if (rest < 0) {
            out.push_back('-');
            rest = -rest;
        }
        std::array<char, 24> digits{};
        const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), rest).ptr;
        const auto count = static_cast<int>(end - digits.data());
        const int whole = count + exponent;
        if (exponent == 0) {
            out.append(digits.data(), end);
        } else if (whole > 0) {
            out.append(digits.data(), digits.data() + whole);
            out.push_back('.');
            out.append(digits.data() + whole, end);
        } else {
            text(out, "0.");
            for (int i = whole; i < 0; ++i) out.push_back('0');
            out.append(digits.data(), end);
        }
        return;
    }
    text(out, value.to_string());
}

void time(Buffer& out, UtcTime value, std::chrono::minutes utc_offset, bool always_millis) {
    const auto local = value + utc_offset;
    const auto day = std::chrono::floor<std::chrono::days>(local);
    const std::chrono::year_month_day date{day};
    auto of_day = static_cast<int>((local - day).count());
    const int millis = of_day % 1000;
    of_day /= 1000;
    std::array<char, 36> made{};
    char* at = made.data();
    *at++ = '"';
    const int year = static_cast<int>(date.year());
    two_digits(at, year / 100);
    two_digits(at + 2, year % 100);
    at[4] = '-';
    two_digits(at + 5, static_cast<int>(static_cast<unsigned>(date.month())));
    at[7] = '-';
    two_digits(at + 8, static_cast<int>(static_cast<unsigned>(date.day())));
    at[10] = 'T';
    two_digits(at + 11, of_day / 3600);
    at[13] = ':';
    two_digits(at + 14, of_day / 60 % 60);
    at[16] = ':';
    two_digits(at + 17, of_day % 60);
    at += 19;
    if (millis != 0 || always_millis) {
        at[0] = '.';
        at[1] = static_cast<char>('0' + millis / 100);
        two_digits(at + 2, millis % 100);
        at += 4;
    }
    const auto offset = static_cast<int>(utc_offset.count());
    const int size = offset < 0 ? -offset : offset;
    *at++ = offset < 0 ? '-' : '+';
    two_digits(at, size / 60);
    at[2] = ':';
    two_digits(at + 3, size % 60);
    at[5] = '"';
    out.append(made.data(), at + 6);
}

}  // namespace mg::json
