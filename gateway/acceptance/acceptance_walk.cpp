#include "gateway/acceptance/acceptance_walk.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "gateway/acceptance/advice.h"
#include "gateway/acceptance/exchange_view.h"
#include "gateway/acceptance/findings.h"
#include "gateway/acceptance/shown_json.h"
#include "gateway/acceptance/told_of_item.h"
#include "gateway/base/language.h"
#include "gateway/uplink/provincial/enterprise_messages.h"
#include "gateway/uplink/provincial/platform_memory.h"
#include "gateway/uplink/provincial/platform_session.h"
#include "gateway/uplink/provincial/platform_time.h"

namespace mg {
namespace {

using namespace std::chrono_literals;

/// A platform that takes nothing of a kind is not asked for each thing of it.
constexpr int kMostFailures = 3;
constexpr milliseconds kClockOff = 60s;

Result<> all_well() {
    return {};
}

/// As if what was told before had been something else: a walk tells it again, as a change.
DestinationState told_otherwise(const DestinationState& known) {
    PlatformMemory before = platform_memory_from(known);
    PlatformMemory now = before;
    for (auto& [key, told] : now.told) told.digest.clear();
    DestinationState state = known;
    for (const auto& [name, value] : changes_of(before, now)) state[name] = value;
    return state;
}

class Walk {
public:
    Walk(const AcceptanceSite& site, const AcceptanceWatcher& watcher, std::stop_token stop)
        : site_{site},
          watcher_{watcher},
          stop_{std::move(stop)},
          masking_{site.profile},
          kept_{told_otherwise(site.known)},
          token_{site.profile.flow == PlatformFlow::token} {
        masking_.hide(site.secrets.password);
        masking_.hide(site.secrets.certificate_password);
        masking_.hide(platform_memory_from(site.known).secret_key);
    }

    AcceptanceRun run() {
        run_.begun = site_.clock.utc();
        take(AcceptanceStep::address, {}, [&] { return look_at_platform(); });
        if (token_) {
            walk_to_token();
        } else {
            take(AcceptanceStep::registration, {AcceptanceStep::address}, [&] { return register_box(); });
        }
        const AcceptanceStep in = token_ ? AcceptanceStep::token : AcceptanceStep::registration;
        take(AcceptanceStep::addresses, {in}, [&] { return look_at_addresses(); });
        walk_through_steps(in);
        take(AcceptanceStep::record, {in}, [&] { return send_record(); });
        take(AcceptanceStep::repetition, {AcceptanceStep::record}, [&] { return send_record(); });
        run_.ended = site_.clock.utc();
        return std::move(run_);
    }

private:
    void walk_to_token() {
        take(AcceptanceStep::working_key, {AcceptanceStep::address},
             [&] { return session_->take(PlatformCall::working_key, stop_); });
        take(AcceptanceStep::application, {AcceptanceStep::working_key},
             [&] { return session_->take(PlatformCall::application, stop_); });
        take(AcceptanceStep::token, {AcceptanceStep::working_key}, [&] { return take_token(); });
    }

    void walk_through_steps(AcceptanceStep in) {
        const auto& steps = site_.profile.steps;
        const auto take_if = [&](bool needed, AcceptanceStep step, const auto& walk) {
            if (needed) return take(step, {in}, walk);
            skip(step, StepOutcome::not_needed,
                 std::string(tr("the profile has no such step", "协议文件没有这一步")));
        };
        take_if(steps.contains(PlatformStep::version), AcceptanceStep::version,
                [&] { return check_versions(); });
        // Some tables are there for everybody: tried also where we were not let in.
        if (!site_.profile.public_base_tables.empty()) in = AcceptanceStep::address;
        take_if(steps.contains(PlatformStep::base_data), AcceptanceStep::base_data,
                [&] { return load_base_data(); });
        in = token_ ? AcceptanceStep::token : AcceptanceStep::registration;
        take_if(steps.contains(PlatformStep::enterprise) || steps.contains(PlatformStep::items),
                AcceptanceStep::configuration, [&] { return tell_configuration(); });
        take_if(tells_instruments(site_.profile), AcceptanceStep::ledger, [&] { return tell_ledger(); });
    }

    // ---- a step ----

