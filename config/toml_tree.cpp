#include "config/toml_tree.h"

#include <algorithm>
#include <exception>
#include <tuple>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "gateway/base/language.h"

namespace mg {
namespace {

Place place_of(const toml::source_position& position) {
    return {static_cast<int>(position.line), static_cast<int>(position.column)};
}

bool continues_character(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

/// The lines of the file, to read numbers as they were written: 0.001 has no double.
class Source {
public:
    explicit Source(std::string_view text) {
        while (!text.empty()) {
            const auto end = std::min(text.find('\n'), text.size());
            lines_.push_back(text.substr(0, end));
            text.remove_prefix(std::min(end + 1, text.size()));
        }
    }

    [[nodiscard]] std::string_view line(int number) const {
        const auto index = static_cast<std::size_t>(number) - 1;
        return number >= 1 && index < lines_.size() ? lines_[index] : std::string_view{};
    }

    [[nodiscard]] std::string number_at(Place place) const {
        std::string_view rest = line(place.line);
        for (int column = 1; column < place.column && !rest.empty(); ++column) {
            rest.remove_prefix(1);
            while (!rest.empty() && continues_character(rest.front())) rest.remove_prefix(1);
        }
        std::string digits;
        for (const char c : rest) {
            if (std::string_view{"+-0123456789.eE"}.find(c) != std::string_view::npos)
                digits += c;
            else if (c != '_')
                break;
        }
        return digits;
    }

private:
    std::vector<std::string_view> lines_;
};

TomlNode convert(const toml::node& node, const Source& source);

TomlNode convert_table(const toml::table& table, const Source& source) {
    TomlNode result;
    for (const auto& [key, value] : table) {
        result.members.push_back(
            {std::string(key.str()), place_of(key.source().begin), convert(value, source)});
    }
    std::ranges::stable_sort(result.members, {}, [](const TomlNode::Member& member) {
        return std::tuple{member.place.line, member.place.column};
    });
    return result;
}

TomlNode convert(const toml::node& node, const Source& source) {
    TomlNode result;
    if (const auto* table = node.as_table()) result = convert_table(*table, source);
    result.place = place_of(node.source().begin);
    if (const auto* array = node.as_array()) {
        result.kind = TomlKind::array;
        for (const auto& item : *array) result.items.push_back(convert(item, source));
    } else if (const auto* text = node.as_string()) {
        result.kind = TomlKind::text;
        result.text = text->get();
    } else if (const auto* integer = node.as_integer()) {
        result.kind = TomlKind::integer;
        result.text = std::to_string(integer->get());
    } else if (node.is_floating_point()) {
        result.kind = TomlKind::decimal;
        result.text = source.number_at(result.place);
    } else if (const auto* boolean = node.as_boolean()) {
        result.kind = TomlKind::boolean;
        result.text = boolean->get() ? "true" : "false";
    } else if (!node.is_table()) {
        result.kind = TomlKind::date;
        if (const auto* date = node.as_date())
            result.text =
                fmt::format("{:04}-{:02}-{:02}", date->get().year, date->get().month, date->get().day);
    }
    return result;
}

/// Input methods write these where TOML wants ASCII; by far the most frequent slip in a Chinese office.
std::string hint_for(std::string_view line) {
    for (const std::string_view mark : {"“", "”", "＝", "＂", "［", "］", "，", "‘", "’", "：", "　"}) {
        if (line.find(mark) == std::string_view::npos) continue;
        return trf("plain \" = [ ] , instead of the full-width {} in this line",
                   "用半角的 \" = [ ] , ，此行有全角字符 {}", mark);
    }
    return {};
}

}  // namespace

const TomlNode* TomlNode::find(std::string_view key) const {
    const auto found = std::ranges::find(members, key, &Member::key);
    return found == members.end() ? nullptr : &found->value;
}

tl::expected<TomlNode, TomlFault> parse_toml(std::string_view text) {
    const Source source{text};
    try {
        return convert(toml::parse(text), source);
    } catch (const toml::parse_error& error) {
        const Place place = place_of(error.source().begin);
        return tl::unexpected(
            TomlFault{place,
                      {trf("not valid TOML: {}", "不是合法的 TOML：{}", error.description()),
                       hint_for(source.line(place.line))}});
    } catch (const std::exception& error) {
        return tl::unexpected(
            TomlFault{{}, {trf("not valid TOML: {}", "不是合法的 TOML：{}", error.what()), {}}});
    }
}

std::string_view describe(TomlKind kind) {
    switch (kind) {
        case TomlKind::text:
            return tr("a text", "文字");
        case TomlKind::integer:
            return tr("a whole number", "整数");
        case TomlKind::decimal:
            return tr("a decimal number", "小数");
        case TomlKind::boolean:
            return tr("true or false", "true 或 false");
        case TomlKind::date:
            return tr("a date or time", "日期或时间");
        case TomlKind::array:
            return tr("a list", "列表");
        case TomlKind::table:
            return tr("a table", "表");
    }
    return {};
}

}  // namespace mg
