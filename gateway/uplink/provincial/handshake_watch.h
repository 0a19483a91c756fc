#pragma once

#include <string_view>

#include "gateway/uplink/provincial/server_papers.h"

namespace mg {

/// Notes in `papers` what a server shows during a handshake, whether it goes well or not; decides nothing.
/// `tls_context`: an SSL_CTX of OpenSSL; `papers` lives as long as it.
void watch_handshake(void* tls_context, ServerPapers& papers);

/// The fault that the handshake ended with, where watch_handshake() saw none: by what the library says.
PapersFault fault_in_words(std::string_view words);

}  // namespace mg
