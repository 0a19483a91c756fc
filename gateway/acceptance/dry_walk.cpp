#include <algorithm>
#include <array>
#include <utility>

#include <fmt/ranges.h>

#include "gateway/acceptance/acceptance_walk.h"
#include "gateway/acceptance/exchange_view.h"
#include "gateway/acceptance/findings.h"
#include "gateway/acceptance/told_of_item.h"
#include "gateway/base/language.h"
#include "gateway/uplink/provincial/enterprise_messages.h"
#include "gateway/uplink/provincial/instrument_messages.h"
#include "gateway/uplink/provincial/platform_address.h"
#include "gateway/uplink/provincial/platform_session.h"
#include "gateway/uplink/provincial/questions.h"
#include "gateway/uplink/provincial/registration.h"

// The same steps without a network: from the configuration alone.
namespace mg {
namespace {

std::string given(std::string_view name) {
    return trf("<{} of the platform>", "<平台给出的 {}>", name);
}

class DryWalk {
public:
    DryWalk(const AcceptanceSite& site, const AcceptanceWatcher& watcher)
        : site_{site}, watcher_{watcher}, now_{site.clock.utc()} {
        const PlatformNames& names = site.profile.names;
        identity_ = {.enterprise_code = site.enterprise.code_at(now_),
                     .device_id = given(names.device_id),
                     .secret_key = {},
                     .reg_version = given(names.reg_version),
                     .dic_version = given(names.dic_version)};
        password_ = site.profile.password == PasswordForm::plain
                        ? std::string(tr("<password of the credentials>", "<凭据文件中的 password>"))
                        : std::string(tr("<password, encrypted with the working key>",
                                         "<用工作密钥加密的 password>"));
    }

    AcceptanceRun run() {
        run_.dry = true;
        run_.begun = run_.ended = now_;
        step(AcceptanceStep::address, true, [&] { show_address(); });
        const bool token = site_.profile.flow == PlatformFlow::token;
        if (token) {
            show_token_steps();
        } else {
            step(AcceptanceStep::registration, true, [&] {
                show(PlatformCall::registration,
                     registration_question(site_.profile, identity_.enterprise_code,
                                           site_.enterprise.region_code));
            });
        }
        if (!token) step(AcceptanceStep::addresses, true, [&] { show_given_addresses(); });
        const auto& steps = site_.profile.steps;
        step(AcceptanceStep::version, steps.contains(PlatformStep::version),
             [&] { show(PlatformCall::version, version_question(site_.profile, identity_)); });
        step(AcceptanceStep::base_data, steps.contains(PlatformStep::base_data), [&] { show_base_data(); });
        step(AcceptanceStep::configuration,
             steps.contains(PlatformStep::enterprise) || steps.contains(PlatformStep::items),
             [&] { show_told(true); });
        step(AcceptanceStep::ledger, tells_instruments(site_.profile), [&] { show_told(false); });
        step(AcceptanceStep::record, true, [&] { show_record(); });
        step(AcceptanceStep::repetition, true,
             [&] { find(std::string(tr("the same request once more", "同一请求再发一次"))); });
        return std::move(run_);
    }

private:
    template <class Body>
    void step(AcceptanceStep which, bool needed, const Body& body) {
        report_ = StepReport{.step = which,
                             .outcome = needed ? StepOutcome::not_tried : StepOutcome::not_needed,
                             .findings = {},
                             .trouble = {},
                             .advice = {},
                             .exchanges = {}};
        if (watcher_.begins) watcher_.begins(which);
        if (needed) {
            body();
        } else {
            report_.trouble = tr("the profile has no such step", "协议文件没有这一步");
        }
        if (watcher_.ended) watcher_.ended(report_);
        run_.steps.push_back(std::move(report_));
    }
    void find(std::string line) { report_.findings.push_back(std::move(line)); }

    /// Where a call goes, as far as that is known before the platform has answered.
    [[nodiscard]] std::string address(PlatformCall call, std::string_view below) const {
        const auto asked = parse_platform_address(site_.uplink.url);
        const PlatformCallOptions& options = site_.profile.call(call);
        const auto path = asked ? address_of(call, site_.profile, *asked, PlatformAddresses{}) : std::nullopt;
        const std::string names = fmt::format("{}", fmt::join(options.answer_names, " / "));
        if (!path) return given(names) + std::string(below);
        const std::string url = path->to_string() + std::string(below);
        return names.empty() ? url : trf("{0} (or {1})", "{0} (或 {1})", url, given(names));
    }
    void show(PlatformCall call, std::string_view body, std::string_view below = {}, std::string note = {}) {
        ShownExchange shown = shown_request(call, address(call, below), body, site_.profile, masking_);
        if (site_.profile.flow == PlatformFlow::token && needs_token(call)) {
            shown.headers.push_back(fmt::format("{}: {}{}", site_.profile.token_header,
                                                site_.profile.token_prefix,
                                                given(site_.profile.names.token)));
        }
        shown.note = std::move(note);
        if (watcher_.exchanged) watcher_.exchanged(shown);
        report_.exchanges.push_back(std::move(shown));
    }

