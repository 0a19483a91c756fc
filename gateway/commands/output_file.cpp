#include "gateway/commands/output_file.h"

#include <array>
#include <climits>
#include <csignal>
#include <filesystem>
#include <system_error>
#include <utility>

#include <unistd.h>

namespace mg {

namespace {

/// What a signal removes: the piece of a file that is being written. A signal handler may touch no more than
/// this (signal-safety(7)).
std::array<char, PATH_MAX> piece{};
volatile std::sig_atomic_t piece_exists = 0;

void remove_piece(int signal) {
    if (piece_exists != 0) ::unlink(piece.data());
    ::signal(signal, SIG_DFL);
    ::raise(signal);
}

void watch_signals(const std::string& path) {
    if (path.size() >= piece.size()) return;
    path.copy(piece.data(), path.size());
    piece[path.size()] = '\0';
    piece_exists = 1;
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        struct sigaction present{};
        const bool known = ::sigaction(signal, nullptr, &present) == 0;
        if (known && present.sa_handler == SIG_DFL) ::signal(signal, remove_piece);  // not under nohup
    }
}

}  // namespace

OutputFile::OutputFile(std::string file) : file_{std::move(file)} {
    if (file_.empty()) return;
    unfinished_ = std::fopen(part().c_str(), "wbe");
    if (unfinished_ != nullptr) watch_signals(part());
}

OutputFile::~OutputFile() {
    if (unfinished_ == nullptr) return;
    piece_exists = 0;
    std::fclose(unfinished_);
    std::error_code ignored;
    std::filesystem::remove(part(), ignored);
}

bool OutputFile::write(std::string_view rows) {
    std::FILE* to = file_.empty() ? stdout : unfinished_;
    return std::fwrite(rows.data(), 1, rows.size(), to) == rows.size();
}

bool OutputFile::finish() {
    if (file_.empty()) return std::fflush(stdout) == 0;
    const bool closed = std::fclose(unfinished_) == 0;
    unfinished_ = nullptr;
    piece_exists = 0;
    std::error_code problem;
    if (closed) std::filesystem::rename(part(), file_, problem);
    return closed && !problem;
}

}  // namespace mg
