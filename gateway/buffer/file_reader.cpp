#include "gateway/buffer/file_reader.h"

#include <algorithm>
#include <ranges>

#include "gateway/base/language.h"
#include "gateway/buffer/packed_rows.h"
#include "gateway/buffer/packing.h"

namespace mg {
namespace {

constexpr std::size_t kMostResting = 8;
constexpr std::size_t kMostRestingGroups = 3;     // of 5 MiB: two kinds of files, and a second consumer
constexpr std::int64_t kMostLayouts = 1'000'000;  // numbers beyond come from a damaged row

constexpr const char* kSettings = "PRAGMA cache_size = -256; PRAGMA temp_store = MEMORY;";
constexpr std::string_view kGaps =
    "SELECT seq, meter, \"from\", \"to\", reason, epoch, sum FROM gaps WHERE seq > ? AND seq <= ? ORDER BY "
    "seq";
constexpr std::string_view kUnprovedGaps =
    "SELECT seq, meter, \"from\", \"to\", reason, epoch FROM gaps WHERE seq > ? AND seq <= ? ORDER BY seq";
constexpr std::string_view kFindLayout = "SELECT body, meter, sum FROM layouts WHERE id = ?";
constexpr std::string_view kFindUnprovedLayout = "SELECT body FROM layouts WHERE id = ?";
constexpr std::string_view kFindMeter = "SELECT name, last_slot, sum FROM meters WHERE id = ?";
constexpr std::string_view kFindUnprovedMeter = "SELECT name FROM meters WHERE id = ?";

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
    if (auto prepared = reader->prepare(); !prepared) return pass_on(prepared.error());
    return reader;
}

Result<> FileReader::prepare() {
    if (auto set = file_.execute(kSettings); !set) return set;
    const auto format = read_format(file_);
    if (!format) return pass_on(format.error());
    format_ = *format;
    const bool proved = format_.proved();
    for (const auto& [statement, sql] : {std::pair{&gaps_, proved ? kGaps : kUnprovedGaps},
                                         std::pair{&find_layout_, proved ? kFindLayout : kFindUnprovedLayout},
                                         std::pair{&find_meter_, proved ? kFindMeter : kFindUnprovedMeter}}) {
        auto prepared = file_.prepare(sql);
        if (!prepared) return pass_on(prepared.error());
        *statement = std::move(*prepared);
    }
    if (format_.packed()) {
        auto groups =
            PackedGroups::open(file_, format_, [this](std::int64_t number) { return layout(number); });
        if (!groups) return pass_on(groups.error());
        groups_ = std::make_unique<PackedGroups>(std::move(*groups));
        auto rows = PackedRows::open(file_, format_, *groups_);
        if (!rows) return pass_on(rows.error());
        samples_ = std::make_unique<PackedRows>(std::move(*rows));
    } else {
        auto rows = PlainRows::open(file_, format_);
        if (!rows) return pass_on(rows.error());
        samples_ = std::make_unique<PlainRows>(std::move(*rows));
    }
    auto lookup = SlotLookup::open(file_, format_, groups_.get());
    if (!lookup) return pass_on(lookup.error());
    lookup_ = std::move(*lookup);
    return {};
}

Result<> FileReader::note_if_broken(Result<> outcome) {
    if (!outcome) broken_ = outcome.error().kind == Failure::corrupt;
    return outcome;
}

Result<> FileReader::step_gaps() {
    gap_.reset();
    const auto row = gaps_.step();
    if (!row) return pass_on(row.error());
    if (*row) gap_ = gaps_.integer(0);
    return {};
}

Result<> FileReader::begin(Sequence after, Sequence through) {
    end();
    if (auto begun = note_if_broken(samples_->begin(after, through)); !begun) return begun;
    if (name_.kind != FileKind::boundary) return {};
    gap_before_ = after;
    gaps_.bind(1, after).bind(2, through);
    return note_if_broken(step_gaps());
}

bool FileReader::sample_is_next() const {
    const auto sample = samples_->next();
    return sample && (!gap_ || *sample < *gap_);
}

std::optional<Sequence> FileReader::next() const {
    return sample_is_next() ? samples_->next() : gap_;
}

Result<StoredItem> FileReader::take() {
    const bool sample = sample_is_next();
    auto item = sample ? next_sample() : next_gap();
    if (!item && item.error().kind != Failure::corrupt) return item;
    if (!item)
        damaged_ = sample ? samples_->damaged() : DamagedItems{.first = *gap_, .last = *gap_, .items = 1};
    if (!sample) gap_before_ = std::max(gap_before_, *gap_);
    auto stepped = note_if_broken(sample ? samples_->step() : step_gaps());
    if (!stepped) return pass_on(stepped.error());
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
    const std::string_view body = find_layout_.text(0);
    const bool sound =
        !format_.proved() || sum_of_layout(number, find_layout_.integer(1), body) == find_layout_.integer(2);
    auto layout =
        sound ? layouts_.find(body)
              : Result<LayoutRef>{fail(Failure::corrupt, trf("layout {} is not what was written (checksum)",
                                                             "布局 {} 与写入时不一致（校验和）", number))};
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
    const bool sound = !format_.proved() ||
                       sum_of_meter(number, meter.text, find_meter_.integer(1)) == find_meter_.integer(2);
    find_meter_.reset();
    if (!sound) {
        return fail(Failure::corrupt, trf("meter {} is not what was written (checksum)",
                                          "计量点 {} 与写入时不一致（校验和）", number));
    }
    return meter;
}

Result<StoredItem> FileReader::next_sample() {
    const auto row = samples_->row();
    if (!row) return pass_on(row.error());
    auto known = layout(row->layout);
    if (!known) return pass_on(known.error());
    auto readings = unpack(**known, row->data);
    if (!readings) return pass_on(readings.error());
    return StoredSample{.sequence = row->sequence,
                        .revision = static_cast<std::uint32_t>(row->revision),
                        .sample = {.layout = std::move(*known),
                                   .slot = {time_from(row->slot)},
                                   .taken_at = time_from(row->taken_at),
                                   .epoch = static_cast<ClockEpoch>(row->epoch),
                                   .boundary = name_.kind == FileKind::boundary,
                                   .readings = std::move(*readings)}};
}

Result<StoredItem> FileReader::next_gap() {
    const GapRow row{gaps_.integer(0), gaps_.integer(1), gaps_.integer(2),
                     gaps_.integer(3), gaps_.integer(4), gaps_.integer(5)};
    if (*gap_ <= gap_before_ || (format_.proved() && sum_of(row) != gaps_.integer(6))) {
        return fail(Failure::corrupt,
                    std::string(tr("not what was written (checksum)", "与写入时不一致（校验和）")));
    }
    auto of = meter(row.meter);
    if (!of) return pass_on(of.error());
    const auto reason = row.reason;
    if (reason < 0 || reason > 255 || !is_known_quality(static_cast<std::uint8_t>(reason))) {
        return fail(Failure::corrupt, trf("{0}: reason {1} of a gap", "{0}：缺口原因 {1}", of->text, reason));
    }
    return StoredGap{*gap_, Gap{.meter = std::move(*of),
                                .from = {time_from(row.from)},
                                .to = {time_from(row.to)},
                                .reason = static_cast<Quality>(reason),
                                .epoch = static_cast<ClockEpoch>(row.epoch)}};
}

void FileReader::end() {
    samples_->end();
    gaps_.reset();
    gap_.reset();
}

void FileReader::forget_group() {
    if (groups_) groups_->forget();
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
        std::size_t groups = 0;
        for (auto& resting : std::views::reverse(state.resting)) {
            if (resting->keeps_group() && ++groups > kMostRestingGroups) resting->forget_group();
        }
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
