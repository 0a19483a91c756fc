#include "tests/faults/buffer/faulty_disk.h"

#include <new>
#include <thread>

#include <sqlite3.h>

namespace mg::test {
namespace {

sqlite3_vfs* g_real = nullptr;
sqlite3_vfs g_vfs;
FaultyDisk g_disk;

/// The real file follows at once in the same block.
struct File {
    sqlite3_file base;
    std::string* name;
    sqlite3_file* real;
};
File* of(sqlite3_file* file) {
    return reinterpret_cast<File*>(file);
}
sqlite3_file* real(sqlite3_file* file) {
    return of(file)->real;
}

int close_file(sqlite3_file* file) {
    const int code = real(file)->pMethods->xClose(real(file));
    delete of(file)->name;
    return code;
}
int read_file(sqlite3_file* file, void* to, int size, sqlite3_int64 at) {
    return real(file)->pMethods->xRead(real(file), to, size, at);
}
int write_file(sqlite3_file* file, const void* from, int size, sqlite3_int64 at) {
    if (g_disk.write_fails(*of(file)->name)) return SQLITE_FULL;
    return real(file)->pMethods->xWrite(real(file), from, size, at);
}
int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
    return real(file)->pMethods->xTruncate(real(file), size);
}
int sync_file(sqlite3_file* file, int flags) {
    std::this_thread::sleep_for(g_disk.sync_delay());
    if (g_disk.sync_fails(*of(file)->name)) return SQLITE_IOERR_FSYNC;
    return real(file)->pMethods->xSync(real(file), flags);
}
int file_size(sqlite3_file* file, sqlite3_int64* size) {
    return real(file)->pMethods->xFileSize(real(file), size);
}
int lock_file(sqlite3_file* file, int level) {
    return real(file)->pMethods->xLock(real(file), level);
}
int unlock_file(sqlite3_file* file, int level) {
    return real(file)->pMethods->xUnlock(real(file), level);
}
int is_reserved(sqlite3_file* file, int* out) {
    return real(file)->pMethods->xCheckReservedLock(real(file), out);
}
int control(sqlite3_file* file, int what, void* with) {
    return real(file)->pMethods->xFileControl(real(file), what, with);
}
int sector_size(sqlite3_file* file) {
    return real(file)->pMethods->xSectorSize(real(file));
}
int traits(sqlite3_file* file) {
    return real(file)->pMethods->xDeviceCharacteristics(real(file));
}
int shm_map(sqlite3_file* file, int page, int size, int extend, void volatile** out) {
    return real(file)->pMethods->xShmMap(real(file), page, size, extend, out);
}
int shm_lock(sqlite3_file* file, int at, int n, int flags) {
    return real(file)->pMethods->xShmLock(real(file), at, n, flags);
}
void shm_barrier(sqlite3_file* file) {
    real(file)->pMethods->xShmBarrier(real(file));
}
int shm_unmap(sqlite3_file* file, int remove) {
    return real(file)->pMethods->xShmUnmap(real(file), remove);
}

const sqlite3_io_methods kMethods{2,           close_file,  read_file, write_file,  truncate_file,
                                  sync_file,   file_size,   lock_file, unlock_file, is_reserved,
                                  control,     sector_size, traits,    shm_map,     shm_lock,
                                  shm_barrier, shm_unmap,   nullptr,   nullptr};

int open_file(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out) {
    auto* mine = new (file) File{};
    mine->real = reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(file) + sizeof(File));
    const int code = g_real->xOpen(g_real, name, mine->real, flags, out);
    if (mine->real->pMethods == nullptr) return code;
    mine->name = new std::string(name != nullptr ? name : "");
    mine->base.pMethods = &kMethods;
    return code;
}

}  // namespace

FaultyDisk& FaultyDisk::install() {
    if (g_real != nullptr) return g_disk;
    g_real = sqlite3_vfs_find(nullptr);
    g_vfs = *g_real;
    g_vfs.zName = "faulty";
    g_vfs.szOsFile = static_cast<int>(sizeof(File)) + g_real->szOsFile;
    g_vfs.xOpen = open_file;
    sqlite3_vfs_register(&g_vfs, 1);
    return g_disk;
}

void FaultyDisk::heal() {
    full_ = Which::none;
    unsyncable_ = Which::none;
    sync_delay_ = std::chrono::milliseconds{0};
}
void FaultyDisk::fill_up(const std::string& part) {
    full_ = which(part);
}
void FaultyDisk::fail_sync(const std::string& part) {
    unsyncable_ = which(part);
}
void FaultyDisk::slow_sync(std::chrono::milliseconds by) {
    sync_delay_ = by;
}
bool FaultyDisk::write_fails(const std::string& file) const {
    return matches(full_, file);
}
bool FaultyDisk::sync_fails(const std::string& file) const {
    return matches(unsyncable_, file);
}

FaultyDisk::Which FaultyDisk::which(const std::string& part) {
    if (part == "boundary-") return Which::boundary;
    return part == "other-" ? Which::other : Which::all;
}

bool FaultyDisk::matches(Which which, const std::string& file) {
    switch (which) {
        case Which::none:
            return false;
        case Which::boundary:
            return file.find("/boundary-") != std::string::npos;
        case Which::other:
            return file.find("/other-") != std::string::npos;
        case Which::all:
            return true;
    }
    return false;
}

}  // namespace mg::test
