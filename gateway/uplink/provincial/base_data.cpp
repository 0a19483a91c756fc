#include "gateway/uplink/provincial/base_data.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <set>
#include <system_error>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "gateway/base/language.h"

namespace mg {
namespace {

using nlohmann::json;

constexpr std::size_t kDeepest = 4;
constexpr std::size_t kMostEntries = 10'000;
constexpr std::size_t kLargestAnswer = 32UL * 1024 * 1024;
constexpr std::array<std::string_view, 3> kUnits{"unit", "qualityUnit", "unitCh"};
constexpr std::array<std::string_view, 3> kDecimals{"precision", "precisions", "qualityPrecision"};
constexpr std::array<std::string_view, 2> kGroups{"classCode", "industryCode"};

/// The first of the members that is there, as text: platforms write numbers either way.
std::string text_of(const json& object, std::span<const std::string_view> names) {
    for (const std::string_view name : names) {
        const auto member = object.find(name);
        if (member == object.end()) continue;
        if (member->is_string()) return member->get<std::string>();
        if (member->is_number_integer()) return member->dump();
    }
    return {};
}
std::string text_of(const json& object, std::string_view name) {
    return text_of(object, std::span{&name, 1});
}

std::optional<int> digit_of(const std::string& text) {
    int digits = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), digits);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    return whole && digits >= 0 && digits <= 9 ? std::optional{digits} : std::nullopt;
}

bool is_entry(const json& entry) {
    return entry.is_object() && entry.contains("code") && entry.contains("name");
}

/// None: the code does not have the digits of that pick-list.
std::optional<CodeEntry> entry_of(const json& read, const BaseList& list) {
    if (!is_entry(read)) return std::nullopt;
    CodeEntry entry;
    entry.code = text_of(read, "code");
    const std::size_t digits = code_digits(list.table);
    if (entry.code.size() < digits) entry.code.insert(0, digits - entry.code.size(), '0');
    const bool number = std::ranges::all_of(entry.code, [](char c) { return c >= '0' && c <= '9'; });
    if (!number || entry.code.size() != digits) return std::nullopt;
    entry.name_zh = text_of(read, "name");
    entry.name_en = entry.name_zh;
    entry.group = list.group.empty() ? text_of(read, kGroups) : list.group;
    entry.unit = text_of(read, kUnits);
    entry.decimals = digit_of(text_of(read, kDecimals));
    entry.certainty = Certainty::platform;
    entry.source = list.array;
    return entry;
}

class Reader {
public:
    explicit Reader(const ProfileOptions& profile) : profile_{profile} {}

    void look_at(const json& value, std::size_t depth) {
        if (!value.is_object() || depth > kDeepest) return;
        for (const auto& [name, member] : value.items()) {
            if (member.is_array()) {
                take(name, member);
            } else {
                look_at(member, depth + 1);
            }
        }
    }
    [[nodiscard]] BaseData result() && { return std::move(data_); }

private:
    void take(const std::string& name, const json& array) {
        const auto list = std::ranges::find(profile_.base_lists, name, &BaseList::array);
        if (list == profile_.base_lists.end()) {
            if (std::ranges::any_of(array, is_entry) &&
                std::ranges::find(data_.unknown_lists, name) == data_.unknown_lists.end())
                data_.unknown_lists.push_back(name);
            return;
        }
        auto& entries = table(list->table);
        for (const json& each : array) {
            auto entry = entry_of(each, *list);
            const bool known = entry && !seen_.emplace(list->table, entry->code, entry->group).second;
            if (entry && !known && entries.size() < kMostEntries) entries.push_back(std::move(*entry));
        }
    }

    std::vector<CodeEntry>& table(const std::string& name) {
        const auto found = std::ranges::find_if(data_.tables, [&](const auto& t) { return t.first == name; });
        return found == data_.tables.end() ? data_.tables.emplace_back(name, std::vector<CodeEntry>{}).second
                                           : found->second;
    }

    const ProfileOptions& profile_;
    std::set<std::tuple<std::string, std::string, std::string>> seen_;
    BaseData data_;
};

std::optional<std::string> text_of_file(const std::filesystem::path& file) {
    std::error_code trouble;
    const auto size = std::filesystem::file_size(file, trouble);
    if (trouble || size > kLargestAnswer) return std::nullopt;
    std::ifstream in{file, std::ios::binary};
    std::string text{std::istreambuf_iterator<char>{in}, {}};
    return in.bad() ? std::nullopt : std::optional{std::move(text)};
}

}  // namespace

CodeTables BaseData::over(CodeTables codes) const {
    for (const auto& [name, entries] : tables) {
        if (auto* table = code_table(codes, name); table != nullptr && !entries.empty()) *table = entries;
    }
    return codes;
}

BaseData read_base_data(std::span<const std::string> answers, const ProfileOptions& profile) {
    Reader reader{profile};
    for (const std::string& answer : answers)
        reader.look_at(json::parse(answer, nullptr, /*allow_exceptions=*/false), 0);
    return std::move(reader).result();
}

Result<BaseData> kept_base_data(const std::filesystem::path& folder, const ProfileOptions& profile) {
    std::vector<std::filesystem::path> files;
    std::error_code trouble;
    for (const auto& entry : std::filesystem::directory_iterator{folder, trouble}) {
        const std::string name = entry.path().filename().string();
        if (name.starts_with("base-data") && name.ends_with(".json")) files.push_back(entry.path());
    }
    std::ranges::sort(files);
    std::vector<std::string> answers;
    for (const auto& file : files) {
        if (auto text = text_of_file(file)) answers.push_back(std::move(*text));
    }
    if (answers.empty()) {
        return fail(Failure::transient,
                    trf("{}: no base data were downloaded yet", "{}：还没有下载过基础数据", folder.string()));
    }
    return read_base_data(answers, profile);
}

std::filesystem::path base_data_folder(const std::filesystem::path& storage, std::string_view uplink) {
    return storage / fmt::format("platform-{}", uplink);
}

std::string base_data_file(std::string_view table) {
    return table.empty() ? std::string{"base-data.json"} : fmt::format("base-data-{}.json", table);
}

}  // namespace mg
