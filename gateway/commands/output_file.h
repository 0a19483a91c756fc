#pragma once

#include <cstdio>
#include <string>
#include <string_view>

namespace mg {

/// Where rows go: stdout, or a file that has its name only when it is whole. Blocks for the disk. Whoever
/// ends the program by Ctrl-C, SIGTERM or SIGHUP leaves no piece of it behind; one file at a time.
class OutputFile {
public:
    /// Empty: stdout.
    explicit OutputFile(std::string file);
    OutputFile(const OutputFile&) = delete;
    OutputFile& operator=(const OutputFile&) = delete;
    /// What is not finished goes away.
    ~OutputFile();

    [[nodiscard]] bool is_open() const { return file_.empty() || unfinished_ != nullptr; }
    [[nodiscard]] bool write(std::string_view rows);
    [[nodiscard]] bool finish();
    /// As people know it.
    [[nodiscard]] std::string name() const { return file_.empty() ? "stdout" : file_; }

private:
    [[nodiscard]] std::string part() const { return file_ + ".part"; }

    std::string file_;
    std::FILE* unfinished_{nullptr};
};

}  // namespace mg
