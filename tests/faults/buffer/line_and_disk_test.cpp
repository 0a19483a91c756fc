#include <csignal>
#include <fstream>
#include <map>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include "gateway/health/heartbeats.h"
#include "gateway/polling/line_worker.h"
#include "tests/support/crash_vfs.h"
#include "tests/unit/buffer/store_fixture.h"
#include "tests/unit/polling/simulated_line.h"

// A real line beside a real store, in real time, while the disk misbehaves: the line notices nothing, memory
// is bounded, the watchdog sees no reason, it is over by itself, and every slot that fell due is accounted
// for.
namespace mg::test {
namespace {

using namespace std::chrono_literals;

constexpr milliseconds kEvery = 500ms;
constexpr milliseconds kBoundary = 5s;
constexpr milliseconds kBufferSilence = 3s;         // it commits every 100 ms
constexpr milliseconds kHousekeepingSilence = 15s;  // it looks up every 10 s
constexpr std::size_t kMeters = 4;

/// Answers at once; the value says when it was asked.
class QuickMeter final : public Meter {
public:
    QuickMeter(const std::string& id, Clock& clock,
               Guarded<std::map<std::string, std::set<std::uint64_t>>>& served)
        : clock_{clock}, served_{served}, layout_{layout(id, 1, WireType::u64)} {}
    [[nodiscard]] const std::string& address() const override { return address_; }
    [[nodiscard]] std::span<const LayoutRef> layouts() const override { return {&layout_, 1}; }
    [[nodiscard]] MeterFigures figures() const override { return {}; }
    [[nodiscard]] PollCost cost() const override { return {.requests = 1}; }
    PollResult poll(Channel&, const StopEvent&, Effort, bool) override {
        const auto now = static_cast<std::uint64_t>(clock_.utc().time_since_epoch().count());
        served_.with([&](auto& served) { served[layout_->meter.text].insert(now); });
        return {.readings = {{Reading{now, Quality::good}}}, .trouble = {}, .answered = true, .wire = {}};
    }

private:
    std::string address_{"1"};
    Clock& clock_;
    Guarded<std::map<std::string, std::set<std::uint64_t>>>& served_;
    LayoutRef layout_;
};

class LineAndDisk : public ::testing::Test {
protected:
    void begin(const std::filesystem::path& folder) {
        options_ = storage_in(folder);
        options_.commit_interval = 100ms;
        options_.memory_limit = 1UL << 20U;
        const auto life = [&](const char* name, milliseconds silence) {
            Heartbeat& beat = heartbeats_.add(name, silence);
            return StoreLife{[&beat] { beat.beat(); }, [&beat] { beat.waiting_for_disk(); }};
        };
        SiteOptions site;
        site.boundary = kBoundary;
        auto store = open_store(
            options_, site, clock_, life("buffer", kBufferSilence),
            {.life = life("housekeeping", kHousekeepingSilence), .consumers = {}, .not_before = {}});
        ASSERT_TRUE(store) << store.error().what;
        store_ = std::move(*store);
        watch_ = std::make_unique<ClockWatch>(clock_, clock_.utc() - 24h, store_->last_taken_at(),
                                              store_->last_epoch(), true);
        std::vector<PolledInstrument> instruments;
        for (std::size_t i = 0; i < kMeters; ++i) {
            instruments.push_back(
                {.meter = std::make_unique<QuickMeter>(fmt::format("m{}", i), clock_, served_),
                 .plan = {.own = {.every = kEvery, .utc_offset = 8h},
                          .boundary = {.every = kBoundary, .utc_offset = 8h}},
                 .settings = {}});
        }
        worker_ = std::make_unique<LineWorker>(LineOptions{.id = {"line"}, .name = "line", .channel = {}},
                                               std::make_unique<SimulatedChannel>(), std::move(instruments),
                                               *store_, *watch_, clock_, [] {});
        begun_ = clock_.utc();
        worker_->start();
    }
    /// Lets the plant run, and looks at what must always hold.
    void live(milliseconds time) {
        const auto end = clock_.steady() + time;
        while (clock_.steady() < end) {
            clock_.wait_until(clock_.steady() + 50ms, {});
            for (const auto& late : heartbeats_.overdue())
                ADD_FAILURE() << late.name << " would be restarted";
            most_waiting_ = std::max(most_waiting_, store_->stats().waiting);
        }
    }
    [[nodiscard]] bool in_trouble() { return !store_->stats().trouble.empty(); }

