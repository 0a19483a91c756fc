#include "tests/support/child_process.h"

#include <csignal>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace mg {

ChildProcess::ChildProcess(const std::vector<std::string>& command, const std::string& output) {
    std::vector<char*> arguments;
    for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    const int out = ::open(output.empty() ? "/dev/null" : output.c_str(),
                           O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (out < 0) throw std::runtime_error("cannot write " + output);
    pid_ = ::fork();
    if (pid_ == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::dup2(out, STDOUT_FILENO);
        ::dup2(out, STDERR_FILENO);
        ::execvp(arguments[0], arguments.data());
        ::_exit(127);
    }
    ::close(out);
    if (pid_ < 0) throw std::runtime_error("cannot start " + command[0]);
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept : pid_{std::exchange(other.pid_, -1)} {}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
    if (this != &other) {
        end(SIGKILL);
        pid_ = std::exchange(other.pid_, -1);
    }
    return *this;
}

ChildProcess::~ChildProcess() {
    end(SIGKILL);
}

bool ChildProcess::running() {
    if (pid_ < 0) return false;
    if (::waitpid(pid_, nullptr, WNOHANG) == 0) return true;
    pid_ = -1;
    return false;
}

void ChildProcess::send(int signal) {
    if (pid_ > 0) ::kill(pid_, signal);
}

void ChildProcess::end(int signal) {
    if (pid_ < 0) return;
    ::kill(pid_, signal);
    wait();
}

int ChildProcess::wait() {
    if (pid_ < 0) return -1;
    int status = 0;
    ::waitpid(std::exchange(pid_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void run_command(const std::vector<std::string>& command, const std::string& log) {
    ChildProcess child{command, log};
    if (child.wait() == 0) return;
    std::ifstream written{log};
    throw std::runtime_error(command[0] +
                             " failed: " + std::string{std::istreambuf_iterator<char>{written}, {}});
}

void rest_a_moment() {
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
}

}  // namespace mg
