import CStageKernel
import Glibc
import StageMessages

/// Shuts this process in, for good, before it touches a byte that came from outside.
enum Isolation {
    /// Shuts in.
    ///
    /// - Throws: `.notConfined` where the kernel cannot do what the profile insists on, `.system`
    ///   when it refuses what every kernel can.
    static func enter(_ profile: Profile) throws(StageFailure) {
        try insist("close_range", stagekernel_close_from(profile.firstForeignDescriptor))
        try restrict(to: profile)
    }

    /// All but to close what is open.
    static func restrict(to profile: Profile) throws(StageFailure) {
        umask(0o077)
        // The reports are written to a pipe, whose end may be gone.
        signal(SIGPIPE, SIG_DFL)
        if profile.reportsFileLimit { signal(SIGXFSZ, SIG_IGN) }
        try insist("no_new_privs", stagekernel_no_new_privileges())
        try insist("PR_SET_DUMPABLE", stagekernel_not_dumpable())
        try insist("capset", stagekernel_drop_capabilities())
        for limit in profile.limits { try limit.set() }
        try Landlock.restrict(to: profile)
        try SystemCallFilter.load(for: profile)
    }

    private static func insist(_ what: String, _ result: Int32) throws(StageFailure) {
        guard result < 0 else { return }
        throw StageFailure(.system, "\(what): \(words(for: -result))")
    }
}

/// The kernel's words for an errno.
func words(for number: Int32) -> String { String(cString: strerror(number)) }
