#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gateway/base/guarded.h"
#include "gateway/buffer/clock_book.h"

namespace mg {

/// A ClockBook in memory: every promise but durability. Thread-safe.
class MemoryClockBook final : public ClockBook {
public:
    Result<std::optional<ClockVouch>> vouch() override;
    Result<> keep_vouch(const ClockVouch& vouch) override;
    Result<std::string> last_boot() override;
    Result<> note_boot(const std::string& boot) override;
    Result<> note(const ClockNote& note) override;
    Result<std::vector<ClockNote>> notes(std::size_t most) override;
    Result<> hold(const Layout& layout, const std::string& boot, milliseconds since_boot,
                  const std::vector<Reading>& readings) override;
    Result<std::vector<HeldReadings>> held(const Layout& layout, const std::string& boot) override;
    Result<> settle(const std::vector<HeldReadings>& placed) override;
    Result<HeldCounts> held_counts(const std::string& boot) override;

private:
    struct Row {
        Layout layout;
        std::string boot;
        HeldReadings held;
    };
    struct State {
        std::optional<ClockVouch> vouch;
        std::string boot;
        std::vector<ClockNote> notes;
        std::vector<Row> rows;
        std::int64_t last_id{0};
    };
    Guarded<State> state_;
};

}  // namespace mg
