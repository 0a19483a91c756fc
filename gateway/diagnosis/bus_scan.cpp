#include "gateway/diagnosis/bus_scan.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include <fmt/format.h>

namespace mg {
namespace {

constexpr int kSilentUntilLeft = 3;
constexpr std::size_t kMostModels = 4;
constexpr std::array kOrders{std::pair{WordOrder::abcd, "abcd"}, std::pair{WordOrder::cdab, "cdab"},
                             std::pair{WordOrder::badc, "badc"}, std::pair{WordOrder::dcba, "dcba"}};

auto block_of(const Fingerprint& fingerprint) {
    return std::tuple{fingerprint.table, fingerprint.first, fingerprint.count};
}

std::uint8_t high(std::uint16_t word) {
    return static_cast<std::uint8_t>(word >> 8U);
}
std::uint8_t low(std::uint16_t word) {
    return static_cast<std::uint8_t>(word & 0xFFU);
}

Pdu read_of(RegisterTable table, std::uint16_t first, std::uint16_t count) {
    return {static_cast<std::uint8_t>(table), high(first), low(first), high(count), low(count)};
}

const Pdu kIdentification{0x2B, 0x0E, 1, 0};

/// The questions by which a unit is looked for, the most promising first.
std::vector<Pdu> searches_of(const ScanPlan& plan) {
    std::vector<Pdu> searches{read_of(RegisterTable::holding, 0, 1), read_of(RegisterTable::input, 0, 1),
                              kIdentification};
    if (!plan.thorough) return searches;
    for (const Fingerprint& fingerprint : plan.fingerprints) {
        const auto& point = fingerprint.model->points[fingerprint.points.front()];
        auto search = read_of(point.table, point.address, register_count(point));
        if (std::ranges::find(searches, search) == searches.end()) searches.push_back(std::move(search));
    }
    return searches;
}

/// How many of them are asked with one of the settings.
std::size_t searches_with(const ScanPlan& plan, std::size_t setting, std::size_t searches) {
    return setting == 0 || plan.thorough ? searches : 1;
}

char letter_of(Parity parity) {
    switch (parity) {
        case Parity::none:
            return 'N';
        case Parity::even:
            return 'E';
        case Parity::odd:
            return 'O';
    }
    return '?';
}

}  // namespace

std::string text_of(const SerialSettings& settings) {
    return fmt::format("{} {}{}{}", settings.baud, settings.data_bits, letter_of(settings.parity),
                       settings.stop_bits);
}

std::uint64_t questions_of(const ScanPlan& plan) {
    const auto searches = searches_of(plan).size();
    std::uint64_t questions = 0;
    for (std::size_t i = 0; i < plan.settings.size(); ++i) questions += searches_with(plan, i, searches);
    return questions * plan.units.size();
}

BusScan::BusScan(ScanPlan plan)
    : plan_{std::move(plan)}, searches_{searches_of(plan_)}, of_{questions_of(plan_)} {
    // Those of one block stand together, so that it is read once.
    std::ranges::stable_sort(plan_.fingerprints, {}, block_of);
    if (of() == 0) phase_ = Phase::over;
}

std::optional<ScanQuestion> BusScan::next() const {
    if (phase_ == Phase::over) return std::nullopt;
    ScanQuestion question{.settings = plan_.settings[setting_], .unit = plan_.units[unit_], .pdu = {}};
    switch (phase_) {
        case Phase::search:
            question.pdu = searches_[search_];
            break;
        case Phase::identify:
            question.pdu = kIdentification;
            break;
        case Phase::fingerprint: {
            const Fingerprint& block = plan_.fingerprints[block_];
            question.pdu = read_of(block.table, block.first, block.count);
            break;
        }
        case Phase::over:
            break;
    }
    return question;
}

void BusScan::take(const PduAnswer& answer) {
    switch (phase_) {
        case Phase::search:
            return take_search(answer);
        case Phase::identify:
            return take_identity(answer);
        case Phase::fingerprint:
            return take_registers(answer);
        case Phase::over:
            return;
    }
}

void BusScan::take_search(const PduAnswer& answer) {
    ++asked_;
    const bool garbled = !answer && answer.error().quality == Quality::corrupt_reply;
    // A gateway's word that its unit is silent, or that it knows no such unit, is nobody's sign of life.
    const int exception = answer ? 0 : answer.error().exception;
    if (!answer && !garbled && (exception == 0 || exception == 0x0A || exception == 0x0B)) return next_unit();
    found_.push_back({.settings = text_of(plan_.settings[setting_]),
                      .unit = plan_.units[unit_],
                      .garbled = garbled,
                      .exception = exception,
                      .objects = {},
                      .models = {}});
    if (garbled) return next_unit();
    silent_ = 0;
    candidates_.clear();
    phase_ = Phase::identify;
}

void BusScan::take_identity(const PduAnswer& answer) {
    if (answer) {
        const Pdu& pdu = *answer;
        for (std::size_t at = 7; at + 2 <= pdu.size() && at + 2U + pdu[at + 1] <= pdu.size();
             at += 2U + pdu[at + 1]) {
            const auto text = pdu.begin() + static_cast<std::ptrdiff_t>(at) + 2;
            found_.back().objects.push_back({pdu[at], std::string{text, text + pdu[at + 1]}});
        }
    }
    block_ = 0;
    phase_ = Phase::fingerprint;
    if (plan_.fingerprints.empty()) end_unit();
}

void BusScan::take_registers(const PduAnswer& answer) {
    const Fingerprint& asked = plan_.fingerprints[block_];
    silent_ = !answer && answer.error().exception == 0 ? silent_ + 1 : 0;
    if (answer && answer->size() == 2U + 2U * asked.count) {
        for (const Fingerprint& each : plan_.fingerprints) {
            if (block_of(each) == block_of(asked)) compare(each, std::span{*answer}.subspan(2));
        }
    }
    next_block();
    if (block_ >= plan_.fingerprints.size() || silent_ >= kSilentUntilLeft) end_unit();
}

void BusScan::compare(const Fingerprint& block, std::span<const std::uint8_t> registers) {
    const Likeness own = likeness_of(block, registers);
    if (own.is_possible()) {
        candidates_.push_back({{block.model->id, {}, own.is_likely()}, own.weight() + 1, own.is_electric()});
        return;
    }
    // Another order of words only counts where it makes sense of all: chance makes a voltage now and then.
    for (const auto& [order, name] : kOrders) {
        const Likeness other = likeness_of(block, registers, order);
        if (other.is_likely())
            candidates_.push_back({{block.model->id, name, true}, other.weight(), other.is_electric()});
    }
}

void BusScan::next_block() {
    const auto done = block_of(plan_.fingerprints[block_]);
    while (block_ < plan_.fingerprints.size() && block_of(plan_.fingerprints[block_]) == done) ++block_;
}

void BusScan::end_unit() {
    const bool electric = std::ranges::any_of(
        candidates_, [](const Candidate& candidate) { return candidate.electric && candidate.model.likely; });
    std::erase_if(candidates_, [&](const Candidate& candidate) { return electric && !candidate.electric; });
    std::ranges::stable_sort(candidates_, [](const Candidate& a, const Candidate& b) {
        return std::tuple{a.electric, a.model.likely, a.weight} >
               std::tuple{b.electric, b.model.likely, b.weight};
    });
    for (std::size_t i = 0; i < candidates_.size() && i < kMostModels; ++i)
        found_.back().models.push_back(candidates_[i].model);
    next_unit();
}

void BusScan::next_unit() {
    phase_ = Phase::search;
    do {
        if (++unit_ < plan_.units.size()) continue;
        unit_ = 0;
        if (++search_ < searches_with(plan_, setting_, searches_.size())) continue;
        search_ = 0;
        if (++setting_ >= plan_.settings.size()) {
            phase_ = Phase::over;
            return;
        }
    } while (is_known(plan_.units[unit_]));
}

/// Found already. Garbage is looked at again with other settings only.
bool BusScan::is_known(std::uint8_t unit) const {
    return std::ranges::any_of(found_, [&](const ScanFound& found) {
        return found.unit == unit && (!found.garbled || found.settings == text_of(plan_.settings[setting_]));
    });
}

}  // namespace mg
