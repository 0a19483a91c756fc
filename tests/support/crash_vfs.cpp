#include "tests/support/crash_vfs.h"

#include <cerrno>
#include <fstream>
#include <memory>
#include <new>
#include <stdexcept>
#include <thread>

#include <dlfcn.h>
#include <sqlite3.h>
#include <sys/stat.h>

namespace mg::test {
namespace {

/// SQLite syncs inside our own calls, under our lock.
thread_local bool t_inside = false;

sqlite3_vfs* g_real = nullptr;
sqlite3_vfs g_vfs;

int io_error_of(DiskOp op) {
    switch (op) {
        case DiskOp::open:
            return SQLITE_CANTOPEN;
        case DiskOp::read:
            return SQLITE_IOERR_READ;
        case DiskOp::write:
            return SQLITE_IOERR_WRITE;
        case DiskOp::truncate:
            return SQLITE_IOERR_TRUNCATE;
        case DiskOp::sync:
            return SQLITE_IOERR_FSYNC;
        case DiskOp::remove:
            return SQLITE_IOERR_DELETE;
        case DiskOp::shared_memory:
            return SQLITE_IOERR_SHMMAP;
    }
    return SQLITE_IOERR;
}

bool changes_something(DiskOp op) {
    return op != DiskOp::read && op != DiskOp::shared_memory;
}

/// The real file follows at once in the same block.
struct File {
    sqlite3_file base;
    std::string* path;  ///< null: not watched
    ino_t number;
    sqlite3_file* real;
};

}  // namespace

std::string to_string(DiskOp op) {
    switch (op) {
        case DiskOp::open:
            return "open";
        case DiskOp::read:
            return "read";
        case DiskOp::write:
            return "write";
        case DiskOp::truncate:
            return "truncate";
        case DiskOp::sync:
            return "sync";
        case DiskOp::remove:
            return "remove";
        case DiskOp::shared_memory:
            return "shared memory";
    }
    return {};
}

bool CrashVfs::watches(const char* path) const {
    return path != nullptr && !folder_.empty() && std::filesystem::path{path}.parent_path() == folder_;
}

const DiskFault* CrashVfs::hit_by(DiskOp op, const char* path) {
    const DiskFault* hit = nullptr;
    for (auto& [fault, seen] : faults_) {
        if (fault.op != op || std::string_view{path}.find(fault.part) == std::string_view::npos) continue;
        ++seen;
        if (fault.lasting ? seen >= fault.nth : seen == fault.nth) hit = &fault;
    }
    has_failed_ = has_failed_ || hit != nullptr;
    return hit;
}

template <class Act, class Refuse>
int CrashVfs::run(DiskOp op, const char* path, const Act& act, const Refuse& refuse) {
    const std::scoped_lock lock{mutex_};
    t_inside = true;
    const std::unique_ptr<bool, void (*)(bool*)> outside{&t_inside, [](bool* inside) { *inside = false; }};
    if (path == nullptr) return act();
    if (left_) return io_error_of(op);
    ++counts_[static_cast<std::size_t>(op)];
    if (changes_something(op)) ++operations_;
    if (changes_something(op) && cut_at_ && operations_ >= *cut_at_) {
        cut(cut_seed_);
        return io_error_of(op);
    }
    if (const DiskFault* fault = hit_by(op, path)) {
        refuse();
        return fault->full ? SQLITE_FULL : io_error_of(op);
    }
    folder_synced_ = false;
    const int code = act();
    if (folder_synced_) platter_->synced_folder();
    return code;
}

/// What SQLite calls; a member, so that it may use the layer's inside.
struct CrashVfsCalls {
    static CrashVfs& disk() { return CrashVfs::install(); }
    static File* of(sqlite3_file* file) { return reinterpret_cast<File*>(file); }
    static sqlite3_file* real(sqlite3_file* file) { return of(file)->real; }
    static const char* path(sqlite3_file* file) {
        return of(file)->path != nullptr ? of(file)->path->c_str() : nullptr;
    }
    static void nothing() {}

