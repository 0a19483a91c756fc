#pragma once

#include <filesystem>
#include <memory>

#include "gateway/base/result.h"
#include "gateway/base/sqlite.h"
#include "gateway/buffer/day_file.h"
#include "gateway/buffer/row_group.h"

namespace mg {

/// Builds a packed day file: the header, meters, layouts and gaps of the original as they are, its
/// samples as groups of columns, and in the table `samples` what could not be packed. One thread; blocks for
/// the disk. Nothing is safe before finish().
class PackedFile {
public:
    /// At `path`, where nothing is. `original` is read now and not kept.
    [[nodiscard]] static Result<PackedFile> create(const std::filesystem::path& path, const FileName& name,
                                                   sqlite::Database& original);

    Result<> add(const EncodedGroup& group);
    /// `sum`: what it carries, which is wrong where it is damaged.
    Result<> add_unpacked(const SampleRow& row, std::int64_t sum);
    /// Everything is on the disk when this returns.
    Result<> finish();

private:
    sqlite::Database file_;
    sqlite::Statement insert_group_;
    sqlite::Statement insert_sample_;
};

}  // namespace mg
