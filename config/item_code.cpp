#include "config/item_code.h"

#include <algorithm>
#include <array>

#include "gateway/base/language.h"

namespace mg {
namespace {

constexpr std::size_t kDigits = 16;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_number(std::string_view text) {
    return std::ranges::all_of(text, is_digit);
}

/// Of digits only, at most four.
std::uint16_t number_of(std::string_view digits) {
    unsigned value = 0;
    for (const char c : digits) value = value * 10 + static_cast<unsigned>(c - '0');
    return static_cast<std::uint16_t>(value);
}

std::uint8_t two_digits(std::string_view digits) {
    return static_cast<std::uint8_t>(number_of(digits.substr(0, 2)));
}

ItemCode code_of(std::string_view digits) {
    return {.process = two_digits(digits),
            .process_unit = two_digits(digits.substr(2)),
            .equipment_type = two_digits(digits.substr(4)),
            .equipment_no = two_digits(digits.substr(6)),
            .energy_class = two_digits(digits.substr(8)),
            .energy_type = number_of(digits.substr(10, 4)),
            .use = two_digits(digits.substr(14))};
}

tl::unexpected<Error> wrong(std::string what) {
    return fail(Failure::invalid_config, std::move(what));
}

Result<ItemCode> with_class(const ItemCode& code) {
    if (code.energy_class != 0) return code;
    return wrong(std::string(
        tr("class 00 (positions 9 and 10) is no class of data", "第 9、10 位的数据类型不能是 00")));
}

}  // namespace

std::string ItemCode::hyphenated() const {
    return fmt::format("{:02}-{:02}-{:02}{:02}-{:02}{:04}-{:02}", process, process_unit, equipment_type,
                       equipment_no, energy_class, energy_type, use);
}

std::string ItemCode::digits() const {
    return fmt::format("{:02}{:02}{:02}{:02}{:02}{:04}{:02}", process, process_unit, equipment_type,
                       equipment_no, energy_class, energy_type, use);
}

CodeScope ItemCode::scope() const {
    if (equipment_type != 0 || equipment_no != 0) return CodeScope::equipment;
    if (process_unit != 0) return CodeScope::process_unit;
    return process != 0 ? CodeScope::process : CodeScope::enterprise;
}

bool ItemCode::fits(CodeScope wanted) const {
    return scope() <= wanted;
}

Result<ItemCode> parse_item_code(std::string_view text) {
    std::string digits;
    for (const char c : text) {
        if (c == '-' || c == ' ') continue;
        if (!is_digit(c)) {
            return wrong(std::string(
                tr("not a data-item code: only digits and hyphens", "不是采集数据编码：只能有数字和连字符")));
        }
        digits += c;
        if (digits.size() > kDigits) break;
    }
    if (digits.size() == kDigits) return with_class(code_of(digits));
    if (digits.size() > kDigits) {
        return wrong(std::string(
            tr("a data-item code has 16 digits, this has more", "采集数据编码为 16 位数字，这里多了")));
    }
    if (digits.size() == text.size() && !text.empty()) {
        return wrong(trf("a data-item code has 16 digits, this has {}: spreadsheets drop leading zeros",
                         "采集数据编码为 16 位数字，这里只有 {} 位：表格软件会吃掉前导零", digits.size()));
    }
    return wrong(trf("a data-item code has 16 digits, this has {}",
                     "采集数据编码为 16 位数字，这里只有 {} 位", digits.size()));
}

Result<ItemCode> build_item_code(const ItemCodeParts& parts) {
    struct Part {
        std::string_view text;
        std::size_t size;
        std::string_view en;
        std::string_view zh;
    };
    const std::array wanted{Part{parts.process, 2, "process", "生产工序"},
                            Part{parts.process_unit, 2, "process unit", "工序单元"},
                            Part{parts.equipment, 4, "equipment", "重点设备"},
                            Part{parts.energy_class, 2, "class", "数据类型"},
                            Part{parts.energy_type, 4, "energy", "能源品种"},
                            Part{parts.use, 2, "use", "用途"}};
    std::string digits;
    for (const Part& part : wanted) {
        if (part.text.size() != part.size || !is_number(part.text)) {
            return wrong(trf("{} has {} digits in a data-item code; found '{}'",
                             "采集数据编码中{}为 {} 位数字；实际“{}”", tr(part.en, part.zh), part.size,
                             part.text));
        }
        digits += part.text;
    }
    return with_class(code_of(digits));
}

}  // namespace mg
