#include "gateway/buffer/file_writer.h"

#include <algorithm>
#include <optional>

#include "gateway/base/check.h"
#include "gateway/buffer/data_folder.h"
#include "gateway/buffer/day_tables.h"
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
    "INSERT INTO samples(seq, slot, meter, layout, taken_after, epoch, revision, data, sum) VALUES(?, ?, ?, "
    "?, ?, ?, "
    "?, ?, ?)";
constexpr std::string_view kInsertGap =
    "INSERT INTO gaps(seq, meter, \"from\", \"to\", reason, epoch, sum) VALUES(?, ?, ?, ?, ?, ?, ?)";
// A number is given before the row is written, because the row proves its number as well.
constexpr std::string_view kFindMeter = "SELECT id FROM meters WHERE name = ?";
constexpr std::string_view kNextMeter = "SELECT coalesce(max(id), 0) + 1 FROM meters";
constexpr std::string_view kInsertMeter = "INSERT INTO meters(id, name, sum) VALUES(?, ?, ?)";
constexpr std::string_view kFindLayout = "SELECT id, sum FROM layouts WHERE meter = ? AND body = ?";
constexpr std::string_view kNextLayout = "SELECT coalesce(max(id), 0) + 1 FROM layouts";
constexpr std::string_view kInsertLayout = "INSERT INTO layouts(id, meter, body, sum) VALUES(?, ?, ?, ?)";
constexpr std::string_view kKnownSlot =
    "SELECT id FROM meters WHERE name = ?1 AND (last_slot IS NULL OR last_slot < ?2)";
constexpr std::string_view kSaveSlot = "UPDATE meters SET last_slot = ?, sum = ? WHERE id = ?";
constexpr std::string_view kSaveUnprovedSlot = "UPDATE meters SET last_slot = ? WHERE id = ?";
constexpr std::string_view kPages = "PRAGMA page_count";

void raise_to(LastSlots& slots, const MeterId& meter, Slot slot) {
    auto [known, added] = slots.try_emplace(meter, slot);
    if (!added) known->second = std::max(known->second, slot);
}

/// The only number of the only row; none: there is no row.
Result<std::optional<std::int64_t>> number_in(sqlite::Statement& question) {
    const auto row = question.step();
    if (!row) return pass_on(row.error());
    if (!*row) return std::nullopt;
    const std::int64_t number = question.integer(0);
    question.reset();
    return number;
}

/// The layout that says this and proves it: rows that point to a damaged one could not be read.
Result<std::optional<std::int64_t>> proved_layout(sqlite::Statement& question, std::int64_t meter,
                                                  std::string_view body) {
    question.bind(1, meter).bind(2, body);
    while (true) {
        const auto row = question.step();
        if (!row) return pass_on(row.error());
        if (!*row) return std::nullopt;
        const std::int64_t number = question.integer(0);
        if (question.integer(1) != sum_of_layout(number, meter, body)) continue;
        question.reset();
        return number;
    }
}

/// A number that no row has.
Result<std::int64_t> next_number(sqlite::Statement& question) {
    const auto number = number_in(question);
    if (!number) return pass_on(number.error());
    return number->value_or(1);
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
    writer->store_id_ = std::move(found->store_id);
    writer->unsaved_ = std::move(found->unsaved_last_slots);
    if (auto prepared = writer->prepare(); !prepared) return pass_on(prepared.error());
    return writer;
}

Result<> FileWriter::prepare() {
    tidy_at_pages_ = kTidyPages;
    if (entry_.summary.earlier) return {};
    for (const auto& [statement, sql] :
         {std::pair{&insert_sample_, kInsertSample}, std::pair{&insert_gap_, kInsertGap},
          std::pair{&find_meter_, kFindMeter}, std::pair{&next_meter_, kNextMeter},
          std::pair{&insert_meter_, kInsertMeter}, std::pair{&find_layout_, kFindLayout},
          std::pair{&next_layout_, kNextLayout}, std::pair{&insert_layout_, kInsertLayout}}) {
        auto prepared = file_.prepare(sql);
        if (!prepared) return pass_on(prepared.error());
        *statement = std::move(*prepared);
    }
    auto lookup = SlotLookup::open(file_, DayFormat{});
    if (!lookup) return pass_on(lookup.error());
    lookup_ = std::move(*lookup);
    return {};
}

Result<> FileWriter::begin() {
    MG_CHECK(!entry_.summary.earlier);
    open_ = entry_.summary;
    open_slots_.clear();
    MG_CHECK(touched_.empty());
    return file_.execute("BEGIN IMMEDIATE");
}

Result<std::int64_t> FileWriter::number_of(const MeterId& meter) {
    if (const auto known = meter_numbers_.find(meter); known != meter_numbers_.end()) return known->second;
    const std::string_view name = meter.text;
    const auto found = number_in(find_meter_.bind(1, name));
    if (!found) return pass_on(found.error());
    if (*found) return meter_numbers_[meter] = **found;
    const auto number = next_number(next_meter_);
    if (!number) return number;
    insert_meter_.bind(1, *number).bind(2, name).bind(3, sum_of_meter(*number, name, 0));
    if (auto inserted = insert_meter_.run(); !inserted) return pass_on(inserted.error());
    return meter_numbers_[meter] = *number;
}

