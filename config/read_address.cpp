#include <algorithm>

#include "config/loaders.h"
#include "gateway/base/language.h"

namespace mg {
namespace {

bool all_digits(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// Why a number of digits may be missing or wrong.
std::string likely_cause(std::string_view digits, std::size_t wanted, bool had_separators) {
    if (!all_digits(digits) || had_separators) return {};
    constexpr std::size_t kDigitsKept = 15;
    if (digits.size() < wanted) {
        return std::string(
            tr("; a spreadsheet drops leading zeros: write it with hyphens, such as 0000-2026-0001",
               "；表格软件会吃掉前导零：写成带连字符的形式，如 0000-2026-0001"));
    }
    if (digits.size() > kDigitsKept) {
        return std::string(tr("; a spreadsheet keeps 15 digits: write it with hyphens",
                              "；表格软件只保留 15 位：写成带连字符的形式"));
    }
    return {};
}

std::string read_modbus(std::string_view digits, const Record& record, const LineOptions& line,
                        Reporter& report) {
    constexpr std::uint64_t kMostUnit = 247;
    constexpr std::uint64_t kDeviceItself = 255;
    const auto unit = parse_unsigned(digits);
    // On a serial wire 0 is the broadcast address: nobody answers.
    const bool zero_answers = line.kind == LineKind::modbus_tcp;
    const bool valid = all_digits(digits) && unit && (*unit <= kMostUnit || *unit == kDeviceItself) &&
                       (*unit != 0 || zero_answers);
    if (valid) return std::to_string(*unit);
    report.error(record.place_of("address"), "address",
                 {std::string(tr("not a Modbus unit", "不是 Modbus 站号")),
                  zero_answers ? "0 … 247, 255" : "1 … 247, 255"},
                 record.text("address"));
    return {};
}

}  // namespace

std::string read_address(const Record& record, const LineOptions& line, Protocol protocol, Reporter& report) {
    std::string digits(record.text("address"));
    const std::size_t written = digits.size();
    std::erase_if(digits, [](char c) { return c == '-' || c == ' '; });
    if (protocol == Protocol::modbus) return read_modbus(digits, record, line, report);
    constexpr std::size_t kDlt645Digits = 12;
    constexpr std::size_t kCjt188Digits = 14;
    const std::size_t wanted = protocol == Protocol::cjt188 ? kCjt188Digits : kDlt645Digits;
    if (digits.size() == wanted && all_digits(digits)) return digits;
    const std::string what =
        all_digits(digits)
            ? trf("not {} digits but {}{}", "应为 {} 位数字，实为 {} 位{}", wanted, digits.size(),
                  likely_cause(digits, wanted, digits.size() != written))
            : std::string(tr("an address of this protocol has digits only", "该协议的地址只含数字"));
    report.error(record.place_of("address"), "address",
                 {what, trf("{} digits, hyphens are ignored", "{} 位数字，连字符不计", wanted)},
                 record.text("address"));
    return {};
}

}  // namespace mg
