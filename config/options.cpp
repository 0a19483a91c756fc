#include "config/options.h"

#include <algorithm>

namespace mg {
namespace {

template <class List, class Id>
auto find_by_id(const List& list, const Id& id) -> const typename List::value_type* {
    const auto found = std::ranges::find(list, id, &List::value_type::id);
    return found == list.end() ? nullptr : &*found;
}

}  // namespace

Result<Decimal> Multiplier::of(Ratio ratio) const {
    switch (ratio) {
        case Ratio::none:
            return Decimal{1, 0};
        case Ratio::ct:
            return ct;
        case Ratio::pt:
            return pt;
        case Ratio::ct_pt:
            return ct.times(pt);
    }
    return Decimal{1, 0};
}

std::string BrokerAddress::to_string() const {
    const bool v6 = host.find(':') != std::string::npos;
    return (tls ? "mqtts://" : "mqtt://") + (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

bool IpNetwork::contains(const IpAddress& other) const {
    int left = prefix;
    for (std::size_t i = 0; i < address.size() && left > 0; ++i, left -= 8) {
        const auto mask = static_cast<std::uint8_t>(left >= 8 ? 0xFF : 0xFF00 >> left);
        if (((address[i] ^ other[i]) & mask) != 0) return false;
    }
    return true;
}

const LineOptions* Options::line(const LineId& id) const {
    return find_by_id(lines, id);
}
const ModelOptions* Options::model(const std::string& id) const {
    return find_by_id(models, id);
}
const ProfileOptions* Options::profile(const std::string& id) const {
    return find_by_id(profiles, id);
}
const MeterOptions* Options::meter(const MeterId& id) const {
    return find_by_id(meters, id);
}

const EnterpriseOptions* Options::enterprise(const std::string& id) const {
    return find_by_id(enterprises, id);
}

}  // namespace mg
