#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "config/options.h"
#include "gateway/accounting/dated_record.h"
#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/uplink/provincial/answer.h"
#include "gateway/uplink/provincial/base_data.h"
#include "gateway/uplink/provincial/configuration_messages.h"
#include "gateway/uplink/provincial/http_client.h"
#include "gateway/uplink/provincial/platform_memory.h"

namespace mg {

/// One request and what came of it, for those who watch (acceptance, tests).
struct PlatformExchange {
    PlatformCall call{};
    const PostRequest& request;
    const Result<PostAnswer>& reply;
    const PlatformAnswer* answer{nullptr};  ///< nullptr: none came
};

/// Who speaks to which platform. All referred to outlive the session.
struct PlatformBox {
    const Options& options;
    const ProvincialOptions& uplink;
    const ProfileOptions& profile;
    const EnterpriseOptions& enterprise;
    DestinationMemory& kept;
    Clock& clock;
    std::filesystem::path folder;  ///< where base data are kept; empty: nowhere
    std::string password;          ///< of the account; empty: none
    std::function<void(const PlatformExchange&)> observe;
    /// Replacements of instruments that people put on record; none: nothing is told of them.
    std::function<Result<std::vector<DatedRecord>>()> replacements{};
    /// Where the items differ from what the platform sent, one line each; none: nobody compares.
    std::function<std::vector<std::string>(const BaseData&)> differences{};
};

/// What a box is at its platform: registered under an id or with a token, with the addresses of all calls,
/// the versions of both sides, and what the platform knows of the plant. Everything it is given is kept in
/// its memory at once. One thread; each call blocks for the requests that it makes.
///
/// Errors: transient (again later), refused (nothing until somebody acts, or in a while), invalid_config
/// (a password, certificate or address of ours), and those of the books.
class PlatformSession {
public:
    PlatformSession(PlatformBox box, HttpClient& http) : box_{std::move(box)}, http_{http} {}

    /// Registers or asks for a token and addresses, where that was not done; looks at the versions once a
    /// day, registers again and loads base data where they changed. What can wait until later when it does
    /// not work (versions, base data) becomes a remark.
    Result<> open(const std::stop_token& stop);
    /// Tells the platform of enterprise, processes, units, items and instruments, as far as it was not told
    /// or something changed. What it does not take becomes a remark and is tried again after a while.
    Result<> tell(const std::stop_token& stop);
    /// After a refusal, or when what we have has expired: everything essential is asked for again.
    Result<> renew(const std::stop_token& stop);

    /// Posts records; one result for each body. Expired ones are renewed once and posted again.
    std::vector<Result<PlatformAnswer>> post_records(std::span<const std::string> bodies,
                                                     const std::stop_token& stop);

    // What open() and tell() consist of, one by one and whatever is known already, for those who walk through
    // them (acceptance).

    /// registration, working_key, application, token, addresses or version.
    Result<> take(PlatformCall step, const std::stop_token& stop);
    Result<> load_base_table(PlatformCall call, std::optional<std::uint64_t> table,
                             const std::stop_token& stop);
    /// What tell() tells, as of now; of `dated` the replacements of instruments.
    [[nodiscard]] ConfigurationMessages messages(std::span<const DatedRecord> dated = {}) const;
    Result<> tell_one(const ConfigurationCall& call, const std::stop_token& stop);

    [[nodiscard]] PlatformIdentity identity() const;
    [[nodiscard]] const PlatformMemory& memory() const { return memory_; }
    /// What did not work and could wait, or was left out; one line each.
    [[nodiscard]] std::vector<std::string> remarks() const;

private:
    struct Reply {
        PlatformAnswer answer;
        std::string body;
    };
    Result<> remember();
    Result<> keep(const PlatformMemory& now);
    [[nodiscard]] std::string asked() const;
    [[nodiscard]] std::string credit_code() const;
    [[nodiscard]] PlatformQuestion question() const;
    [[nodiscard]] PostRequest request(PlatformCall call, const PlatformAddress& to, std::string body) const;
    Result<PlatformAddress> address(PlatformCall call) const;
    Result<Reply> ask_at(PlatformCall call, const PlatformAddress& to, const std::string& body,
                         const std::stop_token& stop);
    Result<Reply> ask(PlatformCall call, const std::string& body, const std::stop_token& stop);
    [[nodiscard]] Result<PlatformAnswer> judge(PlatformCall call, const PostRequest& request,
                                               const Result<PostAnswer>& reply) const;

    Result<> open_registered(const std::stop_token& stop);
    Result<> open_with_token(const std::stop_token& stop);
    [[nodiscard]] Result<std::string> password() const;
    Result<> register_box(const std::stop_token& stop);
    Result<> take_working_key(const std::stop_token& stop);
    Result<> apply(const std::stop_token& stop);
    Result<> take_token(const std::stop_token& stop);
    Result<> take_addresses(const std::stop_token& stop);
    Result<PlatformVersions> ask_versions(const std::stop_token& stop);
    Result<> look_at_versions(const std::stop_token& stop);
    Result<> load_base_data(const std::stop_token& stop);
    void compare_base_data();
    Result<> tell_removed(const std::string& key, const std::stop_token& stop);

    PlatformBox box_;
    HttpClient& http_;
    bool remembered_{false};
    PlatformMemory memory_;
    std::string token_;
    std::optional<UtcTime> token_until_;
    std::optional<SteadyTime> versions_due_;
    std::optional<SteadyTime> telling_due_;
    std::string application_remark_;
    std::string version_remark_;
    bool compared_base_data_{false};
    std::string base_data_remark_;
    std::vector<std::string> telling_remarks_;
};

/// Whether the call carries the token, of a platform that has one.
bool needs_token(PlatformCall call);
/// Key of the application among what was told.
inline constexpr std::string_view kApplicationKey = "application";
/// What the platform knows by this the thing that it was told; empty: it says none.
std::string data_index_in(const PlatformAnswer& answer, const PlatformNames& names);

}  // namespace mg
