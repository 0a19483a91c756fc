#include "gateway/completeness/fault_clock.h"

namespace mg {
namespace {

bool is_weekend(UtcTime time, std::chrono::minutes utc_offset) {
    const std::chrono::weekday day{
        std::chrono::sys_days{std::chrono::floor<std::chrono::days>(time + utc_offset)}};
    return day == std::chrono::Saturday || day == std::chrono::Sunday;
}

}  // namespace

int Fault::hours_passed() const {
    for (const int hours : {72, 48, 24}) {
        if (lasts >= std::chrono::hours{hours}) return hours;
    }
    return 0;
}

UtcTime working_days_after(UtcTime begin, int days, std::chrono::minutes utc_offset) {
    constexpr std::chrono::days kDay{1};
    while (is_weekend(begin, utc_offset)) begin = site_midnight_before(begin, utc_offset) + kDay;
    for (int passed = 0; passed < days; ++passed) {
        begin += kDay;
        while (is_weekend(begin, utc_offset)) begin += kDay;
    }
    return begin;
}

}  // namespace mg
