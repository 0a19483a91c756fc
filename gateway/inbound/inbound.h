#pragma once

#include <optional>

#include "config/options.h"
#include "gateway/base/clock.h"
#include "gateway/inbound/folder_watch.h"
#include "gateway/inbound/http_server.h"

namespace mg {

struct InboundStatus {
    std::optional<DropFolderStatus> folder;  ///< none: not configured
    std::optional<HttpStatus> http;
};

/// The ways by which values of other systems come in, as far as they are configured; each in its own thread
/// from construction to destruction.
class Inbound {
public:
    /// All given outlive this.
    Inbound(const Options& options, EntryDesk& desk, Clock& clock);

    [[nodiscard]] InboundStatus status() const;

private:
    std::optional<FolderWatch> folder_;
    std::optional<HttpServer> http_;
};

}  // namespace mg