    /// The conservation law. The line is stopped first; the disk works.
    void expect_that_nothing_is_missing() {
        const auto well = [&] { return !in_trouble() && !store_->stats().boundary_only; };
        EXPECT_TRUE(eventually(well)) << store_->stats().trouble;
        live(300ms);  // the housekeeping may have measured just before there was room
        EXPECT_TRUE(eventually(well)) << store_->stats().trouble;
        worker_->request_stop();
        worker_->join();
        const UtcTime ended = clock_.utc();
        settle(*store_, clock_);
        std::map<std::string, std::map<UtcTime, int>> covered;
        for (const StoredItem& item : everything(*store_)) {
            if (const auto* gap = std::get_if<StoredGap>(&item)) {
                for (UtcTime at = gap->gap.from.at; at < gap->gap.to.at; at += kEvery)
                    ++covered[gap->gap.meter.text][at];
                continue;
            }
            const Sample& sample = std::get<StoredSample>(item).sample;
            ++covered[sample.meter().text][sample.slot.at];
            // The slot in which the line began may have passed before a meter's turn came.
            if (sample.missing() && sample.slot.at < begun_ + 2 * kEvery) continue;
            EXPECT_FALSE(sample.missing()) << "polling was held up";
            const auto served = served_.copy();
            EXPECT_TRUE(served.at(sample.meter().text).contains(sample.readings.front().bits))
                << "never served";
        }
        // The slots in which it began and ended may or may not be in.
        const SlotGrid grid{.every = kEvery, .utc_offset = 8h};
        for (std::size_t i = 0; i < kMeters; ++i) {
            auto& slots = covered[fmt::format("m{}", i)];
            for (Slot at = grid.after(begun_ + 2 * kEvery); at.at < ended - kEvery; at = grid.after(at.at)) {
                EXPECT_EQ(slots[at.at], 1)
                    << "m" << i << " " << (at.at - begun_).count() << " ms after the start";
            }
        }
        EXPECT_EQ(store_->stats().waiting, 0U);
    }

