#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/support/child_process.h"
#include "tests/support/temporary_folder.h"

namespace mg::test {

/// A metergate-platform-sim of its own, on free ports of the loopback; docs/platform-sim.md.
class SimulatedPlatform {
public:
    /// `arguments` beside profile, folder and ready file. Throws when it does not get ready.
    explicit SimulatedPlatform(const std::string& profile, const std::vector<std::string>& arguments = {});
    ~SimulatedPlatform();
    SimulatedPlatform(const SimulatedPlatform&) = delete;
    SimulatedPlatform& operator=(const SimulatedPlatform&) = delete;

    [[nodiscard]] std::string url() const;                             ///< "https://127.0.0.1:40123"
    [[nodiscard]] std::string address(const std::string& name) const;  ///< "register", "data"
    [[nodiscard]] std::string file(const std::string& name) const;     ///< of TLS: "ca", "clientPkcs12"
    /// {"fault": "hang", "requests": 1}
    void misbehave(const nlohmann::json& fault);
    /// No faults any more.
    void behave();
    /// What stands under `control/…`.
    [[nodiscard]] nlohmann::json look(const std::string& what);

private:
    TemporaryFolder folder_;
    std::string profile_;
    ChildProcess program_;
    nlohmann::json ready_;
};

}  // namespace mg::test
