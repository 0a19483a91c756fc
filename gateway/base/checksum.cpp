#include "gateway/base/checksum.h"

#include <array>
#include <fstream>
#include <memory>
#include <vector>

#include <fmt/format.h>
#include <libdeflate.h>
#include <openssl/evp.h>

#include "gateway/base/check.h"
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

Crc32& Crc32::add(std::initializer_list<std::int64_t> numbers) {
    constexpr std::size_t kMost = 16;
    MG_CHECK(numbers.size() <= kMost);
    std::array<std::uint8_t, 8 * kMost> bytes{};
    std::size_t size = 0;
    for (const std::int64_t number : numbers) {
        for (unsigned i = 0; i < 8; ++i)
            bytes[size++] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(number) >> 8U * i);
    }
    return add(std::span<const std::uint8_t>{bytes}.first(size));
}

Crc32& Crc32::add(std::span<const std::uint8_t> bytes) {
    if (bytes.empty()) return *this;  // libdeflate takes "no bytes" for "begin anew"
    // A row of a day file: 43 ns, with zlib's crc32_z() 220 ns, which was a tenth of storing a sample.
    value_ = libdeflate_crc32(value_, bytes.data(), bytes.size());
    return *this;
}

Crc32& Crc32::add(std::string_view text) {
    return add(std::span{reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

}  // namespace mg