    SystemClock clock_;
    Heartbeats heartbeats_{clock_};
    Guarded<std::map<std::string, std::set<std::uint64_t>>> served_;
    StorageOptions options_;
    std::unique_ptr<SampleStore> store_;
    std::unique_ptr<ClockWatch> watch_;
    std::unique_ptr<LineWorker> worker_;
    UtcTime begun_{};
    std::uint64_t most_waiting_{0};
};

/// The layer under SQLite misbehaves.
class LineAndBadDisk : public LineAndDisk {
protected:
    LineAndBadDisk() { disk_.watch(folder_.path()); }
    ~LineAndBadDisk() override { disk_.heal(); }
    TemporaryFolder folder_;
    CrashVfs& disk_ = CrashVfs::install();
};

TEST_F(LineAndBadDisk, ASyncOfFiftyMillisecondsIsNotNoticed) {
    begin(folder_.path());
    disk_.slow_sync(50ms);
    live(4s);
    EXPECT_FALSE(in_trouble());
    disk_.heal();
    expect_that_nothing_is_missing();
    EXPECT_EQ(store_->stats().lost, 0U);
}

TEST_F(LineAndBadDisk, ASyncOfFiveSecondsHoldsUpNobodyAndIsNoReasonToRestart) {
    begin(folder_.path());
    live(1s);
    disk_.slow_sync(5s);
    live(8s);
    EXPECT_GT(most_waiting_, kMeters * 4) << "it was waited for the disk";
    disk_.heal();
    expect_that_nothing_is_missing();
    EXPECT_EQ(store_->stats().lost, 0U);
}

TEST_F(LineAndBadDisk, AFullDiskIsOverWhenThereIsRoomAgain) {
    begin(folder_.path());
    live(1s);
    disk_.fail({.op = DiskOp::write, .lasting = true, .full = true});
    live(3s);
    EXPECT_TRUE(in_trouble());
    disk_.heal();
    expect_that_nothing_is_missing();
}

TEST_F(LineAndBadDisk, ADiskThatBecomesReadOnlyIsOverWhenItIsWritableAgain) {
    begin(folder_.path());
    live(1s);
    disk_.fail({.op = DiskOp::write, .lasting = true});
    for (const DiskOp op : {DiskOp::truncate, DiskOp::sync, DiskOp::remove, DiskOp::shared_memory})
        disk_.fail_too({.op = op, .lasting = true});
    live(7s);
    EXPECT_TRUE(in_trouble());
    disk_.heal();
    expect_that_nothing_is_missing();
}

TEST_F(LineAndBadDisk, ADiskThatGoesAwayIsOverWhenItIsBack) {
    begin(folder_.path());
    live(1s);
    disk_.fail({.op = DiskOp::open, .lasting = true});
    for (const DiskOp op : {DiskOp::read, DiskOp::write, DiskOp::sync})
        disk_.fail_too({.op = op, .lasting = true});
    live(7s);
    EXPECT_TRUE(in_trouble());
    disk_.heal();
    expect_that_nothing_is_missing();
}

/// A small file system of its own, really full. Needs root.
TEST_F(LineAndDisk, ASmallFileSystemThatIsReallyFull) {
    if (::geteuid() != 0 || ::unshare(CLONE_NEWNS) != 0 ||
        ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
        GTEST_SKIP() << "only root may mount";
    }
    const TemporaryFolder folder;
    const auto disk = folder.path() / "disk";
    std::filesystem::create_directory(disk);
    ASSERT_EQ(::mount("small", disk.c_str(), "tmpfs", 0, "size=16m"), 0);
    const auto fill = [&] {
        std::ofstream file{disk / "somebody-elses", std::ios::binary};
        const std::string block(4096, 'x');
        while (file.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) {
        }
    };
    begin(disk);
    live(1s);
    fill();
    live(4s);
    fill();  // what SQLite may have let go of
    live(3s);
    EXPECT_TRUE(in_trouble() || store_->stats().boundary_only) << "the disk is full";
    std::filesystem::remove(disk / "somebody-elses");
    expect_that_nothing_is_missing();
    store_.reset();
    EXPECT_EQ(::umount2(disk.c_str(), MNT_DETACH), 0);
}

TEST(MemoryLimit, IsTheNumberOfSamplesThatTheManualSays) {
    CrashVfs& disk = CrashVfs::install();
    const TemporaryFolder folder;
    disk.watch(folder.path());
    SystemClock clock;
    StorageOptions options = storage_in(folder.path());
    options.memory_limit = StorageOptions{}.memory_limit;
    auto store = open_or_fail(options, clock);
    disk.fail({.op = DiskOp::write, .lasting = true, .full = true});
    const LayoutRef meter = layout("m1", 20, WireType::u32);
    const UtcTime now = clock.utc();
    for (int i = 0; i < 120'000; ++i) store->append(sample(meter, now + milliseconds{i}, 1));
    settle(*store, clock);
    const auto stats = store->stats();
    // docs/operations.md: about 94,000 samples of 20 points of four bytes.
    EXPECT_GT(stats.waiting, 90'000U);
    EXPECT_LT(stats.waiting, 98'000U);
    EXPECT_GE(stats.waiting + stats.lost, 120'000U);
    disk.heal();
}

}  // namespace
}  // namespace mg::test
