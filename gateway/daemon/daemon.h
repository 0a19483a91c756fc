#pragma once

#include <memory>

#include "config/options.h"
#include "gateway/base/clock.h"
#include "gateway/base/result.h"

namespace mg {

/// The running gateway: builds every part, starts them from right to left (store, uplinks, lines), waits for
/// SIGTERM or SIGINT, and stops them from left to right, so that what was read is stored and what is stored
/// may still be delivered.
class Daemon {
public:
    /// Opens the store and builds everything; starts no polling. invalid_config: a human must act.
    static Result<std::unique_ptr<Daemon>> build(Options options, Clock& clock);
    ~Daemon();
    Daemon(const Daemon&) = delete;
    Daemon& operator=(const Daemon&) = delete;

    /// Blocks until told to stop, and then at most 5 s.
    Result<> run();

private:
    struct Parts;
    explicit Daemon(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace mg
