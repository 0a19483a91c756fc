#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <set>

#include "gateway/base/counters.h"
#include "gateway/base/guarded.h"
#include "gateway/buffer/catalogue.h"
#include "gateway/buffer/file_reader.h"
#include "gateway/buffer/history.h"

namespace mg {

/// Reads all files of a store as one, by sequence, both kinds merged. Thread-safe; blocks for the disk.
///
/// A damaged item is passed over, counted and logged once; a file that is damaged as a whole is reported to
/// the catalogue and passed over. Nothing beyond the catalogue's watermark is ever given out.
class StoreReader final : public History {
public:
    /// `file_damaged` is called from the reading thread when the catalogue learned of a damaged file.
    /// Catalogue and readers outlive this.
    StoreReader(Catalogue& catalogue, FileReaders& readers, std::function<void()> file_damaged)
        : catalogue_{catalogue}, readers_{readers}, file_damaged_{std::move(file_damaged)} {}

    Result<Peeked> peek(Sequence after, std::size_t most);
    Result<Peeked> read(const HistoryQuery& query, Sequence after, std::size_t most) override;
    [[nodiscard]] Sequence newest() const override { return catalogue_.watermark(); }

    void report_damaged(const FileName& file);
    [[nodiscard]] std::uint64_t damaged_items() const { return damaged_count_.value(); }

private:
    /// One file's part.
    struct Stream {
        FileEntry file;
        FileReaders::Lease reader;
    };
    struct Walk {
        const HistoryQuery* query{nullptr};  ///< none: everything
        Sequence after{0};
        Sequence through{0};
        std::size_t most{0};   ///< items to give
        std::size_t looks{0};  ///< items to look at
    };
    Result<Peeked> walk(const Walk& walk);
    Result<std::optional<Stream>> open_stream(FileKind kind, Sequence after, const Walk& walk);
    [[nodiscard]] std::optional<FileEntry> next_file(FileKind kind, Sequence after, const Walk& walk) const;
    void note_damaged(const FileName& file, DamagedItems what, const Error& why);

    Catalogue& catalogue_;
    FileReaders& readers_;
    std::function<void()> file_damaged_;
    Guarded<std::set<Sequence>> damaged_;
    Counter damaged_count_;
};

}  // namespace mg
