#include "gateway/base/language.h"

#include <array>
#include <atomic>
#include <cstdlib>

namespace mg {
namespace {

std::atomic<Language> current{Language::en};
thread_local std::optional<Language> spoken;

}  // namespace

Language language() {
    return spoken ? *spoken : current.load(std::memory_order_relaxed);
}

void set_language(Language language) {
    current.store(language, std::memory_order_relaxed);
}

SpokenLanguage::SpokenLanguage(Language language) : before_{std::exchange(spoken, language)} {}
SpokenLanguage::~SpokenLanguage() {
    spoken = before_;
}

Language language_of_environment() {
    for (const char* name : std::array{"LC_ALL", "LC_MESSAGES", "LANG"}) {
        const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): before any thread starts
        if (value == nullptr || *value == '\0') continue;
        return std::string_view(value).substr(0, 2) == "zh" ? Language::zh : Language::en;
    }
    return Language::en;
}

}  // namespace mg
