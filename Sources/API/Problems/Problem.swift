import Supervisor

/// A failure as the caller sees it (RFC 9457).
package struct Problem: Error, Sendable, Equatable {
    /// Nil for plain HTTP errors, which are `about:blank`.
    package let type: ProblemType?
    package let title: String
    package let status: HTTPStatus
    /// About this occurrence; never carries header values or content.
    package let detail: String?
    /// One sentence: what the caller can do.
    package let remedy: String
    package let headers: [Response.Header]
    /// What a type has beside the members that all have: `errors`, `operation`, `existing`,
    /// `staged_sha256`, `checks`.
    let members: [String: JSONValue]

    private init(
        _ type: ProblemType?, _ status: HTTPStatus, title: String, detail: String?,
        remedy: String, headers: [Response.Header], members: [String: JSONValue] = [:]
    ) {
        self.type = type
        self.status = status
        self.title = title
        self.detail = detail
        self.remedy = remedy
        self.headers = headers
        self.members = members
    }

    /// - Parameter remedy: Nil for the one that always helps.
    init(
        _ type: ProblemType, detail: String? = nil, remedy: String? = nil,
        headers: [Response.Header] = [], members: [String: JSONValue] = [:]
    ) {
        self.init(
            type, type.status, title: type.title, detail: detail, remedy: remedy ?? type.remedy,
            headers: headers, members: members)
    }

    package var slug: String? { type?.slug }

    /// - Parameter path: The request's path; nil when the request could not be read.
    package func response(for path: String?) -> Response {
        Response(
            status: status, type: "application/problem+json", bytes: jsonBytes(of: body(for: path)),
            headers: headers)
    }

    /// The whole object, as an operation carries it, too.
    func body(for path: String?) -> JSONValue {
        let common: [String: JSONValue] = [
            "type": .string(type?.uri ?? "about:blank"), "title": .string(title),
            "status": .integer(Int64(status.rawValue)), "detail": JSONValue(detail),
            "instance": JSONValue(path), "remedy": .string(remedy),
        ]
        return .object(common.merging(members) { common, _ in common })
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

    package static let draining = Problem(.draining, headers: [retry])

    static let tooManyStreams = Problem(.tooManyStreams, headers: [retry])

    static let tooManyUploads = Problem(.tooManyUploads, headers: [retry])

    static let uploadInProgress = Problem(.uploadInProgress)
}

// MARK: - Who may

extension Problem {
    package static let hostRefused = Problem(.hostRefused)

    package static let originRefused = Problem(.originRefused)

    package static let proxyOnPeerSocket = Problem(
        .proxyOnPeerSocket,
        detail: "Whoever the proxy serves would have the proxy's rights here.")

    package static let peerRefused = Problem(.peerRefused)

    static let unauthenticated = Problem(
        .unauthenticated, headers: [.init("WWW-Authenticate", #"Bearer realm="switchyard""#)])

    package static let invalidToken = Problem(
        .invalidToken,
        headers: [
            .init("WWW-Authenticate", #"Bearer realm="switchyard", error="invalid_token""#)
        ])

    static func insufficientScope(_ scope: Scope) -> Problem {
        Problem(
            .insufficientScope, remedy: "Use a token of scope \(scope).",
            headers: [
                .init(
                    "WWW-Authenticate",
                    #"Bearer realm="switchyard", error="insufficient_scope", scope="\#(scope)""#)
            ])
    }

    static let checkUnknown = Problem(.checkUnknown)
}
