#include "gateway/buffer/file_writer.h"

#include <algorithm>

#include "gateway/buffer/data_folder.h"
#include "gateway/buffer/layout_text.h"

namespace mg {
namespace {

// A log of 4 MiB: long enough that the last pages of table and index, rewritten with every commit, are moved
// into the file once for many commits; short enough that a start reads it in no time.
constexpr int kTidyPages = 1000;
constexpr std::int64_t kFullPages = 65'536;  // 256 MiB
constexpr std::size_t kMostLayoutNumbers = 40'000;

constexpr const char* kSettings =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -1024; PRAGMA temp_store = "
    "MEMORY;";
constexpr std::string_view kInsertSample =
    "INSERT INTO samples(seq, slot, meter, layout, taken_at, epoch, revision, data) VALUES(?, ?, ?, ?, ?, ?, "
    "?, ?)";
constexpr std::string_view kInsertGap =
    "INSERT INTO gaps(seq, meter, \"from\", \"to\", reason, epoch) VALUES(?, ?, ?, ?, ?, ?)";
constexpr std::string_view kFindMeter = "SELECT id FROM meters WHERE name = ?";
constexpr std::string_view kInsertMeter = "INSERT INTO meters(name) VALUES(?) RETURNING id";
constexpr std::string_view kFindLayout = "SELECT id FROM layouts WHERE meter = ? AND body = ?";
constexpr std::string_view kInsertLayout = "INSERT INTO layouts(meter, body) VALUES(?, ?) RETURNING id";
constexpr std::string_view kSaveSlot =
    "UPDATE meters SET last_slot = ?1 WHERE name = ?2 AND (last_slot IS NULL OR last_slot < ?1)";
constexpr std::string_view kWriteHeader =
    "UPDATE header SET first_sequence = ?, last_sequence = ?, items = ?, first_slot = ?, last_slot = ?, "
    "last_taken_at = ?, last_epoch = ?, closed = ?";
constexpr std::string_view kPages = "PRAGMA page_count";

tl::unexpected<Error> pass_on(Error error) {
    return tl::unexpected<Error>(std::move(error));
}

/// The id that `find` knows, or the one that `insert` gives; both have the same parameters.
Result<std::int64_t> find_or_insert(sqlite::Statement& find, sqlite::Statement& insert) {
    for (sqlite::Statement* statement : {&find, &insert}) {
        const auto row = statement->step();
        if (!row) return pass_on(row.error());
        if (!*row) continue;
        const std::int64_t number = statement->integer(0);
        statement->reset();
        return number;
    }
    return fail(Failure::corrupt, "INSERT … RETURNING gave no row");
}

/// Under another name first: a file with the name of a day file is whole. One that a power cut left half made
/// could not be told from one that has come to harm, and is no cause for an alarm.
Result<> make_file(const std::filesystem::path& path, const FileName& name, const std::string& store_id) {
    const std::filesystem::path half_made = path.native() + std::string{kHalfMade};
    remove_database(half_made);
    Result<> made;
    {
        auto file = sqlite::Database::open(half_made, sqlite::Access::create);
        if (!file) return pass_on(file.error());
        // Nobody wants half of it back.
        made = file->execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = FULL; BEGIN IMMEDIATE");
        if (made) made = make_tables(*file, name, store_id);
        if (made) made = file->execute("COMMIT");
    }
    std::error_code problem;
    if (made) std::filesystem::rename(half_made, path, problem);
    if (problem) made = fail(Failure::transient, path.native() + ": " + problem.message());
    if (!made) remove_database(half_made);
    return made;
}

}  // namespace

Result<std::unique_ptr<FileWriter>> FileWriter::create(const std::filesystem::path& folder,
                                                       const FileName& name, const std::string& store_id,
                                                       LayoutCache& layouts) {
    if (auto made = make_file(folder / name.text(), name, store_id); !made) return pass_on(made.error());
    return resume(folder, name, layouts);
}

Result<std::unique_ptr<FileWriter>> FileWriter::resume(const std::filesystem::path& folder,
                                                       const FileName& name, LayoutCache& layouts) {
    std::unique_ptr<FileWriter> writer{new FileWriter(name, layouts)};
    auto file = sqlite::Database::open(folder / name.text(), sqlite::Access::write);
    if (!file) return pass_on(file.error());
    writer->file_ = std::move(*file);
    if (auto set = writer->file_.execute(kSettings); !set) return pass_on(set.error());
    auto found = inspect(writer->file_, name);
    if (!found) return pass_on(found.error());
    writer->entry_.summary = found->summary;
    writer->unsaved_ = std::move(found->unsaved_last_slots);
    if (auto prepared = writer->prepare(); !prepared) return pass_on(prepared.error());
    return writer;
}

Result<> FileWriter::prepare() {
    for (const auto& [statement, sql] :
         {std::pair{&insert_sample_, kInsertSample}, std::pair{&insert_gap_, kInsertGap},
          std::pair{&find_meter_, kFindMeter}, std::pair{&insert_meter_, kInsertMeter},
          std::pair{&find_layout_, kFindLayout}, std::pair{&insert_layout_, kInsertLayout}}) {
        auto prepared = file_.prepare(sql);
        if (!prepared) return pass_on(prepared.error());
        *statement = std::move(*prepared);
    }
    auto lookup = SlotLookup::open(file_);
    if (!lookup) return pass_on(lookup.error());
    lookup_ = std::move(*lookup);
    tidy_at_pages_ = kTidyPages;
    return {};
}

Result<> FileWriter::begin() {
    open_ = entry_.summary;
    open_slots_.clear();
    return file_.execute("BEGIN IMMEDIATE");
}

Result<std::int64_t> FileWriter::number_of(const MeterId& meter) {
    if (const auto known = meter_numbers_.find(meter); known != meter_numbers_.end()) return known->second;
    find_meter_.bind(1, std::string_view{meter.text});
    insert_meter_.bind(1, std::string_view{meter.text});
    const auto number = find_or_insert(find_meter_, insert_meter_);
    if (number) meter_numbers_[meter] = *number;
    return number;
}

Result<FileWriter::LayoutNumbers*> FileWriter::numbers_of(const LayoutRef& layout) {
    if (const auto known = layout_numbers_.find(layout.get()); known != layout_numbers_.end())
        return &known->second;
    const auto meter = number_of(layout->meter);
    if (!meter) return pass_on(meter.error());
    const std::string body = layout_text(*layout);
    find_layout_.bind(1, *meter).bind(2, std::string_view{body});
    insert_layout_.bind(1, *meter).bind(2, std::string_view{body});
    const auto number = find_or_insert(find_layout_, insert_layout_);
    if (!number) return pass_on(number.error());
    layouts_.remember(body, layout);
    if (layout_numbers_.size() >= kMostLayoutNumbers) layout_numbers_.clear();
    return &layout_numbers_.emplace(layout.get(), LayoutNumbers{layout, *meter, *number}).first->second;
}

void FileWriter::note(Sequence sequence, const MeterId& meter, Slot from, Slot to, UtcTime taken_at,
                      ClockEpoch epoch) {
    open_.add(sequence, from, to, taken_at, epoch);
    auto [known, added] = open_slots_.try_emplace(meter, to);
    if (!added) known->second = std::max(known->second, to);
}

Result<> FileWriter::insert(Sequence sequence, std::uint32_t revision, const WaitingSample& sample) {
    const auto numbers = numbers_of(sample.layout);
    if (!numbers) return pass_on(numbers.error());
    insert_sample_.bind(1, sequence).bind(2, stored(sample.slot.at)).bind(3, (*numbers)->meter);
    insert_sample_.bind(4, (*numbers)->layout_number)
        .bind(5, stored(sample.taken_at))
        .bind(6, std::int64_t{sample.epoch});
    insert_sample_.bind(7, std::int64_t{revision}).bind(8, std::span<const std::uint8_t>{sample.packed});
    if (auto inserted = insert_sample_.run(); !inserted) return inserted;
    note(sequence, sample.layout->meter, sample.slot, sample.slot, sample.taken_at, sample.epoch);
    return {};
}

Result<> FileWriter::insert(Sequence sequence, const Gap& gap) {
    const auto meter = number_of(gap.meter);
    if (!meter) return pass_on(meter.error());
    insert_gap_.bind(1, sequence).bind(2, *meter).bind(3, stored(gap.from.at)).bind(4, stored(gap.to.at));
    insert_gap_.bind(5, static_cast<std::int64_t>(gap.reason)).bind(6, std::int64_t{gap.epoch});
    if (auto inserted = insert_gap_.run(); !inserted) return inserted;
    note(sequence, gap.meter, gap.from, last_covered(gap), UtcTime{}, gap.epoch);
    return {};
}

Result<> FileWriter::commit() {
    if (auto committed = file_.execute("COMMIT"); !committed) {
        roll_back();
        return committed;
    }
    entry_.summary = open_;
    for (const auto& [meter, slot] : open_slots_) {
        auto [known, added] = unsaved_.try_emplace(meter, slot);
        if (!added) known->second = std::max(known->second, slot);
    }
    committed_slots_ = std::exchange(open_slots_, {});
    return {};
}

void FileWriter::roll_back() {
    // An error of the disk may have rolled back already; then there is nothing left to do.
    if (file_.in_transaction()) static_cast<void>(file_.execute("ROLLBACK"));
    open_slots_.clear();
    // Numbers that were given out in the transaction are gone with it.
    layout_numbers_.clear();
    meter_numbers_.clear();
}

Result<> FileWriter::write_header(bool closed) {
    auto save = file_.prepare(kSaveSlot);
    if (!save) return pass_on(save.error());
    auto header = file_.prepare(kWriteHeader);
    if (!header) return pass_on(header.error());
    if (auto begun = file_.execute("BEGIN IMMEDIATE"); !begun) return begun;
    const FileSummary& summary = entry_.summary;
    Result<> written;
    for (const auto& [meter, slot] : unsaved_) {
        written = save->bind(1, stored(slot.at)).bind(2, std::string_view{meter.text}).run();
        if (!written) break;
    }
    if (written) {
        header->bind(1, summary.first).bind(2, summary.last).bind(3, summary.items);
        if (summary.items > 0)
            header->bind(4, stored(summary.first_slot.at)).bind(5, stored(summary.last_slot.at));
        header->bind(6, stored(summary.last_taken_at))
            .bind(7, std::int64_t{summary.last_epoch})
            .bind(8, closed ? 1 : 0);
        written = header->run();
    }
    if (written) written = file_.execute("COMMIT");
    if (!written) {
        if (file_.in_transaction()) static_cast<void>(file_.execute("ROLLBACK"));
        return written;
    }
    unsaved_.clear();
    entry_.summary.closed = closed;
    return {};
}

Result<> FileWriter::tidy_when_due() {
    if (file_.log_pages() < tidy_at_pages_) return {};
    // Should it fail, the next attempt comes after as many pages again, not with every commit.
    tidy_at_pages_ = file_.log_pages() + kTidyPages;
    if (auto written = write_header(false); !written) return written;
    if (auto moved = file_.checkpoint(false); !moved) return moved;
    tidy_at_pages_ = kTidyPages;
    const auto pages = file_.integer(kPages);
    if (!pages) return pass_on(pages.error());
    full_ = *pages >= kFullPages;
    return {};
}

Result<> FileWriter::finish(bool for_good) {
    if (for_good || !unsaved_.empty()) {
        if (auto written = write_header(for_good); !written) return written;
    }
    return file_.checkpoint(true);
}

}  // namespace mg
