/// A failure as the caller sees it (RFC 9457).
package struct Problem: Error, Sendable, Equatable {
    /// The last part of `type`; nil for plain HTTP errors, which are `about:blank`.
    package let slug: String?
    package let title: String
    package let status: HTTPStatus
    /// About this occurrence; never carries header values or content.
    package let detail: String?
    /// One sentence: what the caller can do.
    package let remedy: String
    package let headers: [Response.Header]

    private init(
        _ slug: String?, _ status: HTTPStatus, title: String, detail: String? = nil,
        remedy: String, headers: [Response.Header] = []
    ) {
        self.slug = slug
        self.title = title
        self.status = status
        self.detail = detail
        self.remedy = remedy
        self.headers = headers
    }

    package var type: String { slug.map { "/problems/" + $0 } ?? "about:blank" }

    /// - Parameter path: The request's path; nil when the request could not be read.
    package func response(for path: String?) -> Response {
        let body = ProblemBody(
            type: type, title: title, status: status.rawValue, detail: detail, instance: path,
            remedy: remedy)
        return Response(
            status: status, type: "application/problem+json", bytes: jsonBytes(of: body),
            headers: headers)
    }
}

// MARK: - Plain HTTP errors

extension Problem {
    /// An error of HTTP itself.
    package static func http(
        _ status: HTTPStatus, detail: String? = nil, remedy: String,
        headers: [Response.Header] = []
    ) -> Problem {
        Problem(
            nil, status, title: status.phrase, detail: detail, remedy: remedy, headers: headers)
    }

    package static let contentTooLarge = http(
        .contentTooLarge, remedy: "Send the request without a body, or with a smaller one.")

    static func contentTooLarge(limit: Int) -> Problem {
        http(.contentTooLarge, remedy: "Send at most \(limit) bytes.")
    }

    static func mediaTypeRefused(wanted type: String) -> Problem {
        http(
            .unsupportedMediaType, remedy: "Send the body with Content-Type: \(type).",
            headers: [.init("Accept", type)])
    }

    static let contentEncodingRefused = http(
        .unsupportedMediaType, remedy: "Send the body without a Content-Encoding.",
        headers: [.init("Accept-Encoding", "identity")])

    package static let requestTimeout = http(
        .requestTimeout, remedy: "Send the request without pauses.")

    package static let upgradeRefused = http(
        .notImplemented, remedy: "Send the request without the field Upgrade.")

    static let routeUnknown = http(
        .notFound, remedy: "Look the path up in the API's description, openapi.yaml.")

    static func methodNotAllowed(_ allowed: [Method]) -> Problem {
        let list = allowed.map(\.rawValue).joined(separator: ", ")
        return http(
            .methodNotAllowed, remedy: "Use one of \(list).", headers: [.init("Allow", list)])
    }
}

// MARK: - What there is too much of

extension Problem {
    /// Seconds after which the next run of the supervisor may be there, and a slot be free.
    private static let retry = Response.Header("Retry-After", "5")

    package static let draining = Problem(
        "draining", .serviceUnavailable, title: "The server is about to end",
        remedy: "Send the request again when it has started again.", headers: [retry])

    static let tooManyStreams = Problem(
        "too-many-streams", .serviceUnavailable, title: "Too many clients wait or listen",
        remedy: "End streams that are not needed, or come again later.", headers: [retry])

    static let tooManyUploads = Problem(
        "too-many-uploads", .serviceUnavailable, title: "Too many uploads are under way",
        remedy: "Wait until one of them has ended.", headers: [retry])

    static let uploadInProgress = Problem(
        "upload-in-progress", .conflict, title: "You have an upload under way",
        remedy: "Wait until it has ended, or end it.")
}

// MARK: - Who may

extension Problem {
    package static let hostRefused = Problem(
        "host-refused", .misdirectedRequest, title: "The Host is not one of this listener",
        remedy: "Call it as localhost, or allow the name in SWITCHYARD_API_HOSTS.")

    package static let originRefused = Problem(
        "origin-refused", .forbidden, title: "A page of another origin sent this request",
        remedy: "Call the API from a script, or from a page of the same origin.")

    package static let proxyOnPeerSocket = Problem(
        "proxy-on-peer-socket", .forbidden, title: "A proxy may not use this socket",
        detail: "Whoever the proxy serves would have the proxy's rights here.",
        remedy: "Point the proxy at a unix:<path>?auth=token listener, with HTTP/1.1.")

    package static let peerRefused = Problem(
        "peer-refused", .forbidden, title: "This user may not use the socket",
        remedy: "Call as root, as the supervisor's user, or as a member of the API's group.")

    static let unauthenticated = Problem(
        "unauthenticated", .unauthorized, title: "A token is required",
        remedy: "Send the header Authorization: Bearer with a token of this node.",
        headers: [.init("WWW-Authenticate", #"Bearer realm="switchyard""#)])

    package static let invalidToken = Problem(
        "invalid-token", .unauthorized, title: "The token is not valid",
        remedy: "Use a token that is neither revoked nor expired.",
        headers: [
            .init("WWW-Authenticate", #"Bearer realm="switchyard", error="invalid_token""#)
        ])

    static func insufficientScope(_ scope: Scope) -> Problem {
        Problem(
            "insufficient-scope", .forbidden, title: "The token's scope is too small",
            remedy: "Use a token of scope \(scope).",
            headers: [
                .init(
                    "WWW-Authenticate",
                    #"Bearer realm="switchyard", error="insufficient_scope", scope="\#(scope)""#)
            ])
    }

    static let checkUnknown = Problem(
        "check-unknown", .notFound, title: "There is no such check",
        remedy: "Ask /readyz?verbose for the checks there are.")
}

private struct ProblemBody: Encodable {
    let type: String
    let title: String
    let status: Int
    @Nullable var detail: String?
    @Nullable var instance: String?
    let remedy: String

    enum CodingKeys: String, CodingKey {
        case type, title, status, detail, instance, remedy
    }
}
