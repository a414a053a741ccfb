extension ProblemType {
    /// Why an operation failed; shown in its `problem` and never as an answer's status.
    static let operations: [ProblemType] = [
        .interrupted, .fetchFailed, .unpackRefused, .trustRefused, .backupFailed, .hookFailed,
        .preUpgradeFailed, .startFailed, .helperCrashed,
    ]

    static let interrupted = ProblemType(
        "interrupted", .internalServerError,
        title: "The supervisor ended meanwhile",
        meaning: "The supervisor was stopped or crashed while the operation ran.",
        remedy: "Look at the status, and send the request again if it is still wanted.")

    static let fetchFailed = ProblemType(
        "fetch-failed", .internalServerError,
        title: "The download failed",
        meaning: "The address could not be reached, refused, stalled, or sent too much.",
        remedy: "Make sure that the address is right and reachable from this host, or upload the "
            + "binary.")

    static let unpackRefused = ProblemType(
        "unpack-refused", .internalServerError,
        title: "The archive was refused",
        meaning: "The archive is damaged, too large, or holds what none of a release should.",
        remedy: "Stage the plain executable, or an archive of regular files only.")

    static let trustRefused = ProblemType(
        "trust-refused", .internalServerError,
        title: "The binary is not trusted",
        meaning: "Nothing vouches for the bytes: no digest of the plan, no pin of an operator, no "
            + "signature that the policy asks for.",
        remedy: "Pin the digest as an operator, or supply the signature.")

    static let backupFailed = ProblemType(
        "backup-failed", .internalServerError,
        title: "The backup failed",
        meaning: "The data of the node could not be copied.",
        remedy: "See that the backup folder is writable and has room.")

    static let hookFailed = ProblemType(
        "hook-failed", .internalServerError,
        title: "The pre-upgrade script failed",
        meaning: "The script of the operator ended with an error.",
        remedy: "Mend the script, then start the node.")

    static let preUpgradeFailed = ProblemType(
        "pre-upgrade-failed", .internalServerError,
        title: "pre-upgrade failed",
        meaning: "The pre-upgrade command of the new binary ended with an error.",
        remedy: "Follow the release notes of the new binary, then start the node.")

    static let startFailed = ProblemType(
        "start-failed", .internalServerError,
        title: "The node does not start",
        meaning: "The binary could not be executed, or ended again and again.",
        remedy: "Read its log, and put a working binary in place.")

    static let helperCrashed = ProblemType(
        "helper-crashed", .internalServerError,
        title: "A process for untrusted bytes crashed",
        meaning: "The process that fetches or unpacks ended in a way it should not; nothing of "
            + "its work was used.",
        remedy: "Try again; if it crashes again, do not trust the file.")
}
