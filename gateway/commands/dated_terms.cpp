#include "gateway/commands/dated_terms.h"

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/values.h"
#include "gateway/base/language.h"

namespace mg {
namespace {

/// At each of the separators; also empty parts.
std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    while (true) {
        const auto at = text.find(separator);
        parts.push_back(text.substr(0, at));
        if (at == std::string_view::npos) return parts;
        text.remove_prefix(at + 1);
    }
}

/// A number, or primary/secondary.
std::optional<Decimal> transformer_from(std::string_view text) {
    const auto sides = split(text, '/');
    if (sides.size() > 2) return std::nullopt;
    const auto primary = Decimal::parse(sides.front());
    if (!primary || *primary <= Decimal{}) return std::nullopt;
    if (sides.size() == 1) return *primary;
    const auto secondary = Decimal::parse(sides.back());
    if (!secondary || *secondary <= Decimal{}) return std::nullopt;
    const auto ratio = exact_ratio(*primary, *secondary);
    return ratio ? std::optional{*ratio} : std::nullopt;
}

/// Point, and what stands behind the sign of equality.
std::pair<PointId, std::vector<std::string_view>> point_and_numbers(std::string_view text) {
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) return {};
    return {{std::string(text.substr(0, equals))}, split(text.substr(equals + 1), ':')};
}

std::string plain(const Decimal& value) {
    std::string text = value.to_string();
    if (text.find('.') == std::string::npos) return text;
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) text.pop_back();
    return text;
}

}  // namespace

Result<Multiplier> multiplier_from(std::string_view text) {
    std::string_view current = text;
    std::string_view voltage = "1";
    for (const std::string_view times : {"x", "X", "×", "*"}) {
        const auto at = text.find(times);
        if (at == std::string_view::npos) continue;
        current = text.substr(0, at);
        voltage = text.substr(at + times.size());
        break;
    }
    const auto ct = transformer_from(current);
    const auto pt = transformer_from(voltage);
    if (ct && pt) return Multiplier{*ct, *pt};
    return fail(Failure::rejected,
                trf("\"{}\" is no multiplier; allowed: 80, 800/5, 800/5x10000/100 (CT x PT)",
                    "“{}”不是倍率；可写：80、800/5、800/5x10000/100（CT x PT）", text));
}

std::string text_of(const Multiplier& multiplier) {
    const std::string ct = plain(multiplier.ct);
    return multiplier.pt == Decimal{1, 0} ? ct : ct + " × " + plain(multiplier.pt);
}

Result<Decimal> decimal_from(std::string_view text) {
    if (const auto value = Decimal::parse(text)) return *value;
    return fail(Failure::rejected, trf("\"{}\" is no decimal number; allowed: 1234.5, at most 37 digits",
                                       "“{}”不是十进制数；可写：1234.5，最多 37 位", text));
}

Result<Replacement::Register> replaced_register_from(std::string_view text) {
    auto [point, numbers] = point_and_numbers(text);
    if (numbers.size() != 2 && numbers.size() != 3) {
        return fail(Failure::rejected,
                    trf("\"{}\" does not say old end and new start; allowed: energy_import=54367.2:0, or "
                        "energy_import=54367.2:0:35 with what flowed in between",
                        "“{}”未给出旧表止码和新表起码；可写：energy_import=54367.2:0，"
                        "或 energy_import=54367.2:0:35（末尾为换表期间未计的量）",
                        text));
    }
    std::array<Decimal, 3> values{};
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const auto value = decimal_from(numbers[i]);
        if (!value) return pass_on(value.error());
        values.at(i) = *value;
    }
    return Replacement::Register{std::move(point), values[0], values[1], values[2]};
}

Result<MultiplierChange::Register> index_from(std::string_view text) {
    auto [point, numbers] = point_and_numbers(text);
    if (numbers.size() != 1) {
        return fail(Failure::rejected,
                    trf("\"{}\" does not say the index then; allowed: energy_import=1234.5",
                        "“{}”未给出当时的示数；可写：energy_import=1234.5", text));
    }
    return decimal_from(numbers.front()).map([&](const Decimal& index) {
        return MultiplierChange::Register{std::move(point), index};
    });
}

}  // namespace mg
