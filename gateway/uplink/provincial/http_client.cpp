#include "gateway/uplink/provincial/http_client.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>

#include <curl/curl.h>
#include <openssl/ssl.h>

#include "gateway/base/language.h"
#include "gateway/base/name_lookup.h"
#include "gateway/uplink/provincial/client_certificate.h"
#include "gateway/uplink/provincial/handshake_watch.h"

namespace mg {
namespace {

/// How long curl may wait for the network before it looks again whether to stop; a stop also wakes it.
constexpr int kPollMilliseconds = 1000;

struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, FreeList>;

void append(List& list, const std::string& text) {
    curl_slist* longer = curl_slist_append(list.get(), text.c_str());
    static_cast<void>(list.release());
    list.reset(longer);
}

/// Once a process, before threads use it.
void start_curl() {
    static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
    static_cast<void>(started);
}

/// Old servers know neither today's ciphers nor safe renegotiation.
CURLcode let_old_servers_in(CURL* /*handle*/, void* context, void* /*ours*/) {
    auto* tls = static_cast<SSL_CTX*>(context);
    SSL_CTX_set_security_level(tls, 0);
    SSL_CTX_set_options(tls, SSL_OP_LEGACY_SERVER_CONNECT | SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION);
    return CURLE_OK;
}

/// A connection that is opened only to be looked at.
struct Look {
    ServerPapers papers;
    bool legacy;
};

CURLcode look_on(CURL* handle, void* context, void* of_look) {
    auto& look = *static_cast<Look*>(of_look);
    if (look.legacy) let_old_servers_in(handle, context, nullptr);
    watch_handshake(context, look.papers);
    return CURLE_OK;
}

curl_blob blob_of(std::string& text) {
    return {text.data(), text.size(), CURL_BLOB_NOCOPY};
}

Failure failure_of(CURLcode code) {
    switch (code) {
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_ISSUER_ERROR:
        case CURLE_SSL_INVALIDCERTSTATUS:
        case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
            return Failure::refused;
        case CURLE_SSL_CERTPROBLEM:
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_SSL_CIPHER:
        case CURLE_INTERFACE_FAILED:
            return Failure::invalid_config;
        default:
            return Failure::transient;
    }
}

}  // namespace

std::pair<std::string, std::uint16_t> host_and_port(std::string_view url) {
    constexpr std::uint16_t kHttps = 443;
    constexpr std::uint16_t kHttp = 80;
    const bool encrypted = url.starts_with("https://");
    if (!encrypted && !url.starts_with("http://")) return {};
    url.remove_prefix(url.find("//") + 2);
    url = url.substr(0, url.find_first_of("/?#"));
    if (url.find('@') != std::string_view::npos) return {};
    const bool bracketed = url.starts_with('[');
    const auto host_end = bracketed ? url.find(']') : url.find(':');
    if (bracketed && host_end == std::string_view::npos) return {};
    const std::string_view host = bracketed ? url.substr(1, host_end - 1) : url.substr(0, host_end);
    std::string_view rest = host_end == std::string_view::npos ? std::string_view{} : url.substr(host_end);
    if (bracketed) rest.remove_prefix(1);
    std::uint16_t port = encrypted ? kHttps : kHttp;
    if (!rest.empty()) {
        const auto [end, error] = std::from_chars(rest.data() + 1, rest.data() + rest.size(), port);
        if (rest.front() != ':' || error != std::errc{} || end != rest.data() + rest.size() || port == 0) {
            return {};
        }
    }
    return {std::string(host), port};
}

/// What curl holds between calls.
class HttpClient::Transfers {
public:
    Transfers(PostSettings settings, std::optional<ClientCertificate> certificate, Clock& clock)
        : settings_{std::move(settings)}, certificate_{std::move(certificate)}, clock_{clock} {
        start_curl();
        multi_.reset(curl_multi_init());
        curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, static_cast<long>(settings_.connections));
        slots_.resize(settings_.connections);
        for (Slot& slot : slots_) slot.handle.reset(curl_easy_init());
    }
    Transfers(const Transfers&) = delete;
    Transfers& operator=(const Transfers&) = delete;
    ~Transfers() { slots_.clear(); }

    std::vector<Result<PostAnswer>> post_all(std::span<const PostRequest> requests,
                                             const std::stop_token& stop);
    Result<ServerPapers> look(const std::string& url, const std::stop_token& stop);
    [[nodiscard]] std::pair<std::uint64_t, std::uint64_t> bytes() const { return {sent_, received_}; }

private:
    struct CleanEasy {
        void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
    };
    struct CleanMulti {
        void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
    };
    /// One request under way.
    struct Slot {
        std::unique_ptr<CURL, CleanEasy> handle;
        std::size_t number{0};  // of the request
        bool busy{false};
        bool too_large{false};
        std::size_t most{0};
        List headers;
        List addresses;
        std::string body;  // of the answer
        std::array<char, CURL_ERROR_SIZE> words{};
    };

