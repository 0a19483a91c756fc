#include "gateway/acceptance/shown_json.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "gateway/base/language.h"
#include "gateway/uplink/provincial/answer.h"

namespace mg {
namespace {

constexpr std::size_t kDeepest = 64;
/// Beyond it an answer is shown as it is, its begin only.
constexpr std::size_t kLongest = 8UL << 20U;

struct Node {
    enum class Kind : std::uint8_t { object, list, text, word };
    Kind kind{Kind::word};
    std::string name;  ///< in an object
    std::string text;  ///< of a text: decoded; of a word: number, true, null, as written
    std::vector<Node> inside;
};

/// Builds Nodes; nlohmann's own values would lose the digits of numbers and the order of members.
class Builder : public nlohmann::json_sax<nlohmann::json> {
public:
    bool null() override { return word("null"); }
    bool boolean(bool value) override { return word(value ? "true" : "false"); }
    bool number_integer(number_integer_t value) override { return word(std::to_string(value)); }
    bool number_unsigned(number_unsigned_t value) override { return word(std::to_string(value)); }
    bool number_float(number_float_t /*value*/, const string_t& written) override { return word(written); }
    bool string(string_t& value) override { return add(Node::Kind::text, value) != nullptr; }
    bool binary(binary_t& /*value*/) override { return false; }
    bool start_object(std::size_t /*size*/) override { return open(Node::Kind::object); }
    bool start_array(std::size_t /*size*/) override { return open(Node::Kind::list); }
    bool key(string_t& value) override {
        name_ = value;
        return true;
    }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }
    bool parse_error(std::size_t /*at*/, const std::string& /*token*/,
                     const nlohmann::detail::exception& /*error*/) override {
        return false;
    }

    Node root;

private:
    bool word(const std::string& text) { return add(Node::Kind::word, text) != nullptr; }
    Node* add(Node::Kind kind, std::string text) {
        Node made{kind, std::exchange(name_, {}), std::move(text), {}};
        if (open_.empty()) {
            root = std::move(made);
            return &root;
        }
        return &open_.back()->inside.emplace_back(std::move(made));
    }
    bool open(Node::Kind kind) {
        if (open_.size() >= kDeepest) return false;
        open_.push_back(add(kind, {}));  // only the last child of an open node grows: addresses stay
        return true;
    }
    bool close() {
        open_.pop_back();
        return true;
    }

    std::string name_;
    std::vector<Node*> open_;
};

std::optional<Node> parse(std::string_view json) {
    if (json.size() > kLongest) return std::nullopt;
    // Bytes that are no UTF-8, as of a platform that answers in GBK, would make it unreadable.
    const std::string text = printable_words(json, json.size());
    Builder builder;
    const bool whole = nlohmann::json::sax_parse(text, &builder);
    const bool compound = builder.root.kind == Node::Kind::object || builder.root.kind == Node::Kind::list;
    if (!whole || !compound) return std::nullopt;
    return std::move(builder.root);
}

bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

/// The first bytes, whole characters.
std::string cut(std::string_view text, std::size_t most) {
    if (text.size() <= most) return std::string(text);
    std::size_t end = most;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    return fmt::format("{}… {}", text.substr(0, end), trf("({} bytes)", "(共 {} 字节)", text.size()));
}

std::string in_quotes(std::string_view text) {
    std::string made{"\""};
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            made += '\\';
            made += c;
        } else if (is_control(c)) {
            made += fmt::format("\\u{:04x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
        } else {
            made += c;
        }
    }
    made += '"';
    return made;
}

class Writer {
public:
    Writer(const Masking& masking, const ShownLimits& limits) : masking_{masking}, limits_{limits} {}

