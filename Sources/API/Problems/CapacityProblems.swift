extension ProblemType {
    /// How much there is room for.
    static let capacities: [ProblemType] = [
        .draining, .tooManyStreams, .tooManyUploads, .diskReserve,
    ]

    static let draining = ProblemType(
        "draining", .serviceUnavailable,
        title: "The supervisor is ending",
        meaning: "The supervisor was told to end and begins nothing new.",
        remedy: "Try again after the time in Retry-After.")

    static let tooManyStreams = ProblemType(
        "too-many-streams", .serviceUnavailable,
        title: "There are too many streams",
        meaning: "As many event streams and waiting requests as are allowed are open, in all or "
            + "of this caller.",
        remedy: "Close one of them, or ask for a page of events as JSON.")

    static let tooManyUploads = ProblemType(
        "too-many-uploads", .serviceUnavailable,
        title: "There are too many uploads",
        meaning: "As many uploads as are allowed are under way.",
        remedy: "Wait for one to end.")

    static let diskReserve = ProblemType(
        "disk-reserve", .insufficientStorage,
        title: "The disk would be too full",
        meaning: "After this there would be less space free than is kept for the node.",
        remedy: "Free some space, or lower SWITCHYARD_RESERVE.")
}
