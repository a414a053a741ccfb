#define _GNU_SOURCE
#include "CStageKernel.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <sched.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

const int stagekernel_path_alone = O_PATH;
const uint64_t stagekernel_clone_thread = CLONE_THREAD;

static int check(long result) { return result < 0 ? -errno : (int)result; }

// struct landlock_ruleset_attr as of the sixth version. A kernel refuses bytes behind those it knows
// unless they are zero, so the size need not follow the version.
struct ruleset {
    uint64_t files;
    uint64_t tcp;
    /// Abstract Unix sockets, and signals.
    uint64_t scoped;
};

enum { scope_abstract_sockets = 1, scope_signals = 2 };

int stagekernel_landlock_version(void) {
    return check(syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION));
}

uint64_t stagekernel_landlock_file_rights(int version) {
    // Thirteen at first; then moving between folders, truncation, and ioctl on devices.
    int count = 13 + (version >= 2) + (version >= 3) + (version >= 5);
    return (1ULL << count) - 1;
}

int stagekernel_landlock_ruleset(int version, uint64_t tcp) {
    struct ruleset ruleset = {
        .files = stagekernel_landlock_file_rights(version),
        .tcp = version >= 4 ? tcp : 0,
        .scoped = version >= 6 ? scope_abstract_sockets | scope_signals : 0,
    };
    return check(syscall(SYS_landlock_create_ruleset, &ruleset, sizeof ruleset, 0));
}

int stagekernel_landlock_allow(int ruleset, int file, uint64_t rights) {
    struct landlock_path_beneath_attr rule = {.allowed_access = rights, .parent_fd = file};
    return check(syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0));
}

int stagekernel_landlock_restrict(int ruleset) {
    return check(syscall(SYS_landlock_restrict_self, ruleset, 0));
}

int stagekernel_no_new_privileges(void) { return check(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)); }

int stagekernel_not_dumpable(void) { return check(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)); }

int stagekernel_drop_capabilities(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {0};
    return check(syscall(SYS_capset, &header, none));
}

int stagekernel_close_from(unsigned int first) {
    return check(syscall(SYS_close_range, first, ~0U, 0));
}
