#include "gateway/uplink/provincial/handshake_watch.h"

#include <array>
#include <ctime>
#include <memory>

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/ssl.h>
#include <openssl/tls1.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace mg {
namespace {

struct FreeBio {
    void operator()(BIO* bio) const { BIO_free(bio); }
};
struct FreeNames {
    void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
};

int place_of_papers() {
    static const int place = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return place;
}

ServerPapers* papers_of(const SSL* connection) {
    return static_cast<ServerPapers*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(connection), place_of_papers()));
}

/// "CN=platform.example, O=…": as people write it, in UTF-8.
std::string name_text(const X509_NAME* name) {
    const std::unique_ptr<BIO, FreeBio> out{BIO_new(BIO_s_mem())};
    constexpr unsigned long kForm =
        (XN_FLAG_ONELINE & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB)) & ~XN_FLAG_SPC_EQ;
    X509_NAME_print_ex(out.get(), name, 0, kForm);
    char* text = nullptr;
    const long size = BIO_get_mem_data(out.get(), &text);
    return size > 0 ? std::string(text, static_cast<std::size_t>(size)) : std::string{};
}

UtcTime time_of(const ASN1_TIME* time) {
    std::tm parts{};
    if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
    return UtcTime{std::chrono::seconds{::timegm(&parts)}};
}

std::string address_text(const ASN1_OCTET_STRING* address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    const int family = ASN1_STRING_length(address) == 4 ? AF_INET : AF_INET6;
    if (family == AF_INET6 && ASN1_STRING_length(address) != 16) return {};
    const char* written = ::inet_ntop(family, ASN1_STRING_get0_data(address), text.data(), text.size());
    return written != nullptr ? written : std::string{};
}

std::vector<std::string> names_of(const X509* certificate) {
    const std::unique_ptr<GENERAL_NAMES, FreeNames> names{
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr))};
    std::vector<std::string> found;
    for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
        if (name->type == GEN_DNS) {
            found.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName)),
                               static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)));
        } else if (name->type == GEN_IPADD) {
            found.push_back(address_text(name->d.iPAddress));
        }
    }
    return found;
}

ServerCertificate read(const X509* certificate) {
    return {.subject = name_text(X509_get_subject_name(certificate)),
            .issuer = name_text(X509_get_issuer_name(certificate)),
            .valid_from = time_of(X509_get0_notBefore(certificate)),
            .valid_until = time_of(X509_get0_notAfter(certificate)),
            .names = names_of(certificate)};
}

PapersFault fault_of(int verification) {
    switch (verification) {
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        case X509_V_ERR_CERT_SIGNATURE_FAILURE:
        case X509_V_ERR_CERT_UNTRUSTED:
            return PapersFault::unknown_ca;
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
            return PapersFault::self_signed;
        case X509_V_ERR_CERT_HAS_EXPIRED:
            return PapersFault::expired;
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return PapersFault::not_yet_valid;
        case X509_V_ERR_HOSTNAME_MISMATCH:
        case X509_V_ERR_IP_ADDRESS_MISMATCH:
            return PapersFault::other_name;
        default:
            return PapersFault::other;
    }
}

/// Called for each certificate of the chain; gives back what OpenSSL thinks of it.
int note_certificates(int good, X509_STORE_CTX* verified) {
    const auto* connection =
        static_cast<const SSL*>(X509_STORE_CTX_get_ex_data(verified, SSL_get_ex_data_X509_STORE_CTX_idx()));
    ServerPapers* papers = papers_of(connection);
    if (papers == nullptr) return good;
    const STACK_OF(X509)* sent = X509_STORE_CTX_get0_untrusted(verified);
    for (int i = 0; papers->chain.size() < static_cast<std::size_t>(sk_X509_num(sent)); ++i)
        papers->chain.push_back(read(sk_X509_value(sent, i)));
    if (good == 0 && papers->fault == PapersFault::none)
        papers->fault = fault_of(X509_STORE_CTX_get_error(verified));
    return good;
}

void note_progress(const SSL* connection, int where, int value) {
    ServerPapers* papers = papers_of(connection);
    if (papers == nullptr) return;
    if ((where & SSL_CB_HANDSHAKE_DONE) != 0) {
        papers->version = SSL_get_version(connection);
        papers->cipher = SSL_get_cipher_name(connection);
    }
    if ((where & SSL_CB_READ_ALERT) != SSL_CB_READ_ALERT || papers->fault != PapersFault::none) return;
    constexpr int kAlert = 0xFF;
    switch (value & kAlert) {
        case SSL_AD_PROTOCOL_VERSION:
        case SSL_AD_INSUFFICIENT_SECURITY:
            papers->fault = PapersFault::old_tls;
            break;
        case TLS13_AD_CERTIFICATE_REQUIRED:
        case SSL_AD_BAD_CERTIFICATE:
        case SSL_AD_UNSUPPORTED_CERTIFICATE:
        case SSL_AD_CERTIFICATE_EXPIRED:
        case SSL_AD_CERTIFICATE_UNKNOWN:
        case SSL_AD_UNKNOWN_CA:
            papers->fault = PapersFault::wants_certificate;
            break;
        default:
            break;
    }
}

struct Words {
    std::string_view part;
    PapersFault fault;
};
/// As OpenSSL and libcurl write them.
constexpr std::array kWords{
    Words{"no alternative certificate subject name matches", PapersFault::other_name},
    Words{"does not match target host", PapersFault::other_name},
    Words{"unsupported protocol", PapersFault::old_tls},
    Words{"protocol version", PapersFault::old_tls},
    Words{"no protocols available", PapersFault::old_tls},
    Words{"legacy renegotiation", PapersFault::old_tls},
    Words{"dh key too small", PapersFault::old_tls},
    Words{"ee key too small", PapersFault::old_tls},
    Words{"wrong signature type", PapersFault::old_tls},
    Words{"wrong version number", PapersFault::no_tls},
    Words{"certificate required", PapersFault::wants_certificate},
    Words{"bad certificate", PapersFault::wants_certificate},
    Words{"unable to get local issuer", PapersFault::unknown_ca},
    Words{"self-signed certificate in certificate chain", PapersFault::unknown_ca},
    Words{"self-signed certificate", PapersFault::self_signed},
    Words{"certificate has expired", PapersFault::expired},
    Words{"certificate is not yet valid", PapersFault::not_yet_valid},
};

}  // namespace

void watch_handshake(void* tls_context, ServerPapers& papers) {
    auto* context = static_cast<SSL_CTX*>(tls_context);
    SSL_CTX_set_ex_data(context, place_of_papers(), &papers);
    // As strict as before: the callback only looks on.
    SSL_CTX_set_verify(context, SSL_CTX_get_verify_mode(context), note_certificates);
    SSL_CTX_set_info_callback(context, note_progress);
}

PapersFault fault_in_words(std::string_view words) {
    for (const Words& known : kWords) {
        if (words.find(known.part) != std::string_view::npos) return known.fault;
    }
    return PapersFault::other;
}

}  // namespace mg
