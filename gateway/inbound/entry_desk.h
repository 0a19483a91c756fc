#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "config/options.h"
#include "gateway/accounting/books.h"
#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/inbound/entry_check.h"

namespace mg {

/// What became of one value.
enum class EntryFate : std::uint8_t {
    accepted,     ///< on record now
    already,      ///< this very value stood there; nothing was written
    refused,      ///< says why
    not_entered,  ///< right, but only checked, or others of its table are wrong
};

struct EntryAnswer {
    EntryFate fate{EntryFate::refused};
    DatedId record{0};  ///< accepted or already: the one that holds it
    bool waits{false};  ///< for the second person
    std::string item;   ///< as given, when refused
    std::string period_text;
    std::optional<Decimal> value;
    std::string unit;
    std::vector<EntryFault> faults;   ///< refused: all of them
    std::optional<EntryFault> doubt;  ///< otherwise: what should be looked at again
};

enum class EntryTaking : std::uint8_t {
    each,         ///< those that are right
    all_or_none,  ///< a table: nothing where anything is wrong
    check_only,
};

/// Where every value that no meter gave comes in, whichever way: typed in by a person, from a table, a drop
/// folder or the network. A value is one record in the books: given again it is already there, another one
/// for the same period takes its place by a further record. Thread-safe; blocks for the disk.
class EntryDesk {
public:
    /// All given outlive this. `entered` is called when something new is on record, by the thread that
    /// brought it; `knows_time` by any: while the wall clock cannot be believed, nobody knows what has begun.
    EntryDesk(
        const Options& options, Books& books, Clock& clock, std::function<void()> entered,
        std::function<bool()> knows_time = [] { return true; });

    /// One answer for each value, in their order. What is accepted is on disk, all of it in one transaction.
    /// An error is one of the books or of the clock (transient), and nothing was written.
    Result<std::vector<EntryAnswer>> take(std::span<const GivenValue> values, const EntrySource& source,
                                          EntryTaking taking);

private:
    Result<std::vector<EntryAnswer>> look_and_write(std::span<const GivenValue> values,
                                                    const EntrySource& source, EntryTaking taking);

    const Options& options_;
    Books& books_;
    Clock& clock_;
    std::function<void()> entered_;
    std::function<bool()> knows_time_;
    /// Held from looking what stands in the books to writing beside it, across the disk: two of the same
    /// value at once would otherwise both be new.
    std::mutex one_at_a_time_;
};

}  // namespace mg