    static std::size_t take_body(const char* data, std::size_t one, std::size_t count, void* of_slot);
    Result<> resolve(const std::string& url, const std::stop_token& stop);
    void prepare(Slot& slot, const PostRequest& request);
    void begin(Slot& slot, const PostRequest& request);
    void set_tls(CURL* handle);
    Result<PostAnswer> end(Slot& slot, const PostRequest& request, CURLcode code);
    void tell_time(CURL* handle, const PostRequest& request) const;
    Error error_of(const Slot& slot, const PostRequest& request, CURLcode code) const;

    PostSettings settings_;
    std::optional<ClientCertificate> certificate_;
    Clock& clock_;
    std::map<std::string, NameLookup> lookups_;    // by host; outlives what hangs in it
    std::map<std::string, std::string> resolved_;  // host → "a,b" of this call
    std::unique_ptr<CURLM, CleanMulti> multi_;
    std::vector<Slot> slots_;
    std::uint64_t sent_{0};
    std::uint64_t received_{0};
};

std::size_t HttpClient::Transfers::take_body(const char* data, std::size_t one, std::size_t count,
                                             void* of_slot) {
    auto& slot = *static_cast<Slot*>(of_slot);
    const std::size_t size = one * count;
    if (slot.body.size() + size > slot.most) {
        slot.too_large = true;
        return 0;
    }
    slot.body.append(data, size);
    return size;
}

Result<> HttpClient::Transfers::resolve(const std::string& url, const std::stop_token& stop) {
    const auto [host, port] = host_and_port(url);
    if (host.empty()) {
        return fail(Failure::rejected, std::string(tr("not an address of the web", "不是网址")));
    }
    if (resolved_.contains(host)) return {};
    NameLookup& lookup = lookups_.try_emplace(host, clock_).first->second;
    const auto addresses = lookup.resolve(host, clock_.steady() + settings_.timeout, stop);
    if (!addresses) return tl::unexpected<Error>(addresses.error());
    std::string list;
    for (const std::string& address : *addresses) {
        const bool v6 = address.find(':') != std::string::npos;
        list += (list.empty() ? "" : ",") + (v6 ? "[" + address + "]" : address);
    }
    resolved_.emplace(host, std::move(list));
    return {};
}

void HttpClient::Transfers::set_tls(CURL* handle) {
    curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 2L);
    const long least = settings_.tls.legacy ? CURL_SSLVERSION_TLSv1_0 : CURL_SSLVERSION_TLSv1_2;
    curl_easy_setopt(handle, CURLOPT_SSLVERSION, least);
    if (settings_.tls.legacy) {
        curl_easy_setopt(handle, CURLOPT_SSL_CIPHER_LIST, "ALL:@SECLEVEL=0");
        curl_easy_setopt(handle, CURLOPT_SSL_CTX_FUNCTION, let_old_servers_in);
    }
    if (!settings_.tls.ca_file.empty()) {
        curl_easy_setopt(handle, CURLOPT_CAINFO, settings_.tls.ca_file.c_str());
        curl_easy_setopt(handle, CURLOPT_CAPATH, nullptr);
    }
    if (!certificate_) return;
    curl_blob chain = blob_of(certificate_->chain);
    curl_blob key = blob_of(certificate_->key);
    curl_easy_setopt(handle, CURLOPT_SSLCERTTYPE, "PEM");
    curl_easy_setopt(handle, CURLOPT_SSLCERT_BLOB, &chain);
    curl_easy_setopt(handle, CURLOPT_SSLKEYTYPE, "PEM");
    curl_easy_setopt(handle, CURLOPT_SSLKEY_BLOB, &key);
}

void HttpClient::Transfers::begin(Slot& slot, const PostRequest& request) {
    prepare(slot, request);
    curl_multi_add_handle(multi_.get(), slot.handle.get());
}

