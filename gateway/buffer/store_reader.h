#pragma once

#include <cstddef>
#include <functional>
#include <optional>

#include "gateway/buffer/catalogue.h"
#include "gateway/buffer/damaged_rows.h"
#include "gateway/buffer/file_reader.h"
#include "gateway/buffer/history.h"

namespace mg {

/// Reads all files of a store as one, by sequence, both kinds merged. Thread-safe; blocks for the disk.
///
/// A damaged item is passed over and noted; a file that is damaged as a whole is reported to the catalogue
/// and passed over. Nothing beyond the catalogue's watermark is ever given out.
class StoreReader final : public History {
public:
    /// `damage` is called from the reading thread when the catalogue learned of a damaged file, or
    /// `damaged_rows` of damaged items in another. All given outlive this.
    StoreReader(Catalogue& catalogue, FileReaders& readers, DamagedRows& damaged_rows,
                std::function<void()> damage)
        : catalogue_{catalogue}, readers_{readers}, damaged_rows_{damaged_rows}, damage_{std::move(damage)} {}

    Result<Peeked> peek(Sequence after, std::size_t most);
    Result<Peeked> read(const HistoryQuery& query, Sequence after, std::size_t most) override;
    [[nodiscard]] Sequence newest() const override { return catalogue_.watermark(); }

    void report_damaged(const FileName& file);

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

    Catalogue& catalogue_;
    FileReaders& readers_;
    DamagedRows& damaged_rows_;
    std::function<void()> damage_;
};

}  // namespace mg
