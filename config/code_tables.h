#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mg {

/// How sure it is that a number means this (可信度).
enum class Certainty : std::uint8_t {
    platform,     ///< 平台下发: from the base data of a platform
    standard,     ///< 标准原文: read in the text of a standard
    in_use,       ///< 在用系统所见: seen in systems that report to a platform
    unconfirmed,  ///< 待核对: remembered or assumed; ask the platform
};

/// One entry of a pick-list.
struct CodeEntry {
    std::string code;  ///< all digits, leading zeros too; empty: the name is known, its number is not
    std::string name_zh;
    std::string name_en;
    /// What the entry is one of: the class 01 … 10 of an energy, the industry of a process. Empty: of all.
    std::string group;
    std::string unit;             ///< in which platforms count it; empty: not known
    std::optional<int> decimals;  ///< 0 … 9, to which they count it; none: not known
    Certainty certainty{Certainty::unconfirmed};
    std::string source;
};

/// The pick-lists from which data-item codes are made and read. No official one is public as a whole: they
/// hold what was seen, say how sure it is, and each can be replaced by a file of the site or a platform's
/// base data.
struct CodeTables {
    std::vector<CodeEntry> energy_classes;    ///< CC, 2 digits
    std::vector<CodeEntry> energy_types;      ///< EEEE, 4 digits; the group is the class
    std::vector<CodeEntry> processes;         ///< PP, 2 digits; the group is the industry
    std::vector<CodeEntry> uses;              ///< XX, 2 digits
    std::vector<CodeEntry> equipment_types;   ///< TT, 2 digits
    std::vector<CodeEntry> instrument_types;  ///< of the ledger, 8 digits
};

/// The entry with this code and, where one is given, of this group or of all; nullptr when there is none.
const CodeEntry* find_code(const std::vector<CodeEntry>& table, std::string_view code,
                           std::string_view group = {});
/// Whether people mean this entry by `word`: its name in either language, also without what stands in
/// brackets.
bool is_called(const CodeEntry& entry, std::string_view word);
/// The same of any name.
bool is_same_name(std::string_view name, std::string_view word);

/// "energy_types": the pick-lists, by the names of their files in codes/.
std::span<const std::string_view> code_table_names();
/// One of them; nullptr when there is none of that name.
std::vector<CodeEntry>* code_table(CodeTables& codes, std::string_view name);
/// How many digits its codes have; 0 when there is none of that name.
std::size_t code_digits(std::string_view name);

/// Those that are built into the program.
const CodeTables& shipped_codes();

}  // namespace mg