void HttpClient::Transfers::prepare(Slot& slot, const PostRequest& request) {
    CURL* handle = slot.handle.get();
    curl_easy_reset(handle);
    slot.headers.reset();
    slot.addresses.reset();
    slot.body.clear();
    slot.words.fill('\0');
    slot.too_large = false;
    slot.busy = true;
    slot.most = settings_.most_answer_bytes;
    for (const auto& [name, value] : request.headers) append(slot.headers, name + ": " + value);
    append(slot.headers, "Expect:");  // some old servers never answer "100 Continue"
    for (const std::string& url : {request.url, settings_.proxy}) {
        const auto [host, port] = host_and_port(url);
        const auto known = resolved_.find(host);
        if (known != resolved_.end()) {
            append(slot.addresses, "+" + host + ":" + std::to_string(port) + ":" + known->second);
        }
    }
    curl_easy_setopt(handle, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle, CURLOPT_RESOLVE, slot.addresses.get());
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, slot.headers.get());
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request.body.data());
    curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(handle, CURLOPT_USERAGENT, "metergate");
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_PROXY, settings_.proxy.c_str());
    if (!settings_.bind_interface.empty()) {
        curl_easy_setopt(handle, CURLOPT_INTERFACE, ("if!" + settings_.bind_interface).c_str());
    }
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(settings_.timeout.count()));
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(settings_.timeout.count()));
    curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, slot.words.data());
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, &slot);
    curl_easy_setopt(handle, CURLOPT_PRIVATE, &slot);
    set_tls(handle);
}

Error HttpClient::Transfers::error_of(const Slot& slot, const PostRequest& request, CURLcode code) const {
    const auto [host, port] = host_and_port(request.url);
    std::string words = slot.words.front() != '\0' ? slot.words.data() : curl_easy_strerror(code);
    if (slot.too_large) {
        words = trf("the answer has more than {} bytes", "应答超过 {} 字节", settings_.most_answer_bytes);
    }
    return {failure_of(code), fmt::format("{}:{}: {}", host, port, words)};
}

/// A server without TLS has not proven who it is, and whoever is in between may set its Date.
void HttpClient::Transfers::tell_time(CURL* handle, const PostRequest& request) const {
    curl_header* date = nullptr;
    if (!settings_.server_time || !request.url.starts_with("https:")) return;
    if (curl_easy_header(handle, "Date", 0, CURLH_HEADER, -1, &date) != CURLHE_OK) return;
    const std::time_t seconds = curl_getdate(date->value, nullptr);
    if (seconds > 0) settings_.server_time(UtcTime{std::chrono::seconds{seconds}});
}

Result<PostAnswer> HttpClient::Transfers::end(Slot& slot, const PostRequest& request, CURLcode code) {
    CURL* handle = slot.handle.get();
    slot.busy = false;
    curl_off_t up = 0;
    curl_off_t down = 0;
    long head_up = 0;
    long head_down = 0;
    curl_easy_getinfo(handle, CURLINFO_SIZE_UPLOAD_T, &up);
    curl_easy_getinfo(handle, CURLINFO_SIZE_DOWNLOAD_T, &down);
    curl_easy_getinfo(handle, CURLINFO_REQUEST_SIZE, &head_up);
    curl_easy_getinfo(handle, CURLINFO_HEADER_SIZE, &head_down);
    // The size of the request counts what of the body went with its head: at most all of it.
    const bool counted = static_cast<std::uint64_t>(head_up) >= request.body.size();
    sent_ += static_cast<std::uint64_t>(head_up) + (counted ? 0 : static_cast<std::uint64_t>(up));
    received_ += static_cast<std::uint64_t>(down) + static_cast<std::uint64_t>(head_down);
    if (code != CURLE_OK) return tl::unexpected<Error>(error_of(slot, request, code));
    tell_time(handle, request);
    long status = 0;
    const char* type = nullptr;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(handle, CURLINFO_CONTENT_TYPE, &type);
    return PostAnswer{static_cast<int>(status), type != nullptr ? type : "", std::move(slot.body)};
}

std::vector<Result<PostAnswer>> HttpClient::Transfers::post_all(std::span<const PostRequest> requests,
                                                                const std::stop_token& stop) {
    const Error not_begun{Failure::transient, std::string(tr("was stopped", "已停止"))};
    std::vector<Result<PostAnswer>> answers(requests.size(), Result<PostAnswer>{tl::unexpected(not_begun)});
    resolved_.clear();
    std::vector<std::size_t> to_do;
    for (std::size_t i = 0; i < requests.size(); ++i) {
        auto known = resolve(settings_.proxy.empty() ? requests[i].url : settings_.proxy, stop);
        if (!known) {
            answers[i] = tl::unexpected<Error>(known.error());
            continue;
        }
        to_do.push_back(i);
    }
    const std::stop_callback wake{stop, [this] { curl_multi_wakeup(multi_.get()); }};
    std::size_t next = 0;
    std::size_t under_way = 0;
    while ((next < to_do.size() || under_way > 0) && !stop.stop_requested()) {
        for (Slot& slot : slots_) {
            if (slot.busy || next == to_do.size()) continue;
            slot.number = to_do[next++];
            begin(slot, requests[slot.number]);
            ++under_way;
        }
        int running = 0;
        curl_multi_perform(multi_.get(), &running);
        int waiting = 0;
        bool any_ended = false;
        while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &waiting)) {
            if (message->msg != CURLMSG_DONE) continue;
            const CURLcode code = message->data.result;
            CURL* handle = message->easy_handle;
            Slot* slot = nullptr;
            curl_easy_getinfo(handle, CURLINFO_PRIVATE, &slot);
            curl_multi_remove_handle(multi_.get(), handle);
            answers[slot->number] = end(*slot, requests[slot->number], code);
            --under_way;
            any_ended = true;
        }
        if (!any_ended) curl_multi_poll(multi_.get(), nullptr, 0, kPollMilliseconds, nullptr);
    }
    for (Slot& slot : slots_) {
        if (!slot.busy) continue;
        curl_multi_remove_handle(multi_.get(), slot.handle.get());
        slot.busy = false;
    }
    return answers;
}

