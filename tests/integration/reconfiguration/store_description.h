#pragma once

#include <string>
#include <vector>

#include "gateway/buffer/sample_store.h"

namespace mg::test {

/// A store in words, one JSON object a line: what people and uplinks could ever find in it. Written by the
/// program that made a fixture and compared by all later ones, so it uses nothing of the store but what the
/// very first one had, and the rest only where it is there.
struct StoreDescription {
    std::vector<std::string> items;   ///< samples and gaps by sequence
    std::vector<std::string> states;  ///< where the consumers and meters stand
};

StoreDescription describe(SampleStore& store);

/// The consumers and meters of the fixtures.
inline constexpr const char* kFixtureConsumers[] = {"broker", "cloud"};
inline constexpr const char* kFixtureMeters[] = {"plain", "varied", "water", "silent"};

}  // namespace mg::test
