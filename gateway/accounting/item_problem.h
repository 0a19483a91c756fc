#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mg {

/// What is wrong with a row, in the language of the user. The row itself knows where its cells are.
struct ItemProblem {
    enum class Table : std::uint8_t { items, coefficients };
    Table table{Table::items};
    std::size_t row{0};  ///< in Options::items or Options::coefficients
    std::string field;
    std::string what;
    bool is_warning{false};
};

/// Collects them.
class ItemProblems {
public:
    void error(std::size_t row, std::string_view field, std::string what) {
        all_.push_back({ItemProblem::Table::items, row, std::string(field), std::move(what), false});
    }
    void warning(std::size_t row, std::string_view field, std::string what) {
        all_.push_back({ItemProblem::Table::items, row, std::string(field), std::move(what), true});
    }
    void coefficient_error(std::size_t row, std::string_view field, std::string what) {
        all_.push_back({ItemProblem::Table::coefficients, row, std::string(field), std::move(what), false});
    }
    [[nodiscard]] std::vector<ItemProblem> take() { return std::move(all_); }

private:
    std::vector<ItemProblem> all_;
};

}  // namespace mg
