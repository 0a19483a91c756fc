#pragma once

namespace mg {

/// Sends small frames at once; a peer that lost its power, or a radio link that is gone, is found out within
/// a minute, whether we talk to it or not.
void tune_tcp(int socket);

}  // namespace mg
