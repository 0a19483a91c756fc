#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gateway/buffer/catalogue.h"
#include "gateway/buffer/drop_tally.h"
#include "gateway/buffer/file_reader.h"
#include "gateway/buffer/history.h"
#include "gateway/buffer/layout_cache.h"
#include "gateway/buffer/meta_file.h"
#include "gateway/buffer/store_reader.h"

namespace mg {

struct ViewedFile {
    FileEntry entry;
    std::uint64_t bytes{0};
};
struct UnusableFile {
    std::string name;
    std::string why;
};

/// The folder of a store, to read, by any process that may: while a daemon runs on it and without one. Takes
/// no lock and changes nothing that is stored; what it reads is committed. Each call reads in short
/// transactions, so that the daemon can tidy its files. What is stored after the opening is not seen; files
/// that retention takes meanwhile are passed over. Thread-safe; blocks for the disk.
class StoreView final : public History {
public:
    /// invalid_config: there is no such folder, or it may not be read. Files that cannot be read are listed,
    /// not an error.
    [[nodiscard]] static Result<std::unique_ptr<StoreView>> open(const std::filesystem::path& folder);

    Result<Peeked> read(const HistoryQuery& query, Sequence after, std::size_t most) override;
    [[nodiscard]] Sequence newest() const override { return catalogue_.watermark(); }

    [[nodiscard]] std::vector<ViewedFile> files() const;
    [[nodiscard]] const std::vector<UnusableFile>& unusable() const { return unusable_; }
    /// Set aside by the daemon: "*.corrupt-*".
    [[nodiscard]] std::vector<std::string> set_aside_files() const;
    [[nodiscard]] std::uint64_t damaged_items() const { return damaged_rows_.items(); }
    /// Items between a consumer's progress and the newest; an upper bound.
    [[nodiscard]] std::uint64_t backlog(const Progress& progress) const {
        return catalogue_.items_beyond(progress);
    }
    [[nodiscard]] std::optional<Slot> last_slot(const MeterId& meter) const {
        return catalogue_.last_slot(meter);
    }
    [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

private:
    explicit StoreView(std::filesystem::path folder);
    Result<> take_stock();
    /// True: something was gone, and reading again may help.
    bool forget_missing();

    std::filesystem::path folder_;
    LayoutCache layouts_;
    Catalogue catalogue_;
    FileReaders readers_;
    DamagedRows damaged_rows_;
    StoreReader reader_;
    std::vector<UnusableFile> unusable_;
};

/// Opens one file in the way that suits its state and says what is in it; for readers from outside.
Result<Inspected> inspect_from_outside(const std::filesystem::path& path, const FileName& name);

}  // namespace mg
