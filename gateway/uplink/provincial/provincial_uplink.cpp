#include "gateway/uplink/provincial/provincial_uplink.h"

#include <algorithm>
#include <span>
#include <tuple>
#include <utility>

#include <fmt/ranges.h>
#include <pthread.h>

#include "gateway/base/check.h"
#include "gateway/base/language.h"
#include "gateway/base/log.h"
#include "gateway/uplink/provincial/base_data.h"
#include "gateway/uplink/provincial/platform_credentials.h"

namespace mg {
namespace {

using namespace std::chrono_literals;

/// So often it is looked whether something is due.
constexpr milliseconds kLook = 5s;
constexpr milliseconds kLongestWait = 10s;
constexpr std::size_t kThreadNameBytes = 15;

bool must_hold(const Error& error) {
    return error.kind == Failure::refused || error.kind == Failure::invalid_config ||
           error.kind == Failure::rejected || error.kind == Failure::unsupported;
}

const ProfileOptions& profile_of(const Options& options, const ProvincialOptions& uplink) {
    const ProfileOptions* profile = options.profile(uplink.profile);
    MG_CHECK(profile != nullptr);
    return *profile;
}

const EnterpriseOptions& enterprise_of(const Options& options, const ProvincialOptions& uplink) {
    const EnterpriseOptions* enterprise = options.enterprise(uplink.enterprise);
    MG_CHECK(enterprise != nullptr);
    return *enterprise;
}

/// The first few, and how many more there are.
std::string in_short(const std::vector<std::string>& remarks) {
    constexpr std::size_t kMost = 3;
    const auto shown = std::span{remarks}.first(std::min(kMost, remarks.size()));
    std::string all = fmt::format("{}", fmt::join(shown, "; "));
    if (remarks.size() > kMost) all += trf("; and {} more", "；另有 {} 条", remarks.size() - kMost);
    return all;
}

std::string shown_address(const std::string& url) {
    const auto address = parse_platform_address(url);
    if (!address) return url;
    return fmt::format("{}://{}:{}", address->tls ? "https" : "http", address->host, address->port);
}

}  // namespace

struct ProvincialUplink::Link {
    std::unique_ptr<HttpClient> http;
    std::unique_ptr<MemoryInTheBooks> kept;
    PlatformSession session;
};

ProvincialUplink::ProvincialUplink(Setup setup)
    : setup_{std::move(setup)},
      profile_{profile_for(profile_of(setup_.options, setup_.uplink), setup_.uplink)},
      enterprise_{enterprise_of(setup_.options, setup_.uplink)},
      items_{setup_.options, setup_.uplink},
      sender_{RecordRoute{.uplink = setup_.uplink.id,
                          .utc_offset = setup_.options.site.utc_offset,
                          .items = items_,
                          .profile = profile_,
                          .outbox = setup_.outbox,
                          .clock = setup_.clock,
                          .factor = setup_.factor}},
      retry_{setup_.retry, setup_.seed},
      hold_{setup_.hold, setup_.seed} {
    status_.with([&](ProvincialStatus& status) {
        status.id = setup_.uplink.id;
        status.name = setup_.uplink.name;
        status.destination = shown_address(setup_.uplink.url);
        status.profile = profile_.id;
        status.since = setup_.clock.utc();
    });
    thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
    ::pthread_setname_np(thread_.native_handle(),
                         ("uplink-" + setup_.uplink.id.text).substr(0, kThreadNameBytes).c_str());
}

ProvincialUplink::~ProvincialUplink() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
}

milliseconds ProvincialUplink::longest_turn() const {
    // A round of records one a request is a few turns of all connections, and a renewed token doubles them.
    constexpr int kRequestsInATurn = 40;
    return setup_.uplink.timeout * kRequestsInATurn + 60s;
}

