#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace mg {

enum class Language : std::uint8_t { en, zh };

/// The language of everything a user reads. Set once by main before any thread starts; a SpokenLanguage goes
/// before it in its own thread.
Language language();
void set_language(Language language);

/// While it lives, its thread speaks this language: for an answer to somebody who asked in his own, or a text
/// that is wanted in both. They may be nested.
class SpokenLanguage {
public:
    explicit SpokenLanguage(Language language);
    ~SpokenLanguage();
    SpokenLanguage(const SpokenLanguage&) = delete;
    SpokenLanguage& operator=(const SpokenLanguage&) = delete;

private:
    std::optional<Language> before_;
};

/// From LC_ALL, LC_MESSAGES or LANG in that order: zh* is Chinese, everything else English.
Language language_of_environment();

/// The text in the user's language. Both versions stand side by side at the place of use:
///     tr("no such meter", "没有这个计量点")
inline std::string_view tr(std::string_view en, std::string_view zh) {
    return language() == Language::zh ? zh : en;
}

/// The same with arguments; both formats take the same ones, by position where the order differs:
///     trf("line {0}: {1} meters", "线路 {0}：{1} 块表", id, count)
template <class... Args>
std::string trf(std::string_view en, std::string_view zh, const Args&... args) {
    return fmt::vformat(tr(en, zh), fmt::make_format_args(args...));
}

}  // namespace mg
