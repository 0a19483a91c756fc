#include "tests/support/platter.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include <fcntl.h>
#include <sys/stat.h>

namespace mg::test {
namespace {

Bytes bytes_of(const std::filesystem::path& file) {
    std::ifstream in{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

ino_t number_of(const std::filesystem::path& file) {
    struct stat found{};
    return ::lstat(file.c_str(), &found) == 0 ? found.st_ino : 0;
}

/// O_PATH: closing any other descriptor would take SQLite's locks on the file away.
UniqueFd hold(const std::filesystem::path& file) {
    return UniqueFd{::open(file.c_str(), O_PATH | O_CLOEXEC)};
}

bool is_shared_memory(const std::string& name) {
    return name.ends_with("-shm");
}

}  // namespace

Platter::Platter(std::filesystem::path folder) : folder_{std::move(folder)} {
    for (const auto& [name, number] : names_now()) {
        File& file = files_[number];
        file.held = hold(folder_ / name);
        file.sure = bytes_of(folder_ / name);
        sure_names_[name] = number;
    }
}

Platter::Names Platter::names_now() const {
    Names names;
    std::error_code problem;
    for (const auto& each : std::filesystem::directory_iterator(folder_, problem)) {
        if (const ino_t number = number_of(each.path()); number != 0)
            names[each.path().filename().native()] = number;
    }
    return names;
}

void Platter::opened(const std::filesystem::path& file) {
    const ino_t number = number_of(file);
    if (number == 0 || files_.contains(number)) return;
    files_[number].held = hold(file);
    files_[number].made_as = file.filename().native();
}

/// The file of that name was made under another one and renamed.
bool Platter::was_renamed(const std::string& name, ino_t number) const {
    const auto file = files_.find(number);
    return file != files_.end() && !file->second.made_as.empty() && file->second.made_as != name;
}

void Platter::wrote(ino_t file, std::int64_t at, std::span<const unsigned char> bytes) {
    const auto known = files_.find(file);
    if (known == files_.end()) return;
    // What was forsaken and is written again has nothing to say any more.
    cut_out(known->second.unsure, at, at + static_cast<std::int64_t>(bytes.size()));
    known->second.unsure.push_back(
        Change{.at = at, .bytes = {bytes.begin(), bytes.end()}, .order = ++order_});
}

void Platter::truncated(ino_t file, std::int64_t size) {
    const auto known = files_.find(file);
    if (known == files_.end()) return;
    known->second.unsure.push_back(Change{.is_truncate = true, .at = size, .bytes = {}, .order = ++order_});
}

void Platter::synced(ino_t file) {
    const auto known = files_.find(file);
    if (known == files_.end()) return;
    File& of = known->second;
    for (const Change& change : of.unsure) {
        if (!change.forsaken) apply(of.sure, change);
    }
    std::erase_if(of.unsure, [](const Change& change) { return !change.forsaken; });
}

void Platter::sync_failed(ino_t file) {
    const auto known = files_.find(file);
    if (known == files_.end()) return;
    for (Change& change : known->second.unsure) change.forsaken = !change.is_truncate;
}

void Platter::synced_folder() {
    sure_names_ = names_now();
    std::set<ino_t> named;
    for (const auto& [name, number] : sure_names_) named.insert(number);
    std::erase_if(files_, [&](const auto& each) { return !named.contains(each.first); });
}

std::map<std::string, Bytes> Platter::after_cut(std::uint64_t seed) const {
    std::mt19937_64 random{seed};
    Luck luck;
    luck.style = static_cast<Luck::Style>(random() % 4);
    luck.sector = random() % 2 == 0 ? 512 : 4096;
    std::uint64_t oldest = order_ + 1;
    for (const auto& [number, file] : files_) {
        if (!file.unsure.empty()) oldest = std::min(oldest, file.unsure.front().order);
    }
    luck.last_order = oldest + random() % (order_ + 2 - oldest);
    luck.random.seed(random());

    std::map<std::string, Bytes> left;
    const Names now = names_now();
    for (const auto& [name, number] : names_after(now, luck)) {
        const auto file = files_.find(number);
        if (file != files_.end() && !is_shared_memory(name)) left[name] = bytes_after(file->second, luck);
    }
    for (const auto& [name, number] : now) {
        // Nobody syncs the index of a log: it is as it was, gone, or anything.
        if (is_shared_memory(name) && luck.coin()) {
            left[name] = bytes_of(folder_ / name);
            if (luck.coin()) {
                for (auto& byte : left[name]) byte = static_cast<unsigned char>(luck.random());
            }
        }
        // What SQLite never opened: the lock file.
        if (!files_.contains(number)) left.try_emplace(name, bytes_of(folder_ / name));
    }
    return left;
}

Platter::Names Platter::names_after(const Names& now, const Luck& luck) const {
    if (luck.style == Luck::Style::nothing) return sure_names_;
    if (luck.style == Luck::Style::everything) return now;
    Names left = sure_names_;
    std::set<std::string> decided;
    // A rename happens or not; there is no moment with both names or none.
    for (const auto& [name, number] : now) {
        const auto before = std::ranges::find(sure_names_, number, &Names::value_type::second);
        if (before == sure_names_.end() || before->first == name || now.contains(before->first)) continue;
        decided.insert({name, before->first});
        if (!luck.coin()) continue;
        left.erase(before->first);
        left[name] = number;
    }
    for (const auto& [name, number] : sure_names_) {
        const auto still = now.find(name);
        const bool same = still != now.end() && still->second == number;
        // A rename over a name leaves the file that had it or the new one, never none.
        const bool replaced = still != now.end() && was_renamed(name, still->second);
        if (!same && !replaced && !decided.contains(name) && luck.coin()) left.erase(name);
    }
    for (const auto& [name, number] : now) {
        const auto before = sure_names_.find(name);
        const bool same = before != sure_names_.end() && before->second == number;
        if (!same && !decided.contains(name) && luck.coin()) left[name] = number;
    }
    return left;
}

Bytes Platter::bytes_after(const File& file, const Luck& luck) {
    Bytes bytes = file.sure;
    for (const Change& change : file.unsure) {
        switch (luck.style) {
            case Luck::Style::nothing:
                break;
            case Luck::Style::everything:
                apply(bytes, change);
                break;
            case Luck::Style::up_to:
                if (change.order < luck.last_order) apply(bytes, change);
                if (change.order == luck.last_order) apply_torn(bytes, change, luck);
                break;
            case Luck::Style::scattered:
                switch (luck.random() % 3) {
                    case 0:
                        apply(bytes, change);
                        break;
                    case 1:
                        apply_torn(bytes, change, luck);
                        break;
                    default:
                        break;
                }
                break;
        }
    }
    return bytes;
}

void Platter::apply(Bytes& to, const Change& change) {
    const auto at = static_cast<std::size_t>(change.at);
    if (change.is_truncate) {
        to.resize(at);
        return;
    }
    if (to.size() < at + change.bytes.size()) to.resize(at + change.bytes.size());
    std::ranges::copy(change.bytes, to.begin() + static_cast<std::ptrdiff_t>(at));
}

void Platter::apply_torn(Bytes& to, const Change& change, const Luck& luck) {
    if (change.is_truncate) {
        if (luck.coin()) apply(to, change);
        return;
    }
    const auto end = change.at + static_cast<std::int64_t>(change.bytes.size());
    for (std::int64_t from = change.at; from < end;) {
        const std::int64_t until = std::min(end, (from / luck.sector + 1) * luck.sector);
        if (luck.coin()) {
            const auto first = change.bytes.begin() + (from - change.at);
            apply(to, Change{.at = from, .bytes = {first, first + (until - from)}});
        }
        from = until;
    }
}

/// Takes [from, to) out of the forsaken writes.
void Platter::cut_out(std::vector<Change>& changes, std::int64_t from, std::int64_t to) {
    std::vector<Change> kept;
    for (Change& change : changes) {
        const std::int64_t begin = change.at;
        const std::int64_t end = begin + static_cast<std::int64_t>(change.bytes.size());
        if (!change.forsaken || end <= from || begin >= to) {
            kept.push_back(std::move(change));
            continue;
        }
        const auto part = [&](std::int64_t first, std::int64_t last) {
            if (first >= last) return;
            kept.push_back(Change{
                .forsaken = true,
                .at = first,
                .bytes = {change.bytes.begin() + (first - begin), change.bytes.begin() + (last - begin)},
                .order = change.order});
        };
        part(begin, std::min(end, from));
        part(std::max(begin, to), end);
    }
    changes = std::move(kept);
}

}  // namespace mg::test
