#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "config/load.h"
#include "config/profile_parts.h"
#include "config/toml_tree.h"
#include "gateway/base/language.h"

namespace mg {
namespace {

constexpr std::array kParts{FieldSection::profile,           FieldSection::profile_record,
                            FieldSection::profile_answers,   FieldSection::profile_paths,
                            FieldSection::profile_addresses, FieldSection::profile_names,
                            FieldSection::profile_fields};

std::string id_of(const std::string& file_name, Reporter& report) {
    constexpr std::string_view kEnding = ".toml";
    std::string id = std::filesystem::path{file_name}.filename().string();
    if (id.ends_with(kEnding)) id.resize(id.size() - kEnding.size());
    const Field naming{
        .section = FieldSection::profile, .key = "id", .zh = "", .en = "", .type = ValueType::model_id};
    if (const auto valid = parse_value(naming, id); !valid) {
        report.error({}, {},
                     {std::string(tr("the file name is not a valid profile id", "文件名不能用作平台名")),
                      valid.error().allowed + kEnding.data()},
                     file_name);
    }
    return id;
}

void report_unknown_parts(const TomlNode& document, Reporter& report) {
    std::vector<std::string> names;
    std::string headings;
    for (const FieldSection part : kParts) {
        names.emplace_back(text_of(part).name);
        headings += fmt::format("{}[{}]", headings.empty() ? "" : ", ", names.back());
    }
    for (const auto& member : document.members) {
        if (std::ranges::find(names, member.key) != names.end()) continue;
        report.error(member.place, member.key,
                     {trf("unknown section '{}', nearest is '{}'", "没有“{}”这一段，最接近的是“{}”",
                          member.key, nearest_of(member.key, names)),
                      headings});
    }
}

ProfileParts read_parts(const TomlNode& document, Reporter& report) {
    ProfileParts parts;
    for (const FieldSection part : kParts) {
        const std::string name{text_of(part).name};
        const TomlNode* node = document.find(name);
        if (node != nullptr && node->kind != TomlKind::table) {
            report.error(node->place, name,
                         {trf("wrong type: {}", "类型不对：是{}", describe(node->kind)), "[" + name + "]"});
            node = nullptr;
        }
        parts.emplace(part, read_table(part, node != nullptr ? *node : TomlNode{}, report));
    }
    return parts;
}

}  // namespace

LoadedProfile load_profile(std::string_view text, const std::string& file_name) {
    LoadedProfile loaded;
    Reporter report{file_name, loaded.problems};
    const std::string id = id_of(file_name, report);
    const auto document = parse_toml(text);
    if (!document) {
        report.error(document.error().place, {}, document.error().complaint);
        return loaded;
    }
    report_unknown_parts(*document, report);
    const ProfileParts parts = read_parts(*document, report);
    ProfileOptions profile = read_profile(parts);
    profile.id = id;
    check_profile(parts, profile, report);
    sort_by_position(loaded.problems);
    if (std::ranges::none_of(loaded.problems,
                             [](const Problem& p) { return p.severity == Severity::error; })) {
        loaded.profile = std::move(profile);
    }
    return loaded;
}

}  // namespace mg
