#include "config/code_tables.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "config/loaders.h"
#include "config/shipped_files.h"
#include "config/values.h"
#include "gateway/base/check.h"
#include "gateway/base/language.h"

namespace mg {
namespace {

constexpr std::size_t kMostCodes = 10'000;
constexpr std::string_view kEnding = ".csv";

struct TableFile {
    std::string_view name;  ///< "uses.csv"
    std::vector<CodeEntry> CodeTables::* table;
    std::size_t digits;
    std::size_t group_digits;  ///< 0: the group is no number
};
constexpr std::array kFiles{
    TableFile{"energy_classes.csv", &CodeTables::energy_classes, 2, 0},
    TableFile{"energy_types.csv", &CodeTables::energy_types, 4, 2},
    TableFile{"processes.csv", &CodeTables::processes, 2, 0},
    TableFile{"uses.csv", &CodeTables::uses, 2, 0},
    TableFile{"equipment_types.csv", &CodeTables::equipment_types, 2, 0},
    TableFile{"instrument_types.csv", &CodeTables::instrument_types, 8, 0},
};

bool is_number(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// Spreadsheets drop leading zeros; the number of digits is known, so nothing is guessed by putting them
/// back.
std::string with_zeros(std::string_view digits, std::size_t wanted) {
    std::string text(digits);
    if (text.size() < wanted) text.insert(0, wanted - text.size(), '0');
    return text;
}

CodeEntry read_entry(const Record& record, const TableReader& rows, const TableFile& file, Reporter& report) {
    CodeEntry entry;
    const std::string code = record.get_or<std::string>("code", {});
    if (!code.empty()) entry.code = with_zeros(code, file.digits);
    if (!code.empty() && (!is_number(code) || entry.code.size() != file.digits)) {
        report.error(rows.place_of(record, "code"), "code",
                     {trf("codes of this table have {} digits", "此表的编码为 {} 位数字", file.digits), {}},
                     code);
    }
    entry.name_zh = record.text("name_zh");
    entry.name_en = record.text("name_en");
    if (entry.name_en.empty()) entry.name_en = entry.name_zh;
    entry.group = record.text("class");
    if (file.group_digits > 0 && is_number(entry.group))
        entry.group = with_zeros(entry.group, file.group_digits);
    entry.unit = record.text("unit");
    if (const auto* decimals = record.get<std::int64_t>("decimals"))
        entry.decimals = static_cast<int>(*decimals);
    entry.certainty = certainty_of(record);
    entry.source = record.text("source");
    return entry;
}

std::vector<CodeEntry> read_entries(const TableFile& file, std::string_view text, Reporter& report) {
    TableReader rows{FieldSection::code, text, kMostCodes, report};
    std::vector<CodeEntry> entries;
    std::set<std::pair<std::string, std::string>> known;
    while (const auto record = rows.next()) {
        CodeEntry entry = read_entry(*record, rows, file, report);
        if (!entry.code.empty() && !known.emplace(entry.code, entry.group).second) {
            report.error(rows.place_of(*record, "code"), "code",
                         {std::string(tr("the code is there twice", "编码重复")), {}}, entry.code);
        }
        entries.push_back(std::move(entry));
    }
    return entries;
}

CodeTables parse_shipped_codes() {
    CodeTables codes;
    for (const auto& [name, text] : shipped_code_files()) {
        std::vector<Problem> problems;
        Reporter report{std::string(name), problems};
        const bool known = load_codes(name, text, codes, report);
        MG_CHECK(known && problems.empty());  // a test loads every shipped file
    }
    return codes;
}

std::string without_spaces(std::string_view text) {
    std::string bare;
    for (const char c : text) {
        if (c != ' ') bare += c;
    }
    return bare;
}

std::string_view before_bracket(std::string_view text) {
    for (const std::string_view bracket : {"(", "（"}) text = text.substr(0, text.find(bracket));
    return trimmed(text);
}

}  // namespace

Certainty certainty_of(const Record& record) {
    const std::string key = record.get_or<std::string>("certainty", "unconfirmed");
    if (key == "platform") return Certainty::platform;
    if (key == "standard") return Certainty::standard;
    return key == "in_use" ? Certainty::in_use : Certainty::unconfirmed;
}

bool load_codes(std::string_view file_name, std::string_view text, CodeTables& codes, Reporter& report) {
    const auto file = std::ranges::find(kFiles, file_name, &TableFile::name);
    if (file == kFiles.end()) return false;
    codes.*(file->table) = read_entries(*file, text, report);
    return true;
}

std::vector<std::string> code_file_names() {
    std::vector<std::string> names;
    for (const TableFile& file : kFiles) names.emplace_back(file.name);
    return names;
}

std::span<const std::string_view> code_table_names() {
    static const auto names = [] {
        std::array<std::string_view, kFiles.size()> all;
        std::ranges::transform(kFiles, all.begin(), [](const TableFile& file) {
            return file.name.substr(0, file.name.size() - kEnding.size());
        });
        return all;
    }();
    return names;
}

std::vector<CodeEntry>* code_table(CodeTables& codes, std::string_view name) {
    const auto* file = std::ranges::find(kFiles, std::string(name).append(kEnding), &TableFile::name);
    return file == kFiles.end() ? nullptr : &(codes.*(file->table));
}

std::size_t code_digits(std::string_view name) {
    const auto* file = std::ranges::find(kFiles, std::string(name).append(kEnding), &TableFile::name);
    return file == kFiles.end() ? 0 : file->digits;
}

const CodeEntry* find_code(const std::vector<CodeEntry>& table, std::string_view code,
                           std::string_view group) {
    const auto found = std::ranges::find_if(table, [&](const CodeEntry& entry) {
        return entry.code == code && (group.empty() || entry.group.empty() || entry.group == group);
    });
    return found == table.end() ? nullptr : &*found;
}

bool is_same_name(std::string_view name, std::string_view word) {
    return without_spaces(name) == without_spaces(word) || before_bracket(name) == word;
}

bool is_called(const CodeEntry& entry, std::string_view word) {
    return is_same_name(entry.name_zh, word) || is_same_name(entry.name_en, word);
}

const CodeTables& shipped_codes() {
    static const CodeTables codes = parse_shipped_codes();
    return codes;
}

}  // namespace mg
