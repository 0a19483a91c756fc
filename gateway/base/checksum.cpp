#include "gateway/base/checksum.h"

#include <array>
#include <fstream>
#include <memory>
#include <vector>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "gateway/base/language.h"

namespace mg {

Result<std::string> sha256_of(const std::filesystem::path& path) {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> digest{EVP_MD_CTX_new(), EVP_MD_CTX_free};
    std::ifstream file{path, std::ios::binary};
    bool fine = file.is_open() && EVP_DigestInit_ex(digest.get(), EVP_sha256(), nullptr) == 1;
    std::vector<char> block(1UL << 20U);
    while (fine && file) {
        file.read(block.data(), static_cast<std::streamsize>(block.size()));
        fine = EVP_DigestUpdate(digest.get(), block.data(), static_cast<std::size_t>(file.gcount())) == 1;
    }
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned size = 0;
    fine = fine && file.eof() && EVP_DigestFinal_ex(digest.get(), bytes.data(), &size) == 1;
    if (!fine) return fail(Failure::transient, trf("{}: cannot be read", "{}：无法读取", path.native()));
    std::string text;
    for (unsigned i = 0; i < size; ++i) text += fmt::format("{:02x}", bytes.at(i));
    return text;
}

}  // namespace mg
