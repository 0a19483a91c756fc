#pragma once

#include <set>
#include <string>

#include "gateway/health/heartbeats.h"
#include "gateway/health/service_notifier.h"

namespace mg {

/// Tells the service manager that we are alive, and only while every thread is: a process whose main thread
/// runs but whose line hangs must be restarted. One thread only; never blocks. The owner calls tick() once an
/// interval (watchdog_interval_from_environment(), or a few seconds when nobody watches: the log is of use
/// without systemd too).
class Watchdog {
public:
    Watchdog(const Heartbeats& heartbeats, const ServiceNotifier& notifier)
        : heartbeats_{heartbeats}, notifier_{notifier} {}

    /// True when the manager was told. Logs once when a thread falls silent and once when it is back.
    bool tick();

private:
    const Heartbeats& heartbeats_;
    const ServiceNotifier& notifier_;
    std::set<std::string> late_;
};

}  // namespace mg
