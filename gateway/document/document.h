#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/reading/decimal.h"

/// What a page for people consists of, before it is a spreadsheet, a printed page, a table for other programs
/// or lines on a terminal. Completeness, balance, ledger and reconciliation say what they found as sections;
/// the writers beside this file turn sections into files. Every text is in the language of the user. Pure.
namespace mg {

/// How a reader should take a cell. Never said by colour alone: paper is black and white.
enum class Tone : std::uint8_t { plain, good, warning, bad };

/// A day at the site, as its midnight.
struct DateCell {
    UtcTime midnight{};
};
/// A share: 0.985 is written 98.5 %.
struct ShareCell {
    Decimal share;
    int decimals{1};
};

struct Cell {
    /// monostate: nothing is known, which is written as "–"; a Decimal is written with the decimals it has.
    std::variant<std::monostate, std::string, Decimal, ShareCell, DateCell> value;
    Tone tone{Tone::plain};
};

struct Column {
    std::string heading;
    std::string unit;    ///< of all its numbers; empty: none, or given beside each
    bool number{false};  ///< aligned to the right
};

struct Table {
    std::string title;  ///< may be empty
    std::vector<Column> columns;
    std::vector<std::vector<Cell>> rows;  ///< as many cells as columns
    std::size_t total_rows{0};            ///< of the rows, the last so many are sums of others
    /// The first so many columns say what a row is: they stay in sight, and stand again in every part of a
    /// table that is too wide for a page.
    std::size_t leading_columns{1};
    std::string note;  ///< a line below; may be empty
};

struct Chart {
    enum class Kind : std::uint8_t { columns, stacked_columns, lines };
    struct Series {
        std::string name;
        std::vector<std::optional<double>> values;  ///< as many as categories; none: a hole
    };
    Kind kind{Kind::columns};
    std::string title;
    std::string unit;
    std::vector<std::string> categories;
    std::vector<Series> series;
    std::optional<double> bar;  ///< a line to be held against, such as 90 %
    std::string bar_name;
};

/// A drawing: a whole <svg> element with a viewBox, without scripts or anything from elsewhere.
struct Picture {
    std::string title;
    std::string svg;
};

/// Pairs of what and its value.
struct Facts {
    std::vector<std::pair<std::string, std::string>> facts;
};

struct Paragraph {
    std::string text;
    Tone tone{Tone::plain};
};

/// Room for a signature and a date behind each.
struct Signatures {
    std::vector<std::string> who;
};

using Block = std::variant<Table, Chart, Picture, Facts, Paragraph, Signatures>;

struct Section {
    std::string heading;
    std::vector<Block> blocks;
};

struct Document {
    std::string title;
    std::vector<std::string> subtitles;  ///< enterprise, period, when and by what it was made
    std::vector<Section> sections;
    std::chrono::minutes utc_offset{480};  ///< of the site: whose midnights the days are
};

}  // namespace mg