Result<> ProvincialUplink::set_paused(bool paused) {
    const auto put =
        setup_.outbox.put_state(setup_.uplink.id, {{std::string(kPausedState), paused ? "1" : ""}});
    if (!put) return put;
    paused_ = paused;
    try_now();
    return {};
}

void ProvincialUplink::try_now() {
    try_now_ = true;
    wake_.raise();
}

void ProvincialUplink::run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        turns_.add();
        if (!enrolled_) {
            if (const auto done = enrol(); !done) {
                enter(ForwarderState::waiting, done.error().what);
                wait(retry_.next(), stop);
                continue;
            }
        }
        show();
        if (paused_) {
            enter(ForwarderState::paused, {});
            wait(kLongestWait, stop);
        } else if (!setup_.clock_is_trusted()) {
            enter(ForwarderState::waiting,
                  std::string(tr("the clock of this box is not trusted", "本机时钟不可信")));
            wait(kLook, stop);
        } else if (const auto served = serve(stop); served) {
            retry_.reset();
            hold_.reset();
            wait(kLook, stop);
        } else if (!stop.stop_requested()) {
            wait_after(served.error(), stop);
        }
    }
    enter(ForwarderState::stopped, {});
}

Result<> ProvincialUplink::enrol() {
    const auto state = setup_.outbox.state(id());
    if (!state) return tl::unexpected<Error>(state.error());
    paused_ = state->contains(std::string(kPausedState));
    const auto done = setup_.outbox.enrol(id(), items_.plan(profile_, setup_.clock.utc()));
    if (!done) return tl::unexpected<Error>(done.error());
    if (done->is_new || done->added > 0 || done->left > 0) {
        log::info("{}",
                  trf("uplink {0}: {1} records wait now, {2} wait no more",
                      "上传目标 {0}：新增待传 {1} 条，不再上传 {2} 条", id().text, done->added, done->left));
    }
    enrolled_ = true;
    return {};
}

Result<> ProvincialUplink::make_link() {
    const auto secrets = read_platform_credentials(setup_.uplink.credentials);
    if (!secrets) return tl::unexpected<Error>(secrets.error());
    auto http = HttpClient::make({.tls = setup_.uplink.tls,
                                  .certificate_password = secrets->certificate_password,
                                  .proxy = setup_.uplink.proxy,
                                  .bind_interface = setup_.uplink.bind_interface,
                                  .timeout = setup_.uplink.timeout,
                                  .connections = setup_.uplink.connections,
                                  .server_time = setup_.platform_time},
                                 setup_.clock);
    if (!http) return tl::unexpected<Error>(http.error());
    HttpClient& client = **http;
    auto kept = std::make_unique<MemoryInTheBooks>(setup_.outbox, id());
    MemoryInTheBooks& memory = *kept;
    link_ = std::unique_ptr<Link>(
        new Link{std::move(*http), std::move(kept),
                 PlatformSession{{.options = setup_.options,
                                  .uplink = setup_.uplink,
                                  .profile = profile_,
                                  .enterprise = enterprise_,
                                  .kept = memory,
                                  .clock = setup_.clock,
                                  .folder = base_data_folder(setup_.options.storage.path, id().text),
                                  .password = secrets->password,
                                  .observe = {},
                                  .replacements = setup_.replacements,
                                  .differences = setup_.differences},
                                 client}});
    return {};
}

/// Up to date with the platform, and nothing due any more.
Result<> ProvincialUplink::serve(const std::stop_token& stop) {
    if (!link_) {
        if (auto made = make_link(); !made) return made;
    }
    if (auto open = link_->session.open(stop); !open) return open;
    if (auto told = link_->session.tell(stop); !told) return told;
    turns_.add();
    auto sent = send(stop);
    if (sent || renewed_ || sent.error().kind != Failure::refused || stop.stop_requested()) return sent;
    // It may have forgotten this box, or speak another version by now.
    renewed_ = true;
    if (auto renewed = link_->session.renew(stop); !renewed) return renewed;
    if (auto open = link_->session.open(stop); !open) return open;
    return send(stop);
}

