#pragma once

#include <string>
#include <vector>

#include "gateway/buffer/sample_store.h"

namespace mg::test {

/// What the store promises about its content, said as simply as possible: a list. Samples and gaps are handed
/// over, commit() decides in order of arrival what is new.
class NaiveStore {
public:
    void append(const Sample& sample) { waiting_.emplace_back(sample); }
    void append(const Gap& gap) { waiting_.emplace_back(gap); }
    void commit();
    /// The power failed: what waited is gone; `found` is there.
    void adopt(const std::vector<StoredItem>& found);

    [[nodiscard]] std::vector<std::string> content() const;
    [[nodiscard]] const std::vector<StoredItem>& items() const { return items_; }

private:
    void commit(const Sample& sample);
    void commit(const Gap& gap);

    std::vector<std::variant<Sample, Gap>> waiting_;
    std::vector<StoredItem> items_;
};

}  // namespace mg::test
