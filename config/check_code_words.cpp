#include <algorithm>

#include "config/load.h"
#include "config/loaders.h"
#include "gateway/base/language.h"

namespace mg {
namespace {

std::string_view name_of(const CodeEntry& entry) {
    return tr(entry.name_en, entry.name_zh);
}

/// Classes 05 … 07 are the coal factors of what the classes 01 … 03 are; their numbers are the same.
int class_of_what_is_meant(int energy_class) {
    return energy_class >= 5 && energy_class <= 7 ? energy_class - 4 : energy_class;
}

const CodeEntry* entry_called(const std::vector<CodeEntry>& table, std::string_view word) {
    const auto found = std::ranges::find_if(
        table, [&](const CodeEntry& entry) { return !entry.code.empty() && is_called(entry, word); });
    return found == table.end() ? nullptr : &*found;
}

/// Checks the words of one item against one code of it.
class CodeWords {
public:
    CodeWords(const Options& options, const ItemOptions& item, const ItemCode& code, Reporter& report)
        : tables_{options.codes}, plant_{options.plant}, item_{item}, code_{code}, report_{report} {}

    void check() {
        check_process();
        check_part("process_unit", item_.process_unit, code_.process_unit == 0,
                   fmt::format("{:02}", code_.process_unit), PlantUnitKind::unit);
        check_part("equipment", item_.equipment, code_.equipment_type == 0 && code_.equipment_no == 0,
                   fmt::format("{:02}{:02}", code_.equipment_type, code_.equipment_no),
                   PlantUnitKind::equipment);
        check_energy();
        check_use();
    }

private:
    /// Both readings: what the code says, and what was found.
    void warn(std::string_view key, std::string_view digits, std::string_view name, std::string_view word) {
        warn(key,
             trf("the code {} says {} '{}'", "编码 {} 的这一段是 {}“{}”", code_.hyphenated(), digits, name),
             word);
    }

    void warn(std::string_view key, std::string what, std::string_view found) {
        const bool has_cell = item_.row.column_of(key) > 0;
        report_.warning({item_.row.line(), item_.row.column_of(has_cell ? key : "code")}, key,
                        {std::move(what), {}}, found);
    }

    /// The word is the name of another number.
    void warn_of_other(std::string_view key, std::string_view digits, const CodeEntry& meant,
                       std::string_view word) {
        warn(key,
             trf("the code {} says {}, and '{}' is {}", "编码 {} 的这一段是 {}，而“{}”是 {}",
                 code_.hyphenated(), digits, name_of(meant), meant.code),
             word);
    }

    /// Processes are named by the enterprise; only where units.csv lists them, or the word has a number of
    /// its own, can it be wrong.
    void check_process() {
        const std::string digits = fmt::format("{:02}", code_.process);
        const auto knows_processes = std::ranges::any_of(
            plant_, [](const PlantUnitOptions& unit) { return unit.kind == PlantUnitKind::process; });
        if (code_.process != 0 && knows_processes) {
            check_part("process", item_.process, false, digits, PlantUnitKind::process);
            return;
        }
        if (item_.process.empty()) return;
        const CodeEntry* same = find_code(tables_.processes, digits);
        if (code_.process == 0) {
            const bool is_enterprise = std::ranges::any_of(plant_, [&](const PlantUnitOptions& unit) {
                return unit.kind == PlantUnitKind::enterprise && unit.name == item_.process;
            });
            if (same != nullptr && !is_enterprise && !is_called(*same, item_.process))
                warn("process", digits, name_of(*same), item_.process);
            return;
        }
        const bool is_one_of_them = std::ranges::any_of(tables_.processes, [&](const CodeEntry& entry) {
            return entry.code == digits && is_called(entry, item_.process);
        });
        const CodeEntry* meant = entry_called(tables_.processes, item_.process);
        if (!is_one_of_them && meant != nullptr) warn_of_other("process", digits, *meant, item_.process);
    }

    /// A part of the plant, by units.csv.
    void check_part(std::string_view key, std::string_view word, bool is_zero, const std::string& digits,
                    PlantUnitKind kind) {
        if (is_zero) {
            if (word.empty()) return;
            warn(key,
                 trf("the code {} says {}: none", "编码 {} 的这一段是 {}：没有", code_.hyphenated(), digits),
                 word);
            return;
        }
        const auto of_kind = [&](const PlantUnitOptions& unit) { return unit.kind == kind; };
        if (std::ranges::none_of(plant_, of_kind)) return;
        const auto part = std::ranges::find_if(
            plant_, [&](const PlantUnitOptions& unit) { return of_kind(unit) && unit.has_place_in(code_); });
        if (part == plant_.end()) {
            warn(key,
                 trf("the code {} says {}, which is not in units.csv",
                     "编码 {} 的这一段是 {}，units.csv 中没有", code_.hyphenated(), digits),
                 word);
        } else if (!word.empty() && !is_same_name(part->name, word)) {
            warn(key, digits, part->name, word);
        }
    }

