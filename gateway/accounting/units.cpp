#include "gateway/accounting/units.h"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "gateway/accounting/unit_words.h"
#include "gateway/base/check.h"
#include "gateway/base/language.h"
#include "gateway/base/nearest.h"

namespace mg {
namespace {

struct StateName {
    std::string_view suffix;
    Quantity quantity{};
};
// The first of a state is the one to print.
constexpr std::array kStates{
    StateName{"20℃", Quantity::gas_at_20},      StateName{"0℃", Quantity::gas_at_0},
    StateName{"工况", Quantity::gas_operating}, StateName{"温压补偿", Quantity::gas_compensated},
    StateName{"标况20℃", Quantity::gas_at_20},  StateName{"标况0℃", Quantity::gas_at_0},
    StateName{"20C", Quantity::gas_at_20},      StateName{"0C", Quantity::gas_at_0},
};

Quantity quantity_of(GasState state) {
    switch (state) {
        case GasState::unstated:
            break;
        case GasState::operating:
            return Quantity::gas_operating;
        case GasState::standard_20c:
            return Quantity::gas_at_20;
        case GasState::standard_0c:
            return Quantity::gas_at_0;
        case GasState::compensated:
            return Quantity::gas_compensated;
    }
    return Quantity::volume;
}

std::string_view suffix_of(Quantity gas) {
    return std::ranges::find(kStates, gas, &StateName::quantity)->suffix;
}

constexpr std::size_t at(Quantity quantity) {
    return static_cast<std::size_t>(quantity);
}

Exact inverse(const Exact& factor) {
    return Exact{1}.divided_by(factor).value();
}

Exact multiplied(Exact value, const Exact& factor, int power) {
    const Exact step = power < 0 ? inverse(factor) : factor;
    for (int i = std::abs(power); i > 0; --i) value *= step;
    return value;
}

/// What other characters people, keyboards and spreadsheets put for the same sign.
std::string plain_signs(std::string_view text) {
    struct Sign {
        std::string_view written;
        std::string_view plain;
    };
    constexpr std::array kSigns{
        Sign{" ", ""},   Sign{"\t", ""},  Sign{"\u00A0", ""}, Sign{"\u3000", ""}, Sign{"（", "("},
        Sign{"）", ")"}, Sign{"³", "3"},  Sign{"㎥", "m3"},   Sign{"²", "2"},     Sign{"㎡", "m2"},
        Sign{"₂", "2"},  Sign{"°C", "℃"}, Sign{"％", "%"},    Sign{"／", "/"},    Sign{"*", "·"},
        Sign{"×", "·"},  Sign{"⋅", "·"},  Sign{"•", "·"},
    };
    std::string plain;
    while (!text.empty()) {
        const auto* sign = std::ranges::find_if(
            kSigns, [&](const Sign& candidate) { return text.starts_with(candidate.written); });
        if (sign == kSigns.end()) {
            plain += text.front();
            text.remove_prefix(1);
        } else {
            plain += sign->plain;
            text.remove_prefix(sign->written.size());
        }
    }
    return plain;
}

struct Factor {
    std::string_view text;
    int power{1};
};

/// The factors of a product or quotient, from left to right.
std::vector<Factor> factors_of(std::string_view text) {
    constexpr std::string_view kDot = "·";
    std::vector<Factor> factors;
    int power = 1;
    for (;;) {
        const auto slash = text.find('/');
        const auto dot = text.find(kDot);
        const auto end = std::min(slash, dot);
        factors.push_back({text.substr(0, end), power});
        if (end == std::string_view::npos) return factors;
        power = slash < dot ? -1 : 1;
        text.remove_prefix(end + (slash < dot ? 1 : kDot.size()));
    }
}

const UnitWord* find_word(std::string_view text) {
    const auto words = unit_words();
    const auto found = std::ranges::find(words, text, &UnitWord::text);
    return found == words.end() ? nullptr : &*found;
}

bool does_not_say_its_state(std::string_view word) {
    constexpr std::array<std::string_view, 7> kEither{"标方",   "标准方", "标准立方米", "标立方米",
                                                      "标立方", "Sm3",    "标m3"};
    return std::ranges::find(kEither, word) != kEither.end();
}

tl::unexpected<Error> not_a_unit(std::string what) {
    return fail(Failure::invalid_config, std::move(what));
}

std::string in_small_letters(std::string_view text) {
    std::string small(text);
    for (char& c : small) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return small;
}

tl::unexpected<Error> unknown_word(std::string_view word) {
    if (word.empty()) {
        return not_a_unit(
            std::string(tr("a unit is missing before or after '/' or '·'", "“/”或“·”的一边没有单位")));
    }
    std::vector<std::string> known{"%", "‰"};
    for (const UnitWord& unit : unit_words()) known.emplace_back(unit.text);
    for (const std::string_view common : {"万kWh", "万m3", "万t", "万元"}) known.emplace_back(common);
    const auto only_case = std::ranges::find(known, in_small_letters(word), in_small_letters);
    return not_a_unit(trf("there is no unit '{}', nearest is '{}'", "没有单位“{}”，最接近的是“{}”", word,
                          only_case != known.end() ? *only_case : nearest_of(word, known)));
}

tl::unexpected<Error> state_not_said(std::string_view word) {
    return not_a_unit(trf("'{}' does not say at which temperature: {}; write m3(20℃) or m3(0℃)",
                          "“{}”没有写明温度：{}；请写 m3(20℃) 或 m3(0℃)", word, gas_states_differ()));
}

}  // namespace

/// One factor of a unit: a word, perhaps with 万 before it and a state of gas behind it.
class UnitParser {
public:
    static Result<Unit> factor(std::string_view text) {
        if (text == "1") return Unit{};
        if (text == "%") return number(1, 100);
        if (text == "‰") return number(1, 1'000);
        const auto bracket = text.find('(');
        const std::string_view word = text.substr(0, bracket);
        auto unit = word_with_multiple(word);
        if (!unit || bracket == std::string_view::npos) return unit;
        if (!text.ends_with(')')) {
            return not_a_unit(trf("'{}': the bracket is not closed", "“{}”：括号没有闭合", text));
        }
        return with_suffix(*unit, text, text.substr(bracket + 1, text.size() - bracket - 2));
    }

    static Unit named(Unit unit, std::string text) {
        unit.text_ = std::move(text);
        return unit;
    }

private:
    static Unit number(std::int64_t numerator, std::int64_t denominator) {
        Unit unit;
        unit.factor_ = Exact{numerator, denominator};
        return unit;
    }

    static Result<Unit> word_with_multiple(std::string_view word) {
        if (const UnitWord* known = find_word(word)) return of(*known, 1);
        for (const UnitMultiple& multiple : unit_multiples()) {
            if (!word.starts_with(multiple.text)) continue;
            const std::string_view rest = word.substr(multiple.text.size());
            if (does_not_say_its_state(rest)) return state_not_said(word);
            if (const UnitWord* known = find_word(rest)) return of(*known, multiple.factor);
        }
        if (does_not_say_its_state(word)) return state_not_said(word);
        return unknown_word(word);
    }

    static Unit of(const UnitWord& word, std::int64_t multiple) {
        Unit unit;
        unit.factor_ = Exact{word.numerator, word.denominator} * Exact{multiple};
        for (const QuantityPower& part : {word.first, word.second}) {
            unit.powers_[at(part.quantity)] =
                static_cast<std::int16_t>(unit.power(part.quantity) + part.power);
        }
        return unit;
    }

    static Result<Unit> with_suffix(Unit unit, std::string_view text, std::string_view suffix) {
        const auto* state = std::ranges::find(kStates, suffix, &StateName::suffix);
        if (suffix == "标况" || suffix == "标态" || suffix == "标准状态") return state_not_said(text);
        if (state == kStates.end()) {
            return not_a_unit(trf("'{}' is no state of gas; known are 20℃, 0℃, 工况, 温压补偿",
                                  "“{}”不是气体计量状态，可用：20℃、0℃、工况、温压补偿", suffix));
        }
        if (unit.power(state->quantity) != 0) return unit;  // Nm3(0℃)
        if (unit.power(Quantity::volume) == 0) {
            return not_a_unit(
                trf("'{}': a state of gas is said of volumes only", "“{}”：只有体积才写气体计量状态", text));
        }
        std::swap(unit.powers_[at(Quantity::volume)], unit.powers_[at(state->quantity)]);
        return unit;
    }
};

Result<Unit> Unit::parse(std::string_view text) {
    constexpr std::size_t kLongest = 96;
    constexpr std::size_t kMostFactors = 6;
    const std::string plain = plain_signs(text);
    if (plain.empty()) return Unit{};
    const auto factors = factors_of(plain);
    if (plain.size() > kLongest || factors.size() > kMostFactors) {
        return not_a_unit(std::string(tr("a unit of so many parts is not understood", "单位过长，无法理解")));
    }
    Unit whole;
    for (const Factor& factor : factors) {
        const auto unit = UnitParser::factor(factor.text);
        if (!unit) return pass_on(unit.error());
        whole = whole.combined(*unit, factor.power);
    }
    return UnitParser::named(std::move(whole), plain);
}

std::string Unit::quantity() const {
    const auto names = [&](int sign) {
        std::string list;
        for (std::size_t i = 0; i < powers_.size(); ++i) {
            if (powers_[i] * sign <= 0) continue;
            const QuantityName& name = name_of(static_cast<Quantity>(i));
            if (!list.empty()) list += " · ";
            list += tr(name.en, name.zh);
        }
        return list;
    };
    const std::string above = names(1);
    const std::string below = names(-1);
    if (above.empty() && below.empty()) return std::string(tr("a plain number", "纯数"));
    return (above.empty() ? "1" : above) + (below.empty() ? "" : " / " + below);
}

GasState Unit::gas_state() const {
    GasState state = GasState::unstated;
    for (const GasState each :
         {GasState::operating, GasState::standard_20c, GasState::standard_0c, GasState::compensated}) {
        if (power(quantity_of(each)) == 0) continue;
        if (state != GasState::unstated) return GasState::unstated;
        state = each;
    }
    return state;
}

Unit Unit::with_gas_state(GasState state) const {
    if (power(Quantity::volume) == 0 || state == GasState::unstated) return *this;
    Unit unit = *this;
    auto& gas = unit.powers_[at(quantity_of(state))];
    auto& volume = unit.powers_[at(Quantity::volume)];
    gas = static_cast<std::int16_t>(gas + volume);
    volume = 0;
    std::string text;
    for (const Factor& factor : factors_of(text_)) {
        if (!text.empty()) text += factor.power < 0 ? "/" : "·";
        text += factor.text;
        const auto alone = UnitParser::factor(factor.text);
        if (alone && alone->power(Quantity::volume) != 0) {
            text += '(';
            text += suffix_of(quantity_of(state));
            text += ')';
        }
    }
    unit.text_ = std::move(text);
    return unit;
}

Unit Unit::scaled(const Exact& factor) const {
    Unit unit = *this;
    unit.factor_ *= factor;
    unit.text_ = unit.made_up_text();
    return unit;
}

Unit Unit::combined(const Unit& other, int sign) const {
    if (other.is_number() && other.factor_ == Exact{1}) return *this;
    Unit unit = *this;
    for (std::size_t i = 0; i < powers_.size(); ++i) {
        unit.powers_[i] = static_cast<std::int16_t>(powers_[i] + sign * other.powers_[i]);
    }
    unit.factor_ = multiplied(factor_, other.factor_, sign);
    unit.text_ = unit.made_up_text();
    return unit;
}

std::string Unit::made_up_text() const {
    if (is_number() && factor_ == Exact{1, 100}) return "%";
    const auto is_this = [&](const UnitWord& word, std::int64_t multiple) {
        return factor_ == Exact{word.numerator, word.denominator} * Exact{multiple};
    };
    std::string above;
    std::string below;
    bool says_factor = factor_ == Exact{1};
    for (std::size_t i = 0; i < powers_.size(); ++i) {
        const auto quantity = static_cast<Quantity>(i);
        const bool leads = above.empty() && powers_[i] == 1 && !says_factor;
        std::string name(name_of(quantity).unit);
        for (const UnitWord& word : leads ? unit_words() : std::span<const UnitWord>{}) {
            if (word.first.quantity != quantity || word.first.power != 1 || word.second.power != 0) continue;
            const bool base = word.numerator == word.denominator;
            if (!is_this(word, 1) && !(base && is_this(word, 10'000))) continue;
            name = (is_this(word, 1) ? "" : "万") + std::string(word.text);
            says_factor = true;
            break;
        }
        for (int n = std::abs(powers_[i]); n > 0; --n) {
            if (powers_[i] < 0) {
                below += "/" + name;
            } else {
                above += (above.empty() ? "" : "·") + name;
            }
        }
    }
    return (says_factor ? "" : factor_.readable() + " ") + (above.empty() ? "1" : above) + below;
}

std::string_view gas_states_differ() {
    return tr("m3 at 20 °C and m3 at 0 °C differ by 7.3 %", "20℃ 与 0℃ 的立方米相差 7.3 %");
}

}  // namespace mg
