#include "gateway/base/low_priority.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace mg {
namespace {

constexpr int kNice = 10;
// linux/ioprio.h, which Debian's kernel headers have only since 5.15: class 2 is best effort, 7 its lowest
// level; target 1 with id 0 is the calling thread.
constexpr int kBestEffortLowest = (2 << 13) | 7;
constexpr int kThisThread = 1;

}  // namespace

void give_way() {
    // On Linux this is of the thread, not of the process.
    static_cast<void>(::setpriority(PRIO_PROCESS, 0, kNice));
    static_cast<void>(::syscall(SYS_ioprio_set, kThisThread, 0, kBestEffortLowest));
}

}  // namespace mg
