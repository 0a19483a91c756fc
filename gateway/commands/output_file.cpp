#include "gateway/commands/output_file.h"

#include <filesystem>
#include <system_error>
#include <utility>

namespace mg {

OutputFile::OutputFile(std::string file) : file_{std::move(file)} {
    if (!file_.empty()) unfinished_ = std::fopen(part().c_str(), "wbe");
}

OutputFile::~OutputFile() {
    if (unfinished_ == nullptr) return;
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
    std::error_code problem;
    if (closed) std::filesystem::rename(part(), file_, problem);
    return closed && !problem;
}

std::string csv_cell(std::string_view text) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
    std::string quoted{"\""};
    for (const char c : text) {
        if (c == '"') quoted += '"';
        quoted += c;
    }
    return quoted + '"';
}

}  // namespace mg
