#include <csignal>
#include <cstdio>
#include <exception>

#include "gateway/commands/command_line.h"
#include "gateway/commands/exit_code.h"

int main(int argc, char** argv) {
    // libmodbus's serial backend and stdio use write(), which would end the process when the reader has gone.
    std::signal(SIGPIPE, SIG_IGN);
    try {
        return mg::run_command_line(argc, argv);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "<2>metergate: unexpected: %s\n", error.what());
    } catch (...) {
        std::fputs("<2>metergate: unexpected exception\n", stderr);
    }
    return mg::kExitFailed;
}
