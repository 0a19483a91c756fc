#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/fields.h"
#include "config/problem.h"
#include "config/toml_tree.h"
#include "config/values.h"

namespace mg {

/// The longest text that one field may hold, in bytes.
inline constexpr std::size_t kLongestText = 4096;

/// One section of a file, or one row of a table, after the field table has checked each value for itself.
class Record {
public:
    struct Entry {
        const Field* field{};
        Place place;
        std::string text;  ///< as written
        bool valid{true};  ///< false: reported already, and `value` says nothing
        Value value;
    };

    Record(FieldSection section, Place place) : section_{section}, place_{place} {}

    void add(Entry entry) { entries_.push_back(std::move(entry)); }
    /// What only a closer look shows to be wrong, after it was reported.
    void reject(std::string_view key);

    [[nodiscard]] FieldSection section() const { return section_; }
    [[nodiscard]] Place place() const { return place_; }
    [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }
    /// Written at all, be it right or wrong.
    [[nodiscard]] const Entry* find(std::string_view key) const;
    [[nodiscard]] bool has(std::string_view key) const { return find(key) != nullptr; }
    /// Where it stands; the record's own place when it is not written.
    [[nodiscard]] Place place_of(std::string_view key) const;
    /// As written; empty when it is not.
    [[nodiscard]] std::string_view text(std::string_view key) const;

    /// The value when it is written and right; nullptr otherwise. T is what values.h says for the field's
    /// type.
    template <class T>
    [[nodiscard]] const T* get(std::string_view key) const {
        const Entry* entry = find(key);
        return entry != nullptr && entry->valid ? std::get_if<T>(&entry->value) : nullptr;
    }
    template <class T>
    [[nodiscard]] T get_or(std::string_view key, T otherwise) const {
        const T* value = get<T>(key);
        if (value != nullptr) return *value;
        return otherwise;
    }
    /// "line.host" in TOML files, "address" in tables: how problems name the field.
    [[nodiscard]] std::string field_name(std::string_view key) const;

private:
    FieldSection section_;
    Place place_;
    std::vector<Entry> entries_;
};

/// Reads a TOML table by the field table: unknown keys, wrong types, values out of range and missing ones are
/// reported.
Record read_table(FieldSection section, const TomlNode& table, Reporter& report);

}  // namespace mg
