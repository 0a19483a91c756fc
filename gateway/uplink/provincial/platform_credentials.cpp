#include "gateway/uplink/provincial/platform_credentials.h"

#include "gateway/base/language.h"
#include "gateway/base/secret_file.h"

namespace mg {

Result<PlatformCredentials> read_platform_credentials(const std::string& where) {
    PlatformCredentials found;
    if (where.empty()) return found;
    const auto file = read_secret_file(where);
    if (!file) return tl::unexpected<Error>(file.error());
    for (const SecretLine& line : file->lines) {
        if (line.key == "password") {
            found.password = line.value;
        } else if (line.key == "certificate_password") {
            found.certificate_password = line.value;
        } else {
            return fail(Failure::invalid_config,
                        trf("credentials {0}:{1}: expected 'password = …' or 'certificate_password = …'",
                            "凭据文件 {0}:{1}：应为 “password = …” 或 “certificate_password = …”", file->path,
                            line.number));
        }
    }
    return found;
}

}  // namespace mg
