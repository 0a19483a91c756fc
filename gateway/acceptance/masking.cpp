#include "gateway/acceptance/masking.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace mg {
namespace {

constexpr std::size_t kShortestSecret = 4;
constexpr std::size_t kShownEnds = 4;
constexpr std::array<std::string_view, 8> kAlwaysHidden{
    "secretkey", "password", "token", "accesstoken", "ak", "certificatepassword", "authorization", "license"};

std::string lower(std::string_view text) {
    std::string made{text};
    std::ranges::transform(made, made.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return made;
}

std::string ends_of(std::string_view id) {
    if (id.size() < 4 * kShownEnds) return std::string(kMasked);
    return fmt::format("{}…{}", id.substr(0, kShownEnds), id.substr(id.size() - kShownEnds));
}

void keep_longest_first(std::vector<std::string>& known, std::string text) {
    if (text.size() < kShortestSecret || std::ranges::find(known, text) != known.end()) return;
    known.push_back(std::move(text));
    std::ranges::stable_sort(known, std::ranges::greater{}, &std::string::size);
}

void replace_all(std::string& text, const std::string& what, const std::string& by) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
        text.replace(at, what.size(), by);
}

}  // namespace

Masking::Masking(const ProfileOptions& profile) {
    for (const std::string_view name : kAlwaysHidden) hidden_names_.emplace(name);
    for (const std::string* name :
         {&profile.names.secret_key, &profile.names.password, &profile.names.token, &profile.token_header})
        hidden_names_.insert(lower(*name));
    partly_names_.insert(lower(profile.names.device_id));
}

void Masking::hide(std::string secret) {
    keep_longest_first(hidden_, std::move(secret));
}

void Masking::hide_partly(std::string id) {
    keep_longest_first(partly_, std::move(id));
}

void Masking::learn(std::string_view member, std::string_view value) {
    switch (of_member(member)) {
        case Part::hidden:
            return hide(std::string(value));
        case Part::partly:
            return hide_partly(std::string(value));
        case Part::shown:
            return;
    }
}

Masking::Part Masking::of_member(std::string_view name) const {
    const std::string known = lower(name);
    if (hidden_names_.contains(known)) return Part::hidden;
    return partly_names_.contains(known) ? Part::partly : Part::shown;
}

std::string Masking::value(std::string_view member, std::string_view value) const {
    if (value.empty()) return {};
    switch (of_member(member)) {
        case Part::hidden:
            return std::string(kMasked);
        case Part::partly:
            return ends_of(value);
        case Part::shown:
            break;
    }
    return text(value);
}

std::string Masking::text(std::string_view text) const {
    std::string shown{text};
    for (const std::string& secret : hidden_) replace_all(shown, secret, std::string(kMasked));
    for (const std::string& id : partly_) replace_all(shown, id, ends_of(id));
    return shown;
}

}  // namespace mg