    static int open(sqlite3_vfs* /*vfs*/, const char* name, sqlite3_file* file, int flags, int* out) {
        CrashVfs& vfs = disk();
        auto* mine = new (file) File{};
        mine->real = reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(file) + sizeof(File));
        bool watched = false;
        {
            const std::scoped_lock lock{vfs.mutex_};
            watched = vfs.watches(name);
        }
        return vfs.run(
            DiskOp::open, watched ? name : nullptr,
            [&] {
                const int code = g_real->xOpen(g_real, name, mine->real, flags, out);
                if (mine->real->pMethods == nullptr) return code;
                mine->base.pMethods = &methods();
                if (!watched) return code;
                struct stat found{};
                if (::stat(name, &found) == 0) mine->number = found.st_ino;
                mine->path = new std::string(name);
                vfs.platter_->opened(name);
                ++vfs.open_files_;
                return code;
            },
            nothing);
    }
    static int close(sqlite3_file* file) {
        const int code = real(file)->pMethods->xClose(real(file));
        if (of(file)->path != nullptr) {
            const std::scoped_lock lock{disk().mutex_};
            --disk().open_files_;
        }
        delete of(file)->path;
        return code;
    }
    static int read(sqlite3_file* file, void* to, int size, sqlite3_int64 at) {
        return disk().run(
            DiskOp::read, path(file), [&] { return real(file)->pMethods->xRead(real(file), to, size, at); },
            nothing);
    }
    static int write_part(sqlite3_file* file, const void* from, int size, sqlite3_int64 at) {
        const int code = real(file)->pMethods->xWrite(real(file), from, size, at);
        if (code == SQLITE_OK && of(file)->path != nullptr) {
            disk().platter_->wrote(of(file)->number, at,
                                   {static_cast<const unsigned char*>(from), static_cast<std::size_t>(size)});
        }
        return code;
    }
    static int write(sqlite3_file* file, const void* from, int size, sqlite3_int64 at) {
        return disk().run(
            DiskOp::write, path(file), [&] { return write_part(file, from, size, at); },
            // A disk that fails, or is full, in the middle.
            [&] { static_cast<void>(write_part(file, from, size / 2, at)); });
    }
    static int truncate(sqlite3_file* file, sqlite3_int64 size) {
        return disk().run(
            DiskOp::truncate, path(file),
            [&] {
                const int code = real(file)->pMethods->xTruncate(real(file), size);
                if (code == SQLITE_OK && of(file)->path != nullptr)
                    disk().platter_->truncated(of(file)->number, size);
                return code;
            },
            nothing);
    }
    static int sync(sqlite3_file* file, int flags) {
        std::this_thread::sleep_for(disk().sync_delay_.load());
        return disk().run(
            DiskOp::sync, path(file),
            [&] {
                const int code = real(file)->pMethods->xSync(real(file), flags);
                if (code == SQLITE_OK && of(file)->path != nullptr) disk().platter_->synced(of(file)->number);
                return code;
            },
            [&] { disk().platter_->sync_failed(of(file)->number); });
    }
    static int remove(sqlite3_vfs* /*vfs*/, const char* name, int sync_folder) {
        CrashVfs& vfs = disk();
        bool watched = false;
        {
            const std::scoped_lock lock{vfs.mutex_};
            watched = vfs.watches(name);
        }
        return vfs.run(
            DiskOp::remove, watched ? name : nullptr,
            [&] { return g_real->xDelete(g_real, name, sync_folder); }, nothing);
    }
    static int map_shared(sqlite3_file* file, int page, int size, int extend, void volatile** out) {
        return disk().run(
            DiskOp::shared_memory, path(file),
            [&] { return real(file)->pMethods->xShmMap(real(file), page, size, extend, out); }, nothing);
    }
    /// Everything else fails only while there is no power.
    template <class Act>
    static int powered(sqlite3_file* file, int without, const Act& act) {
        if (of(file)->path != nullptr && !disk().powered()) return without;
        return act();
    }
    static int file_size(sqlite3_file* file, sqlite3_int64* size) {
        return powered(file, SQLITE_IOERR_FSTAT,
                       [&] { return real(file)->pMethods->xFileSize(real(file), size); });
    }
    static int lock(sqlite3_file* file, int level) {
        return powered(file, SQLITE_IOERR_LOCK,
                       [&] { return real(file)->pMethods->xLock(real(file), level); });
    }
    static int unlock(sqlite3_file* file, int level) {
        return real(file)->pMethods->xUnlock(real(file), level);
    }
    static int is_reserved(sqlite3_file* file, int* out) {
        return real(file)->pMethods->xCheckReservedLock(real(file), out);
    }
    static int control(sqlite3_file* file, int what, void* with) {
        return real(file)->pMethods->xFileControl(real(file), what, with);
    }
    static int sector_size(sqlite3_file* file) { return real(file)->pMethods->xSectorSize(real(file)); }
    static int traits(sqlite3_file* file) { return real(file)->pMethods->xDeviceCharacteristics(real(file)); }
    static int lock_shared(sqlite3_file* file, int at, int n, int flags) {
        // Locks of a database are given back whatever happens.
        if ((flags & SQLITE_SHM_UNLOCK) != 0) return real(file)->pMethods->xShmLock(real(file), at, n, flags);
        return powered(file, SQLITE_IOERR_SHMLOCK,
                       [&] { return real(file)->pMethods->xShmLock(real(file), at, n, flags); });
    }
    static void barrier(sqlite3_file* file) { real(file)->pMethods->xShmBarrier(real(file)); }
    static int unmap_shared(sqlite3_file* file, int remove_it) {
        return real(file)->pMethods->xShmUnmap(real(file), remove_it);
    }
    static int access(sqlite3_vfs* /*vfs*/, const char* name, int flags, int* out) {
        CrashVfs& vfs = disk();
        {
            const std::scoped_lock lock{vfs.mutex_};
            if (vfs.left_ && vfs.watches(name)) return SQLITE_IOERR_ACCESS;
        }
        return g_real->xAccess(g_real, name, flags, out);
    }

