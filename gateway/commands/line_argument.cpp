#include "gateway/commands/line_argument.h"

#include <vector>

#include "gateway/base/language.h"
#include "gateway/base/nearest.h"
#include "gateway/commands/terminal.h"

namespace mg {

const LineOptions* line_or_complain(const Options& options, const std::string& id) {
    const LineOptions* line = options.line({id});
    if (line != nullptr) return line;
    std::vector<std::string> ids;
    for (const LineOptions& each : options.lines) ids.push_back(each.id.text);
    print_error(trf("no line \"{}\"; the nearest is \"{}\"", "没有线路“{}”；最接近的是“{}”", id,
                    nearest_of(id, ids)));
    return nullptr;
}

}  // namespace mg
