#pragma once

#include <string>

#include "gateway/uplink/forwarder_status.h"

namespace mg {

/// Which changes of an uplink's state are worth a line in the log. What changed is said: a broker that is
/// away for a week is two lines. One that takes us in and refuses us again and again is two lines as well,
/// until a session has lasted. Pure.
class TroubleLog {
public:
    [[nodiscard]] bool is_news(ForwarderState state, const std::string& why);
    /// A session has lasted: the next trouble is a new one.
    void forget() { trouble_.clear(); }

private:
    std::string trouble_;  ///< as it was said
    bool held_{false};
    bool connected_{false};  ///< was said since
};

}  // namespace mg
