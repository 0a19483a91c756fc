#include "config/spreadsheet.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

#include "gateway/base/language.h"

namespace mg {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::size_t count_digits(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::find_if_not(text, is_digit) - text.begin());
}

/// Takes 1 to `most` digits off the front; false when there are none or more.
bool take_number(std::string_view& text, std::size_t most) {
    const auto digits = count_digits(text);
    if (digits == 0 || digits > most) return false;
    text.remove_prefix(digits);
    return true;
}

bool take(std::string_view& text, std::string_view what) {
    if (!text.starts_with(what)) return false;
    text.remove_prefix(what.size());
    return true;
}

bool is_formula_error(std::string_view cell) {
    constexpr std::array<std::string_view, 8> kErrors{"#REF!",   "#NAME?", "#VALUE!", "#N/A",
                                                      "#DIV/0!", "#NUM!",  "#NULL!",  "#SPILL!"};
    const bool only_hashes = cell.size() >= 3 && std::ranges::all_of(cell, [](char c) { return c == '#'; });
    return only_hashes || std::ranges::find(kErrors, cell) != kErrors.end();
}

/// "8.00E+01", "1.2E+11": always a capital E and a sign, which nobody types.
bool is_scientific(std::string_view cell) {
    take(cell, "-");
    if (!take_number(cell, 16)) return false;
    if (take(cell, ".") && !take_number(cell, 16)) return false;
    if (!take(cell, "E+") && !take(cell, "E-")) return false;
    return take_number(cell, 3) && cell.empty();
}

bool is_month_name(std::string_view text) {
    constexpr std::array<std::string_view, 12> kMonths{"jan", "feb", "mar", "apr", "may", "jun",
                                                       "jul", "aug", "sep", "oct", "nov", "dec"};
    std::string lower;
    for (const char c : text) lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return std::ranges::find(kMonths, lower) != kMonths.end();
}

/// "5-Oct", "Oct-26".
bool is_english_day(std::string_view cell) {
    const auto hyphen = cell.find('-');
    if (hyphen == std::string_view::npos) return false;
    const auto left = cell.substr(0, hyphen);
    const auto right = cell.substr(hyphen + 1);
    const auto is_number = [](std::string_view text) { return take_number(text, 4) && text.empty(); };
    return (is_number(left) && is_month_name(right)) || (is_month_name(left) && is_number(right));
}

/// "10月5日", "2026年10月5日", "2026年10月".
bool is_chinese_day(std::string_view cell) {
    const bool with_year = count_digits(cell) == 4;
    if (with_year && (!take_number(cell, 4) || !take(cell, "年"))) return false;
    if (!take_number(cell, 2) || !take(cell, "月")) return false;
    if (with_year && cell.empty()) return true;
    return take_number(cell, 2) && take(cell, "日") && cell.empty();
}

/// "2026/10/5".
bool is_slashed_day(std::string_view cell) {
    return count_digits(cell) == 4 && take_number(cell, 4) && take(cell, "/") && take_number(cell, 2) &&
           take(cell, "/") && take_number(cell, 2) && cell.empty();
}

bool has_thousands_separators(std::string_view cell) {
    if (!take_number(cell, 3) || !cell.starts_with(',')) return false;
    while (take(cell, ",")) {
        if (count_digits(cell) != 3) return false;
        cell.remove_prefix(3);
    }
    return cell.empty() || cell.starts_with('.');
}

/// Spreadsheets keep 15 digits of a number and write zeros for the others.
bool is_rounded_number(std::string_view cell) {
    constexpr std::size_t kDigitsKept = 15;
    return cell.size() > kDigitsKept && count_digits(cell) == cell.size() &&
           std::ranges::all_of(cell.substr(kDigitsKept), [](char c) { return c == '0'; });
}

bool is_number_field(ValueType type) {
    return type == ValueType::integer || type == ValueType::decimal || type == ValueType::positive;
}

/// Days of calendars.csv: weekdays, or dates.
bool may_be_a_date(const Field& field) {
    return field.section == FieldSection::calendar && field.key == "days";
}

Damage damage(std::string_view en, std::string_view zh, std::string_view cure_en, std::string_view cure_zh) {
    return {Severity::error, {std::string(tr(en, zh)), std::string(tr(cure_en, cure_zh))}};
}

Damage scientific_damage(const Field& field) {
    if (is_number_field(field.type)) {
        return damage("the spreadsheet shortened this number and lost digits",
                      "表格软件把数写成了科学计数，末位已丢失",
                      "write all digits; widen the column before saving", "写出全部数字；保存前把列拉宽");
    }
    if (field.key == "parity") {
        return damage("the spreadsheet took a text such as 8E1 for a number",
                      "表格软件把 8E1 之类的文字当成了科学计数", "the word: none/无, even/偶, odd/奇",
                      "写文字：无、偶、奇(none, even, odd)");
    }
    return damage("the spreadsheet took this text for a number and lost digits",
                  "表格软件把这串文字当成了数，写成科学计数，末位已丢失",
                  "type it again with hyphens (0000-2026-0001), or format the column as text first",
                  "重新输入并加连字符(0000-2026-0001)，或先把列设为文本格式");
}

}  // namespace

std::optional<Damage> spreadsheet_damage(const Field& field, std::string_view cell) {
    if (is_formula_error(cell)) {
        return damage("the spreadsheet wrote an error or a too narrow column instead of the value",
                      "表格软件写出的是公式错误或列宽不足的记号，不是值",
                      "repair the formula or widen the column, then save again", "修正公式或拉宽列，再保存");
    }
    if (field.type == ValueType::prose) return std::nullopt;
    if (is_scientific(cell)) return scientific_damage(field);
    const bool is_day =
        is_chinese_day(cell) || is_english_day(cell) || (is_slashed_day(cell) && !may_be_a_date(field));
    if (field.type != ValueType::date && is_day && field.section == FieldSection::calendar) {
        return damage("the spreadsheet turned a text such as 7-8 into a date",
                      "表格软件把 7-8 之类的文字变成了日期", "write 7~8, or format the column as text first",
                      "写成 7~8，或先把列设为文本格式");
    }
    if (field.type != ValueType::date && is_day) {
        return damage("the spreadsheet turned a text such as 10/5 into a date",
                      "表格软件把 10/5 之类的文字变成了日期",
                      "write ratios in two columns and ids with letters, or format the column as text first",
                      "变比分两列写，编号带字母，或先把列设为文本格式");
    }
    if (is_number_field(field.type) && has_thousands_separators(cell)) {
        return damage("thousands separators", "数字中有千位分隔符", "digits only, such as 1000",
                      "只写数字，如 1000");
    }
    if (is_rounded_number(cell)) {
        Damage rounded =
            damage("the spreadsheet keeps 15 digits: the zeros at the end may have been others",
                   "表格软件只保留 15 位，末尾的 0 可能原本不是 0",
                   "check it, and write it with hyphens or a letter", "请核对，写成带连字符或字母的形式");
        rounded.severity = Severity::warning;
        return rounded;
    }
    return std::nullopt;
}

}  // namespace mg