    static const sqlite3_io_methods& methods() {
        // Version 2: no memory mapping of the file itself, which would go past this layer.
        static const sqlite3_io_methods all{2,       close,        read,    write,      truncate,
                                            sync,    file_size,    lock,    unlock,     is_reserved,
                                            control, sector_size,  traits,  map_shared, lock_shared,
                                            barrier, unmap_shared, nullptr, nullptr};
        return all;
    }

    /// SQLite opens a folder for one purpose: to sync it. This runs inside sync() or remove(), so locked.
    static int open_folder(const char* file, int* descriptor) {
        const int code = real_open_folder(file, descriptor);
        if (code == SQLITE_OK) disk().folder_synced_ = true;
        return code;
    }
    static inline int (*real_open_folder)(const char*, int*) = nullptr;
};

CrashVfs& CrashVfs::install() {
    static CrashVfs disk;
    if (g_real != nullptr) return disk;
    g_real = sqlite3_vfs_find(nullptr);
    g_vfs = *g_real;
    g_vfs.zName = "crash";
    g_vfs.szOsFile = static_cast<int>(sizeof(File)) + g_real->szOsFile;
    g_vfs.xOpen = CrashVfsCalls::open;
    g_vfs.xDelete = CrashVfsCalls::remove;
    g_vfs.xAccess = CrashVfsCalls::access;
    sqlite3_vfs_register(&g_vfs, 1);
    CrashVfsCalls::real_open_folder =
        reinterpret_cast<int (*)(const char*, int*)>(g_real->xGetSystemCall(g_real, "openDirectory"));
    g_real->xSetSystemCall(g_real, "openDirectory",
                           reinterpret_cast<sqlite3_syscall_ptr>(CrashVfsCalls::open_folder));
    return disk;
}

std::optional<int> CrashVfs::known_sync_of_folder(int descriptor) {
    if (g_real == nullptr || t_inside) return std::nullopt;
    return install().sync_of_folder(descriptor);
}

std::optional<int> CrashVfs::sync_of_folder(int descriptor) {
    struct stat of{};
    struct stat watched{};
    std::string path;
    {
        const std::scoped_lock lock{mutex_};
        path = (folder_ / ".").native();
        if (folder_.empty() || ::fstat(descriptor, &of) != 0 || ::stat(folder_.c_str(), &watched) != 0 ||
            of.st_ino != watched.st_ino || of.st_dev != watched.st_dev)
            return std::nullopt;
    }
    const int code = run(
        DiskOp::sync, path.c_str(),
        [&] {
            folder_synced_ = true;
            return SQLITE_OK;
        },
        CrashVfsCalls::nothing);
    if (code == SQLITE_OK) return 0;
    errno = EIO;
    return -1;
}

}  // namespace mg::test

/// Takes the place of the C library's for the whole test program.
extern "C" int fsync(int descriptor) {
    static const auto real = reinterpret_cast<int (*)(int)>(::dlsym(RTLD_NEXT, "fsync"));
    const auto answer = mg::test::CrashVfs::known_sync_of_folder(descriptor);
    return answer ? *answer : real(descriptor);
}