    [[nodiscard]] bool has_passed(AcceptanceStep step) const {
        return std::ranges::any_of(run_.steps, [&](const StepReport& report) {
            return report.step == step && report.outcome == StepOutcome::passed;
        });
    }
    void skip(AcceptanceStep step, StepOutcome outcome, std::string why) {
        begin(step);
        now_.outcome = outcome;
        now_.trouble = std::move(why);
        end();
    }
    template <class Body>
    void take(AcceptanceStep step, std::initializer_list<AcceptanceStep> needed, const Body& body) {
        const auto* missing =
            std::ranges::find_if(needed, [&](AcceptanceStep each) { return !has_passed(each); });
        if (missing != needed.end()) {
            return skip(step, StepOutcome::not_tried, trf("it needs \"{}\"", "依赖“{}”", label(*missing)));
        }
        begin(step);
        const Result<> done = body();
        if (done) {
            now_.outcome = StepOutcome::passed;
        } else if (is_untried_) {
            now_.outcome = StepOutcome::not_tried;
            now_.trouble = done.error().what;
        } else {
            now_.outcome = StepOutcome::failed;
            now_.trouble = masking_.text(done.error().what);
            now_.advice = advice_on(cause_of({.step = step,
                                              .error = &done.error(),
                                              .answer = answer_ ? &*answer_ : nullptr,
                                              .body = body_,
                                              .papers = papers_fault_}));
        }
        end();
    }
    void begin(AcceptanceStep step) {
        now_ = StepReport{.step = step,
                          .outcome = StepOutcome::not_tried,
                          .findings = {},
                          .trouble = {},
                          .advice = {},
                          .exchanges = {}};
        answer_.reset();
        body_.clear();
        papers_fault_ = PapersFault::none;
        is_untried_ = false;
        mark_ = site_.clock.steady();
        if (watcher_.begins) watcher_.begins(step);
    }
    void end() {
        for (std::string& line : now_.findings) line = masking_.text(line);
        if (watcher_.ended) watcher_.ended(now_);
        run_.steps.push_back(std::move(now_));
    }
    void find(std::string line) { now_.findings.push_back(std::move(line)); }
    /// Nothing to try it with.
    Result<> untried(std::string why) {
        is_untried_ = true;
        return fail(Failure::rejected, std::move(why));
    }

    void observe(const PlatformExchange& exchange) {
        const SteadyTime now = site_.clock.steady();
        const auto took = std::chrono::duration_cast<milliseconds>(now - mark_);
        mark_ = now;
        answer_ = exchange.answer != nullptr ? std::optional{*exchange.answer} : std::nullopt;
        body_ = exchange.reply ? exchange.reply->body : std::string{};
        ShownExchange shown = shown_exchange(exchange, took, masking_);
        shown.note = std::exchange(note_, {});
        if (watcher_.exchanged) watcher_.exchanged(shown);
        now_.exchanges.push_back(std::move(shown));
    }

    // ---- the steps ----

    [[nodiscard]] Result<std::unique_ptr<HttpClient>> make_client(const ProvincialTls& tls) const {
        return HttpClient::make({.tls = tls,
                                 .certificate_password = site_.secrets.certificate_password,
                                 .proxy = site_.uplink.proxy,
                                 .bind_interface = site_.uplink.bind_interface,
                                 .timeout = site_.uplink.timeout,
                                 .connections = 1},
                                site_.clock);
    }

    Result<> look_at_platform() {
        auto http = make_client(site_.uplink.tls);
        if (!http) return tl::unexpected<Error>(http.error());
        http_ = std::move(*http);
        const auto asked = parse_platform_address(site_.uplink.url);
        if (!asked) return tl::unexpected<Error>(asked.error());
        if (auto looked = look_at(*asked); !looked) return looked;
        session_.emplace(PlatformBox{.options = site_.options,
                                     .uplink = site_.uplink,
                                     .profile = site_.profile,
                                     .enterprise = site_.enterprise,
                                     .kept = kept_,
                                     .clock = site_.clock,
                                     .folder = {},
                                     .password = site_.secrets.password,
                                     .observe = [this](const PlatformExchange& each) { observe(each); }},
                         *http_);
        return {};
    }

    Result<> look_at(const PlatformAddress& address) {
        looked_at_.emplace(address.host, address.port);
        find(fmt::format("{}://{}:{}", address.tls ? "https" : "http", address.host, address.port));
        const auto papers = http_->look(address.to_string(), stop_);
        if (!papers) return tl::unexpected<Error>(papers.error());
        std::ranges::move(papers_findings(*papers, site_.clock.utc(), site_.options.site.utc_offset),
                          std::back_inserter(now_.findings));
        papers_fault_ = papers->fault;
        if (papers_fault_ == PapersFault::other || papers_fault_ == PapersFault::old_tls)
            look_for_old_tls(address);
        if (papers_fault_ != PapersFault::none) return fail(Failure::refused, papers->words);
        if (!address.tls)
            find(std::string(tr("without TLS: everybody on the way can read and change it",
                                "未使用 TLS：途中任何人都能看到和篡改")));
        return {};
    }