    void show_address() {
        find(trf("a connection to {}", "连接 {}", site_.uplink.url));
        const ProvincialTls& tls = site_.uplink.tls;
        if (!tls.ca_file.empty()) find(trf("CA file {}", "CA 文件 {}", tls.ca_file.string()));
        if (!tls.certificate_file.empty())
            find(trf("client certificate {}", "客户端证书 {}", tls.certificate_file.string()));
        if (tls.legacy)
            find(std::string(tr("old TLS is let through (tls_legacy)", "已允许旧版 TLS(tls_legacy)")));
    }

    void show_given_addresses() {
        for (std::size_t i = 0; i < kPlatformCalls; ++i) {
            const auto call = static_cast<PlatformCall>(i);
            const auto& names = site_.profile.call(call).answer_names;
            if (!names.empty())
                find(fmt::format("{}: {}", label(call), given(fmt::format("{}", fmt::join(names, " / ")))));
        }
    }

    void show_token_steps() {
        const ProfileOptions& profile = site_.profile;
        step(AcceptanceStep::working_key, true,
             [&] { show(PlatformCall::working_key, working_key_question(profile, identity_, {})); });
        step(AcceptanceStep::application, true, [&] {
            const auto body = application_body(profile, site_.enterprise.as_of(now_), password_, {});
            if (body) return show(PlatformCall::application, *body);
            report_.trouble = body.error().what;
        });
        step(AcceptanceStep::token, true,
             [&] { show(PlatformCall::token, token_question(profile, identity_, password_)); });
        step(AcceptanceStep::addresses, !profile.call(PlatformCall::addresses).path.empty(),
             [&] { show(PlatformCall::addresses, addresses_question(profile, identity_)); });
    }

    void show_base_data() {
        const ProfileOptions& profile = site_.profile;
        for (const auto table : profile.public_base_tables)
            show(PlatformCall::public_base_data, base_data_question(profile, identity_, table));
        for (const auto table : profile.base_tables)
            show(PlatformCall::base_data, base_data_question(profile, identity_, table));
        if (profile.base_tables.empty())
            show(PlatformCall::base_data, base_data_question(profile, identity_, std::nullopt));
    }

    [[nodiscard]] ConfigurationMessages instruments(const ConfigurationScene& scene) const {
        const auto replaced = replacements_of_item(site_.replacements, site_.options, site_.item);
        ConfigurationMessages all;
        for (ConfigurationMessages& part :
             std::array{ledger_messages(scene), replacement_messages(scene, replaced),
                        verification_messages(scene)}) {
            std::ranges::move(part.calls, std::back_inserter(all.calls));
            std::ranges::move(part.left_out, std::back_inserter(all.left_out));
        }
        return all;
    }

    void show_told(bool configuration) {
        const ConfigurationScene scene{.options = site_.options,
                                       .profile = site_.profile,
                                       .uplink = site_.uplink.id,
                                       .identity = identity_,
                                       .at = now_,
                                       .enterprise = &site_.enterprise};
        const ConfigurationMessages made = configuration ? configuration_messages(scene) : instruments(scene);
        for (const std::string& line : made.left_out) find(trf("left out: {}", "未上传：{}", line));
        const bool token = site_.profile.flow == PlatformFlow::token;
        if (token && !site_.item.empty())
            find(trf("of the item {} only", "仅采集项 {} 相关内容", site_.item));
        for (const ConfigurationCall& call :
             told_of_item(made.calls, site_.options, site_.uplink, site_.profile, site_.item))
            show(call.call, call.body, token ? '/' + site_.profile.names.add : std::string{});
    }

    void show_record() {
        if (!site_.sample) return find(site_.why_no_sample);
        if (site_.sample_is_invented)
            find(std::string(tr("the value is invented: a record is never made up for a platform",
                                "数值为虚构，仅作示意；实际测试只发送真实记录")));
        find(record_finding(*site_.sample, site_.options));
        const auto writer =
            RecordWriter::create(in_clear(site_.profile), identity_, site_.options.site.utc_offset);
        const auto members = writer ? writer->members(*site_.sample, now_) : Result<std::string>{};
        if (!members) {
            report_.trouble = members.error().what;
            return;
        }
        const std::string encrypted = encrypted_fields(site_.profile);
        show(PlatformCall::data, writer->body({&*members, 1}), {},
             encrypted.empty() ? std::string{}
                               : trf("shown in clear; sent encrypted with the key of the platform: {}",
                                     "此处为明文；发送时用平台密钥加密：{}", encrypted));
    }

    const AcceptanceSite& site_;
    const AcceptanceWatcher& watcher_;
    const Masking masking_;  // there are placeholders where secrets would be
    UtcTime now_;
    PlatformIdentity identity_;
    std::string password_;
    AcceptanceRun run_;
    StepReport report_;
};

}  // namespace

AcceptanceRun walk_without_network(const AcceptanceSite& site, const AcceptanceWatcher& watcher) {
    return DryWalk{site, watcher}.run();
}

}  // namespace mg
