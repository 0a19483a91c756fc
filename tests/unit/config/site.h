#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "config/load.h"
#include "tests/support/temporary_folder.h"

/// Makers for the tests of the configuration.
namespace mg {

/// A configuration folder of its own, gone at the end of the test.
class TemporarySite {
public:
    TemporarySite& file(const std::string& name, const std::string& text) {
        std::filesystem::create_directories((folder() / name).parent_path());
        std::ofstream{folder() / name, std::ios::binary} << text;
        return *this;
    }
    [[nodiscard]] const std::filesystem::path& folder() const { return folder_.path(); }
    [[nodiscard]] Loaded load() const { return load_config(folder()); }

private:
    TemporaryFolder folder_;
};

/// A Modbus TCP line `panel`, a serial line `bus`, an uplink: for rows that are under test.
inline std::string plain_gateway() {
    return "[[line]]\nid = \"panel\"\nkind = \"modbus-tcp\"\nhost = \"192.168.1.50\"\n"
           "[[line]]\nid = \"bus\"\nkind = \"serial\"\ndevice = \"/dev/ttyS0\"\n"
           "[[uplink]]\nid = \"broker\"\nurl = \"mqtt://localhost\"\n";
}

inline Loaded load_rows(const std::string& rows) {
    TemporarySite site;
    site.file("gateway.toml", plain_gateway()).file("meters.csv", rows);
    return site.load();
}

inline std::string text_of(const std::vector<Problem>& problems) {
    std::string text;
    for (const Problem& problem : problems) text += problem.to_string() + "\n";
    return text;
}

inline std::string read_all(const std::filesystem::path& file) {
    std::ifstream stream{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{stream}, {}};
}

}  // namespace mg
