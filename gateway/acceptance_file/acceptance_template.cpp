#include "gateway/acceptance_file/acceptance_template.h"

#include <algorithm>
#include <utility>

#include "gateway/base/language.h"
#include "gateway/base/nearest.h"

namespace mg {
namespace {

constexpr std::string_view kRoom = "＿＿＿＿＿＿＿＿";
constexpr std::string_view kOpen = "{{";
constexpr std::string_view kClose = "}}";
constexpr std::string_view kSignatures = "signatures:";

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kSpace = " \t\r";
    const auto first = text.find_first_not_of(kSpace);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

/// What stands behind the mark; none: the line does not begin with it.
std::optional<std::string_view> behind(std::string_view line, std::string_view mark) {
    if (!line.starts_with(mark)) return std::nullopt;
    return trimmed(line.substr(mark.size()));
}

std::vector<std::string_view> parts(std::string_view text) {
    std::vector<std::string_view> found;
    while (true) {
        const auto bar = text.find('|');
        found.push_back(trimmed(text.substr(0, bar)));
        if (bar == std::string_view::npos) return found;
        text.remove_prefix(bar + 1);
    }
}

/// What stands between {{ and }} where that is all of the line.
std::optional<std::string_view> alone(std::string_view line) {
    if (!line.starts_with(kOpen) || !line.ends_with(kClose)) return std::nullopt;
    const std::string_view inside = line.substr(kOpen.size(), line.size() - kOpen.size() - kClose.size());
    if (inside.find(kOpen) != std::string_view::npos) return std::nullopt;
    return trimmed(inside);
}

class Filling {
public:
    Filling(const TemplateWords& words, Reporter& report) : words_{words}, report_{report} {}

    void take(std::string_view line, int number) {
        line_ = number;
        line = trimmed(line);
        if (line.starts_with("<!--") && line.ends_with("-->")) return;
        if (!line.starts_with('|')) end_facts();
        if (line.empty()) return end_paragraph();
        if (const auto heading = behind(line, "## ")) return begin_section(*heading);
        if (const auto title = behind(line, "# ")) return set_title(*title);
        if (const auto subtitle = behind(line, "> ")) {
            document_.subtitles.push_back(with_words(*subtitle));
            return;
        }
        if (line.starts_with('|')) return add_fact(line);
        if (const auto name = alone(line); name && (is_block(*name) || !words_.texts.contains(*name)))
            return add_block(*name);
        // Words of Chinese stand together, of others apart.
        if (!paragraph_.empty() && static_cast<unsigned char>(paragraph_.back()) < 0x80) paragraph_ += ' ';
        paragraph_ += with_words(line);
    }

    std::optional<Document> finish() {
        end_facts();
        end_paragraph();
        if (document_.title.empty()) {
            line_ = 0;
            complain(tr("the title is missing", "缺少标题"), "# …");
        }
        if (is_wrong_) return std::nullopt;
        return std::move(document_);
    }

private:
    void complain(std::string_view what, std::string allowed, std::string_view found = {}) {
        report_.error({line_, 0}, {}, {std::string(what), std::move(allowed)}, found);
        is_wrong_ = true;
    }

    [[nodiscard]] bool is_block(std::string_view name) const {
        return words_.blocks.contains(name) || name.starts_with(kSignatures);
    }

    void set_title(std::string_view title) {
        if (!document_.title.empty()) complain(tr("a second title", "标题重复"), "## …", title);
        document_.title = with_words(title);
    }

    void begin_section(std::string_view heading) {
        end_paragraph();
        document_.sections.push_back({.heading = with_words(heading), .blocks = {}});
    }

    void add(Block block) {
        if (document_.sections.empty()) document_.sections.emplace_back();
        document_.sections.back().blocks.push_back(std::move(block));
    }

    void add_fact(std::string_view line) {
        end_paragraph();
        line.remove_prefix(1);
        if (line.ends_with('|')) line.remove_suffix(1);
        const auto cells = parts(line);
        if (cells.size() != 2) return complain(tr("not a pair", "应为一对"), "| … | … |", line);
        std::string value = with_words(cells[1]);
        facts_.facts.emplace_back(with_words(cells[0]),
                                  value.empty() ? std::string(kRoom) : std::move(value));
    }

    void add_block(std::string_view name) {
        end_paragraph();
        if (const auto who = behind(name, kSignatures)) {
            Signatures signatures;
            for (const std::string_view each : parts(*who)) signatures.who.push_back(with_words(each));
            return add(std::move(signatures));
        }
        const auto found = words_.blocks.find(name);
        if (found == words_.blocks.end()) return unknown(name);
        for (const Block& block : found->second) add(block);
    }

    void unknown(std::string_view name) {
        std::vector<std::string> names;
        for (const auto& [each, text] : words_.texts) names.push_back(each);
        for (const auto& [each, blocks] : words_.blocks) names.push_back(each);
        std::string known;
        for (const std::string& each : names) known += (known.empty() ? "" : ", ") + each;
        const std::string nearest = nearest_of(std::string(name), names);
        complain(trf("nothing is called {{{{{}}}}}", "没有名为 {{{{{}}}}} 的内容", name),
                 nearest.empty() ? known
                                 : trf("{0} (is \"{1}\" meant?)", "{0}（是否想写“{1}”？）", known, nearest));
    }

    std::string with_words(std::string_view text) {
        std::string made;
        while (true) {
            const auto open = text.find(kOpen);
            made += text.substr(0, open);
            if (open == std::string_view::npos) return made;
            const auto close = text.find(kClose, open);
            if (close == std::string_view::npos) {
                complain(tr("{{ without }}", "{{ 没有对应的 }}"), "{{…}}", text.substr(open));
                return made;
            }
            const std::string_view name =
                trimmed(text.substr(open + kOpen.size(), close - open - kOpen.size()));
            const auto found = words_.texts.find(name);
            if (found == words_.texts.end()) {
                unknown(name);
            } else {
                made += found->second.empty() ? std::string(kRoom) : found->second;
            }
            text.remove_prefix(close + kClose.size());
        }
    }

    void end_paragraph() {
        if (paragraph_.empty()) return;
        add(Paragraph{.text = std::exchange(paragraph_, {})});
    }
    void end_facts() {
        if (!facts_.facts.empty()) add(std::exchange(facts_, {}));
    }

    const TemplateWords& words_;
    Reporter& report_;
    Document document_;
    std::string paragraph_;
    Facts facts_;
    int line_{0};
    bool is_wrong_{false};
};

template <class Use>
void each_line(std::string_view text, const Use& use) {
    for (int number = 1; !text.empty(); ++number) {
        const auto end = text.find('\n');
        use(text.substr(0, end), number);
        if (end == std::string_view::npos) return;
        text.remove_prefix(end + 1);
    }
}

}  // namespace

std::optional<Document> filled(const AcceptanceTemplate& given, const TemplateWords& words,
                               Reporter& report) {
    Filling filling{words, report};
    each_line(given.text, [&](std::string_view line, int number) { filling.take(line, number); });
    return filling.finish();
}

std::string title_of(const AcceptanceTemplate& given) {
    std::string title;
    each_line(given.text, [&](std::string_view line, int) {
        const auto found = behind(trimmed(line), "# ");
        if (found && title.empty()) title = *found;
    });
    return title.empty() ? given.name : title;
}

}  // namespace mg