    void check_energy() {
        const std::string written_class = fmt::format("{:02}", code_.energy_class);
        const std::string meant_class = fmt::format("{:02}", class_of_what_is_meant(code_.energy_class));
        const std::string digits = fmt::format("{:04}", code_.energy_type);
        const CodeEntry* class_entry = find_code(tables_.energy_classes, written_class);
        if (class_entry == nullptr && !tables_.energy_classes.empty()) {
            warn("code", trf("class {} is in no table", "数据类型 {} 不在编码表中", written_class),
                 code_.hyphenated());
            return;
        }
        const CodeEntry* same = find_code(tables_.energy_types, digits, meant_class);
        if (same == nullptr) {
            check_unknown_energy(digits, meant_class);
            return;
        }
        const bool is_class = class_entry != nullptr && is_called(*class_entry, item_.energy);
        if (!item_.energy.empty() && !is_called(*same, item_.energy) && !is_class)
            warn("energy", digits, name_of(*same), item_.energy);
        const bool is_factor = written_class != meant_class;
        if (!is_factor && !same->unit.empty() && !is_same_unit(same->unit, item_.unit)) {
            warn("unit",
                 trf("platforms count {} '{}' in {}", "平台按 {2} 计 {0}“{1}”", digits, name_of(*same),
                     same->unit),
                 item_.unit);
        }
        if (!is_factor && same->decimals && *same->decimals != item_.decimals) {
            warn("decimals",
                 trf("platforms count {} '{}' to {} decimals", "平台对 {}“{}”保留 {} 位小数", digits,
                     name_of(*same), *same->decimals),
                 std::to_string(item_.decimals));
        }
    }

    /// Where the table has numbers of the class, it has all of them.
    void check_unknown_energy(const std::string& digits, const std::string& group) {
        const bool class_is_known = std::ranges::any_of(tables_.energy_types, [&](const CodeEntry& entry) {
            return !entry.code.empty() && entry.group == group;
        });
        if (class_is_known) {
            warn("energy",
                 trf("the code {} says {} of class {}, which is in no table",
                     "编码 {} 的这一段是 {}(类 {})，不在编码表中", code_.hyphenated(), digits, group),
                 item_.energy);
            return;
        }
        const CodeEntry* meant =
            item_.energy.empty() ? nullptr : entry_called(tables_.energy_types, item_.energy);
        if (meant != nullptr) warn_of_other("energy", digits, *meant, item_.energy);
    }

    void check_use() {
        const std::string digits = fmt::format("{:02}", code_.use);
        if (item_.use.empty()) return;
        if (const CodeEntry* same = find_code(tables_.uses, digits)) {
            if (!is_called(*same, item_.use)) warn("use", digits, name_of(*same), item_.use);
            return;
        }
        const CodeEntry* meant = entry_called(tables_.uses, item_.use);
        if (meant != nullptr) warn_of_other("use", digits, *meant, item_.use);
    }

    const CodeTables& tables_;
    const std::vector<PlantUnitOptions>& plant_;
    const ItemOptions& item_;
    const ItemCode& code_;
    Reporter& report_;
};

}  // namespace

void check_code_words(const Options& options, Reporter& report) {
    for (const ItemOptions& item : options.items) {
        if (item.codes.standard) {
            CodeWords{options, item, *item.codes.standard, report}.check();
        } else if (!item.codes.by_uplink.empty()) {
            CodeWords{options, item, item.codes.by_uplink.begin()->second, report}.check();
        }
    }
}

std::vector<Problem> check_code_words_of(const Options& options, const UplinkId& uplink) {
    std::vector<Problem> found;
    Reporter report{"items.csv", found};
    for (const ItemOptions& item : options.items) {
        const ItemCode* code = item.uplinks.contains(uplink) ? item.codes.of(uplink) : nullptr;
        if (code != nullptr) CodeWords{options, item, *code, report}.check();
    }
    return found;
}

}  // namespace mg
