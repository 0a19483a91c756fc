#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string_view>

#include "gateway/base/guarded.h"
#include "gateway/base/result.h"
#include "gateway/reading/layout.h"

namespace mg {

/// One object for each different layout, however many files hold it. What polling hands in comes out again
/// when its samples are read. Forgets what nobody holds. Thread-safe.
class LayoutCache {
public:
    /// `text` is layout_text(*layout).
    void remember(std::string_view text, const LayoutRef& layout);
    /// corrupt: the text is no layout.
    Result<LayoutRef> find(std::string_view text);

private:
    struct Key {
        std::uint64_t first;
        std::uint64_t second;
        std::size_t size;
        auto operator<=>(const Key&) const = default;
    };
    using Known = std::map<Key, std::weak_ptr<const Layout>>;
    static Key key_of(std::string_view text);
    static void forget_unused(Known& known);

    Guarded<Known> known_;
};

}  // namespace mg
