#pragma once

#include <string>
#include <vector>

#include "config/options.h"

/// What a destination is told, as rows of a report for people. Pure.
namespace mg {

struct ReportedItem {
    std::string name;  ///< "全厂-电力-购进 (elec_purchased)"
    std::string code;
    std::string unit;
    std::string decimals;
    std::string periods;
    std::string interval;  ///< of real-time values; empty: there are none
    std::string source;
    std::string formula;
};
/// As of this time, in the order of items.csv.
std::vector<ReportedItem> reported_items(const Options& options, const ProvincialOptions& uplink,
                                         const ProfileOptions& profile, UtcTime at);

struct ReportedMeter {
    std::string name;
    std::string type;
    std::string accuracy;
    std::string serial_no;
    std::string asset_no;
    std::string location;
    std::string verified;
    std::string feeds;  ///< "+elec −elec_lent (elec_used)": in parentheses by way of other items
};
/// Those that these items rest on, also by way of items that are not sent, in the order of meters.csv. Sums
/// of all items (综合能耗) are left out.
std::vector<ReportedMeter> reported_meters(const Options& options, const ProvincialOptions& uplink,
                                           const ProfileOptions& profile, UtcTime at);

/// "real-time", for people.
std::string_view period_word(StatType type);

}  // namespace mg
