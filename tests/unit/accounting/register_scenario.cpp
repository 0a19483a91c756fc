#include "register_scenario.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace mg {
namespace {

using namespace std::chrono_literals;

std::vector<std::string> split(std::string_view text, char by) {
    std::vector<std::string> parts{""};
    for (const char c : text) {
        if (c == by)
            parts.emplace_back();
        else
            parts.back() += c;
    }
    return parts;
}

std::vector<std::string> words(std::string_view text) {
    auto parts = split(text, ' ');
    std::erase(parts, "");
    return parts;
}

/// Amounts of a story are short decimals or fractions.
std::string plain(const Exact& value) {
    for (int decimals = 0; decimals < 8; ++decimals) {
        const auto rounded = value.rounded(decimals);
        if (rounded && Exact{*rounded} == value) return rounded->to_string();
    }
    return value.to_string();
}

}  // namespace

UtcTime scenario_time(std::string_view text) {
    auto parts = words(text);
    auto time = UtcTime{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}} - 8h;
    if (parts.size() == 2) time += std::chrono::days{std::stoi(parts[0])};
    const auto clock = split(parts.back(), ':');
    if (clock.size() < 2) throw std::invalid_argument("not a time: " + std::string(text));
    return time + std::chrono::hours{std::stoi(clock[0])} + std::chrono::minutes{std::stoi(clock[1])};
}

RegisterLife& RegisterScenario::life() {
    if (!life_) life_.emplace(rules, records);
    return *life_;
}

void RegisterScenario::reads(std::string_view story) {
    for (const auto& part : split(story, '|')) {
        auto said = words(part);
        if (said.empty()) continue;
        const bool doubtful = said.back() == "?";
        if (doubtful) said.pop_back();
        const std::string index = said.back();
        said.pop_back();
        if (index == "-") continue;
        const auto time = fmt::format("{}", fmt::join(said, " "));
        life().feed({scenario_time(time), number(index), 0, doubtful}, spans_);
        for (auto& odd : life().take_odd()) odd_.push_back(odd);
    }
}

void RegisterScenario::pass(std::string_view until) {
    life().pass(scenario_time(until), spans_);
}

std::string RegisterScenario::amount(std::string_view from, std::string_view to) const {
    SpanSeries series;
    series.add(spans_);
    const auto amount = series.amount(scenario_time(from), scenario_time(to));
    if (!amount) return "not known";
    std::string text = plain(amount->amount);
    return fmt::format("{}{}{}", text, amount->marks == Marks{} ? "" : " ",
                       fmt::join(names_of(amount->marks), " "));
}

std::vector<std::string> RegisterScenario::odd() const {
    std::vector<std::string> texts;
    for (const auto& o : odd_) texts.push_back(o.reading.index.to_string());
    return texts;
}

}  // namespace mg
