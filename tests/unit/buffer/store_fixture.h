#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "config/options.h"
#include "gateway/base/clock.h"
#include "gateway/buffer/open_store.h"
#include "gateway/buffer/sample_store.h"
#include "tests/support/set_clock.h"
#include "tests/support/temporary_folder.h"

namespace mg::test {

/// The files of a data folder whose name contains `part`.
std::vector<std::filesystem::path> files(const TemporaryFolder& folder, const std::string& part);

/// 2026-11-22 10:00 at the site (+08:00).
inline constexpr UtcTime kMorning{milliseconds{1'795'312'800'000}};

LayoutRef layout(const std::string& meter, std::size_t points = 2, WireType type = WireType::f32);
/// All points have the value `bits`.
Sample sample(const LayoutRef& layout, UtcTime slot, std::uint64_t bits, bool boundary = false,
              ClockEpoch epoch = 0);
Sample missing(const LayoutRef& layout, UtcTime slot, Quality why = Quality::no_reply);
Sample partly(const LayoutRef& layout, UtcTime slot, std::initializer_list<Reading> readings);

StorageOptions storage_in(const std::filesystem::path& folder);
std::unique_ptr<SampleStore> open_or_fail(const StorageOptions& options, Clock& clock);
/// Waits until all that was appended was committed, or tried.
void settle(SampleStore& store, Clock& clock);
std::vector<StoredItem> everything(SampleStore& store, std::size_t most = 1000);
/// "m1@10:00:05=7 r1" a sample, "m1@10:00:00..10:00:30 stopped" a gap; times at the site.
std::string text_of(const StoredItem& item);
std::vector<std::string> texts(SampleStore& store);
/// Polls until `condition`, at most ten seconds.
bool eventually(const std::function<bool()>& condition);

}  // namespace mg::test
