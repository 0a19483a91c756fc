#include "gateway/base/secret_file.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <string_view>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/language.h"
#include "gateway/base/unique_fd.h"

namespace mg {
namespace {

constexpr std::size_t kMostBytes = 4096;

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kBlank = " \t\r";
    const auto first = text.find_first_not_of(kBlank);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

Result<std::string> read_all(const std::string& path, bool guarded) {
    const auto bad = [&](std::string_view en, std::string_view zh) {
        return fail(Failure::invalid_config,
                    trf("credentials {0}: {1}", "凭据文件 {0}：{1}", path, tr(en, zh)));
    };
    const UniqueFd file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY)};
    if (!file) {
        return errno == ENOENT ? bad("no such file", "文件不存在") : bad("may not be read", "无权读取");
    }
    struct stat info{};
    if (::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode)) return bad("not a file", "不是普通文件");
    if (!guarded && (info.st_mode & 077U) != 0) {
        return bad("others may read it; chmod 600 first", "其他用户可读，请先 chmod 600");
    }
    std::array<char, kMostBytes + 1> bytes{};
    std::size_t size = 0;
    while (size < bytes.size()) {
        const ssize_t got = ::read(file.get(), bytes.data() + size, bytes.size() - size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return bad("cannot be read", "读取失败");
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
    }
    if (size > kMostBytes) return bad("longer than 4096 bytes", "超过 4096 字节");
    return std::string{bytes.data(), size};
}

}  // namespace

Result<SecretFile> read_secret_file(const std::string& where) {
    std::string path = where;
    const bool from_systemd = where.find('/') == std::string::npos;
    if (from_systemd) {
        const char* directory =
            std::getenv("CREDENTIALS_DIRECTORY");  // NOLINT(concurrency-mt-unsafe): never set by us
        if (directory == nullptr) {
            return fail(
                Failure::invalid_config,
                trf("credentials '{}' is no path, and systemd passed none of that name "
                    "(LoadCredential= in the unit)",
                    "凭据“{}”不是路径，systemd 也未提供该凭据（单元文件中的 LoadCredential=）", where));
        }
        path = std::string{directory} + "/" + where;
    }
    const auto text = read_all(path, from_systemd);
    if (!text) return tl::unexpected<Error>(text.error());

    SecretFile found{.path = path, .lines = {}};
    std::string_view rest = *text;
    for (int line = 1; !rest.empty(); ++line) {
        const auto end = rest.find('\n');
        const std::string_view one = trimmed(rest.substr(0, end));
        rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
        if (one.empty() || one.front() == '#') continue;
        const auto equals = one.find('=');
        if (equals == std::string_view::npos) {
            found.lines.push_back({.key = {}, .value = {}, .number = line});
        } else {
            found.lines.push_back({.key = std::string(trimmed(one.substr(0, equals))),
                                   .value = std::string(trimmed(one.substr(equals + 1))),
                                   .number = line});
        }
    }
    return found;
}

}  // namespace mg
