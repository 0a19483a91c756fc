#include "gateway/inbound/inbound.h"

namespace mg {

Inbound::Inbound(const Options& options, EntryDesk& desk, Clock& clock) {
    const InboundOptions& inbound = options.inbound;
    if (inbound.folder) folder_.emplace(inbound, options.site.utc_offset, desk, clock);
    if (inbound.http) http_.emplace(*inbound.http, desk);
}

InboundStatus Inbound::status() const {
    InboundStatus status;
    if (folder_) status.folder = folder_->status();
    if (http_) status.http = http_->status();
    return status;
}

}  // namespace mg
