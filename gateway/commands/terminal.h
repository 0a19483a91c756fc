#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// What the commands print, and how it lines up.
namespace mg {

/// Columns that UTF-8 `text` takes on a terminal: Chinese characters take two, combining marks none.
std::size_t display_width(std::string_view text);

/// Without the control characters that a device or a file could use to play with the terminal.
std::string printable(std::string_view text);

/// One line on stderr: "metergate: …".
void print_error(std::string_view line);
/// One line on stderr as it is: "meters.csv:7:3: …", for editors that jump to the place.
void print_plain_error(std::string_view line);
void print(std::string_view text);

enum class Align : std::uint8_t { left, right };

/// Rows under a heading, in columns as wide as needed.
class TextTable {
public:
    struct Column {
        std::string heading;
        Align align{Align::left};
    };
    explicit TextTable(std::vector<Column> columns) : columns_{std::move(columns)} {}

    /// As many cells as columns.
    void add(std::vector<std::string> cells);
    [[nodiscard]] bool empty() const { return rows_.empty(); }
    /// Every line ends in '\n'; no line ends in blanks.
    [[nodiscard]] std::string to_string() const;

private:
    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace mg
