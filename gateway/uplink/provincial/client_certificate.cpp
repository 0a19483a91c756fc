#include "gateway/uplink/provincial/client_certificate.h"

#include <fstream>
#include <iterator>
#include <memory>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>

#include "gateway/base/language.h"

namespace mg {
namespace {

template <auto Free>
struct Freed {
    template <class T>
    void operator()(T* object) const {
        Free(object);
    }
};
void free_chain(STACK_OF(X509) * chain) {
    sk_X509_pop_free(chain, X509_free);
}

using Bio = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Chain = std::unique_ptr<STACK_OF(X509), Freed<free_chain>>;
using Package = std::unique_ptr<PKCS12, Freed<PKCS12_free>>;

/// A world of its own with the retired ciphers in it: the connections of the process never see them.
class LegacyWorld {
public:
    LegacyWorld()
        : world_{OSSL_LIB_CTX_new()},
          standard_{OSSL_PROVIDER_load(world_.get(), "default")},
          legacy_{OSSL_PROVIDER_load(world_.get(), "legacy")} {}
    [[nodiscard]] OSSL_LIB_CTX* get() const { return world_.get(); }

private:
    std::unique_ptr<OSSL_LIB_CTX, Freed<OSSL_LIB_CTX_free>> world_;
    std::unique_ptr<OSSL_PROVIDER, Freed<OSSL_PROVIDER_unload>> standard_;
    std::unique_ptr<OSSL_PROVIDER, Freed<OSSL_PROVIDER_unload>> legacy_;  // may be missing: then it is not
};

tl::unexpected<Error> wrong(const std::filesystem::path& file, std::string_view en, std::string_view zh) {
    ERR_clear_error();
    return fail(Failure::invalid_config, file.string() + ": " + std::string(tr(en, zh)));
}

Result<std::string> text_of(const std::filesystem::path& file) {
    std::ifstream stream{file, std::ios::binary};
    if (!stream) return wrong(file, "cannot be read", "无法读取");
    return std::string{std::istreambuf_iterator<char>{stream}, {}};
}

std::string text_in(BIO* bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    return {data, static_cast<std::size_t>(size)};
}

std::string pem_of(EVP_PKEY* key) {
    const Bio bio{BIO_new(BIO_s_mem())};
    PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
    return text_in(bio.get());
}

Result<ClientCertificate> from_package(const std::filesystem::path& file, const std::string& bytes,
                                       const std::string& password) {
    const LegacyWorld world;
    Package package{PKCS12_init_ex(NID_pkcs7_data, world.get(), nullptr)};
    const Bio bio{BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size()))};
    PKCS12* raw = package.release();
    if (d2i_PKCS12_bio(bio.get(), &raw) == nullptr) {
        return wrong(file, "neither PEM nor PKCS#12", "既不是 PEM 也不是 PKCS#12");
    }
    package.reset(raw);
    EVP_PKEY* raw_key = nullptr;
    X509* raw_certificate = nullptr;
    STACK_OF(X509)* raw_chain = nullptr;
    const bool opened =
        PKCS12_parse(package.get(), password.c_str(), &raw_key, &raw_certificate, &raw_chain) == 1;
    const Key key{raw_key};
    const Certificate certificate{raw_certificate};
    const Chain chain{raw_chain};
    if (!opened) {
        return wrong(file, "does not open with the certificate_password of the credentials",
                     "用口令文件中的 certificate_password 打不开");
    }
    if (!key || !certificate) return wrong(file, "holds no certificate with its key", "没有成对的证书和私钥");
    const Bio out{BIO_new(BIO_s_mem())};
    PEM_write_bio_X509(out.get(), certificate.get());
    for (int i = 0; chain && i < sk_X509_num(chain.get()); ++i) {
        PEM_write_bio_X509(out.get(), sk_X509_value(chain.get(), i));
    }
    return ClientCertificate{text_in(out.get()), pem_of(key.get())};
}

int give_password(char* buffer, int size, int /*writing*/, void* password) {
    const auto& text = *static_cast<const std::string*>(password);
    if (size < 0 || text.size() > static_cast<std::size_t>(size)) return -1;
    text.copy(buffer, text.size());
    return static_cast<int>(text.size());
}

Result<std::string> key_in(const std::filesystem::path& file, const std::string& pem, std::string password) {
    const Bio bio{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
    const Key key{PEM_read_bio_PrivateKey(bio.get(), nullptr, give_password, &password)};
    if (!key) {
        return wrong(file, "no private key that opens with the certificate_password of the credentials",
                     "没有能用口令文件中的 certificate_password 打开的私钥");
    }
    return pem_of(key.get());
}

}  // namespace

Result<ClientCertificate> read_client_certificate(const std::filesystem::path& certificate_file,
                                                  const std::filesystem::path& key_file,
                                                  const std::string& password) {
    auto bytes = text_of(certificate_file);
    if (!bytes) return tl::unexpected<Error>(bytes.error());
    if (bytes->find("-----BEGIN CERTIFICATE-----") == std::string::npos) {
        return from_package(certificate_file, *bytes, password);
    }
    const auto key_bytes = key_file.empty() ? Result<std::string>{*bytes} : text_of(key_file);
    if (!key_bytes) return tl::unexpected<Error>(key_bytes.error());
    auto key = key_in(key_file.empty() ? certificate_file : key_file, *key_bytes, password);
    if (!key) return tl::unexpected<Error>(key.error());
    return ClientCertificate{std::move(*bytes), std::move(*key)};
}

}  // namespace mg