Result<> ProvincialUplink::send(const std::stop_token& stop) {
    const UploadSchedule schedule{
        .calendar = {.utc_offset = setup_.options.site.utc_offset, .real_time = setup_.options.site.boundary},
        .real_time = setup_.uplink.real_time,
        .time_of_day =
            setup_.uplink.upload_time ? setup_.uplink.upload_time : link_->session.memory().upload_time,
        .jitter = UploadSchedule::jitter_of(enterprise_.code + id().text)};
    status_.with([&](ProvincialStatus& status) { status.next_upload = schedule.next(setup_.clock.utc()); });
    bool more = true;
    while (more && !paused_ && !stop.stop_requested()) {
        turns_.add();
        const auto round = sender_.round(link_->session, schedule, stop);
        if (!round) return tl::unexpected<Error>(round.error());
        if (round->accepted > 0) {
            renewed_ = false;
            status_.with([&](ProvincialStatus& status) {
                status.accepted += round->accepted;
                status.last_accepted = setup_.clock.utc();
            });
        }
        more = round->more;
        enter(ForwarderState::connected, {});
        show();
    }
    return {};
}

void ProvincialUplink::wait(milliseconds time, const std::stop_token& stop) {
    const auto due = setup_.clock.steady() + time;
    while (setup_.clock.steady() < due && !stop.stop_requested()) {
        turns_.add();
        if (try_now_.exchange(false)) {
            sender_.forgive();
            renewed_ = false;
            return;
        }
        setup_.clock.wait(std::min(due, setup_.clock.steady() + kLongestWait), stop, wake_);
    }
}

void ProvincialUplink::wait_after(const Error& error, const std::stop_token& stop) {
    const bool hold = must_hold(error);
    enter(hold ? ForwarderState::held : ForwarderState::waiting, error.what);
    show();
    // Certificates, passwords and addresses may be others by the next time.
    if (hold) link_.reset();
    wait(hold ? hold_.next() : retry_.next(), stop);
}

void ProvincialUplink::enter(ForwarderState state, const std::string& why) {
    status_.with([&](ProvincialStatus& status) {
        if (status.state != state) status.since = setup_.clock.utc();
        status.state = state;
        if (!why.empty()) status.last_error = why;
    });
    if (!told_.is_news(state, why)) return;
    log::write(state == ForwarderState::held ? log::Level::error : log::Level::info,
               why.empty()
                   ? trf("uplink {0}: {1}", "上传目标 {0}：{1}", id().text, label(state))
                   : trf("uplink {0}: {1}: {2}", "上传目标 {0}：{1}：{2}", id().text, label(state), why));
}

/// What status shows of outbox and session. An error of the books shows at the next step.
void ProvincialUplink::show() {
    const auto outbox = setup_.outbox.status(id());
    std::vector<std::string> remarks;
    if (setup_.uplink.tls.legacy)
        remarks.emplace_back(tr("old TLS is let through (tls_legacy)", "已允许旧版 TLS（tls_legacy）"));
    if (link_) {
        for (std::string& remark : link_->session.remarks()) remarks.push_back(std::move(remark));
    }
    const std::string all = in_short(remarks);
    if (all != std::exchange(remarks_told_, all) && !all.empty())
        log::warning("{}", trf("uplink {0}: {1}", "上传目标 {0}：{1}", id().text, all));
    status_.with([&](ProvincialStatus& status) {
        if (outbox) status.outbox = *outbox;
        status.remarks = remarks;
        if (!link_) return;
        const PlatformMemory& memory = link_->session.memory();
        status.device_id = memory.device_id;
        status.reg_version = memory.versions.reg;
        status.dic_version = memory.versions.dic;
        std::tie(status.bytes_sent, status.bytes_received) = link_->http->bytes();
    });
}

}  // namespace mg
