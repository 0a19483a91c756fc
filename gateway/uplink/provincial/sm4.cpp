#include "gateway/uplink/provincial/sm4.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include <openssl/evp.h>

#include "gateway/base/language.h"

namespace mg {
namespace {

constexpr std::size_t kBlock = 16;

std::optional<std::uint8_t> nibble(char c) {
    if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
    if (c >= 'A' && c <= 'F') return static_cast<std::uint8_t>(c - 'A' + 10);
    return std::nullopt;
}

bool is_printable_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F; });
}

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

std::string to_hex(const std::vector<unsigned char>& bytes, int size) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    text.reserve(static_cast<std::size_t>(size) * 2);
    for (int i = 0; i < size; ++i) {
        const unsigned char byte = bytes[static_cast<std::size_t>(i)];
        text += kDigits[byte >> 4U];
        text += kDigits[byte & 0x0FU];
    }
    return text;
}

tl::unexpected<Error> no_sm4() {
    return fail(Failure::invalid_config,
                std::string(tr("this OpenSSL does not offer SM4", "本机的 OpenSSL 不提供 SM4")));
}

/// All of `text` at once; the context is ready.
Result<std::string> run(evp_cipher_ctx_st* context, std::string_view text) {
    std::vector<unsigned char> out(text.size() + kBlock);
    int first = 0;
    int last = 0;
    if (EVP_EncryptUpdate(context, out.data(), &first, bytes_of(text), static_cast<int>(text.size())) != 1 ||
        EVP_EncryptFinal_ex(context, out.data() + first, &last) != 1) {
        return no_sm4();
    }
    return to_hex(out, first + last);
}

tl::unexpected<Error> bad_key() {
    return fail(Failure::refused,
                std::string(tr("the secret key of the platform has not the form of the profile",
                               "平台给出的密钥与配置的形式不符")));
}

}  // namespace

Result<Sm4Key> sm4_key(std::string_view secret_key, KeyForm form) {
    Sm4Key key{};
    switch (form) {
        case KeyForm::hexadecimal:
            if (secret_key.size() != 2 * key.size()) return bad_key();
            for (std::size_t i = 0; i < key.size(); ++i) {
                const auto high = nibble(secret_key[2 * i]);
                const auto low = nibble(secret_key[2 * i + 1]);
                if (!high || !low) return bad_key();
                key[i] = static_cast<std::uint8_t>(*high << 4U | *low);
            }
            return key;
        case KeyForm::characters:
            if (secret_key.size() < key.size() || !is_printable_ascii(secret_key)) return bad_key();
            std::copy_n(bytes_of(secret_key), key.size(), key.begin());
            return key;
    }
    return bad_key();
}

void Sm4Fields::Free::operator()(evp_cipher_ctx_st* context) const {
    EVP_CIPHER_CTX_free(context);
}

Result<Sm4Fields> Sm4Fields::with(const Sm4Key& key) {
    Context context{EVP_CIPHER_CTX_new()};
    if (!context || EVP_EncryptInit_ex(context.get(), EVP_sm4_ecb(), nullptr, key.data(), nullptr) != 1)
        return no_sm4();
    return Sm4Fields{std::move(context)};
}

Result<std::string> Sm4Fields::encrypted(std::string_view text) const {
    if (text.empty()) return std::string{};
    // Key and cipher stay: only the state of the last text goes.
    if (EVP_EncryptInit_ex(context_.get(), nullptr, nullptr, nullptr, nullptr) != 1) return no_sm4();
    return run(context_.get(), text);
}

Result<std::string> sm4_password(std::string_view secret_key, std::string_view enterprise_code,
                                 std::string_view password) {
    constexpr std::size_t kLongest = 14;
    if (password.empty() || password.size() > kLongest || !is_printable_ascii(password)) {
        return fail(Failure::invalid_config, trf("the password must have 1 to {} ASCII characters",
                                                 "口令应为 1 至 {} 个 ASCII 字符", kLongest));
    }
    const auto key = sm4_key(secret_key, KeyForm::characters);
    if (!key) return pass_on(key.error());
    if (enterprise_code.size() < kBlock) {
        return fail(Failure::refused, std::string(tr("the enterprise code is too short", "企业代码过短")));
    }
    std::string block = fmt::format("{:02}{}", password.size(), password);
    block.resize(kBlock, 'F');
    const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context{EVP_CIPHER_CTX_new(),
                                                                                  &EVP_CIPHER_CTX_free};
    if (!context ||
        EVP_EncryptInit_ex(context.get(), EVP_sm4_cbc(), nullptr, key->data(), bytes_of(enterprise_code)) !=
            1 ||
        EVP_CIPHER_CTX_set_padding(context.get(), 0) != 1) {
        return no_sm4();
    }
    return run(context.get(), block);
}

}  // namespace mg
