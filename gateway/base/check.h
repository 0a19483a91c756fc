#pragma once

namespace mg {

/// Ends the program with the place and the broken condition. For our own bugs only, never for input.
[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace mg

#define MG_CHECK(condition) \
    ((condition) ? static_cast<void>(0) : ::mg::check_failed(#condition, __FILE__, __LINE__))
