#include "gateway/buffer/progress.h"

#include <algorithm>
#include <limits>

namespace mg {

bool Progress::settle(SequenceRange run) {
    run.first = std::max(run.first, through + 1);
    if (run.first > run.last) return true;
    // All ranges that overlap or touch the run become one with it.
    const auto from = std::ranges::find_if(beyond, [&](const auto& r) { return r.last + 1 >= run.first; });
    const auto to = std::find_if(from, beyond.end(), [&](const auto& r) { return r.first > run.last + 1; });
    if (from != to) {
        run.first = std::min(run.first, from->first);
        run.last = std::max(run.last, std::prev(to)->last);
    } else if (run.first != through + 1 && beyond.size() >= kMostRanges) {
        return false;
    }
    const auto at = beyond.erase(from, to);
    if (run.first == through + 1) {
        through = run.last;
    } else {
        beyond.insert(at, run);
    }
    return true;
}

bool Progress::is_settled(Sequence sequence) const {
    if (sequence <= through) return true;
    const auto range = std::ranges::find_if(beyond, [&](const auto& r) { return r.last >= sequence; });
    return range != beyond.end() && range->first <= sequence;
}

SequenceRange Progress::next_open(Sequence after) const {
    SequenceRange open{std::max(after, through) + 1, std::numeric_limits<Sequence>::max()};
    for (const SequenceRange& range : beyond) {
        if (range.last < open.first) continue;
        if (range.first > open.first) {
            open.last = range.first - 1;
            break;
        }
        open.first = range.last + 1;
    }
    return open;
}

}  // namespace mg
