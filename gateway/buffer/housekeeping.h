#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include "config/options.h"
#include "gateway/base/clock.h"
#include "gateway/base/guarded.h"
#include "gateway/buffer/away_files.h"
#include "gateway/buffer/catalogue.h"
#include "gateway/buffer/damaged_rows.h"
#include "gateway/buffer/delivery_book.h"
#include "gateway/buffer/drop_book.h"
#include "gateway/buffer/file_reader.h"
#include "gateway/buffer/forecast.h"
#include "gateway/buffer/layout_cache.h"
#include "gateway/buffer/meta_file.h"
#include "gateway/buffer/open_store.h"
#include "gateway/buffer/retention.h"

namespace mg {

/// How the disk stands, as of the last look.
struct SpaceReport {
    DiskUse disk;
    std::int64_t room{0};  ///< bytes that may still be stored; negative: so many too many
    Forecast forecast;
    /// Nothing may go any more and there is no room: only boundary samples and gaps are stored.
    bool boundary_only{false};
};

/// The thread "housekeeping": owns the closed files. Repacks them, removes what was kept for long enough or
/// must make room, and sets damaged ones aside;
/// where single rows are damaged it says so and enters gaps for them. Looks once a minute, and when asked to.
/// Whatever it removes was counted before, per meter. Runs with low priority; blocks for the disk; stops
/// within a second.
class Housekeeping {
public:
    struct Parts {
        Clock& clock;
        std::filesystem::path folder;
        MetaFile& meta;
        DeliveryBook& book;
        DropBook& drops;
        Catalogue& catalogue;
        FileReaders& readers;
        LayoutCache& layouts;
        DamagedRows& damaged_rows;
        AwayFiles& away;
    };
    /// What it does to the rest of the store; called from the thread.
    struct Effects {
        std::function<void(bool)> boundary_only;  ///< that changed
        std::function<void(Gap)> lost;            ///< these samples were stored and cannot be read any more
    };
    Housekeeping(const StorageOptions& options, const SiteOptions& site, Parts parts, HousekeepingSetup setup,
                 Effects effects);
    ~Housekeeping();
    Housekeeping(const Housekeeping&) = delete;
    Housekeeping& operator=(const Housekeeping&) = delete;

    void start();
    /// Returns at once; the destruction waits.
    void request_stop() { thread_.request_stop(); }
    /// There is something to do: a file was closed or found damaged, or the disk is full. Any thread.
    void look_soon() { wake_.raise(); }
    [[nodiscard]] SpaceReport report() const { return report_.copy(); }

private:
    void run(const std::stop_token& stop);
    void round(const std::stop_token& stop);
    void set_damaged_aside();
    void look_into_damaged_rows(const std::stop_token& stop);
    void drop_overdue(const std::stop_token& stop);
    void repack_closed(const std::stop_token& stop);
    [[nodiscard]] std::optional<FileEntry> next_to_pack() const;
    /// True: packed, and that freed some room.
    bool pack(const FileEntry& file, const std::stop_token& stop);
    void keep_room(const std::stop_token& stop);
    [[nodiscard]] std::map<UplinkId, Progress> who_wants() const;
    [[nodiscard]] std::optional<FileEntry> next_to_go(std::uint64_t wanted);
    /// False: it is still there, and trying again at once would not help.
    bool drop(const FileEntry& file, DropReason reason, const std::stop_token& stop);
    void show_life();
    void set_boundary_only(bool on);
    void take_measure();
    [[nodiscard]] std::int64_t room(const DiskUse& disk) const;
    [[nodiscard]] std::chrono::local_days today() const;

    StorageOptions options_;
    SiteOptions site_;
    Parts parts_;
    HousekeepingSetup setup_;
    Effects effects_;
    RetentionRule rule_;
    SpaceRule space_;

    std::optional<SteadyTime> age_looked_at_;  ///< when overdue files went last
    SteadyTime boundary_hour_{};               ///< when the count of boundary files that made room began
    std::size_t boundary_in_hour_{0};
    bool boundary_only_{false};
    std::map<FileName, std::int64_t> damage_said_;  ///< how many damaged items the last alarm named
    std::map<FileName, std::string> pack_trouble_;  ///< as it was said last
    std::set<FileName> not_packed_;                 ///< that could not be; until the next start
    Guarded<SpaceReport> report_;
    Signal wake_;
    std::jthread thread_;
};

}  // namespace mg
