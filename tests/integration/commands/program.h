#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <sys/wait.h>

#include "tests/support/temporary_folder.h"

namespace mg {

struct Ran {
    int exit_code{-1};
    std::string out;
    std::string err;
};

/// A folder of its own with a configuration in it, and the program that was just built.
struct Program : testing::Test {
    Program() {
        std::filesystem::create_directory(site);
        configure(1);
    }

    /// One Modbus TCP line to `port` of this machine with one meter on it, and a row of the ledger.
    void configure(int port) const {
        write("gateway.toml",
              "[site]\nid = \"workshop\"\n\n[storage]\npath = \"" + (folder / "data").string() +
                  "\"\n\n[control]\nsocket = \"" + socket.string() +
                  "\"\n\n[[line]]\nid = \"panel\"\nkind = \"modbus-tcp\"\nhost = \"127.0.0.1\"\nport = " +
                  std::to_string(port) + "\nresponse_timeout = \"300ms\"\n");
        write("meters.csv",
              "id,name,energy,line,address,model,every\n"
              "main,总表,电力,panel,1,eastron-sdm630,60s\n"
              "scale,地磅,其他,,,,\n");
    }
    void write(const std::string& name, std::string_view text) const { std::ofstream(site / name) << text; }

    /// Through a shell, so that `arguments` may redirect. English, unless they say otherwise.
    [[nodiscard]] Ran run(const std::string& arguments) const {
        const auto out = folder / "out";
        const auto err = folder / "err";
        const std::string command = "LC_ALL=C.utf8 timeout 60 '" MG_PROGRAM "' " + arguments + " > '" +
                                    out.string() + "' 2> '" + err.string() + "' < /dev/null";
        const int status = std::system(command.c_str());
        return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, text_of(out), text_of(err)};
    }
    [[nodiscard]] Ran run_with_site(const std::string& arguments) const {
        return run(arguments + " --config '" + site.string() + "'");
    }

    static std::string text_of(const std::filesystem::path& path) {
        std::ifstream file{path};
        return {std::istreambuf_iterator<char>{file}, {}};
    }
    static bool contains(const std::string& text, std::string_view part) {
        return text.find(part) != std::string::npos;
    }

    const TemporaryFolder own;
    const std::filesystem::path folder{own.path()};
    const std::filesystem::path socket{folder / "control.sock"};
    const std::filesystem::path site{folder / "site"};
};

}  // namespace mg
