#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mg {

enum class Severity : std::uint8_t { error, warning };

/// Where something stands in a file. Lines count from 1. Columns count characters in a TOML file and cells in
/// a table; 0 means the whole file, or the whole line.
struct Place {
    int line{0};
    int column{0};
    bool operator==(const Place&) const = default;
};

/// One thing that is wrong with the configuration, in the language of the user.
struct Problem {
    std::string file;   ///< relative to the configuration directory
    int line{0};        ///< 0: the file as a whole
    int column{0};      ///< 0: the line as a whole
    std::string field;  ///< key of the field; empty where no field is concerned
    std::string what;
    std::string allowed;  ///< empty: said in `what`
    std::string found;    ///< empty: nothing was there
    Severity severity{Severity::error};

    /// `file:line:column: field: what; allowed: …; found: …`, leaving out what is empty. One line, whatever
    /// was found.
    [[nodiscard]] std::string to_string() const;
};

/// What is wrong with one text, before it is known where that text stands.
struct Complaint {
    std::string what;
    std::string allowed;
};

/// Collects the problems of one file. Keeps a reference to the common list, which must outlive it.
class Reporter {
public:
    Reporter(std::string file, std::vector<Problem>& problems)
        : file_{std::move(file)}, problems_{problems} {}

    [[nodiscard]] const std::string& file() const { return file_; }
    void error(Place place, std::string_view field, Complaint complaint, std::string_view found = {});
    void warning(Place place, std::string_view field, Complaint complaint, std::string_view found = {});

private:
    std::string file_;
    std::vector<Problem>& problems_;
};

/// By file, then by position; problems of one position stay in the order in which they were found.
void sort_by_position(std::vector<Problem>& problems);

}  // namespace mg
