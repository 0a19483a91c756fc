#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "config/options.h"
#include "gateway/base/result.h"

struct evp_cipher_ctx_st;

/// SM4 (GB/T 32907) as provincial platforms use it. Nothing here shows a key in an error.
namespace mg {

using Sm4Key = std::array<std::uint8_t, 16>;

/// The key that a platform's secret key stands for; refused when it has not the form.
Result<Sm4Key> sm4_key(std::string_view secret_key, KeyForm form);

/// Encrypts the fields of records with one key. One thread; a field of 20 characters takes below a
/// microsecond.
class Sm4Fields {
public:
    static Result<Sm4Fields> with(const Sm4Key& key);

    /// SM4/ECB/PKCS7 of the text, as lower-case hexadecimal; an empty text stays empty.
    [[nodiscard]] Result<std::string> encrypted(std::string_view text) const;

private:
    struct Free {
        void operator()(evp_cipher_ctx_st* context) const;
    };
    using Context = std::unique_ptr<evp_cipher_ctx_st, Free>;
    explicit Sm4Fields(Context context) : context_{std::move(context)} {}

    Context context_;
};

/// A password in one block: two digits of its length, the password, 'F' up to 16 characters; SM4/CBC without
/// padding, the key and the start vector the first 16 characters of the secret key and of the enterprise
/// code. Lower-case hexadecimal. refused: a key or code that is too short; invalid_config: a password that is
/// empty, above 14 characters or not ASCII.
Result<std::string> sm4_password(std::string_view secret_key, std::string_view enterprise_code,
                                 std::string_view password);

}  // namespace mg