    std::string write(const Node& root) {
        lines(root, 0, "");
        if (left_out_ > 0) out_ += trf("… {} more lines", "… 另有 {} 行", left_out_) + '\n';
        if (!out_.empty()) out_.pop_back();
        return std::move(out_);
    }

private:
    [[nodiscard]] std::string scalar(const Node& node) const {
        const bool shown = masking_.of_member(node.name) == Masking::Part::shown;
        if (node.kind == Node::Kind::word && shown) return masking_.text(node.text);
        const std::string value = cut(masking_.value(node.name, node.text), limits_.text);
        return node.kind == Node::Kind::word ? value : in_quotes(value);
    }
    static std::string head(const Node& node) {
        return node.name.empty() ? std::string{} : fmt::format("{}: ", in_quotes(node.name));
    }

    /// On one line, while it is not longer than `most`.
    bool inline_text(const Node& node, std::size_t most, std::string& text) const {
        text += head(node);
        const bool object = node.kind == Node::Kind::object;
        if (!object && node.kind != Node::Kind::list) {
            text += scalar(node);
            return text.size() <= most;
        }
        text += object ? '{' : '[';
        bool first = true;
        for (const Node& each : node.inside) {
            if (!first) text += ", ";
            first = false;
            if (!inline_text(each, most, text)) return false;
        }
        text += object ? '}' : ']';
        return text.size() <= most;
    }
    void line(std::size_t depth, const std::string& text) {
        if (written_ >= limits_.lines) {
            ++left_out_;
            return;
        }
        ++written_;
        out_ += std::string(2 * depth, ' ') + text + '\n';
    }
    void lines(const Node& node, std::size_t depth, const std::string& behind) {
        const bool compound = node.kind == Node::Kind::object || node.kind == Node::Kind::list;
        std::string text;
        if (!compound) return line(depth, head(node) + scalar(node) + behind);
        if (depth > 0 && inline_text(node, limits_.width, text)) return line(depth, text + behind);
        const bool object = node.kind == Node::Kind::object;
        line(depth, head(node) + (object ? "{" : "["));
        for (const Node& each : node.inside) lines(each, depth + 1, &each == &node.inside.back() ? "" : ",");
        line(depth, (object ? "}" : "]") + behind);
    }

    const Masking& masking_;
    const ShownLimits& limits_;
    std::string out_;
    std::size_t written_{0};
    std::size_t left_out_{0};
};

/// No JSON: a page of HTML, say.
std::string as_it_is(std::string_view text, const Masking& masking, const ShownLimits& limits) {
    constexpr std::size_t kLines = 12;
    std::string shown;
    std::string_view rest = text.substr(0, kLines * limits.width);
    for (std::size_t line = 0; line < kLines && !rest.empty(); ++line) {
        const auto end = std::min(rest.find('\n'), rest.size());
        const std::string words = printable_words(rest.substr(0, end), limits.text);
        if (!words.empty()) shown += fmt::format("{}{}", shown.empty() ? "" : "\n", masking.text(words));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    if (!rest.empty() || text.size() > kLines * limits.width)
        shown += trf("\n… {} bytes in all", "\n… 共 {} 字节", text.size());
    return shown;
}

void learn(const Node& node, Masking& masking) {
    if (!node.text.empty()) masking.learn(node.name, node.text);
    for (const Node& each : node.inside) learn(each, masking);
}

void count(const Node& node, const std::string& name,
           std::vector<std::pair<std::string, std::size_t>>& lists) {
    const std::string& own = node.name.empty() ? name : node.name;
    if (node.kind == Node::Kind::list && !node.inside.empty() &&
        node.inside.front().kind == Node::Kind::object) {
        lists.emplace_back(own, node.inside.size());
        return;
    }
    for (const Node& each : node.inside) count(each, own, lists);
}

}  // namespace

std::string shown_json(std::string_view json, const Masking& masking, const ShownLimits& limits) {
    const auto root = parse(json);
    return root ? Writer{masking, limits}.write(*root) : as_it_is(json, masking, limits);
}

void learn_secrets(std::string_view json, Masking& masking) {
    if (const auto root = parse(json)) learn(*root, masking);
}

std::vector<std::pair<std::string, std::size_t>> lists_in(std::string_view json) {
    std::vector<std::pair<std::string, std::size_t>> lists;
    if (const auto root = parse(json)) count(*root, "", lists);
    return lists;
}

}  // namespace mg
