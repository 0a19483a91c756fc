#include <chrono>
#include <fstream>
#include <utility>

#include <fmt/format.h>

#include "gateway/base/check.h"
#include "gateway/base/language.h"
#include "gateway/base/log.h"
#include "gateway/base/sync_folder.h"
#include "gateway/uplink/provincial/base_data.h"
#include "gateway/uplink/provincial/enterprise_messages.h"
#include "gateway/uplink/provincial/platform_session.h"
#include "gateway/uplink/provincial/questions.h"
#include "gateway/uplink/provincial/sm4.h"

// The steps in front of the records: registration or token, versions, base data, configuration, ledger.
namespace mg {
namespace {

using namespace std::chrono_literals;

constexpr milliseconds kVersionsAge = 24h;
constexpr milliseconds kTryAgain = 10min;
/// A token is renewed so long before its end.
constexpr milliseconds kTokenMargin = 60s;

/// Complete or not at all.
Result<> write_file(const std::filesystem::path& file, std::string_view text) {
    const auto unfinished = std::filesystem::path{file}.concat(".new");
    std::error_code trouble;
    std::filesystem::create_directories(file.parent_path(), trouble);
    {
        std::ofstream out{unfinished, std::ios::binary};
        out << text;
        if (!out.flush())
            return fail(Failure::storage_full, trf("{}: cannot be written", "{}：无法写入", file.string()));
    }
    std::filesystem::rename(unfinished, file, trouble);
    if (trouble) {
        return fail(Failure::storage_full,
                    trf("{}: cannot be written: {}", "{}：无法写入：{}", file.string(), trouble.message()));
    }
    return sync_folder(file.parent_path());
}

}  // namespace

// ---- what is kept ----

Result<> PlatformSession::remember() {
    if (!remembered_) {
        auto state = box_.kept.state();
        if (!state) return pass_on(state.error());
        memory_ = platform_memory_from(*state);
        remembered_ = true;
    }
    if (memory_.asked == asked()) return {};
    // Another platform, profile or credit code: it knows nothing of us, and we nothing of it.
    token_.clear();
    versions_due_.reset();
    telling_due_.reset();
    PlatformMemory fresh;
    fresh.asked = asked();
    return keep(fresh);
}

Result<> PlatformSession::keep(const PlatformMemory& now) {
    const auto changes = changes_of(memory_, now);
    if (!changes.empty()) {
        if (auto put = box_.kept.put(changes); !put) return put;
    }
    memory_ = now;
    return {};
}

Result<std::string> PlatformSession::password() const {
    if (box_.profile.password == PasswordForm::plain) return box_.password;
    return sm4_password(memory_.secret_key, credit_code(), box_.password);
}

// ---- registration, token ----

Result<> PlatformSession::open(const std::stop_token& stop) {
    if (auto known = remember(); !known) return known;
    const auto ready =
        box_.profile.flow == PlatformFlow::token ? open_with_token(stop) : open_registered(stop);
    if (!ready) return ready;
    if (versions_due_ && box_.clock.steady() < *versions_due_) return {};
    const auto looked = look_at_versions(stop);
    if (!looked && stop.stop_requested()) return looked;
    version_remark_ = looked ? std::string{} : looked.error().what;
    versions_due_ = box_.clock.steady() + (looked ? kVersionsAge : kTryAgain);
    return {};
}

Result<> PlatformSession::open_registered(const std::stop_token& stop) {
    return memory_.device_id.empty() ? register_box(stop) : Result<>{};
}

Result<> PlatformSession::open_with_token(const std::stop_token& stop) {
    if (memory_.secret_key.empty()) {
        if (auto done = take_working_key(stop); !done) return done;
    }
    const auto applied = apply(stop);
    // An enterprise may have been admitted by other means, and can do without.
    if (!applied && applied.error().kind != Failure::rejected) return applied;
    application_remark_ = applied ? std::string{} : applied.error().what;
    if (token_.empty() || (token_until_ && box_.clock.utc() + kTokenMargin >= *token_until_)) {
        if (auto done = take_token(stop); !done) return done;
    }
    return memory_.addresses.empty() ? take_addresses(stop) : Result<>{};
}

Result<> PlatformSession::renew(const std::stop_token& stop) {
    if (auto known = remember(); !known) return known;
    versions_due_.reset();
    if (box_.profile.flow == PlatformFlow::registration) return register_box(stop);
    if (auto done = take_working_key(stop); !done) return done;
    if (auto done = take_token(stop); !done) return done;
    return take_addresses(stop);
}

Result<> PlatformSession::take(PlatformCall step, const std::stop_token& stop) {
    if (auto known = remember(); !known) return known;
    if (step == PlatformCall::registration) return register_box(stop);
    if (step == PlatformCall::working_key) return take_working_key(stop);
    if (step == PlatformCall::application) return apply(stop);
    if (step == PlatformCall::token) return take_token(stop);
    if (step == PlatformCall::addresses) return take_addresses(stop);
    MG_CHECK(step == PlatformCall::version);
    const auto seen = ask_versions(stop);
    if (!seen) return pass_on(seen.error());
    PlatformMemory now = memory_;
    now.versions = *seen;
    return keep(now);
}

Result<> PlatformSession::register_box(const std::stop_token& stop) {
    const auto reply =
        ask(PlatformCall::registration,
            registration_question(box_.profile, credit_code(), box_.enterprise.region_code), stop);
    if (!reply) return pass_on(reply.error());
    auto given = read_registration(reply->answer, box_.profile, question());
    if (!given) return pass_on(given.error());
    for (const std::string& remark : given->remarks)
        log::warning("{}", trf("uplink {}: {}", "上传目标 {}：{}", box_.uplink.id.text, remark));
    PlatformMemory now = memory_;
    now.device_id = given->device_id;
    now.secret_key = given->secret_key;
    now.addresses = given->addresses;
    if (given->upload_time) now.upload_time = given->upload_time;
    if (!given->versions.reg.empty()) now.versions.reg = given->versions.reg;
    log::info("{}", trf("uplink {0}: registered at {1}", "上传目标 {0}：已在 {1} 注册", box_.uplink.id.text,
                        question().asked.host));
    return keep(now);
}

Result<> PlatformSession::take_working_key(const std::stop_token& stop) {
    const auto reply =
        ask(PlatformCall::working_key, working_key_question(box_.profile, identity(), {}), stop);
    if (!reply) return pass_on(reply.error());
    const auto key = read_working_key(reply->answer, box_.profile, question());
    if (!key) return pass_on(key.error());
    PlatformMemory now = memory_;
    now.secret_key = *key;
    return keep(now);
}

Result<> PlatformSession::apply(const std::stop_token& stop) {
    const auto secret = password();
    if (!secret) return pass_on(secret.error());
    const std::string key(kApplicationKey);
    const auto before = memory_.told.find(key);
    const ToldMessage told = before == memory_.told.end() ? ToldMessage{} : before->second;
    const auto first = application_body(box_.profile, box_.enterprise.as_of(box_.clock.utc()), *secret, {});
    if (!first) return pass_on(first.error());
    if (told.digest == digest_of(*first)) return {};
    const auto body =
        application_body(box_.profile, box_.enterprise.as_of(box_.clock.utc()), *secret, told.data_index);
    if (!body) return pass_on(body.error());
    const auto call = told.data_index.empty() ? PlatformCall::application : PlatformCall::application_update;
    const auto reply = ask(call, *body, stop);
    if (!reply) return pass_on(reply.error());
    PlatformMemory now = memory_;
    now.told[key] = {digest_of(*first), data_index_in(reply->answer, box_.profile.names)};
    return keep(now);
}

Result<> PlatformSession::take_token(const std::stop_token& stop) {
    const auto secret = password();
    if (!secret) return pass_on(secret.error());
    const auto reply = ask(PlatformCall::token, token_question(box_.profile, identity(), *secret), stop);
    if (!reply) return pass_on(reply.error());
    const auto given = read_token(reply->answer, box_.profile, question(), box_.clock.utc());
    if (!given) return pass_on(given.error());
    token_ = given->token;
    token_until_ = given->until;
    PlatformMemory now = memory_;
    if (given->upload_time) now.upload_time = given->upload_time;
    return keep(now);
}

Result<> PlatformSession::take_addresses(const std::stop_token& stop) {
    if (box_.profile.call(PlatformCall::addresses).path.empty()) return {};
    const auto reply = ask(PlatformCall::addresses, addresses_question(box_.profile, identity()), stop);
    if (!reply) return pass_on(reply.error());
    auto given = read_addresses(reply->answer, box_.profile, question());
    if (!given) return pass_on(given.error());
    PlatformMemory now = memory_;
    now.addresses = std::move(*given);
    return keep(now);
}

// ---- versions, base data ----

Result<PlatformVersions> PlatformSession::ask_versions(const std::stop_token& stop) {
    const auto reply = ask(PlatformCall::version, version_question(box_.profile, identity()), stop);
    if (!reply) return pass_on(reply.error());
    return read_versions(reply->answer, box_.profile);
}

Result<> PlatformSession::look_at_versions(const std::stop_token& stop) {
    if (!box_.profile.steps.contains(PlatformStep::version)) return {};
    const auto asked_now = ask_versions(stop);
    if (!asked_now) return pass_on(asked_now.error());
    const PlatformVersions& seen = *asked_now;
    const bool is_new = !memory_.versions.reg.empty() && seen.reg != memory_.versions.reg;
    if (is_new) {
        log::info("{}", trf("uplink {0}: the platform's registration version is {1} now, was {2}",
                            "上传目标 {0}：平台注册版本由 {2} 变为 {1}", box_.uplink.id.text, seen.reg,
                            memory_.versions.reg));
        const auto again =
            box_.profile.flow == PlatformFlow::registration ? register_box(stop) : take_addresses(stop);
        if (!again) return again;
    }
    PlatformMemory now = memory_;
    now.versions = seen;
    if (auto kept = keep(now); !kept) return kept;
    if (now.base_data != seen.dic || seen.dic.empty()) {
        if (auto loaded = load_base_data(stop); !loaded) return loaded;
    }
    compare_base_data();
    return {};
}

Result<> PlatformSession::load_base_data(const std::stop_token& stop) {
    if (!box_.profile.steps.contains(PlatformStep::base_data)) return {};
    for (const auto table : box_.profile.public_base_tables) {
        if (auto done = load_base_table(PlatformCall::public_base_data, table, stop); !done) return done;
    }
    for (const auto table : box_.profile.base_tables) {
        if (auto done = load_base_table(PlatformCall::base_data, table, stop); !done) return done;
    }
    if (box_.profile.base_tables.empty()) {
        if (auto done = load_base_table(PlatformCall::base_data, std::nullopt, stop); !done) return done;
    }
    PlatformMemory now = memory_;
    now.base_data = memory_.versions.dic;
    compared_base_data_ = false;
    return keep(now);
}

// What differs is for a person to settle: a figure whose unit or decimals changed by themselves in the middle
// of a year would add up to nothing.
void PlatformSession::compare_base_data() {
    if (std::exchange(compared_base_data_, true) || !box_.differences || box_.folder.empty()) return;
    const auto kept = kept_base_data(box_.folder, box_.profile);
    if (!kept) return;
    const auto differences = box_.differences(*kept);
    base_data_remark_.clear();
    if (differences.empty()) return;
    base_data_remark_ =
        trf("{0} differences from the platform's base data, see metergate platform codes {1}; {2}",
            "与平台基础数据有 {0} 处不一致，见 metergate platform codes {1}；{2}", differences.size(),
            box_.uplink.id.text, differences.front());
    log::warning("uplink {}: {}", box_.uplink.id.text, base_data_remark_);
}

Result<> PlatformSession::load_base_table(PlatformCall call, std::optional<std::uint64_t> table,
                                          const std::stop_token& stop) {
    const auto reply = ask(call, base_data_question(box_.profile, identity(), table), stop);
    if (!reply) return pass_on(reply.error());
    if (box_.folder.empty()) return {};
    return write_file(box_.folder / base_data_file(table ? std::to_string(*table) : std::string{}),
                      reply->body);
}

}  // namespace mg
