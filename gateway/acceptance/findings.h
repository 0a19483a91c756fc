#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "gateway/acceptance/acceptance_walk.h"
#include "gateway/uplink/provincial/server_papers.h"

/// What was seen, in lines for people. Pure.
namespace mg {

/// TLS version, cipher, and of each certificate: whose, by whom, how long.
std::vector<std::string> papers_findings(const ServerPapers& papers, UtcTime now,
                                         std::chrono::minutes utc_offset);
/// "elec_purchased 00-00-0000-023300-11, day 2026-11-22: 12.3456 万kWh, valid".
std::string record_finding(const OutgoingRecord& sample, const Options& options);
/// Fields that leave encrypted; empty: none do.
std::string encrypted_fields(const ProfileOptions& profile);
/// The same record as it would be without encryption: what an encrypted one says.
ProfileOptions in_clear(const ProfileOptions& profile);

}  // namespace mg
