// System calls that shut a process in, and that neither Glibc's module nor Debian's headers have.
#ifndef SWITCHYARD_CSTAGEKERNEL_H
#define SWITCHYARD_CSTAGEKERNEL_H

#include <stdint.h>

// The numbers are the kernel's; linux/landlock.h of Debian 12 ends at its second version.

/// Rights over files, since the first version unless said otherwise.
static const uint64_t stagekernel_execute = 1ULL << 0;
static const uint64_t stagekernel_write_file = 1ULL << 1;
static const uint64_t stagekernel_read_file = 1ULL << 2;
static const uint64_t stagekernel_read_folder = 1ULL << 3;
static const uint64_t stagekernel_make_folder = 1ULL << 7;
static const uint64_t stagekernel_make_file = 1ULL << 8;
/// Since the third.
static const uint64_t stagekernel_truncate = 1ULL << 14;

/// Rights over TCP, since the fourth version.
static const uint64_t stagekernel_bind_tcp = 1ULL << 0;
static const uint64_t stagekernel_connect_tcp = 1ULL << 1;

/// O_PATH and CLONE_THREAD, which Glibc's module lacks.
extern const int stagekernel_path_alone;
extern const uint64_t stagekernel_clone_thread;

/// The version of Landlock, or -errno where it is absent or switched off.
int stagekernel_landlock_version(void);

/// All rights over files that a version knows.
uint64_t stagekernel_landlock_file_rights(int version);

/// A ruleset that denies everything a version can, but of TCP only `tcp`, until rules allow it.
/// Returns a descriptor or -errno.
int stagekernel_landlock_ruleset(int version, uint64_t tcp);

/// Allows `rights` at and below the file or folder of a descriptor. Returns 0 or -errno.
int stagekernel_landlock_allow(int ruleset, int file, uint64_t rights);

/// Shuts this thread in, for good; it must have no_new_privs. Returns 0 or -errno.
int stagekernel_landlock_restrict(int ruleset);

/// What an exec might add is lost: capabilities, set-user-ID, file capabilities. Returns 0 or -errno.
int stagekernel_no_new_privileges(void);

/// No process of the same user may trace or read this one, until its next exec. Returns 0 or -errno.
int stagekernel_not_dumpable(void);

/// Gives up all capabilities of this thread, for good once it has no_new_privs. Returns 0 or -errno.
int stagekernel_drop_capabilities(void);

/// Closes every descriptor from `first` on. Returns 0 or -errno.
int stagekernel_close_from(unsigned int first);

#endif