Result<ServerPapers> HttpClient::Transfers::look(const std::string& url, const std::stop_token& stop) {
    resolved_.clear();
    if (auto known = resolve(settings_.proxy.empty() ? url : settings_.proxy, stop); !known)
        return tl::unexpected<Error>(known.error());
    const PostRequest nothing{.url = url, .body = {}, .headers = {}};
    Look look{.papers = {}, .legacy = settings_.tls.legacy};
    Slot slot;
    slot.handle.reset(curl_easy_init());
    CURL* handle = slot.handle.get();
    prepare(slot, nothing);
    curl_easy_setopt(handle, CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(handle, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(handle, CURLOPT_SSL_SESSIONID_CACHE, 0L);
    curl_easy_setopt(handle, CURLOPT_SSL_CTX_FUNCTION, look_on);
    curl_easy_setopt(handle, CURLOPT_SSL_CTX_DATA, &look);
    // Another multi: connections of this kind cannot be used for requests.
    const std::unique_ptr<CURLM, CleanMulti> multi{curl_multi_init()};
    const std::stop_callback wake{stop, [&] { curl_multi_wakeup(multi.get()); }};
    curl_multi_add_handle(multi.get(), handle);
    std::optional<CURLcode> ended;
    while (!ended && !stop.stop_requested()) {
        int number = 0;
        curl_multi_perform(multi.get(), &number);
        if (const CURLMsg* message = curl_multi_info_read(multi.get(), &number)) ended = message->data.result;
        if (!ended) curl_multi_poll(multi.get(), nullptr, 0, kPollMilliseconds, nullptr);
    }
    curl_multi_remove_handle(multi.get(), handle);
    slot.handle.reset();
    if (!ended) return fail(Failure::transient, std::string(tr("was stopped", "已停止")));
    if (*ended == CURLE_OK) return look.papers;
    Error error = error_of(slot, nothing, *ended);
    const bool of_tls = *ended == CURLE_SSL_CONNECT_ERROR || error.kind == Failure::refused;
    if (!of_tls) return tl::unexpected<Error>(std::move(error));
    if (look.papers.fault == PapersFault::none) look.papers.fault = fault_in_words(error.what);
    look.papers.words = std::move(error.what);
    return look.papers;
}

HttpClient::HttpClient(std::unique_ptr<Transfers> transfers) : transfers_{std::move(transfers)} {}
HttpClient::~HttpClient() = default;

Result<std::unique_ptr<HttpClient>> HttpClient::make(PostSettings settings, Clock& clock) {
    std::optional<ClientCertificate> certificate;
    if (!settings.tls.certificate_file.empty()) {
        auto read = read_client_certificate(settings.tls.certificate_file, settings.tls.key_file,
                                            settings.certificate_password);
        if (!read) return tl::unexpected<Error>(read.error());
        certificate = std::move(*read);
    }
    return std::unique_ptr<HttpClient>(
        new HttpClient(std::make_unique<Transfers>(std::move(settings), std::move(certificate), clock)));
}

Result<PostAnswer> HttpClient::post(const PostRequest& request, const std::stop_token& stop) {
    return std::move(transfers_->post_all({&request, 1}, stop).front());
}

std::vector<Result<PostAnswer>> HttpClient::post_all(std::span<const PostRequest> requests,
                                                     const std::stop_token& stop) {
    return transfers_->post_all(requests, stop);
}

Result<ServerPapers> HttpClient::look(const std::string& url, const std::stop_token& stop) {
    return transfers_->look(url, stop);
}

std::pair<std::uint64_t, std::uint64_t> HttpClient::bytes() const {
    return transfers_->bytes();
}

}  // namespace mg
