#include "tests/faults/buffer/store_trial.h"

namespace mg::test {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

/// One reading of a meter `after` the morning of the first day; the value says when it was.
Sample reading(StoreTrial& trial, std::size_t meter, milliseconds after, bool boundary,
               ClockEpoch epoch = 0) {
    const auto bits = static_cast<std::uint64_t>(after / seconds{1}) + 1'000'000 * epoch;
    return sample(trial.meter(meter), kMorning + after, bits, boundary, epoch);
}

Gap gap(StoreTrial& trial, std::size_t meter, milliseconds from, milliseconds to, Quality reason) {
    return {trial.meter(meter)->meter, Slot{kMorning + from}, Slot{kMorning + to}, reason, 0};
}

/// Both kinds in one group, from two meters.
void sweep(StoreTrial& trial, milliseconds after, ClockEpoch epoch = 0) {
    for (std::size_t meter = 0; meter < 2; ++meter) {
        trial.append(reading(trial, meter, after, true, epoch));
        trial.append(reading(trial, meter, after + seconds{1}, false, epoch));
        trial.append(reading(trial, meter, after + seconds{2}, false, epoch));
    }
    trial.commit();
}

/// The log of a file is moved into it when a day ends or thousands of pages have come; the reader of a
/// consumer stands in the way until then.
void new_day(StoreTrial& trial, int day) {
    trial.pass(days{day} + kMorning.time_since_epoch() - trial.now().time_since_epoch());
}

}  // namespace

Scenario ordinary_day() {
    return {
        {"first samples", [](StoreTrial& trial) { sweep(trial, seconds{0}); }},
        {"a gap and a missing sample",
         [](StoreTrial& trial) {
             trial.append(gap(trial, 2, seconds{0}, seconds{30}, Quality::stopped));
             trial.append(missing(trial.meter(2), kMorning + seconds{30}));
             trial.append(missing(trial.meter(2), kMorning + seconds{31}));
             trial.commit();
         }},
        {"the consumer acks",
         [](StoreTrial& trial) {
             trial.ack();
             trial.pass(seconds{1});
         }},
        {"a commit by time, other samples only",
         [](StoreTrial& trial) {
             trial.append(reading(trial, 0, seconds{40}, false));
             trial.pass(seconds{1});
         }},
        {"a value comes late",
         [](StoreTrial& trial) {
             trial.append(reading(trial, 2, seconds{31}, false));
             trial.commit();
         }},
        {"an item is set aside",
         [](StoreTrial& trial) {
             trial.set_aside(trial.cursor());
             trial.ack();
             sweep(trial, seconds{60});
         }},
        {"the clock is set back",
         [](StoreTrial& trial) {
             trial.set_clock_back(minutes{2});
             sweep(trial, seconds{60}, 1);
         }},
        {"a restart", [](StoreTrial& trial) { trial.restart(); }},
        {"the same again",
         [](StoreTrial& trial) {
             sweep(trial, seconds{60}, 1);
             sweep(trial, seconds{120}, 1);
         }},
    };
}

Scenario days_go_by() {
    return {
        {"the first day",
         [](StoreTrial& trial) {
             sweep(trial, seconds{0}, 1);
             trial.append(missing(trial.meter(2), kMorning + seconds{30}));
             trial.ack();
             trial.commit();
         }},
        {"the next day",
         [](StoreTrial& trial) {
             new_day(trial, 1);
             sweep(trial, days{1}, 1);
             trial.ack();
         }},
        {"values for yesterday",
         [](StoreTrial& trial) {
             trial.append(reading(trial, 2, seconds{30}, false));
             trial.append(reading(trial, 1, seconds{50}, false, 1));
             trial.commit();
             trial.pass(seconds{1});
         }},
        {"yesterday is repacked",
         [](StoreTrial& trial) {
             trial.restart_repacked();
             // The earlier files are asked whether they know this already.
             trial.append(reading(trial, 0, seconds{1}, false, 1));
             trial.append(reading(trial, 0, days{1} + seconds{10}, true, 1));
             trial.commit();
         }},
        {"retention",
         [](StoreTrial& trial) {
             new_day(trial, 3);
             sweep(trial, days{3}, 1);
             trial.pass(hours{2});
         }},
        {"a restart after it",
         [](StoreTrial& trial) {
             trial.restart();
             sweep(trial, days{3} + minutes{1}, 1);
             trial.ack();
             trial.pass(seconds{1});
         }},
        {"retention of boundary samples too",
         [](StoreTrial& trial) {
             new_day(trial, 6);
             sweep(trial, days{6}, 1);
             trial.pass(hours{2});
             sweep(trial, days{6} + minutes{1}, 1);
         }},
    };
}

Scenario long_log() {
    Scenario scenario;
    for (int minute = 0; minute < 45; ++minute) {
        scenario.push_back({"ninety wide samples", [minute](StoreTrial& trial) {
                                for (int second = 0; second < 45; ++second) {
                                    trial.append(reading(trial, 3, minutes{minute} + seconds{second}, true));
                                    trial.append(
                                        reading(trial, 3, minutes{minute + 60} + seconds{second}, false));
                                }
                                trial.commit();
                                if (minute % 3 == 2) trial.ack();
                                if (minute % 4 == 3) trial.pass(seconds{1});
                            }});
    }
    return scenario;
}

}  // namespace mg::test
