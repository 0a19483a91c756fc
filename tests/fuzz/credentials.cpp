#include "gateway/uplink/mqtt/credentials.h"

#include <cstdint>
#include <string>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/check.h"
#include "gateway/base/unique_fd.h"

// The bytes of a credentials file; the file is in memory.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace mg;
    static const UniqueFd file{::memfd_create("credentials", MFD_CLOEXEC)};
    MG_CHECK(file && ::fchmod(file.get(), 0600) == 0 && ::ftruncate(file.get(), 0) == 0);
    MG_CHECK(::pwrite(file.get(), bytes, size, 0) == static_cast<ssize_t>(size));
    const auto found = read_credentials("/proc/self/fd/" + std::to_string(file.get()));
    MG_CHECK(found ? !found->user.empty() : !found.error().what.empty());
    return 0;
}
