#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/accounting/formula.h"
#include "gateway/base/language.h"
#include "gateway/reading/decimal.h"
#include "gateway/reading/ids.h"

namespace mg {
namespace {

struct Sign {
    std::string_view written;
    char plain;
};
// Also what Chinese keyboards and spreadsheets put in their place.
constexpr std::array kSigns{
    Sign{"+", '+'},  Sign{"-", '-'},  Sign{"*", '*'}, Sign{"/", '/'}, Sign{"(", '('},  Sign{")", ')'},
    Sign{"＋", '+'}, Sign{"－", '-'}, Sign{"×", '*'}, Sign{"÷", '/'}, Sign{"（", '('}, Sign{"）", ')'},
    Sign{"＊", '*'}, Sign{"／", '/'}, Sign{"−", '-'}, Sign{"–", '-'}, Sign{"—", '-'},  Sign{"·", '*'},
};
constexpr std::array<std::string_view, 6> kSpaces{" ", "\t", "\n", "\r", "\u3000", "\u00A0"};

constexpr char kEnd = '\0';
constexpr char kWord = 'w';
constexpr char kStrange = '?';

bool is_word_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

bool is_number(std::string_view word) {
    return word.find_first_not_of("0123456789.") == std::string_view::npos;
}

/// Bytes of the character that `text` starts with.
std::size_t character_length(std::string_view text) {
    std::size_t length = 1;
    while (length < text.size() && (static_cast<unsigned char>(text[length]) & 0xC0U) == 0x80U) ++length;
    return length;
}

/// The text, cut into signs and words.
class Tokens {
public:
    explicit Tokens(std::string_view text) : rest_{text} { next(); }

    /// A plain sign, kWord, kEnd, or kStrange for what no formula has.
    [[nodiscard]] char kind() const { return kind_; }
    /// As written.
    [[nodiscard]] std::string_view text() const { return token_; }
    [[nodiscard]] int column() const { return column_; }