Result<FileWriter::LayoutNumbers*> FileWriter::numbers_of(const LayoutRef& layout) {
    if (const auto known = layout_numbers_.find(layout.get()); known != layout_numbers_.end())
        return &known->second;
    const auto meter = number_of(layout->meter);
    if (!meter) return pass_on(meter.error());
    const std::string text = layout_text(*layout);
    const std::string_view body = text;
    auto number = proved_layout(find_layout_, *meter, body);
    if (!number) return pass_on(number.error());
    if (!*number) {
        const auto next = next_number(next_layout_);
        if (!next) return pass_on(next.error());
        insert_layout_.bind(1, *next).bind(2, *meter).bind(3, body).bind(4,
                                                                         sum_of_layout(*next, *meter, body));
        if (auto inserted = insert_layout_.run(); !inserted) return pass_on(inserted.error());
        number = *next;
    }
    layouts_.remember(body, layout);
    if (layout_numbers_.size() >= kMostLayoutNumbers) {
        collect_open_slots();
        layout_numbers_.clear();
    }
    return &layout_numbers_.emplace(layout.get(), LayoutNumbers{layout, *meter, **number, {}}).first->second;
}

void FileWriter::collect_open_slots() {
    for (LayoutNumbers* each : touched_)
        raise_to(open_slots_, each->layout->meter, *std::exchange(each->newest, {}));
    touched_.clear();
}

Result<> FileWriter::insert(Sequence sequence, std::uint32_t revision, const WaitingSample& sample) {
    const auto numbers = numbers_of(sample.layout);
    if (!numbers) return pass_on(numbers.error());
    const SampleRow row{.sequence = sequence,
                        .slot = stored(sample.slot.at),
                        .meter = (*numbers)->meter,
                        .layout = (*numbers)->layout_number,
                        .taken_at = stored(sample.taken_at),
                        .epoch = sample.epoch,
                        .revision = revision,
                        .data = sample.packed};
    insert_sample_.bind(1, row.sequence).bind(2, row.slot).bind(3, row.meter).bind(4, row.layout);
    insert_sample_.bind(5, row.taken_at - row.slot).bind(6, row.epoch).bind(7, row.revision);
    insert_sample_.bind(8, row.data).bind(9, sum_of(row));
    if (auto inserted = insert_sample_.run(); !inserted) return inserted;
    open_.add(sequence, sample.slot, sample.slot, sample.taken_at, sample.epoch);
    // With the layout and not by the name of its meter: a look-up less for each sample.
    auto& newest = (*numbers)->newest;
    if (!newest) touched_.push_back(*numbers);
    newest = std::max(newest.value_or(sample.slot), sample.slot);
    return {};
}

Result<> FileWriter::insert(Sequence sequence, const Gap& gap) {
    const auto meter = number_of(gap.meter);
    if (!meter) return pass_on(meter.error());
    const GapRow row{.sequence = sequence,
                     .meter = *meter,
                     .from = stored(gap.from.at),
                     .to = stored(gap.to.at),
                     .reason = static_cast<std::int64_t>(gap.reason),
                     .epoch = gap.epoch};
    insert_gap_.bind(1, row.sequence).bind(2, row.meter).bind(3, row.from).bind(4, row.to);
    insert_gap_.bind(5, row.reason).bind(6, row.epoch).bind(7, sum_of(row));
    if (auto inserted = insert_gap_.run(); !inserted) return inserted;
    open_.add(sequence, gap.from, last_covered(gap), UtcTime{}, gap.epoch);
    raise_to(open_slots_, gap.meter, last_covered(gap));
    return {};
}

Result<> FileWriter::commit() {
    if (auto committed = file_.execute("COMMIT"); !committed) {
        roll_back();
        return committed;
    }
    entry_.summary = open_;
    collect_open_slots();
    for (const auto& [meter, slot] : open_slots_) raise_to(unsaved_, meter, slot);
    committed_slots_ = std::exchange(open_slots_, {});
    return {};
}

void FileWriter::roll_back() {
    // An error of the disk may have rolled back already; then there is nothing left to do.
    if (file_.in_transaction()) static_cast<void>(file_.execute("ROLLBACK"));
    open_slots_.clear();
    touched_.clear();
    // Numbers that were given out in the transaction are gone with it.
    layout_numbers_.clear();
    meter_numbers_.clear();
}

Result<> FileWriter::save_slots() {
    const bool proved = !entry_.summary.earlier;
    auto known = file_.prepare(kKnownSlot);
    if (!known) return pass_on(known.error());
    auto save = file_.prepare(proved ? kSaveSlot : kSaveUnprovedSlot);
    if (!save) return pass_on(save.error());
    for (const auto& [meter, slot] : unsaved_) {
        const std::string_view name = meter.text;
        const auto number = number_in(known->bind(1, name).bind(2, stored(slot.at)));
        if (!number) return pass_on(number.error());
        if (!*number) continue;
        int parameter = 0;
        save->bind(++parameter, stored(slot.at));
        if (proved) save->bind(++parameter, sum_of_meter(**number, name, stored(slot.at)));
        save->bind(++parameter, **number);
        if (auto saved = save->run(); !saved) return saved;
    }
    return {};
}

Result<> FileWriter::write_header(bool closed) {
    if (auto begun = file_.execute("BEGIN IMMEDIATE"); !begun) return begun;
    FileSummary summary = entry_.summary;
    summary.closed = closed;
    auto written = save_slots();
    if (written) written = write_header_row(file_, entry_.name, store_id_, summary);
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
