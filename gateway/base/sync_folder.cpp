#include "gateway/base/sync_folder.h"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "gateway/base/unique_fd.h"

namespace mg {

Result<> sync_folder(const std::filesystem::path& folder) {
    const UniqueFd open{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (open && ::fsync(open.get()) == 0) return {};
    const int error = errno;
    return fail(error == ENOSPC || error == EDQUOT ? Failure::storage_full : Failure::transient,
                folder.native() + ": " + std::generic_category().message(error));
}

}  // namespace mg
