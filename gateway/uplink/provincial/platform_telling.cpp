#include <algorithm>
#include <chrono>
#include <iterator>
#include <set>
#include <utility>
#include <vector>

#include "gateway/base/language.h"
#include "gateway/uplink/json_text.h"
#include "gateway/uplink/provincial/instrument_messages.h"
#include "gateway/uplink/provincial/json_object.h"
#include "gateway/uplink/provincial/platform_session.h"

// What the platform is told of the plant, and what it was told already.
namespace mg {
namespace {

using namespace std::chrono_literals;

/// So often it is looked whether something changed, and what was not taken is tried again.
constexpr milliseconds kLook = 10min;
/// A platform that takes nothing of it is not asked for each item.
constexpr int kMostFailures = 3;
constexpr std::size_t kLongestDataIndex = 64;

/// A JSON object with one member more.
std::string with_member(std::string_view object, std::string_view name, std::string_view value) {
    json::Buffer out;
    json::text(out, object.substr(0, object.size() - 1));
    out.push_back(',');
    json::string(out, name);
    out.push_back(':');
    json::string(out, value);
    out.push_back('}');
    return fmt::to_string(out);
}

/// What a stored key was a call of: "item/elec_purchased/0". None: it stays at the platform, as a
/// verification does when a later one takes its place in the ledger.
std::optional<PlatformCall> call_of(std::string_view key) {
    struct Prefix {
        std::string_view prefix;
        PlatformCall call;
    };
    static constexpr std::array kPrefixes{
        Prefix{"process/", PlatformCall::process},     Prefix{"unit/", PlatformCall::process_unit},
        Prefix{"equipment/", PlatformCall::equipment}, Prefix{"item/", PlatformCall::items},
        Prefix{"meter/", PlatformCall::ledger},        Prefix{"replacement/", PlatformCall::replacement},
    };
    const auto found =
        std::ranges::find_if(kPrefixes, [&](const Prefix& p) { return key.starts_with(p.prefix); });
    return found == kPrefixes.end() ? std::nullopt : std::optional{found->call};
}

}  // namespace

std::string data_index_in(const PlatformAnswer& answer, const PlatformNames& names) {
    return printable_words(answer.text(names.data_index).value_or(std::string_view{}), kLongestDataIndex);
}

ConfigurationMessages PlatformSession::messages(std::span<const DatedRecord> dated) const {
    const ConfigurationScene scene{.options = box_.options,
                                   .profile = box_.profile,
                                   .uplink = box_.uplink.id,
                                   .identity = identity(),
                                   .at = box_.clock.utc(),
                                   .enterprise = &box_.enterprise};
    ConfigurationMessages all;
    for (ConfigurationMessages& part :
         std::array{configuration_messages(scene), ledger_messages(scene), replacement_messages(scene, dated),
                    verification_messages(scene)}) {
        std::ranges::move(part.calls, std::back_inserter(all.calls));
        std::ranges::move(part.left_out, std::back_inserter(all.left_out));
    }
    return all;
}

Result<> PlatformSession::tell(const std::stop_token& stop) {
    if (telling_due_ && box_.clock.steady() < *telling_due_) return {};
    std::vector<DatedRecord> dated;
    if (box_.profile.steps.contains(PlatformStep::replacement) && box_.replacements) {
        auto records = box_.replacements();
        if (!records) return tl::unexpected<Error>(records.error());
        dated = std::move(*records);
    }
    const ConfigurationMessages now = messages(dated);
    telling_remarks_ = now.left_out;
    std::set<std::string> wanted{std::string(kApplicationKey)};
    int failures = 0;
    const auto told = [&](const std::string& key, const Result<>& done) {
        if (done) return;
        ++failures;
        telling_remarks_.push_back(fmt::format("{}: {}", key, done.error().what));
    };
    for (const ConfigurationCall& call : now.calls) {
        wanted.insert(call.key);
        if (failures < kMostFailures && !stop.stop_requested()) told(call.key, tell_one(call, stop));
    }
    std::vector<std::string> gone;
    for (const auto& [key, message] : memory_.told) {
        if (!wanted.contains(key)) gone.push_back(key);
    }
    for (const std::string& key : gone) {
        if (failures == 0 && !stop.stop_requested()) told(key, tell_removed(key, stop));
    }
    telling_due_ = box_.clock.steady() + kLook;
    return {};
}

Result<> PlatformSession::tell_one(const ConfigurationCall& call, const std::stop_token& stop) {
    const auto before = memory_.told.find(call.key);
    const std::string digest = digest_of(call.body);
    if (before != memory_.told.end() && before->second.digest == digest) return {};
    auto to = address(call.call);
    if (!to) return tl::unexpected<Error>(to.error());
    std::string body = call.body;
    if (box_.profile.flow == PlatformFlow::token) {
        const std::string index = before == memory_.told.end() ? std::string{} : before->second.data_index;
        const PlatformNames& names = box_.profile.names;
        to->path += '/' + (index.empty() ? names.add : names.update);
        if (!index.empty()) body = with_member(body, names.data_index, index);
    }
    const auto reply = ask_at(call.call, *to, body, stop);
    PlatformMemory now = memory_;
    if (!reply) {
        // It may not know the index any more: added anew the next time.
        if (reply.error().kind == Failure::rejected && now.told.erase(call.key) > 0) {
            if (auto kept = keep(now); !kept) return kept;
        }
        return tl::unexpected<Error>(reply.error());
    }
    now.told[call.key] = {digest, data_index_in(reply->answer, box_.profile.names)};
    return keep(now);
}

Result<> PlatformSession::tell_removed(const std::string& key, const std::stop_token& stop) {
    const auto call = call_of(key);
    const ToldMessage told = memory_.told.at(key);
    if (box_.profile.flow == PlatformFlow::token && call && !told.data_index.empty()) {
        auto to = address(*call);
        if (!to) return tl::unexpected<Error>(to.error());
        to->path += '/' + box_.profile.names.remove;
        const std::string members = JsonObject{}.text(box_.profile.names.data_index, told.data_index).str();
        const auto reply = ask_at(*call, *to, platform_body(box_.profile, identity(), members), stop);
        // What it does not know is gone as well.
        if (!reply && reply.error().kind != Failure::rejected) return tl::unexpected<Error>(reply.error());
    }
    PlatformMemory now = memory_;
    now.told.erase(key);
    return keep(now);
}

std::vector<std::string> PlatformSession::remarks() const {
    std::vector<std::string> all;
    for (const std::string* each : {&application_remark_, &version_remark_, &base_data_remark_}) {
        if (!each->empty()) all.push_back(*each);
    }
    all.insert(all.end(), telling_remarks_.begin(), telling_remarks_.end());
    return all;
}

}  // namespace mg
