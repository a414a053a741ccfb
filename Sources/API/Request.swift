/// The methods the API knows; any other is 501.
package enum Method: String, Sendable, CaseIterable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
    case options = "OPTIONS"

    /// Changes nothing (RFC 9110 section 9.2.1).
    package var isSafe: Bool {
        switch self {
        case .get, .head, .options: true
        case .post, .put, .patch, .delete: false
        }
    }
}

/// Where a request goes: path and query of an origin-form target.
package struct Target: Sendable, Equatable {
    /// As it was sent, percent-encoded, without the query.
    package let path: String
    /// The path split at its slashes, then decoded, so that `%2F` stays within its segment.
    package let segments: [String]
    package let query: [Parameter]

    package struct Parameter: Sendable, Equatable {
        package let name: String
        /// Empty when only the name was sent.
        package let value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    package init(path: String, segments: [String], query: [Parameter]) {
        self.path = path
        self.segments = segments
        self.query = query
    }

    /// All values of a query parameter.
    package func values(_ name: String) -> [String] {
        query.filter { $0.name == name }.map(\.value)
    }
}

/// The kinds of listener, as limits and metrics count them.
package enum ListenerKind: String, Sendable, CaseIterable {
    case unix, tcp
}

/// A request that has passed the rules of its listener.
package struct Request: Sendable {
    package let method: Method
    package let target: Target
    package let headers: Headers
    package let caller: Caller
    package let listener: ListenerKind
    package let body: RequestBody
    package let client: ClientWatch

    package init(
        method: Method, target: Target, headers: Headers = [:], caller: Caller,
        listener: ListenerKind = .unix, body: RequestBody = .empty,
        client: ClientWatch = .staying
    ) {
        self.method = method
        self.target = target
        self.headers = headers
        self.caller = caller
        self.listener = listener
        self.body = body
        self.client = client
    }

    /// The same request, whose body ends with `.tooLarge` after that many bytes.
    func bounded(to limit: Int) -> Request {
        Request(
            method: method, target: target, headers: headers, caller: caller, listener: listener,
            body: body.bounded(to: limit), client: client)
    }
}
