#include <cstdint>

#include "gateway/base/check.h"
#include "gateway/control/control_protocol.h"
#include "gateway/control/read_report.h"
#include "gateway/control/status.h"
#include "tests/fuzz/fuzz_input.h"

namespace mg {
namespace {

// Whatever a client asks, it gets one line that it can read, with its own id.
void check_request(std::string_view line) {
    const auto parsed = parse_request(line);
    const auto answer = parsed.request ? result_line(parsed.id_json, "{}")
                                       : error_line(parsed.id_json, parsed.request.error());
    MG_CHECK(answer.find('\n') == answer.size() - 1);
    // An id may be a text, which parse_answer() leaves to the clients that use one.
    if (parsed.id_json.starts_with('"')) return;
    MG_CHECK(parsed.id_json == "null" || parsed.request || !parsed.request.error().what.empty());
}

// What was understood is written as it was read.
void check_status(std::string_view json) {
    const auto status = status_from_json(json);
    if (!status) return;
    const auto written = status_to_json(*status);
    const auto again = status_from_json(written);
    MG_CHECK(again.has_value() && status_to_json(*again) == written);
}

void check_report(std::string_view json) {
    const auto report = read_report_from_json(json);
    if (!report) return;
    const auto written = read_report_to_json(*report);
    const auto again = read_report_from_json(written);
    MG_CHECK(again.has_value() && read_report_to_json(*again) == written);
}

}  // namespace
}  // namespace mg

// A selector, then a line of the control socket or the JSON inside one.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace mg;
    FuzzInput input{bytes, size};
    const auto selector = input.byte();
    const auto text = text_of(input.rest());
    switch (selector % 4) {
        case 0:
            check_request(text);
            break;
        case 1:
            static_cast<void>(parse_answer(text));
            break;
        case 2:
            check_status(text);
            break;
        case 3:
            check_report(text);
            break;
    }
    return 0;
}