    /// Many old servers only hang up. A handshake as tls_legacy allows it shows whether it is that.
    void look_for_old_tls(const PlatformAddress& address) {
        ProvincialTls old = site_.uplink.tls;
        if (std::exchange(old.legacy, true)) return;
        const auto http = make_client(old);
        const auto papers = http ? (*http)->look(address.to_string(), stop_)
                                 : Result<ServerPapers>{tl::unexpected<Error>(http.error())};
        if (!papers || papers->version.empty()) return;
        papers_fault_ = PapersFault::old_tls;
        find(trf("with old TLS let through it speaks {}, {}", "放行旧版 TLS 时协商到 {}，{}", papers->version,
                 papers->cipher));
    }

    Result<> register_box() {
        const auto done = session_->take(PlatformCall::registration, stop_);
        if (!done) return done;
        const PlatformMemory& memory = session_->memory();
        find(trf("device id {}", "设备序列号 {}", memory.device_id));
        find_upload_time();
        return {};
    }
    Result<> take_token() {
        const auto done = session_->take(PlatformCall::token, stop_);
        if (done) find_upload_time();
        return done;
    }
    void find_upload_time() {
        const auto time = session_->memory().upload_time;
        if (!time) return;
        const std::chrono::hh_mm_ss parts{*time};
        find(trf("assigned upload time {:02}:{:02}:{:02}", "分配的上传时间 {:02}:{:02}:{:02}",
                 parts.hours().count(), parts.minutes().count(), parts.seconds().count()));
    }

    /// What the platform handed out, and who answers on hosts that were not asked yet.
    Result<> look_at_addresses() {
        if (token_) {
            if (auto done = session_->take(PlatformCall::addresses, stop_); !done) return done;
        }
        Result<> all = all_well();
        for (const auto& [call, address] : session_->memory().addresses) {
            find(fmt::format("{}: {}", label(call), address.to_string()));
            if (looked_at_.contains({address.host, address.port})) continue;
            if (auto looked = look_at(address); !looked && all) all = looked;
        }
        if (session_->memory().addresses.empty())
            find(std::string(
                tr("it gave none: the paths of the profile hold", "平台未给出地址，使用协议文件中的路径")));
        return all;
    }

    Result<> check_versions() {
        const auto done = session_->take(PlatformCall::version, stop_);
        if (!done) return done;
        const PlatformVersions& versions = session_->memory().versions;
        find(trf("registration version {}, base data version {}", "注册版本 {}，基础数据版本 {}",
                 versions.reg.empty() ? "-" : versions.reg, versions.dic.empty() ? "-" : versions.dic));
        return {};
    }

    Result<> load_base_data() {
        int failures = 0;
        Result<> all = all_well();
        const auto load = [&](PlatformCall call, std::optional<std::uint64_t> table) {
            if (failures >= kMostFailures || stop_.stop_requested()) return;
            const auto done = session_->load_base_table(call, table, stop_);
            if (!done) {
                ++failures;
                if (all) all = done;
                find(trf("table {}: {}", "表 {}：{}", table ? std::to_string(*table) : "-",
                         done.error().what));
                return;
            }
            find_lists(table);
        };
        for (const auto table : site_.profile.public_base_tables) load(PlatformCall::public_base_data, table);
        if (token_ && !has_passed(AcceptanceStep::token)) {
            find(std::string(tr("the other tables need a token", "其余表需要令牌")));
            return all;
        }
        for (const auto table : site_.profile.base_tables) load(PlatformCall::base_data, table);
        if (site_.profile.base_tables.empty()) load(PlatformCall::base_data, std::nullopt);
        return all;
    }
    void find_lists(std::optional<std::uint64_t> table) {
        const std::string head = table ? trf("table {} ", "表 {} ", *table) : std::string{};
        const auto lists = lists_in(body_);
        for (const auto& [name, entries] : lists)
            find(trf("{0}{1}: {2} entries", "{0}{1}：{2} 条", head, name, entries));
        if (lists.empty()) find(trf("{}empty", "{}为空", head));
    }

