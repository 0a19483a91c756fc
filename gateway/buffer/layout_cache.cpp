#include "gateway/buffer/layout_cache.h"

#include <functional>
#include <utility>

#include "gateway/buffer/layout_text.h"

namespace mg {
namespace {

constexpr std::size_t kForgetEvery = 256;  // new layouts

}  // namespace

// The texts themselves would be a megabyte at 500 meters; two different hashes and the length tell them
// apart.
LayoutCache::Key LayoutCache::key_of(std::string_view text) {
    std::uint64_t fnv1a = 0xCBF29CE484222325U;
    for (const char c : text) fnv1a = (fnv1a ^ static_cast<std::uint8_t>(c)) * 0x100000001B3U;
    return {std::hash<std::string_view>{}(text), fnv1a, text.size()};
}

void LayoutCache::forget_unused(Known& known) {
    if (known.size() % kForgetEvery != 0) return;
    std::erase_if(known, [](const auto& each) { return each.second.expired(); });
}

void LayoutCache::remember(std::string_view text, const LayoutRef& layout) {
    const Key key = key_of(text);
    known_.with([&](Known& known) {
        known[key] = layout;
        forget_unused(known);
    });
}

Result<LayoutRef> LayoutCache::find(std::string_view text) {
    const Key key = key_of(text);
    const auto known = known_.with([&](const Known& all) -> LayoutRef {
        const auto found = all.find(key);
        return found == all.end() ? nullptr : found->second.lock();
    });
    if (known) return known;
    auto layout = layout_from(text);
    if (!layout) return tl::unexpected<Error>(layout.error());
    LayoutRef fresh = std::make_shared<const Layout>(std::move(*layout));
    remember(text, fresh);
    return fresh;
}

}  // namespace mg
