// How far lines in trouble move the boundary slots of the sound ones: four sound lines (three over TCP, one
// over a pty, two meters each, a boundary every 2 s) alone, beside one line of each trouble, and beside all.
//   isolation_bench [seconds for each; 30 when left out]
// Skew: from the slot's instant to the answer of the meter, which takes no time of its own here.
#include <cstdlib>
#include <string>

#include <fmt/format.h>

#include "tests/integration/isolation/isolation_trial.h"

namespace {

using namespace mg;

void show(std::string_view beside, const IsolationFigures& figures, milliseconds alone) {
    fmt::print("{:34} {:5} slots, {} missed; skew ms p50 {} p99 {} most {} (alone {})\n", beside,
               figures.slots, figures.missed, figures.at(50).count(), figures.at(99).count(),
               figures.at(100).count(), alone.count());
    std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
    const std::chrono::seconds length{argc > 1 ? std::atoi(argv[1]) : 30};
    const auto alone = run_beside({}, length);
    show("alone", alone, alone.at(100));
    for (const LineTrouble trouble : kAllTroubles)
        show(name_of(trouble), run_beside({trouble}, length), alone.at(100));
    show("all of them", run_beside({std::begin(kAllTroubles), std::end(kAllTroubles)}, length),
         alone.at(100));
    show("alone again", run_beside({}, length), alone.at(100));
}