    void next() {
        skip(token_.size());
        while (const std::size_t space = space_length()) skip(space);
        const auto* sign =
            std::ranges::find_if(kSigns, [&](const Sign& s) { return rest_.starts_with(s.written); });
        std::size_t length = 0;
        while (length < rest_.size() && is_word_character(rest_[length])) ++length;
        if (rest_.empty()) {
            take(kEnd, 0);
        } else if (length > 0) {
            take(kWord, length);
        } else if (sign != kSigns.end()) {
            take(sign->plain, sign->written.size());
        } else {
            take(kStrange, character_length(rest_));
        }
    }

private:
    /// Of the space that comes next; 0 when none does.
    [[nodiscard]] std::size_t space_length() const {
        const auto* space =
            std::ranges::find_if(kSpaces, [this](std::string_view s) { return rest_.starts_with(s); });
        return space == kSpaces.end() ? 0 : space->size();
    }
    void take(char kind, std::size_t length) {
        kind_ = kind;
        token_ = rest_.substr(0, length);
    }
    void skip(std::size_t bytes) {
        const auto skipped = rest_.substr(0, bytes);
        column_ += static_cast<int>(std::ranges::count_if(
            skipped, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
        rest_.remove_prefix(bytes);
        token_ = {};
    }

    std::string_view rest_;
    std::string_view token_;
    char kind_{kEnd};
    int column_{1};
};

class Parser {
public:
    explicit Parser(std::string_view text) : tokens_{text} {}

    FormulaResult<Expression> whole() {
        auto expression = sum();
        if (expression && tokens_.kind() != kEnd) {
            if (tokens_.kind() == ')') {
                return fault(tokens_.column(), std::string(tr("')' without a '('", "“)”前面没有“(”")));
            }
            return unexpected(tr("an operator (+ - * /) or the end", "运算符(+ - * /)或结束"));
        }
        return expression;
    }

private:
    using Kind = Expression::Kind;

    FormulaResult<Expression> sum() {
        return chain(Kind::sum, '+', '-', [this] { return product(); });
    }
    FormulaResult<Expression> product() {
        return chain(Kind::product, '*', '/', [this] { return factor(); });
    }

    /// Operands with one of two operators between them; one operand alone is no chain.
    template <class ReadOperand>
    FormulaResult<Expression> chain(Kind kind, char plain, char inverse, ReadOperand read_operand) {
        Expression whole;
        whole.kind = kind;
        whole.column = tokens_.column();
        bool inverted = kind == Kind::sum && tokens_.kind() == '-';
        if (inverted) tokens_.next();
        for (;;) {
            auto operand = read_operand();
            if (!operand) return operand;
            whole.operands.push_back({inverted, std::move(*operand)});
            if (tokens_.kind() != plain && tokens_.kind() != inverse) break;
            inverted = tokens_.kind() == inverse;
            tokens_.next();
        }
        if (whole.operands.size() == 1 && !whole.operands.front().inverse) {
            return std::move(whole.operands.front().expression);
        }
        return counted(std::move(whole));
    }

    FormulaResult<Expression> factor() {
        if (++depth_ > kDeepestFormula) {
            return fault(tokens_.column(),
                         trf("brackets are nested more than {} deep", "括号嵌套超过 {} 层", kDeepestFormula));
        }
        auto read = factor_at_this_depth();
        --depth_;
        return read;
    }

    FormulaResult<Expression> factor_at_this_depth() {
        if (tokens_.kind() == kWord) return word();
        if (tokens_.kind() == '(') return in_brackets();
        if (tokens_.kind() == '-') return negated();
        return unexpected(tr("a number, meter.point, an item, coef.name or '('",
                             "数字、计量点.测点、采集项编号、coef.系数 或“(”"));
    }

    FormulaResult<Expression> in_brackets() {
        const int opened = tokens_.column();
        tokens_.next();
        auto inside = sum();
        if (!inside) return inside;
        if (tokens_.kind() == kEnd) {
            return fault(opened, std::string(tr("this '(' is never closed", "此处的“(”没有闭合")));
        }
        if (tokens_.kind() != ')') return unexpected(tr("an operator or ')'", "运算符或“)”"));
        tokens_.next();
        return inside;
    }

    FormulaResult<Expression> negated() {
        Expression minus;
        minus.kind = Kind::sum;
        minus.column = tokens_.column();
        tokens_.next();
        auto operand = factor();
        if (!operand) return operand;
        minus.operands.push_back({true, std::move(*operand)});
        return counted(std::move(minus));
    }

    FormulaResult<Expression> word() {
        const std::string_view text = tokens_.text();
        auto read = is_number(text) ? number(text) : reference(text);
        if (!read) return read;
        read->column = tokens_.column();
        tokens_.next();
        return counted(std::move(*read));
    }

    [[nodiscard]] FormulaResult<Expression> number(std::string_view text) const {
        constexpr int kMostDecimals = 30;
        const auto value = Decimal::parse(text);
        const bool whole = value && text.front() != '.' && text.back() != '.';
        // Whatever can be written can be printed again; a longer number would come out as a fraction.
        if (!whole || -value->exponent() > kMostDecimals ||
            !Exact{*value}.rounded(std::max(0, -value->exponent()))) {
            return fault(
                tokens_.column(),
                trf("'{}' is not a number such as 12 or 0.5 of at most 37 digits and {} decimals",
                    "“{}”不是 12、0.5 这样的数(最多 37 位，其中小数 {} 位)", shown(text), kMostDecimals));
        }
        return Expression::of(Exact{*value});
    }

    [[nodiscard]] FormulaResult<Expression> reference(std::string_view text) const {
        const auto dot = text.find('.');
        const std::string_view name = text.substr(0, dot);
        const std::string_view second = dot == std::string_view::npos ? "" : text.substr(dot + 1);
        if (!is_valid_id(name) || (dot != std::string_view::npos && !is_valid_id(second))) {
            return fault(tokens_.column(), trf("'{}' is neither meter.point nor an item nor coef.name",
                                               "“{}”不是 计量点.测点、采集项编号 或 coef.系数", shown(text)));
        }
        if (name == "coef") {
            if (!second.empty()) {
                return Expression::of(Reference{Reference::Kind::coefficient, std::string(second), {}});
            }
            return fault(tokens_.column(),
                         std::string(tr("after coef a '.' and the name of a coefficient is expected",
                                        "coef 后面应为“.”和系数名称")));
        }
        const auto kind = second.empty() ? Reference::Kind::item : Reference::Kind::point;
        return Expression::of(Reference{kind, std::string(name), std::string(second)});
    }

    FormulaResult<Expression> counted(Expression expression) {
        if (++nodes_ <= kMostFormulaNodes) return expression;
        return fault(expression.column,
                     trf("the formula has more than {} parts", "公式超过 {} 个部分", kMostFormulaNodes));
    }

    [[nodiscard]] tl::unexpected<FormulaFault> unexpected(std::string_view expected) const {
        if (tokens_.kind() == kEnd) {
            return fault(tokens_.column(),
                         trf("the formula ends where {} is expected", "公式在此结束，此处应为{}", expected));
        }
        const char first = tokens_.text().front();
        if (first >= 'A' && first <= 'Z') {
            return fault(tokens_.column(),
                         trf("'{}': ids are written in small letters, digits and _",
                             "“{}”：编号只用小写字母、数字和下划线", shown(tokens_.text())));
        }
        return fault(tokens_.column(),
                     trf("'{}' where {} is expected", "此处是“{}”，应为{}", shown(tokens_.text()), expected));
    }

    static std::string_view shown(std::string_view token) { return token.substr(0, 80); }

    Tokens tokens_;
    std::size_t nodes_{0};
    int depth_{0};
};

}  // namespace

FormulaResult<Expression> parse_formula(std::string_view text) {
    if (text.size() > kLongestFormula) {
        return fault(0,
                     trf("the formula is longer than {} characters", "公式超过 {} 个字符", kLongestFormula));
    }
    return Parser{text}.whole();
}

}  // namespace mg
