#include "gateway/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace mg {

void check_failed(const char* condition, const char* file, int line) {
    std::fprintf(stderr, "<2>%s:%d: broken invariant: %s\n", file, line, condition);
    std::abort();
}

}  // namespace mg
