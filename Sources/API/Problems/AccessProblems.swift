extension ProblemType {
    /// Who may.
    static let access: [ProblemType] = [
        .unauthenticated, .invalidToken, .insufficientScope, .originRefused, .proxyOnPeerSocket,
        .localOnly, .peerRefused, .hostRefused,
    ]

    static let unauthenticated = ProblemType(
        "unauthenticated", .unauthorized,
        title: "A token is required",
        meaning: "The listener knows its callers by their tokens, and the request carried none.",
        remedy: "Send the header Authorization: Bearer with a token of this node.")

    static let invalidToken = ProblemType(
        "invalid-token", .unauthorized,
        title: "The token is not valid",
        meaning: "The request carried a token that is not known, that was revoked, or that has "
            + "expired.",
        remedy: "Use a token that is neither revoked nor expired.")

    static let insufficientScope = ProblemType(
        "insufficient-scope", .forbidden,
        title: "The token's scope is too small",
        meaning: "The token is valid, but what was asked for needs a larger scope: read, stage or "
            + "operate.",
        remedy: "Use a token of the scope that the WWW-Authenticate header names.")

    static let originRefused = ProblemType(
        "origin-refused", .forbidden,
        title: "A page of another origin sent this request",
        meaning: "A web browser said that a page of another site made it send the request.",
        remedy: "Call the API from a script, or from a page of the same origin.")

    static let proxyOnPeerSocket = ProblemType(
        "proxy-on-peer-socket", .forbidden,
        title: "A proxy may not use this socket",
        meaning: "The socket knows its callers by their user, and through a proxy they would all "
            + "have the rights of the proxy.",
        remedy: "Point the proxy at a unix:<path>?auth=token listener, with HTTP/1.1.")

    static let localOnly = ProblemType(
        "local-only", .forbidden,
        title: "This is for callers of this host",
        meaning: "A path of this host may only be named by who calls on its Unix socket.",
        remedy: "Call on the Unix socket, or send the content instead of a path.")

    static let peerRefused = ProblemType(
        "peer-refused", .forbidden,
        title: "This user may not use the socket",
        meaning: "The kernel said which user connected, and it is none that may.",
        remedy: "Call as root, as the supervisor's user, or as a member of the API's group.")

    static let hostRefused = ProblemType(
        "host-refused", .misdirectedRequest,
        title: "The Host is not one of this listener",
        meaning: "The name in the Host header is none that this listener answers to, as when a "
            + "web page uses a name of its own.",
        remedy: "Call it as localhost, or allow the name in SWITCHYARD_API_HOSTS.")
}
