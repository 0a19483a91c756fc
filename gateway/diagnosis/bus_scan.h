#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/options.h"
#include "drivers/modbus/pdu_exchange.h"
#include "gateway/control/scan_report.h"
#include "gateway/diagnosis/fingerprint.h"

namespace mg {

/// Where a scan looks.
struct ScanPlan {
    std::vector<SerialSettings> settings;  ///< in this order; the line's own first
    std::vector<std::uint8_t> units;       ///< without those that are known
    std::vector<Fingerprint> fingerprints;
    /// Whoever stays silent is asked for the first registers of every fingerprint, too, and for all that with
    /// each of the settings.
    bool thorough{false};
};

/// How many questions it takes when nobody answers.
std::uint64_t questions_of(const ScanPlan& plan);

struct ScanQuestion {
    SerialSettings settings;
    std::uint8_t unit{0};
    Pdu pdu;
};

/// "9600 8N1".
std::string text_of(const SerialSettings& settings);

/// Who answers on a line, and what it may be: what to ask next, and what the answers so far mean. Pure.
///
/// All units are asked for one holding register. Some meters ignore what they do not have in place of
/// refusing it: those that stay silent are asked for an input register, then for their identification
/// (2B/0E); with other settings than the line's own only when the plan is thorough. Whoever answers anything,
/// an exception included, is found, then asked for its identification and for the registers of the
/// fingerprints. A unit that leaves three of those in a row without an answer is asked for no more. One that
/// was found with one of the settings is not looked for with others.
class BusScan {
public:
    explicit BusScan(ScanPlan plan);

    /// None: it is over.
    [[nodiscard]] std::optional<ScanQuestion> next() const;
    /// The answer to next().
    void take(const PduAnswer& answer);

    [[nodiscard]] const std::vector<ScanFound>& found() const { return found_; }
    [[nodiscard]] std::uint64_t asked() const { return asked_; }
    [[nodiscard]] std::uint64_t of() const { return of_; }

private:
    enum class Phase : std::uint8_t { search, identify, fingerprint, over };

    void take_search(const PduAnswer& answer);
    void take_identity(const PduAnswer& answer);
    void take_registers(const PduAnswer& answer);
    void compare(const Fingerprint& block, std::span<const std::uint8_t> registers);
    void end_unit();
    void next_unit();
    void next_block();
    [[nodiscard]] bool is_known(std::uint8_t unit) const;

    struct Candidate {
        ScanFound::Model model;
        int weight{0};
        bool electric{false};
    };

    ScanPlan plan_;
    std::vector<Pdu> searches_;  ///< one after the other, each for all units
    std::uint64_t of_{0};
    Phase phase_{Phase::search};
    std::size_t setting_{0};
    std::size_t search_{0};
    std::size_t unit_{0};
    std::size_t block_{0};  ///< of the fingerprints, by which the next question goes
    int silent_{0};         ///< questions in a row to a unit that was found
    std::uint64_t asked_{0};
    std::vector<ScanFound> found_;
    std::vector<Candidate> candidates_;
};

}  // namespace mg
