#include "gateway/daemon/order_arguments.h"

#include <algorithm>
#include <charconv>

#include "gateway/base/language.h"
#include "gateway/base/utc_text.h"

namespace mg {

Result<UtcTime> time_argument(const ControlRequest& request, const std::string& name) {
    if (const auto time = utc_from_text(request.argument(name))) return *time;
    return fail(Failure::rejected, trf("\"{}\" is not a time as in 2026-11-22T12:00:00.000Z",
                                       "“{}”不是 2026-11-22T12:00:00.000Z 这样的时间", name));
}

std::size_t most_of(const ControlRequest& request, std::size_t limit) {
    const std::string text = request.argument("most");
    std::size_t most = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), most);
    if (error != std::errc{} || end != text.data() + text.size()) return limit;
    return std::min(most, limit);
}

std::vector<std::string> words_of(const std::string& text) {
    std::vector<std::string> words;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find(' ', at), text.size());
        if (end > at) words.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return words;
}

}  // namespace mg
