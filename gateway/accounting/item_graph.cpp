#include "gateway/accounting/item_graph.h"

#include <algorithm>
#include <set>

#include "gateway/accounting/item_compiler.h"
#include "gateway/accounting/item_totals.h"
#include "gateway/base/language.h"

namespace mg {
namespace {

using Rows = std::vector<std::size_t>;

/// The versions that each version names while both are valid.
std::vector<Rows> used_versions(const Options& options, const ItemCatalogue& catalogue,
                                const ItemCompiler& compiler) {
    std::vector<Rows> used(options.items.size());
    for (std::size_t row = 0; row < options.items.size(); ++row) {
        const ItemOptions& item = options.items[row];
        for (const Reference& reference : compiler.references_of(row)) {
            const auto versions = catalogue.items().find(reference.name);
            if (reference.kind != Reference::Kind::item || versions == catalogue.items().end()) continue;
            std::ranges::copy_if(versions->second, std::back_inserter(used[row]),
                                 [&](std::size_t version) { return overlap(options.items[version], item); });
        }
        if (item.method != ItemMethod::total) continue;
        for (const auto& summand : summands_of(options, row)) used[row].push_back(summand.row);
    }
    return used;
}

/// Inputs before what is computed from them; cycles are reported and cut.
class Ordering {
public:
    Ordering(const Options& options, const std::vector<Rows>& used, ItemProblems& problems)
        : options_{options},
          used_{used},
          problems_{problems},
          missing_(used.size()),
          users_(used.size()),
          done_(used.size()) {
        for (std::size_t row = 0; row < used.size(); ++row) {
            missing_[row] = used[row].size();
            for (const std::size_t input : used[row]) users_[input].push_back(row);
            if (missing_[row] == 0) ready_.insert(row);
        }
    }

    Rows order() {
        while (order_.size() < used_.size()) {
            if (ready_.empty()) cut(find_cycle());
            const std::size_t row = *ready_.begin();
            ready_.erase(ready_.begin());
            done_[row] = true;
            order_.push_back(row);
            for (const std::size_t user : users_[row]) {
                if (--missing_[user] == 0 && !done_[user]) ready_.insert(user);
            }
        }
        return order_;
    }

private:
    /// Whatever is not done has an input that is not done: following those leads into a circle.
    Rows find_cycle() {
        while (done_[first_open_]) ++first_open_;
        std::size_t row = first_open_;
        Rows path;
        while (std::ranges::find(path, row) == path.end()) {
            path.push_back(row);
            row = *std::ranges::find_if(used_[row], [&](std::size_t input) { return !done_[input]; });
        }
        return {std::ranges::find(path, row), path.end()};
    }

    void cut(const Rows& cycle) {
        std::string path;
        for (const std::size_t row : cycle) path += options_.items[row].id + " → ";
        path += options_.items[cycle.front()].id;
        problems_.error(cycle.front(), "formula", trf("computed from itself: {}", "循环引用：{}", path));
        ready_.insert(cycle.front());
    }

    const Options& options_;
    const std::vector<Rows>& used_;
    ItemProblems& problems_;
    Rows missing_;
    std::vector<Rows> users_;
    std::set<std::size_t> ready_;
    std::vector<bool> done_;
    std::size_t first_open_{0};
    Rows order_;
};

bool is_point_of(const Reference& used, const Reference& wanted) {
    if (wanted.kind == Reference::Kind::point && wanted.point.empty()) {
        return used.kind == Reference::Kind::point && used.name == wanted.name;
    }
    return used == wanted;
}

}  // namespace

const ItemVersion* ItemGraph::version(std::string_view item, UtcTime at) const {
    const auto versions = by_id_.find(item);
    if (versions == by_id_.end()) return nullptr;
    for (const std::size_t row : versions->second) {
        const ItemVersion& version = versions_[row];
        if (version.from <= at && (!version.to || at < *version.to)) return &version;
    }
    return nullptr;
}

std::vector<std::size_t> ItemGraph::depending_on(const Reference& input) const {
    std::vector<bool> touched(versions_.size());
    Rows found;
    for (const std::size_t row : order_) {
        const ItemVersion& version = versions_[row];
        bool is_touched = false;
        if (input.kind == Reference::Kind::item) {
            const auto own = by_id_.find(input.name);
            is_touched = own != by_id_.end() && std::ranges::find(own->second, row) != own->second.end();
        } else {
            is_touched = std::ranges::any_of(version.references,
                                             [&](const Reference& used) { return is_point_of(used, input); });
        }
        is_touched =
            is_touched || std::ranges::any_of(used_[row], [&](std::size_t used) { return touched[used]; });
        if (!is_touched) continue;
        touched[row] = true;
        found.push_back(row);
    }
    // An item's coal factor does not change its own amount, but that of the totals after it.
    return found;
}

std::vector<Reference> ItemGraph::inputs_of(std::size_t row) const {
    std::set<Reference> inputs;
    std::set<std::size_t> seen;
    Rows open{row};
    while (!open.empty()) {
        const std::size_t next = open.back();
        open.pop_back();
        if (!seen.insert(next).second) continue;
        for (const Reference& reference : versions_[next].references) {
            if (reference.kind != Reference::Kind::item) inputs.insert(reference);
        }
        open.insert(open.end(), used_[next].begin(), used_[next].end());
    }
    return {inputs.begin(), inputs.end()};
}

bool CheckedItems::ok() const {
    return std::ranges::all_of(problems, &ItemProblem::is_warning);
}

CheckedItems check_items(const Options& options) {
    CheckedItems checked;
    ItemProblems problems;
    const ItemCatalogue catalogue{options, problems};
    ItemCompiler compiler{options, catalogue, problems};
    ItemGraph& graph = checked.graph;
    graph.used_ = used_versions(options, catalogue, compiler);
    graph.order_ = Ordering{options, graph.used_, problems}.order();
    graph.by_id_ = catalogue.items();
    graph.versions_.resize(options.items.size());
    for (const std::size_t row : graph.order_) {
        graph.versions_[row] = compiler.compile(row);
        check_part_in_total(options, row, problems);
        if (options.items[row].method == ItemMethod::total) {
            compile_total(options, graph.versions_[row], problems);
        }
    }
    warn_of_double_counting(options, graph.versions_, graph.used_, problems);
    checked.problems = problems.take();
    std::ranges::stable_sort(checked.problems, [](const ItemProblem& a, const ItemProblem& b) {
        return std::pair{a.table, a.row} < std::pair{b.table, b.row};
    });
    return checked;
}

}  // namespace mg
