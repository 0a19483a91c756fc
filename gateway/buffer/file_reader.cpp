#include "gateway/buffer/file_reader.h"

#include <algorithm>

#include "gateway/base/language.h"
#include "gateway/buffer/packing.h"

namespace mg {
namespace {

constexpr std::size_t kMostResting = 8;
constexpr std::int64_t kMostLayouts = 1'000'000;  // numbers beyond come from a damaged row

constexpr const char* kSettings = "PRAGMA cache_size = -256; PRAGMA temp_store = MEMORY;";
constexpr std::string_view kSamples =
    "SELECT seq, slot, layout, taken_at, epoch, revision, data FROM samples WHERE seq > ? AND seq <= ? ORDER "
    "BY seq";
constexpr std::string_view kGaps =
    "SELECT seq, meter, \"from\", \"to\", reason, epoch FROM gaps WHERE seq > ? AND seq <= ? ORDER BY seq";
constexpr std::string_view kFindLayout = "SELECT body FROM layouts WHERE id = ?";
constexpr std::string_view kFindMeter = "SELECT name FROM meters WHERE id = ?";

tl::unexpected<Error> pass_on(Error error) {
    return tl::unexpected<Error>(std::move(error));
}

}  // namespace

Result<std::unique_ptr<FileReader>> FileReader::open(const std::filesystem::path& folder,
                                                     const FileEntry& entry, LayoutCache& layouts) {
    const bool closed = entry.summary.closed;
    std::unique_ptr<FileReader> reader{new FileReader(entry.name, closed, layouts)};
    // A closed file is still being read by others through its log when the last frames could not be moved:
    // then the plain way is right for it too.
    std::filesystem::path log = folder / (entry.name.text() + "-wal");
    std::error_code ignored;
    const auto log_size = std::filesystem::file_size(log, ignored);
    const bool immutable = closed && (ignored || log_size == 0);
    auto file = sqlite::Database::open(folder / entry.name.text(),
                                       immutable ? sqlite::Access::immutable : sqlite::Access::query);
    if (!file) return pass_on(file.error());
    reader->file_ = std::move(*file);
    if (auto set = reader->file_.execute(kSettings); !set) return pass_on(set.error());
    for (const auto& [statement, sql] :
         {std::pair{&reader->samples_.rows, kSamples}, std::pair{&reader->gaps_.rows, kGaps},
          std::pair{&reader->find_layout_, kFindLayout}, std::pair{&reader->find_meter_, kFindMeter}}) {
        auto prepared = reader->file_.prepare(sql);
        if (!prepared) return pass_on(prepared.error());
        *statement = std::move(*prepared);
    }
    auto lookup = SlotLookup::open(reader->file_);
    if (!lookup) return pass_on(lookup.error());
    reader->lookup_ = std::move(*lookup);
    return reader;
}

Result<> FileReader::step(Cursor& cursor) {
    const auto row = cursor.rows.step();
    cursor.at_row = row.has_value() && *row;
    if (!row) {
        broken_ = row.error().kind == Failure::corrupt;
        return pass_on(row.error());
    }
    if (cursor.at_row) cursor.sequence = cursor.rows.integer(0);
    return {};
}

Result<> FileReader::begin(Sequence after, Sequence through) {
    end();
    samples_.rows.bind(1, after).bind(2, through);
    if (auto stepped = step(samples_); !stepped) return stepped;
    if (name_.kind != FileKind::boundary) return {};
    gaps_.rows.bind(1, after).bind(2, through);
    return step(gaps_);
}

std::optional<Sequence> FileReader::next() const {
    if (samples_.at_row && gaps_.at_row) return std::min(samples_.sequence, gaps_.sequence);
    if (samples_.at_row) return samples_.sequence;
    if (gaps_.at_row) return gaps_.sequence;
    return std::nullopt;
}

Result<StoredItem> FileReader::take() {
    const bool sample = samples_.at_row && (!gaps_.at_row || samples_.sequence < gaps_.sequence);
    auto item = sample ? sample_at_row() : gap_at_row();
    if (!item && item.error().kind != Failure::corrupt) return item;
    if (auto stepped = step(sample ? samples_ : gaps_); !stepped) return pass_on(stepped.error());
    return item;
}

Result<LayoutRef> FileReader::layout(std::int64_t number) {
    const auto at = static_cast<std::size_t>(number);
    if (number > 0 && at < known_layouts_.size() && known_layouts_[at]) return known_layouts_[at];
    const auto row = find_layout_.bind(1, number).step();
    if (!row) return pass_on(row.error());
    if (!*row || number < 1 || number > kMostLayouts) {
        find_layout_.reset();
        return fail(Failure::corrupt, trf("no layout {}", "没有布局 {}", number));
    }
    auto layout = layouts_.find(find_layout_.text(0));
    find_layout_.reset();
    if (!layout) return layout;
    if (known_layouts_.size() <= at) known_layouts_.resize(at + 1);
    known_layouts_[at] = *layout;
    return layout;
}

Result<MeterId> FileReader::meter(std::int64_t number) {
    const auto row = find_meter_.bind(1, number).step();
    if (!row) return pass_on(row.error());
    if (!*row) return fail(Failure::corrupt, trf("no meter {}", "没有计量点 {}", number));
    MeterId meter{std::string(find_meter_.text(0))};
    find_meter_.reset();
    return meter;
}

Result<StoredItem> FileReader::sample_at_row() {
    const sqlite::Statement& row = samples_.rows;
    auto known = layout(row.integer(2));
    if (!known) return pass_on(known.error());
    auto readings = unpack(**known, row.bytes(6));
    if (!readings) return pass_on(readings.error());
    return StoredSample{.sequence = samples_.sequence,
                        .revision = static_cast<std::uint32_t>(row.integer(5)),
                        .sample = {.layout = std::move(*known),
                                   .slot = {time_from(row.integer(1))},
                                   .taken_at = time_from(row.integer(3)),
                                   .epoch = static_cast<ClockEpoch>(row.integer(4)),
                                   .boundary = name_.kind == FileKind::boundary,
                                   .readings = std::move(*readings)}};
}

Result<StoredItem> FileReader::gap_at_row() {
    const sqlite::Statement& row = gaps_.rows;
    auto of = meter(row.integer(1));
    if (!of) return pass_on(of.error());
    const auto reason = row.integer(4);
    if (reason < 0 || reason > 255 || !is_known_quality(static_cast<std::uint8_t>(reason))) {
        return fail(Failure::corrupt, trf("{0}: reason {1} of a gap", "{0}：缺口原因 {1}", of->text, reason));
    }
    return StoredGap{gaps_.sequence, Gap{.meter = std::move(*of),
                                         .from = {time_from(row.integer(2))},
                                         .to = {time_from(row.integer(3))},
                                         .reason = static_cast<Quality>(reason),
                                         .epoch = static_cast<ClockEpoch>(row.integer(5))}};
}

void FileReader::end() {
    for (Cursor* cursor : {&samples_, &gaps_}) {
        cursor->rows.reset();
        cursor->at_row = false;
    }
}

Result<FileReaders::Lease> FileReaders::take(const FileEntry& entry) {
    std::uint64_t generation = 0;
    auto reader = state_.with([&](State& state) -> std::unique_ptr<FileReader> {
        generation = state.generation;
        const auto found = std::ranges::find_if(state.resting, [&](const auto& resting) {
            return resting->name() == entry.name && resting->closed() == entry.summary.closed;
        });
        if (found == state.resting.end()) return nullptr;
        auto rested = std::move(*found);
        state.resting.erase(found);
        return rested;
    });
    if (!reader) {
        auto opened = FileReader::open(folder_, entry, layouts_);
        if (!opened) return pass_on(opened.error());
        reader = std::move(*opened);
    }
    return Lease{reader.release(), [this, generation](FileReader* used) { give_back(used, generation); }};
}

void FileReaders::give_back(FileReader* used, std::uint64_t generation) {
    std::unique_ptr<FileReader> reader{used};
    reader->end();
    if (reader->broken()) return;
    std::unique_ptr<FileReader> unused;  // closed after the lock
    state_.with([&](State& state) {
        if (state.generation != generation) return;
        if (state.resting.size() >= kMostResting) {
            unused = std::move(state.resting.front());
            state.resting.erase(state.resting.begin());
        }
        state.resting.push_back(std::move(reader));
    });
}

void FileReaders::forget(const FileName& name) {
    std::vector<std::unique_ptr<FileReader>> gone;
    state_.with([&](State& state) {
        ++state.generation;
        const auto kept =
            std::ranges::stable_partition(state.resting, [&](const auto& r) { return r->name() != name; });
        std::ranges::move(kept, std::back_inserter(gone));
        state.resting.erase(kept.begin(), kept.end());
    });
}

}  // namespace mg
