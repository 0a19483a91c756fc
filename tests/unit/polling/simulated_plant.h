#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gateway/polling/line_worker.h"
#include "tests/support/fake_clock.h"
#include "tests/support/memory_store.h"
#include "tests/unit/polling/simulated_line.h"

namespace mg {

/// One line "hv" under a clock that jumps; the run stops by itself.
struct SimulatedPlant {
    explicit SimulatedPlant(UtcTime start) : clock{start} {}

    SimulatedMeter& add(const std::string& id, milliseconds every, milliseconds exchange = milliseconds{50});
    /// Once.
    void run_until(UtcTime until);
    /// One read by hand, from within each_round. False: refused.
    bool read(const std::string& id, ReadDone done) {
        return running->run_errand(running->read_of({id}, std::move(done)));
    }

    /// What came after the marks before the first slots.
    [[nodiscard]] std::vector<StoredItem> since_start() const;
    /// What became of each slot of a meter since the start: the quality of its latest revision, or the reason
    /// of the gap over it.
    [[nodiscard]] std::map<UtcTime, Quality> slots(const std::string& id, milliseconds every) const;
    /// How far behind its slot each sample was taken, at worst.
    [[nodiscard]] milliseconds worst_delay() const;

    milliseconds boundary{std::chrono::minutes{15}};
    FakeClock clock;
    MemoryStore store;
    std::unique_ptr<SimulatedChannel> channel = std::make_unique<SimulatedChannel>();
    std::vector<PolledInstrument> instruments;
    std::function<void(UtcTime)> each_round = [](UtcTime) {};
    LineWorker* running{nullptr};
    LineSnapshot snapshot;
    std::uint64_t missed{0};  ///< slots
};

}  // namespace mg
