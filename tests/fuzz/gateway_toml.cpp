#include <cstdint>
#include <string>

#include "config/loaders.h"
#include "config/text_file.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/fuzz/problem_rules.h"

// The bytes of gateway.toml.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace mg;
    std::vector<Problem> problems;
    Reporter report{"gateway.toml", problems};
    const auto text = decode_text(std::string{text_of({bytes, size})}, report);
    if (text) {
        Options options;
        options.directory = "/etc/metergate";
        load_gateway(*text, options, report);
    }
    check_problems(problems);
    return 0;
}
