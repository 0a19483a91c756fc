#include "gateway/uplink/mqtt/tls_files.h"

#include <memory>
#include <string>
#include <string_view>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "gateway/base/language.h"

namespace mg {
namespace {

using Context = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;

std::string reason_of_openssl() {
    const unsigned long code = ERR_peek_error();
    ERR_clear_error();
    const char* reason = code != 0 ? ERR_reason_error_string(code) : nullptr;
    return reason != nullptr ? reason : std::string{tr("not usable", "不可用")};
}

Result<> unless(bool good, std::string_view en, std::string_view zh, const std::filesystem::path& file) {
    if (good) return {};
    return fail(Failure::invalid_config,
                trf("{0} {1}: {2}", "{0} {1}：{2}", tr(en, zh), file.native(), reason_of_openssl()));
}

}  // namespace

Result<> check_tls_files(const TlsOptions& tls) {
    ERR_clear_error();
    const Context context{SSL_CTX_new(TLS_client_method()), &SSL_CTX_free};
    if (!context) return fail(Failure::transient, "SSL_CTX_new: " + reason_of_openssl());
    if (!tls.ca_file.empty()) {
        const bool loaded = SSL_CTX_load_verify_locations(context.get(), tls.ca_file.c_str(), nullptr) == 1;
        if (auto ca = unless(loaded, "CA file", "CA 证书文件", tls.ca_file); !ca) return ca;
    }
    if (tls.certificate_file.empty()) return {};
    const bool loaded = SSL_CTX_use_certificate_chain_file(context.get(), tls.certificate_file.c_str()) == 1;
    if (auto own = unless(loaded, "certificate", "客户端证书", tls.certificate_file); !own) return own;
    const auto& key = tls.key_file.empty() ? tls.certificate_file : tls.key_file;
    const bool belongs = SSL_CTX_use_PrivateKey_file(context.get(), key.c_str(), SSL_FILETYPE_PEM) == 1 &&
                         SSL_CTX_check_private_key(context.get()) == 1;
    return unless(belongs, "key", "私钥文件", key);
}

}  // namespace mg
