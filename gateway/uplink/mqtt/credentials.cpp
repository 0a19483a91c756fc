#include "gateway/uplink/mqtt/credentials.h"

#include "gateway/base/language.h"
#include "gateway/base/secret_file.h"

namespace mg {

Result<Credentials> read_credentials(const std::string& where) {
    if (where.empty()) return Credentials{};
    const auto file = read_secret_file(where);
    if (!file) return tl::unexpected<Error>(file.error());
    Credentials found;
    for (const SecretLine& line : file->lines) {
        if (line.key != "user" && line.key != "password") {
            return fail(Failure::invalid_config,
                        trf("credentials {0}:{1}: expected 'user = …' or 'password = …'",
                            "凭据文件 {0}:{1}：应为 “user = …” 或 “password = …”", file->path, line.number));
        }
        (line.key == "user" ? found.user : found.password) = line.value;
    }
    if (found.user.empty()) {
        return fail(Failure::invalid_config,
                    trf("credentials {}: no 'user = …' line", "凭据文件 {}：缺少 “user = …”", file->path));
    }
    return found;
}

}  // namespace mg
