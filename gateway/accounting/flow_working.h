#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "gateway/accounting/exact.h"
#include "gateway/accounting/flow.h"
#include "gateway/accounting/item_record.h"
#include "gateway/base/clock.h"
#include "gateway/reading/stat_period.h"

namespace mg {

/// How the amount of a flow came about: noted by the calculation itself, with the numbers that it used.
struct FlowWorking {
    enum class By : std::uint8_t {
        entered,  ///< a person's value for the whole period
        terms,    ///< the sum over `pieces`
        parts,    ///< the sum over `parts` and `more`
    };
    /// Adds input × term->constant × weight.
    struct Term {
        const FlowTerm* term{nullptr};
        Exact input;
        Exact weight{1};
    };
    struct Piece {
        UtcTime from{};
        UtcTime to{};
        std::vector<Term> terms;  ///< none: no version holds, nothing flows
    };
    struct Part {
        UtcTime from{};
        UtcTime to{};
        std::optional<StatType> type;  ///< none: an opening amount
        Exact amount;
        Marks marks;
    };
    /// An input was entered for the whole period and differs from the sum of its parts: adds
    /// (whole - parts) × term->constant × weight.
    struct More {
        const FlowTerm* term{nullptr};
        Exact whole;
        Exact parts;
        Exact weight{1};
    };

    By by{By::terms};
    UtcTime from{};
    UtcTime to{};
    Exact amount;
    Marks marks;
    std::vector<Piece> pieces;
    std::vector<Part> parts;
    std::vector<More> more;
};

}  // namespace mg
