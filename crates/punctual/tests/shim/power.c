/* A disk that forgets: loaded before the C library, it writes through, and writes down beside it what was there
 * before, so that a test can take back whatever was not synced when the power failed.
 *
 * POWER_LOG  the file of what was there before: records of a kind, five numbers, a path and bytes, in order
 *            W  bytes at an offset of a file of that size are about to be changed: the old ones, as far as there are
 *            B  a file or directory is about to be born: its name is in no synced directory yet
 *            S  a file was synced      D  its directory was synced
 * POWER_LIES where set, a sync answers that all is well and does nothing
 *
 * Only the store's file and its log are watched: the index beside them is made anew at each start. One lock over each
 * step: a write that comes during a sync is after it. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;
static int log_fd = -1;

#define REAL(name, type) ((type)dlsym(RTLD_NEXT, name))

typedef int (*open_fn)(const char *, int, ...);
typedef ssize_t (*pwrite_fn)(int, const void *, size_t, off_t);
typedef ssize_t (*write_fn)(int, const void *, size_t);
typedef int (*truncate_fn)(int, off_t);
typedef int (*sync_fn)(int);
typedef int (*mkdir_fn)(const char *, mode_t);

static int ends_with(const char *text, const char *end) {
    size_t all = strlen(text), part = strlen(end);
    return all >= part && strcmp(text + all - part, end) == 0;
}

static int is_watched(const char *path) {
    return ends_with(path, "punctual.db") || ends_with(path, "punctual.db-wal");
}

static int path_of(int fd, char *path, size_t room) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, room - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return 1;
}

struct change {
    uint64_t offset, changed, size, kept;
    const void *old;
};

static void note(char kind, const char *path, struct change what) {
    if (log_fd < 0) {
        const char *name = getenv("POWER_LOG");
        if (!name) return;
        log_fd = REAL("open", open_fn)(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    }
    uint64_t numbers[5] = {strlen(path), what.offset, what.changed, what.size, what.kept};
    struct iovec parts[4] = {
        {&kind, 1}, {numbers, sizeof numbers}, {(void *)path, numbers[0]}, {(void *)what.old, what.kept}};
    if (writev(log_fd, parts, 4) < 0) abort();
}

/* What a write or a cut is about to change. */
static void keep(int fd, const char *path, off_t offset, size_t length) {
    struct stat found;
    if (fstat(fd, &found) != 0) return;
    char *old = malloc(length ? length : 1);
    ssize_t got = 0;
    if (old && offset < found.st_size) {
        /* The file may have been opened to be written only. */
        int reading = REAL("open", open_fn)(path, O_RDONLY | O_CLOEXEC);
        if (reading >= 0) {
            got = pread(reading, old, length, offset);
            close(reading);
        }
    }
    note('W', path, (struct change){offset, length, found.st_size, got > 0 ? got : 0, old});
    free(old);
}

static ssize_t write_at(const char *real, int fd, const void *bytes, size_t length, off_t offset) {
    char path[4096];
    if (!path_of(fd, path, sizeof path) || !is_watched(path)) return REAL(real, pwrite_fn)(fd, bytes, length, offset);
    pthread_mutex_lock(&one_at_a_time);
    keep(fd, path, offset, length);
    ssize_t written = REAL(real, pwrite_fn)(fd, bytes, length, offset);
    pthread_mutex_unlock(&one_at_a_time);
    return written;
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) { return write_at("pwrite", fd, bytes, length, offset); }
ssize_t pwrite64(int fd, const void *bytes, size_t length, off_t offset) { return write_at("pwrite64", fd, bytes, length, offset); }

ssize_t write(int fd, const void *bytes, size_t length) {
    char path[4096];
    if (!path_of(fd, path, sizeof path) || !is_watched(path)) return REAL("write", write_fn)(fd, bytes, length);
    pthread_mutex_lock(&one_at_a_time);
    keep(fd, path, lseek(fd, 0, SEEK_CUR), length);
    ssize_t written = REAL("write", write_fn)(fd, bytes, length);
    pthread_mutex_unlock(&one_at_a_time);
    return written;
}

static int cut(const char *real, int fd, off_t size) {
    char path[4096];
    struct stat found;
    if (!path_of(fd, path, sizeof path) || !is_watched(path) || fstat(fd, &found) != 0) return REAL(real, truncate_fn)(fd, size);
    pthread_mutex_lock(&one_at_a_time);
    keep(fd, path, size, found.st_size > size ? found.st_size - size : 0);
    int done = REAL(real, truncate_fn)(fd, size);
    pthread_mutex_unlock(&one_at_a_time);
    return done;
}

int ftruncate(int fd, off_t size) { return cut("ftruncate", fd, size); }
int ftruncate64(int fd, off_t size) { return cut("ftruncate64", fd, size); }

static int sync_to(const char *real, int fd) {
    char path[4096];
    struct stat found;
    int is_directory = fstat(fd, &found) == 0 && S_ISDIR(found.st_mode);
    if (!path_of(fd, path, sizeof path) || !(is_directory || is_watched(path))) return REAL(real, sync_fn)(fd);
    if (getenv("POWER_LIES")) return 0;
    pthread_mutex_lock(&one_at_a_time);
    int done = REAL(real, sync_fn)(fd);
    if (done == 0) note(is_directory ? 'D' : 'S', path, (struct change){0});
    pthread_mutex_unlock(&one_at_a_time);
    return done;
}

int fdatasync(int fd) { return sync_to("fdatasync", fd); }
int fsync(int fd) { return sync_to("fsync", fd); }

static int open_with(const char *real, const char *path, int how, mode_t mode) {
    if (!(how & O_CREAT) || !is_watched(path)) return REAL(real, open_fn)(path, how, mode);
    pthread_mutex_lock(&one_at_a_time);
    if (access(path, F_OK) != 0) note('B', path, (struct change){0});
    int fd = REAL(real, open_fn)(path, how, mode);
    pthread_mutex_unlock(&one_at_a_time);
    return fd;
}

int mkdir(const char *path, mode_t mode) {
    pthread_mutex_lock(&one_at_a_time);
    if (access(path, F_OK) != 0) note('B', path, (struct change){0});
    int made = REAL("mkdir", mkdir_fn)(path, mode);
    pthread_mutex_unlock(&one_at_a_time);
    return made;
}

#define MODE(how, mode) \
    mode_t mode = 0; \
    if ((how) & O_CREAT) { va_list more; va_start(more, how); mode = va_arg(more, mode_t); va_end(more); }

int open(const char *path, int how, ...) { MODE(how, mode) return open_with("open", path, how, mode); }
int open64(const char *path, int how, ...) { MODE(how, mode) return open_with("open64", path, how, mode); }
