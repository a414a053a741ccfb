import CSeccomp
import Glibc
import StageMessages

/// A filter of system calls, made by libseccomp and kept by the kernel for good.
struct SystemCallFilter {
    private let context: scmp_filter_ctx

    /// What becomes of a call.
    enum Verdict {
        case allow
        case fail(Int32)
        /// The whole process, by SIGSYS: what calls this is no longer our program.
        case kill

        fileprivate var action: UInt32 {
            switch self {
            case .allow: 0x7fff_0000
            case .fail(let number): 0x0005_0000 | UInt32(truncatingIfNeeded: number) & 0xffff
            case .kill: 0x8000_0000
            }
        }
    }

    /// A system call, by its name, with what must be true of an argument.
    struct Rule {
        let name: String
        var verdict: Verdict
        var condition: scmp_arg_cmp?
    }

    static func load(for profile: Profile) throws(StageFailure) {
        let rules = SystemCalls(profile)
        guard let context = seccomp_init(rules.otherwise.action) else {
            throw StageFailure(.system, "seccomp_init: \(words(for: ENOMEM))")
        }
        defer { seccomp_release(context) }
        let filter = SystemCallFilter(context: context)
        try filter.configure()
        for rule in rules.rules { try filter.add(rule) }
        let result = seccomp_load(context)
        // EINVAL: the kernel was built without. The descriptors, limits and Landlock remain.
        if result == -EINVAL, !profile.insistsOnAll { return }
        guard result == 0 else {
            throw StageFailure(.notConfined, "seccomp: \(words(for: -result))")
        }
    }

    private func configure() throws(StageFailure) {
        // Calls of another architecture, 32-bit ones among them, are none that the rules know.
        try check("architecture", seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH, 0x8000_0000))
        // A binary tree: a list would be walked by every read and write.
        try check("optimize", seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, 2))
    }

    /// A name that libseccomp does not know yet, or this architecture does not have, is passed over.
    private func add(_ rule: Rule) throws(StageFailure) {
        let number = seccomp_syscall_resolve_name(rule.name)
        guard number != unknownCall else { return }
        let conditions = rule.condition.map { [$0] } ?? []
        let result = seccomp_rule_add_array(
            context, rule.verdict.action, number, UInt32(conditions.count), conditions)
        // Another way to say that this architecture does not have it.
        if result == -EDOM { return }
        try check(rule.name, result)
    }

    private func check(_ what: String, _ result: Int32) throws(StageFailure) {
        guard result < 0 else { return }
        throw StageFailure(.system, "seccomp, \(what): \(words(for: -result))")
    }

    /// __NR_SCMP_ERROR.
    private let unknownCall: Int32 = -1
}
