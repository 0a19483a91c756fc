#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <sys/types.h>

namespace mg {

/// A program started by a test. Ended by its process id and waited for, also on destruction.
class ChildProcess {
public:
    ChildProcess() = default;
    /// `output` receives both its outputs; empty: /dev/null. Dies with the test.
    ChildProcess(const std::vector<std::string>& command, const std::string& output);
    ChildProcess(ChildProcess&& other) noexcept;
    ChildProcess& operator=(ChildProcess&& other) noexcept;
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;
    ~ChildProcess();

    [[nodiscard]] bool running();
    void send(int signal);
    /// Sends `signal` and waits for the end.
    void end(int signal);
    /// Waits for the end by itself; exit status, or -1.
    int wait();

private:
    pid_t pid_{-1};
};

/// Runs to its end; throws when it fails, with what it wrote.
void run_command(const std::vector<std::string>& command, const std::string& log);

/// Polls `condition` every few milliseconds; false when it did not hold within `patience`.
template <class Condition>
bool eventually(Condition condition, std::chrono::milliseconds patience = std::chrono::seconds{15});

void rest_a_moment();

template <class Condition>
bool eventually(Condition condition, std::chrono::milliseconds patience) {
    const auto end = std::chrono::steady_clock::now() + patience;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end) return condition();
        rest_a_moment();
    }
    return true;
}

}  // namespace mg