    Result<> tell_configuration() {
        const bool with_enterprise = !token_ && site_.profile.steps.contains(PlatformStep::enterprise);
        const std::string missing =
            with_enterprise ? missing_of_enterprise(site_.profile, site_.enterprise) : std::string{};
        auto done = tell([](PlatformCall call) { return is_configuration(call); });
        if (!missing.empty() && done) {
            answer_.reset();
            now_.advice = advice_on(TroubleCause::ours_incomplete);
            return fail(Failure::invalid_config, missing);
        }
        return done;
    }
    Result<> tell_ledger() {
        auto done = tell([](PlatformCall call) { return !is_configuration(call); });
        const std::string enterprise = missing_of_enterprise(site_.profile, site_.enterprise);
        for (const std::string& line : messages().left_out) {
            if (line != enterprise) find(trf("left out: {}", "未上传：{}", line));
        }
        return done;
    }
    [[nodiscard]] ConfigurationMessages messages() const {
        return session_->messages(replacements_of_item(site_.replacements, site_.options, site_.item));
    }
    template <class Wanted>
    Result<> tell(const Wanted& wanted) {
        auto calls = told_of_item(messages().calls, site_.options, site_.uplink, site_.profile, site_.item);
        std::erase_if(calls, [&](const ConfigurationCall& call) { return !wanted(call.call); });
        if (calls.empty()) return untried(std::string(tr("there is nothing to tell", "没有可上传的内容")));
        if (token_) find(trf("of the item {} only", "仅采集项 {} 相关内容", site_.item));
        int failures = 0;
        Result<> all = all_well();
        for (const ConfigurationCall& call : calls) {
            if (failures >= kMostFailures || stop_.stop_requested()) break;
            const auto done = session_->tell_one(call, stop_);
            if (done) continue;
            ++failures;
            if (all) all = done;
        }
        return all;
    }

    Result<> send_record() {
        if (!site_.sample || site_.sample_is_invented) return untried(site_.why_no_sample);
        find(record_finding(*site_.sample, site_.options));
        const PlatformIdentity identity = session_->identity();
        const auto offset = site_.options.site.utc_offset;
        const UtcTime now = site_.clock.utc();
        const auto writer = RecordWriter::create(site_.profile, identity, offset);
        if (!writer) return tl::unexpected<Error>(writer.error());
        const auto members = writer->members(*site_.sample, now);
        if (!members) return tl::unexpected<Error>(members.error());
        if (const std::string encrypted = encrypted_fields(site_.profile); !encrypted.empty())
            note_ = note_in_clear(identity, now, encrypted);
        const std::string body = writer->body({&*members, 1});
        const auto answers = session_->post_records({&body, 1}, stop_);
        const auto& answer = answers.front();
        if (!answer) return tl::unexpected<Error>(answer.error());
        if (answer->verdict != PlatformVerdict::accepted) return fail(Failure::rejected, answer->to_string());
        find(answer->to_string());
        find_clock(*answer);
        return {};
    }
    [[nodiscard]] std::string note_in_clear(const PlatformIdentity& identity, UtcTime now,
                                            const std::string& encrypted) const {
        const auto clear =
            RecordWriter::create(in_clear(site_.profile), identity, site_.options.site.utc_offset);
        const auto members = clear ? clear->members(*site_.sample, now) : Result<std::string>{};
        return trf("encrypted: {}; in clear: {{{}}}", "加密字段：{}；明文：{{{}}}", encrypted,
                   members ? *members : std::string{});
    }
    void find_clock(const PlatformAnswer& answer) {
        const auto said = answer.text(site_.profile.names.platform_time);
        const auto time = said ? platform_time_from(*said, site_.options.site.utc_offset) : std::nullopt;
        if (!time) return;
        const auto off = site_.clock.utc() - *time;
        find(off > kClockOff || off < -kClockOff
                 ? trf("the platform's clock says {}: more than a minute off this one",
                       "平台时间 {}：与本机相差超过 1 分钟", *said)
                 : trf("the platform's clock says {}, as this one", "平台时间 {}，与本机一致", *said));
    }

    const AcceptanceSite& site_;
    const AcceptanceWatcher& watcher_;
    std::stop_token stop_;
    Masking masking_;
    PassingMemory kept_;
    bool token_;
    std::unique_ptr<HttpClient> http_;
    std::optional<PlatformSession> session_;
    std::set<std::pair<std::string, std::uint16_t>> looked_at_;

    AcceptanceRun run_;
    StepReport now_;                        // the step that is walked
    SteadyTime mark_{};                     // since when it waits for an answer
    std::optional<PlatformAnswer> answer_;  // the last of this step
    std::string body_;                      // of it
    PapersFault papers_fault_{PapersFault::none};
    bool is_untried_{false};
    std::string note_;  // for the next exchange
};

}  // namespace

AcceptanceRun walk_platform(const AcceptanceSite& site, const AcceptanceWatcher& watcher,
                            const std::stop_token& stop) {
    return Walk{site, watcher, stop}.run();
}

}  // namespace mg
