#pragma once

#include <cstddef>
#include <optional>

#include "gateway/accounting/books.h"
#include "gateway/base/result.h"
#include "gateway/buffer/sample_store.h"

namespace mg {

/// What the store says about the boundaries of the metering points, on its way into the books. It has a place
/// of its own in the store: with books that have none yet it begins with the oldest sample. One thread.
class BoundaryStrips {
public:
    explicit BoundaryStrips(milliseconds boundary) : boundary_{boundary} {}

    /// Goes on from where the books are, at the beginning and whenever a commit failed. Blocks for the disk.
    Result<> meet(SampleStore& store, Books& books);
    [[nodiscard]] bool has_met() const { return store_.has_value(); }

    /// Everything up to here was fed.
    [[nodiscard]] Sequence through() const { return through_; }
    /// What follows `after` in the store. Ignored where something lies between; what was fed is passed over.
    void feed(Sequence after, const Peeked& peeked);
    [[nodiscard]] std::size_t waiting() const { return found_.size(); }

    /// What was fed since the last time, for the next commit.
    BoundaryChange take();
    /// That commit failed.
    void lose() { store_.reset(); }

private:
    milliseconds boundary_;
    std::optional<std::string> store_;  ///< none: to be met
    Sequence through_{0};
    std::vector<BoundaryFound> found_;
};

}  // namespace mg
