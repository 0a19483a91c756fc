#include <cstdint>
#include <string>

#include "config/load.h"
#include "config/text_file.h"
#include "gateway/base/check.h"
#include "gateway/uplink/provincial/answer.h"
#include "gateway/uplink/provincial/registration.h"
#include "tests/fuzz/fuzz_input.h"

namespace mg {
namespace {

void check_line(const std::string& line) {
    MG_CHECK(line.find_first_of("\r\n") == std::string::npos);
    MG_CHECK(first_invalid_utf8(line) == std::string::npos);
}

PlatformQuestion question() {
    return {.asked = {.tls = true, .host = "platform.example", .port = 443, .path = "/YNEnergy"},
            .enterprise_code = "91530000TESTCODE0X",
            .utc_offset = std::chrono::hours{8}};
}

// What comes out of an answer may be called, and leads neither to this machine nor away from TLS.
void check_addresses(const PlatformAddresses& addresses, const ProfileOptions& profile) {
    for (const auto& [call, address] : addresses) {
        MG_CHECK(address.tls && !is_own_machine(address));
        MG_CHECK(parse_platform_address(address.to_string()) == address);
        const auto target = address_of(call, profile, question().asked, addresses);
        MG_CHECK(target.has_value() && parse_platform_address(target->to_string()).has_value());
    }
}

template <class T>
bool has(const Result<T>& read) {
    if (!read) {
        MG_CHECK(read.error().kind == Failure::refused);
        check_line(read.error().what);
    }
    return read.has_value();
}

void check_contents(const PlatformAnswer& answer, const ProfileOptions& profile) {
    const auto registration = read_registration(answer, profile, question());
    if (has(registration)) {
        MG_CHECK(!registration->device_id.empty());
        check_addresses(registration->addresses, profile);
        for (const std::string& remark : registration->remarks) check_line(remark);
    }
    const auto addresses = read_addresses(answer, profile, question());
    if (has(addresses)) check_addresses(*addresses, profile);
    const auto grant = read_token(answer, profile, question(), UtcTime{milliseconds{1'795'320'000'000}});
    if (has(grant)) {
        MG_CHECK(!grant->token.empty() && grant->token.find_first_of("\r\n ") == std::string::npos);
        for (const std::string& remark : grant->remarks) check_line(remark);
    }
    has(read_working_key(answer, profile, question()));
    check_line(read_versions(answer, profile).reg + read_versions(answer, profile).dic);
}

}  // namespace
}  // namespace mg

// Which profile, the HTTP status in two bytes, then the body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace mg;
    FuzzInput input{bytes, size};
    const auto& profiles = shipped_profiles();
    const ProfileOptions& profile = profiles[input.byte() % profiles.size()];
    const int status = input.word() % 700;
    const auto body = text_of(input.rest());
    const PlatformAnswer answer = read_answer(
        {.status = status, .content_type = body.substr(0, 40), .body = body, .complete = true}, profile);
    check_line(answer.to_string());
    check_line(answer.message);
    MG_CHECK(answer.message.size() <= kLongestPlatformWords);
    if (answer.verdict == PlatformVerdict::accepted) MG_CHECK(answer.trouble.empty() && !answer.code.empty());
    check_contents(answer, profile);
    return 0;
}
