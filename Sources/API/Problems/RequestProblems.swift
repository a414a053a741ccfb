extension ProblemType {
    /// What was sent.
    static let requests: [ProblemType] = [
        .malformedJSON, .invalidDigestField, .inconsistentUploadLength, .preconditionFailed,
        .preconditionRequired, .invalidRequest, .invalidName, .idempotencyKeyReused,
        .contentMismatch, .binaryRejected, .sourceRefused,
    ]

    static let malformedJSON = ProblemType(
        "malformed-json", .badRequest,
        title: "The body is no JSON",
        meaning: "The body could not be read as JSON: it is cut off, nested too deeply, or has a "
            + "syntax error.",
        remedy: "Send one JSON object in UTF-8, nested at most 16 deep.")

    static let invalidDigestField = ProblemType(
        "invalid-digest-field", .badRequest,
        title: "A digest header cannot be read",
        meaning: "A Repr-Digest or Content-Digest header is not of the form sha-256=:<base64>: "
            + "with a digest of the right length.",
        remedy: "Send the digest in base64 between colons, or leave the header out.")

    static let inconsistentUploadLength = ProblemType(
        "inconsistent-upload-length", .badRequest, isOfIANA: true,
        title: "The lengths of the upload contradict each other",
        meaning: "The length that was announced, the offset and the content do not fit together.",
        remedy: "Ask for the offset with HEAD, and send what is missing of the announced length.")

    static let preconditionFailed = ProblemType(
        "precondition-failed", .preconditionFailed,
        title: "It has changed since it was read",
        meaning: "The ETag in If-Match is not the present one, or If-None-Match: * was sent for "
            + "what is there already.",
        remedy: "Read it again, and repeat the request with the new ETag if it is still right.")

    static let preconditionRequired = ProblemType(
        "precondition-required", .preconditionRequired,
        title: "The change needs an If-Match",
        meaning: "What is there would be replaced by something else, and the request does not say "
            + "which version it means to replace.",
        remedy: "Read it, and send its ETag in If-Match.")

    static let invalidRequest = ProblemType(
        "invalid-request", .unprocessableContent,
        title: "The request does not fit its schema",
        meaning: "A member of the body is unknown, missing, doubled or of the wrong type, or a "
            + "parameter of the query cannot be understood; errors says which.",
        remedy: "Correct what errors points at.")

    static let invalidName = ProblemType(
        "invalid-name", .unprocessableContent,
        title: "This cannot be the name of a plan",
        meaning: "A name has 1 to 128 bytes of UTF-8 without control characters, is not . or .., "
            + "and must fit into the name of a folder.",
        remedy: "Use the name as the chain spells it, percent-encoded once.")

    static let idempotencyKeyReused = ProblemType(
        "idempotency-key-reused", .unprocessableContent,
        title: "The Idempotency-Key was used for another request",
        meaning: "The same key came before with another method, path, caller or body.",
        remedy: "Use a new key for a new request.")

    static let contentMismatch = ProblemType(
        "content-mismatch", .unprocessableContent,
        title: "The content does not have its digest",
        meaning: "The bytes that arrived are not those whose digest was sent; nothing was kept.",
        remedy: "Send it again; if it fails again, make the digest anew.")

    static let binaryRejected = ProblemType(
        "binary-rejected", .unprocessableContent,
        title: "This binary cannot run here",
        meaning: "The binary was read and is of no use on this host: another machine, a missing "
            + "loader or library, or no executable at all.",
        remedy: "Stage a build for this host; checks says what is wrong with this one.")

    static let sourceRefused = ProblemType(
        "source-refused", .unprocessableContent,
        title: "The source may not be used",
        meaning: "The source of the binary is none that is allowed, such as a plain or private "
            + "address.",
        remedy: "Name an https address with a checksum, or upload the binary.")
}
