#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);

namespace {

std::vector<std::uint8_t> bytes_of(const std::filesystem::path& file) {
    std::ifstream stream{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{stream}, std::istreambuf_iterator<char>{}};
}

}  // namespace

/// Gives every file of the folder to the fuzz target that this is linked with. A target fails by ending the
/// program; the last name printed is the file that did it.
int main(int count, char** arguments) {
    const std::span given{arguments, static_cast<std::size_t>(count)};
    if (given.size() != 2) return std::fputs("usage: replay FOLDER\n", stderr), 2;
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator{given[1]}) files.push_back(entry.path());
    std::ranges::sort(files);
    for (const auto& file : files) {
        std::puts(file.c_str());
        std::fflush(stdout);
        const auto bytes = bytes_of(file);
        LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
    }
    // An empty folder replays nothing and must not pass for a test.
    return files.empty() ? 1 : 0;
}
