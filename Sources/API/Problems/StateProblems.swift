extension ProblemType {
    /// What is there, and what it is doing.
    static let states: [ProblemType] = [
        .planUnknown, .operationUnknown, .backupUnknown, .uploadUnknown, .checkUnknown,
        .operationInProgress, .planConflict, .planInUse, .planNotDue, .notReady, .digestMismatch,
        .daemonHeld, .daemonRunning, .blocked, .uploadInProgress, .notCancellable,
        .pastCommitHorizon, .signStateWouldRegress, .mismatchingUploadOffset,
    ]

    static let planUnknown = ProblemType(
        "plan-unknown", .notFound,
        title: "There is no such plan",
        meaning: "Neither the chain, an operator nor a folder tells of a plan of this name.",
        remedy: "Ask /v1/plans for the plans there are.")

    static let operationUnknown = ProblemType(
        "operation-unknown", .notFound,
        title: "There is no such operation",
        meaning: "The id is wrong, or the operation is older than the last 200.",
        remedy: "Ask /v1/operations for those that are kept.")

    static let backupUnknown = ProblemType(
        "backup-unknown", .notFound,
        title: "There is no such backup",
        meaning: "No backup has this id; it may have been deleted.",
        remedy: "Ask /v1/backups for the backups there are.")

    static let uploadUnknown = ProblemType(
        "upload-unknown", .notFound,
        title: "There is no such upload",
        meaning: "The upload is complete, was cancelled, or is older than a day.",
        remedy: "Begin the upload anew.")

    static let checkUnknown = ProblemType(
        "check-unknown", .notFound,
        title: "There is no such check",
        meaning: "The path names a check of readiness that does not exist.",
        remedy: "Ask /readyz?verbose for the checks there are.")

    static let operationInProgress = ProblemType(
        "operation-in-progress", .conflict,
        title: "Another operation is under way",
        meaning: "Only one operation of this kind may run at a time; operation names the one that "
            + "does.",
        remedy: "Wait until it has ended, or cancel it.")

    static let planConflict = ProblemType(
        "plan-conflict", .conflict,
        title: "The plan contradicts one that is known",
        meaning: "The chain set what was to be changed, or another spelling of the same name is "
            + "known; existing says which.",
        remedy: "Leave it as it is, or use the name and the height that are known.")

    static let planInUse = ProblemType(
        "plan-in-use", .conflict,
        title: "The plan is in use",
        meaning: "The plan is being carried out or was applied, so that it and its binary may not "
            + "change any more.",
        remedy: "Choose another plan; an applied one stays as it is.")

    static let planNotDue = ProblemType(
        "plan-not-due", .conflict,
        title: "The plan is not due",
        meaning: "The node has not reached the height of the plan.",
        remedy: "Wait for the height, or send force: true if this release may start before it.")

    static let notReady = ProblemType(
        "not-ready", .conflict,
        title: "The plan is not ready",
        meaning: "The binary is missing or not trusted, or a check that must pass does not.",
        remedy: "Ask for the preflight of the plan, and do what its remedies say.")

    static let digestMismatch = ProblemType(
        "digest-mismatch", .conflict,
        title: "Another binary is staged",
        meaning: "The digest in the body is not that of the staged binary, which staged_sha256 "
            + "names.",
        remedy: "Make sure which binary is right, then send its digest.")

    static let daemonHeld = ProblemType(
        "daemon-held", .conflict,
        title: "The node is held",
        meaning: "Somebody stopped the node, and it stays stopped until it is started on purpose.",
        remedy: "Send start, which lifts the hold, if whoever set it agrees.")

    static let daemonRunning = ProblemType(
        "daemon-running", .conflict,
        title: "The node runs",
        meaning: "What was asked for may only be done while the node is stopped.",
        remedy: "Stop the node first.")

    static let blocked = ProblemType(
        "blocked", .conflict,
        title: "The supervisor is blocked",
        meaning: "A step failed, and nothing goes on until its cause is gone; the status names it.",
        remedy: "Do what the remedy in /v1/status says, then send start.")

    static let uploadInProgress = ProblemType(
        "upload-in-progress", .conflict,
        title: "The binary is being uploaded",
        meaning: "Another upload for this plan has not ended.",
        remedy: "Wait for it, or cancel it.")

    static let notCancellable = ProblemType(
        "not-cancellable", .conflict,
        title: "The operation cannot be cancelled",
        meaning: "The operation has ended, or is past the point where it can be undone.",
        remedy: "Wait for its end, and see its result.")

    static let pastCommitHorizon = ProblemType(
        "past-commit-horizon", .conflict,
        title: "The new binary has made a block",
        meaning: "Once a block was made or signed by the new binary the old one cannot go on from "
            + "there.",
        remedy: "Restore the backup instead, if the network has agreed to go back.")

    static let signStateWouldRegress = ProblemType(
        "sign-state-would-regress", .conflict,
        title: "The signing state would go back",
        meaning: "A validator whose signing state is older than what it has signed may sign twice.",
        remedy: "Keep the live priv_validator_state.json, or find the one that is missing.")

    static let mismatchingUploadOffset = ProblemType(
        "mismatching-upload-offset", .conflict, isOfIANA: true,
        title: "The upload is at another offset",
        meaning: "The content was meant for another offset than the one the upload is at.",
        remedy: "Ask for the offset with HEAD, and go on from there.")
}
