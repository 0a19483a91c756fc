#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace mg {

/// What was asked of `metergate uplink`, as typed; what was not given is empty.
struct UplinkAsked {
    std::string uplink;
    bool json{false};
    std::string from;
    std::string to;
    std::string since;
    std::vector<std::string> meters;
    std::uint64_t call_off{0};
    bool wait{false};
    std::vector<std::string> items;
    std::string type;
    std::string csv;
};

/// To be called once the command line is read.
using UplinkOptionsOf = std::function<UplinkAsked()>;

/// Adds what `metergate uplink VERB` understands; `command` outlives the result.
UplinkOptionsOf add_uplink_options(CLI::App& command, const std::string& verb, bool needs_uplink);

}  // namespace mg
