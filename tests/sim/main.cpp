// metergate-sim PLANT.json: meters on Modbus TCP, RTU over TCP and pseudo serial lines, as the file describes
// them. Ends on SIGTERM or SIGINT, with `quit` on the control port, and with its parent.

#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>

#include <sys/prctl.h>
#include <sys/signalfd.h>

#include "tests/sim/plant_server.h"

int main(int argc, char** argv) {
    if (argc != 2 || std::strncmp(argv[1], "-", 1) == 0) {
        std::fputs("usage: metergate-sim PLANT.json\n", stderr);
        return 64;
    }
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    std::signal(SIGPIPE, SIG_IGN);
    sigset_t ending;
    sigemptyset(&ending);
    sigaddset(&ending, SIGTERM);
    sigaddset(&ending, SIGINT);
    ::sigprocmask(SIG_BLOCK, &ending, nullptr);
    const mg::sim::Descriptor signals{::signalfd(-1, &ending, SFD_NONBLOCK | SFD_CLOEXEC)};
    try {
        mg::sim::PlantDescription plant = mg::sim::read_plant(argv[1]);
        mg::sim::ServedLog log{plant.served_log};
        mg::sim::PlantServer server{std::move(plant), log};
        server.run(signals.get());
    } catch (const std::exception& error) {
        std::fprintf(stderr, "metergate-sim: %s\n", error.what());
        return 1;
    }
    return 0;
}
