#include "gateway/buffer/group_writer.h"

#include <algorithm>

#include "gateway/base/language.h"
#include "gateway/base/log.h"

namespace mg {
namespace {

// One small write of meta.db for so many samples; as many numbers at most are skipped after a crash.
constexpr Sequence kReserveBlock = 65'536;
// A file is opened afresh after so many failures in a row: the disk may have been away and come back.
constexpr int kFailuresBeforeReopen = 5;
constexpr std::array kKinds{FileKind::boundary, FileKind::other};

FileKind kind_of(const WaitingItem& item) {
    return item.precious() ? FileKind::boundary : FileKind::other;
}

void raise_to(LastSlots& slots, const MeterId& meter, Slot slot) {
    auto [known, added] = slots.try_emplace(meter, slot);
    if (!added) known->second = std::max(known->second, slot);
}

/// The file that the row was meant for turned out to be damaged: the row comes again, into a new one.
tl::unexpected<Error> file_gave_way() {
    return fail(Failure::transient,
                std::string(tr("a damaged sample file is being replaced", "正在更换损坏的采样文件")));
}

}  // namespace

GroupWriter::GroupWriter(const DataFolder& folder, std::string store_id, std::chrono::minutes utc_offset,
                         Clock& clock, MetaFile& meta, Catalogue& catalogue, FileReaders& readers,
                         LayoutCache& layouts)
    : folder_{folder},
      store_id_{std::move(store_id)},
      utc_offset_{utc_offset},
      clock_{clock},
      meta_{meta},
      catalogue_{catalogue},
      readers_{readers},
      layouts_{layouts},
      epoch_{catalogue.last_epoch()},
      seen_{catalogue.last_slots()},
      seen_additions_{catalogue.additions()} {}

void GroupWriter::start_at(Sequence next) {
    next_ = next;
    reserved_ = next - 1;
}

Result<> GroupWriter::write(std::vector<WaitingItem>& group) {
    if (group.empty()) return {};
    see_additions();
    if (auto reserved = reserve(group.size()); !reserved) return reserved;
    if (auto noted = note_epochs(group); !noted) return noted;
    const Sequence first = next_;
    for (Half& each : halves_) each.begun = each.broken = each.tried = false;

    Result<> result = insert_all(group);
    if (auto committed = commit_halves(); result && !committed) result = committed;
    if (std::ranges::none_of(halves_, &Half::tried)) next_ = first;
    std::erase_if(group, [&](const WaitingItem& item) {
        const Half& of = half(kind_of(item));
        return of.begun && !of.broken;
    });
    settle_doubts();
    if (std::ranges::none_of(halves_, &Half::in_doubt)) publish();
    for (Half& each : halves_) {
        if (!each.file || !each.begun || each.broken) continue;
        // The rows are safe already: trouble with tidying is no reason to call the group failed.
        if (auto tidied = each.file->tidy_when_due(); !tidied) log::warning("{}", tidied.error().what);
    }
    return result;
}

/// A file that could not be read at the start is back.
void GroupWriter::see_additions() {
    if (std::exchange(seen_additions_, catalogue_.additions()) == seen_additions_) return;
    for (const auto& [meter, slot] : catalogue_.last_slots()) raise_to(seen_, meter, slot);
}

Result<> GroupWriter::reserve(std::size_t count) {
    const Sequence last = next_ + static_cast<Sequence>(count) - 1;
    if (last <= reserved_) return {};
    const Sequence through = last + kReserveBlock;
    if (auto reserved = meta_.reserve(through); !reserved) return reserved;
    reserved_ = through;
    return {};
}

Result<> GroupWriter::note_epochs(const std::vector<WaitingItem>& group) {
    ClockEpoch newest = epoch_;
    for (const WaitingItem& item : group) {
        newest = std::max(newest, std::visit([](const auto& what) { return what.epoch; }, item.what));
    }
    if (newest == epoch_) return {};
    if (auto noted = meta_.note_epoch(newest, clock_.utc(), next_); !noted) return noted;
    epoch_ = newest;
    return {};
}

Result<> GroupWriter::insert_all(const std::vector<WaitingItem>& group) {
    Result<> result;
    for (const WaitingItem& item : group) {
        const FileKind kind = kind_of(item);
        Half& into = half(kind);
        if (into.broken) continue;
        Result<> done = into.begun ? Result<>{} : begin(kind);
        if (done) done = std::visit([&](const auto& what) { return insert(into, what); }, item.what);
        if (done) continue;
        failed(kind, done.error());
        if (result) result = done;
    }
    return result;
}

Result<> GroupWriter::begin(FileKind kind) {
    Half& into = half(kind);
    into.begun = true;
    into.tally = {};
    if (auto opened = open_for(kind); !opened) return opened;
    return into.file->begin();
}

Result<> GroupWriter::commit_halves() {
    Result<> result;
    // The boundary file first: its samples are the ones that cannot be had again.
    for (const FileKind kind : kKinds) {
        Half& of = half(kind);
        if (!of.begun || of.broken) continue;
        of.tried = true;
        if (auto committed = of.file->commit(); !committed) {
            of.in_doubt = true;
            failed(kind, committed.error());
            if (result) result = committed;
            continue;
        }
        of.in_doubt = false;
        of.failures = 0;
        unseen_tally_.committed += of.tally.committed;
        unseen_tally_.duplicates += of.tally.duplicates;
        unseen_tally_.superseded += of.tally.superseded;
        ++unseen_tally_.commits;
        LastSlots slots = of.file->take_committed_slots();
        if (unseen_slots_.empty()) unseen_slots_.swap(slots);
        for (const auto& [meter, slot] : slots) raise_to(unseen_slots_, meter, slot);
    }
    return result;
}

void GroupWriter::failed(FileKind kind, const Error& why) {
    Half& of = half(kind);
    if (std::exchange(of.broken, true) || !of.file) return;
    of.file->roll_back();
    const FileName name = of.file->name();
    if (why.kind == Failure::corrupt) {
        of.file.reset();
        of.in_doubt = false;  // whatever it holds, nobody will read it here again
        of.failures = 0;
        catalogue_.report_damaged(name);
        return;
    }
    if (++of.failures % kFailuresBeforeReopen == 0) let_go(of);
}

/// Rows that are on disk and not yet visible must be known to the catalogue before the watermark goes past
/// them.
void GroupWriter::let_go(Half& of) {
    catalogue_.update(of.file->entry());
    of.file.reset();
}

/// A half in doubt that this group had nothing for: opening it again shows what is in it.
void GroupWriter::settle_doubts() {
    for (const FileKind kind : kKinds) {
        Half& of = half(kind);
        if (!of.in_doubt || of.begun) continue;
        if (of.file) let_go(of);
        if (auto opened = open_for(kind); !opened) log::warning("{}", opened.error().what);
    }
}

void GroupWriter::publish() {
    std::vector<FileEntry> written;
    for (const Half& each : halves_) {
        if (each.file) written.push_back(each.file->entry());
    }
    catalogue_.publish(written, unseen_slots_);
    unseen_slots_.clear();
    tally_.committed += unseen_tally_.committed;
    tally_.duplicates += unseen_tally_.duplicates;
    tally_.superseded += unseen_tally_.superseded;
    tally_.commits += unseen_tally_.commits;
    unseen_tally_ = {};
}

GroupTally GroupWriter::take_tally() {
    return std::exchange(tally_, {});
}

Result<> GroupWriter::open_for(FileKind kind) {
    Half& of = half(kind);
    const auto today = local_day(clock_.utc(), utc_offset_);
    if (of.file && (of.file->name().day != today || of.file->full())) close_for_good(kind);
    if (of.file) return {};
    const auto newest = catalogue_.newest(kind);
    const bool resumable =
        newest && newest->name.day == today && !newest->summary.closed && !newest->summary.earlier;
    auto file = resumable ? FileWriter::resume(folder_.path(), newest->name, layouts_)
                          : FileWriter::create(folder_.path(),
                                               FileName{kind, today, folder_.free_number(kind, today)},
                                               store_id_, layouts_);
    if (!file) {
        // What came to harm while we wrote it is set aside like any other; the next attempt begins a new
        // file.
        if (resumable && file.error().kind == Failure::corrupt) {
            of.in_doubt = false;
            catalogue_.report_damaged(newest->name);
        }
        return pass_on(file.error());
    }
    of.file = std::move(*file);
    of.in_doubt = false;
    if (!resumable) catalogue_.update(of.file->entry());
    return {};
}

void GroupWriter::close_for_good(FileKind kind) {
    Half& of = half(kind);
    if (auto finished = of.file->finish(true); !finished) log::warning("{}", finished.error().what);
    catalogue_.update(of.file->entry());
    const FileName name = of.file->name();
    of.file.reset();
    readers_.forget(name);
}

void GroupWriter::close_leftovers() {
    const auto today = local_day(clock_.utc(), utc_offset_);
    for (const FileEntry& entry : catalogue_.files()) {
        if (entry.summary.closed || is_open(entry.name)) continue;
        const auto newest = catalogue_.newest(entry.name.kind);
        const bool goes_on = entry.name.day == today && newest && newest->name == entry.name;
        if (goes_on && !entry.summary.earlier) continue;
        auto file = FileWriter::resume(folder_.path(), entry.name, layouts_);
        const auto finished = file ? (*file)->finish(true) : Result<>{pass_on(file.error())};
        if (!finished) {
            log::warning("{}", finished.error().what);
            if (finished.error().kind == Failure::corrupt) catalogue_.report_damaged(entry.name);
            continue;
        }
        catalogue_.update((*file)->entry());
        file->reset();
        readers_.forget(entry.name);
    }
}

bool GroupWriter::is_open(const FileName& name) const {
    return std::ranges::any_of(halves_,
                               [&](const Half& each) { return each.file && each.file->name() == name; });
}

bool GroupWriter::abandon(const FileName& name) {
    for (Half& each : halves_) {
        if (!each.file || each.file->name() != name) continue;
        each.file.reset();
        each.in_doubt = false;
        return true;
    }
    return false;
}

void GroupWriter::finish() {
    for (Half& each : halves_) {
        if (!each.file) continue;
        if (auto finished = each.file->finish(false); !finished) log::warning("{}", finished.error().what);
        readers_.forget(each.file->name());
        each.file.reset();
    }
    if (reserved_ < next_) return;
    if (auto given_back = meta_.reserve(next_ - 1); !given_back) log::warning("{}", given_back.error().what);
}

// ---- one row ----

Result<> GroupWriter::insert(Half& into, const WaitingSample& sample) {
    // A meter that was never stored gets a slot before all others.
    Slot& seen = seen_.try_emplace(sample.layout->meter, Slot{UtcTime::min()}).first->second;
    const auto before = latest(sample, seen);
    if (!before) return pass_on(before.error());
    std::uint32_t revision = 0;
    if (*before) {
        const LatestRow& row = **before;
        const bool supersedes =
            sample.epoch > row.epoch || (sample.epoch == row.epoch && adds_values(row.packed, sample.packed));
        if (!supersedes) {
            ++into.tally.duplicates;
            return {};
        }
        revision = row.revision + 1;
        ++into.tally.superseded;
    }
    if (auto inserted = into.file->insert(next_, revision, sample); !inserted)
        return refused(into, inserted.error());
    ++next_;
    ++into.tally.committed;
    seen = std::max(seen, sample.slot);
    return {};
}

Result<> GroupWriter::insert(Half& into, const Gap& gap) {
    const auto known = has(gap);
    if (!known) return pass_on(known.error());
    if (*known) {
        ++into.tally.duplicates;
        return {};
    }
    if (auto inserted = into.file->insert(next_, gap); !inserted) return refused(into, inserted.error());
    ++next_;
    ++into.tally.committed;
    raise_to(seen_, gap.meter, last_covered(gap));
    return {};
}

/// A row that breaks a rule of the table would break it at every attempt, and everything behind it would wait
/// for ever.
Result<> GroupWriter::refused(Half& into, const Error& why) {
    if (why.kind != Failure::rejected) return pass_on(why);
    log::error("{}", trf("a row was not stored: {}", "一行未能存储：{}", why.what));
    ++next_;
    ++into.tally.duplicates;
    return {};
}

/// Asks each file that may hold something in [from, to]: the ones being written through their writer, which
/// sees rows of this group, the others through readers. A damaged file is reported and passed over.
template <class Question>
Result<> GroupWriter::ask_files(Slot from, Slot to, const Question& question) {
    for (const FileKind kind : kKinds) {
        Half& each = half(kind);
        if (!each.file || each.broken) continue;
        const auto asked = question(each.file->lookup());
        if (asked) continue;
        if (asked.error().kind != Failure::corrupt) return asked;
        failed(kind, asked.error());
    }
    for (const FileEntry& entry : catalogue_.covering(from, to)) {
        if (is_open(entry.name)) continue;
        auto reader = readers_.take(entry);
        const auto asked = reader ? question((*reader)->lookup()) : Result<>{pass_on(reader.error())};
        if (asked || !catalogue_.knows(entry.name)) continue;  // gone meanwhile: retention
        if (asked.error().kind != Failure::corrupt) return asked;
        catalogue_.report_damaged(entry.name);
    }
    return {};
}

Result<std::optional<LatestRow>> GroupWriter::latest(const WaitingSample& sample, Slot seen) {
    std::optional<LatestRow> newest;
    if (sample.slot > seen) return newest;
    const auto asked = ask_files(sample.slot, sample.slot, [&](SlotLookup& lookup) -> Result<> {
        auto row = lookup.latest(sample.layout->meter, sample.slot);
        if (!row) return pass_on(row.error());
        if (*row && (!newest || (*row)->revision > newest->revision)) newest = std::move(**row);
        return {};
    });
    if (!asked) return pass_on(asked.error());
    if (half(sample.boundary ? FileKind::boundary : FileKind::other).broken) return file_gave_way();
    return newest;
}

Result<bool> GroupWriter::has(const Gap& gap) {
    const auto seen = seen_.find(gap.meter);
    if (seen == seen_.end() || gap.from > seen->second) return false;
    bool found = false;
    const auto asked = ask_files(gap.from, last_covered(gap), [&](SlotLookup& lookup) -> Result<> {
        const auto has = lookup.has(gap);
        if (!has) return pass_on(has.error());
        found = found || *has;
        return {};
    });
    if (!asked) return pass_on(asked.error());
    if (half(FileKind::boundary).broken) return file_gave_way();
    return found;
}

}  // namespace mg
