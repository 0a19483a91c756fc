#include "gateway/uplink/provincial/platform_memory.h"

#include <charconv>

#include <fmt/format.h>

#include "gateway/base/checksum.h"

namespace mg {
namespace {

constexpr std::string_view kAddress = "address.";
constexpr std::string_view kTold = "told.";

std::optional<PlatformCall> call_named(std::string_view name) {
    for (std::size_t i = 0; i < kPlatformCalls; ++i) {
        const auto call = static_cast<PlatformCall>(i);
        if (to_string(call) == name) return call;
    }
    return std::nullopt;
}

std::optional<std::chrono::seconds> seconds_from(std::string_view text) {
    int seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return std::chrono::seconds{seconds};
}

ToldMessage told_from(std::string_view text) {
    const auto space = text.find(' ');
    if (space == std::string_view::npos) return {std::string(text), {}};
    return {std::string(text.substr(0, space)), std::string(text.substr(space + 1))};
}

DestinationState state_of(const PlatformMemory& memory) {
    DestinationState state{{"asked", memory.asked},
                           {"device_id", memory.device_id},
                           {"secret_key", memory.secret_key},
                           {"reg_version", memory.versions.reg},
                           {"dic_version", memory.versions.dic},
                           {"base_data", memory.base_data}};
    if (memory.upload_time) state["upload_time"] = std::to_string(memory.upload_time->count());
    for (const auto& [call, address] : memory.addresses)
        state[fmt::format("{}{}", kAddress, to_string(call))] = address.to_string();
    for (const auto& [key, told] : memory.told) {
        state[fmt::format("{}{}", kTold, key)] =
            told.data_index.empty() ? told.digest : fmt::format("{} {}", told.digest, told.data_index);
    }
    return state;
}

std::string value_of(const DestinationState& state, const std::string& name) {
    const auto found = state.find(name);
    return found == state.end() ? std::string{} : found->second;
}

}  // namespace

PlatformMemory platform_memory_from(const DestinationState& state) {
    PlatformMemory memory;
    memory.asked = value_of(state, "asked");
    memory.device_id = value_of(state, "device_id");
    memory.secret_key = value_of(state, "secret_key");
    memory.versions = {value_of(state, "reg_version"), value_of(state, "dic_version")};
    memory.base_data = value_of(state, "base_data");
    memory.upload_time = seconds_from(value_of(state, "upload_time"));
    for (const auto& [name, value] : state) {
        const std::string_view key{name};
        if (key.starts_with(kTold)) {
            memory.told.emplace(key.substr(kTold.size()), told_from(value));
        } else if (key.starts_with(kAddress)) {
            const auto call = call_named(key.substr(kAddress.size()));
            auto address = parse_platform_address(value);
            if (call && address) memory.addresses.emplace(*call, std::move(*address));
        }
    }
    return memory;
}

DestinationState changes_of(const PlatformMemory& before, const PlatformMemory& now) {
    const DestinationState old = state_of(before);
    DestinationState changes;
    for (const auto& [name, value] : state_of(now)) {
        if (value_of(old, name) != value) changes[name] = value;
    }
    const DestinationState wanted = state_of(now);
    for (const auto& [name, value] : old) {
        if (!value.empty() && !wanted.contains(name)) changes[name] = {};
    }
    return changes;
}

Result<> PassingMemory::put(const DestinationState& changes) {
    for (const auto& [name, value] : changes) {
        if (value.empty()) {
            state_.erase(name);
        } else {
            state_[name] = value;
        }
    }
    return {};
}

std::string digest_of(std::string_view text) {
    return fmt::format("{:08x}-{}", Crc32{}.add(text).value(), text.size());
}

}  // namespace mg
